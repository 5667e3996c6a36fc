"""V01 run again: rates by hand, and one small pair."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from demandsim.analysis.intervals import reach
from demandsim.calibration.older_care import cut_of_one_seed, cut_together
from demandsim.calibration.pairs import OneSeed
from demandsim.calibration.study import studies
from demandsim.records.published import OLDER, shares
from demandsim.scenario.policy import Policy
from demandsim.scenario.read import read_scenario
from demandsim.simulation.model import DemandModel


def seed(*, lived: float, visits: tuple[float, float], admissions: tuple[float, float]) -> OneSeed:
    """One pair's numbers: half as many pounds with the cut, and bed-weeks unmoved."""
    both = {
        "lived": (lived, lived),
        "visits": visits,
        "admissions": admissions,
        "bed_weeks": (50.0, 50.0),
        "cash": (800 * lived, 400 * lived),
    }
    return OneSeed({name: np.array(pair, float) for name, pair in both.items()}, pd.DataFrame())


def test_differences_are_for_each_resident_year() -> None:
    told = cut_together(
        [
            seed(lived=1000, visits=(500, 560), admissions=(170, 170)),
            seed(lived=500, visits=(250, 290), admissions=(80, 85)),
        ]
    )
    visits, admissions = told.measures["a_and_e_visits"], told.measures["emergency_admissions"]
    assert visits.mean == pytest.approx((0.06 + 0.08) / 2)
    wide = 0.01 * reach(2)  # two that are 0.02 apart: the standard error of their mean is 0.01
    assert (visits.low, visits.high) == pytest.approx((0.07 - wide, 0.07 + wide))
    assert admissions.mean == pytest.approx(100 * ((0.17 + 0.17) / (0.17 + 0.16) - 1))
    assert (visits.n, visits.of) == (2, "pairs")
    assert "£800 in cash on each resident aged 65 and over without the cut, £400 with it" in told.beside[0]
    assert told.beside[2].startswith("weeks of hospital stay at 65 and over: +0.0%")


def at_once() -> Policy:
    """The study's cut, all of it in week 52: a ramp of seven years takes long to lay out."""
    policy = studies()["v01"].read_policy()
    change = tuple(one.model_copy(update={"ramp_weeks": 0}) for one in policy.change)
    return policy.model_copy(update={"change": change})


def test_one_small_pair_counts_the_last_year() -> None:
    scenario = read_scenario("england").replace(residents=3000, weeks=156)
    numbers = cut_of_one_seed(scenario, at_once(), 1).numbers
    older = 3000 * shares(scenario.place)[OLDER]
    assert older < numbers["lived"][0] < 1.15 * older  # three years on there are a few more
    assert numbers["cash"][1] < 0.8 * numbers["cash"][0]
    assert 0.2 < numbers["visits"][0] / numbers["lived"][0] < 1.0


def test_the_cut_changes_nothing_before_its_week() -> None:
    scenario = read_scenario("england").replace(residents=2000, weeks=104)
    arms = [DemandModel(scenario, seed=1, policies=policies) for policies in ((), (at_once(),))]
    for arm in arms:
        arm.run(52)
    assert arms[0].digest == arms[1].digest
