"""Intervals for few pairs: known values, the share that they hold, and none where there is none."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import t

from demandsim.analysis.intervals import (
    COVER,
    few_said,
    holds_zero,
    label,
    mean_interval,
    ratio_interval,
    reach,
)

RUNS = 20_000
MARGIN = 4 * math.sqrt(COVER * (1 - COVER) / RUNS)
"""Four standard errors of a share of 20,000 runs, 0.85 points: a true 90% interval fails one test in 16,000."""


@pytest.mark.parametrize("pairs", [2, 3, 4, 5, 8, 10, 11, 30, 61, 400, 1001])
def test_the_reach_is_student_s_t(pairs: int) -> None:
    assert reach(pairs) == pytest.approx(t.ppf((1 + COVER) / 2, pairs - 1), rel=1e-10)


@pytest.mark.parametrize("pairs", [2, 3, 5, 10])
def test_few_pairs_hold_their_ninety_per_cent(pairs: int) -> None:
    # Pairs drawn again with replacement would hold 50%, 63%, 78% and 86%.
    drawn = np.random.default_rng(pairs).normal(100.0, 30.0, size=(pairs, RUNS))
    told = mean_interval(drawn)
    held = float(((told.low <= 100.0) & (told.high >= 100.0)).mean())
    assert abs(held - COVER) < MARGIN, f"{pairs} pairs: {held:.3f} of {RUNS} intervals"


@pytest.mark.parametrize("pairs", [2, 3, 5, 10])
def test_a_ratio_of_few_pairs_holds_its_ninety_per_cent(pairs: int) -> None:
    runs = 4_000
    chance = np.random.default_rng(pairs)
    bottoms = chance.normal(50.0, 5.0, size=(runs, pairs))
    tops = 2 * bottoms + chance.normal(0.0, 10.0, size=(runs, pairs))
    told = np.array([ratio_interval(top, bottom) for top, bottom in zip(tops, bottoms, strict=True)])
    held = float(((told[:, 1] <= 2) & (told[:, 2] >= 2)).mean())
    margin = 4 * math.sqrt(COVER * (1 - COVER) / runs)  # four standard errors: 1.9 points
    assert abs(held - COVER) < margin, f"{pairs} pairs: {held:.3f} of {runs} intervals"


def test_two_pairs_have_very_wide_bounds_that_can_be_worked_out_by_hand() -> None:
    # The standard error of the mean of 0 and 10 is 5; with one degree of freedom t is tan(81 degrees).
    told = mean_interval(np.array([0.0, 10.0]))
    wide = 5 * math.tan(math.radians(81))
    assert (told.mean, told.low, told.high) == pytest.approx((5.0, 5 - wide, 5 + wide))


def test_many_pairs_come_to_the_normal_interval() -> None:
    values = np.random.default_rng(7).normal(100.0, 10.0, size=400)
    told = mean_interval(values)
    half = 1.645 * values.std() / math.sqrt(400)
    assert told.low == pytest.approx(values.mean() - half, abs=0.01 * half)
    assert told.high == pytest.approx(values.mean() + half, abs=0.01 * half)


def test_a_column_has_the_same_bounds_alone_as_beside_others() -> None:
    values = np.random.default_rng(3).normal(size=(6, 2, 3))
    both, alone = mean_interval(values), mean_interval(values[:, 1, 2])
    assert both.low.shape == (2, 3)
    assert (alone.low, alone.high) == pytest.approx((both.low[1, 2], both.high[1, 2]), rel=1e-12)


def test_equal_pairs_have_no_width() -> None:
    told = mean_interval(np.zeros((4, 3)))
    assert told.mean.tolist() == told.low.tolist() == told.high.tolist() == [0.0, 0.0, 0.0]


def test_one_pair_has_no_interval_and_says_so() -> None:
    told = mean_interval(np.array([[3.0, 4.0]]))
    assert told.mean.tolist() == [3.0, 4.0]
    assert np.isnan(told.low).all()
    assert np.isnan(told.high).all()
    assert label(1) == "one pair: no interval"
    assert label(2) == "chance only"


def test_few_pairs_are_said_to_be_few() -> None:
    assert "with one pair there is none" in few_said(1)
    assert "2 pairs of runs: they are wide" in few_said(2)
    assert "9 pairs" in few_said(9)
    assert few_said(10) == ""


def test_a_ratio_is_total_over_total() -> None:
    mean, low, high = ratio_interval(np.array([1.0, 3.0, 3.0]), np.array([5.0, 6.0, 9.0]))
    assert mean == pytest.approx(7 / 20)  # not the mean of the three
    assert low < mean < high


def test_the_ends_of_a_ratio_are_where_zero_leaves_the_interval() -> None:
    top, bottom = np.array([10.0, 14.0, 11.0, 9.0]), np.array([30.0, 33.0, 35.0, 31.0])
    _, low, high = ratio_interval(top, bottom)
    assert mean_interval(top - low * bottom).low == pytest.approx(0, abs=1e-9)
    assert mean_interval(top - high * bottom).high == pytest.approx(0, abs=1e-9)


def test_a_ratio_of_proportional_pairs_has_no_width() -> None:
    bottom = np.array([3.0, 4.0, 5.0])
    assert ratio_interval(bottom / 2, bottom) == (0.5, 0.5, 0.5)


def test_a_ratio_has_no_ends_where_its_bottom_may_be_nothing() -> None:
    assert ratio_interval(np.array([1.0, 1.0]), np.array([-1.0, 5.0])) == (0.5, -math.inf, math.inf)


def test_no_ratio_of_nothing() -> None:
    assert all(math.isnan(part) for part in ratio_interval(np.ones(3), np.zeros(3)))
    assert ratio_interval(np.ones(1), np.full(1, 2.0))[0] == 0.5


@pytest.mark.parametrize(
    ("low", "high", "holds"),
    [(-1, 1, True), (0, 1, True), (0.1, 1, False), (-2, -1, False), (math.nan, math.nan, True)],
)
def test_whether_an_interval_holds_zero(low: float, high: float, holds: bool) -> None:
    assert holds_zero(low, high) is holds
