"""Sliders come from the schema of policy files: shipped where they start, bounded, and a policy wherever they stand."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import demandsim as ds
from demandsim.faces.dashboard.levers import Lever, Moved, adjusted, levers
from demandsim.scenario.check import check_together
from demandsim.scenario.files import shipped

POLICIES = sorted(path.stem for path in (shipped() / "policies").glob("*.toml"))


def place_of(policy: str) -> ds.Scenario:
    """Read the place a shipped policy is for."""
    return ds.read_scenario("small-town" if policy.startswith("small-town") else "essex")


def lever_at(policy: ds.Policy, row: int, place: str) -> Lever:
    """Find one slider."""
    found = [one for one in levers(policy, place_of(policy.name)) if one[:2] == (row, place)]
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize("name", POLICIES)
def test_every_slider_starts_as_shipped_and_says_what_it_is(name: str) -> None:
    policy, scenario = ds.read_policy(name), place_of(name)
    found = levers(policy, scenario)
    assert found
    assert len({one[:2] for one in found}) == len(found)
    for one in found:
        assert one.low <= one.shipped <= one.high, one
        assert one.low < one.high, one
        steps = (one.shipped - one.low) / one.step
        assert steps == pytest.approx(round(steps), abs=1e-6), (
            f"the slider cannot stand where it is shipped: {one}"
        )
        assert one.title.strip(), one
        assert one.words.endswith("."), one
        assert one.unit, one
        assert one.within(one.shipped) == one.shipped, one
    assert adjusted(policy, scenario, [Moved(*one[:2], one.shipped) for one in found]) is policy


def test_there_is_a_slider_for_each_kind_of_number() -> None:
    policy = ds.read_policy("small-town-every-verb")
    found = {one.place for one in levers(policy, place_of(policy.name))}
    assert {
        "from_week",
        "ramp_weeks",
        "until_week",
        "group.share",
        "move_driver.by",
        "money.pounds",
        "money.pounds_a_year",
        "money.split.hours",
        "move_service.payers.health_trust",
        "services.child_in_need.threshold",
        "agencies.police.leadership.discretion",
    } <= found
    assert "money.split.package" not in found, "it takes what the others leave"


def test_bounds_are_the_schemas_and_where_those_are_wide_open_a_band_round_what_is_shipped() -> None:
    every = ds.read_policy("small-town-every-verb")
    assert lever_at(every, 0, "services.child_in_need.threshold")[6:9] == (4, 1, True)
    assert lever_at(every, 1, "agencies.police.leadership.discretion")[5:7] == (0, 1)
    money = lever_at(every, 7, "money.pounds_a_year")
    assert (money.low, money.high, money.unit) == (-80_000, -4_000, "£ a year")
    assert lever_at(every, 4, "move_driver.by").unit == "private rents, 1 as they are today"


def test_a_moved_slider_makes_an_adjusted_policy_of_the_same_name() -> None:
    policy = ds.read_policy("small-town-council-saves")
    scenario = place_of(policy.name)
    new = adjusted(policy, scenario, [Moved(1, "money.pounds_a_year", -40_000)])
    assert new.name == policy.name, "its chance is drawn by its name"
    assert new.title == "Small town: the council saves on care (adjusted)"
    assert "Home care: minus £40,000, shipped as minus £50,000" in new.about
    assert new.expected_saving == 0
    assert new.change[1].money is not None
    assert new.change[1].money.pounds_a_year == -40_000
    assert new.change[0] == policy.change[0]
    check_together(scenario, [new])


def test_a_slider_of_an_included_policy_moves_it_there_too() -> None:
    policy, scenario = ds.read_policy("everyone-saves-alone"), ds.read_scenario("essex")
    new = adjusted(policy, scenario, [Moved(3, "money.pounds_a_year", -900_000.0)])
    assert new.change[3].money is not None
    assert new.change[3].money.pounds_a_year == -900_000
    assert [change for part in new.parts for change in part.change] == list(new.change)
    assert [one.name for one in new.whole()] == [one.name for one in policy.whole()]
    kept = [ours == theirs for ours, theirs in zip(policy.parts, new.parts, strict=True)]
    assert kept.count(False) == 1
    check_together(scenario, [new])


def test_the_last_of_shares_takes_what_the_others_leave() -> None:
    policy = ds.read_policy("small-town-every-verb")
    new = adjusted(policy, place_of(policy.name), [Moved(7, "money.split.hours", 0.3)])
    assert new.change[7].money is not None
    assert new.change[7].money.split.model_dump() == {"hours": 0.3, "places": 0, "package": 0.7}
    check_together(place_of(policy.name), [new])


def test_what_is_not_there_moves_nothing() -> None:
    policy = ds.read_policy("small-town-council-saves")
    strange = [Moved(9, "from_week", 3), Moved(0, "money.pounds", 3), Moved(0, "__class__", 3)]
    assert adjusted(policy, place_of(policy.name), strange) is policy


@given(st.data())
@settings(derandomize=True, max_examples=60, deadline=None)
def test_wherever_sliders_stand_there_is_a_policy_or_one_plain_line(data: st.DataObject) -> None:
    policy = ds.read_policy(
        data.draw(st.sampled_from([one for one in POLICIES if one.startswith("small-town")]))
    )
    scenario = place_of(policy.name)
    chosen = data.draw(
        st.lists(st.sampled_from(levers(policy, scenario)), max_size=4, unique_by=lambda one: one[:2])
    )
    moved = [Moved(*one[:2], one.within(data.draw(st.floats(one.low, one.high)))) for one in chosen]
    with suppress(ds.PolicyError):
        check_together(scenario, [adjusted(policy, scenario, moved)])


def test_a_run_with_sliders_moved_away_and_back_has_the_shipped_digest() -> None:
    policy, scenario = ds.read_policy("small-town-every-verb"), place_of("small-town-every-verb")
    scenario = scenario.replace(residents=1_000, weeks=104)
    back = adjusted(policy, scenario, [Moved(7, "money.pounds_a_year", -40_000)])
    late = adjusted(policy, scenario, [Moved(11, "money.pounds_a_year", 6_100)])
    shipped_run, back_run, late_run = (
        ds.run(scenario, policies=[one], seed=2) for one in (policy, back, late)
    )
    assert back_run.digest == shipped_run.digest
    before, its = (one.ledger(by=("week", "payer", "kind"), scaled=False) for one in (shipped_run, late_run))
    assert before[before["week"] < 40].equals(its[its["week"] < 40])
    assert not before.equals(its)
