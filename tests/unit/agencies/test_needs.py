"""Needs, routes and referrals as whole-number tables, worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from demandsim.agencies.grouping import FrozenBits, GroupTable
from demandsim.agencies.needs import DriverMove, cumulated, firsts, need_rules, route_rules
from demandsim.agencies.rules import NeedRules
from demandsim.scenario.group import Group
from demandsim.scenario.schema import Scenario
from demandsim.units import ONE

MIND, HOUSING, FRAIL, CRIME, SAFETY = range(5)


@pytest.fixture
def groups(small_town: Scenario) -> GroupTable:
    """An empty table of groups."""
    return GroupTable(small_town, FrozenBits())


@pytest.fixture
def rules(small_town: Scenario, groups: GroupTable) -> NeedRules:
    """The small town's needs."""
    return need_rules(small_town, groups)


def weekly(rate: float) -> int:
    """Weekly chance in 2^-32, to the nearest."""
    return round(-math.expm1(-rate / 52) * 2**32)


def test_starting_goes_by_band_sex_and_decile_and_is_nought_outside_the_needs_ages(rules: NeedRules) -> None:
    def cell(band: int, sex: int, decile: int) -> int:
        return (band * 2 + sex) * 10 + decile - 1

    # Bands start at 0, 5, 11, 16, 18, 25, 35, 45, 55, 65, 75, 85.
    assert rules.start[cell(4, 0, 1), MIND] == weekly(0.12 * 1.5)
    assert rules.start[cell(11, 1, 10), MIND] == weekly(0.05 * 0.75)
    assert rules.start[cell(9, 1, 5), FRAIL] == weekly(0.07)
    assert not rules.start[: cell(7, 0, 1), FRAIL].any(), "no band that ends before 50"
    assert rules.start[cell(7, 0, 1), FRAIL] > 0, "the band of 45 to 54 holds those of 50; the kernels cut it"
    assert not rules.start[cell(4, 0, 1) :, SAFETY].any()
    assert rules.start[cell(3, 1, 1), SAFETY] == weekly(0.05 * 1.8)


def test_ages_levels_and_factors(rules: NeedRules) -> None:
    assert rules.last_week.tolist()[SAFETY] == 18 * 52
    assert rules.worsen[HOUSING].tolist() == [weekly(r) for r in (0.50, 0.45, 0.50)]
    assert rules.ease[HOUSING].tolist() == [weekly(r) for r in (0.80, 0.50, 0.40, 1.0)]
    assert (rules.served_worsen[HOUSING], rules.served_ease[HOUSING]) == (ONE16 // 2, 2 * ONE16)
    assert (rules.helped_start[SAFETY], rules.helped_worsen[SAFETY]) == (round(0.8 * ONE16),) * 2
    assert rules.death[FRAIL].tolist() == [round(f * ONE16) for f in (1, 1.2, 1.6, 2.4, 4)]
    assert rules.health[FRAIL].tolist() == [round(f * ONE16) for f in (1, 0.95, 0.85, 0.7, 0.55)]
    assert rules.approach[FRAIL, 1].tolist() == [weekly(r) for r in (0.2, 0.5, 1.0)]
    assert rules.emergency[FRAIL, 2].tolist() == [weekly(r) for r in (0.8, 3.0)]


ONE16 = 65_536


def test_pushes_stand_at_who_is_pushed_by_whom(rules: NeedRules) -> None:
    assert rules.push[MIND].tolist() == [round(f * ONE16) for f in (0, 0.2, 0.1, 0.1, 0)]
    assert rules.push[SAFETY].tolist() == [0] * 5
    assert rules.held.tolist() == [-1, -1, -1, -1, 0]
    assert rules.home_push.tolist() == [[round(f * ONE16) for f in (0.3, 0.2, 0, 0.25, 0)]]


def test_a_place_without_household_pushes_has_a_table_of_noughts(
    small_town: Scenario, groups: GroupTable
) -> None:
    without = {k: n.model_copy(update={"pushed_by_household": {}}) for k, n in small_town.needs.items()}
    rules = need_rules(small_town.model_copy(update={"needs": without}), groups)
    assert set(rules.held) == {-1}
    assert not rules.home_push.any()


def test_referrals_by_others_stand_need_by_need_and_bound_the_asks(
    small_town: Scenario, rules: NeedRules, groups: GroupTable
) -> None:
    services = list(small_town.services)
    assert np.diff(rules.refer_first).tolist() == [1, 1, 0, 0, 1]
    assert [services[s] for s in rules.refer_to] == [
        "community_mental_health",
        "housing_options",
        "child_in_need",
    ]
    assert rules.refer_rate[2].tolist() == [weekly(r) for r in (0.1, 0.4, 0.8)]
    assert rules.refer_group[2] == 0
    assert groups.columns().youngest[rules.refer_group[0]] == 18 * 52
    approach = [weekly(r) for r in (0.7, 2.5, 6.0)]
    others = [weekly(r) for r in (0.1, 0.3, 0.5)]
    both = [a + b for a, b in zip(approach, others, strict=True)]
    assert rules.approach_most[HOUSING, 0].tolist() == [0, *both, 0]
    assert rules.approach_most[HOUSING, 1].tolist() == [0, *(weekly(r) for r in (0.2, 0.6, 1.5)), 0]


def test_ordinary_use_stands_service_by_service_and_its_sum_bounds_it(
    small_town: Scenario, rules: NeedRules
) -> None:
    services = list(small_town.services)
    first, last = rules.ordinary_first[FRAIL], rules.ordinary_first[FRAIL + 1]
    assert [services[s] for s in rules.ordinary_service[first:last]] == [
        "general_practice",
        "ambulance",
        "a_and_e",
    ]
    assert rules.ordinary_rate[first].tolist() == [weekly(r) for r in (2, 4, 6, 8)]
    assert rules.ordinary_most[FRAIL].tolist() == [0, *rules.ordinary_rate[first:last].sum(axis=0)]
    assert rules.ordinary_open[MIND] == round(0.7 * ONE16)


def test_a_moved_driver_adds_its_steps_with_their_sign(small_town: Scenario, groups: GroupTable) -> None:
    def adds(by: float) -> NeedRules:
        return need_rules(small_town, groups, [DriverMove("rents", by, Group(quintile=(1,)), "a-test")])

    up, down, still = adds(3.0), adds(-1.0), adds(0.0)
    assert np.diff(up.driver_first).tolist() == [1, 1, 0, 0, 0]
    assert up.driver_adds.tolist() == [weekly(0.03), weekly(0.15)]
    assert down.driver_adds.tolist() == [-weekly(0.01), -weekly(0.05)]
    assert still.driver_adds.size == 0
    columns = groups.columns()
    assert columns.quintiles[up.driver_for[1]] == 1
    assert columns.tenures[up.driver_group[1]] == 0b100


def test_routes_are_laid_out_by_kind_and_need_with_cumulated_shares(
    small_town: Scenario, groups: GroupTable
) -> None:
    routes = route_rules(small_town, groups)
    services = list(small_town.services)
    assert np.diff(routes.first[0]).tolist() == [2, 1, 1, 1, 1]
    assert np.diff(routes.first[1]).tolist() == [2, 1, 1, 1, 1]
    child = routes.first[0, MIND]
    shares = slice(routes.share_first[child], routes.share_first[child + 1])
    assert [services[s] for s in routes.service[shares]] == [
        "general_practice",
        "community_mental_health",
        "voluntary_support",
    ]
    assert routes.upto[shares] / ONE == pytest.approx([0.6, 0.8, 1.0], abs=1e-9)
    crime = routes.first[1, CRIME]
    assert services[routes.service[routes.share_first[crime]]] == "police_response"


def test_shares_are_cumulated_and_never_above_one() -> None:
    assert cumulated((0.5, 0.25, 0.25)) == [ONE // 2, 3 * ONE // 4, ONE]
    assert cumulated((0.7, 0.7)) == [round(0.7 * ONE), ONE]
    assert firsts([[1, 2], [], [3]]).tolist() == [0, 2, 2, 3]
