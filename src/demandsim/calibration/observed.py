"""What baseline runs make of targets: each measured on every seed's run, then on all of them together."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from demandsim.analysis.intervals import reach
from demandsim.calibration.measures import kept_later, named, value_of, years_needed
from demandsim.calibration.targets import Target
from demandsim.calibration.watched import watch
from demandsim.errors import RunError
from demandsim.experiment.compare import seed_list
from demandsim.scenario.schema import Scenario
from demandsim.simulation.chunks import check_threads

Progress = Callable[[int, int], None]


class Observed(NamedTuple):
    """What one target came to: over all seeds, and on each."""

    mean: float  # totals over seeds ÷ totals over seeds
    low: float  # low and high hold 90%, however few the seeds are; NaN with one seed
    high: float
    each: NDArray[np.float64]  # [seed]


def observe(
    scenario: Scenario,
    targets: Sequence[Target],
    *,
    seeds: int | Sequence[int],
    threads: int | None = None,
    progress: Progress | None = None,
) -> Mapping[str, Observed]:
    """Run the baseline on every seed, and measure targets.

    Parameters
    ----------
    scenario
        The place and its size; its weeks are not used.
    targets
        Those without a measure are left out.
    seeds
        How many (1, 2, ...), or which: the same seeds are the same residents with the same luck.
    threads
        Runs at once; as many as there are processors without it.
    progress
        Called after each run with (runs finished, runs in all).

    Returns
    -------
    mapping of key to Observed
        In the order of the targets. The same for the same scenario and seeds, whatever the threads.

    Raises
    ------
    RunError
        If there are no seeds, or the place is too large to follow everyone.
    """
    check_measurable(scenario, targets)
    numbers = seed_list(seeds)
    measured = [one for one in targets if one.measure is not None]
    parts = _measured(scenario, measured, numbers, threads, progress)
    return {one.key: _together(np.array([p[one.key] for p in parts])) for one in measured}


def check_measurable(scenario: Scenario, targets: Sequence[Target]) -> None:
    """Refuse a place whose services and needs are not those that the targets are about.

    Raises
    ------
    RunError
        If the place is invented, or lacks a service or need that a target names.
    """
    would_do = "england, essex, or a place that extends one of them, would do"
    if scenario.place.invented:
        raise RunError(f"{scenario.name}: an invented place has no published figures; {would_do}")
    for one in targets:
        services, needs = named(one.measure) if one.measure is not None else (set(), set())
        if lacks := sorted((services - set(scenario.services)) | (needs - set(scenario.needs))):
            raise RunError(
                f"{scenario.name}: has no {lacks[0]!r}, which the target {one.key} counts; {would_do}"
            )


def _measured(
    scenario: Scenario,
    targets: Sequence[Target],
    seeds: Sequence[int],
    threads: int | None,
    progress: Progress | None,
) -> list[dict[str, tuple[float, ...]]]:
    """Measure every target on the run of each seed: parts, in order of seeds."""
    years = max((years_needed(one.measure) for one in targets if one.measure is not None), default=0)

    later = kept_later([one.measure for one in targets if one.measure is not None])

    def one_seed(seed: int) -> dict[str, tuple[float, ...]]:
        watched = watch(scenario, seed=seed, years=years, later=later)
        return {one.key: one.measure.parts(watched) for one in targets if one.measure is not None}

    workers = check_threads(os.cpu_count() or 1 if threads is None else threads)
    found: dict[int, dict[str, tuple[float, ...]]] = {}
    with ThreadPoolExecutor(workers) as pool:
        waiting = {pool.submit(one_seed, seed): seed for seed in seeds}
        try:
            for future in as_completed(waiting):
                found[waiting[future]] = future.result()
                if progress:
                    progress(len(found), len(seeds))
        except BaseException:
            for future in waiting:
                future.cancel()
            raise
    return [found[seed] for seed in seeds]


def _together(parts: NDArray[np.float64]) -> Observed:
    """Put the parts of all seeds together: [seed, part]."""
    mean = float(value_of(parts.sum(axis=0)))
    low, high = pooled_interval(parts)
    return Observed(mean, low, high, value_of(parts))


def pooled_interval(parts: NDArray[np.float64]) -> tuple[float, float]:
    """Bounds on either side of the value of all seeds that hold 90%, however few the seeds are.

    Parameters
    ----------
    parts : [seed, 2 or 4]
        As measures give them.

    Returns
    -------
    low, high : float
        NaN with one seed, or where the rest without one of them has nothing to divide by.

    Notes
    -----
    The standard error is the jackknife's (Tukey 1958), which leaves out each seed in turn; of a plain mean it is the
    usual one.
    """
    if len(parts) < 2:
        return float("nan"), float("nan")
    whole = parts.sum(axis=0)
    without = value_of(whole - parts)
    error = without.std() * np.sqrt(len(parts) - 1)
    value, wide = float(value_of(whole)), float(reach(len(parts)) * error)
    return value - wide, value + wide
