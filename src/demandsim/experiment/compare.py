"""Pairs: a baseline and a policy on the same residents with the same luck, over seeds."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed

from demandsim.agencies.timetable import timetable
from demandsim.analysis.comparison import Comparison, Pair
from demandsim.chance import check_seed
from demandsim.errors import RunError
from demandsim.experiment.run import run
from demandsim.experiment.settle import settle
from demandsim.records.record import RunRecord
from demandsim.scenario.check import check_given
from demandsim.scenario.policy import Policy
from demandsim.scenario.schema import Scenario
from demandsim.simulation.chunks import check_threads

Progress = Callable[[int, int], None]


def compare(
    scenario: Scenario,
    policy: Policy | Sequence[Policy],
    *,
    seeds: int | Sequence[int] = 20,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Run a policy (or several made together) against the baseline, the same residents with the same luck.

    Parameters
    ----------
    scenario
        The place.
    policy
        One policy, or several that are made together.
    seeds
        How many pairs (seeds 1, 2, ...), or the seeds themselves.
    threads
        How many pairs run at once; as many as there are processors without it.
    progress
        Called after each finished run with (runs finished, runs in all).

    Returns
    -------
    Comparison
        Of the pairs finished: Ctrl-C stops early and keeps them.

    Raises
    ------
    KeyboardInterrupt
        If it is stopped before any pair is finished.
    RunError, PolicyError
        See ``DemandModel``; also if what is given is no scenario or no policies.
    """
    check_given(scenario, policy)
    together = (policy,) if isinstance(policy, Policy) else tuple(policy)
    return compare_each(scenario, (together,), seeds=seeds, threads=threads, progress=progress)[0]


def compare_each(
    scenario: Scenario,
    arms: Sequence[Sequence[Policy]],
    *,
    seeds: int | Sequence[int] = 20,
    threads: int | None = None,
    progress: Progress | None = None,
) -> tuple[Comparison, ...]:
    """Run several policies, each against the same baseline; one settled state and one baseline a seed serve all.

    A single policy that includes others has each of them run alone too (``Comparison.parts``).

    Parameters, errors
    ------------------
    As ``compare``; each of ``arms`` is a list of policies made together.
    """
    numbers = seed_list(seeds)
    for arm in arms:
        check_given(scenario, arm)
    workers = check_threads(os.cpu_count() or 1 if threads is None else threads)
    asked = tuple(tuple(arm) for arm in arms)
    parts = tuple((part,) for arm in asked if len(arm) == 1 for part in arm[0].parts)
    wanted: list[tuple[Policy, ...]] = []
    for arm in ((), *asked, *parts):
        if arm not in wanted:
            wanted.append(arm)
    for arm in wanted:
        timetable(scenario, arm)  # compiled, and refused, before anything runs
    finished: dict[int, list[RunRecord]] = {}
    for seed, records in _seeds_run(scenario, wanted, numbers, workers, progress):
        finished[seed] = records
    done = [finished[seed] for seed in numbers if seed in finished]

    def one(arm: tuple[Policy, ...]) -> Comparison:
        inner = tuple(one((part,)) for part in arm[0].parts) if len(arm) == 1 else ()
        return Comparison(scenario, arm, tuple(Pair(r[0], r[wanted.index(arm)]) for r in done), inner)

    return tuple(one(arm) for arm in asked)


def seed_list(seeds: int | Sequence[int]) -> tuple[int, ...]:
    """Spell out seeds: a number of them is 1, 2, 3, ...

    Raises
    ------
    RunError
        If there are none, one comes twice, or one is not a whole number.
    """
    if isinstance(seeds, int) and not isinstance(seeds, bool):
        if not 1 <= seeds <= 100_000:
            raise RunError(f"seeds: given {seeds}; a number of pairs from 1 to 100,000 would do")
        return tuple(range(1, seeds + 1))
    if isinstance(seeds, str | bytes | bool) or not isinstance(seeds, Sequence):
        raise RunError(f"seeds: given {seeds!r}; how many, or a list of whole numbers, would do")
    numbers = tuple(check_seed(seed) for seed in seeds)
    if not numbers or len(set(numbers)) < len(numbers):
        raise RunError("seeds: at least one, and each once, would do")
    return numbers


def _seeds_run(
    scenario: Scenario,
    arms: Sequence[tuple[Policy, ...]],
    seeds: Sequence[int],
    threads: int,
    progress: Progress | None,
) -> Iterator[tuple[int, list[RunRecord]]]:
    """Run every arm of every seed on threads; after Ctrl-C, give what is finished."""
    stop = threading.Event()
    each = max(1, threads // len(seeds))  # where there are more threads than seeds, several work on one
    total, count, lock = len(seeds) * len(arms), [0], threading.Lock()

    def finished_one() -> None:
        with lock:
            count[0] += 1
            if progress:
                progress(count[0], total)

    def one_seed(seed: int) -> list[RunRecord] | None:
        start = settle(scenario, seed=seed, threads=each)
        records = []
        for arm in arms:
            if stop.is_set():
                return None
            records.append(run(scenario, seed=seed, policies=arm, start=start, threads=each))
            finished_one()
        return records

    given = 0
    with ThreadPoolExecutor(threads) as pool:
        waiting: dict[Future[list[RunRecord] | None], int] = {
            pool.submit(one_seed, seed): seed for seed in seeds
        }
        try:
            for future in as_completed(waiting):
                records = future.result()
                if records is not None:
                    given += 1
                    yield waiting[future], records
        except KeyboardInterrupt:
            stop.set()
            for future in waiting:
                future.cancel()
            if given == 0:
                raise
        except BaseException:
            stop.set()
            for future in waiting:
                future.cancel()
            raise
