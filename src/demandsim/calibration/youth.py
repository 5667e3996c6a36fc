"""V02 run again: what a cut in youth prevention does to entries to care."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from demandsim.analysis.cohorts import Cohort
from demandsim.analysis.intervals import ratio_interval
from demandsim.calibration.pairs import CARE, OneSeed, Simulated, Told
from demandsim.experiment.run import run
from demandsim.experiment.settle import settle
from demandsim.population.columns import DEAD, LEFT, NOT_YET, Residents
from demandsim.records.journal import DIED, FIELDS, STAY_BEGAN, STAY_ENDED, WENT
from demandsim.records.record import RunRecord
from demandsim.scenario.policy import Policy
from demandsim.scenario.schema import Scenario
from demandsim.units import WEEKS_A_YEAR

PER = 100_000
_WEEK, _RESIDENT, _EVENT, _SERVICE = (FIELDS.index(name) for name in ("week", "resident", "event", "service"))

BANDS = MappingProxyType({"16_to_17": (16, 17), "1_to_4": (1, 4)})
"""Ages, both ends included, whose entries to care are counted."""


def youth_of_one_seed(scenario: Scenario, policy: Policy, seed: int) -> OneSeed:
    """Count who starts to be looked after from the second year on, in both arms.

    Returns
    -------
    OneSeed
        ``entries_at_<band>`` and ``lived_at_<band>`` (child-years).
    """
    start = settle(scenario, seed=seed, keep=False)
    first, last = WEEKS_A_YEAR, scenario.weeks
    ages = [
        (first - start.state.born_week) // WEEKS_A_YEAR,
        (last - 1 - start.state.born_week) // WEEKS_A_YEAR,
    ]
    may = [(ages[1] >= low) & (ages[0] <= high) for low, high in BANDS.values()]
    children = np.flatnonzero(np.any(may, axis=0)).tolist()
    found: dict[str, list[float]] = {}
    for policies in ((), (policy,)):
        record = run(scenario, seed=seed, policies=policies, start=start, followed=children)
        began = starts_of_stays(record, CARE)
        for name, band in BANDS.items():
            counted = (began.week >= first) & _aged(began.week - start.state.born_week[began.resident], band)
            found.setdefault(f"entries_at_{name}", []).append(float(counted.sum()))
            lived = child_years(record, start.state, band, from_week=first)
            found.setdefault(f"lived_at_{name}", []).append(lived)
    return OneSeed({name: np.array(both) for name, both in found.items()}, pd.DataFrame())


def starts_of_stays(record: RunRecord, services: Sequence[str]) -> Cohort:
    """List every stay of the followed that begins in services, a move from one of them to another left out.

    Returns
    -------
    Cohort
        In the order of the weeks; a resident comes as often as they begin.
    """
    journal = record.journal
    inside = np.isin(journal[:, _SERVICE], [list(record.scenario.services).index(s) for s in services])
    began = journal[inside & (journal[:, _EVENT] == STAY_BEGAN)].astype(np.int64)
    ended = journal[inside & (journal[:, _EVENT] == STAY_ENDED)].astype(np.int64)
    at, from_there = (rows[:, _RESIDENT] * record.weeks + rows[:, _WEEK] for rows in (began, ended))
    kept = began[~np.isin(at, from_there)]
    return Cohort(kept[:, _RESIDENT], kept[:, _WEEK])


def child_years(record: RunRecord, state: Residents, band: tuple[int, int], *, from_week: int = 0) -> float:
    """Add up the years that the followed live in the place at some ages, from a week to the end of the run.

    Parameters
    ----------
    record
        The run: when the followed died or moved out.
    state
        The residents as the run began (week 0): when each was born and arrives.
    band
        Ages, both ends included; everyone of these ages is taken to be followed.
    from_week
        First week that counts.
    """
    gone = record.journal[np.isin(record.journal[:, _EVENT], (DIED, WENT))]
    until = np.full(len(state.identity), record.weeks, np.int64)
    until[gone[:, _RESIDENT]] = gone[:, _WEEK]
    until[np.isin(state.presence, (DEAD, LEFT))] = 0
    since = np.where(state.presence == NOT_YET, state.arrives_week, 0).astype(np.int64)
    born = state.born_week.astype(np.int64)
    young = np.maximum(np.maximum(since, from_week), born + band[0] * WEEKS_A_YEAR)
    old = np.minimum(until, born + (band[1] + 1) * WEEKS_A_YEAR)
    return float(np.maximum(0, old - young).sum() / WEEKS_A_YEAR)


def _aged(weeks: NDArray[np.int64], band: tuple[int, int]) -> NDArray[np.bool_]:
    """Tell which ages, in weeks, lie in a band of years."""
    years = weeks // WEEKS_A_YEAR
    return np.asarray((years >= band[0]) & (years <= band[1]), np.bool_)


def youth_together(seeds: Sequence[OneSeed]) -> Told:
    """Say how the cut moved entries to care."""
    measures, beside = {}, []
    for name in BANDS:
        entries = np.stack([one.numbers[f"entries_at_{name}"] for one in seeds])
        lived = np.stack([one.numbers[f"lived_at_{name}"] for one in seeds]).mean(axis=1)
        found = ratio_interval(entries[:, 1] - entries[:, 0], lived)
        mean, low, high = (PER * part for part in found)
        measures[f"entries_at_{name}"] = Simulated(mean, low, high, len(seeds), "pairs")
        rate = PER * entries[:, 0].sum() / lived.sum()
        beside.append(
            f"entries at {name.replace('_', ' ')} without the cut: {rate:,.0f} for each {PER:,} a year "
            f"({entries[:, 0].sum():,.0f} in {lived.sum():,.0f} child-years; {entries[:, 1].sum():,.0f} with it)"
        )
    return Told(measures, tuple(beside))
