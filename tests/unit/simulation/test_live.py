"""Deaths, bad spells, leaving home, moves and births: each by its own draw, each into the right home."""

from __future__ import annotations

import numpy as np
import pytest
from tests.unit.simulation.scenes import OFTEN, Scene, margin

from demandsim.chance import ARRIVAL, HOUSEHOLD, LIFELONG_WEEK, LIVE, address, draw
from demandsim.population.columns import DEAD, HERE, LEFT

EVERYONE = np.arange(500)
CHILD = 2


def weekly(rate: float) -> float:
    """Weekly chance of a yearly rate."""
    return float(1 - np.exp(-rate / 52))


def live_words(scene: Scene, place: int) -> np.ndarray:
    """Everyone's words of the phase in the coming week, as shares."""
    return np.array([scene.drawn(r, LIVE, 0)[place] for r in EVERYONE]) / 2**32


def members(scene: Scene, home: int) -> list[int]:
    """Rows of a home, in its order."""
    found, member = [], int(scene.homes.first[home])
    while member >= 0:
        found.append(member)
        member = int(scene.state.next_in_home[member])
    return found


def test_deaths_go_by_age_sex_decile_and_each_needs_factor() -> None:
    ages = len(Scene().scenario.place.deaths.age)
    deaths = {
        "female": (4.0,) * ages,
        "male": (6.0,) * ages,
        "decile": tuple(0.5 + d / 10 for d in range(10)),
    }
    scene = Scene(
        {
            **{f"place.deaths.{key}": value for key, value in deaths.items()},
            "needs.frailty.death": (1.0, 1.0, 2.0, 3.0),
            "needs.housing.death": (1.0, 1.0, 1.0, 1.5),
        }
    )
    frail, homeless = 1 + EVERYONE % 4, 3 + EVERYONE % 2
    scene.give(EVERYONE, "frailty", frail)
    scene.give(EVERYONE, "housing", homeless)
    state = scene.state
    factor = np.array([0, 1, 1, 2, 3])[frail] * np.where(homeless == 4, 1.5, 1)
    rate = np.where(state.sex[EVERYONE] == 0, 4.0, 6.0) * (0.5 + (state.decile[EVERYONE] - 1) / 10)
    expected = live_words(scene, 0) < np.vectorize(weekly)(rate) * factor
    scene.step()
    assert np.array_equal(state.presence[EVERYONE] == DEAD, expected)
    assert scene.measured("deaths") == expected.sum() > 20
    assert scene.book.deaths.sum() == expected.sum()
    assert scene.book.here[0] == (state.presence == HERE).sum()


def test_the_dead_give_up_their_place_of_stay() -> None:
    scene = Scene(
        {
            f"place.deaths.{sex}": (OFTEN,) * len(Scene().scenario.place.deaths.age)
            for sex in ("female", "male")
        }
    )
    scene.give(EVERYONE, "frailty", 3)
    scene.stay(EVERYONE, "care_home", need="frailty")
    scene.step()
    dead = scene.state.presence == DEAD
    assert dead.sum() > 480
    assert not scene.state.place[dead].any()
    assert set(scene.state.stay_service[dead]) == {-1}
    assert scene.contacts("care_home") == (scene.state.place[EVERYONE] > 0).sum()


def test_bad_spells_start_and_end_by_the_same_word() -> None:
    scene = Scene({"bad_spells.start": 13.0, "bad_spells.weeks": 4.0})
    before = EVERYONE % 2 == 1
    scene.state.bad_spell[EVERYONE] = before
    word = live_words(scene, 3)
    scene.step()
    expected = np.where(before, word >= 0.25, word < weekly(13))
    assert np.array_equal(scene.state.bad_spell[EVERYONE] == 1, expected)


def test_the_share_in_a_bad_spell_settles_where_starts_and_ends_balance() -> None:
    """S / (s + e) of 500 with s = 22.1% and e = 25% a week: 46.9%; four standard errors are 8.9 points."""
    scene = Scene({"bad_spells.start": 13.0, "bad_spells.weeks": 4.0})
    scene.step(30)
    share = weekly(13) / (weekly(13) + 0.25)
    assert scene.state.bad_spell[EVERYONE].mean() == pytest.approx(share, abs=margin(share, 500))


def test_grown_children_at_home_leave_for_a_home_of_their_own_rented_privately() -> None:
    scene = Scene({"place.households.leave_home": 10.0})
    state = scene.state
    children = np.flatnonzero(state.role == CHILD)
    state.born_week[children[::2]] = -18 * 52  # eighteen this week
    state.born_week[children[1::2]] = -18 * 52 + 1
    away = children[4]
    state.place[away] = 5
    grown = (state.role[EVERYONE] == CHILD) & (-state.born_week[EVERYONE] >= 18 * 52) & (away != EVERYONE)
    expected = np.flatnonzero(grown & (live_words(scene, 1) < weekly(10)))
    old = state.household.copy()
    reserved = scene.homes.first.size - state.identity.size
    scene.step()
    assert scene.happened("left home").tolist() == expected.tolist()
    assert expected.size > 5
    for row in expected:
        assert state.household[row] == reserved + row
        assert members(scene, reserved + row) == [row]
        assert row not in members(scene, old[row])
        assert (state.role[row], state.tenure[row], state.benefit[row]) == (0, 2, 0)
        assert scene.homes.district[reserved + row] == state.district[row]
    stayed = np.setdiff1d(EVERYONE, expected)
    assert np.array_equal(state.household[stayed], old[stayed])
    for row in stayed:
        assert row in members(scene, int(old[row]))


def test_a_household_moves_out_whole_by_its_own_draw() -> None:
    scene = Scene({"place.moves_out": 1.0})
    state, key = scene.state, scene.model.key
    homes = [int(h) for h in state.household[EVERYONE]]
    gone = np.zeros(len(homes), np.bool_)
    for week in range(20):
        word = np.array([draw(key, h, week, address(HOUSEHOLD, 0))[0] for h in homes]) / 2**32
        now = (word < weekly(1)) & ~gone
        gone |= now
        scene.step()
        assert np.array_equal(state.presence[EVERYONE] == LEFT, gone)
        if week == 0:  # later some leave who have moved in since
            assert scene.measured("moved_out") == now.sum() > 0
    assert gone.sum() > 50


def fertile(**settings: object) -> Scene:
    """A town with births, and some to come in the first weeks."""
    rates = (0.0, *(0.3,) * (len(Scene().scenario.place.births.age) - 1))
    return Scene({"place.births.female": rates, **settings})


def test_a_child_is_born_into_the_home_picked_for_it_as_its_last_member_and_has_its_tenure() -> None:
    scene = fertile()
    state = scene.state
    waiting = np.flatnonzero(state.arrives_week >= 0)
    born = waiting[state.arrives_week[waiting] == state.born_week[waiting]][:5]
    planned = state.household[born].copy()
    before = int(scene.book.here[0])
    scene.step(int(state.arrives_week[born].max()) + 1)
    assert born.size == 5
    assert set(state.presence[born]) == {HERE}
    assert np.array_equal(state.household[born], planned)
    for row, home in zip(born, planned, strict=True):
        adults = [m for m in members(scene, int(home)) if state.role[m] != CHILD]
        assert row in members(scene, int(home))
        assert state.tenure[row] in state.tenure[adults]
    born_so_far = (state.presence == HERE).sum() - before
    assert scene.book.here[0] == before + born_so_far


def test_where_the_home_picked_is_gone_the_next_with_an_adult_in_the_district_by_ticket_is_taken() -> None:
    scene = fertile()
    state, homes = scene.state, scene.homes
    born = np.flatnonzero((state.arrives_week >= 0) & (state.arrives_week == state.born_week))[:6]
    planned = [int(home) for home in state.household[born]]
    for home in planned:
        state.presence[members(scene, home)] = LEFT
    there = homes.first.size - state.identity.size

    def next_home(row: int) -> int:
        ticket = draw(scene.model.key, int(state.identity[row]), LIFELONG_WEEK, address(ARRIVAL, 0))[2]
        return next(
            home
            for home in ((ticket + step) % there for step in range(there))
            if homes.district[home] == state.district[row]
            and any(state.presence[m] == HERE and state.role[m] != CHILD for m in members(scene, home))
        )

    expected = [next_home(int(row)) for row in born]
    assert len(set(expected)) >= 4, "the ticket decides"
    scene.step(int(state.arrives_week[born].max()) + 1)
    assert state.household[born].tolist() == expected
    assert all(row in members(scene, home) for row, home in zip(born, expected, strict=True))


def test_whoever_has_not_arrived_yet_does_nothing() -> None:
    scene = fertile(**{"bad_spells.start": OFTEN})
    later = np.flatnonzero(scene.state.arrives_week > 5)
    scene.step(5)
    assert later.size > 0
    assert not scene.state.bad_spell[later].any()
    assert not scene.state.presence[later].any()
