"""Doors as columns: main kinds, capacity, remits, mechanisms, referrals and how emergencies end."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.unit.simulation.scenes import changed

from demandsim.agencies.doors import _upto, kinds
from demandsim.agencies.rules import CONTACT, EMERGENCY, EPISODE, MODES, OUTREACH, STAY, Doors, Rules
from demandsim.agencies.timetable import timetable
from demandsim.chance import policy_item
from demandsim.scenario.schema import Scenario
from demandsim.units import ONE, chance_units

ONE16 = 65_536


@pytest.fixture(scope="module")
def rules(small_town: Scenario) -> Rules:
    """The small town's rules."""
    return timetable(small_town).at(0).rules


@pytest.fixture(scope="module")
def doors(rules: Rules) -> Doors:
    """The small town's doors."""
    return rules.doors


def doors_of(town: Scenario, settings: dict[str, Any]) -> Doors:
    """Doors of the town with settings changed."""
    return timetable(changed(town, settings)).at(0).rules.doors


@pytest.fixture(scope="module")
def names(small_town: Scenario) -> list[str]:
    """Services in order."""
    return list(small_town.services)


def test_modes_agencies_and_places(doors: Doors, names: list[str]) -> None:
    assert tuple(range(len(MODES))) == (CONTACT, EPISODE, STAY, EMERGENCY, OUTREACH)
    for name, mode, agency, place in (
        ("adult_social_care", CONTACT, 0, 0),
        ("home_care", EPISODE, 0, 0),
        ("hospital", STAY, 1, 1),
        ("custody", EMERGENCY, 2, 0),
        ("home_visits", OUTREACH, 1, 0),
        ("prison", STAY, 4, 9),
    ):
        at = names.index(name)
        assert (doors.mode[at], doors.agency[at], doors.place[at]) == (mode, agency, place)
    assert doors.sector_bit[names.index("custody")] == 4
    assert doors.remembered[names.index("child_in_need")] == 1


def test_whom_a_file_opens_and_closes_a_service_to_are_two_draws(
    small_town: Scenario, names: list[str]
) -> None:
    share = {"share": 0.5}
    town = changed(small_town, {"services.home_care.open_to": share, "services.home_care.closed_to": share})
    rules = timetable(town).at(0).rules
    at = names.index("home_care")
    groups = [int(column[at]) for column in (rules.doors.open_to, rules.doors.closed_to)]
    assert list(rules.groups.share[groups]) == [ONE // 2, ONE // 2]
    assert list(rules.groups.share_item[groups]) == [
        policy_item("home_care"),
        policy_item("home_care.closed_to"),
    ]


def test_the_kind_posted_when(small_town: Scenario, doors: Doors, names: list[str]) -> None:
    numbered = list(kinds(small_town))
    home_care, hospital, practice = (names.index(n) for n in ("home_care", "hospital", "general_practice"))
    assert numbered[doors.main_kind[home_care]] == ("home_care", "episode_week")
    assert numbered[doors.assessment[home_care]] == ("home_care", "assessment")
    assert numbered[doors.admission[hospital]] == ("hospital", "admission")
    assert (doors.assessment[practice], doors.admission[practice]) == (-1, -1)
    assert small_town.services["general_practice"].main_kind == "visit"
    assert doors.kind_minutes[doors.main_kind[home_care]] == 9 * 60
    assert doors.largest[names.index("a_and_e")] == 6 * 60
    assert doors.kind_service.tolist() == [names.index(s) for s, _ in numbered]


def test_capacity_in_thousandths_none_without_a_limit_and_nought_while_closed(
    small_town: Scenario, names: list[str]
) -> None:
    settings = {"services.adult_social_care.hours_a_week": 2.5, "services.hospital.beds": 4.5}
    doors = doors_of(small_town, settings)
    stated = {"adult_social_care": 150_000, "hospital": 4500, "fostering": -1, "tenancy_support": 0}
    assert {name: int(doors.capacity[names.index(name)]) for name in stated} == stated


def test_thresholds_weeks_and_chances(doors: Doors, names: list[str]) -> None:
    cmh = names.index("community_mental_health")
    assert (doors.threshold[cmh], doors.weeks[cmh], doors.standard[cmh], doors.helped_weeks[cmh]) == (
        2,
        16,
        4,
        12,
    )
    assert doors.loss[cmh] / ONE == pytest.approx(0.3, abs=1e-9)
    assert doors.gives_up[cmh] / ONE == pytest.approx(1 - 2.718281828 ** (-1 / 52), abs=1e-8)
    assert doors.package[names.index("home_care")] == int(0.8 * ONE16)  # rounded down
    assert doors.ready[names.index("temporary_accommodation")] == round(ONE / 20)
    assert doors.ends_below[names.index("ward")] == 2
    assert doors.whole.nonzero()[0].tolist() == [names.index("temporary_accommodation")]
    assert doors.grows[names.index("housing_options")] == 0


def test_remits_hand_ons_and_help_by_need(small_town: Scenario, rules: Rules, names: list[str]) -> None:
    doors, needs = rules.doors, list(small_town.needs)
    asc = names.index("adult_social_care")
    assert doors.takes[asc].tolist() == [1] * 5
    assert rules.groups.youngest[doors.remit[asc]] == 50 * 52
    assert doors.hand_on[asc].tolist() == [-1, -1, names.index("general_practice"), -1, -1]
    only = doors_of(small_town, {"services.adult_social_care.takes": ("frailty",)})
    assert only.takes[asc].tolist() == [0, 0, 1, 0, 0]
    hospital = names.index("hospital")
    assert doors.helps[hospital, needs.index("frailty")] == ONE16 // 2
    assert doors.helps[hospital, needs.index("housing")] == 0


def test_mechanisms_work_by_effect_and_strength(small_town: Scenario, doors: Doors, names: list[str]) -> None:
    """Warm hand-over: 0.5 at strength 0.2 keeps a tenth of the losses; whole-needs assessment 0.3 x 0.2."""
    options, practice, custody = (names.index(n) for n in ("housing_options", "general_practice", "custody"))
    assert doors.loss[options] / ONE == pytest.approx(0.3 * 0.9, abs=1e-9)
    assert doors.tells[options] / ONE == pytest.approx(0.1, abs=1e-9)
    assert doors.finds[practice] / ONE == pytest.approx(0.06, abs=1e-9)
    assert doors.settles[custody] / ONE == pytest.approx(0.06, abs=1e-9)
    assert (doors.finds[options], doors.settles[options], doors.tells[practice]) == (0, 0, 0)
    assert set(doors.settled_weeks) == {8}
    none = {f"mechanisms.{m}.effect": 0.0 for m in small_town.mechanisms}
    without = doors_of(small_town, none)
    assert not (without.tells.any())
    assert not (without.finds.any())
    assert not (without.settles.any())
    assert without.loss[options] / ONE == pytest.approx(0.3, abs=1e-9)


def test_referrals_and_waits_stand_service_by_service(rules: Rules, names: list[str]) -> None:
    doors = rules.doors
    asc, hospital = names.index("adult_social_care"), names.index("hospital")
    rows = slice(doors.refer_first[asc], doors.refer_first[asc + 1])
    assert [names[t] for t in doors.refer_to[rows]] == ["care_home", "home_care", "voluntary_support"]
    assert doors.refer_low[rows].tolist() == [4, 2, 1]
    assert doors.refer_high[rows].tolist() == [4, 4, 1]
    assert doors.refer_share[rows] / ONE == pytest.approx([0.5, 0.7, 0.3], abs=1e-9)
    assert (doors.refer_group[rows] > 0).tolist() == [False, False, True]
    rows = slice(doors.await_first[hospital], doors.await_first[hospital + 1])
    assert [names[t] for t in doors.await_service[rows]] == ["care_home", "home_care"]
    assert doors.await_share[rows] / ONE == pytest.approx([0.3, 0.5], abs=1e-9)
    assert doors.await_low[rows].tolist() == [4, 2]


def test_how_an_emergency_ends_a_needs_own_rows_or_the_common_ones(
    small_town: Scenario, doors: Doors, names: list[str]
) -> None:
    needs, numbered = list(small_town.needs), list(kinds(small_town))
    a_and_e = names.index("a_and_e")

    def ends(need: str | None) -> list[tuple[str, float]]:
        column = 0 if need is None else 1 + needs.index(need)
        rows = range(doors.outcome_first[a_and_e, column], doors.outcome_last[a_and_e, column])
        return [(numbered[doors.outcome_kind[r]][1], round(doors.outcome_upto[r, 4] / ONE, 6)) for r in rows]

    common = [("home", 0.2), ("admitted", 1.0)]
    assert ends(None) == ends("housing") == ends("offending") == common
    assert ends("frailty") == [("home", 0.1), ("referred", 0.2), ("admitted", 1.0)]
    assert ends("mental_health") == [("home", 0.1), ("referred", 0.45), ("admitted", 0.7), ("referred", 1.0)]
    last = doors.outcome_last[a_and_e, 1 + needs.index("mental_health")] - 1
    assert names[doors.outcome_next[last]] == "mental_health_assessment"
    assert names[doors.outcome_refer[last - 2]] == "community_mental_health"


def test_shares_that_round_below_one_never_end_in_a_row_without_a_share() -> None:
    share = chance_units(1 / 3)
    rows = np.array([[share] * 5, [share] * 5, [share] * 5, [0, 0, 0, 0, ONE], [ONE] * 5], np.int64)
    upto = _upto(rows, np.array([0, 4, 5]))
    assert 3 * share < ONE
    assert upto[:, 0].tolist() == [share, 2 * share, ONE, ONE, ONE]
    assert upto[:, 4].tolist() == [share, 2 * share, 3 * share, ONE, ONE]
    assert _upto(np.zeros((2, 5), np.int64), np.array([0])).sum() == 0
