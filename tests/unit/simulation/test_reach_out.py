"""Programmes: whom they may offer help, how many the hours allow, who takes it up and what it does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from tests.unit.simulation.scenes import Scene, margin

from demandsim.chance import REACH_NEED, REACH_OUT

MIND, HOUSING, SAFETY = "mental_health", "housing", "child_safety"
TEAM = "early_help_team"
EVERYONE = np.arange(500)
COUNCIL_BIT = 1


def outreach(programme: Mapping[str, Any], **service: Any) -> Scene:
    """A town in which the early help team is open, with room for all unless told."""
    stated = {"group": {}, "take_up": 1.0, "again_weeks": 520, "help": {}, "refers_to": {}, **programme}
    settings = {"closed": False, "hours_a_week": None, "programme": stated, **service}
    return Scene({f"services.{TEAM}.{key}": value for key, value in settings.items()})


def number(scene: Scene, service: str = TEAM) -> int:
    """Column of the service's programme."""
    at = scene.services.index(service)
    return scene.model.rules.programmes.service.tolist().index(at)


@pytest.mark.parametrize("hours", [0.0, 0.59, 0.61, 20.0, 61.0])
def test_offers_go_to_the_lowest_tickets_while_the_hours_allow(hours: float) -> None:
    """An offer takes 18 minutes and a resident reached 240 more; none is begun without minutes for an offer."""
    scene = outreach(
        {"take_up": 0.4},
        hours_a_week=hours,
        **{
            "kinds": {
                "offer": {"unit_cost": 20.0, "hours": 0.3},
                "reached": {"unit_cost": 250.0, "hours": 4.0},
            }
        },
    )
    item = scene.services.index(TEAM)
    drawn = {int(r): scene.drawn(r, REACH_OUT, item) for r in EVERYONE}
    left, offered, reached = int(hours * 60 / 2 + 1e-9), [], []
    for row in sorted(drawn, key=lambda r: drawn[r][0]):
        if left < 18:
            break
        offered.append(row)
        left -= 18
        if drawn[row][1] < 0.4 * 2**32:
            reached.append(row)
            left -= 240
    scene.step()
    assert sorted(scene.happened("offered early help")) == sorted(offered)
    assert sorted(scene.happened("reached by early help")) == sorted(reached)
    assert scene.measured("offered") == scene.contacts(TEAM, "offer", need="background") == len(offered)
    assert scene.measured("reached") == scene.contacts(TEAM, "reached", need="background") == len(reached)
    assert scene.book.carried[item] == left or left > 240


def test_the_take_up_is_the_stated_share() -> None:
    """Of 500 offers, three in ten; four standard errors are 8.2 points."""
    scene = outreach({"take_up": 0.3})
    scene.step()
    assert scene.measured("offered") == 500
    assert scene.measured("reached") / 500 == pytest.approx(0.3, abs=margin(0.3, 500))


def test_two_offers_to_one_resident_lie_again_weeks_apart() -> None:
    scene = outreach({"again_weeks": 4, "take_up": 0.5})
    offers = []
    for _ in range(9):
        scene.step()
        offers.append(scene.measured("offered"))
    assert offers == [500, 0, 0, 0, 500, 0, 0, 0, 500]


def test_only_needs_that_the_agencys_records_hold_are_picked_on() -> None:
    scene = outreach({"group": {"need": {HOUSING: (1, 3)}}})
    seen, by_police, _unseen, too_severe = rows = scene.adults(4)
    scene.give(rows, HOUSING, [2, 2, 2, 4])
    scene.column("seen", HOUSING)[[seen, too_severe]] = COUNCIL_BIT
    scene.column("seen", HOUSING)[by_police] = 4
    scene.step()
    assert scene.happened("offered early help").tolist() == [seen]


def test_shared_records_let_an_agency_pick_on_what_others_have_seen() -> None:
    programme = {"group": {"need": {HOUSING: (1, 3)}}, "take_up": 1.0, "again_weeks": 520, "help": {}}
    settings = {f"services.{TEAM}.{k}": v for k, v in (("closed", False), ("programme", programme))}
    scene = Scene({**settings, "agencies.council.leadership": {"shared_records": 0.1}})
    by_police, _unseen = rows = scene.adults(2)
    scene.give(rows, HOUSING, 2)
    scene.column("seen", HOUSING)[by_police] = 4
    scene.step()
    assert scene.happened("offered early help").tolist() == [by_police]


def test_nobody_is_offered_help_in_hospital_or_outside_the_group_or_by_a_door_that_is_shut_to_them() -> None:
    scene = outreach({"group": {"age": (30, 40)}}, open_to={"tenure": ("owned", "private")})
    state = scene.state
    in_hospital = EVERYONE % 3 == 0
    state.place[EVERYONE[in_hospital]] = 1
    state.stay_service[EVERYONE[in_hospital]] = scene.services.index("hospital")
    age = -state.born_week[EVERYONE] // 52
    fit = (age >= 30) & (age <= 40) & (state.tenure[EVERYONE] != 1)
    scene.step()
    away = state.place[EVERYONE] > 0
    offered = np.isin(EVERYONE, scene.happened("offered early help"))
    assert np.array_equal(offered, fit & ~away)
    assert away.any()


def test_a_need_found_arrives_at_its_door_next_week() -> None:
    """Found by the stated share of those nobody has seen: each one's own word."""
    help_ = {MIND: {"find": 0.5}}
    scene = outreach({"help": help_, "refers_to": {MIND: "community_mental_health"}})
    rows = scene.adults(60)
    scene.give(rows, MIND, 2)
    known = rows[::4]
    scene.column("seen", MIND)[known] = 2
    item = scene.services.index(TEAM) * 16 + scene.needs.index(MIND)
    found = [r for r in rows if r not in known and scene.drawn(r, REACH_NEED, item)[0] < 2**31]
    scene.step()
    assert sorted(scene.happened("need found")) == sorted(found)
    assert scene.measured("found") == len(found)
    assert set(scene.column("seen", MIND)[found]) == {COUNCIL_BIT}
    assert scene.contacts("community_mental_health") == 0
    scene.step()
    assert sorted(scene.happened("joined a queue")) == sorted(found)
    assert scene.measured("hand_offs") == scene.measured("bounces") == 0


def test_help_eases_a_need_by_the_stated_chance_and_lasts() -> None:
    scene = outreach({"help": {MIND: {"ease": 0.4, "helped_weeks": 26}, HOUSING: {"helped_weeks": 5}}})
    level = 1 + EVERYONE % 2
    scene.give(EVERYONE, MIND, level)
    scene.column("cause", MIND)[EVERYONE] = 1
    item = scene.services.index(TEAM) * 16 + scene.needs.index(MIND)
    eased = np.array([scene.drawn(r, REACH_NEED, item)[1] for r in EVERYONE]) < 0.4 * 2**32
    scene.step()
    assert np.array_equal(scene.column("severity", MIND)[EVERYONE], level - eased)
    assert np.array_equal(scene.column("cause", MIND)[EVERYONE] == 0, eased & (level == 1))
    assert set(scene.column("helped_until", MIND)[EVERYONE]) == {26}
    assert set(scene.column("helped_until", HOUSING)[EVERYONE]) == {5}, "need or no need"


def test_help_early_in_life_lowers_vulnerability_for_good() -> None:
    scene = outreach({"vulnerability_steps": 3})
    state = scene.state
    state.grade[EVERYONE] = EVERYONE % 10
    state.born_week[EVERYONE] = np.where(EVERYONE % 2 == 0, -5 * 52 + 1, -5 * 52)
    scene.step()
    expected = np.where(EVERYONE % 2 == 0, np.maximum(0, EVERYONE % 10 - 3), EVERYONE % 10)
    assert np.array_equal(state.grade[EVERYONE], expected)


def test_vulnerability_is_lowered_once() -> None:
    scene = outreach({"vulnerability_steps": 3, "again_weeks": 1})
    state = scene.state
    state.grade[EVERYONE], state.born_week[EVERYONE] = 20, -52
    scene.step(2)
    assert scene.measured("reached") == 500
    assert set(state.grade[EVERYONE]) == {17}


def test_help_without_effect_moves_no_need_and_takes_its_hours_all_the_same() -> None:
    scene = outreach({}, hours_a_week=10_000.0)
    scene.give(EVERYONE, MIND, 2)
    scene.step()
    assert set(scene.column("severity", MIND)[EVERYONE]) == {2}
    assert (scene.column("hand_off", MIND)[EVERYONE] == -1).all()
    assert scene.book.used[scene.services.index(TEAM)] == 500 * (18 + 240)
    assert set(scene.state.reached[EVERYONE, number(scene)]) == {0}
