"""What a policy did to residents of each fifth of neighbourhoods, from the most deprived to the least."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from demandsim.analysis.arms import Arm, Compared
from demandsim.analysis.flows import window
from demandsim.analysis.intervals import label, mean_interval
from demandsim.records.measures import NAMES, RESIDENT_WEEKS
from demandsim.records.outcomes import KEYS, quoted_from
from demandsim.units import MULTIPLIER_ONE, WEEKS_A_YEAR

QUINTILES = 5

TOLD = ("crises", "unmet_need_weeks", "bounces", "helped", "deaths", "health_lost")
"""Weekly counts that are told by quintile."""

UNITS = {"unmet_need_weeks": "need-weeks", "helped": "needs helped", "health_lost": "QALYs"}
"""What is counted, where the measure does not say it."""

PER = "for each 1,000 residents a year"

COLUMNS = ("measure", "unit", "quintile", "baseline", "policy", "mean", "low", "high")


def quintiles_frame(comparison: Compared) -> pd.DataFrame:
    """Outcomes of both arms in each fifth of neighbourhoods, and how they differ.

    Parameters
    ----------
    comparison
        Pairs of arms.

    Returns
    -------
    frame
        ``measure, unit, quintile, baseline, policy, mean, low, high, interval, quoted_from``: a row a measure and
        quintile, 1 the most deprived. All are for each 1,000 residents a year of that quintile, over the weeks that
        the money is told for. ``mean`` is the mean over pairs of policy less baseline, with its 90% bounds.

    Raises
    ------
    ComparisonError
        If there is no finished pair.
    """
    start = window(comparison).start
    baseline, policy = (
        np.array([_rates(arm, start) for arm in arms])
        for arms in zip(*((pair.baseline, pair.policy) for pair in comparison.pairs), strict=True)
    )
    means = (baseline.mean(axis=0), policy.mean(axis=0), *mean_interval(policy - baseline))
    people = comparison.scenario.place.population
    rows = []
    for row, name in enumerate(TOLD):
        key = KEYS.get(name, name)
        unit = f"{UNITS.get(name, name)} {PER}"
        rows += [
            (key, unit, quintile + 1, *(array[row, quintile] for array in means))
            for quintile in range(QUINTILES)
        ]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    return frame.assign(
        interval=label(len(comparison.pairs)),
        quoted_from=[quoted_from(name, people) for name in frame["measure"]],
    )


def _rates(record: Arm, from_week: int) -> NDArray[np.float64]:
    """Each measure for 1,000 residents a year: [measure, quintile]; NaN where nobody lives."""
    totals = record.weekly["measure"][from_week:].sum(axis=0).astype(np.float64)
    years = totals[RESIDENT_WEEKS] / WEEKS_A_YEAR
    told = totals[[NAMES.index(name) for name in TOLD]]
    told[TOLD.index("health_lost")] /= MULTIPLIER_ONE * WEEKS_A_YEAR  # kept in 65,536ths of a resident-week
    rates: NDArray[np.float64] = np.divide(
        told * 1000, years, out=np.full_like(told, np.nan), where=years > 0
    )
    return rates
