"""Contacts into money: cells added up as far as the question allows, then count x whole pence a payer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from demandsim.records.labels import Labels, Recorded, in_force
from demandsim.records.prices import RESPONSIVE
from demandsim.units import WEEKS_A_YEAR, split_by_largest_remainder

Whole = NDArray[np.int64]

CASH = {"cash_low_r": "low", "cash": "central", "cash_high_r": "high"}
"""Views of what payers spend, and the responsive share each takes."""
DENSE = 1 << 22
"""Codes up to this many are counted in one array of them all; more are sorted."""


class Entries(NamedTuple):
    """Contacts and pence of the simulated residents, a row each; codes as in ``Labels``.

    Where rows were added up over a column that nobody asked for, that column holds any one of theirs.
    """

    week: Whole
    agency: Whole  # provider
    payer: Whole
    service: Whole
    need: Whole
    severity: Whole
    kind: Whole
    cause: Whole
    contacts: Whole
    pence: Whole


class Contacts(NamedTuple):
    """Cells of the ledger, added up over what nobody asked for; a row each. ``version`` is of the prices."""

    week: Whole
    version: Whole
    kind: Whole
    need: Whole
    severity: Whole
    cause: Whole
    number: Whole


def summed(code: Whole, size: int, *values: Whole) -> tuple[Whole, ...]:
    """Add up whole numbers by code.

    Parameters
    ----------
    code : [row]
        From 0, below ``size``.
    size
        How many codes there might be.
    values : [row] each
        What to add up.

    Returns
    -------
    row : [code that occurs]
        A row that has it, codes rising.
    sums : [code that occurs] each
        In int64 throughout.
    """
    if size <= DENSE:
        some = np.full(size, -1, np.int64)
        some[code] = np.arange(code.size)
        there = np.flatnonzero(some >= 0)
        place = np.empty(size, np.int64)
        place[there] = np.arange(there.size)
        row, at = some[there], place[code]
    else:
        _, row, at = np.unique(code, return_index=True, return_inverse=True)
    sums = []
    for value in values:
        total = np.zeros(row.size, np.int64)
        np.add.at(total, at, value)
        sums.append(total)
    return row, *sums


def contacts_by(record: Recorded, columns: Sequence[str]) -> Contacts:
    """Add up the ledger over everything but kind, price version and the columns asked for.

    Parameters
    ----------
    record
        The run.
    columns
        Of the ledger frame; those of providers and payers follow from the kind.
    """
    weeks, shape = record.weeks, record.shape
    number = np.arange(shape.kinds * shape.needs * 5 * shape.causes)
    kind, need, severity, cause = shape.parts(number)
    asked = (
        need * ("need" in columns),
        severity * ("severity" in columns),
        cause * ("cause_agency" in columns or "cause_sector" in columns),
    )
    cell = ((kind * shape.needs + asked[0]) * 5 + asked[1]) * shape.causes + asked[2]
    cells, reduced = np.unique(cell, return_inverse=True)
    version = in_force(record.prices, weeks)
    if "week" in columns:
        period = np.arange(weeks)
    else:
        year = np.arange(weeks) // WEEKS_A_YEAR * ("year" in columns)
        period = np.unique(version * (weeks + 1) + year, return_inverse=True)[1]
    counts = record.counts
    code = period[counts.week] * cells.size + reduced[counts.cell]
    row, count = summed(code, (int(period.max(initial=0)) + 1) * cells.size, counts.contacts)
    week = counts.week[row].astype(np.int64)
    kind, need, severity, cause = shape.parts(counts.cell[row])
    return Contacts(week, version[week], kind, need, severity, cause, count)


def unit_pence(record: Recorded, view: str) -> Whole:
    """Pence a contact in a view: [version, kind, payer]."""
    full = np.stack([p.full for _, p in record.prices])
    if view == "full":
        return full
    which = RESPONSIVE.index(CASH.get(view, "central"))
    responsive = np.stack([p.responsive[which] for _, p in record.prices])
    return full - responsive if view == "capacity" else responsive


def contact_entries(record: Recorded, words: Labels, contacts: Contacts, view: str) -> list[Entries]:
    """Price contacts, payer by payer.

    A contact paid jointly is counted in the row of the payer with the largest share (of equal ones the first
    in the file), so that counts add up over payers.
    """
    pence = unit_pence(record, view)
    main = np.stack([p.shares.argmax(axis=1) for _, p in record.prices])
    provider = np.stack([p.agency for _, p in record.prices])
    service = words.service_of[contacts.kind]
    counted = main[contacts.version, service]
    found = []
    for payer in range(pence.shape[2]):
        price = pence[contacts.version, contacts.kind, payer]
        rows = np.flatnonzero((price != 0) | (counted == payer))
        number = contacts.number[rows]
        found.append(
            Entries(
                week=contacts.week[rows],
                agency=provider[contacts.version[rows], service[rows]],
                payer=np.full(rows.size, payer),
                service=service[rows],
                need=contacts.need[rows],
                severity=contacts.severity[rows],
                kind=contacts.kind[rows],
                cause=contacts.cause[rows],
                contacts=np.where(counted[rows] == payer, number, 0),
                pence=number * price[rows],
            )
        )
    return found


def line(words: Labels, kind: str, week: Whole, pence: Whole, **codes: Whole | int) -> Entries:
    """Make entries without a contact, leaving out weeks without money.

    Parameters
    ----------
    words
        Names of the codes.
    kind
        Kind of line.
    week, pence : [row]
        When, and how much.
    codes : [row] or one number each
        ``agency`` (the provider), ``payer`` and ``service``.
    """
    rows = np.flatnonzero(pence)

    def column(code: Whole | int) -> Whole:
        return np.broadcast_to(np.asarray(code, np.int64), pence.shape)[rows]

    return Entries(
        week=week[rows],
        agency=column(codes["agency"]),
        payer=column(codes["payer"]),
        service=column(codes["service"]),
        need=column(words.no_need),
        severity=column(0),
        kind=column(words.line(kind)),
        cause=column(0),
        contacts=column(0),
        pence=pence[rows],
    )


def charge_entries(record: Recorded, words: Labels, contacts: Contacts) -> list[Entries]:
    """Post charges: out of residents' and families' pockets, into those of the service's payers.

    A charge is split among payers in whole pence once and for all, by largest remainder, so that what goes in
    is what came out, however contacts are grouped.
    """
    charge = np.stack([p.charge for _, p in record.prices])
    split = np.zeros((*charge.shape, words.no_agency), np.int64)
    provider = np.stack([p.agency for _, p in record.prices])
    for version, kind in np.argwhere(charge > 0):
        shares = record.prices[version][1].shares[words.service_of[kind]]
        split[version, kind] = split_by_largest_remainder(int(charge[version, kind]), shares.tolist())
    rows = np.flatnonzero(charge[contacts.version, contacts.kind])
    week, version, kind = contacts.week[rows], contacts.version[rows], contacts.kind[rows]
    service = words.service_of[kind]
    where = {"agency": provider[version, service], "service": service}
    paid = contacts.number[rows] * charge[version, kind]
    found = [line(words, "charge", week, paid, payer=words.no_agency, **where)]
    for payer in range(words.no_agency):
        received = contacts.number[rows] * split[version, kind, payer]
        found.append(line(words, "charge", week, -received, payer=payer, **where))
    return found
