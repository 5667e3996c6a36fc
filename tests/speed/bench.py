"""How fast the model is and how much it holds: medians over repeats, all cases taken in turn in one run.

``python -m tests.speed.bench`` takes a minute on a quiet machine; ``--quick`` leaves the largest places out.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import time
from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from tests.twin.town import Town

import demandsim as ds
from demandsim.population.columns import Residents

REPEATS = 5
WARM = 4
"""Weeks run before the clock, so that queues and stays are not empty."""
LARGE = 1_000_000
TWIN = 20_000
"""Residents at which the plain twin is timed."""
WEEKS = {10_000: 104, TWIN: 52, 100_000: 26, LARGE: 6, 1_560_000: 6}
"""Weeks of each repeat, by residents: long enough for the clock, short enough that all share its good and bad times."""


class Case(NamedTuple):
    """Essex at one size on some threads."""

    residents: int
    threads: int

    def __str__(self) -> str:
        return f"{self.residents:,} residents, {self.threads} thread{'s' if self.threads > 1 else ''}"


class Timed(NamedTuple):
    """What is timed again and again: one go, and the resident-weeks in it."""

    go: Callable[[], object]
    resident_weeks: int


def place(residents: int) -> ds.Scenario:
    """Read Essex at one size, with weeks for every repeat."""
    return ds.read_scenario("essex").replace(residents=residents, weeks=WARM + REPEATS * WEEKS[residents])


def model_of(case: Case) -> ds.DemandModel:
    """Make a model that can run every repeat."""
    model = ds.DemandModel(place(case.residents), seed=1, threads=case.threads)
    model.run(WARM)
    return model


def twin_of(residents: int) -> Town:
    """Make the plain twin of that model."""
    twin = Town(place(residents), seed=1)
    for _ in range(WARM):
        twin.step()
    return twin


def in_turn(timed: dict[str, Timed]) -> dict[str, list[float]]:
    """Seconds a resident-week of each, one after the other and round again: all share the machine's slow moments."""
    seconds: dict[str, list[float]] = {name: [] for name in timed}
    for _ in range(REPEATS):
        for name, each in timed.items():
            before = time.perf_counter()
            each.go()
            seconds[name].append((time.perf_counter() - before) / each.resident_weeks)
    return seconds


def memory_pass(state: Residents) -> Callable[[], object]:
    """Copy every column once: what memory alone would allow for a week that touched everything once."""
    into = [np.empty_like(column) for column in state]

    def copy() -> None:
        for target, column in zip(into, state, strict=True):
            np.copyto(target, column)

    copy()  # the first touches fresh pages, and is not what is asked
    return copy


def five_years(start: ds.DemandModel) -> float:
    """Seconds for five years from a settled start, everything loaded."""
    before = time.perf_counter()
    ds.run(start.place_scenario, seed=1, start=start)
    return time.perf_counter() - before


def peak() -> int:
    """Most bytes this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def main() -> None:
    """Time everything, and print it."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--quick", action="store_true", help="leave the largest places out")
    quick = asked.parse_args().quick
    ds.DemandModel(ds.read_scenario("essex").replace(residents=500, weeks=2), seed=1).run()  # compiles
    sizes = [residents for residents in WEEKS if not quick or residents < LARGE]
    before = peak()
    largest = model_of(Case(max(sizes), 1))  # first, so that the peak is its own
    held = (peak() - before) / max(sizes)
    models = {Case(residents, threads): None for residents in sizes for threads in (1, 2)}
    made = {case: largest if case == Case(max(sizes), 1) else model_of(case) for case in models}
    timed = {
        str(case): Timed(
            lambda m=model, n=WEEKS[case.residents]: m.run(n), case.residents * WEEKS[case.residents]
        )  # type: ignore[misc]
        for case, model in made.items()
    }
    timed |= {f"{TWIN:,} residents, plain twin": Timed(twin_of(TWIN).step, TWIN)}
    timed |= {
        f"{max(sizes):,} residents, a copy of every column": Timed(memory_pass(largest.state), max(sizes))
    }
    seconds = in_turn(timed)
    print_speeds(seconds)
    print_ratios(seconds, sizes)
    start = ds.settle(ds.read_scenario("essex").replace(residents=TWIN, weeks=260), seed=1)
    years = [five_years(start) for _ in range(REPEATS)]
    print(
        f"\n{TWIN:,} residents, five years, warm: {statistics.median(years):.2f} s (slowest {max(years):.2f})"
    )
    print_bytes(largest, held)


def print_speeds(seconds: dict[str, list[float]]) -> None:
    """Print the speed of each case: median, slowest and fastest of its repeats."""
    print(f"million resident-weeks a second, {REPEATS} repeats in turn")
    print(f"{'':<48}{'median':>10}{'slowest':>10}{'fastest':>10}")
    for name, each in seconds.items():
        rates = [1e-6 / s for s in (statistics.median(each), max(each), min(each))]
        print(f"{name:<48}" + "".join(f"{rate:>10.{2 if rate >= 0.1 else 4}f}" for rate in rates))


def print_ratios(seconds: dict[str, list[float]], sizes: list[int]) -> None:
    """Print what two threads, the twin, more residents and memory alone come to, as medians of each round's ratio."""

    def ratio(above: str, below: str) -> float:
        return statistics.median(a / b for a, b in zip(seconds[above], seconds[below], strict=True))

    one, two = ({residents: str(Case(residents, threads)) for residents in sizes} for threads in (1, 2))
    print("\nmedian of the ratios in each round")
    for residents in sizes:
        print(f"  two threads over one at {residents:,}: {ratio(one[residents], two[residents]):.2f}")
    print(
        f"  the model over its twin at {TWIN:,}: {ratio(f'{TWIN:,} residents, plain twin', one[TWIN]):,.0f}"
    )
    for fewer, more in pairwise(sizes):
        times = more / fewer
        took = ratio(one[more], one[fewer]) * times
        print(f"  {times:g} times the residents ({fewer:,} to {more:,}): {took:.1f} times the time")
    copy = ratio(f"{max(sizes):,} residents, a copy of every column", one[max(sizes)])
    print(f"  a copy of every column over a week at {max(sizes):,}: {copy:.2f}")


def print_bytes(model: ds.DemandModel, held: float) -> None:
    """Print bytes a row, column by column, and the most held at once while this model was made and run."""
    rows = model.state.identity.shape[0]
    print(
        f"\nbytes a row ({rows:,} rows for {model.place_scenario.residents:,} residents and all who will arrive)"
    )
    columns = {name: column.nbytes / rows for name, column in model.state._asdict().items()}
    columns |= {f"home: {name}": column.nbytes / rows for name, column in model.homes._asdict().items()}
    for name, size in columns.items():
        print(f"  {name:<22}{size:>6.1f}")
    print(f"  {'state':<22}{sum(columns.values()):>6.1f}")
    book = sum(array.nbytes for array in model.book if array.shape and array.shape[0] >= rows // 8) / rows
    print(f"  {'the week (per row)':<22}{book:>6.1f}")
    print(
        f"most held above the process before, making and running it: {held:.0f} a resident, "
        f"{held * model.place_scenario.residents / rows:.0f} a row"
    )


if __name__ == "__main__":
    main()
