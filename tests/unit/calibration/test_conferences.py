"""V10 run again: the lot is the model's own, and what a trial finds is worked out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from demandsim.calibration.conferences import by_lot, trial_of_one_seed, trial_together
from demandsim.calibration.pairs import OneSeed
from demandsim.calibration.study import studies
from demandsim.experiment.run import run
from demandsim.experiment.settle import settle
from demandsim.population.columns import HERE
from demandsim.records.journal import WAS_OFFERED
from demandsim.scenario.schema import Scenario

STUDY = studies()["v10"]


@pytest.fixture(scope="module")
def england() -> Scenario:
    """England small, for two years."""
    return STUDY.scenario(STUDY.short).replace(residents=30_000, weeks=104)


def test_only_those_the_lot_falls_on_are_offered(england: Scenario) -> None:
    start = settle(england, seed=1)
    identities = np.arange(len(start.state.identity))
    children = np.flatnonzero(start.state.born_week > -18 * 52).tolist()
    record = run(england, seed=1, policies=STUDY.read_policy(), start=start, followed=children)
    offered = np.unique(record.journal[record.journal[:, 2] == WAS_OFFERED, 1])
    lot = by_lot(STUDY.read_policy(), 1, identities)
    assert len(offered) >= 5
    assert lot[offered].all()
    assert (start.state.presence[offered] == HERE).all()
    # Four standard errors of a share of a half.
    assert lot.mean() == pytest.approx(0.5, abs=4 * 0.5 / len(lot) ** 0.5)


def test_a_seed_gives_a_row_a_child_and_arm(england: Scenario) -> None:
    people = trial_of_one_seed(england, STUDY.read_policy(), 1).people
    assert set(people["arm"]) == {0, 1}
    assert not people.duplicated(["arm", "child"]).any()
    assert people["child"].between(10**8, 2 * 10**8).all()
    both = people.pivot(index="child", columns="arm", values="offered").dropna()
    assert (both[0] == both[1]).all()


def test_the_trial_by_hand() -> None:
    """Of four offered one is looked after, of four not two; without it, two and one."""
    rows = [(1, child, child < 4, float(child in (0, 4, 5))) for child in range(8)]
    rows += [(0, child, child < 4, float(child in (0, 1, 4))) for child in range(8)]
    people = pd.DataFrame(rows, columns=["arm", "child", "offered", "looked_after"])
    told = trial_together([OneSeed({}, people)])
    assert told.measures["looked_after_difference"].mean == pytest.approx(-25.0)
    assert told.measures["looked_after_without"].mean == pytest.approx(50.0)
    assert told.measures["looked_after_with"].mean == pytest.approx(25.0)
    assert (told.measures["looked_after_difference"].n, told.measures["looked_after_with"].n) == (8, 4)
    assert told.beside[0].startswith("TRUE effect on those offered: -25.0 points")
    assert told.beside[1].startswith("spill-over on those not offered: +25.0 points")
