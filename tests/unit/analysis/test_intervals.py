"""Bootstrap intervals: known values, fixed draws, and no interval where there is none."""

from __future__ import annotations

import math

import numpy as np
import pytest

from demandsim.analysis.intervals import (
    RESAMPLES,
    holds_zero,
    label,
    mean_interval,
    ratio_interval,
    resamples,
)


def test_two_pairs_have_bounds_that_can_be_worked_out_by_hand() -> None:
    # Means of two drawn from {0, 10}: 0, 5 or 10 with chances 1/4, 1/2, 1/4; 5% and 95% fall on the ends.
    told = mean_interval(np.array([0.0, 10.0]))
    assert (told.mean, told.low, told.high) == (5.0, 0.0, 10.0)


def test_many_pairs_come_near_the_normal_interval() -> None:
    values = np.random.default_rng(7).normal(100.0, 10.0, size=400)
    told = mean_interval(values)
    half = 1.645 * values.std() / math.sqrt(400)
    # The 5% point of 2,000 resamples is known to about 0.05 standard errors of the mean; four of those.
    margin = 4 * 0.05 * values.std() / math.sqrt(400)
    assert told.low == pytest.approx(values.mean() - half, abs=margin)
    assert told.high == pytest.approx(values.mean() + half, abs=margin)


def test_the_draws_never_change() -> None:
    drawn = resamples(5)
    assert drawn.shape == (RESAMPLES, 5)
    assert drawn.min() == 0
    assert drawn.max() == 4
    assert drawn[0].tolist() == np.random.default_rng(20_250_401).integers(0, 5, size=(2000, 5))[0].tolist()
    with pytest.raises(ValueError, match="read-only"):
        drawn[0, 0] = 1


def test_columns_are_resampled_together() -> None:
    values = np.random.default_rng(3).normal(size=(6, 2))
    both = mean_interval(np.column_stack([values, values.sum(axis=1)]))
    assert both.mean[2] == pytest.approx(both.mean[0] + both.mean[1])
    alone = mean_interval(values[:, 0])
    assert (alone.low, alone.high) == (both.low[0], both.high[0])


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


def test_a_ratio_is_total_over_total() -> None:
    mean, low, high = ratio_interval(np.array([1.0, 3.0]), np.array([1.0, 9.0]))
    assert mean == pytest.approx(0.4)  # not the mean of 1 and 1/3
    assert (low, high) == pytest.approx((1 / 3, 1.0))


def test_a_ratio_of_proportional_pairs_has_no_width() -> None:
    bottom = np.array([1.0, 2.0, 4.0])
    assert ratio_interval(bottom / 2, bottom) == (0.5, 0.5, 0.5)


def test_resamples_without_a_saving_count_as_endlessly_large() -> None:
    mean, _, high = ratio_interval(np.array([1.0, 1.0]), np.array([-1.0, 5.0]))
    assert mean == 0.5
    assert high == math.inf  # a quarter of resamples hold the first pair twice


def test_no_ratio_of_nothing() -> None:
    assert all(math.isnan(part) for part in ratio_interval(np.ones(3), np.zeros(3)))


@pytest.mark.parametrize(
    ("low", "high", "holds"),
    [(-1, 1, True), (0, 1, True), (0.1, 1, False), (-2, -1, False), (math.nan, math.nan, True)],
)
def test_whether_an_interval_holds_zero(low: float, high: float, holds: bool) -> None:
    assert holds_zero(low, high) is holds
