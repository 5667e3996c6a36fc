"""How many homes of each make-up each district and decile gets, so that people and homes both come out."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from demandsim.population.margins import running_split
from demandsim.scenario.base import DECILES
from demandsim.scenario.place import Households

CLASS_AGES = (0, 5, 10, 15, 18, *range(20, 95, 5))
"""First age of each class used to put people together: five-year bands, with 15 to 19 cut at 18."""
FIRST_ADULT = CLASS_AGES.index(18)
AT_HOME = {18: 0.80, 20: 0.51, 25: 0.27, 30: 0.12}
"""Share of each class still at home as a grown child (Census 2021, recalled; a tenth either way)."""

HOMES, LONE, COUPLE_CHILDREN, WITH_OTHERS, GROWN, ONE, COUPLE, UNRELATED = range(8)
"""Columns of a plan: all homes; lone parents and couples with children; families with further adults; parents
with grown children only; one person; couples; other adults."""

_HEADS = (40, 45, 50, *(55,) * 3, *(57,) * 4, *(62,) * 2, *(70,) * 2, *(80,) * 2)
"""Homes headed per hundred adults not at home as a grown child, by class from 18 (judged): how a district's
homes are shared among its deciles."""
_LONE_TILT = (160, 145, 130, 115, 105, 95, 85, 75, 65, 55)
"""Lone parents among families by decile, per hundred of the mean (judged: nearly three to one)."""
_OTHERS_WITH_CHILDREN = 12
_OTHERS_GROWN = 58
"""Per hundred other homes: with dependent children; parents with grown children only (Census, recalled)."""


def plan_homes(
    make_up: Households,
    homes: Sequence[int],
    *,
    children: NDArray[np.int64],
    grown: NDArray[np.int64],
    adults: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Share out homes of each make-up over districts and deciles.

    Parameters
    ----------
    make_up : Households
        Shares of the place's homes.
    homes : ints, one a district
        Homes wanted.
    children, grown : int64[district, 10]
        Children under 18, and grown children at home.
    adults : int64[district, 10, adult classes]
        All other adults.

    Returns
    -------
    int64[cell, 8]
        Homes wanted by cell (district x 10 + decile - 1) and make-up, numbered by this file's constants.

    Notes
    -----
    Families follow children. One-person homes are what remains when every district's homes and adults are
    both used up and couples and other homes hold as many adults as in the place as a whole.
    """
    total = sum(homes)
    share = {name: _hundredths(getattr(make_up, name)) for name in ("one_person", "couple", "lone_parent")}
    share["family"] = _hundredths(make_up.couple_with_children)
    share["other"] = max(0, 10_000 - sum(share.values()))
    other = share["other"] * total // 10_000
    plan = np.zeros((children.size, 8), dtype=np.int64)
    plan[:, HOMES] = _by_heads(homes, adults)
    _plan_families(plan, share, total, other, children.reshape(-1))
    plan[:, GROWN] = _capped(running_split(_ints(grown), other * _OTHERS_GROWN // 100), grown.reshape(-1))
    _plan_alone(plan, share["one_person"] * total // 10_000, adults.sum(axis=2).reshape(-1))
    _plan_rest(plan, share)
    return plan


def _by_heads(homes: Sequence[int], adults: NDArray[np.int64]) -> NDArray[np.int64]:
    """Share each district's homes among its deciles by the homes its adults head."""
    heads = adults @ np.array(_HEADS, dtype=np.int64)
    return np.array(
        [running_split(_ints(row), count) for row, count in zip(heads, homes, strict=True)]
    ).reshape(-1)


def _plan_families(
    plan: NDArray[np.int64], share: dict[str, int], total: int, other: int, children: NDArray[np.int64]
) -> None:
    """Share out homes with children: they follow children, lone parents deprivation too."""
    tilt = np.tile(np.array(_LONE_TILT, dtype=np.int64), children.size // DECILES)
    lone = share["lone_parent"] * total // 10_000
    families = lone + share["family"] * total // 10_000
    with_children = _capped(running_split(_ints(children), families), children)
    plan[:, LONE] = _capped(running_split(_ints(children * tilt), lone), with_children)
    plan[:, COUPLE_CHILDREN] = with_children - plan[:, LONE]
    further = running_split(_ints(children), other * _OTHERS_WITH_CHILDREN // 100)
    plan[:, WITH_OTHERS] = _capped(further, children - with_children)


def _plan_alone(plan: NDArray[np.int64], alone: int, adults: NDArray[np.int64]) -> None:
    """Work out one-person homes: those that leave the place's mean of adults in all further homes."""
    homes_left = plan[:, HOMES] - plan[:, LONE] - plan[:, COUPLE_CHILDREN]
    adults_left = adults - plan[:, LONE] - 2 * plan[:, COUPLE_CHILDREN]
    rest_adults = int(adults_left.sum()) - alone
    rest_homes = int(homes_left.sum()) - alone
    if rest_adults <= rest_homes or rest_homes <= 0:
        plan[:, ONE] = np.maximum(homes_left, 0)
        return
    owed = 0
    for cell in range(plan.shape[0]):
        owed += rest_adults * int(homes_left[cell]) - rest_homes * int(adults_left[cell])
        most = max(0, min(int(homes_left[cell]), int(adults_left[cell])))
        count = min(max(0, (2 * owed // (rest_adults - rest_homes) + 1) // 2), most)
        plan[cell, ONE] = count
        owed -= count * (rest_adults - rest_homes)


def _plan_rest(plan: NDArray[np.int64], share: dict[str, int]) -> None:
    """Split what remains of each cell's homes into couples and other homes."""
    rest = np.maximum(plan[:, HOMES] - plan[:, LONE] - plan[:, COUPLE_CHILDREN] - plan[:, ONE], 0)
    pair = max(1, share["couple"] + share["other"])
    others = np.array(running_split(_ints(rest), int(rest.sum()) * share["other"] // pair), dtype=np.int64)
    others = np.minimum(others, rest)
    plan[:, COUPLE] = rest - others
    plan[:, WITH_OTHERS] = np.minimum(plan[:, WITH_OTHERS], others)
    plan[:, GROWN] = np.minimum(plan[:, GROWN], others - plan[:, WITH_OTHERS])
    plan[:, UNRELATED] = others - plan[:, WITH_OTHERS] - plan[:, GROWN]


def _capped(parts: Sequence[int], most: NDArray[np.int64]) -> NDArray[np.int64]:
    """No more of something than there is to make it from."""
    return np.minimum(np.array(parts, dtype=np.int64), np.maximum(most, 0))


def _ints(array: NDArray[np.int64]) -> list[int]:
    """Plain Python numbers, which cannot overflow."""
    return [int(each) for each in array.reshape(-1)]


def _hundredths(share: float) -> int:
    """A share in whole ten-thousandths."""
    return int((Decimal(repr(share)) * 10_000).to_integral_value())
