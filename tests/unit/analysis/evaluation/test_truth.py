"""The true effect, the spill-over, and estimates beside them."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from tests.unit.analysis.evaluation.panels import from_table
from tests.unit.simulation.scenes import policy

from demandsim.analysis.evaluation.truth import evaluation_frame, spill_over, true_effect
from demandsim.errors import ViewError
from demandsim.experiment.run import run
from demandsim.experiment.settle import settle
from demandsim.scenario.group import Group
from demandsim.scenario.schema import Scenario

PEOPLE, QUARTERS, BEGIN = 600, 10, 5


def arms() -> tuple[pd.DataFrame, pd.DataFrame]:
    """High users are reached in quarter 5: they use 2 less from then on, and everybody else 0.1 more."""
    luck = np.random.default_rng(9)
    bare = luck.gamma(2.0, 2.0, (PEOPLE, 1)) + luck.gamma(1.0, 1.0, (PEOPLE, QUARTERS))
    bare[bare[:, BEGIN - 1] > 8, BEGIN - 1] += 3  # at their worst when they are picked
    picked = bare[:, BEGIN - 1] > 8
    changed = bare.copy()
    changed[picked, BEGIN:] -= 2
    changed[~picked, BEGIN:] += 0.1
    reached = np.zeros(bare.shape, bool)
    reached[picked, BEGIN] = True
    return from_table(changed, reached), from_table(bare, np.zeros(bare.shape, bool))


def test_the_true_effect_is_what_was_put_in() -> None:
    panel, without = arms()
    begins = pd.Series({0: BEGIN, 1: BEGIN, 2: BEGIN + 1})
    apart = panel["contacts_clinic"] - without["contacts_clinic"]
    by_hand = apart[(panel["resident"] <= 1) & panel["quarter"].between(5, 8)].mean() * 2 / 3
    by_hand += apart[(panel["resident"] == 2) & panel["quarter"].between(6, 9)].mean() / 3
    found = true_effect(panel, without, begins, outcome="contacts_clinic")
    assert found.estimate == pytest.approx(by_hand)
    assert found.treated == 3


def test_who_is_missing_in_one_arm_is_left_out() -> None:
    panel, without = arms()
    gone = without[~((without["resident"] == 1) & (without["quarter"] == 7))]
    found = true_effect(panel, gone, pd.Series({0: BEGIN, 1: BEGIN}), outcome="contacts_clinic")
    assert found.treated == 1
    assert math.isnan(found.low)


def test_spill_over_by_hand() -> None:
    without = from_table(np.ones((3, 4)))
    panel = from_table(np.array([[1.0, 1, 3, 3], [1, 1, 1, 1], [9, 9, 9, 9]]))
    found = spill_over(panel, without, pd.Index([0, 1]), outcome="contacts_clinic", from_quarter=2)
    assert (found.estimate, found.controls) == (1.0, 2)
    # Mean 1; resident 0 pulls +2, resident 1 -2, over four rows: root of (8 x 2 / 1) / 4 is 1.
    assert found.high - found.estimate == pytest.approx(1.644854)


def test_every_estimate_stands_beside_the_truth() -> None:
    panel, without = arms()
    frame = evaluation_frame(panel, without, programme="team", outcome="contacts_clinic")
    assert frame.columns.tolist() == ["method", "estimate", "low", "high", "treated", "controls", "bias"]
    kinds = [
        "before",
        "matched",
        "difference in differences: ",
        "difference in differences with",
        "TRUE",
        "spill",
    ]
    assert [told.startswith(kind) for told, kind in zip(frame["method"], kinds, strict=True)] == [True] * 6
    truth, rest = frame.iloc[4], frame.iloc[5]
    assert truth["estimate"] == pytest.approx(-2.0)
    assert rest["estimate"] == pytest.approx(0.1)
    assert truth["treated"] + rest["controls"] == PEOPLE
    assert frame["bias"].iloc[:4].tolist() == pytest.approx((frame["estimate"].iloc[:4] + 2.0).tolist())
    # Picked at their worst, the treated would have used less anyway: before and after flatters.
    assert frame["bias"].iloc[0] < -0.5


def test_nobody_reached_in_time_is_refused() -> None:
    panel, without = arms()
    with pytest.raises(ViewError, match="reached nobody"):
        evaluation_frame(panel, without, programme="team", outcome="contacts_clinic", quarters=(8, 9))


def test_the_panels_of_a_pair_can_be_evaluated(small_town: Scenario) -> None:
    """The team is shut from week 52 in one arm: the arms agree before, so nobody's year before differs."""
    scenario = small_town.replace(residents=2000, weeks=104)
    shut = policy({"from_week": 52, "close": "early_help_team"})
    start = settle(scenario, seed=1)
    panel, without = (
        run(scenario, seed=1, start=start, policies=policies, panel=Group()).panel()
        for policies in ((), (shut,))
    )
    frame = evaluation_frame(
        panel, without, programme="early_help_team", outcome="severity_housing", quarters=(4, 6), after=2
    )
    truth, rest = frame.iloc[4], frame.iloc[5]
    assert truth["treated"] > 10
    assert truth["low"] <= truth["estimate"] <= truth["high"]
    assert rest["controls"] > 1000
    assert np.isfinite(frame["estimate"]).all()
    same = evaluation_frame(
        panel, panel, programme="early_help_team", outcome="severity_housing", quarters=(4, 6), after=2
    )
    assert same["estimate"].iloc[4:].tolist() == [0.0, 0.0]
