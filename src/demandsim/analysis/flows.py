"""Pounds by week, payer and service of every arm, and the paired differences all tables are made from."""

from __future__ import annotations

import weakref
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from demandsim.analysis.arms import Arm, Arms, Compared
from demandsim.errors import ComparisonError, ViewError, shown
from demandsim.records.labels import NONE
from demandsim.scenario.base import SECTORS
from demandsim.scenario.contents import Contents
from demandsim.units import WEEKS_A_YEAR

PURSE_SECTORS = tuple(sector for sector in SECTORS if sector != "community")
"""Sectors whose spending is the public purse; ``community`` is charitable money."""

PURSE, COMMUNITY, RESIDENTS = "public purse", "community", "residents and families"
"""The last rows of every shunt."""

ALL = "all"
"""All payers, or all causes, together."""

BY = ("payer", "sector", "agency", "service")
"""What a shunt can be told by: who pays, the sector of who pays, who provides, and at which service."""

PENCE_A_POUND = 100

_KEPT: dict[tuple[int, str], Flows] = {}  # by id of a record that is still alive, and view


class Flows(NamedTuple):
    """What one arm spent, in the simulated residents' own pence: a row a week, payer, provider, service."""

    week: NDArray[np.int64]
    payer: NDArray[np.int64]  # number in scenario.agencies; -1 residents and families
    agency: NDArray[np.int64]  # the provider, likewise
    service: NDArray[np.int64]  # number in scenario.services; -1 a line without one
    pence: NDArray[np.int64]


class Window(NamedTuple):
    """Weeks counted: from ``start`` up to but not including ``end``."""

    start: int
    end: int

    @property
    def years(self) -> float:
        """How long it is, in years of 52 weeks."""
        return (self.end - self.start) / WEEKS_A_YEAR


class Table(NamedTuple):
    """A number for each pair and name."""

    names: tuple[str, ...]
    values: NDArray[np.float64]  # [pair, name]

    def of(self, name: str) -> NDArray[np.float64]:
        """Give one name's column: [pair]."""
        return self.values[:, self.names.index(name)]


def flows(record: Arm, view: str) -> Flows:
    """Read a record's money, once for each view: it is kept as long as the record is.

    Raises
    ------
    ViewError
        If there is no such view.
    """
    key = (id(record), view)
    if key not in _KEPT:
        frame = record.ledger(("week", "payer", "agency", "service"), view=view, scaled=False)
        agencies, services = list(record.scenario.agencies), list(record.scenario.services)
        _KEPT[key] = Flows(
            frame["week"].to_numpy(np.int64),
            _numbered(frame["payer"], agencies),
            _numbered(frame["agency"], agencies),
            _numbered(frame["service"], services),
            frame["pence"].to_numpy(np.int64),
        )
        weakref.finalize(record, _KEPT.pop, key, None)
    return _KEPT[key]


def first_week(comparison: Compared) -> int:
    """First week in which the policies change anything; week 0 where they change nothing."""
    firsts = (p.first_week for p in comparison.policies)
    return min((first for first in firsts if first is not None), default=0)


def window(comparison: Compared, last: int | None = None) -> Window:
    """Weeks over which arms are compared: the policy's first week to the end, or the ``last`` weeks of that.

    Raises
    ------
    ComparisonError
        If there is no finished pair.
    """
    if not comparison.pairs:
        raise ComparisonError("no pair of arms is finished: there is nothing to compare")
    end = comparison.pairs[0].baseline.weeks
    start = min(first_week(comparison), max(0, end - 1))
    return Window(start if last is None else max(start, end - last), end)


def agencies_in(scenario: Contents, sectors: tuple[str, ...]) -> list[str]:
    """Keys of the agencies of some sectors, in the scenario's order."""
    return [name for name, agency in scenario.agencies.items() if agency.sector in sectors]


def payers(comparison: Compared, view: str, weeks: Window) -> Table:
    """What each agency pays and what residents and families pay, policy arm less baseline.

    Returns
    -------
    Table
        Pounds a year for the place; names are the agencies' keys, then ``residents and families``.
    """
    agencies = comparison.scenario.agencies
    values = [_difference(pair, view, weeks, "payer", len(agencies) + 1) for pair in comparison.pairs]
    return Table((*agencies, RESIDENTS), np.array(values))


def landings(comparison: Compared, view: str, weeks: Window, who: list[str]) -> Table:
    """What some agencies pay at each service, policy arm less baseline.

    Returns
    -------
    Table
        Pounds a year for the place; names are the services' keys.
    """
    agencies, services = list(comparison.scenario.agencies), comparison.scenario.services
    chosen = np.array([agency in who for agency in agencies] + [False])
    values = [
        _difference(pair, view, weeks, "service", len(services) + 1, chosen)[:-1] for pair in comparison.pairs
    ]
    return Table(tuple(services), np.array(values))


def tabled(comparison: Compared, view: str, by: str, weeks: Window) -> Table:
    """What is spent by every payer or sector of one, or at every provider or service; policy less baseline.

    Returns
    -------
    Table
        Pounds a year for the place; names end in public purse, community, residents and families. Sectors
        leave out the community, which is one of the last rows already. Providers and services are told by what
        agencies pay; behind the services stand, as ``none``, lines that belong to no service.

    Raises
    ------
    ViewError
        If ``by`` is none of payer, sector, agency, service.
    """
    if by not in BY:
        raise ViewError(f"shunt: cannot tell it by {shown(by)}; {', '.join(BY)} would do")
    scenario, paid = comparison.scenario, payers(comparison, view, weeks)

    def total(sectors: tuple[str, ...]) -> NDArray[np.float64]:
        columns = [paid.names.index(name) for name in agencies_in(scenario, sectors)]
        added: NDArray[np.float64] = paid.values[:, columns].sum(axis=1)
        return added

    last = np.stack([total(PURSE_SECTORS), total(("community",)), paid.of(RESIDENTS)], axis=1)
    names: tuple[str, ...]
    if by == "sector":
        names, first = PURSE_SECTORS, np.stack([total((sector,)) for sector in PURSE_SECTORS], axis=1)
    elif by == "payer":
        names, first = paid.names[:-1], paid.values[:, :-1]
    else:
        held = tuple(scenario.agencies if by == "agency" else scenario.services)
        rows = [_difference(pair, view, weeks, by, len(held) + 1) for pair in comparison.pairs]
        names = held if by == "agency" else (*held, NONE)
        first = np.array(rows)[:, : len(names)]
    return Table((*names, PURSE, COMMUNITY, RESIDENTS), np.concatenate([first, last], axis=1))


def _difference(
    pair: Arms, view: str, weeks: Window, what: str, size: int, chosen: NDArray[np.bool_] | None = None
) -> NDArray[np.float64]:
    """Policy arm less baseline, pounds a year of the place: [payer, provider or service; last, without one].

    Subtracted in whole pence, so that what did not move is exactly zero.
    """
    pence = _total(pair.policy, view, weeks, what, size, chosen) - _total(
        pair.baseline, view, weeks, what, size, chosen
    )
    return pence.astype(np.float64) * (pair.baseline.scale / PENCE_A_POUND / weeks.years)


def _total(
    record: Arm, view: str, weeks: Window, what: str, size: int, chosen: NDArray[np.bool_] | None
) -> NDArray[np.int64]:
    """Add up one arm. By provider or service, only what agencies pay (or the ``chosen`` of them) counts."""
    money = flows(record, view)
    rows = (money.week >= weeks.start) & (money.week < weeks.end)
    if what != "payer":
        rows &= money.payer >= 0 if chosen is None else chosen[money.payer]
    number = getattr(money, what)[rows]
    total = np.zeros(size, np.int64)
    np.add.at(total, number, money.pence[rows])  # -1 falls in the last place
    return total


def _numbered(column: pd.Series, names: list[str]) -> NDArray[np.int64]:
    """Positions of names in a list; -1 for one that is not there."""
    return np.asarray(pd.Index(names).get_indexer(pd.Index(column)), np.int64)
