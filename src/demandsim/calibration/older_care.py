"""V01 run again: what a cut in older people's care does to hospitals."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from demandsim.analysis.intervals import mean_interval, ratio_interval
from demandsim.calibration.pairs import OneSeed, Simulated, Told
from demandsim.experiment.settle import settle
from demandsim.population.columns import HERE, Residents
from demandsim.records.labels import labels
from demandsim.scenario.base import AGE_BANDS
from demandsim.scenario.policy import Policy
from demandsim.scenario.schema import Scenario
from demandsim.simulation.model import DemandModel
from demandsim.units import WEEKS_A_YEAR

OLDER = AGE_BANDS.index(65)
CUT = ("home_care", "care_homes", "reablement", "hospital_discharge")
"""Services that the cut falls on."""
CENSUS = 13
"""Weeks from one count of residents to the next."""


def cut_of_one_seed(scenario: Scenario, policy: Policy, seed: int) -> OneSeed:
    """Count the last year's hospital use at 65 and over in both arms, and what the services cut cost.

    Returns
    -------
    OneSeed
        ``lived`` (resident-years at 65 and over, by five counts of who is there), ``visits``, ``admissions``,
        ``bed_weeks`` (contacts of the simulated residents) and ``cash`` (pounds, theirs).
    """
    start = settle(scenario, seed=seed, keep=False)
    arms = [_year_of_older(scenario, seed, start, together) for together in ((), (policy,))]
    return OneSeed({name: np.array([arm[name] for arm in arms]) for name in arms[0]}, pd.DataFrame())


def _year_of_older(
    scenario: Scenario, seed: int, start: DemandModel, policies: tuple[Policy, ...]
) -> dict[str, float]:
    """Run one arm, and count its last year."""
    model = DemandModel(scenario, seed=seed, policies=policies, start=start)
    first = scenario.weeks - WEEKS_A_YEAR
    model.run(first)
    counts = [_older(model.state, model.week)]
    for _ in range(0, WEEKS_A_YEAR, CENSUS):
        model.run(CENSUS)
        counts.append(_older(model.state, model.week))
    record = model.record
    words = labels(scenario)
    pairs = [(words.service[s], words.kind[k]) for k, s in enumerate(words.service_of)]
    by_kind = record.weekly["by_age"][first:, :, OLDER:].sum(axis=(0, 2, 3))

    def contacts(service: str, kind: str = "") -> float:
        kinds = [k for k, pair in enumerate(pairs) if pair[0] == service and kind in ("", pair[1])]
        return float(by_kind[kinds].sum())

    ledger = record.ledger(("year", "service"), view="cash", scaled=False)
    last = ledger["year"] == scenario.weeks // WEEKS_A_YEAR
    spent = ledger.loc[last & ledger["service"].isin(CUT), "pence"].sum() / 100
    return {
        "lived": float((np.array(counts[:-1]) + np.array(counts[1:])).mean() / 2),
        "visits": contacts("a_and_e"),
        "admissions": contacts("hospital", "admission"),
        "bed_weeks": contacts("hospital", "stay_week"),
        "cash": float(spent),
    }


def _older(state: Residents, week: int) -> int:
    """Count residents aged 65 and over who are here."""
    return int(((state.presence == HERE) & (week - state.born_week >= 65 * WEEKS_A_YEAR)).sum())


def cut_together(seeds: Sequence[OneSeed]) -> Told:
    """Say how the cut moved hospital use."""
    numbers = {name: np.stack([one.numbers[name] for one in seeds]) for name in seeds[0].numbers}
    lived = numbers["lived"]
    rates = {name: numbers[name] / lived for name in numbers}
    visits = mean_interval(rates["visits"][:, 1] - rates["visits"][:, 0])

    def percent(name: str) -> tuple[float, float, float]:
        mean, low, high = ratio_interval(rates[name][:, 1], rates[name][:, 0])
        return 100 * (mean - 1), 100 * (low - 1), 100 * (high - 1)

    pairs, before, after = len(seeds), rates["cash"][:, 0].mean(), rates["cash"][:, 1].mean()
    beds = percent("bed_weeks")
    beside = (
        f"in the last year councils spend £{before:,.0f} in cash on each resident aged 65 and over without the cut, "
        f"£{after:,.0f} with it: £{before - after:,.0f} less, at 2024/25 prices",
        f"A&E visits without the cut: {rates['visits'][:, 0].mean():.3f} a resident aged 65 and over and year",
        f"weeks of hospital stay at 65 and over: {beds[0]:+.1f}% ({beds[1]:+.1f} to {beds[2]:+.1f})",
    )
    return Told(
        {
            "a_and_e_visits": Simulated(
                float(visits.mean), float(visits.low), float(visits.high), pairs, "pairs"
            ),
            "emergency_admissions": Simulated(*percent("admissions"), pairs, "pairs"),
        },
        beside,
    )
