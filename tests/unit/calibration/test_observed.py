"""Targets measured on runs: seeds put together by totals, the same with any number of threads."""

from __future__ import annotations

import numpy as np
import pytest

from demandsim.analysis.intervals import mean_interval
from demandsim.calibration.measures import value_of
from demandsim.calibration.observed import check_measurable, observe, pooled_interval
from demandsim.calibration.targets import targets
from demandsim.errors import RunError
from demandsim.scenario.read import read_scenario

ENGLAND = read_scenario("england").replace(residents=2_000)
SOME = [
    targets()[key] for key in ("frailty_65", "gp_visits", "safeguarding_concerns", "detentions_decile_ratio")
]


def test_runs_are_put_together_whatever_the_threads() -> None:
    told: list[tuple[int, int]] = []
    one = observe(
        ENGLAND, SOME, seeds=[1, 2], threads=1, progress=lambda done, total: told.append((done, total))
    )
    two = observe(ENGLAND, SOME, seeds=[1, 2], threads=2)
    assert told == [(1, 2), (2, 2)]
    assert list(one) == ["frailty_65", "gp_visits", "detentions_decile_ratio"]
    for key, seen in one.items():
        np.testing.assert_equal(tuple(seen), tuple(two[key]))
    assert one["frailty_65"].low <= one["frailty_65"].mean <= one["frailty_65"].high
    assert one["frailty_65"].each.shape == (2,)
    assert 2 < one["gp_visits"].mean < 4


def test_an_interval_of_totals_weighs_runs_by_their_size() -> None:
    # Without either run the value is the other's: half their difference is the jackknife's error of two.
    parts = np.array([[1.0, 1.0], [200.0, 100.0]])
    low, high = pooled_interval(parts)
    assert (low + high) / 2 == pytest.approx(201 / 101)
    assert value_of(parts.sum(axis=0)) == pytest.approx(201 / 101)
    assert (high - low) / 2 == pytest.approx(6.3138 * 0.5, rel=1e-4)


def test_runs_of_one_size_have_the_interval_of_their_mean() -> None:
    values = np.array([3.0, 5.0, 4.0, 9.0])
    told = mean_interval(values)
    assert pooled_interval(np.column_stack([values, np.ones(4)])) == pytest.approx((told.low, told.high))


def test_runs_that_agree_have_a_narrow_interval() -> None:
    assert pooled_interval(np.array([[3.0, 2.0]] * 5)) == (1.5, 1.5)


def test_one_run_has_no_interval() -> None:
    assert np.isnan(pooled_interval(np.array([[3.0, 2.0]]))).all()


def test_an_invented_place_is_refused() -> None:
    with pytest.raises(RunError, match="an invented place has no published figures"):
        check_measurable(read_scenario("small-town"), SOME)
