"""The first page: one place, two ways of running it, the answer first."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable

import solara
import solara.lab

from demandsim.analysis.comparison import Comparison
from demandsim.analysis.pages import element
from demandsim.analysis.sections import names_of
from demandsim.analysis.sentence import MONEY_FROM
from demandsim.faces.dashboard import answer_tables, pictures
from demandsim.faces.dashboard.asking import asking, numbers_said
from demandsim.faces.dashboard.chart import chart
from demandsim.faces.dashboard.markup import markup
from demandsim.faces.dashboard.question import Question, asked, refusal
from demandsim.faces.dashboard.runs import RUNS, State
from demandsim.faces.dashboard.shown import ROOM, chart_scale, note, noted
from demandsim.faces.dashboard.take_away import take_away
from demandsim.faces.dashboard.terms import explained
from demandsim.faces.dashboard.traced import traced
from demandsim.faces.dashboard.worlds import run_said, title_of, told_apart

LOOK = 0.2
"""Seconds between two looks at how far a run is."""
VERSION = str(sys.modules["demandsim"].__version__)
BY = {"payer": "By who pays", "sector": "By sector"}
"""Whose rows the table of money has."""
TRACED = "traced"
"""The view that sets what is traced beside what the pairs say was caused."""
NOTHING_YET = State(0, 0, 1, (), 0, True, "")


@solara.component
def two_worlds() -> None:
    """Ask, run, and show; the address says what is asked."""
    router = solara.use_router()
    question, put_right = solara.use_memo(lambda: asked(router.search or "", VERSION), [router.search])
    turn, set_turn = solara.use_state(0)
    no = solara.use_memo(lambda: refusal(question), [question])

    def ask(new: Question) -> None:
        """Ask anew, or the same again."""
        if new == question:
            set_turn(turn + 1)
        router.push(f"/?{new.link(VERSION)}")

    with solara.Column():  # always, or an answer that is left alone would be made, and run, anew
        for line in put_right[:10]:
            solara.HTML(tag="p", unsafe_innerHTML=element("span", line), classes=["mark"])
        if not ROOM.value:
            asking(question, ask, VERSION).key("asking")
        elif question.numbers:
            solara.HTML(tag="p", unsafe_innerHTML=element("span", numbers_said(question)), classes=["soft"])
        if not no:
            running(question, turn).key("running")  # stays what it is when the form above it is hidden
        elif ROOM.value:
            solara.HTML(tag="p", unsafe_innerHTML=element("span", no), classes=["mark"])


@solara.component
def running(question: Question, turn: int) -> None:
    """Listen to the run of a question, and show what it has come to; the last answer stays until there is a new one."""
    state, set_state = solara.use_state(NOTHING_YET)
    shown, show = solara.use_state(Answer(question, (), 0))
    visit = solara.use_memo(lambda: RUNS.ask(question), [question, turn])
    solara.use_effect(lambda: visit.leave, [visit])

    def see() -> None:
        """Show how far it is, and the answer if there is a new one."""
        now = visit.state()
        if now.worlds:
            show(
                lambda before: (
                    before if before.serial == now.serial else Answer(question, now.worlds, now.serial)
                )
            )
        set_state(
            visit.state()._replace(worlds=())
        )  # drawing an answer takes time, in which it may be stopped

    async def look() -> None:
        """Look at the run until it ends."""
        before = None
        while True:
            now = visit.state()
            if (now.version, now.weeks_done, now.running) != before:
                before = (now.version, now.weeks_done, now.running)
                see()
            if not now.running:
                return
            await asyncio.sleep(LOOK)

    def stop() -> None:
        """Stop, and say so at once."""
        visit.stop()
        see()

    solara.lab.use_task(look, dependencies=[visit])
    progress(state, stop)
    if shown.worlds:
        follows = state.running and shown.worlds[0].scenario.residents < MONEY_FROM
        answer(shown, follows)


class Answer:
    """What a run has come to at one moment: told apart from another by which it is, never by what is in it."""

    def __init__(self, question: Question, worlds: tuple[Comparison, ...], serial: int) -> None:
        self.question = question
        self.run = worlds
        self.worlds = told_apart(worlds)
        self.serial = serial
        self.titles = [title_of(one) for one in self.worlds]


@solara.component
def progress(state: State, stop: Callable[[], None]) -> None:
    """How far the run is, and the way to stop it."""
    if state.running:
        with solara.Row(style={"align-items": "center"}):
            part = 100 * state.weeks_done / state.weeks_in_all
            solara.v.ProgressLinear(
                value=part,
                height=8,
                attributes={"aria-label": "How far the run is", "aria-valuetext": f"{part:.0f}%"},
            )
            solara.Button("Stop", on_click=stop, text=True)
        solara.HTML(tag="p", unsafe_innerHTML=element("span", how_far(state)), classes=["soft", "how-far"])
    elif state.told:
        solara.HTML(
            tag="p",
            unsafe_innerHTML=element("span", state.told),
            classes=["mark"],
            attributes={"role": "status"},
        )


def how_far(state: State) -> str:
    """Say in words how far a run is and what comes next."""
    told = [f"{state.weeks_done:,} of {state.weeks_in_all:,} weeks run"]
    for number, (stage, done) in enumerate(zip(state.stages, state.pairs_done, strict=True)):
        many = len(stage.seeds)
        pairs = f"{many} {'pair' if many == 1 else 'pairs'} at {stage.residents:,} residents"
        for_pounds = ", for sums in pounds" if number > 0 else ""
        if done < many:
            told.append(f"{f'{done} of' if len(told) == 1 else 'then'} {pairs}{for_pounds}")
    return "; ".join(told)


@solara.component
def answer(shown: Answer, follows: bool) -> None:
    """The sentence first, then who saved and who paid, what it does to residents, and pictures."""
    worlds, titles = shown.worlds, shown.titles
    sentences = solara.use_memo(lambda: [one.sentence() for one in worlds], [shown.serial])
    told = f"Shown: {run_said(worlds[0])}"
    if follows:
        told += f" Sums in pounds follow from the run of {MONEY_FROM:,} residents, which goes on by itself."
    solara.HTML(tag="p", unsafe_innerHTML=element("span", told), classes=["soft", "run"]).key("run")
    markup(html="".join(element("p", explained(said), kind="sentence") for said in sentences)).key("said")
    markup(html=solara.use_memo(lambda: answer_tables.cautions(worlds, titles), [shown.serial])).key("known")
    with solara.Columns([3, 2]).key("money"):
        money(shown)
        flows(shown)
    over_time(shown).key("over time")
    residents = solara.use_memo(
        lambda: answer_tables.outcomes(worlds, titles) + answer_tables.outcomes_by_quintile(worlds, titles),
        [shown.serial],
    )
    markup(html=residents).key("residents")
    take_away(shown.question, shown.run, VERSION).key("take away")


@solara.component
def money(shown: Answer) -> None:
    """Who saved and who paid, in the view that is chosen."""
    search = solara.use_router().search
    view = known if (known := noted(search, "view")) in {*answer_tables.VIEWS, TRACED} else "cash"
    by = known if (known := noted(search, "by")) in BY else "payer"

    def table() -> str:
        """The table of the view."""
        if view == TRACED:
            return traced(shown.worlds, shown.titles)
        return answer_tables.money(shown.worlds, shown.titles, view=view, by=by)

    with solara.Column():
        with solara.Row(style={"flex-wrap": "wrap"}):
            with solara.ToggleButtonsSingle(view, on_value=lambda new: note(view=new)):
                for name, title in {**answer_tables.VIEWS, TRACED: "Traced and causal"}.items():
                    solara.Button(title, value=name)
            if view != TRACED:
                with solara.ToggleButtonsSingle(by, on_value=lambda new: note(by=new)):
                    for name, title in BY.items():
                        solara.Button(title, value=name)
        markup(html=solara.use_memo(table, [shown.serial, view, by]))


@solara.component
def flows(shown: Answer) -> None:
    """Contacts by what they follow, as a picture and in words."""
    world, title, scale = shown.worlds[-1], shown.titles[-1], chart_scale()
    heading = f"Contacts that follow a refusal or a long wait, in this world, not the change: {title}"
    options = solara.use_memo(
        lambda: pictures.flows(world, "policy", title, scale=scale), [shown.serial, scale]
    )
    words = solara.use_memo(lambda: pictures.flows_said(world, "policy", title), [shown.serial])
    with solara.Column():
        solara.HTML(tag="h2", unsafe_innerHTML=element("span", heading))
        chart(option=options, height=pictures.flows_height(options, scale))
        markup(html=words)


@solara.component
def over_time(shown: Answer) -> None:
    """One service's contacts over time, in both worlds on one axis."""
    names = names_of(shown.worlds[0])
    services = {names[name]: name for name in shown.worlds[0].scenario.services}
    usual = "a_and_e" if "a_and_e" in services.values() else next(iter(services.values()))
    titled = {name: title for title, name in services.items()}
    search = solara.use_router().search
    service = known if (known := noted(search, "service")) in titled else usual  # another place has others
    solara.Select(
        "Contacts over time",
        list(services),
        titled[service],
        on_value=lambda title: note(service=services[title]),
    )
    scale = chart_scale()
    options = solara.use_memo(
        lambda: pictures.lines(shown.worlds, shown.titles, service, scale=scale),
        [shown.serial, service, scale],
    )
    words = solara.use_memo(
        lambda: pictures.lines_said(shown.worlds, shown.titles, service), [shown.serial, service]
    )
    chart(option=options, height=round(360 * scale))
    markup(html=words)
