"""What stands under policies in every week, ends included, can be run: chains, circles and everything else."""

from __future__ import annotations

from typing import Any

import pytest

from demandsim.errors import PolicyError
from demandsim.scenario.check import check_policy, check_together
from demandsim.scenario.policy import Change, Policy
from demandsim.scenario.read import read_scenario
from demandsim.scenario.standing import placed

TOWN = read_scenario("small-town")


def policy(*changes: dict[str, Any], name: str = "a") -> Policy:
    """A policy made in Python."""
    made = tuple(Change(**change) for change in changes)
    return Policy(name=name, title="A policy", source="a test", maker="council", change=made)


def outcomes(service: str, *, first_to: str | None = None, leave_out: tuple[str, ...] = ()) -> dict[str, Any]:
    """Outcomes of a service, its first leading on to another and none to some."""
    rows = [row.model_dump() for row in TOWN.services[service].outcomes]
    rows = [{**row, "next": None} if row["next"] in leave_out else row for row in rows]
    rows[0]["next"] = first_to or rows[0]["next"]
    return {f"services.{service}.outcomes": tuple(rows)}


EMERGENCY = tuple(name for name, service in TOWN.services.items() if service.mode == "emergency")
THERE = {"set": outcomes("custody", first_to="mental_health_assessment")}
BACK = {
    "set": {
        **outcomes("mental_health_assessment", first_to="custody"),
        **outcomes("place_of_safety", leave_out=EMERGENCY),
        **outcomes("ambulance", leave_out=EMERGENCY),
    }
}


def test_a_circle_by_next_that_two_policies_make_is_refused() -> None:
    there, back = policy(THERE, name="there"), policy(BACK, name="back")
    for alone in (there, back):
        check_together(TOWN, [alone])
    with pytest.raises(PolicyError) as refused:
        check_together(TOWN, [there, back])
    assert str(refused.value).startswith(
        "back [change #1]: from week 0, services.mental_health_assessment.outcomes: contacts go round in a circle: "
        "mental_health_assessment -> custody -> mental_health_assessment"
    )
    later = policy({"from_week": 7, **BACK}, name="later")
    with pytest.raises(PolicyError, match=r"^later \[change #1\]: from week 7, .* go round in a circle"):
        check_together(TOWN, [later, there])


def test_a_circle_by_next_that_comes_back_as_a_change_ends_is_refused() -> None:
    custody = {"set": outcomes("custody"), "from_week": 3}
    with pytest.raises(PolicyError, match=r"^a \[change #3\]: from week 8, .* go round in a circle"):
        check_policy(TOWN, policy(THERE, {**custody, "until_week": 8}, {**BACK, "from_week": 5}))
    check_policy(TOWN, policy(THERE, custody, {**BACK, "from_week": 5}))


def test_a_chain_too_deep_that_two_policies_make_is_refused() -> None:
    to_custody = outcomes("place_of_safety", first_to="custody", leave_out=("mental_health_assessment",))
    there, deep = policy(THERE, name="there"), policy({"set": to_custody}, name="deep")
    for alone in (there, deep):
        check_together(TOWN, [alone])
    with pytest.raises(
        PolicyError, match=r"^deep \[change #1\]: from week 0, .* more than 3 outcomes are drawn"
    ):
        check_together(TOWN, [there, deep])


def test_what_has_ended_no_longer_counts() -> None:
    check_policy(TOWN, policy({**THERE, "until_week": 5}, {**BACK, "from_week": 5}))


def test_a_door_that_an_end_or_another_policy_takes_the_way_to_is_refused() -> None:
    """The housing office alone refers to tenancy support, which is closed; one that is open must be reached."""
    opens = {"from_week": 5, "open": "tenancy_support"}
    refers = TOWN.services["housing_options"].model_dump()["refers"]
    others = tuple(row for row in refers if row["to"] != "tenancy_support")
    usual, nobody = ({"services.housing_options.refers": rows} for rows in (refers, others))
    back = {"set": usual, "from_week": 3}
    check_policy(TOWN, policy({"set": nobody}, back, opens))
    with pytest.raises(
        PolicyError, match=r"^a \[change #3\]: from week 30, services.tenancy_support: nobody can"
    ):
        check_policy(TOWN, policy({"set": nobody}, {**back, "until_week": 30}, opens))
    check_policy(TOWN, policy({"set": nobody}, {**back, "until_week": 30}, {**opens, "until_week": 30}))
    with pytest.raises(
        PolicyError, match=r"^a \[change #1\]: from week 5, services.tenancy_support: nobody can"
    ):
        check_together(TOWN, [policy({"set": nobody}, name="first"), policy(opens)])


def test_what_ends_with_the_run_leaves_nothing_behind() -> None:
    custody = {"set": outcomes("custody"), "from_week": 3, "until_week": TOWN.weeks}
    check_policy(TOWN, policy(THERE, custody, {**BACK, "from_week": 5}))


def test_included_changes_are_placed_first_under_their_own_names() -> None:
    part = policy({"close": "ward"}, {"open": "ward"}, name="part")
    whole = policy(*({"close": "ward"}, {"open": "ward"}, {"close": "custody"}), name="whole").model_copy(
        update={"includes": ("part",), "parts": (part,)}
    )
    assert [(one.file, one.place) for one in placed([whole, policy({"open": "ward"})])] == [
        ("part", "change #1"),
        ("part", "change #2"),
        ("whole", "change #1"),
        ("a", "change #1"),
    ]
