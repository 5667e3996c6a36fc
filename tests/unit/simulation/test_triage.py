"""Each door accepts, queues, hands on or turns away, one rule a test."""

from __future__ import annotations

import pytest
from tests.unit.simulation.scenes import Scene, margin, policy

from demandsim.population.columns import OPEN, UNSERVED, WAITING
from demandsim.records.measures import HANDED_OFF, OUTSIDE_REMIT

MIND, FRAIL, HOUSING = "mental_health", "frailty", "housing"


def test_below_the_threshold_is_turned_away_and_carries_the_cause_from_then_on() -> None:
    scene = Scene({"services.community_mental_health.threshold": 3})
    below, at = scene.adults(10), scene.adults(4, skip=10)
    scene.give(below, MIND, 2)
    scene.give(at, MIND, 3)
    scene.ask([*below, *at], MIND, "community_mental_health")
    scene.step()
    assert scene.measured("refusals") == scene.measured("bounces") == 10
    assert not scene.book.event[OUTSIDE_REMIT].any(), "a threshold is not the remit"
    assert set(scene.column("cause", MIND)[below]) == {scene.cause("health_trust")}
    assert set(scene.column("status", MIND)[below]) == {UNSERVED}
    assert set(scene.column("cause", MIND)[at]) == {0}
    assert set(scene.column("status", MIND)[at]) == {OPEN}
    assert sorted(scene.happened("turned away")) == sorted(below)


def test_the_first_cause_stays() -> None:
    scene = Scene({"services.community_mental_health.threshold": 3})
    rows = scene.adults(2)
    scene.give(rows, MIND, 1)
    scene.column("cause", MIND)[rows[0]] = scene.cause("police")
    scene.ask(rows, MIND, "community_mental_health")
    scene.step()
    assert scene.column("cause", MIND)[rows].tolist() == [scene.cause("police"), scene.cause("health_trust")]


def test_what_is_no_longer_a_need_asks_for_nothing() -> None:
    scene = Scene({"services.community_mental_health.threshold": 3})
    scene.ask(scene.adults(3), MIND, "community_mental_health")
    scene.step()
    assert scene.measured("refusals") == 0
    assert scene.contacts("community_mental_health") == 0


def test_outside_the_remit_is_handed_on_and_arrives_next_week() -> None:
    scene = Scene(
        {
            "services.adult_social_care.remit": {"age": (70, 120)},
            "services.adult_social_care.hand_on": {FRAIL: "general_practice"},
        }
    )
    rows = scene.adults(6)
    scene.give(rows, FRAIL, 2)
    scene.ask(rows, FRAIL, "adult_social_care")
    scene.step()
    assert set(scene.column("hand_off", FRAIL)[rows]) == {scene.services.index("general_practice")}
    assert scene.measured("hand_offs") == scene.measured("bounces") == 6
    assert scene.book.event[OUTSIDE_REMIT].tolist() == [6, 0, 0, 0, 0], "of the council, the first agency"
    assert scene.measured("refusals") == 0
    assert scene.book.event[HANDED_OFF].tolist() == [6, 0, 0, 0, 0]
    assert scene.contacts("adult_social_care") == scene.contacts("general_practice") == 0
    assert not scene.column("cause", FRAIL)[rows].any(), "a hand-off that arrives is no cause"
    scene.step()
    assert scene.contacts("general_practice") == 6
    assert scene.measured("hand_offs") == 0


def test_a_need_the_service_does_not_take_is_outside_the_remit() -> None:
    scene = Scene({"services.adult_social_care.takes": (FRAIL,)})
    row = scene.adults(1)
    scene.give(row, MIND, 4)
    scene.ask(row, MIND, "adult_social_care")
    scene.step()
    assert scene.measured("refusals") == 1, "with nobody to hand it to it is turned away"
    assert scene.column("cause", MIND)[row].tolist() == [scene.cause("council")]


def test_the_stated_share_of_hand_offs_is_lost_and_each_is_one_bounce() -> None:
    """450 hand-offs, three in ten lost; the margin is four standard errors, 8.6 points."""
    scene = Scene(
        {
            "services.adult_social_care.takes": (FRAIL,),
            "services.adult_social_care.hand_on": {MIND: "general_practice"},
            "services.adult_social_care.hand_off_loss": 0.3,
        }
    )
    rows = slice(0, 450)
    scene.give(rows, MIND, 2)
    scene.ask(rows, MIND, "adult_social_care")
    scene.step()
    lost = scene.measured("lost")
    assert lost / 450 == pytest.approx(0.3, abs=margin(0.3, 450))
    assert scene.measured("hand_offs") == scene.measured("bounces") == 450
    under_way = scene.column("hand_off", MIND)[rows] >= 0
    assert under_way.sum() == 450 - lost
    cause = scene.column("cause", MIND)[rows]
    assert set(cause[under_way]) == {0}
    assert set(cause[~under_way]) == {scene.cause("council")}


def test_a_door_shut_by_a_policy_turns_away_and_one_never_opened_does_not() -> None:
    scene = Scene(policies=[policy({"close": "housing_options"})])
    shut, never = scene.adults(2), scene.adults(2, skip=2)
    scene.give([*shut, *never], HOUSING, 2)
    scene.ask(shut, HOUSING, "housing_options")
    scene.ask(never, HOUSING, "tenancy_support")
    scene.step()
    assert sorted(scene.happened("turned away")) == sorted(shut)
    assert set(scene.column("cause", HOUSING)[shut]) == {scene.cause("council")}
    assert set(scene.column("cause", HOUSING)[never]) == {0}


def test_a_door_may_be_open_to_some_and_shut_to_others() -> None:
    scene = Scene(
        {
            "services.housing_options.open_to": {"tenure": ("social", "private")},
            "services.housing_options.closed_to": {"tenure": ("private",)},
        }
    )
    rows = scene.adults(90)
    scene.give(rows, HOUSING, 2)
    scene.ask(rows, HOUSING, "housing_options")
    scene.step()
    tenure = scene.state.tenure[rows]
    assert set(tenure) == {0, 1, 2}
    assert sorted(scene.happened("contact", service="housing_options")) == sorted(rows[tenure == 1])
    assert sorted(scene.happened("turned away")) == sorted(rows[tenure != 1])


def test_an_assessment_is_made_at_each_ask_within_the_remit_unless_the_history_came_along() -> None:
    scene = Scene(
        {
            "services.community_mental_health.threshold": 2,
            "services.community_mental_health.takes": (MIND,),
        }
    )
    rows = scene.adults(4)
    accepted, refused, told, outside = rows
    scene.give([accepted, told], MIND, 2)
    scene.give(refused, MIND, 1)
    scene.give(outside, HOUSING, 3)
    scene.column("told", MIND)[told] = 1
    scene.ask([accepted, refused, told], MIND, "community_mental_health")
    scene.ask(outside, HOUSING, "community_mental_health")
    scene.step()
    assessed = scene.happened("contact", service="community_mental_health", kind="assessment")
    assert sorted(assessed) == sorted([accepted, refused])
    opened = scene.happened("contact", service="community_mental_health", kind="episode_week")
    assert sorted(opened) == sorted([accepted, told])
    assert scene.column("told", MIND)[told] == 0, "the history is used up"


def test_a_short_contact_may_happen_beside_an_episode_but_no_second_episode() -> None:
    scene = Scene()
    rows = scene.adults(2)
    scene.give(rows, MIND, 2)
    scene.open(rows, MIND, "community_mental_health", since=-1)
    scene.ask(rows[:1], MIND, "general_practice")
    scene.ask(rows[1:], MIND, "child_in_need")
    scene.step()
    assert scene.happened("contact", service="general_practice").tolist() == [rows[0]]
    assert scene.contacts("child_in_need") == 0
    held = scene.column("service", MIND)[rows]
    assert set(held) == {scene.services.index("community_mental_health")}
    assert set(scene.column("status", MIND)[rows]) == {OPEN}


def test_a_need_in_another_queue_keeps_its_place_there() -> None:
    scene = Scene({"services.community_mental_health.hours_a_week": 0.0})
    row = scene.adults(1)
    scene.give(row, MIND, 2)
    scene.queue(row, MIND, "community_mental_health", since=-3)
    scene.ask(row, MIND, "general_practice")
    scene.step()
    assert scene.contacts("general_practice") == 1
    assert scene.column("status", MIND)[row] == WAITING
    assert scene.column("since", MIND)[row] == -3


def test_discretion_settles_what_is_outside_the_remit_for_a_while() -> None:
    settings = {
        "services.adult_social_care.takes": (FRAIL,),
        "mechanisms.discretion.effect": 0.5,
        "mechanisms.discretion.helped_weeks": 8,
        "agencies.council.leadership": {"discretion": 0.8},
    }
    scene = Scene(settings)
    rows = slice(0, 450)
    scene.give(rows, MIND, 2)
    scene.ask(rows, MIND, "adult_social_care")
    scene.step()
    settled = scene.column("helped_until", MIND)[rows] == 8
    refused = scene.measured("refusals")
    assert settled.sum() + refused == 450
    assert settled.mean() == pytest.approx(0.4, abs=margin(0.4, 450)), (
        "0.5 at strength 0.8; 4 standard errors"
    )
    assert not scene.column("cause", MIND)[rows][settled].any()


def test_a_door_that_hears_a_need_has_seen_it_and_a_shut_one_has_not() -> None:
    scene = Scene(
        {"services.adult_social_care.threshold": 4}, policies=[policy({"close": "housing_options"})]
    )
    rows = scene.adults(2)
    scene.give(rows, MIND, 1)
    scene.ask(rows[:1], MIND, "adult_social_care")
    scene.ask(rows[1:], MIND, "housing_options")
    scene.step()
    assert scene.column("seen", MIND)[rows].tolist() == [1, 0]  # the council's sector is the first bit
