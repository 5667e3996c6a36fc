"""While a place settles, the residents of week 0 live up to it: nobody dies, goes away or leaves home."""

from __future__ import annotations

import numpy as np
import pytest
from tests.unit.simulation.scenes import OFTEN, changed

from demandsim.chance import HOUSEHOLD, address, draw
from demandsim.population.columns import HERE, NEVER, NOT_YET, OPEN, Residents
from demandsim.scenario.schema import Scenario
from demandsim.simulation.model import DemandModel

SETTLES = 120
PEOPLE = 20_000


@pytest.fixture(scope="module")
def town(small_town: Scenario) -> Scenario:
    """Two thousand people of the small town, for a year."""
    return small_town.replace(residents=2_000, weeks=52)


@pytest.fixture(scope="module")
def settled(town: Scenario) -> DemandModel:
    """The town, settled for some weeks."""
    model = DemandModel(town, seed=5, first_week=-SETTLES)
    model.run(SETTLES)
    return model


def test_week_0_begins_with_exactly_the_residents_that_match_the_place(
    town: Scenario, settled: DemandModel
) -> None:
    at_once = DemandModel(town, seed=5)
    assert (settled.state.presence[:2_000] == HERE).all()
    assert settled.book.here.tolist() == at_once.book.here.tolist() == [2_000] * 3
    for name in (
        "identity",
        "born_week",
        "sex",
        "decile",
        "district",
        "household",
        "role",
        "tenure",
        "next_in_home",
    ):
        assert np.array_equal(getattr(settled.state, name), getattr(at_once.state, name)), name


def test_whoever_is_not_born_yet_comes_in_the_week_of_birth(town: Scenario) -> None:
    model = DemandModel(town, seed=5, first_week=-SETTLES)
    born = model.state.born_week[:2_000]
    assert (born > -SETTLES).sum() > 10
    while model.week < 0:
        here = born < max(model.week, -SETTLES + 1)
        assert np.array_equal(model.state.presence[:2_000] == HERE, here)
        assert (model.state.presence[:2_000][~here] == NOT_YET).all()
        assert model.book.here[0] == here.sum()
        model.step()


def test_where_nearly_everybody_would_have_died_nobody_is_lost(town: Scenario) -> None:
    ages = len(town.place.deaths.age)
    deaths = {f"place.deaths.{sex}": (OFTEN,) * ages for sex in ("female", "male")}
    frail = changed(town, deaths | {"place.moves_out": 0.0})
    model = DemandModel(frail, seed=5, first_week=-3)
    state = model.state
    model.step()
    assert (state.presence[:2_000] != HERE).sum() == (state.born_week[:2_000] >= -2).sum(), "nobody is lost"


def test_a_stand_in_is_like_one_who_lived_on(town: Scenario) -> None:
    ages = len(town.place.deaths.age)
    quick = {f"place.deaths.{sex}": (20.0,) * ages for sex in ("female", "male")}
    model = DemandModel(changed(town, quick | {"place.moves_out": 0.0}), seed=5, first_week=-2)
    state = model.state
    grades = np.arange(2_000) % 64  # so that nearly every stand-in has another grade than before
    state.grade[:2_000] = grades
    cell = state.cell[:2_000].copy()
    model.step()
    moved = np.flatnonzero(state.grade[:2_000] != grades)
    assert moved.size > 400
    for row in moved[:200]:
        like = (
            (state.cell[:2_000] == state.cell[row]) & (grades == state.grade[row]) & (np.arange(2_000) != row)
        )
        assert like.any(), row
    assert np.array_equal(cell, state.cell[:2_000]) or (cell != state.cell[:2_000]).mean() < 0.02


def test_every_resident_of_a_kind_is_as_likely_to_be_the_example(town: Scenario) -> None:
    """Of 30 or more alike, none stands in for many: were the next row on taken, the first of a kind mostly would.

    Stand-ins of a kind of n are shared among n - 1 or fewer at random; one who serves eight times when two each are
    expected has a chance below 1 in 1,000, of which there are some twenty kinds.
    """
    ages = len(town.place.deaths.age)
    quick = {f"place.deaths.{sex}": (20.0,) * ages for sex in ("female", "male")}
    model = DemandModel(changed(town, quick | {"place.moves_out": 0.0}), seed=6, first_week=-2)
    state = model.state
    mark = np.arange(2_000)
    state.stay_since[:2_000] = mark  # a number that goes along and decides nothing at home
    cell = state.cell[:2_000].copy()
    model.step()
    from_whom = state.stay_since[:2_000]
    taken = np.bincount(from_whom[(from_whom != mark) & (from_whom >= 0)], minlength=2_000)
    kinds = np.bincount(cell, minlength=240)
    large = kinds[cell] >= 30
    assert taken.sum() > 400
    assert taken[large].max() <= 8


def test_who_moves_away_is_followed_by_one_with_the_same_needs_whom_no_door_knows(town: Scenario) -> None:
    large = changed(town.replace(residents=PEOPLE), {"place.moves_out": 1.0})
    model = DemandModel(large, seed=5, first_week=-40)
    state, key = model.state, model.key
    model.run(30)
    week = model.week
    luck = np.array(
        [draw(key, int(home), week, address(HOUSEHOLD, 0))[0] for home in state.household[:PEOPLE]]
    )
    at_home = (state.presence[:PEOPLE] == HERE) & (state.place[:PEOPLE] == 0)
    moves = at_home & (luck / 2**32 < 1 - np.exp(-1 / 52))
    served = (state.status[:PEOPLE] == OPEN).any(axis=1)
    severity, known = state.severity[:PEOPLE].copy(), state.seen[:PEOPLE].any(axis=1)
    assert (moves & served).sum() > 5
    assert (moves & known).sum() > 10
    model.step()
    same = (state.severity[:PEOPLE][moves] == severity[moves]).all(axis=1)
    assert same.mean() > 0.9, "needs stay, but for a week's own changes"
    opened = state.status[:PEOPLE] == OPEN
    assert (opened & (state.since[:PEOPLE] < week))[moves].sum() == 0, "no episode of before goes on"
    assert state.seen[:PEOPLE][moves].any(axis=1).mean() < known[moves].mean() / 2
    assert (opened & (state.since[:PEOPLE] < week))[served & ~moves].any()


def test_nobody_leaves_home_while_the_place_settles(town: Scenario) -> None:
    eager = changed(town, {"place.households.leave_home": 10.0})
    model = DemandModel(eager, seed=5, first_week=-4)
    before = model.state.household.copy()
    model.run(4)
    assert np.array_equal(model.state.household, before)
    model.step()
    assert not np.array_equal(model.state.household, before)


def test_whoever_moves_in_has_the_needs_that_the_resident_they_are_like_has_in_week_0(
    settled: DemandModel,
) -> None:
    model = settled.fork()
    state = model.state
    coming = np.flatnonzero((state.arrives_week > NEVER) & (state.born_week < state.arrives_week))
    like = state.next_in_home[coming]
    assert coming.size > 50
    assert (like < 2_000).all()
    needs = state.severity[:2_000].copy()
    assert not state.severity[coming].any()
    model.step()
    later = state.arrives_week[coming] > 0
    assert np.array_equal(state.severity[coming[later]], needs[like[later]])
    assert state.severity[coming[later]].any()
    for name in ("sex", "decile", "district", "tenure", "role"):
        assert np.array_equal(getattr(state, name)[coming], getattr(state, name)[like]), name


def test_babies_to_come_have_no_needs(settled: DemandModel) -> None:
    model = settled.fork()
    state = model.state
    babies = (state.arrives_week > NEVER) & (state.born_week == state.arrives_week)
    model.step()
    waiting = babies & (state.presence == NOT_YET)
    assert waiting.any()
    assert not state.severity[waiting].any()
    assert set(state.next_in_home[waiting]) == {-1}


def test_every_column_of_a_resident_is_taken_over_or_kept_on_purpose() -> None:
    """A column added later must be thought of: what goes with a person, and what goes with the life lived."""
    kept = {
        "identity", "arrives_week", "presence", "born_week", "sex", "decile", "district", "cell", "household",
        "next_in_home", "role", "tenure", "benefit", "support", "member", "wants_stay", "wants_need", "wants_cause",
    }  # fmt: skip
    from demandsim.simulation import settling

    source = settling.__file__
    with open(source, encoding="utf-8") as file:
        text = file.read()
    taken = {name for name in Residents._fields if f"state.{name}[row] = state.{name}[like]" in text}
    assert taken | kept == set(Residents._fields)
    assert not taken & kept
