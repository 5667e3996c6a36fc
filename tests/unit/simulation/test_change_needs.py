"""Needs move by one draw and a written product of factors; what a worsening is due to follows from the same draw."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from tests.unit.simulation.scenes import ONE, Scene, policy

from demandsim.chance import CHANGE_NEEDS, nth
from demandsim.population.columns import OPEN

MIND, HOUSING, SAFETY = "mental_health", "housing", "child_safety"
TEAM = "community_mental_health"
EVERYONE = np.arange(500)


def needs_of(name: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings of one need by their paths."""
    return {f"needs.{name}.{key}": value for key, value in settings.items()}


def word(scene: Scene, row: int, need: str) -> int:
    """The word that moves a resident's need in the coming week."""
    at = scene.needs.index(need)
    return nth(scene.drawn(row, CHANGE_NEEDS, at // 4), at % 4)


def words(scene: Scene, need: str) -> np.ndarray:
    """Everyone's words for a need in the coming week."""
    return np.array([word(scene, int(row), need) for row in EVERYONE])


def grade_factors(scene: Scene) -> np.ndarray:
    """Everyone's vulnerability, 65,536ths."""
    return scene.model.rules.life.grade[scene.state.grade[EVERYONE]]


def weekly(rate: float) -> int:
    """Weekly chance in 2^-32 of a yearly rate."""
    return round((1 - np.exp(-rate / 52)) * 2**32)


def near(chance: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    """Where a draw is so near a chance that the rounding of whole numbers may decide: left out."""
    return np.abs(chance - drawn) < 2**18


def test_one_draw_worsens_eases_or_leaves_alone_by_rate_and_vulnerability() -> None:
    """Everyone of five severities; each expected move is worked out here from the resident's own word."""
    scene = Scene(needs_of(MIND, {"worsen": (8.0, 10.0, 12.0), "ease": (5.0, 6.0, 7.0, 9.0)}))
    before = EVERYONE % 5
    scene.give(EVERYONE, MIND, before)
    drawn, grade = words(scene, MIND), grade_factors(scene)
    worsen = np.array([0, weekly(8), weekly(10), weekly(12), 0])[before] * grade // ONE
    ease = np.array([0, weekly(5), weekly(6), weekly(7), weekly(9)])[before]
    step = np.where(drawn < worsen, 1, np.where(drawn < worsen + ease, -1, 0))
    step[before == 0] = 0
    scene.step()
    sure = ~(near(worsen, drawn) | near(worsen + ease, drawn))
    assert sure.mean() > 0.99
    assert np.array_equal((scene.column("severity", MIND)[EVERYONE] - before.astype(int))[sure], step[sure])
    assert {-1, 0, 1} <= set(step)
    assert scene.measured("crises") == (step[before == 3] == 1).sum() > 0


def test_the_factors_multiply_as_written_and_are_capped_at_eight() -> None:
    """Pushes of 0.5 a severity from two needs, support at 0.6 of a full cut of 0.5: 3 x 2.5 x 0.7 = 5.25."""
    stated = {"worsen": (3.0, 3.0, 3.0), "support_eases": 0.5}
    stated["pushed_by"] = {HOUSING: 0.5, "offending": 0.5}
    for others, factor in (((4, 3), 5.25), ((4, 4), 6.3), ((4, 0), 2.1)):
        scene = Scene(needs_of(MIND, stated))
        scene.state.support[:] = round(0.6 * ONE)
        scene.give(EVERYONE, MIND, 1)
        scene.give(EVERYONE, HOUSING, others[0])
        scene.give(EVERYONE, "offending", others[1])
        drawn = words(scene, MIND)
        chance = weekly(3) * grade_factors(scene) / ONE * factor
        scene.step()
        sure = ~near(chance, drawn)
        assert np.array_equal((scene.column("severity", MIND)[EVERYONE] == 2)[sure], (drawn < chance)[sure])
    stated |= {"pushed_by": {HOUSING: 5.0}, "support_eases": 0.0}
    scene = Scene(needs_of(MIND, stated))
    scene.give(EVERYONE, MIND, 1)
    scene.give(EVERYONE, HOUSING, 4)  # a push of 21
    drawn = words(scene, MIND)
    chance = weekly(3) * grade_factors(scene) / ONE * 8
    scene.step()
    sure = ~near(chance, drawn)
    assert np.array_equal((scene.column("severity", MIND)[EVERYONE] == 2)[sure], (drawn < chance)[sure])


def test_a_need_starts_at_its_rate_for_age_sex_and_decile_and_only_within_its_ages() -> None:
    start = {
        "age": (0, 18, 65),
        "female": (0.0, 6.0, 3.0),
        "male": (0.0, 4.0, 2.0),
        "decile": tuple(1.5 if decile <= 5 else 0.5 for decile in range(1, 11)),
    }
    scene = Scene(needs_of(MIND, {"age": (18, 74), "start": start}))
    drawn, state = words(scene, MIND), scene.state
    age = -state.born_week[EVERYONE] // 52
    rate = np.where(state.sex[EVERYONE] == 0, 6.0, 4.0) * np.where(age >= 65, 0.5, 1.0)
    rate *= np.where(state.decile[EVERYONE] <= 5, 1.5, 0.5) * ((age >= 18) & (age < 75))
    chance = np.array([weekly(r) for r in rate]) * grade_factors(scene) // ONE
    scene.step()
    sure = ~near(chance, drawn)
    started = scene.column("severity", MIND)[EVERYONE]
    assert np.array_equal(started[sure] == 1, (drawn < chance)[sure])
    assert started.sum() > 20
    assert set(started) == {0, 1}


def test_early_help_lowers_starting_and_worsening_while_it_lasts() -> None:
    stated = {"start.female": (12.0,) * 6, "start.male": (12.0,) * 6, "worsen": (12.0,) * 3}
    stated["helped"] = {"start": 0.4, "worsen": 0.7}
    scene = Scene(needs_of(MIND, stated))
    adult = -scene.state.born_week[EVERYONE] // 52 >= 18
    before, last = EVERYONE % 2, np.where(EVERYONE % 3 == 0, 0, -1)  # the help lasts to this week, or ended
    scene.give(EVERYONE, MIND, before)
    scene.column("helped_until", MIND)[EVERYONE] = last
    drawn = words(scene, MIND)
    decile = np.array(scene.scenario.needs[MIND].start.decile)[scene.state.decile[EVERYONE] - 1]
    chance = np.where(before == 1, weekly(12), [weekly(12 * d) for d in decile]) * grade_factors(scene) / ONE
    chance *= np.where(last == 0, np.where(before == 1, 0.7, 0.4), 1)
    scene.step()
    sure = ~near(chance, drawn) & adult
    moved = scene.column("severity", MIND)[EVERYONE] > before
    assert np.array_equal(moved[sure], (drawn < chance)[sure])


@pytest.mark.parametrize("package", [1.0, 0.5])
def test_an_episode_changes_both_chances_by_its_strength_in_weeks_of_support(package: float) -> None:
    """Half the effect of factors 0.2 and 3 is 0.6 and 2; half a package gives support in week 2, not in week 3."""
    stated = {"worsen": (10.0,) * 3, "ease": (4.0,) * 4, "served": {"worsen": 0.2, "ease": 3.0}}
    service = {f"services.{TEAM}.helps": {MIND: 0.5}, f"services.{TEAM}.package": package}
    scene = Scene({**needs_of(MIND, stated), **service, f"services.{TEAM}.weeks": 0})
    scene.give(EVERYONE, MIND, 2)
    since = np.where(EVERYONE % 2 == 0, -2, -3)
    scene.open(EVERYONE, MIND, TEAM, since=since)
    supported = (since == -2) | (package == 1.0)
    drawn = words(scene, MIND)
    worsen = weekly(10) * grade_factors(scene) / ONE * np.where(supported, 0.6, 1)
    ease = weekly(4) * np.where(supported, 2.0, 1)
    scene.step()
    sure = ~(near(worsen, drawn) | near(worsen + ease, drawn))
    expected = np.where(drawn < worsen, 3, np.where(drawn < worsen + ease, 1, 2))
    assert np.array_equal(scene.column("severity", MIND)[EVERYONE][sure], expected[sure])
    assert set(expected[supported]) == set(expected) == {1, 2, 3}


def test_a_stay_that_helps_the_need_counts_as_service() -> None:
    stated = {"worsen": (10.0,) * 3, "served": {"worsen": 0.5, "ease": 1.0}}
    scene = Scene({**needs_of(MIND, stated), "services.ward.ready_weeks": 5200.0})
    scene.give(EVERYONE, MIND, 2)
    scene.stay(EVERYONE[::2], "ward", need=MIND)  # its strength is one
    drawn = words(scene, MIND)
    chance = weekly(10) * grade_factors(scene) / ONE * np.where(EVERYONE % 2 == 0, 0.5, 1.0)
    scene.step()
    sure = ~near(chance, drawn)
    assert np.array_equal((scene.column("severity", MIND)[EVERYONE] == 3)[sure], (drawn < chance)[sure])


def test_a_worsening_carries_the_cause_only_where_service_would_have_left_the_need_alone() -> None:
    """The word lies below a served chance: it would have worsened all the same, and nobody caused it."""
    stated = {"worsen": (12.0,) * 3, "served": {"worsen": 0.5, "ease": 1.0}}
    scene = Scene(needs_of(MIND, stated))
    scene.give(EVERYONE, MIND, 2)
    police = scene.cause("police")
    scene.column("cause", MIND)[EVERYONE[::2]] = police
    drawn, unserved = words(scene, MIND), weekly(12) * grade_factors(scene) / ONE
    scene.step()
    worse = drawn < unserved
    between = worse & (drawn >= unserved / 2)
    carries = scene.column("worse_cause", MIND)[EVERYONE]
    sure = ~(near(unserved, drawn) | near(unserved / 2, drawn))
    expected = np.where(between & (EVERYONE % 2 == 0), police, 0)
    assert np.array_equal(carries[sure], expected[sure])
    assert (expected > 0).sum() > 10
    assert (worse & ~between & (EVERYONE % 2 == 0)).sum() > 10
    assert set(scene.column("cause", MIND)[EVERYONE[::2]]) == {police}, "the need's own cause stays"


@pytest.mark.parametrize("before", [0, 1])
def test_a_need_pushed_up_by_a_caused_need_takes_its_cause_on_the_same_test(before: int) -> None:
    """A push of 1 + 0.5 x 2 doubles the chance: draws in the upper half are due to the pushing need."""
    stated = {"start.female": (12.0,) * 6, "start.male": (12.0,) * 6, "start.decile": (1.0,) * 10}
    stated |= {"worsen": (12.0,) * 3, "pushed_by": {HOUSING: 0.5}}
    scene = Scene(needs_of(MIND, stated))
    scene.give(EVERYONE, MIND, before)
    scene.give(EVERYONE, HOUSING, 2)
    council = scene.cause("council")
    scene.column("cause", HOUSING)[EVERYONE[::2]] = council
    drawn, alone = words(scene, MIND), weekly(12) * grade_factors(scene) / ONE
    scene.step()
    moved = scene.column("severity", MIND)[EVERYONE] == before + 1
    due = moved & (drawn >= alone) & (EVERYONE % 2 == 0)
    adult = -scene.state.born_week[EVERYONE] // 52 >= 18
    sure = ~(near(alone, drawn) | near(2 * alone, drawn)) & adult
    assert np.array_equal(moved[sure], (drawn < 2 * alone)[sure])
    expected = np.where(due, council, 0)
    assert np.array_equal(scene.column("cause", MIND)[EVERYONE][sure], expected[sure])
    assert np.array_equal(scene.column("worse_cause", MIND)[EVERYONE][sure], expected[sure])
    assert due[sure].sum() > 10


def test_adults_needs_push_the_needs_of_children_at_home_and_pass_on_their_cause() -> None:
    stated = {"worsen": (4.0,) * 3, "pushed_by_household": {HOUSING: 0.5}}
    scene = Scene(needs_of(SAFETY, stated))
    state = scene.state
    children = np.flatnonzero((state.role == 2) & (-state.born_week // 52 < 17))
    scene.give(children, SAFETY, 1)
    scene.give(children, HOUSING, 4)  # a child's own pushes nobody
    adults = np.flatnonzero(state.role != 2)
    scene.give(adults, HOUSING, 2)
    caused = adults[state.household[adults] % 2 == 0]
    scene.column("cause", HOUSING)[caused] = scene.cause("council")
    grown = np.bincount(state.household[adults], minlength=scene.homes.first.size)[state.household]
    alone = weekly(4) * grade_factors(scene) / ONE
    chance = alone * np.minimum(1 + 0.5 * 2 * grown[EVERYONE], 8)
    drawn = words(scene, SAFETY)
    scene.step()
    worse = state.severity[EVERYONE, scene.needs.index(SAFETY)] == 2
    held = np.isin(EVERYONE, children) & ~near(chance, drawn) & ~near(alone, drawn)
    assert np.array_equal(worse[held], (drawn < chance)[held])
    due = worse & (drawn >= alone) & (state.household[EVERYONE] % 2 == 0)
    expected = np.where(due, scene.cause("council"), 0)
    assert np.array_equal(scene.column("cause", SAFETY)[EVERYONE][held], expected[held])
    assert due[held].any()
    assert worse[held & ~due].any()


def test_severity_moves_by_one_level_a_week_at_the_most() -> None:
    scene = Scene(needs_of(MIND, {"worsen": (260.0,) * 3, "ease": (1.0,) * 4}))
    scene.give(EVERYONE, MIND, 1)
    for _ in range(6):
        before = scene.column("severity", MIND).astype(int)
        scene.step()
        assert np.abs(scene.column("severity", MIND) - before).max() == 1


def test_a_need_that_ends_forgets_what_went_with_it() -> None:
    scene = Scene(needs_of(MIND, {"ease": (520.0,) * 4}))
    row = scene.adults(1)
    scene.give(row, MIND, 1)
    for name in ("cause", "worse_cause", "unmet", "seen"):
        scene.column(name, MIND)[row] = 1
    scene.ask(row, MIND, TEAM)
    scene.step()
    for name in ("severity", "cause", "worse_cause", "unmet", "seen"):
        assert scene.column(name, MIND)[row] == 0, name
    assert scene.column("hand_off", MIND)[row] == -1
    assert scene.contacts(TEAM) == 0


def test_a_need_is_outgrown_with_its_age() -> None:
    scene = Scene()
    scene.give(EVERYONE, SAFETY, 2)
    scene.state.born_week[EVERYONE] = np.where(EVERYONE % 2 == 0, -18 * 52, -18 * 52 + 1)
    scene.step()
    assert set(scene.column("severity", SAFETY)[EVERYONE[::2]]) == {0}
    assert set(scene.column("severity", SAFETY)[EVERYONE[1::2]]) == {2}


def test_a_moved_driver_adds_to_starting_for_its_steps_group_and_the_changes() -> None:
    """Rents by 2 of 3.0 a unit: 6 a year, for private renters in the south only; nothing to others."""
    steps = ({"need": HOUSING, "group": {"tenure": ("private",)}, "adds": 3.0},)
    base = {"start.female": (0.5,) * 5, "start.male": (0.5,) * 5, "start.decile": (1.0,) * 10}
    move = {"move_driver": {"driver": "rents", "by": 2.0}, "group": {"district": ("south",)}}
    scene = Scene({"drivers.rents.steps": steps, **needs_of(HOUSING, base)}, policies=[policy(move)])
    state, drawn = scene.state, words(scene, HOUSING)
    adult = -state.born_week[EVERYONE] // 52 >= 16
    moved = (state.tenure[EVERYONE] == 2) & (state.district[EVERYONE] == 1)
    chance = (weekly(0.5) + np.where(moved, weekly(6), 0)) * grade_factors(scene) // ONE
    scene.step()
    sure = ~near(chance, drawn) & adult & np.isin(-state.born_week[EVERYONE] // 52, range(18, 121))
    assert np.array_equal((scene.column("severity", HOUSING)[EVERYONE] == 1)[sure], (drawn < chance)[sure])
    assert (drawn < chance)[sure & moved].sum() > 2


def test_an_open_episode_of_a_service_that_does_not_help_changes_nothing() -> None:
    stated = {"worsen": (10.0,) * 3, "served": {"worsen": 0.0, "ease": 1.0}}
    scene = Scene({**needs_of(MIND, stated), f"services.{TEAM}.helps": {}, f"services.{TEAM}.weeks": 0})
    scene.give(EVERYONE, MIND, 2)
    scene.open(EVERYONE, MIND, TEAM, since=-1)
    drawn, chance = words(scene, MIND), weekly(10) * grade_factors(scene) / ONE
    scene.step()
    sure = ~near(chance, drawn)
    assert np.array_equal((scene.column("severity", MIND)[EVERYONE] == 3)[sure], (drawn < chance)[sure])
    assert (scene.column("status", MIND)[EVERYONE] == OPEN).all()
