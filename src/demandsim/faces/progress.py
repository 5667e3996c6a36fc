"""What a command says while it works: a bar, a clock, and that the model is being compiled; all on stderr."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from demandsim.experiment.settle import settle
from demandsim.scenario.schema import Scenario

FEWEST = 500
"""Residents of the smallest scenario there can be."""


class Clock:
    """Seconds since it was made."""

    def __init__(self) -> None:
        self._began = time.perf_counter()

    @property
    def seconds(self) -> float:
        """How long ago it was made."""
        return time.perf_counter() - self._began


def warm_up(scenario: Scenario, console: Console) -> float:
    """Run a year of the smallest such place, so that whatever has to be compiled is, before the clock runs.

    Returns
    -------
    float
        Seconds it took: one or two, or about a minute on first use.
    """
    clock = Clock()
    with console.status("Loading the model (compiled on first use, which takes about a minute)"):
        model = settle(scenario.replace(residents=FEWEST, weeks=1), seed=0)
        model.run()
    return clock.seconds


@contextmanager
def bar(console: Console, what: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar while something runs.

    Yields
    ------
    callable
        To be called with what is finished and what there is in all, from any thread.
    """
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("runs"),
        TimeElapsedColumn(),
        TextColumn("left:"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(what, total=None)

        def show(finished: int, total: int) -> None:
            progress.update(task, completed=finished, total=total)

        yield show


def lasted(seconds: float) -> str:
    """A time as it would be said: "0.8 s", "75 s", "4 min 10 s"."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    return f"{whole} s" if whole < 120 else f"{whole // 60} min {whole % 60} s"
