"""Money without a contact: capacity, mechanisms, sums that policies spend, care that families give."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

import numpy as np

from demandsim.records.labels import Labels, Recorded, in_force
from demandsim.records.measures import EVENTS, UNPAID
from demandsim.records.money import CASH, Entries, Whole, line
from demandsim.records.prices import RESPONSIVE
from demandsim.scenario.agency import FOR_THE_PLACE, MECHANISMS
from demandsim.scenario.schema import Scenario
from demandsim.units import WEEKS_A_YEAR, pence, split_by_largest_remainder

MILLION = 1_000_000
MINUTES_AN_HOUR = 60
PER = (*EVENTS, FOR_THE_PLACE)
"""What a mechanism may be paid for."""


def whole_pence(due: Whole, per: Whole | int) -> Whole:
    """Turn parts of pence into whole pence week by week, carrying what is left over.

    Parameters
    ----------
    due : [week, ...]
        In parts of a penny, zero or more.
    per : one number, or the shape of ``due`` after its first axis
        Parts in a penny.

    Returns
    -------
    same shape
        Pence; those of any first weeks add up to what is due, less a part of a penny.
    """
    return np.diff(np.cumsum(due, axis=0) // per, axis=0, prepend=0)


def split_weekly(pence: Whole, shares: Whole) -> Whole:
    """Split weekly pence among payers, each payer's part running on from week to week.

    Parameters
    ----------
    pence : [week]
        Zero or more.
    shares : [week, payer]
        Millionths; each week's add up to a million.

    Returns
    -------
    [week, payer]
        Whole pence that add up to each week's; a payer's total is within a penny of its share while the
        shares stay as they are, and begins afresh when they change, so that who has no share pays nothing.
    """
    parts = np.zeros(shares.shape, np.int64)
    changed = np.flatnonzero(np.any(shares[1:] != shares[:-1], axis=1)) + 1
    edges = [0, *changed.tolist(), len(pence)]
    for first, last in pairwise(edges):
        upto = np.cumsum(shares[first], dtype=np.int64)
        # In two parts, since a large place's pence times a million would not go into 64 bits.
        millions, rest = np.divmod(np.cumsum(pence[first:last])[:, None], MILLION)
        below = millions * upto + rest * upto // MILLION
        parts[first:last] = np.diff(np.diff(below, axis=1, prepend=0), axis=0, prepend=0)
    return parts


def line_entries(record: Recorded, words: Labels, view: str) -> list[Entries]:
    """Give every line without a contact of a view, but for charges, which follow contacts."""
    if record.weeks == 0 or view == "capacity":
        return []
    found = [*mechanism_entries(record, words), *fixed_entries(record, words), unpaid_entries(record, words)]
    return found + capacity_entries(record, words, view) if view in CASH else found


def capacity_entries(record: Recorded, words: Labels, view: str) -> list[Entries]:
    """Price funded hours (beds of stays) at what they cost beside the part that follows contacts.

    A service without a limit has no hours to fund and no line.
    """
    week = np.arange(record.weeks)
    version = in_force(record.prices, record.weeks)
    which = RESPONSIVE.index(CASH[view])
    hour = np.stack([p.hour[which] for _, p in record.prices])[version]
    provider = np.stack([p.agency for _, p in record.prices])[version]
    shares = np.stack([p.shares for _, p in record.prices])
    stay = np.array([s.mode == "stay" for s in record.scenario.services.values()])
    due = np.maximum(record.weekly["funded"], 0) * hour
    pence = whole_pence(due, np.where(stay, 1, MINUTES_AN_HOUR))
    found = []
    for service in np.flatnonzero(pence.any(axis=0)):
        split = split_weekly(pence[:, service], shares[version, service])
        where: dict[str, Whole | int] = {"agency": provider[:, service], "service": int(service)}
        for payer in np.flatnonzero(split.any(axis=0)):
            found.append(line(words, "capacity", week, split[:, payer], payer=int(payer), **where))
    return found


def mechanism_pence(scenario: Scenario) -> Whole:
    """Work out what each agency's use of the mechanisms costs, in whole pence for each thing it is paid for.

    The cost runs with the strength that is set, whether or not it has effect yet, or any effect at all. What is
    priced for the whole place is paid once, at the strength of the agency that does most, and shared by those that
    use it in proportion to their strengths.

    Returns
    -------
    [per, agency]
        In the order of ``PER``.
    """
    table = np.zeros((len(PER), len(scenario.agencies)), np.int64)
    for name in MECHANISMS:
        if (stated := scenario.mechanisms.get(name)) is None:
            continue
        running = Decimal(repr(float(stated.running)))
        strengths = [Decimal(repr(float(getattr(a.leadership, name)))) for a in scenario.agencies.values()]
        if stated.per == FOR_THE_PLACE:
            table[PER.index(stated.per)] += _shared(pence(running * max(strengths)), strengths)
        else:
            table[PER.index(stated.per)] += [pence(running * strength) for strength in strengths]
    return table


def _shared(total: int, strengths: Sequence[Decimal]) -> tuple[int, ...]:
    """Split a sum in proportion to strengths; without any there is none."""
    return split_by_largest_remainder(total, strengths) if any(strengths) else (0,) * len(strengths)


def mechanism_entries(record: Recorded, words: Labels) -> list[Entries]:
    """Price what agencies' mechanisms use: by opening, hand-off, matter outside the remit and resident-year."""
    week = np.arange(record.weeks)
    price = np.stack([p for _, p in record.mechanism_pence])[in_force(record.mechanism_pence, record.weeks)]
    events = (record.weekly["event"] * price[:, : len(EVENTS)]).sum(axis=1)
    lived = record.weekly["here"][:, :1] * price[:, len(EVENTS)]
    pence = events + whole_pence(lived, WEEKS_A_YEAR)
    return [
        line(words, "running", week, pence[:, a], agency=a, payer=a, service=words.no_service)
        for a in range(words.no_agency)
    ]


def fixed_entries(record: Recorded, words: Labels) -> list[Entries]:
    """Give the sums that policies spend."""
    week = np.arange(record.weeks)
    return [
        line(words, s.kind, week, s.pence, agency=s.agency, payer=s.agency, service=words.no_service)
        for s in record.lines
    ]


def unpaid_entries(record: Recorded, words: Labels) -> Entries:
    """Price the weeks of care that families give: borne by them, provided by no agency."""
    version = in_force(record.prices, record.weeks)
    price = np.array([p.unpaid for _, p in record.prices], np.int64)[version]
    pence = record.weekly["measure"][:, UNPAID].sum(axis=1) * price
    nobody = words.no_agency
    return line(
        words,
        "charge",
        np.arange(record.weeks),
        pence,
        agency=nobody,
        payer=nobody,
        service=words.no_service + 1,
    )
