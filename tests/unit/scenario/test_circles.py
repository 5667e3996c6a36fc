"""No way leads a caller back to an emergency service in one week, by `next`, by `hand_on` or by both in turn."""

from __future__ import annotations

from typing import Any

import pytest

from demandsim.errors import PolicyError, ScenarioError
from demandsim.scenario.check import check_policy, check_together
from demandsim.scenario.circles import circles
from demandsim.scenario.policy import Change, Policy
from demandsim.scenario.read import read_scenario
from demandsim.scenario.schema import Scenario, checked

TOWN = read_scenario("small-town")
BACK = {"services.a_and_e.hand_on": {"mental_health": "ambulance"}}
"""Outcomes of the ambulance lead on to A&E."""


def changed(settings: dict[str, Any]) -> Scenario:
    """The small town with settings of services replaced."""
    data: Any = TOWN.model_dump()
    for path, value in settings.items():
        _, service, key = path.split(".")
        data["services"][service][key] = value
    return checked(data, "town.toml")


def policy(*changes: dict[str, Any], name: str = "a-policy") -> Policy:
    """A policy made in Python."""
    made = tuple(Change(**change) for change in changes)
    return Policy(name=name, title="A policy", source="a test", maker="council", change=made)


def test_a_hand_on_and_a_next_that_leads_back_are_refused_in_one_line() -> None:
    with pytest.raises(ScenarioError) as refused:
        changed(BACK)
    assert str(refused.value) == (
        "town.toml [services.a_and_e.hand_on.mental_health]: passes callers round in a circle (a_and_e to ambulance "
        "to a_and_e, by hand_on and next); leave it out, or the next that leads back"
    )


def test_a_circle_through_three_doors_is_refused() -> None:
    """A&E hands on to the police, who lead on to custody, which hands on to A&E."""
    round_ = {
        "services.custody.hand_on": {"offending": "a_and_e"},
        "services.a_and_e.hand_on": {"offending": "police_response"},
    }
    with pytest.raises(
        ScenarioError, match=r"a_and_e to police_response to custody to a_and_e, by hand_on and"
    ):
        changed(round_)


def test_ways_that_only_meet_and_ways_of_two_needs_are_no_circle() -> None:
    changed({"services.police_response.hand_on": {"mental_health": "a_and_e", "housing": "ambulance"}})
    changed(
        {
            "services.police_response.hand_on": {"mental_health": "ambulance"},
            "services.ambulance.hand_on": {"housing": "police_response"},
        }
    )


def test_outcomes_lead_on_only_the_needs_they_count_for() -> None:
    changed({**BACK, "services.ambulance.takes": ("frailty",)})  # who is not seen there is led nowhere
    rows = TOWN.services["ambulance"].model_dump()["outcomes"]
    own = ({**rows[0], "needs": ("mental_health",), "share": (1.0,) * 5},)
    assert rows[0]["next"] is None
    changed(
        {**BACK, "services.ambulance.outcomes": (*rows, *own)}
    )  # a need's own rows stand in for the others
    with pytest.raises(ScenarioError, match="round in a circle"):
        changed({**BACK, "services.ambulance.outcomes": (*rows, {**own[0], "next": "a_and_e"})})


def test_outcomes_that_no_need_comes_to_lead_nowhere() -> None:
    """Rows for background demand alone, and rows with no share at all, of every need's or of the need's own."""
    back = {"services.a_and_e.hand_on": {"housing": "ambulance"}}
    home, *rest, on = TOWN.services["ambulance"].model_dump()["outcomes"]
    assert on["next"] == "a_and_e"
    assert not any(one["next"] for one in (home, *rest))
    assert not any(one["needs"] for one in (home, *rest, on))
    for share in (on["share"][0], 0.0):
        led = {**on, "share": (share, 0.0, 0.0, 0.0, 0.0)}
        moved = zip(home["share"], on["share"], led["share"], strict=True)
        seen = {**home, "share": tuple(first + last - left for first, last, left in moved)}
        changed({**back, "services.ambulance.outcomes": (seen, *rest, led)})
    own = (
        {**on, "needs": ("housing",), "share": (0.0,) * 5},
        {**home, "needs": ("housing",), "share": (1.0,) * 5},
    )
    changed({**back, "services.ambulance.outcomes": (home, *rest, on, *own)})
    now_and_then = (
        {**own[0], "share": (0.0, 0.0, 0.0, 0.1, 0.0)},
        {**own[1], "share": (1.0, 1.0, 1.0, 0.9, 1.0)},
    )
    with pytest.raises(ScenarioError, match="round in a circle"):
        changed({**back, "services.ambulance.outcomes": (home, *rest, on, *now_and_then)})


HANDS_BACK = {
    "services.place_of_safety.hand_on": {"housing": "police_response"},
    "services.police_response.hand_on": {"housing": "place_of_safety"},
}


def test_nobody_is_led_through_a_door_that_is_never_open() -> None:
    with pytest.raises(ScenarioError, match="round in a circle"):
        changed(HANDS_BACK)
    closed = changed({**HANDS_BACK, "services.place_of_safety.closed": True})
    check_policy(closed, policy({"close": "ward"}))
    with pytest.raises(PolicyError, match=r"^a-policy \[change #1\]: from week 3, .* round in a circle"):
        check_policy(closed, policy({"from_week": 3, "open": "place_of_safety"}))


def test_a_door_that_is_shut_again_still_hands_on() -> None:
    """It sees nobody, so that no outcome leads on from it; who comes is passed on all the same."""
    check_policy(TOWN, policy({"close": "ambulance"}, {"set": BACK}))
    with pytest.raises(PolicyError, match=r"\[change #2\]: from week 8, services.a_and_e.hand_on.*circle"):
        check_policy(TOWN, policy({"close": "ambulance", "until_week": 8}, {"set": BACK}))
    with pytest.raises(PolicyError, match=r"\[change #2\]: from week 2, services.*circle"):
        check_policy(TOWN, policy({"close": "place_of_safety"}, {"from_week": 2, "set": HANDS_BACK}))
    closed = changed({"services.place_of_safety.closed": True})
    opened = {"open": "place_of_safety", "until_week": 5}
    check_policy(closed, policy({"from_week": 9, "set": HANDS_BACK}))
    with pytest.raises(PolicyError, match=r"\[change #2\]: from week 9, services.*circle"):
        check_policy(closed, policy(opened, {"from_week": 9, "set": HANDS_BACK}))


@pytest.mark.parametrize("name", ["small-town", "england", "essex"])
def test_shipped_places_have_none(name: str) -> None:
    place = read_scenario(name)
    assert list(circles(place.services, place.needs)) == []


def test_a_policy_that_makes_a_circle_is_refused() -> None:
    with pytest.raises(PolicyError) as refused:
        check_policy(TOWN, policy({"close": "ward"}, {"from_week": 4, "set": BACK}))
    assert str(refused.value).startswith(
        "a-policy [change #2]: from week 4, services.a_and_e.hand_on.mental_health: passes callers round in a circle"
    )
    one_need = {"services.a_and_e.hand_on.mental_health": "ambulance"}
    with pytest.raises(PolicyError, match=r"from week 0, services.a_and_e.hand_on.mental_health: passes"):
        check_policy(TOWN, policy({"set": one_need}))


def test_policies_that_make_a_circle_together_are_refused() -> None:
    there = policy({"set": {"services.police_response.hand_on": {"housing": "ambulance"}}})
    back = policy(
        {"from_week": 3, "set": {"services.ambulance.hand_on": {"housing": "police_response"}}}, name="b"
    )
    for alone in (there, back):
        check_policy(TOWN, alone)
    with pytest.raises(
        PolicyError, match=r"^b \[change #1\]: from week 3, services.ambulance.hand_on.housing: pas"
    ):
        check_together(TOWN, [there, back])


def test_a_circle_that_comes_back_as_a_change_ends_is_refused() -> None:
    """While the ambulance takes frailty only, what A&E hands on to it comes to nothing."""
    hands_on = changed({**BACK, "services.ambulance.takes": ("frailty",)})
    wider = {"from_week": 2, "set": {"services.ambulance.takes": ("frailty", "mental_health")}}
    elsewhere = {"set": {"services.a_and_e.hand_on": {"mental_health": "police_response"}}}
    check_policy(hands_on, policy({**elsewhere, "until_week": None}, wider))
    with pytest.raises(PolicyError, match=r"\[change #2\]: from week 8, .* by hand_on and next"):
        check_policy(hands_on, policy({**elsewhere, "until_week": 8}, wider))
