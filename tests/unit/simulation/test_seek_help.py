"""Approaches, referrals by others, emergencies, extra ordinary use and background demand: how often, and where."""

from __future__ import annotations

import numpy as np
import pytest
from tests.unit.simulation.scenes import OFTEN, Scene, margin, policy

from demandsim.chance import BACKGROUND, SEEK_HELP, nth

MIND, HOUSING = "mental_health", "housing"
TEAM, PRACTICE, OPTIONS = "community_mental_health", "general_practice", "housing_options"
EVERYONE = np.arange(500)


def weekly(rate: float) -> float:
    """Weekly chance of a yearly rate."""
    return float(1 - np.exp(-rate / 52))


def came(scene: Scene, service: str) -> np.ndarray:
    """Whether each resident had a contact at a service in the week just run."""
    return np.isin(EVERYONE, scene.happened("contact", service=service))


def seek_words(scene: Scene, need: str, place: int) -> np.ndarray:
    """Everyone's words for a need in the coming week, as shares."""
    return np.array([scene.drawn(r, SEEK_HELP, scene.needs.index(need))[place] for r in EVERYONE]) / 2**32


def test_needs_approach_by_level_and_status_and_a_crisis_does_not() -> None:
    """Everyone's own word against their own rate: exactly those below it come."""
    rates = {"unserved": (5.0, 15.0, 30.0), "waiting": (10.0, 2.0, 1.0), "open": (1.0, 3.0, 20.0)}
    settings = {f"needs.{MIND}.approach.{status}": by_level for status, by_level in rates.items()}
    settings |= {f"needs.{MIND}.routes": ({"shares": {PRACTICE: 1.0}},), f"services.{TEAM}.hours_a_week": 0.0}
    scene = Scene({**settings, f"services.{TEAM}.package": 0.01})
    level, status = 1 + EVERYONE % 4, EVERYONE // 4 % 3
    scene.give(EVERYONE, MIND, level)
    scene.queue(EVERYONE[status == 1], MIND, TEAM, since=-1)
    scene.open(EVERYONE[status == 2], MIND, TEAM, since=-1)
    rate = np.array([[*rates[s], 0.0] for s in ("unserved", "waiting", "open")])[status, level - 1]
    expected = seek_words(scene, MIND, 0) < np.vectorize(weekly)(rate)
    scene.step()
    assert np.array_equal(came(scene, PRACTICE), expected)
    assert expected.sum() > 30


def test_the_first_route_that_fits_counts_and_its_shares_decide_the_door() -> None:
    """Of some 440 residents; four standard errors of a share of a tenure's residents."""
    routes = (
        {"group": {"tenure": ("private",)}, "shares": {OPTIONS: 1.0}},
        {"shares": {PRACTICE: 0.6, TEAM: 0.3, OPTIONS: 0.1}},
    )
    scene = Scene({f"needs.{MIND}.approach.unserved": (OFTEN,) * 3, f"needs.{MIND}.routes": routes})
    scene.give(EVERYONE, MIND, 2)
    scene.step()
    private = scene.state.tenure[EVERYONE] == 2
    assert came(scene, OPTIONS)[private].mean() > 0.99
    for service, share in ((PRACTICE, 0.6), (TEAM, 0.3), (OPTIONS, 0.1)):
        got = came(scene, service)[~private]
        assert got.mean() == pytest.approx(share, abs=margin(share, got.size) + 0.002)


def test_a_hand_off_arrives_instead_of_an_approach() -> None:
    settings = {
        f"needs.{MIND}.approach.unserved": (OFTEN,) * 3,
        f"needs.{MIND}.routes": ({"shares": {OPTIONS: 1.0}},),
    }
    scene = Scene(settings)
    rows = scene.adults(3)
    scene.give(rows, MIND, 2)
    scene.ask(rows, MIND, PRACTICE)
    scene.step()
    assert scene.contacts(PRACTICE) == 3
    assert scene.contacts(OPTIONS) == 0
    assert set(scene.column("hand_off", MIND)[rows]) == {-1}


def test_other_agencies_refer_the_unserved_needs_of_their_group_beside_own_approaches() -> None:
    """The stretch of the word behind the resident's own approaches is the agency's."""
    refers = (
        {
            "need": HOUSING,
            "to": OPTIONS,
            "rates": (0.0, 20.0, 0.0),
            "group": {"tenure": ("private", "social")},
        },
    )
    settings = {"agencies.charity.refers": refers, f"needs.{HOUSING}.approach.unserved": (10.0,) * 3}
    scene = Scene({**settings, f"needs.{HOUSING}.routes": ({"shares": {"voluntary_support": 1.0}},)})
    level = 1 + EVERYONE % 2
    scene.give(EVERYONE, HOUSING, level)
    waiting = EVERYONE % 5 == 0
    scene.queue(EVERYONE[waiting], HOUSING, "temporary_accommodation", since=0)
    word, own = seek_words(scene, HOUSING, 0), weekly(10)
    scene.step()
    assert np.array_equal(came(scene, "voluntary_support"), (word < own) & ~waiting)
    others = (word >= own) & (word < own + weekly(20)) & (level == 2) & (scene.state.tenure[EVERYONE] > 0)
    assert np.array_equal(came(scene, OPTIONS), others & ~waiting)
    assert (others & ~waiting).sum() > 10


def test_emergencies_come_by_level_and_status_and_leave_a_hand_off_for_later() -> None:
    settings = {
        f"needs.{MIND}.emergency.unserved": (20.0, 60.0),
        f"needs.{MIND}.emergency.open": (10.0, 30.0),
        f"needs.{MIND}.emergency_routes": ({"shares": {"a_and_e": 1.0}},),
        f"services.{TEAM}.weeks": 0,
        "services.a_and_e.outcomes": ({"kind": "home", "share": (1.0,) * 5},),
    }
    scene = Scene(settings)
    level, served = 2 + EVERYONE % 3, EVERYONE % 2 == 1
    scene.give(EVERYONE, MIND, level)
    scene.open(EVERYONE[served], MIND, TEAM, since=-1)
    scene.ask(EVERYONE[~served], MIND, PRACTICE)
    rate = np.where(level == 3, 20.0, np.where(level == 4, 60.0, 0.0)) * np.where(served, 0.5, 1)
    expected = seek_words(scene, MIND, 2) < np.vectorize(weekly)(rate)
    scene.step()
    assert np.array_equal(came(scene, "a_and_e"), expected)
    assert np.array_equal(came(scene, PRACTICE), ~served & ~expected)
    assert np.array_equal(scene.column("hand_off", MIND)[EVERYONE] >= 0, ~served & expected)


def test_an_emergency_carries_a_cause_only_where_service_would_have_prevented_it() -> None:
    settings = {
        f"needs.{MIND}.emergency.unserved": (60.0, 60.0),
        f"needs.{MIND}.emergency.open": (20.0, 20.0),
        f"needs.{MIND}.emergency_routes": ({"shares": {"a_and_e": 1.0}},),
        "services.a_and_e.outcomes": ({"kind": "home", "share": (1.0,) * 5},),
    }
    scene = Scene(settings)
    scene.give(EVERYONE, MIND, 4)
    police, council = scene.cause("police"), scene.cause("council")
    scene.column("cause", MIND)[EVERYONE] = police
    worse = EVERYONE % 4 == 0
    scene.column("worse_cause", MIND)[EVERYONE[worse]] = council
    word = seek_words(scene, MIND, 2)
    scene.step()
    come = word < weekly(60)
    prevented = come & (word >= weekly(20))
    assert scene.contacts("a_and_e", cause=police) == (prevented & ~worse).sum() > 20
    assert scene.contacts("a_and_e", cause=council) == (come & worse).sum() > 20
    assert scene.contacts("a_and_e", cause=0) == (come & ~prevented & ~worse).sum() > 20


def test_a_need_makes_extra_ordinary_contacts_fewer_while_open_and_the_saved_ones_carry_its_cause() -> None:
    settings = {
        f"needs.{MIND}.ordinary": {PRACTICE: (0.0, 20.0, 20.0, 40.0), "a_and_e": (0.0, 10.0, 10.0, 10.0)},
        f"needs.{MIND}.ordinary_when_open": 0.5,
        f"services.{TEAM}.weeks": 0,
    }
    scene = Scene(settings)
    level, served = 1 + EVERYONE % 2, EVERYONE % 3 == 0
    scene.give(EVERYONE, MIND, level)
    scene.open(EVERYONE[served], MIND, TEAM, since=-1)
    police = scene.cause("police")
    scene.column("cause", MIND)[EVERYONE[~served]] = police
    word = seek_words(scene, MIND, 3)
    practice = (level == 2) & (word < weekly(20))
    saved = practice & (word >= weekly(20) / 2)
    hospital = (level == 2) & (word >= weekly(20)) & (word < weekly(20) + weekly(10))
    kept = hospital & (word - weekly(20) < weekly(10) / 2)
    scene.step()
    assert np.array_equal(came(scene, PRACTICE), practice & ~(saved & served))
    assert np.array_equal(came(scene, "a_and_e"), np.where(served, kept, hospital))
    assert scene.contacts(PRACTICE, need=MIND, cause=police) == (saved & ~served).sum() > 5
    assert scene.contacts(PRACTICE, need="background") == 0


def test_background_demand_goes_by_rate_vulnerability_and_bad_spells_and_carries_no_cause() -> None:
    """At rate 10, vulnerability to the power 2, three times in a bad spell: each one's own word decides."""
    rates = {"age": (0, 45), "female": (5.0, 10.0), "male": (10.0, 5.0)}
    background = {"rates": rates, "vulnerability": 2.0, "spell": 3.0}
    scene = Scene(
        {f"services.{PRACTICE}.background": background, "bad_spells.start": 0.0, "bad_spells.weeks": 520.0}
    )
    state = scene.state
    state.bad_spell[EVERYONE] = EVERYONE % 2
    old = -state.born_week[EVERYONE] // 52 >= 45
    rate = np.where(old == (state.sex[EVERYONE] == 0), 10.0, 5.0)
    chance = np.vectorize(weekly)(rate) * (scene.model.rules.life.grade[state.grade[EVERYONE]] / 65_536) ** 2
    words = np.array([nth(scene.drawn(r, BACKGROUND, 0), 0) for r in EVERYONE]) / 2**32
    scene.step()
    chance = chance * np.where(state.bad_spell[EVERYONE] == 1, 3.0, 1.0)
    sure = np.abs(chance - words) > 1e-3 * chance
    assert np.array_equal(came(scene, PRACTICE)[sure], (words < chance)[sure])
    assert scene.contacts(PRACTICE) == scene.contacts(PRACTICE, need="background", cause=0) > 50


def test_background_demand_stays_away_from_a_service_that_is_shut() -> None:
    rates = {"age": (0,), "female": (OFTEN,), "male": (OFTEN,)}
    scene = Scene(
        {f"services.{PRACTICE}.background": {"rates": rates}}, policies=[policy({"close": PRACTICE})]
    )
    scene.step()
    assert scene.contacts(PRACTICE) == 0
    assert scene.measured("refusals") == 0


def test_background_demand_uses_hours_before_the_queue() -> None:
    """Room for eight visits of 24 minutes: those waiting get what the week's ordinary visits leave."""
    rates = {"age": (0,), "female": (0.5,), "male": (0.5,)}
    stated = {"background": {"rates": rates}, "hours_a_week": 2 * 24 * 8 / 60}
    scene = Scene({f"services.{PRACTICE}.{key}": value for key, value in stated.items()})
    rows = scene.adults(20)
    scene.give(rows, MIND, 1)
    scene.queue(rows, MIND, PRACTICE, since=-1)
    scene.step()
    ordinary = scene.contacts(PRACTICE, need="background")
    assert 0 < ordinary < 8
    assert scene.contacts(PRACTICE, need=MIND) == 8 - ordinary
