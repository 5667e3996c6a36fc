"""Traced and causal, side by side: contacts by the agency they are due to, and what the pairs say."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from demandsim.analysis.arms import Arm, Compared
from demandsim.analysis.flows import ALL, PENCE_A_POUND, Window, window
from demandsim.analysis.intervals import label, mean_interval
from demandsim.analysis.savers import savers

FRESH = "none"
"""A cause that is no agency: demand that is due to none."""

VIEW = "full"
"""Traced contacts are told at unit cost, so what they stand beside is too."""


class Traced(NamedTuple):
    """Contacts and pounds a year of the place, for each pair (or record), payer and cause.

    Causes are numbered 0 none, then the agencies. Lines without a contact have no cause.
    """

    contacts: NDArray[np.float64]  # [pair, payer, cause]
    pounds: NDArray[np.float64]


def traced_frame(record: Arm) -> pd.DataFrame:
    """Contacts and pounds of one run by who pays and by the agency they are traced to.

    Returns
    -------
    frame
        ``payer, cause, contacts, pounds``: a year of the place, at unit cost, over the whole run; ``cause``
        is ``none`` for fresh demand. A contact paid jointly counts under the payer with the largest share.

    Notes
    -----
    What is traced is how a contact came about, not how much a policy moved: it cannot see cut prevention,
    and it blames a swamped queue rather than whoever swamped it.
    """
    agencies = list(record.scenario.agencies)
    found = _traced(record, Window(0, record.weeks))
    rows = [
        (payer, cause, found.contacts[i, j], found.pounds[i, j])
        for i, payer in enumerate(agencies)
        for j, cause in enumerate((FRESH, *agencies))
        if found.contacts[i, j] or found.pounds[i, j]
    ]
    return pd.DataFrame(rows, columns=["payer", "cause", "contacts", "pounds"])


def attribution_frame(comparison: Compared) -> pd.DataFrame:
    """What is traced to each agency beside what the pairs say it caused, payer by payer.

    Parameters
    ----------
    comparison
        Pairs of arms.

    Returns
    -------
    frame
        A row a payer and cause (an agency, or ``all`` agencies). ``traced_contacts`` and ``traced`` (with
        ``traced_low, traced_high``, 90%) are the change in contacts and pounds that carry the cause, policy
        arm less baseline; ``causal_contacts`` and ``causal`` (with bounds) are the paired change in
        everything the payer pays for. The latter stands at ``all`` for the policies together, and at an
        agency for the savings it made itself (run alone, where there are several); NaN where no saving is
        its own. Contacts and pounds a year of the place, at unit cost, from the policy's first week on.

    Raises
    ------
    ComparisonError
        If there is no finished pair.
    """
    weeks, agencies = window(comparison), list(comparison.scenario.agencies)
    traced = _differences(comparison, weeks)
    causal = _causal(comparison, weeks, traced)
    rows: list[dict[str, object]] = []
    for place, payer in enumerate(agencies):
        for number, cause in enumerate((*agencies, ALL)):
            own = slice(1, None) if cause == ALL else slice(number + 1, number + 2)
            contacts = traced.contacts[:, place, own].sum(axis=1)
            pounds = traced.pounds[:, place, own].sum(axis=1)
            beside = causal.get(cause)
            if cause != ALL and beside is None and not pounds.any() and not contacts.any():
                continue
            rows.append(
                {
                    "payer": payer,
                    "cause": cause,
                    "traced_contacts": contacts.mean(),
                    **_told("traced", pounds),
                    "causal_contacts": np.nan
                    if beside is None
                    else beside.contacts[:, place].sum(axis=1).mean(),
                    **_told("causal", None if beside is None else beside.pounds[:, place].sum(axis=1)),
                }
            )
    return pd.DataFrame(rows).assign(interval=label(len(comparison.pairs)))


def failure_frame(comparison: Compared) -> pd.DataFrame:
    """Contacts due to each agency in both arms: failure demand by who pays and by who caused it.

    Returns
    -------
    frame
        ``arm`` (baseline, policy), ``payer, cause, contacts, pounds``: means over pairs, a year of the
        place, at unit cost, from the policy's first week on; only causes that are agencies.

    Raises
    ------
    ComparisonError
        If there is no finished pair.
    """
    weeks, agencies = window(comparison), list(comparison.scenario.agencies)
    arms = {
        "baseline": [_traced(pair.baseline, weeks) for pair in comparison.pairs],
        "policy": [_traced(pair.policy, weeks) for pair in comparison.pairs],
    }
    rows = []
    for arm, found in arms.items():
        contacts = np.mean([one.contacts for one in found], axis=0)
        pounds = np.mean([one.pounds for one in found], axis=0)
        rows += [
            (arm, agencies[payer], agencies[cause - 1], contacts[payer, cause], pounds[payer, cause])
            for payer, cause in np.argwhere(contacts > 0)
            if cause > 0
        ]
    return pd.DataFrame(rows, columns=["arm", "payer", "cause", "contacts", "pounds"])


def failure_change(comparison: Compared) -> pd.DataFrame:
    """How much failure demand each payer has in both arms, and how far the policies moved it.

    Returns
    -------
    frame
        ``payer, baseline, policy, mean, low, high``: contacts a year of the place that are due to any agency,
        means over pairs, and the paired difference with its 90% bounds; the last row is ``all``. From the
        policy's first week on.

    Raises
    ------
    ComparisonError
        If there is no finished pair.
    """
    weeks, agencies = window(comparison), list(comparison.scenario.agencies)
    arms = [
        np.array([_traced(arm, weeks).contacts[:, 1:].sum(axis=1) for arm in records])
        for records in zip(*((pair.baseline, pair.policy) for pair in comparison.pairs), strict=True)
    ]
    baseline, policy = (np.column_stack([each, each.sum(axis=1)]) for each in arms)
    told = mean_interval(policy - baseline)
    frame = pd.DataFrame({"payer": [*agencies, ALL]})
    return frame.assign(
        baseline=baseline.mean(axis=0),
        policy=policy.mean(axis=0),
        mean=told.mean,
        low=told.low,
        high=told.high,
    )


def _causal(comparison: Compared, weeks: Window, together: Traced) -> dict[str, Traced]:
    """Paired differences by whose savings they are: all, and each agency that alone made some."""
    found = {ALL: together}
    who = savers(comparison)
    if len(who) == 1:
        found[who[0].name] = together
    for saver in who if len(who) > 1 else ():
        alone = [part for part in comparison.parts if [one.name for one in savers(part)] == [saver.name]]
        if alone:
            each = [_differences(part, weeks) for part in alone]
            found[saver.name] = Traced(
                np.sum([one.contacts for one in each], axis=0), np.sum([one.pounds for one in each], axis=0)
            )
    return found


def _differences(comparison: Compared, weeks: Window) -> Traced:
    """Policy arm less baseline, for each pair; subtracted whole, so that what did not move is zero."""
    counts = []
    for pair in comparison.pairs:
        policy, baseline = _counted(pair.policy, weeks), _counted(pair.baseline, weeks)
        counts.append((policy[0] - baseline[0], policy[1] - baseline[1]))
    scale = comparison.pairs[0].baseline.scale / weeks.years
    contacts, pence = (np.array([both[place] for both in counts], np.float64) for place in (0, 1))
    return Traced(contacts * scale, pence * (scale / PENCE_A_POUND))


def _traced(record: Arm, weeks: Window) -> Traced:
    """One record's contacts and pounds a year of the place: [payer, cause]."""
    contacts, pence = (whole.astype(np.float64) for whole in _counted(record, weeks))
    scale = record.scale / weeks.years
    return Traced(contacts * scale, pence * (scale / PENCE_A_POUND))


def _counted(record: Arm, weeks: Window) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """One record's contacts and pence over the weeks, simulated residents' own: [payer, cause] each."""
    agencies = list(record.scenario.agencies)
    frame = record.ledger(("week", "payer", "cause_agency"), view=VIEW, scaled=False)
    frame = frame[frame["week"].between(weeks.start, weeks.end - 1) & frame["payer"].isin(agencies)]
    payer = frame["payer"].map({name: place for place, name in enumerate(agencies)}).to_numpy(np.int64)
    cause = frame["cause_agency"].map({name: place for place, name in enumerate((FRESH, *agencies))})
    where = payer, cause.to_numpy(np.int64)
    contacts, pence = np.zeros((2, len(agencies), len(agencies) + 1), np.int64)
    np.add.at(contacts, where, frame["contacts"].to_numpy(np.int64))
    np.add.at(pence, where, frame["pence"].to_numpy(np.int64))
    return contacts, pence


def _told(name: str, values: NDArray[np.float64] | None) -> dict[str, float]:
    """A mean with its bounds, as columns."""
    if values is None:
        return {name: np.nan, f"{name}_low": np.nan, f"{name}_high": np.nan}
    mean, low, high = mean_interval(values)
    return {name: float(mean), f"{name}_low": float(low), f"{name}_high": float(high)}
