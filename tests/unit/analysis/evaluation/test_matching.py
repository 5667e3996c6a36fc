"""Matched controls: a logistic fit with a closed form, matches by hand, and what matching cannot see."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from demandsim.analysis.evaluation.matching import covariates, logistic, matched_controls, nearest
from demandsim.errors import ViewError

RUNS, COVERED = 200, 0.9
MARGIN = 4 * math.sqrt(COVERED * (1 - COVERED) / RUNS)
"""Four standard errors of a share of 200 runs: 8.5 points."""


def people(luck: np.random.Generator, many: int, *, hidden: float = 0.0) -> pd.DataFrame:
    """Residents who take part the likelier the more they used; taking part adds 1, what is hidden adds its own."""
    age, used = luck.integers(18, 80, many), luck.gamma(2.0, 2.0, many)
    unseen = luck.standard_normal(many)
    odds = -3.0 + 0.8 * np.sqrt(used) + hidden * unseen
    took_part = luck.random(many) < 1 / (1 + np.exp(-odds))
    after = 0.5 * used + took_part + 2 * hidden * unseen + luck.normal(0, 1, many)
    return pd.DataFrame(
        {
            "resident": np.arange(many),
            "begin": 4,
            "before": used,
            "after": after,
            "age": age,
            "sex": np.where(luck.random(many) < 0.5, "male", "female"),
            "quintile": luck.integers(1, 6, many),
            "used": used,
            "took_part": took_part,
        }
    )


def split(frame: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Those who took part, and the others."""
    return frame[frame["took_part"]], frame[~frame["took_part"]]


def test_the_slope_of_one_yes_or_no_is_its_log_odds_ratio() -> None:
    exposed = np.repeat([1.0, 1.0, 0.0, 0.0], [30, 10, 20, 40])
    happened = np.repeat([True, False, True, False], [30, 10, 20, 40])
    slopes = logistic(exposed[:, None], happened)
    assert slopes[0] == pytest.approx(math.log(20 / 40), abs=1e-5)
    assert slopes[1] == pytest.approx(math.log((30 / 10) / (20 / 40)), abs=1e-5)


def test_a_covariate_that_tells_the_groups_apart_wholly_still_ends() -> None:
    slopes = logistic(np.array([[-2.0], [-1.0], [1.0], [2.0]]), np.array([False, False, True, True]))
    assert np.isfinite(slopes).all()
    assert slopes[1] > 5


@pytest.mark.parametrize("all_the_same", [True, False])
def test_nothing_to_tell_apart_is_refused(all_the_same: bool) -> None:
    with pytest.raises(ViewError, match="residents who took part"):
        logistic(np.ones((3, 1)), np.full(3, all_the_same))


def test_matches_by_hand() -> None:
    pairs = nearest(np.array([0.1, 0.9, 0.5]), np.array([0.0, 0.52, 0.88, 0.91]), within=0.2)
    # 0.9 first takes 0.91 (nearer than 0.88), then 0.5 takes 0.52, then 0.1 takes 0.0.
    assert list(zip(pairs.treated.tolist(), pairs.control.tolist(), strict=True)) == [(0, 0), (1, 3), (2, 1)]


def test_a_control_is_used_once_and_only_if_near() -> None:
    pairs = nearest(np.array([1.0, 1.0, 5.0]), np.array([1.0, 1.1]), within=0.2)
    assert sorted(pairs.control.tolist()) == [0, 1]
    assert pairs.treated.tolist() == [0, 1]


def test_covariates_are_alike_in_size_and_none_is_constant() -> None:
    frame = people(np.random.default_rng(1), 50).assign(quintile=3)
    made = covariates(frame)
    assert made.shape == (50, 5)
    assert made.mean(axis=0) == pytest.approx(np.zeros(5), abs=1e-12)
    assert made.std(axis=0) == pytest.approx(np.ones(5))


def test_matching_on_what_decides_finds_the_effect_where_a_plain_difference_does_not() -> None:
    treated, controls = split(people(np.random.default_rng(2), 6000))
    plain = treated["after"].mean() - controls["after"].mean()
    found = matched_controls(treated, controls)
    assert plain > 1.5
    # Within four standard errors of what was put in, and a tenth for matches that are near, not equal.
    assert found.estimate == pytest.approx(1.0, abs=4 * (found.high - found.low) / 3.29 + 0.1)
    assert found.treated == found.controls <= len(treated)


def test_what_an_evaluator_cannot_see_is_not_matched() -> None:
    found = matched_controls(*split(people(np.random.default_rng(3), 6000, hidden=1.0)))
    assert found.low > 1.5  # sure, and wrong: 1 was put in


def test_the_interval_holds_the_truth_nine_times_in_ten() -> None:
    luck = np.random.default_rng(4)
    held = 0
    for _ in range(RUNS):
        found = matched_controls(*split(people(luck, 500)))
        held += found.low <= 1.0 <= found.high
    assert abs(held / RUNS - COVERED) < MARGIN
