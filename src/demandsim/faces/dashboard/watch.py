"""Watching: the same residents in both worlds side by side, and the two lives of one of them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode

import solara

from demandsim.analysis.pages import element
from demandsim.faces.dashboard import journey
from demandsim.faces.dashboard.asking import numbers_said
from demandsim.faces.dashboard.errand import under_way, use_errand
from demandsim.faces.dashboard.lanes import key, lanes
from demandsim.faces.dashboard.question import Question, asked
from demandsim.faces.dashboard.shown import note
from demandsim.faces.dashboard.trace import WITH_NEEDS, Trace, traced

VERSION = str(sys.modules["demandsim"].__version__)
NOBODY = -1
MOST = 10**9
"""Numbers in an address beyond this are not taken."""


class Looking(NamedTuple):
    """Where in a trace a visitor looks: said in the address, beside the question."""

    resident: int = NOBODY
    week: int = 0
    lot: int = 0  # number of the draw that picked the resident; 0 if none did

    def link(self, question: Question) -> str:
        """Write the question and this as the part of an address behind the question mark."""
        own = {name: number for name, number in self._asdict().items() if number != getattr(Looking(), name)}
        return question.link(VERSION) + (f"&{urlencode(own)}" if own else "")


def looked(address: str) -> Looking:
    """Read where to look out of an address; what is no number counts as not said."""
    given = dict(parse_qsl(address[:4_000], errors="replace"))
    found = {
        name: min(int(given[name]), MOST)
        for name in Looking._fields
        if given.get(name, "").isascii() and given.get(name, "").isdigit() and len(given[name]) < 12
    }
    return Looking(**found)


@solara.component_vue("player.vue")
def player(
    trace: dict[str, Any],
    start: int,
    chosen: int,
    event_pick: Callable[[int], None],
    event_rest: Callable[[int], None],
) -> None:
    """Play a trace in the browser."""


@solara.component
def watch() -> None:
    """Run both worlds, then play them and tell of one resident."""
    router = solara.use_router()
    address = router.search or ""
    question, put_right = solara.use_memo(lambda: asked(address, VERSION), [address])
    looking = looked(address)
    also, follow = solara.use_state(looking.resident)  # one more to follow, who was asked for by number
    errand = use_errand(lambda stop, tell: traced(question, stop, tell, also), [question, also])
    trace = errand.found

    def follow_whoever_is_asked_for() -> None:
        """Run again with a resident who was not followed yet."""
        if trace is not None and looking.resident not in (NOBODY, also, *trace.residents.tolist()):
            follow(looking.resident)

    solara.use_effect(follow_whoever_is_asked_for, [trace, looking.resident])

    for line in put_right:
        solara.HTML(tag="p", unsafe_innerHTML=element("span", line), classes=["mark"])
    if question.numbers:
        solara.HTML(tag="p", unsafe_innerHTML=element("span", numbers_said(question)), classes=["mark"])
    if trace is None:
        under_way(errand, "Running both worlds, with some residents followed.")
    else:
        played(trace, question, looking, lambda new: router.push(f"/watch?{new.link(question)}"))


@solara.component
def played(trace: Trace, question: Question, looking: Looking, go: Callable[[Looking], None]) -> None:
    """Play both worlds, and tell the two lives of whoever is picked."""
    week, rest = solara.use_state(min(looking.week, trace.records[0].weeks - 1))
    data = solara.use_memo(trace.data, [trace])

    def rest_at(new: int) -> None:
        """Rest at a week: the address says it, here and on the way to other pages."""
        rest(new)
        note(week=new)

    def pick(resident: int, lot: int = 0) -> None:
        """Tell of another resident, in the week the player rests at."""
        go(Looking(resident, week, lot))

    player(trace=data, start=week, chosen=looking.resident, event_pick=pick, event_rest=rest_at)
    solara.HTML(tag="p", unsafe_innerHTML=element("span", sample_said(trace)), classes=["soft", "sample"])
    with solara.Link(f"/what-if?{question.link(VERSION)}&week={week}"):
        solara.HTML(tag="span", unsafe_innerHTML=f"What if a lever were pulled at {journey.when(week)}?")
    picking(trace, question, looking, pick)
    if looking.resident in trace.residents:
        two_lives(trace, looking.resident, week)
    elif looking.resident != NOBODY:
        said = f"There is no resident {looking.resident:,}: they are numbered from 0 to {trace.people - 1:,}."
        solara.HTML(tag="p", unsafe_innerHTML=element("span", said), classes=["mark"])


def sample_said(trace: Trace) -> str:
    """Say how those who are followed were picked, and that they are not like everybody."""
    return (
        f"The {trace.residents.size:,} who are followed are not like everybody: {WITH_NEEDS} of 4 were picked for "
        "having a need when the first week begins, as there is more to see; of all residents "
        f"{trace.needy:.0%} have one. They show how lives go, not how many go so; “Two worlds” counts everybody."
    )


@solara.component
def picking(trace: Trace, question: Question, looking: Looking, pick: Callable[..., None]) -> None:
    """Ways to pick a resident."""
    solara.HTML(tag="h2", unsafe_innerHTML="One resident, two worlds")
    said = (
        f"Click a mark, choose one with the arrow keys and Enter, or pick here among the {trace.residents.size:,} who "
        f"are followed. Draws by lot follow seed {question.seed:,}"
    )
    said += f"; this one is draw {looking.lot:,}." if looking.lot else "."
    solara.HTML(tag="p", unsafe_innerHTML=element("span", said), classes=["soft"])
    lot = looking.lot + 1
    with solara.Row(style={"align-items": "center", "flex-wrap": "wrap"}):
        for told, resident, number in (
            ("Most changed", journey.most_changed(trace), 0),
            ("Most bounced", journey.most_bounced(trace), 0),
            ("By lot", journey.by_lot(trace, question.seed, lot), lot),
        ):
            solara.Button(told, on_click=partial(pick, resident, number), outlined=True)
        solara.InputInt(
            f"Resident by number, 0 to {trace.people - 1:,}",
            None if looking.resident == NOBODY else looking.resident,
            on_value=lambda number: pick(number) if number is not None and number >= 0 else None,
            optional=True,
        )


@solara.component
def two_lives(trace: Trace, resident: int, week: int) -> None:
    """Tell one resident's two lives: in a few sentences, as lanes, as a bill, and event by event."""
    pair = solara.use_memo(lambda: journey.lives(trace, resident), [trace, resident])
    picture = solara.use_memo(lambda: lanes(pair, resident, week), [trace, resident, week])
    words = solara.use_memo(
        lambda: [f(pair, resident) for f in (journey.summed_up, journey.bill, journey.told)],
        [trace, resident],
    )
    solara.HTML(tag="h2", unsafe_innerHTML=f"Resident {resident:,}")
    solara.HTML(unsafe_innerHTML=words[0])
    solara.HTML(unsafe_innerHTML=picture + key(), classes=["wide"])
    for said in words[1:]:
        solara.HTML(unsafe_innerHTML=said, classes=["wide"])
