"""How far the baseline moves by itself: its last year beside its first, in money, contacts and services."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from demandsim.analysis.arms import Arm
from demandsim.analysis.flows import PENCE_A_POUND, flows
from demandsim.analysis.words import service_title
from demandsim.scenario.contents import Contents
from demandsim.scenario.words import common, listed
from demandsim.units import WEEKS_A_YEAR

SPEND, CONTACTS = "spend", "contacts"
"""The first two rows: what payers spend in cash, and all contacts."""

COUNTED = 400
"""Contacts of the simulated residents, in both years of all runs, from which a service is told of: with fewer,
the ratio of two years is mostly chance (its standard error is about two over their root: a tenth)."""

TOLD = 4
"""Services named in the sentence."""

REST, REST_OF_SERVICE = 0.02, 0.1
"""Up to these changes, either way, money, contacts and services are said to be about where they were."""


def drift_frame(baselines: Sequence[Arm]) -> pd.DataFrame:
    """Set a baseline's last year beside its first.

    Parameters
    ----------
    baselines
        Baseline runs of one scenario, one a seed.

    Returns
    -------
    frame
        ``row, unit, first, last, ratio``: ``spend`` (what payers spend, cash), ``contacts``, then services,
        those that rose or fell by the largest factor first; pounds or contacts of the place in the first and
        last 52 weeks, means over runs, and last ÷ first. Services with few contacts, and those that did not
        run in the first year, are left out. No rows for runs of less than two years.
    """
    columns = ["row", "unit", "first", "last", "ratio"]
    if not baselines or baselines[0].weeks < 2 * WEEKS_A_YEAR:
        return pd.DataFrame(columns=columns)
    services = list(baselines[0].scenario.services)
    pence = np.sum([_spent(one) for one in baselines], axis=0)
    contacts = np.sum([_contacts(one) for one in baselines], axis=0)  # [year, service]
    scale = baselines[0].scale / len(baselines)
    rows = [
        (SPEND, "pounds a year, cash", *(pence * (scale / PENCE_A_POUND))),
        (CONTACTS, "contacts a year", *(contacts.sum(axis=1) * scale)),
    ]
    told = [at for at in range(len(services)) if contacts[0, at] and contacts[:, at].sum() >= COUNTED]
    told.sort(key=lambda at: -abs(float(np.log(max(contacts[1, at], 0.5) / contacts[0, at]))))
    rows += [(services[at], "contacts a year", *(contacts[:, at] * scale)) for at in told]
    frame = pd.DataFrame([(*row, row[3] / row[2] if row[2] else np.nan) for row in rows], columns=columns)
    return frame


def drift_said(frame: pd.DataFrame, scenario: Contents) -> str:
    """Say in plain words how far the baseline moves by itself; nothing for a run of less than two years.

    Parameters
    ----------
    frame
        As ``drift_frame`` gives it.
    scenario
        For what services are called.
    """
    if frame.empty:
        return ""
    ratio = dict(zip(frame["row"], frame["ratio"], strict=True))
    services = [name for name in frame["row"][2:] if abs(ratio[name] - 1) > REST_OF_SERVICE][:TOLD]
    still = all(abs(ratio[name] - 1) <= REST for name in (SPEND, CONTACTS)) and not services
    told = (
        f"The baseline is {'about' if still else 'not'} at rest: without any policy, its last year has "
        f"{_than(ratio[SPEND], 'less')} cash spending and {_than(ratio[CONTACTS], 'fewer')} contacts than its first"
    )
    named = [f"{common(service_title(name, scenario))} {times(ratio[name])}" for name in services]
    most = f"; most of all move {listed(named)}" if named else ""
    return f"{told}{most}. Policies are compared with this moving baseline, week by week; it is no forecast."


def times(ratio: float, figures: int = 2) -> str:
    """A ratio of two years: "× 3.8", "× 0.85"."""
    return f"× {ratio:.{figures}g}"


def _than(ratio: float, less: str) -> str:
    """How a total moved: "11% more", "0.3% fewer"."""
    if np.isnan(ratio) or ratio == 1:
        return "no more"
    return f"{abs(ratio - 1) * 100:.2g}% {'more' if ratio > 1 else less}"


def _spent(record: Arm) -> NDArray[np.int64]:
    """What agencies paid in cash in the first and the last year: [2], the simulated residents' own pence."""
    money = flows(record, "cash")
    paid = money.payer >= 0
    return np.array([money.pence[paid & weeks].sum() for weeks in _years(record, money.week)], np.int64)


def _contacts(record: Arm) -> NDArray[np.int64]:
    """Contacts in the first and the last year, the simulated residents' own: [2, service]."""
    services = list(record.scenario.services)
    frame = record.ledger(("week", "service"), view="full", scaled=False)
    frame = frame[frame["service"].isin(services)]
    at = frame["service"].map({name: place for place, name in enumerate(services)}).to_numpy(np.int64)
    number, found = frame["contacts"].to_numpy(np.int64), np.zeros((2, len(services)), np.int64)
    for year, weeks in enumerate(_years(record, frame["week"].to_numpy(np.int64))):
        np.add.at(found[year], at[weeks], number[weeks])
    return found


def _years(record: Arm, week: NDArray[np.int64]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which rows fall in the first year, and which in the last."""
    return week < WEEKS_A_YEAR, week >= record.weeks - WEEKS_A_YEAR
