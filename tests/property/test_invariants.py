"""What must always hold of a run, whatever the numbers: the same luck, the same pence, nobody lost."""

from __future__ import annotations

import numpy as np
import pytest

from demandsim.agencies.timetable import timetable
from demandsim.experiment.run import run
from demandsim.experiment.settle import settle
from demandsim.population.columns import DEAD, HERE, LEFT, NOT_YET, OPEN, WAITING
from demandsim.records.measures import BIRTHS, DEATHS, MOVED_IN, MOVED_OUT
from demandsim.scenario.group import Group
from demandsim.scenario.policy import Change, MoveDriver, Policy
from demandsim.scenario.read import read_policy, read_scenario
from demandsim.scenario.schema import Scenario
from demandsim.scenario.service import Responsive
from demandsim.simulation.model import DemandModel

WEEKS = 60


@pytest.fixture(scope="module")
def town() -> Scenario:
    """The small town for a little over a year."""
    return read_scenario("small-town").replace(weeks=WEEKS)


@pytest.fixture(scope="module")
def settled(town: Scenario) -> DemandModel:
    """The town, settled."""
    return settle(town, seed=3)


def _policy(**change: object) -> Policy:
    """A policy of one change."""
    return Policy(
        name="one-change", title="One", source="a test", maker="council", change=(Change(**change),)
    )


def test_same_scenario_and_seed_give_the_same_run(town: Scenario, settled: DemandModel) -> None:
    assert run(town, seed=3).digest == run(town, seed=3, start=settled).digest


def test_another_seed_gives_another_run(town: Scenario, settled: DemandModel) -> None:
    assert run(town, seed=4).digest != run(town, seed=3, start=settled).digest


@pytest.mark.parametrize(
    "change",
    [
        {"set": {"services.home_care.threshold": 2}},
        {"set": {"services.home_care.package": 0.8}, "ramp_weeks": 20},
        {"open": "home_care"},
    ],
    ids=["set to what it is", "ramp to what it is", "open what is open"],
)
def test_a_policy_that_changes_nothing_moves_exactly_nothing(
    town: Scenario, settled: DemandModel, change: dict[str, object]
) -> None:
    bare = run(town, seed=3, start=settled)
    null = run(town, seed=3, start=settled, policies=[_policy(**change)])
    assert null.digest == bare.digest


def test_arms_are_identical_until_the_first_change(town: Scenario, settled: DemandModel) -> None:
    change = _policy(from_week=30, set={"services.home_care.threshold": 4})
    bare = run(town, seed=3, start=settled)
    arm = run(town, seed=3, start=settled, policies=[change])
    for week, same in ((30, True), (WEEKS, False)):
        a = [
            (c.week[c.week < week], c.cell[c.week < week], c.contacts[c.week < week])
            for c in (bare.counts, arm.counts)
        ]
        alike = all(x.shape == y.shape and bool(np.all(x == y)) for x, y in zip(*a, strict=True))
        assert alike is same


def test_forks_left_alone_agree_with_the_model_they_came_from(town: Scenario, settled: DemandModel) -> None:
    policy = read_policy("small-town-every-verb")
    model = DemandModel(read_scenario("small-town"), seed=3, policies=[policy], start=None)
    model.run(25)
    forks = [model.fork(), model.fork()]
    for each in (model, *forks):
        each.run(45)
    assert len({each.digest for each in (model, *forks)}) == 1


def test_settling_is_not_disturbed_by_a_run_that_starts_from_it(town: Scenario, settled: DemandModel) -> None:
    before = settled.digest
    run(town, seed=3, start=settled)
    assert settled.digest == before


def test_births_less_deaths_and_moves_are_the_change_in_number(town: Scenario, settled: DemandModel) -> None:
    model = settled.fork()
    at_start = int((model.state.presence == HERE).sum())
    model.run()
    total = model.weekly.arrays()["measure"].sum(axis=(0, 2))
    change = total[BIRTHS] + total[MOVED_IN] - total[DEATHS] - total[MOVED_OUT]
    assert int((model.state.presence == HERE).sum()) - at_start == change
    assert int(model.book.here[0]) - at_start == change
    assert total[[DEATHS, BIRTHS, MOVED_IN, MOVED_OUT]].min() > 0


def test_nobody_is_in_two_places_or_holds_what_is_not_there(town: Scenario, settled: DemandModel) -> None:
    model = settled.fork()
    for _ in range(30):
        model.step()
        state = model.state
        assert set(np.unique(state.presence)) <= {NOT_YET, HERE, DEAD, LEFT}
        busy = (state.status == WAITING) | (state.status == OPEN)
        assert np.all((state.service >= 0) == busy), "a service is named just where one is waited for or open"
        assert np.all(state.severity <= 4)
        away = state.stay_service >= 0
        assert np.all(state.place[away & (state.presence == HERE)] > 0)
        gone = np.isin(state.presence, (DEAD, LEFT))
        assert np.all(state.place[gone] == 0)


def test_every_home_lists_each_of_its_members_once(town: Scenario, settled: DemandModel) -> None:
    model = settled.fork()
    model.run()
    seen = np.zeros(model.state.identity.shape[0], np.int64)
    for home, first in enumerate(model.homes.first):
        member = int(first)
        while member >= 0:
            assert model.state.household[member] == home
            seen[member] += 1
            member = int(model.state.next_in_home[member])
    assert np.all(seen[model.state.presence != NOT_YET] == 1)
    assert np.all(seen[model.state.presence == NOT_YET] == 0)


def test_a_resident_the_policy_never_reaches_lives_the_same_life(town: Scenario) -> None:
    """Without shared queues: a driver moved for renters in the south leaves everyone elsewhere alone."""
    every = Responsive(low=1.0, central=1.0, high=1.0)  # no capacity stated: every pound follows contacts
    free = {
        name: service.model_copy(update={"hours_a_week": None, "beds": None, "responsive": every})
        for name, service in town.services.items()
    }
    open_doors = town.model_copy(update={"services": free})
    policy = _policy(
        from_week=2, group=Group(district=("south",)), move_driver=MoveDriver(driver="rents", by=2.0)
    )
    arms = [DemandModel(open_doors, seed=5, policies=p) for p in ((), (policy,))]
    for arm in arms:
        arm.run()
    north = arms[0].state.district == 0
    household_north = north & (arms[1].state.district == 0)
    a, b = arms[0].state, arms[1].state
    assert np.array_equal(a.severity[household_north], b.severity[household_north])
    assert np.array_equal(a.place[household_north], b.place[household_north])
    assert not np.array_equal(a.severity[~north], b.severity[~north])


def test_the_timetable_is_the_same_object_for_the_same_content(town: Scenario) -> None:
    assert timetable(town) is timetable(read_scenario("small-town").replace(weeks=WEEKS))
