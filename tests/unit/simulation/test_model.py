"""The model as a whole: its weeks, what it refuses, forks under other policies, what the record says."""

from __future__ import annotations

import numpy as np
import pytest
from tests.unit.simulation.scenes import Scene, changed, policy, quiet_town

from demandsim.errors import PolicyError, RunError, ScenarioError
from demandsim.scenario.group import Group
from demandsim.scenario.schema import Scenario
from demandsim.simulation.model import DemandModel
from demandsim.simulation.settling import SETTLING

MIND = "mental_health"


@pytest.fixture(scope="module")
def town(small_town: Scenario) -> Scenario:
    """Five hundred people of the small town, for half a year."""
    return small_town.replace(residents=500, weeks=26)


def test_a_step_is_a_week_and_none_is_beyond_the_scenarios_end(town: Scenario) -> None:
    model = DemandModel(town, seed=1)
    model.run(25)
    assert (model.week, model.running) == (25, True)
    model.run()
    assert (model.week, model.running) == (26, False)
    with pytest.raises(RunError, match=r"week 26 is beyond the scenario's 26 weeks.*replace\(weeks="):
        model.step()


@pytest.mark.parametrize("weeks", [-5, True, 1.5, "3"])
def test_weeks_to_run_are_a_whole_number(town: Scenario, weeks: object) -> None:
    model = DemandModel(town, seed=1)
    with pytest.raises(RunError, match="a whole number from 0 would do"):
        model.run(weeks)  # type: ignore[arg-type]
    assert model.week == 0


@pytest.mark.parametrize("followed", [5, None, "ab", b"3", ["3"], [1.5], [500_000], [-1]])
def test_those_followed_are_a_list_of_identities(town: Scenario, followed: object) -> None:
    with pytest.raises(
        RunError, match=r"^(followed: given .*; a list of identities would do|no resident .*)$"
    ):
        DemandModel(town, seed=1, followed=followed)  # type: ignore[arg-type]


def test_those_followed_may_come_one_by_one(town: Scenario) -> None:
    model = DemandModel(town, seed=1, followed=(row for row in (3, 5)))  # type: ignore[arg-type]
    assert np.flatnonzero(model.book.followed).tolist() == [3, 5]


@pytest.mark.parametrize("panel", [5, "everyone", {"age": (0, 17)}, [Group()]])
def test_a_panel_is_of_a_group(town: Scenario, panel: object) -> None:
    with pytest.raises(RunError, match=r"^panel: given .*; a Group would do, and Group\(\) is everyone$"):
        DemandModel(town, seed=1, panel=panel)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "panel",
    [
        Group(district=("atlantis",)),
        Group(need={"boredom": (1, 4)}),
        Group(contact={"service": "zoo", "weeks": 3}),
    ],
)
def test_a_panels_group_names_what_there_is(town: Scenario, panel: Group) -> None:
    with pytest.raises(ScenarioError, match=r"^panel \[(district|need|contact)[^\n]*$"):
        DemandModel(town, seed=1, panel=panel)


def test_weeks_before_the_first_are_run_and_not_recorded(town: Scenario) -> None:
    model = DemandModel(town, seed=1, first_week=-3)
    model.run(3)
    assert model.week == 0
    assert model.record.weeks == 0
    assert model.ledger.counts().week.size == 0
    assert model.book.touches[0] > 0
    model.step()
    assert model.record.weeks == 1


def test_building_a_model_runs_nothing_and_the_record_says_how_it_began(town: Scenario) -> None:
    bare = DemandModel(town, seed=1)
    assert (bare.week, bare.settled, bare.record.settled) == (0, False, False)
    assert not DemandModel(town, seed=1, start=bare).record.settled


def test_a_start_of_another_scenario_or_seed_is_refused(town: Scenario) -> None:
    start = DemandModel(town, seed=1)
    for scenario, seed in ((town, 2), (town.replace(weeks=20), 1)):
        with pytest.raises(RunError, match="start: settled from another scenario or seed"):
            DemandModel(scenario, seed=seed, start=start)


@pytest.mark.parametrize("seed", [None, True, 1.0, "1", -1])
def test_a_seed_is_a_whole_number(town: Scenario, seed: object) -> None:
    with pytest.raises(RunError, match="seed"):
        DemandModel(town, seed=seed)  # type: ignore[arg-type]


def test_running_a_copy_leaves_its_start_alone(town: Scenario) -> None:
    start = DemandModel(town, seed=1)
    before = start.digest
    DemandModel(town, seed=1, start=start).run(5)
    assert start.digest == before


def test_a_fork_runs_on_under_other_policies_and_as_if_they_had_always_been_there(town: Scenario) -> None:
    change = policy({"from_week": 10, "set": {"services.home_care.threshold": 4}})
    model = DemandModel(town, seed=1)
    model.run(10)
    fork = model.fork([change])
    always = DemandModel(town, seed=1, policies=[change])
    for each in (model, fork, always):
        each.run()
    assert fork.digest == always.digest != model.digest


def test_a_fork_refuses_a_policy_that_would_have_begun_already(town: Scenario) -> None:
    model = DemandModel(town, seed=1)
    model.run(5)
    with pytest.raises(RunError, match="policy 'a-test' begins before week 5"):
        model.fork([policy({"from_week": 4, "close": "home_care"})])


def test_the_digest_moves_with_one_contact_and_with_one_resident(town: Scenario) -> None:
    digests = set()
    for spoil in range(3):
        scene = Scene()
        if spoil == 1:
            row = scene.adults(1)
            scene.give(row, MIND, 2)
            scene.ask(row, MIND, "general_practice")
        scene.step()
        if spoil == 1:
            scene.state.severity[:] = 0
        if spoil == 2:
            scene.state.support[7] += 1
        digests.add(scene.model.digest)
    assert len(digests) == 3


def test_the_rules_of_a_week_are_its_versions(town: Scenario) -> None:
    scene = Scene(policies=[policy({"from_week": 2, "set": {"services.home_care.threshold": 4}})])
    at = scene.services.index("home_care")
    thresholds = []
    for _ in range(4):
        thresholds.append(int(scene.model.rules.doors.threshold[at]))
        scene.step()
    assert thresholds == [1, 1, 4, 4]


def test_a_policy_acts_in_its_first_week_and_not_before() -> None:
    scene = Scene(policies=[policy({"from_week": 2, "close": "housing_options", "until_week": 4})])
    rows = scene.adults(6)
    refused = []
    for row in rows:
        scene.give(row, "housing", 2)
        scene.ask(row, "housing", "housing_options")
        scene.step()
        refused.append(scene.measured("refusals"))
    assert refused == [0, 0, 1, 1, 0, 0]


def test_larger_places_are_other_people_with_the_same_rules() -> None:
    town = changed(quiet_town(), {"residents": 1000})
    assert np.sum(DemandModel(town, seed=1).state.presence == 1) == 1000


def test_a_start_that_has_been_run_on_or_under_policies_is_refused(town: Scenario) -> None:
    on = DemandModel(town, seed=1, first_week=-52)
    on.run(53)
    with pytest.raises(RunError, match="has been run beyond week 0"):
        DemandModel(town, seed=1, start=on)
    under = DemandModel(town, seed=1, policies=[policy({"close": "home_care"})])
    with pytest.raises(RunError, match="or under policies"):
        DemandModel(town, seed=1, start=under)


def test_only_all_the_weeks_of_settling_settle(town: Scenario) -> None:
    unsettled = DemandModel(town, seed=1)
    assert not DemandModel(town, seed=1, start=unsettled).record.settled
    short = DemandModel(town, seed=1, first_week=-52)
    short.run(52)
    assert not short.record.settled
    settled = DemandModel(town, seed=1, first_week=-SETTLING)
    settled.run(SETTLING)
    again = DemandModel(town, seed=1, start=settled)
    assert again.record.settled
    assert again.fork().record.settled


@pytest.mark.parametrize("first_week", [5, 1.5, "0", None, True, -(10**9)])
def test_a_first_week_that_is_none_is_refused_in_a_line(town: Scenario, first_week: object) -> None:
    with pytest.raises(RunError, match="first_week: given"):
        DemandModel(town, seed=1, first_week=first_week)  # type: ignore[arg-type]


@pytest.mark.parametrize("start", ["x", 5, {}])
def test_a_start_that_is_no_model_is_refused_in_a_line(town: Scenario, start: object) -> None:
    with pytest.raises(RunError, match="start: given"):
        DemandModel(town, seed=1, start=start)  # type: ignore[arg-type]


def test_a_fork_takes_one_policy_or_several_and_nothing_else(town: Scenario) -> None:
    model = DemandModel(town, seed=1)
    closing = policy({"close": "home_care", "from_week": 3})
    assert model.fork(closing).timetable.policies == (closing,)
    for given in ("x", 5, [None]):
        with pytest.raises(RunError, match="policy: given"):
            model.fork(given)  # type: ignore[arg-type]


def test_a_fork_keeps_the_order_in_which_policies_were_run(town: Scenario) -> None:
    """Of two prices set in one week the later policy's holds: in another order weeks already run would cost another."""
    price = "services.home_care.kinds.episode_week.unit_cost"
    dear, cheap = (
        policy({"set": {price: cost}}, name=name) for name, cost in (("dear", 700.0), ("cheap", 100.0))
    )
    model = DemandModel(town, seed=1, policies=[dear, cheap])
    model.run(2)
    with pytest.raises(RunError, match="in another order"):
        model.fork([cheap, dear])
    assert model.fork([dear, cheap]).digest == model.digest


def test_more_weeks_than_are_left_are_refused_before_any_is_run(town: Scenario) -> None:
    model = DemandModel(town, seed=1)
    with pytest.raises(RunError, match="is beyond the scenario's 26 weeks"):
        model.run(27)
    assert model.week == 0


def test_a_start_whose_week_was_broken_off_is_refused(
    town: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken_off(*_: object) -> None:
        raise KeyboardInterrupt

    model = DemandModel(town, seed=1)
    monkeypatch.setattr("demandsim.simulation.model.serve", broken_off)
    with pytest.raises(KeyboardInterrupt):
        model.step()
    with pytest.raises(RunError, match="start: week 0 was broken off half way"):
        DemandModel(town, seed=1, start=model)


def test_a_policy_given_twice_to_a_fork_is_told_as_that(town: Scenario) -> None:
    closing = policy({"close": "home_care", "from_week": 3})
    with pytest.raises(PolicyError, match="twice"):
        DemandModel(town, seed=1, policies=[closing]).fork([closing, closing])
