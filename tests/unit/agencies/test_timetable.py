"""Versions of the rules at the right weeks, and what is shared between them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.unit.simulation.scenes import policy

from demandsim.agencies.changes import as_changed
from demandsim.agencies.doors import kinds
from demandsim.agencies.grouping import FrozenBits
from demandsim.agencies.needs import start_table
from demandsim.agencies.offers import death_table
from demandsim.agencies.timetable import Lasting, compile_rules, timetable
from demandsim.errors import ChanceError, PolicyError, RunError
from demandsim.scenario.read import read_policy
from demandsim.scenario.schema import Scenario
from demandsim.scenario.settings import BY_OTHER_VERBS, OF_THE_FILE


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
    assert later.needs.start is first.needs.start
    assert later.doors.outcome_upto is first.doors.outcome_upto
    assert later.doors is not first.doors


def test_every_version_is_as_if_it_had_been_compiled_alone(small_town: Scenario) -> None:
    """What is taken over from the version before is what would have been worked out."""
    turned = small_town.model_dump()["services"]["custody"]["outcomes"][::-1]
    moved = policy(
        {"from_week": 3, "ramp_weeks": 3, "set": {"services.a_and_e.background.spell": 6.0}},
        {"from_week": 4, "until_week": 8, "set": {"services.custody.outcomes": turned}},
        {"from_week": 9, "move_driver": {"driver": "rents", "by": 0.5}},
    )
    policies = [read_policy("small-town-every-verb"), moved]
    bits = FrozenBits()
    for version in timetable(small_town, policies).versions:
        lasting = Lasting(start_table(small_town), death_table(small_town))
        alone = compile_rules(as_changed(small_town, policies, version.from_week), bits, lasting)
        for held, worked_out in zip(version.rules, alone, strict=True):
            for key in held._fields:
                assert np.array_equal(getattr(held, key), getattr(worked_out, key)), (version.from_week, key)


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


def test_no_policy_makes_a_version_that_numbers_anything_otherwise(small_town: Scenario) -> None:
    """Every table and array that may be set, written backwards, and rows put in where a table has room for more."""
    data = small_town.model_dump()
    backwards: dict[str, Any] = {}
    for name, service in data["services"].items():
        for key, value in service.items():
            if key in (*BY_OTHER_VERBS, *OF_THE_FILE) or not value or not isinstance(value, dict | tuple):
                continue
            turned = dict(reversed(value.items())) if isinstance(value, dict) else value[::-1]
            backwards[f"services.{name}.{key}"] = turned
    for name, agency in data["agencies"].items():
        backwards[f"agencies.{name}.refers"] = agency["refers"][::-1]
    assert {path.split(".")[-1] for path in backwards} >= {
        "outcomes",
        "refers",
        "awaits",
        "helps",
        "programme",
    }
    help_ = "services.early_help_team.programme.help"
    new = {"services.housing_options.helps.frailty": 0.1, f"{help_}.frailty": {"ease": 0.1}}
    table = timetable(small_town, [policy({"from_week": 4, "set": {**backwards, **new}})])
    first, later = table.at(0), table.at(4)
    assert later is not first
    assert kinds(later.scenario) == kinds(small_town)
    for rules in ("background", "programmes"):
        services = [getattr(version.rules, rules).service.tolist() for version in (first, later)]
        assert services[0] == services[1]
    for key in later.prices._fields:
        assert np.array_equal(getattr(first.prices, key), getattr(later.prices, key)), key


@pytest.mark.parametrize("turn", ["kinds", "services", "agencies", "background"])
def test_a_version_that_numbers_otherwise_than_the_file_is_never_run(
    small_town: Scenario, monkeypatch: pytest.MonkeyPatch, turn: str
) -> None:
    """What the checks refuse is held once more where the rules are made: a wrong number could go anywhere."""
    tables: dict[str, Any] = {key: dict(getattr(small_town, key)) for key in ("services", "agencies")}
    if turn in tables:
        tables[turn] = dict(reversed(tables[turn].items()))
    else:
        service = tables["services"]["ambulance"]
        other = dict(reversed(service.kinds.items())) if turn == "kinds" else None
        tables["services"]["ambulance"] = service.model_copy(update={turn: other})
    turned = small_town.model_copy(update=tables)

    def made(scenario: Scenario, policies: Any, week: int) -> Any:
        return as_changed(turned if week >= 4 else scenario, policies, week)

    monkeypatch.setattr("demandsim.agencies.timetable.as_changed", made)
    with pytest.raises(
        PolicyError, match=f"^turns-{turn}: from week 4 services, or their kinds of contact, are"
    ):
        timetable(small_town, [policy({"from_week": 4, "close": "ward"}, name=f"turns-{turn}")])
