"""What residents draw for life: age within the band, vulnerability, support, benefit; and homes' tenure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from demandsim.population.columns import Residents
from demandsim.population.margins import BANDS, FROM_90, tenure_counts
from demandsim.population.pools import CHILD
from demandsim.scenario.base import AGE_BANDS, DECILES
from demandsim.scenario.place import Place
from demandsim.units import ONE, WEEKS_A_YEAR, chance_units, multiplier_units, normal_grades

GRADES = 64
_HALF = 65_536
_TRIANGLE_SPREAD = (
    26_754  # standard deviation of the sum of two evenly spread 16-bit numbers: 65,536 / sqrt(6)
)


def age_in_weeks(band: NDArray[np.int64], word: NDArray[np.int64]) -> NDArray[np.int64]:
    """Draw ages within five-year bands.

    Parameters
    ----------
    band : int64[n]
        Number of the band, 0 (0-4) to 18 (90 and over).
    word : int64[n]
        The draw `age_within_band`.

    Returns
    -------
    int64[n]
        Age in whole weeks: evenly spread in a band; from 90 to 99, falling as `margins.FROM_90` says.
    """
    first = band * (5 * WEEKS_A_YEAR)
    even = first + ((word * (5 * WEEKS_A_YEAR)) >> 32)
    edges = np.array([round(sum(FROM_90[:year]) * ONE) for year in range(len(FROM_90) + 1)], dtype=np.int64)
    year = np.searchsorted(edges, word, side="right") - 1
    within = (word - edges[year]) * WEEKS_A_YEAR // (edges[year + 1] - edges[year])
    return np.where(band == BANDS - 1, first + year * WEEKS_A_YEAR + within, even)


def own_grade(place: Place, word: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Draw vulnerability grades, 0 to 63.

    Parameters
    ----------
    place : Place
        Its `vulnerability_spread` is read.
    word : int64[n]
        The draw `vulnerability`.

    Returns
    -------
    uint8[n]
        Grades whose multipliers are `units.normal_grades(place.vulnerability_spread, 64)[1]`.
    """
    thresholds, _ = normal_grades(place.vulnerability_spread, GRADES)
    return np.searchsorted(np.array(thresholds, dtype=np.int64), word, side="right").astype(np.uint8)


def support(place: Place, word: NDArray[np.int64]) -> NDArray[np.uint16]:
    """Draw community support from a triangle about the place's mean.

    Parameters
    ----------
    place : Place
        Its `support_mean` and `support_spread` (standard deviation) are read.
    word : int64[n]
        The draw `support`; the sum of its two halves has a triangular distribution.

    Returns
    -------
    uint16[n]
        In 65,536ths, cut at both ends.
    """
    aside = (word >> 16) + (word & (_HALF - 1)) - (_HALF - 1)
    middle, spread = multiplier_units(place.support_mean), multiplier_units(place.support_spread)
    drawn: NDArray[np.int64] = middle + aside * spread // _TRIANGLE_SPREAD
    return np.clip(drawn, 0, _HALF - 1).astype(np.uint16)


def inherited(
    place: Place,
    own: NDArray[np.uint8],
    parent: NDArray[np.uint8],
    role: NDArray[np.uint8],
    word: NDArray[np.int64],
) -> NDArray[np.uint8]:
    """Give the children who inherit it their parent's grade.

    Parameters
    ----------
    place : Place
        Its `vulnerability_inherited` is read.
    own, parent : uint8[n]
        Grade drawn, and grade of the parent (for an adult: anything).
    role : uint8[n]
        Role in the household.
    word : int64[n]
        The draw `inherits`.

    Returns
    -------
    uint8[n]
        Grades. Parents' and own have one distribution, so children's has it too.
    """
    takes = (role == CHILD) & (word < chance_units(place.vulnerability_inherited))
    return np.where(takes, parent, own).astype(np.uint8)


def claims(place: Place, tenure: NDArray[np.uint8], word: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Draw which homes claim housing benefit.

    Parameters
    ----------
    place : Place
        Its `households.benefit` is read.
    tenure : uint8[n]
        Tenure of the home.
    word : int64[n]
        The reference person's draw `benefit`.

    Returns
    -------
    uint8[n]
        1 where it claims.
    """
    shares = np.array([chance_units(share) for share in place.households.benefit], dtype=np.int64)
    return (word < shares[tenure]).astype(np.uint8)


def tenures(
    place: Place, cell: NDArray[np.int64], age: NDArray[np.int64], word: NDArray[np.int64]
) -> NDArray[np.uint8]:
    """Give homes tenures: whole numbers raked to the place's margins, owners older, private tenants younger.

    Parameters
    ----------
    place : Place
        The place.
    cell : int64[home]
        District x 10 + decile - 1.
    age : int64[home]
        Age of the reference person in weeks.
    word : int64[home]
        The reference person's draw `tenure`.

    Returns
    -------
    uint8[home]
        0 owned, 1 social rented, 2 private rented.

    Notes
    -----
    The tilt is judged: fifty years of age count as much as two fifths of the draw.
    """
    cells = len(place.districts) * DECILES
    counts = np.bincount(cell, minlength=cells).astype(np.int64).reshape(-1, DECILES)
    wanted = tenure_counts(place, counts).reshape(cells, 3)
    tilt = np.clip(age // WEEKS_A_YEAR, 20, 80) * (_HALF // 125)
    tenure = np.zeros(cell.size, dtype=np.uint8)
    _rank_and_cut(tenure, np.arange(cell.size), cell, (word >> 16) + tilt, wanted[:, 1] + wanted[:, 2], 1)
    renters = np.flatnonzero(tenure)
    # The two halves of the word are two draws: who rents, and who of them from a private landlord.
    _rank_and_cut(
        tenure, renters, cell[renters], (word[renters] & (_HALF - 1)) + tilt[renters], wanted[:, 2], 2
    )
    return tenure


def fill_cells(residents: Residents, rows: slice, week: NDArray[np.int64] | int) -> None:
    """Fill the column `cell` of some rows as it stands in a week.

    Parameters
    ----------
    residents : Residents
        Changed.
    rows : slice
        Whose.
    week : int or int64[row]
        The week.
    """
    years = (week - residents.born_week[rows].astype(np.int64)) // WEEKS_A_YEAR
    band = np.searchsorted(np.array(AGE_BANDS), years, side="right") - 1
    cell = (band * 2 + residents.sex[rows]) * DECILES + residents.decile[rows] - 1
    residents.cell[rows] = cell.astype(np.uint8)


def _rank_and_cut(
    tenure: NDArray[np.uint8],
    homes: NDArray[np.int64],
    cell: NDArray[np.int64],
    score: NDArray[np.int64],
    count: Sequence[int] | NDArray[np.int64],
    value: int,
) -> None:
    """Set the tenure of the homes with the lowest scores in each cell, so many as counted."""
    order = np.lexsort((score, cell))
    starts = np.searchsorted(cell[order], np.arange(len(count)))
    place = np.arange(order.size) - starts[cell[order]]
    chosen = order[place < np.asarray(count)[cell[order]]]
    tenure[homes[chosen]] = value
