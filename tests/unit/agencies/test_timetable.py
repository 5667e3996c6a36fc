"""Versions of the rules at the right weeks, and what is shared between them."""

from __future__ import annotations

import pytest
from tests.unit.simulation.scenes import policy

from demandsim.agencies.timetable import timetable
from demandsim.errors import ChanceError, PolicyError, RunError
from demandsim.scenario.schema import Scenario


def test_without_policies_there_is_one_version_for_all_weeks(small_town: Scenario) -> None:
    table = timetable(small_town)
    assert len(table.versions) == 1
    assert {table.number(week) for week in (-52, 0, 103)} == {0}
    assert table.at(50).scenario == small_town


def test_each_week_has_the_version_that_began_last(small_town: Scenario) -> None:
    change = {"from_week": 10, "ramp_weeks": 2, "until_week": 20, "set": {"services.home_care.package": 0.4}}
    table = timetable(small_town, [policy(change)])
    at = list(small_town.services).index("home_care")

    def package(week: int) -> float:
        return float(table.at(week).rules.doors.package[at]) / 65_536

    weeks = (-1, 9, 10, 11, 12, 19, 20, 100)
    assert [package(w) for w in weeks] == pytest.approx([0.8, 0.8, 0.6, 0.4, 0.4, 0.4, 0.8, 0.8], abs=1e-4)
    begins = [v.from_week for v in table.versions]
    assert begins == sorted(set(begins))
    assert {10, 11, 20} <= set(begins)
    assert begins[0] <= -52, "the first holds while a place settles"


def test_what_has_not_moved_is_the_same_table(small_town: Scenario) -> None:
    table = timetable(small_town, [policy({"from_week": 10, "set": {"services.home_care.threshold": 4}})])
    first, later = table.at(0).rules, table.at(10).rules
    assert later.background is first.background
    assert later.life.death is first.life.death
    assert later.doors is not first.doors


def test_a_fixed_group_freezes_in_the_first_version_that_names_it(small_town: Scenario) -> None:
    group = {"tenure": ("private",), "membership": "fixed"}
    close = {"from_week": 10, "ramp_weeks": 3, "close": "home_care", "group": group}
    table = timetable(small_town, [policy(close)])
    frozen = {v.from_week: len(v.frozen) for v in table.versions}
    assert frozen[10] == 1
    assert sum(frozen.values()) == 1


def test_a_service_opened_and_shut_again_is_no_longer_unheard_of(small_town: Scenario) -> None:
    table = timetable(small_town, [policy({"from_week": 10, "open": "tenancy_support"})])
    at = list(small_town.services).index("tenancy_support")
    doors = [table.at(w).rules.doors for w in (0, 10)]
    assert [(int(d.closed[at]), int(d.known_to[at])) for d in doors] == [(1, -1), (0, 0)]
    shut = timetable(small_town, [policy({"from_week": 10, "close": "home_care"})]).at(10).rules.doors
    at = list(small_town.services).index("home_care")
    assert (shut.closed[at], shut.known_to[at], shut.capacity[at]) == (1, 0, 0)


def test_what_cannot_be_run_is_refused_when_compiled(small_town: Scenario) -> None:
    with pytest.raises(PolicyError):
        timetable(small_town, [policy({"close": "no_such_service"})])
    with pytest.raises(PolicyError):
        timetable(small_town, [policy({"from_week": 104, "close": "home_care"})])


def test_a_policy_given_twice_is_refused(small_town: Scenario) -> None:
    shut = policy({"close": "home_care"}, name="shut")
    with pytest.raises(PolicyError, match="shut: is given twice; give it once"):
        timetable(small_town, [shut, shut])
    both = shut.model_copy(update={"name": "both", "includes": ("shut",), "parts": (shut,)})
    with pytest.raises(PolicyError, match="shut: is given twice; give it once"):
        timetable(small_town, [both, shut])


def test_sums_of_all_policies_are_added_up(small_town: Scenario) -> None:
    cut = {"money": {"service": "home_care", "pounds_a_year": -150_000.0}}
    with pytest.raises(
        PolicyError, match=r"two .*with the other sums on 'home_care', £300,000 a year is cut"
    ):
        timetable(small_town, [policy(cut, name="one"), policy(cut, name="two")])


def test_names_of_files_are_refused(small_town: Scenario) -> None:
    with pytest.raises(RunError, match="scenario: given 'small-town'; a Scenario"):
        timetable("small-town")  # type: ignore[arg-type]
    with pytest.raises(RunError, match="policy: given 'shut'; a Policy"):
        timetable(small_town, ["shut"])  # type: ignore[list-item]


def test_policies_whose_names_have_one_hash_are_refused(
    small_town: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    from demandsim import chance

    monkeypatch.setattr(chance, "policy_item", lambda name: 7)
    made = [policy({"from_week": w, "close": "home_care"}, name=f"one-hash-{w}") for w in (3, 4)]
    with pytest.raises(ChanceError, match="would draw the same random share"):
        timetable(small_town, made)


def test_the_sums_of_a_policy_stand_beside_its_versions(small_town: Scenario) -> None:
    grant = {"money": {"agency": "council", "kind": "grant", "pounds_a_year": 10.0}}
    assert [line.kind for line in timetable(small_town, [policy(grant)]).lines] == ["grant"]
    assert timetable(small_town).lines == ()
