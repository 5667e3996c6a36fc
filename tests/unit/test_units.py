"""Chances, multipliers, money and time become the right whole numbers, and what has no unit is refused."""

from __future__ import annotations

import decimal
import math
from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise
from statistics import NormalDist

import numpy as np
import pytest

from demandsim.errors import UnitError
from demandsim.units import (
    MULTIPLIER_ONE,
    ONE,
    Number,
    chance_units,
    minutes,
    multiplier_units,
    normal_grades,
    pence,
    split_by_largest_remainder,
    weekly_units,
)

ALL = (weekly_units, chance_units, multiplier_units, pence, minutes)


@pytest.mark.parametrize("rate", [0.001, 0.1, 1, 12.5, 52, 400])
def test_a_weekly_chance_is_right_to_half_a_unit(rate: float) -> None:
    # expm1 is right to a few parts in 10^16, under a millionth of a unit here: half and a little to spare.
    assert weekly_units(rate) == pytest.approx(-math.expm1(-rate / 52) * ONE, abs=0.501)


def test_a_weekly_chance_ends_at_certain() -> None:
    assert weekly_units(0) == 0
    assert weekly_units("1e-30") == 0
    assert weekly_units(2_000) == ONE
    assert weekly_units(1e18) == ONE
    assert weekly_units(1_100) < ONE


def test_chances() -> None:
    assert [chance_units(each) for each in (0, 1, 0.5, "0.25", Decimal("0.75"))] == [
        0,
        ONE,
        2**31,
        2**30,
        3 * 2**30,
    ]
    assert chance_units(0.1) == round(ONE / 10)
    with pytest.raises(UnitError, match=r"a probability: given 1\.01; a number from 0 to 1"):
        chance_units(1.01)


def test_multipliers_pence_and_minutes() -> None:
    assert [multiplier_units(each) for each in (1, 0, 2.5)] == [MULTIPLIER_ONE, 0, 163_840]
    assert [pence(each) for each in (1, 280, 0.1, "19.99", 402.5)] == [100, 28_000, 10, 1_999, 40_250]
    assert [minutes(each) for each in (1, 0.5, 37.5, "0.1")] == [60, 30, 2_250, 6]


def test_halves_go_to_even() -> None:
    assert [pence(each) for each in (0.005, 0.015, 0.025, 1.115)] == [0, 2, 2, 112]
    assert chance_units(Decimal(1) / 2**33) == 0
    assert chance_units(Decimal(3) / 2**33) == 2


def test_a_float_means_what_it_is_written_as() -> None:
    # Two roundings apart: the float 1.115 is really 1.11499..., and would go down.
    assert pence(1.115) == pence("1.115") == pence(Decimal("1.115")) == pence(np.float64(1.115))
    assert weekly_units(1) == weekly_units(1.0) == weekly_units(np.int64(1)) == weekly_units("1.00")


@pytest.mark.parametrize("unit", ALL)
@pytest.mark.parametrize(
    "value",
    [
        -1,
        -0.1,
        "-1",
        math.nan,
        math.inf,
        -math.inf,
        Decimal("sNaN"),
        "Infinity",
        "abc",
        "",
        None,
        True,
        [1],
        1e19,
    ],
)
def test_what_is_not_a_number_is_refused_by_name(unit: Callable[[Number], int], value: Number) -> None:
    with pytest.raises(UnitError, match=r"given .*would do") as caught:
        unit(value)
    assert repr(value) in str(caught.value)


def test_what_64_bits_cannot_hold_is_refused() -> None:
    with pytest.raises(UnitError, match="would do"):
        multiplier_units(10**15)
    with pytest.raises(UnitError, match="would do"):
        pence(10**17)


def test_an_exponent_of_minus_a_billion_is_nought_at_once() -> None:
    assert pence("1e-999999999") == 0


def test_the_callers_decimal_settings_move_nothing() -> None:
    usual = weekly_units("0.123456789"), normal_grades("0.77", 9), pence("0.125")
    with decimal.localcontext(prec=3, rounding=decimal.ROUND_UP, traps=[decimal.Inexact]):
        weekly_units.__globals__["_weekly_units"].cache_clear()
        normal_grades.__globals__["_normal_grades"].cache_clear()
        assert (weekly_units("0.123456789"), normal_grades("0.77", 9), pence("0.125")) == usual


@pytest.mark.parametrize(
    ("total", "shares", "parts"),
    [
        (10, [1, 1, 1], (4, 3, 3)),
        (100, ["0.335", 0.335, Decimal("0.33")], (34, 33, 33)),
        (5, [0, 1, 0], (0, 5, 0)),
        (0, [1, 2], (0, 0)),
        (7, [0.1, 0.2], (2, 5)),
        (28_000, [0.1, 0.9], (2_800, 25_200)),
        (2**70, [1, 1], (2**69, 2**69)),
    ],
)
def test_parts_add_up_and_ties_go_by_order(total: int, shares: list[Number], parts: tuple[int, ...]) -> None:
    assert split_by_largest_remainder(total, shares) == parts
    assert sum(parts) == total


@pytest.mark.parametrize(
    ("total", "shares"),
    [(1, []), (1, [0, 0]), (1, [1, -1]), (-1, [1]), (1.0, [1]), (True, [1]), (1, [math.nan])],
)
def test_a_split_that_cannot_be_is_refused(total: int, shares: list[Number]) -> None:
    with pytest.raises(UnitError, match="would do"):
        split_by_largest_remainder(total, shares)


@pytest.mark.parametrize(("sigma", "count"), [(0, 5), (0.5, 16), (1, 64), ("1.2", 32), (2, 128), (0.001, 64)])
def test_grades_are_the_lognormal_cut_up(sigma: Number, count: int) -> None:
    thresholds, multipliers = normal_grades(sigma, count)
    assert len(thresholds) == len(multipliers) == count
    assert thresholds[-1] == ONE
    assert all(lower < upper for lower, upper in pairwise((0, *thresholds)))
    assert list(multipliers) == sorted(multipliers)

    step = 6.4 / (count - 1)
    cuts = [NormalDist().cdf(-3.2 + step * (place + 0.5)) * ONE for place in range(count - 1)]
    # The float's own error is some 10^-16 of one, a millionth of a unit: half and a little to spare.
    assert thresholds[:-1] == pytest.approx(cuts, abs=0.501)


@pytest.mark.parametrize(("sigma", "count"), [(0, 5), (0.5, 16), (1, 64), ("1.2", 32), (2, 128), (0.001, 64)])
def test_grades_have_mean_one(sigma: Number, count: int) -> None:
    thresholds, multipliers = normal_grades(sigma, count)
    chances = [upper - lower for lower, upper in pairwise((0, *thresholds))]
    mean = sum(chance * each for chance, each in zip(chances, multipliers, strict=True))
    # No move of one unit in the rarest grade would come nearer.
    assert abs(mean - ONE * MULTIPLIER_ONE) <= min(chances) / 2
    # Even in the logarithm: each is half a unit off by rounding, and up to two by setting the mean right.
    middle = multipliers[count // 2 :]
    gaps = [math.log(upper / lower) for lower, upper in pairwise(middle)]
    assert gaps == pytest.approx([float(sigma) * 6.4 / (count - 1)] * len(gaps), abs=5 / middle[0])


def test_one_grade_and_no_spread_change_nothing() -> None:
    assert normal_grades(1, 1) == ((ONE,), (MULTIPLIER_ONE,))
    assert set(normal_grades(0, 7)[1]) == {MULTIPLIER_ONE}


@pytest.mark.parametrize(
    ("sigma", "count", "reach"),
    [(-1, 5, 3), (6, 5, 3), (1, 0, 3), (1, 2.0, 3), (1, True, 3), (1, 5, 0), (1, 5, 7)],
)
def test_grades_that_cannot_be_are_refused(sigma: Number, count: int, reach: Number) -> None:
    with pytest.raises(UnitError, match="would do"):
        normal_grades(sigma, count, reach=reach)
