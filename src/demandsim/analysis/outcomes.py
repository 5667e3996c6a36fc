"""What a policy did to residents: each measure in both arms, its paired difference, contacts by quarter."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from demandsim.analysis.arms import Arm, Compared
from demandsim.analysis.flows import first_week, window
from demandsim.analysis.intervals import label, mean_interval
from demandsim.analysis.words import measure_title
from demandsim.errors import ComparisonError
from demandsim.scenario.words import listed

AS_IT_IS = ("_share", "_gap", "weeks_to_help")
"""Endings of the measures that are no counts: they are not divided by years."""

MAIN = (
    "crises",
    "unmet_need_weeks",
    "bounces",
    "hand_offs",
    "refusals",
    "helped",
    "gave_up",
    "weeks_to_help",
    "failure_demand_share",
    "delayed_discharge_weeks",
    "unpaid_care_weeks",
    "a_and_e_attendances",
    "emergency_admissions",
    "deaths",
    "qalys_lost",
    "crises_gap",
    "qalys_lost_gap",
)
"""Outcomes shown first, or alone: weeks to help stand beside how many were helped, turned away or gave up."""

WAITS_NOTE = (
    "Weeks to help are those of needs that were helped: where more are turned away or give up, they can fall "
    "without anyone being helped sooner."
)
"""What must be said beside the weeks to help."""

QUARTER, QUARTERS_A_YEAR = 13, 4
"""Weeks in a quarter, and quarters in a year."""

MEANS = ("baseline", "policy", "mean", "low", "high")
"""Both arms' means over pairs, and the paired difference with its bounds."""


def outcomes_frame(comparison: Compared) -> pd.DataFrame:
    """Every outcome of both arms, and how they differ.

    Parameters
    ----------
    comparison
        Pairs of arms.

    Returns
    -------
    frame
        ``measure, unit, baseline, policy, mean, low, high, interval, quoted_from``: a row a measure. Counts are a
        year of the place; shares, waits and gaps are as they are. All are over the weeks that the money is told for:
        the policy's first to the end of the run, in both arms. ``mean`` is the mean over pairs of policy less
        baseline, with its 90% bounds; NaN where a share or wait has nothing to divide by. ``quoted_from``: simulated
        residents from which on the measure may be quoted; with fewer it is indicative.

    Raises
    ------
    ComparisonError
        If there is no finished pair, or records hold different measures.
    """
    weeks = window(comparison)
    frames = [
        (pair.baseline.outcomes(from_week=weeks.start), pair.policy.outcomes(from_week=weeks.start))
        for pair in comparison.pairs
    ]
    first = frames[0][0]
    if any(not frame["measure"].equals(first["measure"]) for both in frames for frame in both):
        raise ComparisonError("outcomes: the records hold different measures")
    years = np.where([is_count(name) for name in first["measure"]], weeks.years, 1.0)
    baseline, policy = (
        np.array([both[arm]["value"].to_numpy(np.float64) / years for both in frames]) for arm in (0, 1)
    )
    told = mean_interval(policy - baseline)
    return pd.DataFrame(
        {
            "measure": first["measure"],
            "unit": [
                f"{unit} a year" if is_count(name) else unit
                for name, unit in zip(first["measure"], first["unit"], strict=True)
            ],
            "baseline": baseline.mean(axis=0),
            "policy": policy.mean(axis=0),
            "mean": told.mean,
            "low": told.low,
            "high": told.high,
            "interval": label(len(comparison.pairs)),
            "quoted_from": first["quoted_from"],
        }
    )


def few_told(frame: pd.DataFrame, residents: int) -> str:
    """Say which measures of an outcomes frame so few simulated residents only hint at; nothing if they will do.

    Where they are most of them, those that are not are named; where they are few, they are.
    """
    called = {
        need: listed(measure_title(name) for name in rows["measure"])
        for need, rows in frame.groupby("quoted_from")
    }
    few = frame.loc[frame["quoted_from"] > residents, "quoted_from"].value_counts()
    if few.empty:
        return ""
    start, end = f"With {residents:,} residents", "only show which way things go"
    if 2 * few.sum() <= len(frame):
        first, *rest = sorted(few.index)
        parts = [f"{called[first]} (quoted from {first:,} residents on)"]
        parts += [f"{called[need]} (from {need:,})" for need in rest]
        return f"{start} some measures {end}: {'; '.join(parts)}."
    usual = few.idxmax()
    fine = listed(measure_title(name) for name in frame.loc[frame["quoted_from"] <= residents, "measure"])
    but = f", but for {fine}," if fine else ""
    others = "; ".join(f"{called[need]} from {need:,}" for need in sorted(few.index) if need != usual)
    beside = f" ({others})" if others else ""
    return f"{start} these measures{but} {end}; they are quoted from {usual:,} residents on{beside}."


def is_count(measure: str) -> bool:
    """Tell a count, which grows with the weeks, from a share, a wait or a gap, which does not."""
    return not measure.endswith(AS_IT_IS)


def timeline_frame(comparison: Compared, services: tuple[str, ...] = ()) -> pd.DataFrame:
    """Contacts of both arms quarter by quarter.

    Parameters
    ----------
    comparison
        Pairs of arms.
    services
        Keys of the services; the four whose contacts the policy moved most, in pounds at unit cost, without
        any.

    Returns
    -------
    frame
        ``service, quarter, week, baseline, policy, mean, low, high``: contacts a quarter for the place, means
        over pairs, and the paired difference with its 90% bounds. Quarters count from 0, ``week`` is a
        quarter's first; a last quarter that is short is left out.

    Raises
    ------
    ComparisonError
        If there is no finished pair.
    """
    return _timeline(*_by_quarter(comparison, services))


def last_year_frame(comparison: Compared, services: tuple[str, ...] = ()) -> pd.DataFrame:
    """Contacts of both arms in the last four whole quarters, and how they differ.

    Parameters
    ----------
    comparison, services
        As ``timeline_frame``.

    Returns
    -------
    frame
        ``service, baseline, policy, mean, low, high``: contacts of the place, means over pairs, and the paired
        difference with its 90% bounds; a row a service. A shorter run's quarters are all there are.

    Raises
    ------
    ComparisonError
        If there is no finished pair.
    """
    return _last_year(*_by_quarter(comparison, services))


def timelines(comparison: Compared) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give ``timeline_frame`` and ``last_year_frame`` of the services that moved most, counted once for both."""
    counted = _by_quarter(comparison, ())
    return _timeline(*counted), _last_year(*counted)


def most_moved(comparison: Compared, number: int) -> tuple[str, ...]:
    """Services whose contacts the policies moved most, either way, in pounds at unit cost."""
    services = list(comparison.scenario.services)
    start = first_week(comparison)
    moved = np.zeros(len(services), np.int64)
    for pair in comparison.pairs:
        for arm, sign in ((pair.policy, 1), (pair.baseline, -1)):
            frame = arm.ledger(("week", "service"), view="full", scaled=False)
            frame = frame[
                (frame["week"] >= start) & frame["service"].isin(services) & (frame["contacts"] > 0)
            ]
            for name, pence in frame.groupby("service")["pence"].sum().items():
                moved[services.index(str(name))] += sign * int(pence)
    order = np.argsort(-np.abs(moved), kind="stable")[:number]
    return tuple(services[place] for place in order if abs(moved[place]) > 0)


def _by_quarter(
    comparison: Compared, services: tuple[str, ...]
) -> tuple[tuple[str, ...], NDArray[np.float64], NDArray[np.float64]]:
    """Services, and their contacts for the place in the baseline and with the policy: [pair, service, quarter]."""
    window(comparison)
    chosen = services or most_moved(comparison, 4)
    first = comparison.pairs[0].baseline
    quarters = first.weeks // QUARTER
    if not chosen or quarters == 0:
        return (), np.zeros((1, 0, 0)), np.zeros((1, 0, 0))
    baseline, policy = (
        np.array([_quarterly(record, chosen, quarters) for record in arm]) * first.scale
        for arm in zip(*((pair.baseline, pair.policy) for pair in comparison.pairs), strict=True)
    )
    return chosen, baseline, policy


def _timeline(
    services: tuple[str, ...], baseline: NDArray[np.float64], policy: NDArray[np.float64]
) -> pd.DataFrame:
    """Means over pairs by service and quarter, from contacts by [pair, service, quarter]."""
    means = baseline.mean(axis=0), policy.mean(axis=0), *mean_interval(policy - baseline)
    rows = [
        (name, quarter, quarter * QUARTER, *(array[place, quarter] for array in means))
        for place, name in enumerate(services)
        for quarter in range(baseline.shape[2])
    ]
    return pd.DataFrame(rows, columns=["service", "quarter", "week", *MEANS])


def _last_year(
    services: tuple[str, ...], baseline: NDArray[np.float64], policy: NDArray[np.float64]
) -> pd.DataFrame:
    """Means over pairs of the last four quarters' sum, from contacts by [pair, service, quarter]."""
    before, after = (arm[:, :, -QUARTERS_A_YEAR:].sum(axis=2) for arm in (baseline, policy))
    means = before.mean(axis=0), after.mean(axis=0), *mean_interval(after - before)
    return pd.DataFrame({"service": list(services), **dict(zip(MEANS, means, strict=True))})


def _quarterly(record: Arm, services: tuple[str, ...], quarters: int) -> NDArray[np.int64]:
    """Contacts of one arm, simulated residents' own: [service, quarter]."""
    frame = record.ledger(("week", "service"), view="full", scaled=False)
    frame = frame[frame["service"].isin(services) & (frame["week"] < quarters * QUARTER)]
    place = frame["service"].map({name: number for number, name in enumerate(services)}).to_numpy(np.int64)
    quarter = frame["week"].to_numpy(np.int64) // QUARTER
    found = np.zeros((len(services), quarters), np.int64)
    np.add.at(found, (place, quarter), frame["contacts"].to_numpy(np.int64))
    return found
