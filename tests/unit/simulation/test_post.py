"""The week's last look at every need, and what is carried to the next week."""

from __future__ import annotations

import numpy as np
from tests.unit.simulation.scenes import OFTEN, ONE, Scene

MIND, FRAIL, HOUSING = "mental_health", "frailty", "housing"
TEAM = "community_mental_health"


def test_a_need_is_unmet_until_an_episode_or_its_stay_serves_it() -> None:
    scene = Scene({"services.ward.ready_weeks": 5200.0, f"services.{TEAM}.weeks": 0})
    open_, in_ward, in_hospital_for_another, _unserved = rows = scene.adults(4)
    scene.give(rows, MIND, 2)
    scene.open(open_, MIND, TEAM, since=-1)
    scene.stay(in_ward, "ward", need=MIND)
    scene.give(in_hospital_for_another, FRAIL, 2)
    scene.stay(in_hospital_for_another, "care_home", need=FRAIL)
    scene.column("unmet", MIND)[rows] = 5
    scene.step()
    assert scene.column("unmet", MIND)[rows].tolist() == [0, 0, 6, 6]
    assert scene.measured("unmet_need_weeks") == 2


def test_health_lost_multiplies_over_needs_and_never_adds() -> None:
    weights = {f"needs.{n}.qaly_weight": (0.0, 0.5, 0.6, 0.8) for n in (MIND, HOUSING)}
    scene = Scene(weights)
    one, both, _none = scene.adults(3)
    scene.give([one, both], MIND, 2)
    scene.give(both, HOUSING, 4)
    scene.step()
    kept = round(0.2 * ONE)  # 0.5 x 0.2 is a tenth
    assert scene.measured("health_lost") == (ONE - ONE // 2) + (ONE - kept // 2)


def test_frailty_from_complex_at_home_without_care_is_cared_for_unpaid() -> None:
    scene = Scene({"services.care_home.ready_weeks": 5200.0})
    rows = scene.adults(5)
    scene.give(rows, FRAIL, [2, 3, 4, 4, 4])
    scene.open(rows[3], FRAIL, "home_care", since=-1)
    scene.stay(rows[4], "care_home", need=FRAIL)
    scene.give(rows[0], MIND, 4)  # another need counts for nothing here
    scene.step()
    assert scene.measured("unpaid_care_weeks") == 2


def test_every_resident_here_lives_a_week() -> None:
    scene = Scene()
    scene.state.presence[:10] = 2
    scene.step()
    assert scene.measured("resident_weeks") == 490


def test_of_what_is_left_no_more_than_the_longest_contact_is_carried() -> None:
    """An assessment of three hours is the longest: of 8.5 hours left, three are carried, not six."""
    scene = Scene({f"services.{TEAM}.hours_a_week": 17.0, f"services.{TEAM}.weeks": 0})
    at = scene.services.index(TEAM)
    for _ in range(3):
        scene.step()
        assert scene.book.carried[at] == 180
    small = Scene({f"services.{TEAM}.hours_a_week": 2.0})
    carried = []
    for _ in range(4):
        small.step()
        carried.append(int(small.book.carried[at]))
    assert carried == [60, 120, 180, 180], "an hour a week adds up to one contact's time"


def test_what_is_carried_admits_next_week() -> None:
    """Half an hour a week for visits of an hour and a half: one in every third week."""
    scene = Scene({"services.voluntary_support.hours_a_week": 1.0})
    rows = scene.adults(10)
    scene.give(rows, MIND, 2)
    scene.queue(rows, MIND, "voluntary_support", since=0)
    visits = []
    for _ in range(9):
        scene.step()
        visits.append(scene.contacts("voluntary_support"))
    assert visits == [0, 0, 1] * 3


def test_an_overrun_is_carried_whole() -> None:
    """Ten emergencies of three hours on five hours a week: 25 hours over, then 20, and nobody is refused."""
    settings = {
        f"needs.{MIND}.emergency.unserved": (OFTEN, OFTEN),
        f"needs.{MIND}.emergency_routes": ({"shares": {"a_and_e": 1.0}},),
        "services.a_and_e.outcomes": ({"kind": "home", "share": (1.0,) * 5},),
        "services.a_and_e.hours_a_week": 10.0,
    }
    scene = Scene(settings)
    rows = scene.adults(10)
    scene.give(rows, MIND, 4)
    at = scene.services.index("a_and_e")
    scene.step()
    came = scene.contacts("a_and_e")
    assert came >= 9
    assert scene.book.carried[at] == 300 - 180 * came
    scene.give(rows, MIND, 0)
    scene.step()
    assert scene.book.carried[at] == 600 - 180 * came


def test_beds_are_not_carried() -> None:
    scene = Scene({"services.care_home.beds": 10.0})
    scene.step(3)
    assert scene.book.carried[scene.services.index("care_home")] == 0
    assert np.all(scene.book.funded[scene.services.index("care_home")] == 5)
