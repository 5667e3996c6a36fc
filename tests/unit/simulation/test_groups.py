"""Who is in a group this week: every key alone and together, fixed and rolling, and shares drawn by name."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.unit.simulation.scenes import Scene, margin, policy

from demandsim.agencies.grouping import MOST_FROZEN, FrozenBits, GroupTable
from demandsim.chance import LIFELONG_WEEK, SHARE, address, draw, policy_item
from demandsim.packing import packed
from demandsim.population.columns import DEAD, HERE
from demandsim.scenario.group import Group
from demandsim.simulation.groups import freeze, members

MIND, HOUSING = "mental_health", "housing"


def inside(
    scene: Scene, group: dict[str, Any], *, sees: int = 0, name: str = "a-name", week: int = 0
) -> np.ndarray:
    """Tell of every resident of the start whether they are in a group."""
    table = GroupTable(scene.scenario, FrozenBits())
    number = table.add(Group(**group), sees=sees, name=name)
    chosen = members(packed(scene.state), packed(table.columns()), number, 1, week)
    return chosen[:500]


@pytest.fixture(scope="module")
def scene() -> Scene:
    """A town with some needs, some contacts and some away from home."""
    scene = Scene()
    rows = np.arange(500)
    scene.give(rows, MIND, rows % 5)
    scene.give(rows, HOUSING, rows // 5 % 5)
    scene.column("seen", MIND)[rows] = np.where(rows % 2 == 0, 1, 4)
    scene.state.place[rows[::7]] = 3
    scene.state.last_contact[rows, 0] = -(rows % 20)
    return scene


def test_each_key_is_asked_and_ranges_include_both_ends(scene: Scene) -> None:
    state = scene.state
    rows = np.arange(500)
    age = -state.born_week[rows] // 52
    for group, expected in (
        ({}, rows >= 0),
        ({"age": (30, 40)}, (age >= 30) & (age <= 40)),
        ({"sex": "female"}, state.sex[rows] == 0),
        ({"quintile": (1, 3)}, np.isin((state.decile[rows] + 1) // 2, (1, 3))),
        ({"district": ("south",)}, state.district[rows] == 1),
        ({"tenure": ("owned", "private")}, np.isin(state.tenure[rows], (0, 2))),
        ({"role": ("partner", "child")}, state.role[rows] > 0),
        ({"need": {MIND: (2, 3)}}, np.isin(rows % 5, (2, 3))),
        ({"need": {MIND: (0, 0)}}, rows % 5 == 0),
        ({"need": {MIND: (1, 4), HOUSING: (3, 4)}}, (rows % 5 > 0) & (rows // 5 % 5 >= 3)),
        ({"place": ("care_home",)}, rows % 7 == 0),
        ({"contact": {"service": "a_and_e", "weeks": 8}}, rows % 20 <= 8),
        ({"sex": "male", "tenure": ("social",)}, (state.sex[rows] == 1) & (state.tenure[rows] == 1)),
    ):
        assert np.array_equal(inside(scene, group), expected), group
        assert expected.any()


def test_the_dead_are_in_no_group() -> None:
    scene = Scene()
    scene.state.presence[:3] = DEAD
    assert np.flatnonzero(~inside(scene, {})).tolist() == [0, 1, 2]


def test_a_need_that_the_records_do_not_hold_counts_as_none(scene: Scene) -> None:
    rows = np.arange(500)
    assert np.array_equal(inside(scene, {"need": {MIND: (2, 4)}}, sees=1), (rows % 5 >= 2) & (rows % 2 == 0))
    assert np.array_equal(inside(scene, {"need": {MIND: (0, 1)}}, sees=1), (rows % 5 < 2) | (rows % 2 == 1))
    assert np.array_equal(inside(scene, {"need": {MIND: (2, 4)}}, sees=5), rows % 5 >= 2)


def test_a_share_is_drawn_once_for_life_by_the_name(scene: Scene) -> None:
    """A share of 0.3 of 500; four standard errors are 8.2 points."""
    half = inside(scene, {"share": 0.3})
    assert half.mean() == pytest.approx(0.3, abs=margin(0.3, 500))
    assert np.array_equal(half, inside(scene, {"share": 0.3}, week=70))
    assert not np.array_equal(half, inside(scene, {"share": 0.3}, name="another-name"))
    assert np.all(inside(scene, {"share": 0.6})[half]), "a larger share of one name holds the smaller"
    item = policy_item("a-name")
    words = [draw(1, int(i), LIFELONG_WEEK, address(SHARE, item))[0] for i in scene.state.identity[:500]]
    assert np.array_equal(half, np.array(words) < round(0.3 * 2**32))


def test_a_fixed_group_keeps_who_was_in_it_and_a_rolling_one_asks_anew() -> None:
    scene = Scene()
    table = GroupTable(scene.scenario, FrozenBits())
    asked = {"need": {MIND: (1, 4)}}
    fixed, rolling = (
        table.add(Group(**asked, membership=kind), name="a-name") for kind in ("fixed", "rolling")
    )
    groups, state = packed(table.columns()), packed(scene.state)
    scene.give(slice(0, 10), MIND, 1)
    freeze(state, groups, fixed, 1, 0)
    scene.give(slice(0, 20), MIND, [0] * 10 + [1] * 10)
    assert np.flatnonzero(members(state, groups, fixed, 1, 5)).tolist() == list(range(10))
    assert np.flatnonzero(members(state, groups, rolling, 1, 5)).tolist() == list(range(10, 20))
    freeze(state, groups, fixed, 1, 5)
    assert np.flatnonzero(members(state, groups, fixed, 1, 5)).tolist() == list(range(10, 20)), "frozen anew"


def test_everybody_here_is_frozen_into_any_number_of_groups_the_last_resident_included() -> None:
    """As many groups as there may be: each resident under so many years is in those groups and in no other."""
    scene = Scene()
    table = GroupTable(scene.scenario, FrozenBits())
    oldest = range(30, 30 + MOST_FROZEN)
    numbers = [table.add(Group(age=(0, age), membership="fixed"), name="a-name") for age in oldest]
    groups, state = packed(table.columns()), packed(scene.state)
    last = np.flatnonzero(scene.state.presence == HERE)[-1]
    scene.state.born_week[last] = -20 * 52
    for number in numbers:
        freeze(state, groups, number, 1, 0)
    age = -scene.state.born_week[:500] // 52
    for number, most in zip(numbers, oldest, strict=True):
        chosen = members(state, groups, number, 1, 0)
        assert np.array_equal(chosen[:500], age <= most)
        assert chosen[last]


@pytest.mark.parametrize("membership", ["fixed", "rolling"])
def test_a_change_for_a_group_freezes_it_in_the_week_it_begins(membership: str) -> None:
    """Housing options shut in week 2 to those in private renting then (fixed) or now (rolling)."""
    group = {"tenure": ("private",), "membership": membership}
    scene = Scene(policies=[policy({"from_week": 2, "close": "housing_options", "group": group})])
    was, becomes = rows = scene.adults(2)
    scene.state.tenure[rows] = 0
    scene.step(2)
    scene.state.tenure[was] = 2
    scene.step()
    scene.state.tenure[rows] = [0, 2]
    scene.give(rows, HOUSING, 2)
    scene.ask(rows, HOUSING, "housing_options")
    scene.step()
    refused = was if membership == "fixed" else becomes
    assert scene.happened("turned away").tolist() == [refused]
