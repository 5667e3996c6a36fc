"""How far a settled place is from rest: needs, queues and stays at one age, in the first year and in the last."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from demandsim.experiment.settle import settle
from demandsim.population.columns import HERE, OPEN, WAITING
from demandsim.scenario.base import PLACES
from demandsim.scenario.schema import Scenario
from demandsim.simulation.chunks import check_threads
from demandsim.simulation.model import DemandModel
from demandsim.units import WEEKS_A_YEAR

LOOK = 4
"""Weeks between two looks."""
AGES = 100
"""Years of age told apart; all above count as this one."""
CELLS = (AGES + 1) * 2
Array = NDArray[np.float64]


def drift(scenario: Scenario, *, seeds: Sequence[int], threads: int | None = None) -> pd.DataFrame:
    """Run a baseline from its settled start, and set its last year beside its first.

    Parameters
    ----------
    scenario
        Two years or more; its weeks are run.
    seeds
        Which runs.
    threads
        Runs at once; as many as there are processors without it.

    Returns
    -------
    DataFrame
        ``kind`` (need, waiting, open, stay), ``name``, ``first`` and ``last`` (for each 1,000 residents, were there as
        many of each year of age and sex as in week 0), ``change`` (last ÷ first - 1) and ``error``, its standard
        error between runs. Nothing that a place has none of is in it.
    """
    workers = check_threads(os.cpu_count() or 1 if threads is None else threads)
    with ThreadPoolExecutor(workers) as pool:
        runs = np.array(list(pool.map(partial(_one_seed, scenario), seeds)))
    first, last = runs[:, 0], runs[:, 1]
    whole = first.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        change = last.sum(axis=0) / whole - 1
        # Of a ratio of totals: what each run's last year is off from what its first would give.
        off = (last - first * (1 + change)) / first.mean(axis=0)
    error = off.std(axis=0, ddof=1) / np.sqrt(len(runs)) if len(runs) > 1 else np.full(whole.size, np.nan)
    found = pd.DataFrame(_names(scenario), columns=["kind", "name"])
    found = found.assign(first=first.mean(axis=0), last=last.mean(axis=0), change=change, error=error)
    kept: pd.DataFrame = found[whole > 0].reset_index(drop=True)
    return kept


def _names(scenario: Scenario) -> list[tuple[str, str]]:
    """Name what is looked at, in order."""
    return [
        *(("need", need) for need in scenario.needs),
        *(("waiting", service) for service in scenario.services),
        *(("open", service) for service in scenario.services),
        *(("stay", place) for place in PLACES[1:]),
    ]


def _one_seed(scenario: Scenario, seed: int) -> Array:
    """Run one seed: means over the looks of the first year and of the last, standardised: [2, what is looked at]."""
    model = DemandModel(scenario, seed=seed, start=settle(scenario, seed=seed))
    people = np.bincount(_cells(model, np.flatnonzero(model.state.presence == HERE)), minlength=CELLS)
    weights = people * (1000 / people.sum())
    years: list[list[Array]] = [[], []]
    while model.week < scenario.weeks:
        year = 0 if model.week < WEEKS_A_YEAR else 1 if model.week >= scenario.weeks - WEEKS_A_YEAR else None
        if year is not None and model.week % LOOK == 0:
            years[year].append(_look(model, weights))
        model.step()
    return np.array([np.mean(looks, axis=0) for looks in years])


def _cells(model: DemandModel, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Number the residents of some rows by year of age and sex."""
    years = (model.week - model.state.born_week[rows].astype(np.int64)) // WEEKS_A_YEAR
    return np.minimum(years, AGES) * 2 + model.state.sex[rows]


def _look(model: DemandModel, weights: Array) -> Array:
    """Count what there is now, were there as many in each cell as in week 0, for each 1,000 residents."""
    state = model.state
    here = np.flatnonzero(state.presence == HERE)
    cell = _cells(model, here)
    people = np.bincount(cell, minlength=CELLS)
    each = np.where(people > 0, weights / np.maximum(people, 1), 0.0)[cell]
    needs, services = state.severity.shape[1], len(model.place_scenario.services)
    status, service = state.status[here], state.service[here]
    counted = [each @ (state.severity[here] > 0)]
    for standing in (WAITING, OPEN):
        found = np.zeros(services)
        for need in range(needs):
            which = (status[:, need] == standing) & (service[:, need] >= 0)
            found += np.bincount(service[which, need], each[which], minlength=services)
        counted.append(found)
    counted.append(np.bincount(state.place[here], each, minlength=len(PLACES))[1:])
    return np.concatenate(counted)
