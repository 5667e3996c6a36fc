"""One piece of work for one visitor, on a thread: told as it goes, stopped at a word, dropped with the page."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar

import solara
import solara.lab

from demandsim.analysis.pages import element
from demandsim.errors import DemandSimError
from demandsim.experiment.starts import keep_start, kept_start
from demandsim.faces.dashboard.runs import THREADS
from demandsim.scenario.schema import Scenario
from demandsim.simulation.model import DemandModel
from demandsim.simulation.settling import SETTLING

Found = TypeVar("Found")
Tell = Callable[[float], None]
"""Called with the share that is done."""

LOOK = 0.2
"""Seconds between two looks at how far it is."""


class Errand(Generic[Found]):
    """Work that is under way from the moment this is made.

    ``found`` is what it came to, ``part`` the share that is done, ``told`` why there is nothing to show.

    Parameters
    ----------
    work
        Called with an event to stop at and a function to tell the share that is done; gives None if stopped.
    """

    def __init__(self, work: Callable[[threading.Event, Tell], Found | None]) -> None:
        self.part, self.told = 0.0, ""
        self.found: Found | None = None
        self.stop = threading.Event()
        THREADS.submit(self._run, work)

    @property
    def ended(self) -> bool:
        """Whether there is nothing more to wait for."""
        return self.found is not None or bool(self.told)

    def _run(self, work: Callable[[threading.Event, Tell], Found | None]) -> None:
        """Do it, and say what went wrong if anything did."""
        try:
            self.found = work(self.stop, self._tell)
            if self.found is None:
                self.told = "Stopped."
        except DemandSimError as error:
            self.told = str(error)
        except Exception as error:
            self.told = f"The run failed: {type(error).__name__}. Another question can be asked."
            raise

    def _tell(self, part: float) -> None:
        """Note how far it is."""
        self.part = part


class Runner:
    """Runs models week by week, tells the share of all weeks that is done, and stops at a word.

    Parameters
    ----------
    stop
        Set to stop within a week's run.
    tell
        Called with the share that is done.
    weeks
        How many there are in all, those of settling included.
    """

    def __init__(self, stop: threading.Event, tell: Tell, weeks: int) -> None:
        self._stop, self._tell, self._total, self._done = stop, tell, weeks, 0

    def __call__(self, model: DemandModel, until: int) -> bool:
        """Run a model on to a week; False if it was stopped."""
        while model.week < until:
            if self._stop.is_set():
                return False
            model.step()
            self._ran(1)
        return True

    def settled(self, scenario: Scenario, *, seed: int) -> DemandModel | None:
        """Give a settled start, from disk where one is kept; None if it was stopped."""
        if (kept := kept_start(scenario, seed=seed)) is not None:
            self._ran(SETTLING)
            return kept
        start = DemandModel(scenario, seed=seed, first_week=-SETTLING)
        if not self(start, 0):
            return None
        keep_start(start)
        return start

    def _ran(self, weeks: int) -> None:
        """Count weeks that are done."""
        self._done += weeks
        self._tell(self._done / self._total)


def use_errand(work: Callable[[threading.Event, Tell], Found | None], asked: list[Any]) -> Errand[Found]:
    """Have work done while a component is shown; it is stopped when the page is left or something else asked.

    Parameters
    ----------
    work
        As ``Errand`` takes it.
    asked
        What the work depends on: when it changes, the work is done anew.
    """
    errand: Errand[Found] = solara.use_memo(lambda: Errand(work), asked)
    _, see = solara.use_state((0.0, False))  # the share that is done, and whether it has ended

    def leave() -> Callable[[], None]:
        """Stop it when it is no longer looked at."""
        return errand.stop.set

    solara.use_effect(leave, [errand])

    async def look() -> None:
        """Look at it until it ends."""
        while not errand.ended:
            see((errand.part, False))
            await asyncio.sleep(LOOK)
        see((1.0, True))

    solara.lab.use_task(look, dependencies=[errand])
    return errand


def under_way(errand: Errand[Any], what: str) -> None:
    """Show how far it is and the way to stop it; or why there is nothing to show."""
    _under_way(what, errand.part, errand.told, errand.stop.set)


@solara.component
def _under_way(what: str, part: float, told: str, stop: Callable[[], None]) -> None:
    """Draw it: given what changes, since a component that is given the same errand is not drawn anew."""
    if told:
        solara.HTML(tag="p", unsafe_innerHTML=element("span", told), classes=["mark"])
        return
    solara.HTML(tag="p", unsafe_innerHTML=element("span", what))
    with solara.Row(style={"align-items": "center"}):
        solara.ProgressLinear(value=100 * part)
        solara.Button("Stop", on_click=stop, text=True)
