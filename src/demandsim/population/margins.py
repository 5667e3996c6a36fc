"""Whole numbers of residents and homes for a place's margins: rounding that keeps them, and raking."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from demandsim.errors import PopulationError
from demandsim.scenario.base import DECILES
from demandsim.scenario.place import FIVE_YEAR_BANDS, Place
from demandsim.units import split_by_largest_remainder

BANDS = len(FIVE_YEAR_BANDS)
FROM_90 = tuple(
    Fraction(4**year * 5 ** (9 - year), sum(4**k * 5 ** (9 - k) for k in range(10))) for year in range(10)
)
"""Shares of the band 90 and over by year of age, 90 to 99: each four fifths of the year before (judged, from
the death rates at 90)."""
UNIT = 2**32
"""Parts of one person in which remainders are carried; whole, so that no machine rounds differently."""


def people_counts(place: Place, residents: int) -> NDArray[np.int64]:
    """Whole numbers of residents who match a place's margins.

    Parameters
    ----------
    place : Place
        The place.
    residents : int
        How many in all.

    Returns
    -------
    int64[district, 10, 19, 2]
        Residents by district, decile, five-year band and sex (female, male). Districts, and deciles within a
        district, are within one of their exact share; every cell, and the bands and sexes of the whole place,
        within two.
    """
    districts = list(place.districts.values())
    counts = np.zeros((len(districts), DECILES, BANDS, 2), dtype=np.int64)
    totals = split_by_largest_remainder(residents, [each.population for each in districts])
    owed_place = [0] * BANDS
    for number, (district, total) in enumerate(zip(districts, totals, strict=True)):
        table = [[_parts(people) for people in row] for row in district.people]
        rows = split_by_largest_remainder(total, [sum(row) for row in table])
        owed = [0] * BANDS
        for decile, (row, size) in enumerate(zip(table, rows, strict=True)):
            if size:
                exact = [part * size * UNIT // sum(row) for part in row]
                counts[number, decile, :, 0] = rounded_row(exact, size, [owed, owed_place])
    _split_by_sex(counts, [_parts(share) for share in place.male_by_band])
    return counts


def rounded_row(exact: Sequence[int], total: int, owed: Sequence[list[int]]) -> list[int]:
    """Round one row to whole numbers, paying first the columns that are owed most.

    Parameters
    ----------
    exact : ints, length n
        What each column should get, in `UNIT`.
    total : int
        What the row must add up to.
    owed : lists of n ints
        What each column is owed so far, in `UNIT`, one list a margin; brought up to date.

    Returns
    -------
    n ints
        Each the exact number rounded down or up, wherever the total allows.
    """
    row = [part // UNIT for part in exact]
    for ledger in owed:
        for column, part in enumerate(exact):
            ledger[column] += part - row[column] * UNIT
    missing = total - sum(row)
    due = [sum(ledger[column] for ledger in owed) for column in range(len(row))]
    fractional = sorted(
        (column for column in range(len(row)) if exact[column] % UNIT),
        key=lambda column: (-due[column], -(exact[column] % UNIT), column),
    )
    # A row's remainders may have lost a part in rounding down, so that one unit more than there are fractions
    # is missing; it goes where most is owed.
    places = fractional or [max(range(len(row)), key=lambda column: (due[column], -column))]
    for turn in range(missing):
        column = places[turn % len(places)]
        row[column] += 1
        for ledger in owed:
            ledger[column] -= UNIT
    return row


def running_split(weights: Sequence[int], total: int) -> list[int]:
    """Split a whole number in the order given, every run from the start within a half of its share.

    Parameters
    ----------
    weights : ints, length n
        Zero or more each.
    total : int
        What to split; nothing is split where all weights are zero.

    Returns
    -------
    n ints
        Parts, adding up to `total`.
    """
    whole = sum(weights)
    if whole == 0:
        return [0] * len(weights)
    parts, so_far, given = [], 0, 0
    for weight in weights:
        so_far += weight
        upto = (2 * so_far * total + whole) // (2 * whole)
        parts.append(upto - given)
        given = upto
    return parts


def home_total(place: Place, residents: int) -> list[int]:
    """How many homes each district's residents should make.

    Parameters
    ----------
    place : Place
        The place.
    residents : int
        How many residents are made for it.

    Returns
    -------
    ints, one a district
        Adding up to the place's households, scaled by residents to people.
    """
    households = [each.households for each in place.districts.values()]
    people = sum(each.population for each in place.districts.values())
    total = max(1, (2 * residents * sum(households) + people) // (2 * people))
    return list(split_by_largest_remainder(total, households))


def tenure_counts(place: Place, homes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Whole numbers of homes by tenure: England's tenure given decile, raked to each district's tenure.

    Parameters
    ----------
    place : Place
        The place.
    homes : int64[district, 10]
        Homes there are.

    Returns
    -------
    int64[district, 10, 3]
        Homes owned, social rented, private rented. Each cell is its raked number rounded down or up; each
        district's tenures are within one and a half of their share.
    """
    counts = np.zeros((*homes.shape, 3), dtype=np.int64)
    for number, district in enumerate(place.districts.values()):
        rows = [int(each) for each in homes[number]]
        raked = rake(place.tenure_by_decile, rows, [share * sum(rows) for share in district.tenure])
        owed = [0, 0, 0]
        for decile, size in enumerate(rows):
            if size:
                exact = [int(part * UNIT) for part in raked[decile]]
                counts[number, decile] = rounded_row(exact, size, [owed])
    return counts


def rake(
    seed: Sequence[Sequence[float]], rows: Sequence[float], columns: Sequence[float], *, rounds: int = 200
) -> list[list[float]]:
    """Fit a table to its margins by iterative proportional fitting.

    Parameters
    ----------
    seed : table of n rows by m columns
        Where it starts: what goes with what.
    rows, columns : n and m numbers
        What rows and columns should add up to; of one total.
    rounds : int
        How often both are fitted, at most.

    Returns
    -------
    n rows by m columns
        Rows add up exactly, columns to within a millionth of the total where the seed allows it.

    Raises
    ------
    PopulationError
        If a column that should hold something is empty in the seed.

    Notes
    -----
    Deming and Stephan (1940), Annals of Mathematical Statistics 11(4):427-444. Plain Python sums, in order: a
    vectorised sum may differ in its last digit between machines.
    """
    table = [[float(cell) for cell in row] for row in seed]
    for _ in range(rounds):
        for column, wanted in enumerate(columns):
            has = sum(row[column] for row in table)
            if has <= 0 < wanted:
                raise PopulationError(f"raking: column {column} is empty and should hold {wanted:g}")
            for row in table:
                row[column] *= wanted / has if has > 0 else 0.0
        off = 0.0
        for row, wanted in zip(table, rows, strict=True):
            has = sum(row)
            off = max(off, abs(has - wanted))
            row[:] = [cell * wanted / has if has > 0 else 0.0 for cell in row]
        if off <= 1e-7 * max(1.0, sum(rows)):
            break
    return table


def _parts(number: float) -> int:
    """A count or a share in whole millionths, read as it is written."""
    return int((Decimal(repr(number)) * 1_000_000).to_integral_value())


def _split_by_sex(counts: NDArray[np.int64], male: Sequence[int]) -> None:
    """Move each band's males out of the female column, keeping a running remainder through all cells."""
    owed = 500_000
    for band, share in enumerate(male):
        cells = counts[:, :, band, 0]
        run = owed + np.cumsum(cells.reshape(-1)) * share
        upto = run // 1_000_000
        men = np.diff(upto, prepend=0).reshape(cells.shape)
        counts[:, :, band, 1] = men
        counts[:, :, band, 0] = cells - men
        owed = int(run[-1] - upto[-1] * 1_000_000)
