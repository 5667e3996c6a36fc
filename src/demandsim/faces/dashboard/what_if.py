"""The page on which a room pauses at a week, pulls a lever in either world, and sees the future that follows."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode

import solara

from demandsim.analysis.pages import element
from demandsim.analysis.words import service_title
from demandsim.faces.dashboard.asking import numbers_said
from demandsim.faces.dashboard.branch import (
    MOST_POUNDS,
    Both,
    Lever,
    both,
    branch,
    costs,
    left_out_said,
    lever_from,
    line,
    measures,
    open_services,
    said,
)
from demandsim.faces.dashboard.choices import AS_IT_IS, policy_of, presets
from demandsim.faces.dashboard.errand import under_way, use_errand
from demandsim.faces.dashboard.futures import LIMITS, Futures, drawn, numbers, sentence
from demandsim.faces.dashboard.journey import when
from demandsim.faces.dashboard.question import WORLDS, Question, asked
from demandsim.faces.dashboard.shown import note
from demandsim.records.record import RunRecord

VERSION = str(sys.modules["demandsim"].__version__)
USUAL = "crises"
VERBS = {
    "policy": "Make a further policy",
    "close": "Close a service",
    "open": "Open a service",
    "money": "Cut or add money",
}


@dataclass(frozen=True)
class Paused:
    """Where a visitor has paused, and what is pulled there: said in the address, beside the question."""

    world: str = "first"
    week: int = 0
    lever: Lever | None = None
    show: str = USUAL

    def link(self, question: Question) -> str:
        """Write the question and this as the part of an address behind the question mark."""
        own = {"world": self.world, "week": self.week, "show": self.show}
        lever = {"lever": self.lever.link()} if self.lever else {}
        return f"{question.link(VERSION)}&{urlencode({**own, **lever}, safe=':')}"


def paused(address: str, question: Question) -> tuple[Paused, list[str]]:
    """Read where a visitor has paused out of an address; what cannot be is put right, and said."""
    given = dict(parse_qsl(address[:20_000], keep_blank_values=True, errors="replace"))
    weeks = 52 * question.years
    text = given.get("week", "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else weeks // 4
    world = given.get("world", "first")
    lever = lever_from(given.get("lever", ""))
    told = [f"There is no lever {given['lever'][:40]!r}."] if given.get("lever") and lever is None else []
    where = Paused(
        world if world in WORLDS else "first",
        min(number, weeks - 1),
        lever,
        given.get("show", USUAL),
    )
    return where, told


class _Pulled(NamedTuple):
    """What came of a lever: the record, or the word that nothing is pulled."""

    record: RunRecord | None


@solara.component
def what_if() -> None:
    """Run both worlds, then let a visitor pull a lever."""
    router = solara.use_router()
    address = router.search or ""
    question, put_right = solara.use_memo(lambda: asked(address, VERSION), [address])
    where, lines = paused(address, question)
    errand = use_errand(lambda stop, tell: both(question, stop, tell), [question])
    for told in [*put_right, *lines]:
        solara.HTML(tag="p", unsafe_innerHTML=element("span", told), classes=["mark"])
    if question.numbers:
        solara.HTML(tag="p", unsafe_innerHTML=element("span", numbers_said(question)), classes=["mark"])
    if errand.found is None:
        under_way(errand, "Running both worlds.")
    else:
        pause(errand.found, where, lambda new: router.push(f"/what-if?{new.link(question)}"))


@solara.component
def pause(worlds: Both, where: Paused, go: Callable[[Paused], None]) -> None:
    """Let a visitor choose the world, the week and the lever; show the lines so far and both futures."""
    draft, set_draft = solara.use_state(where)
    solara.use_effect(lambda: set_draft(where), [where])  # the browser may have gone back
    shown = where if where.lever else draft
    errand = use_errand(
        lambda stop, tell: (
            _Pulled(None)
            if where.lever is None
            else _pulled(branch(worlds, where.world, where.week, where.lever, stop, tell))
        ),
        [worlds, where.world, where.week, where.lever],
    )

    def let_go(new: Paused) -> None:
        """Choose another world or week: a lever that was pulled is let go."""
        set_draft(new)
        note(world=new.world, week=new.week)
        if where.lever:
            go(replace(new, lever=None))

    with solara.Card(margin=0):
        choosing(worlds, draft, let_go)
        pulling(worlds, draft, lambda lever: go(replace(draft, lever=lever)))
    if where.lever and errand.found is None:
        under_way(errand, "Running the future from here.")
    every = measures(worlds.scenario)
    titles = {one.title: key for key, one in every.items()}
    chosen = every.get(draft.show, every[USUAL])

    def show(title: str) -> None:
        """Show another measure."""
        set_draft(replace(draft, show=titles[title]))
        note(show=titles[title])
        if where.lever:
            go(replace(where, show=titles[title]))

    solara.Select("Show", list(titles), chosen.title, on_value=show)
    record = errand.found.record if errand.found else None
    futures(worlds, replace(shown, show=chosen.key, lever=where.lever if record else None), record)


def _pulled(record: RunRecord | None) -> _Pulled | None:
    """Hand a record on; None where the run was stopped."""
    return None if record is None else _Pulled(record)


@solara.component_vue("week.vue")
def week(said: list[str], value: int, event_choose: Callable[[int], None]) -> None:
    """Slide to a week, which is said as it is shown."""


@solara.component
def choosing(worlds: Both, draft: Paused, choose: Callable[[Paused], None]) -> None:
    """Choose the world and the week."""
    titles = {
        f"{letter}: {worlds.question.title(world)}": world for letter, world in zip("AB", WORLDS, strict=True)
    }
    named = {world: title for title, world in titles.items()}
    weeks = worlds.scenario.weeks
    with solara.Columns([1, 2]):
        solara.Select(
            "In world",
            list(titles),
            named[draft.world],
            on_value=lambda title: choose(replace(draft, world=titles[title])),
        )
        week(
            said=[when(number) for number in range(weeks)],
            value=draft.week,
            event_choose=lambda number: choose(replace(draft, week=min(max(int(number), 0), weeks - 1))),
        )


@solara.component
def pulling(worlds: Both, draft: Paused, pull: Callable[[Lever], None]) -> None:
    """Choose a lever and pull it."""
    kind, set_kind = solara.use_state(draft.lever.kind if draft.lever else "policy")
    name, set_name = solara.use_state(draft.lever.name if draft.lever else "")
    pounds, set_pounds = solara.use_state(draft.lever.pounds if draft.lever else -100_000)

    def follow() -> None:
        """Show the lever that is pulled: the browser may have gone back to it."""
        if draft.lever:
            set_kind(draft.lever.kind)
            set_name(draft.lever.name)
            set_pounds(draft.lever.pounds or pounds)

    solara.use_effect(follow, [draft.lever])
    offered = _offered(worlds, draft.world, kind)
    chosen = name if name in offered.values() else next(iter(offered.values()), "")
    called = next((title for title, key in offered.items() if key == chosen), None)
    verbs = {title: verb for verb, title in VERBS.items()}
    with solara.Columns([1, 2, 1]):
        solara.Select("Lever", list(verbs), VERBS[kind], on_value=lambda title: set_kind(verbs[title]))
        solara.Select(
            "Which policy" if kind == "policy" else "Which service",
            list(offered),
            called,
            on_value=lambda title: set_name(offered[title]),
        )
        if kind == "money":
            cost = costs(worlds.scenario, chosen) if chosen else 0.0
            solara.InputInt(
                f"Pounds a year, below 0 a cut (it costs about £{cost:,.0f})",
                pounds,
                on_value=lambda number: set_pounds(max(-MOST_POUNDS, min(number or 0, MOST_POUNDS))),
            )
        else:
            solara.Text("")
    with solara.Row():
        solara.Button(
            f"Pull it at {when(draft.week)}",
            color="primary",
            disabled=not chosen or (kind == "money" and pounds == 0),
            on_click=lambda: pull(Lever(kind, chosen, pounds if kind == "money" else 0)),
        )


def _offered(worlds: Both, world: str, kind: str) -> dict[str, str]:
    """What a lever of a kind may be pulled on, by its title: what is not so yet in that world."""
    arm, scenario = worlds.arm(world), worlds.scenario
    if kind == "policy":
        made = {one.name for policy in arm for one in policy.whole()}
        return {
            title: name
            for name, title in presets(worlds.question.place, worlds.question.files).items()
            if name != AS_IT_IS
            and ":" not in name
            and not made & {one.name for one in policy_of(name).whole()}
        }
    services = list(scenario.services) if kind == "money" else open_services(scenario, arm, kind)
    return {service_title(name, scenario): name for name in services}


@solara.component
def futures(worlds: Both, shown: Paused, record: RunRecord | None) -> None:
    """Show a measure so far, and both futures once a lever is pulled."""
    measure = measures(worlds.scenario)[shown.show]
    lines = solara.use_memo(
        lambda: tuple(line(one, measure) for one in worlds.records), [worlds, measure.key]
    )
    future = solara.use_memo(
        lambda: None if record is None else line(record, measure),
        [record.digest if record else None, measure.key],
    )
    one = Futures(
        measure,
        (lines[0], lines[1]),
        (worlds.question.title("first"), worlds.question.title("second")),
        list(WORLDS).index(shown.world),
        shown.week,
        future,
        said(shown.lever, worlds.scenario) if shown.lever else "",
        left_out_said(shown.lever, shown.week, worlds.scenario.weeks) if shown.lever else "",
        worlds.scenario.residents,
    )
    if future is not None:
        told = element("p", sentence(one), kind="sentence") + element("p", LIMITS, kind="soft")
        solara.HTML(unsafe_innerHTML=told, attributes={"aria-live": "polite"})
    solara.HTML(unsafe_innerHTML=drawn(one), classes=["wide"])
    solara.HTML(unsafe_innerHTML=numbers(one), classes=["wide"])
