"""Sums on services: what they make of hours, beds and packages, and which could not be cut or added in full."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.simulation.scenes import changed

from demandsim.errors import PolicyError
from demandsim.scenario.check import check_policy, check_together
from demandsim.scenario.files import shipped
from demandsim.scenario.policy import Change, Money, Policy
from demandsim.scenario.read import read_policy, read_scenario
from demandsim.scenario.sums import after_sum, check_sums, cost_a_year

TOWN = read_scenario("small-town")


def policy(*changes: dict[str, Any], name: str = "a-policy") -> Policy:
    """A policy made in Python."""
    made = tuple(Change(**change) for change in changes)
    return Policy(name=name, title="A policy", source="Invented for a test", maker="council", change=made)


def refused(*policies: Policy) -> str:
    """The one line that the sums give."""
    with pytest.raises(PolicyError) as wrong:
        check_sums(TOWN, policies)
    assert "\n" not in str(wrong.value)
    return str(wrong.value)


def cut(share: float, **dates: Any) -> dict[str, Any]:
    """A share of what home care costs a year (£250,276), cut."""
    return {
        "money": {"service": "home_care", "pounds_a_year": -share * 249_804.0, **dates.pop("how", {})},
        **dates,
    }


def test_sums_together_cut_no_more_than_the_service_costs() -> None:
    check_policy(TOWN, policy(cut(0.5), cut(0.5)))
    with pytest.raises(PolicyError) as refused:
        check_policy(TOWN, policy(cut(0.6), {"close": "ward"}, cut(0.6, from_week=9)))
    assert str(refused.value) == (
        "a-policy [change #3.money.pounds_a_year]: with the other sums on 'home_care', £299,765 a year is cut from "
        "week 9, more than the £250,276 a year that the service costs; cut less"
    )
    check_policy(TOWN, policy(cut(-0.6), cut(0.8), cut(0.8)))  # what is added makes room
    mixed = ({"split": {"package": 1.0}}, {"split": {"hours": 1.0}})
    with pytest.raises(PolicyError, match="£399,686 a year is cut from week 0"):
        check_policy(TOWN, policy(cut(-0.6, how=mixed[0]), cut(0.8, how=mixed[1]), cut(0.8, how=mixed[1])))


def test_sums_are_added_up_in_the_weeks_they_hold() -> None:
    check_policy(TOWN, policy(cut(0.6, until_week=9), cut(0.6, from_week=9)))
    with pytest.raises(PolicyError, match="from week 9"):
        check_policy(TOWN, policy(cut(0.6, until_week=10), cut(0.6, from_week=9)))
    check_policy(
        TOWN, policy(cut(0.6, ramp_weeks=260), cut(0.6, ramp_weeks=260))
    )  # 48% by week 103, the last
    with pytest.raises(PolicyError, match="from week 43"):  # 44 of 52 parts of 120%
        check_policy(TOWN, policy(cut(0.6, ramp_weeks=52), cut(0.6, ramp_weeks=52)))
    rising = cut(-0.6, ramp_weeks=52, until_week=60)  # what is added ends, what is cut goes on
    with pytest.raises(PolicyError, match="from week 60"):
        check_policy(TOWN, policy(rising, cut(0.6, ramp_weeks=52), cut(0.6, ramp_weeks=52)))


def test_sums_of_policies_made_together_are_added_up() -> None:
    one = policy(cut(0.6))
    other = policy(cut(0.6), name="other")
    check_together(TOWN, [one])
    with pytest.raises(
        PolicyError, match=r"^other \[change #1.money.pounds_a_year\]: with the other sums on"
    ):
        check_together(TOWN, [one, other])


HOURS, PACKAGE = "services.home_care.hours_a_week", "services.home_care.package"


def on(service: str, pounds: float, part: str = "hours", **dates: Any) -> dict[str, Any]:
    """A sum on one part of a service."""
    return {"money": {"service": service, "pounds_a_year": pounds, "split": {part: 1.0}}, **dates}


def test_a_package_that_is_full_has_no_room_for_a_sum() -> None:
    """A sum that did nothing, or only part of what it said, would still be told as spent."""
    assert refused(policy(on("child_in_need", 200_000.0, "package"))) == (
        "a-policy [change #1.money.pounds_a_year]: from week 0 it would bring package of 'child_in_need' from 1 to "
        "3.11781, and that goes from 0.01 to 1; add less, or split it otherwise"
    )
    a_fifth = 0.2 * cost_a_year(TOWN, "home_care")  # of a package of 0.8: 0.96
    check_policy(TOWN, policy(on("home_care", a_fifth, "package")))
    twice = refused(
        policy(on("home_care", a_fifth, "package"), on("home_care", a_fifth, "package", from_week=7))
    )
    assert twice.startswith("a-policy [change #2.money.pounds_a_year]: from week 7 it would bring package of")
    assert "from 0.96 to 1.152" in twice
    check_policy(TOWN, policy({"set": {PACKAGE: 0.6}}, on("home_care", a_fifth, "package")))
    up = policy({"from_week": 10, "ramp_weeks": 4, "set": {PACKAGE: 1.0}}, name="up")
    added = policy(on("home_care", a_fifth, "package", from_week=11), name="added")
    assert "from week 11 it would bring package of 'home_care' from 0.9 to 1.08" in refused(up, added)
    assert "from 0.8 to 0.004, and" in refused(policy(on("home_care", -4.975 * a_fifth, "package")))


def test_a_sum_cuts_no_more_hours_or_beds_than_what_stands() -> None:
    """Home care has 80 hours; a policy that leaves 40 leaves nothing to cut some 64 from."""
    half, most = {"set": {HOURS: 40.0}}, cut(0.8)
    check_policy(TOWN, policy(most))
    text = "it would bring hours_a_week of 'home_care' from 40 to -23.8793, and that goes from 0 to 10,000; cut less"
    assert f"[change #2.money.pounds_a_year]: from week 0 {text}" in refused(policy(half, most))
    assert refused(policy(half, name="one"), policy(most, name="two")).startswith("two [change #1.money")
    check_policy(TOWN, policy(half, cut(0.5)))  # to the last hour
    rising = {"set": {HOURS: 40}, "ramp_weeks": 10}
    assert "from week 4" in refused(policy(rising, cut(0.8, ramp_weeks=4)))
    assert "from week 8 it would bring" in refused(
        policy({"set": {HOURS: 20.0}, "from_week": 8}, cut(0.3, from_week=8))
    )
    beds = {"set": {"services.hospital.beds": 1.0}, "until_week": 9}
    beds_cut = on("hospital", -0.5 * cost_a_year(TOWN, "hospital"), "places")
    assert "beds of 'hospital' from 1 to -1.25" in refused(policy(beds, beds_cut))
    check_policy(TOWN, policy(beds, {**beds_cut, "from_week": 9}))


def test_what_ends_takes_its_room_along() -> None:
    half, more = {"set": {HOURS: 40.0}}, cut(-0.5, until_week=60)
    assert "from week 60 it would bring hours_a_week" in refused(policy(half, more, cut(0.8)))
    check_policy(TOWN, policy(half, more, cut(0.8, until_week=60)))
    full = {"set": {PACKAGE: 0.5}, "until_week": 30}
    tenth = on("home_care", 0.3 * cost_a_year(TOWN, "home_care"), "package")
    assert "from week 30 it would bring package of 'home_care' from 0.8 to 1.04" in refused(
        policy(full, tenth)
    )


def test_a_sum_on_what_is_not_there_or_has_no_price_is_refused() -> None:
    """Hours that a policy takes the limit from; hours that the scenario expects nothing of; hours of a stay."""
    no_limit = policy(
        {"set": {"services.voluntary_support.hours_a_week": None}}, on("voluntary_support", 100.0)
    )
    text = "from week 0 it finds no hours_a_week of 'voluntary_support' to change, or none with a price; split it"
    assert text in refused(no_limit)
    town = changed(TOWN, {"services.voluntary_support.expected_contacts": {}})
    with pytest.raises(
        PolicyError, match="it finds no hours_a_week of 'voluntary_support' to change, or none with"
    ):
        check_sums(town, [policy(on("voluntary_support", 100.0))])
    ward = changed(TOWN, {"services.ward.hours_a_week": 5.0})
    with pytest.raises(PolicyError, match="'ward' has no hours to change; split it over places"):
        check_policy(ward, policy(on("ward", -100.0)))


def test_more_than_a_scenario_may_hold_is_not_added() -> None:
    assert "and that goes from 0 to 10,000; add less" in refused(policy(on("home_care", 1e9)))


def test_a_sum_is_turned_into_what_stands_moved_by_what_it_buys() -> None:
    """5% of what home care costs is 4 of its 80 hours, whatever stands; of its package it is a twentieth part."""
    sum_of = cost_a_year(TOWN, "home_care") / 20
    money = Money(service="home_care", pounds_a_year=sum_of, split={"hours": 0.5, "package": 0.5})
    now = {"hours_a_week": 30.0, "beds": None, "package": 0.4}
    assert after_sum(TOWN, now, money, 1.0) == pytest.approx({"hours_a_week": 32.0, "package": 0.41})
    assert after_sum(TOWN, now, money, 0.5) == pytest.approx({"hours_a_week": 31.0, "package": 0.405})


@pytest.mark.parametrize("place", ["small-town", "essex"])
def test_the_sums_of_shipped_policies_are_cut_and_added_in_full(place: str) -> None:
    scenario = read_scenario(place)
    for path in sorted((shipped() / "policies").glob("*.toml")):
        if path.stem.startswith("small-town") == (place == "small-town"):
            check_sums(scenario, [read_policy(path.stem)])
