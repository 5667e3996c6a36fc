"""Whom a door is open to once policies have shut it and opened it again."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.simulation.scenes import changed, policy

from demandsim.agencies.changes import as_changed
from demandsim.agencies.doors import door_rules
from demandsim.agencies.grouping import FrozenBits, GroupTable
from demandsim.errors import PolicyError
from demandsim.scenario.group import Group
from demandsim.scenario.schema import Scenario

NORTH = {"district": ("north",)}


def at(town: Scenario, week: int, *changes: dict[str, Any]) -> Scenario:
    """The town in a week under one policy."""
    return as_changed(town, [policy(*changes)], week).scenario


def test_a_door_opened_again_is_open_to_whom_the_file_opens_it(small_town: Scenario) -> None:
    """The same whether its closing ends or a policy opens it; drawn and frozen as the file's own, if it has a lot."""
    for file in (NORTH, {**NORTH, "share": 0.5}, {**NORTH, "membership": "fixed"}, {}):
        town = changed(small_town, {"services.voluntary_support.open_to": file})
        shut = {"from_week": 5, "close": "voluntary_support"}
        back = {"from_week": 10, "open": "voluntary_support"}
        ended = as_changed(town, [policy({**shut, "until_week": 10})], 10)
        opened = as_changed(town, [policy(shut), policy(back, name="back")], 10)
        assert opened.scenario == ended.scenario == town
        bits = FrozenBits()
        tables = [GroupTable(town, bits) for _ in range(2)]
        groups = [door_rules(*pair).open_to.tolist() for pair in zip((ended, opened), tables, strict=True)]
        assert groups[0] == groups[1]
        assert [one.tolist() for one in tables[0].columns()] == [one.tolist() for one in tables[1].columns()]


def test_opening_a_door_that_is_open_changes_nothing(small_town: Scenario) -> None:
    town = changed(small_town, {"services.voluntary_support.open_to": NORTH})
    opens = {"open": "voluntary_support"}
    assert at(town, 0, opens) == town
    assert at(town, 0, {**opens, "group": NORTH}) == town
    with pytest.raises(PolicyError, match="voluntary_support is open already, and opening it for a group"):
        at(town, 0, {**opens, "group": {"district": ("south",)}})
    assert at(small_town, 9, opens, {**opens, "from_week": 5, "group": NORTH}) == small_town


def test_what_a_policy_sets_at_a_door_holds_when_it_opens_again(small_town: Scenario) -> None:
    path, shut = "services.voluntary_support.open_to", {"from_week": 5, "close": "voluntary_support"}
    back = {"from_week": 10, "open": "voluntary_support"}
    town = at(small_town, 10, {"set": {path: NORTH}}, shut, back)
    assert town.services["voluntary_support"].open_to == Group(**NORTH)
    for change in ({"from_week": 7, "set": {path: NORTH}}, {"from_week": 12, "set": {path: NORTH}}):
        town = at(small_town, 12, shut, change, back)
        assert town.services["voluntary_support"].open_to == Group(**NORTH)
    some = {"from_week": 6, "open": "voluntary_support", "group": {"tenure": ("social",)}}
    town = at(small_town, 10, shut, some, {"from_week": 8, "set": {path: NORTH}}, back)
    assert town.services["voluntary_support"].open_to == Group(**NORTH)


def test_a_door_shut_by_a_policy_opens_for_a_group_and_then_for_all_it_was_open_to(
    small_town: Scenario,
) -> None:
    town = changed(small_town, {"services.voluntary_support.open_to": NORTH})
    shut = {"from_week": 5, "close": "voluntary_support"}
    some = {"from_week": 7, "until_week": 20, "open": "voluntary_support", "group": {"tenure": ("social",)}}
    back = {"from_week": 10, "until_week": 15, "open": "voluntary_support"}
    made = [as_changed(town, [policy(shut, some, back)], week) for week in (6, 7, 10, 15, 20)]
    doors = [one.scenario.services["voluntary_support"] for one in made]
    assert [door.closed for door in doors] == [True, False, False, False, True]
    social = Group(tenure=("social",))
    assert [door.open_to for door in doors[1:4]] == [social, Group(**NORTH), social]


def test_a_door_that_never_was_open_opens_for_everyone(small_town: Scenario) -> None:
    town = changed(small_town, {"services.tenancy_support.open_to": NORTH})
    opened = at(town, 9, {"open": "tenancy_support"}, {"from_week": 5, "close": "tenancy_support"})
    assert opened.services["tenancy_support"].closed
    again = {"from_week": 7, "open": "tenancy_support"}
    for changes in (({"open": "tenancy_support"},), ({"open": "tenancy_support", "until_week": 5}, again)):
        assert at(town, 9, *changes).services["tenancy_support"].open_to.everyone
