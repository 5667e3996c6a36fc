"""The first page: one place, two ways of running it, the answer first."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import solara
import solara.lab

from demandsim.analysis.pages import element
from demandsim.analysis.sections import names_of
from demandsim.faces.dashboard import pictures
from demandsim.faces.dashboard.question import (
    FEWEST_RESIDENTS,
    LONGEST_YEARS,
    MOST_PAIRS,
    MOST_RESIDENTS,
    Question,
    asked,
    places,
    presets,
    scenario_of,
)
from demandsim.faces.dashboard.runs import RUNS, State
from demandsim.faces.dashboard.shown import ROOM
from demandsim.faces.dashboard.take_away import take_away

LOOK = 0.2
"""Seconds between two looks at how far a run is."""
VERSION = str(sys.modules["demandsim"].__version__)


@solara.component
def two_worlds() -> None:
    """Ask, run, and show."""
    router = solara.use_router()
    first, put_right = solara.use_memo(lambda: asked(router.search or "", VERSION), [])
    question, set_question = solara.use_state(first)
    state, set_state = solara.use_state(State(0, 0, 1, (), 0, True, ""))
    run = solara.use_memo(lambda: RUNS.ask(question), [question])

    async def look() -> None:
        """Look at the run until it ends; what was shown before stays until there is something new."""
        before = None
        while True:
            now = run.state()
            if (now.version, now.weeks_done) != before:
                before = (now.version, now.weeks_done)
                set_state(partial(after, now))
            if not now.running:
                return
            await asyncio.sleep(LOOK)

    solara.lab.use_task(look, dependencies=[question])

    def ask(new: Question) -> None:
        """Ask anew; the address says what is asked."""
        router.push(f"/?{new.link(VERSION)}")
        set_question(new)

    for line in put_right:
        solara.HTML(tag="p", unsafe_innerHTML=element("span", line), classes=["mark"])
    if not ROOM.value:
        asking(question, ask)
    progress(state, run.stop)
    if state.worlds:
        answer(question, state)


def after(now: State, shown: State) -> State:
    """Give what to show next: as it is now, with the worlds shown so far while there are no new ones."""
    return now if now.worlds else now._replace(worlds=shown.worlds, serial=shown.serial)


@solara.component
def asking(question: Question, ask: Callable[[Question], None]) -> None:
    """Let a visitor choose the place, the two worlds, and how long and how large."""
    draft, set_draft = solara.use_state(question)
    titles = presets(draft.place)
    key_of = {title: name for name, title in titles.items()}

    def move(place: str) -> None:
        """Go to another place: policies that do not fit there are let go."""
        set_draft(asked(replace(draft, place=place).link(VERSION), VERSION)[0])

    with solara.Card(margin=0), solara.Columns([1, 2, 2]):
        with solara.Column(gap="0px"):
            named = {scenario_of(name).title: name for name in places()}
            solara.Select(
                "Place",
                list(named),
                scenario_of(draft.place).title,
                on_value=lambda title: move(named[title]),
            )
            solara.SliderInt(
                "Years",
                draft.years,
                min=1,
                max=LONGEST_YEARS,
                on_value=lambda years: set_draft(replace(draft, years=years)),
                thumb_label="always",
            )
        with solara.Column(gap="0px"):
            for world, name in (("first", "World A"), ("second", "World B")):
                solara.Select(
                    name,
                    list(key_of),
                    titles[getattr(draft, world)],
                    on_value=lambda title, world=world: set_draft(replace(draft, **{world: key_of[title]})),
                )
        with solara.Column(gap="0px"):
            numbers(draft, set_draft)
            solara.Button(
                "Run both worlds",
                color="primary",
                on_click=lambda: ask(draft),
                disabled=draft.first == draft.second,
            )


@solara.component
def numbers(draft: Question, set_draft: Callable[[Question], None]) -> None:
    """Residents, pairs and the seed, as numbers to type."""
    bounds = {
        "residents": ("Residents simulated at first", FEWEST_RESIDENTS, MOST_RESIDENTS),
        "pairs": ("Pairs of runs: more narrow the intervals", 1, MOST_PAIRS),
        "seed": ("Seed of the first pair", 0, 999_999),
    }
    for name, (told, low, high) in bounds.items():
        solara.InputInt(
            told,
            getattr(draft, name),
            on_value=lambda number, name=name, low=low, high=high: set_draft(
                replace(draft, **{name: min(max(number or low, low), high)})
            ),
        )


@solara.component
def progress(state: State, stop: Callable[[], None]) -> None:
    """How far the run is, and the way to stop it."""
    if state.running:
        with solara.Row(style={"align-items": "center"}):
            solara.ProgressLinear(value=100 * state.weeks_done / state.weeks_in_all)
            solara.Button("Stop", on_click=stop, text=True)
    elif state.told:
        solara.HTML(tag="p", unsafe_innerHTML=element("span", state.told), classes=["mark"])


@solara.component
def answer(question: Question, state: State) -> None:
    """The sentence first, then who saved and who paid, what it does to residents, and pictures."""
    worlds = state.worlds
    titles = [one.policies[0].title for one in worlds]
    view, set_view = solara.use_state("cash")
    by, set_by = solara.use_state("payer")
    sentences = solara.use_memo(lambda: [one.sentence() for one in worlds], [state.serial])
    for said in sentences:
        solara.HTML(tag="p", unsafe_innerHTML=element("span", said), classes=["sentence"])
    with solara.Row():
        with solara.ToggleButtonsSingle(view, on_value=set_view):
            for name, title in pictures.VIEWS.items():
                solara.Button(title, value=name)
        with solara.ToggleButtonsSingle(by, on_value=set_by):
            for name, title in (("payer", "By who pays"), ("sector", "By sector")):
                solara.Button(title, value=name)
    with solara.Columns([3, 2]):
        table = solara.use_memo(
            lambda: pictures.money(worlds, titles, view=view, by=by), [state.serial, view, by]
        )
        solara.HTML(unsafe_innerHTML=table)
        with solara.Column():
            solara.HTML(
                tag="h2",
                unsafe_innerHTML="Contacts that follow a refusal or a long wait",
                style="font-size:1.1rem",
            )
            options = solara.use_memo(lambda: pictures.flows(worlds[-1], "policy"), [state.serial])
            solara.FigureEcharts(options, attributes={"style": "height: 420px; width: 100%"})
            solara.HTML(unsafe_innerHTML=pictures.flows_said(worlds[-1], "policy"))
    over_time(state, titles)
    solara.HTML(unsafe_innerHTML=solara.use_memo(lambda: pictures.outcomes(worlds, titles), [state.serial]))
    take_away(question, worlds, VERSION)


@solara.component
def over_time(state: State, titles: list[str]) -> None:
    """One service's contacts over time, in both worlds on one axis."""
    services = {names_of(state.worlds[0])[name]: name for name in state.worlds[0].scenario.services}
    usual = "a_and_e" if "a_and_e" in services.values() else next(iter(services.values()))
    service, set_service = solara.use_state(usual)
    titled = {name: title for title, name in services.items()}
    solara.Select(
        "Contacts over time",
        list(services),
        titled.get(service, titled[usual]),
        on_value=lambda t: set_service(services[t]),
    )
    options = solara.use_memo(lambda: pictures.lines(state.worlds, titles, service), [state.serial, service])
    solara.FigureEcharts(options, attributes={"style": "height: 360px; width: 100%"})
