"""Who hopes to save by a policy, how much, and at which services."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from demandsim.analysis.arms import Compared
from demandsim.analysis.flows import Table, Window, landings, payers
from demandsim.scenario.policy import Policy


class Saver(NamedTuple):
    """One saver: the agency's key, and what is expected (£ a full year)."""

    name: str
    expected: float


def savers(comparison: Compared) -> tuple[Saver, ...]:
    """Give the agencies that hope to save by the policies, those included, in the order they are first named."""
    expected: dict[str, float] = {}
    for policy in comparison.policies:
        for part in policy.whole():
            if part.saver is not None:
                expected[part.saver] = expected.get(part.saver, 0.0) + part.expected_saving
    return tuple(Saver(name, sum_) for name, sum_ in expected.items())


def expected_saving(comparison: Compared, saver: Saver, weeks: Window) -> float:
    """What the saver could expect to save in some weeks, in which its changes may not all have been made.

    Returns
    -------
    float
        Pounds a year: what each of its policies expects in a full year x the share of it made (``made``).
    """
    parts = (part for policy in comparison.policies for part in policy.whole())
    return sum(part.expected_saving * made(part, weeks) for part in parts if part.saver == saver.name)


def made(policy: Policy, weeks: Window) -> float:
    """Share of a policy's expected saving that its dates allow for, as a mean over some weeks: 0 to 1.

    Sums taken out of services stand for as much of the saving as they come to; whatever the policy expects
    beyond them is laid on its other changes alike, money it spends aside. Each counts as far as it has been
    made in each week (``Change.part_done``), ramp and end included.
    """
    cuts = [
        (-one.money.pounds_a_year, one) for one in policy.own if one.money and one.money.pounds_a_year < 0
    ]
    others = [one for one in policy.own if one.money is None]
    beyond = policy.expected_saving - sum(sum_ for sum_, _ in cuts)
    weighed = cuts + [(beyond / len(others), one) for one in others if beyond > 0]
    if not weighed:
        return 1.0  # nothing of its own to date the saving by
    done = [np.mean([one.part_done(week) for week in range(weeks.start, weeks.end)]) for _, one in weighed]
    return float(np.average(done, weights=[sum_ for sum_, _ in weighed]))


def own_saving(comparison: Compared, saver: Saver, view: str, weeks: Window) -> NDArray[np.float64]:
    """What the saver pays less than in the baseline, net: [pair], pounds a year."""
    return -payers(comparison, view, weeks).of(saver.name)


def others_extra(comparison: Compared, saver: Saver, view: str, weeks: Window) -> NDArray[np.float64]:
    """What all other payers pay more, net: [pair], pounds a year; residents and families are not payers."""
    others = [name for name in comparison.scenario.agencies if name != saver.name]
    return _sum(payers(comparison, view, weeks), others)


def budget_cut(comparison: Compared, saver: Saver, view: str, weeks: Window) -> NDArray[np.float64]:
    """What the saver takes out of the services that the policies change: [pair], pounds a year.

    This is the cut that published studies divide by: what comes back at the saver's other doors is not taken
    off. Where no service of the saver is changed, it is the saver's own net saving.
    """
    touched = [name for policy in comparison.policies for name in touched_services(policy)]
    table = landings(comparison, view, weeks, [saver.name])
    cut = [name for name in table.names if name in touched and table.of(name).any()]
    return -_sum(table, cut) if cut else own_saving(comparison, saver, view, weeks)


def touched_services(policy: Policy) -> set[str]:
    """Keys of the services that a policy's changes name."""
    found: set[str] = set()
    for change in policy.change:
        paths = [path.split(".") for path in change.set]
        found.update(parts[1] for parts in paths if parts[0] == "services")
        found.update(name for name in (change.open, change.close) if name)
        found.update(verb.service for verb in (change.money, change.move_service) if verb and verb.service)
    return found


def _sum(paid: Table, names: list[str]) -> NDArray[np.float64]:
    """Add up some columns: [pair]; zero for none."""
    total: NDArray[np.float64] = paid.values[:, [paid.names.index(name) for name in names]].sum(axis=1)
    return total
