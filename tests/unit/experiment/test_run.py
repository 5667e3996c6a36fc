"""One run from a settled start, to its end."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.unit.simulation.scenes import policy

from demandsim.errors import PolicyError, RunError
from demandsim.experiment.run import run
from demandsim.experiment.settle import settle
from demandsim.scenario.group import Group
from demandsim.scenario.schema import Scenario
from demandsim.simulation.model import DemandModel

CHANGE = policy({"from_week": 2, "set": {"services.home_care.threshold": 4}})


@pytest.fixture(scope="module")
def town(small_town: Scenario) -> Scenario:
    """Five hundred people of the small town, for thirteen weeks."""
    return small_town.replace(residents=500, weeks=13)


@pytest.fixture(scope="module")
def start(town: Scenario) -> DemandModel:
    """The town, settled."""
    return settle(town, seed=1)


def test_a_run_is_a_settled_model_run_to_its_end(town: Scenario, start: DemandModel) -> None:
    record = run(town, seed=1, policies=[CHANGE])
    model = DemandModel(town, seed=1, policies=[CHANGE], start=start)
    model.run()
    assert record.digest == model.digest
    assert (record.weeks, record.seed, record.settled) == (13, 1, True)
    assert record.scenario == town
    assert record.policies == (CHANGE,)


def test_a_start_given_is_used_and_left_alone(town: Scenario, start: DemandModel) -> None:
    before = start.digest
    record = run(town, seed=1, start=start)
    assert record.digest == run(town, seed=1).digest
    assert start.digest == before
    unsettled = DemandModel(town, seed=1)
    assert run(town, seed=1, start=unsettled).digest != record.digest


def test_following_and_a_panel_change_nothing_but_what_is_kept(town: Scenario, start: DemandModel) -> None:
    plain = run(town, seed=1, start=start)
    watched = run(town, seed=1, start=start, followed=[3, 5], panel=Group())
    assert plain.digest == watched.digest
    assert plain.journal.shape[0] == 0
    assert set(np.unique(watched.journal[:, 1])) <= {3, 5}
    assert watched.journal.shape[0] > 0
    assert len(watched.quarters) == 1
    assert not plain.quarters


def test_what_cannot_be_run_is_refused(town: Scenario, start: DemandModel) -> None:
    with pytest.raises(RunError, match="start: settled from another"):
        run(town, seed=2, start=start)
    with pytest.raises(PolicyError):
        run(town, seed=1, start=start, policies=[policy({"close": "no_such_service"})])
    with pytest.raises(RunError, match="no resident 10000000 to follow"):
        run(town, seed=1, start=start, followed=[10_000_000])


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"scenario": "small-town"},
            "^scenario: given 'small-town'; a Scenario from read_scenario would do$",
        ),
        (
            {"policies": "shut"},
            "^policy: given 'shut'; a Policy from read_policy, or a list of them, would do$",
        ),
        ({"policies": ["shut"]}, "^policy: given 'shut'; a Policy"),
        ({"followed": "ab"}, "^followed: given 'ab'; a list of identities would do$"),
        ({"followed": 5}, "^followed: given 5; a list of identities would do$"),
        ({"followed": [1.5]}, r"^no resident 1\.5 to follow; identities run from 0 to "),
        ({"panel": "everyone"}, r"^panel: given 'everyone'; a Group would do, and Group\(\) is everyone$"),
    ],
    ids=str,
)
def test_what_is_no_argument_is_refused_in_one_line(
    town: Scenario, start: DemandModel, given: dict[str, Any], message: str
) -> None:
    with pytest.raises(RunError, match=message):
        run(**{"scenario": town, "seed": 1, "start": start, **given})
