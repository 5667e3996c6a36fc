"""How fast the model is and how much it holds: medians over repeats, all cases taken in turn in one run.

``python -m tests.speed.bench`` takes some ten minutes; ``--quick`` leaves the largest place out.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

import demandsim as ds
from demandsim.population.columns import Residents

REPEATS = 5
WARM = 4
"""Weeks run before the clock, so that queues and stays are not empty."""


class Case(NamedTuple):
    """Essex at one size on some threads, for so many weeks a repeat."""

    residents: int
    threads: int
    weeks: int

    def __str__(self) -> str:
        return f"{self.residents:>9,} residents, {self.threads} thread{'s' if self.threads > 1 else ''}"


CASES = [
    Case(residents, threads, weeks)
    for residents, weeks in ((10_000, 52), (100_000, 26), (1_560_000, 6))
    for threads in (1, 2)
]


class Timed(NamedTuple):
    """What is timed again and again: a name, one go, and the resident-weeks in it."""

    name: str
    go: Callable[[], object]
    resident_weeks: int


def model_of(case: Case) -> ds.DemandModel:
    """Make a model that can run every repeat."""
    weeks = WARM + REPEATS * case.weeks
    essex = ds.read_scenario("essex").replace(residents=case.residents, weeks=weeks)
    model = ds.DemandModel(essex, seed=1, threads=case.threads)
    model.run(WARM)
    return model


def in_turn(timed: list[Timed]) -> dict[str, list[float]]:
    """Seconds of each, one after the other and round again: when the machine slows down, all share it."""
    seconds: dict[str, list[float]] = {each.name: [] for each in timed}
    for _ in range(REPEATS):
        for each in timed:
            before = time.perf_counter()
            each.go()
            seconds[each.name].append(time.perf_counter() - before)
    return seconds


def memory_pass(state: Residents) -> Callable[[], object]:
    """Copy every column once: what memory alone would allow for a week that touched everything once."""
    into = [np.empty_like(column) for column in state]

    def copy() -> None:
        for target, column in zip(into, state, strict=True):
            np.copyto(target, column)

    return copy


def five_years() -> float:
    """Seconds for 20,000 residents and five years, settling aside, once everything is loaded."""
    essex = ds.read_scenario("essex").replace(residents=20_000, weeks=260)
    start = ds.settle(essex, seed=1)
    before = time.perf_counter()
    ds.run(essex, seed=1, start=start)
    return time.perf_counter() - before


def peak() -> int:
    """Most bytes this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def main() -> None:
    """Time everything, and print it."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--quick", action="store_true", help="leave the largest place out")
    quick = asked.parse_args().quick
    ds.DemandModel(ds.read_scenario("essex").replace(residents=500, weeks=2), seed=1).run()  # compiles
    before = peak()
    cases = [case for case in CASES if not quick or case.residents < 1_000_000]
    models = {
        case: model_of(case) for case in reversed(cases)
    }  # the largest first: its peak is read before others
    largest = max(cases)
    state = models[largest].state
    timed = [
        Timed(str(case), lambda m=model, w=case.weeks: m.run(w), case.residents * case.weeks)  # type: ignore[misc]
        for case, model in sorted(models.items())
    ]
    timed.append(
        Timed(
            f"{largest.residents:>9,} residents, a copy of every column",
            memory_pass(state),
            largest.residents,
        )
    )
    _print_speeds(timed, in_turn(timed))
    years = [five_years() for _ in range(REPEATS)]
    print(f"\n20,000 residents, five years: {statistics.median(years):.2f} s (median of {REPEATS})")
    _print_bytes(models[largest], before, sum(case.residents for case in cases))


def _print_speeds(timed: list[Timed], seconds: dict[str, list[float]]) -> None:
    """Print medians, and the ratio to the copy."""
    print(f"million resident-weeks a second, {REPEATS} repeats in turn")
    print(f"{'':<48}{'median':>10}{'slowest':>10}{'fastest':>10}")
    speeds = {}
    for each in timed:
        rates = sorted(each.resident_weeks / s / 1e6 for s in seconds[each.name])
        speeds[each.name] = statistics.median(rates)
        print(f"{each.name:<48}{speeds[each.name]:>10.2f}{rates[0]:>10.2f}{rates[-1]:>10.2f}")
    *weeks, copy = timed
    print(
        f"the copy takes {speeds[weeks[-2].name] / speeds[copy.name]:.1%} of a week's time at that size on one thread"
    )


def _print_bytes(model: ds.DemandModel, before: int, residents: int) -> None:
    """Print bytes a row, column by column, and the most this process ever held."""
    rows = model.state.identity.shape[0]
    print(
        f"\nbytes a row ({rows:,} rows for {model.place_scenario.residents:,} residents and those who will arrive)"
    )
    columns = {name: column.nbytes / rows for name, column in model.state._asdict().items()}
    columns |= {f"home: {name}": column.nbytes / rows for name, column in model.homes._asdict().items()}
    for name, size in columns.items():
        print(f"  {name:<22}{size:>6.1f}")
    print(f"  {'state':<22}{sum(columns.values()):>6.1f}")
    book = sum(array.nbytes for array in model.book if array.shape and array.shape[0] >= rows // 8) / rows
    print(f"  {'the week (per row)':<22}{book:>6.1f}")
    most = (peak() - before) / residents
    print(f"most held above the process before any population, all models above: {most:.0f} a resident")


if __name__ == "__main__":
    main()
