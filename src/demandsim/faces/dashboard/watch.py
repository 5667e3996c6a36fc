"""Watching: the same residents in both worlds side by side, and the journey of one of them in words."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import solara
import solara.lab

from demandsim.analysis.pages import element, table
from demandsim.analysis.words import service_title, who
from demandsim.faces.dashboard.question import Question, asked
from demandsim.faces.dashboard.runs import THREADS
from demandsim.faces.dashboard.trace import BOUNCED, Trace, traced
from demandsim.records.labels import NONE

LOOK = 0.2
"""Seconds between two looks at how far the run is."""
MOST_EVENTS = 400
"""Events of one journey that a page shows."""
VERSION = str(sys.modules["demandsim"].__version__)


class Watching:
    """One run of both worlds for the player, on a thread of its own."""

    def __init__(self, question: Question) -> None:
        self.part, self.told = 0.0, ""
        self.trace: Trace | None = None
        self.stop = threading.Event()
        THREADS.submit(self._run, question)

    def _run(self, question: Question) -> None:
        """Run, and say what went wrong if anything did."""
        try:
            self.trace = traced(question, self.stop, self._tell)
            if self.trace is None:
                self.told = "Stopped."
        except Exception as error:
            self.told = f"The run failed: {type(error).__name__}. Another question can be asked."
            raise

    def _tell(self, part: float) -> None:
        """Note how far it is."""
        self.part = part


@solara.component_vue("player.vue")
def player(trace: dict[str, Any], chosen: int, event_pick: Callable[[int], None]) -> None:
    """Play a trace in the browser."""


@solara.component
def watch() -> None:
    """Run both worlds, then play them."""
    router = solara.use_router()
    question, _ = solara.use_memo(lambda: asked(router.search or "", VERSION), [router.search])
    watching = solara.use_memo(lambda: Watching(question), [question])
    shown, show = solara.use_state((0.0, False))  # the share that is done, and whether it has ended

    def let_go() -> Callable[[], None]:
        """Stop the run when the page is left or another question asked."""
        return lambda: watching.stop.set()

    solara.use_effect(let_go, [watching])

    async def look() -> None:
        """Look at the run until it ends."""
        while watching.trace is None and not watching.told:
            show((watching.part, False))
            await asyncio.sleep(LOOK)
        show((1.0, True))

    solara.lab.use_task(look, dependencies=[watching])
    part, ended = shown
    if ended and watching.trace is not None:
        played(watching.trace)
    else:
        solara.HTML(tag="p", unsafe_innerHTML=element("span", watching.told or "Running both worlds ..."))
        solara.ProgressLinear(value=100 * part)


@solara.component
def played(trace: Trace) -> None:
    """Play both worlds, and tell the journeys of whoever is picked."""
    chosen, choose = solara.use_state(-1)
    data = solara.use_memo(trace.data, [trace.residents.tobytes(), trace.titles])
    player(trace=data, chosen=chosen, event_pick=choose)
    with solara.Row():
        for told, identity in (
            ("The resident whose life differs most", most_changed(trace)),
            ("The one bounced most", most_bounced(trace)),
        ):
            solara.Button(told, on_click=partial(choose, identity), outlined=True)
    if chosen >= 0:
        solara.HTML(unsafe_innerHTML=journeys(trace, chosen))
    else:
        solara.HTML(
            tag="p", unsafe_innerHTML="Click a dot to read that resident's two lives.", classes=["soft"]
        )


def most_changed(trace: Trace) -> int:
    """Pick the resident with most weeks that differ between the worlds; of several the lowest identity."""
    return int(trace.residents[np.argmax((trace.weeks[0] != trace.weeks[1]).sum(axis=0))])


def most_bounced(trace: Trace) -> int:
    """Pick the resident bounced in most weeks, in either world."""
    return int(
        trace.residents[np.argmax(sum((weeks & BOUNCED).astype(bool).sum(axis=0) for weeks in trace.weeks))]
    )


def journeys(trace: Trace, identity: int) -> str:
    """Tell one resident's journey in both worlds, a table each, side by side."""
    told = []
    for title, record in zip(trace.titles, trace.records, strict=True):
        frame = record.journeys()
        own = frame[frame["resident"] == identity].head(MOST_EVENTS)
        rows = [
            [_when(row["week"]), _event(row, trace), _where(row["service"], trace)]
            for row in own.to_dict("records")
        ]
        caption = f"Resident {identity:,} in “{title}”: {len(own):,} events"
        told.append(table(caption, ["When", "what happened", "where"], rows, words=[1, 2]))
    return f'<div style="display:grid;grid-template-columns:1fr 1fr;gap:1.5rem">{"".join(told)}</div>'


def _when(week: int) -> str:
    """Name a week."""
    return f"year {week // 52 + 1}, week {week % 52 + 1}"


def _event(row: dict[Any, Any], trace: Trace) -> str:
    """Say what happened, to which need and how bad, and due to whom."""
    need = row["need"]
    parts = [str(row["event"])]
    if need not in (NONE, "background"):
        level = ("", "emerging", "established", "complex", "crisis")[int(row["severity"])]
        parts.append(f"{trace.scenario.needs[need].title.lower()}{f' ({level})' if level else ''}")
    if row["cause_agency"] != NONE:
        parts.append(f"due to {who(row['cause_agency'], trace.scenario)}")
    return ": ".join(parts[:2]) + (f", {parts[2]}" if len(parts) > 2 else "")


def _where(service: str, trace: Trace) -> str:
    """Name a service."""
    return "" if service == NONE else service_title(service, trace.scenario)
