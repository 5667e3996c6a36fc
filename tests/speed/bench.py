"""How many resident-weeks a second the model does: medians over repeats, the cases taken in turn."""

from __future__ import annotations

import statistics
import time
from typing import NamedTuple

import demandsim as ds

REPEATS = 5


class Case(NamedTuple):
    """One place at one size, run for some weeks."""

    place: str
    residents: int
    weeks: int


CASES = [
    Case("small-town", 10_000, 52),
    Case("small-town", 100_000, 26),
    Case("essex", 10_000, 52),
    Case("essex", 100_000, 26),
]


def resident_weeks_a_second(scenario: ds.Scenario, case: Case) -> float:
    """Run the case once; making the residents is not counted."""
    model = ds.DemandModel(scenario, seed=1)
    before = time.perf_counter()
    model.run(case.weeks)
    return case.residents * case.weeks / (time.perf_counter() - before)


def main() -> None:
    """Print the median, and the slowest and fastest, of each case."""
    scenarios = {
        case: ds.read_scenario(case.place).replace(residents=case.residents, weeks=case.weeks)
        for case in CASES
    }
    ds.DemandModel(scenarios[CASES[0]], seed=1).run(2)  # compiles, which is not what is timed

    speeds: dict[Case, list[float]] = {case: [] for case in CASES}
    # In turn, not case by case: when the machine slows down for a while, all cases share it.
    for _ in range(REPEATS):
        for case in CASES:
            speeds[case].append(resident_weeks_a_second(scenarios[case], case))

    print(f"million resident-weeks a second, one thread, {REPEATS} repeats in turn")
    print(f"{'place':<12}{'residents':>12}{'weeks':>8}{'median':>10}{'slowest':>10}{'fastest':>10}")
    for case, seen in speeds.items():
        figures = [figure / 1e6 for figure in (statistics.median(seen), min(seen), max(seen))]
        numbers = "".join(f"{figure:>10.2f}" for figure in figures)
        print(f"{case.place:<12}{case.residents:>12,}{case.weeks:>8}{numbers}")


if __name__ == "__main__":
    main()
