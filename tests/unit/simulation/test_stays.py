"""Stays: how long they last, what they wait for, who comes along, what they interrupt, who gets a bed."""

from __future__ import annotations

import numpy as np
import pytest
from tests.unit.simulation.scenes import OFTEN, Scene, policy, quiet_town

from demandsim.chance import QUEUE
from demandsim.population.columns import DEAD, HERE, OPEN, UNSERVED, WAITING
from demandsim.scenario.base import PLACES
from demandsim.simulation.stays import BACKGROUND_ITEM

FRAIL, HOUSING, MIND, SAFETY = "frailty", "housing", "mental_health", "child_safety"
HOSPITAL, CARE_HOME, TEMPORARY = (
    PLACES.index(p) for p in ("hospital", "care_home", "temporary_accommodation")
)


def test_a_stay_lasts_its_mean_number_of_weeks() -> None:
    """Weeks of 500 stays of four weeks are geometric: the margin is four errors of 3.46 / sqrt(500), 0.62."""
    scene = Scene({"services.fostering.ready_weeks": 4.0})
    scene.give(slice(0, 500), SAFETY, 3)
    scene.state.born_week[:] = -8 * 52
    scene.ask(slice(0, 500), SAFETY, "fostering")
    weeks = 0
    for _ in range(100):
        scene.step()
        weeks += scene.contacts("fostering", "stay_week")
    assert not scene.state.place.any(), "everyone has come home"
    assert weeks / 500 == pytest.approx(4.0, abs=0.62)


def test_an_admission_is_posted_once_and_every_week_is_a_stay_week() -> None:
    scene = Scene({"services.prison.ready_weeks": 5200.0})
    rows = scene.adults(3)
    scene.give(rows, "offending", 3)
    scene.ask(rows, "offending", "prison")
    posted = []
    for _ in range(3):
        scene.step()
        posted.append((scene.contacts("prison", "admission"), scene.contacts("prison", "stay_week")))
    assert posted == [(3, 3), (0, 3), (0, 3)]
    assert set(scene.state.place[rows]) == {PLACES.index("prison")}


def test_a_stay_ends_as_soon_as_its_need_is_below_what_it_is_for() -> None:
    scene = Scene({"services.care_home.ready_weeks": 5200.0})  # ends_below is 2
    rows = scene.adults(2)
    scene.give(rows, FRAIL, 3)
    scene.stay(rows, "care_home", need=FRAIL)
    scene.column("cause", FRAIL)[rows] = 1
    scene.give(rows[0], FRAIL, 1)
    scene.step()
    assert scene.state.place[rows].tolist() == [0, CARE_HOME]
    assert scene.column("cause", FRAIL)[rows].tolist() == [0, 1], "the need is met: its cause is gone"
    assert scene.contacts("care_home") == 1


def hospital_and_home_care(**settings: object) -> tuple[Scene, np.ndarray]:
    """Three residents ready to leave hospital, who all need home care first."""
    awaits = ({"need": FRAIL, "severity": (2, 4), "service": "home_care", "share": 1.0},)
    scene = Scene(
        {"services.hospital.ready_weeks": 1.0, "services.hospital.awaits": awaits, **settings},
        policies=[policy({"from_week": 3, "set": {"services.home_care.hours_a_week": 2 * 9.0 * 3}})],
    )
    rows = scene.adults(3)
    scene.give(rows, FRAIL, 2)
    scene.stay(rows, "hospital", need=FRAIL)
    return scene, rows


def test_whoever_is_ready_waits_in_bed_for_what_has_no_room_and_each_week_counts() -> None:
    scene, rows = hospital_and_home_care(**{"services.home_care.hours_a_week": 0.0})
    for week in range(3):
        scene.step()
        assert scene.measured("delayed_weeks") == 3, week
        assert scene.book.delayed[scene.services.index("home_care")] == 3
        assert scene.contacts("hospital", "stay_week") == 3
    assert scene.state.ready_since[rows].tolist() == [0, 0, 0]
    assert set(scene.column("status", FRAIL)[rows]) == {WAITING}
    scene.step()  # hours from week 3: care opens at the end of that week, and they go home the next
    assert set(scene.column("status", FRAIL)[rows]) == {OPEN}
    scene.step()
    assert scene.measured("delayed_weeks") == 0
    assert not scene.state.place[rows].any()
    assert scene.contacts("hospital") == 0


def test_whoever_is_refused_what_they_wait_for_goes_home_without_it() -> None:
    scene, rows = hospital_and_home_care(**{"services.home_care.threshold": 3})
    scene.step()
    assert scene.measured("refusals") == 3
    assert scene.measured("delayed_weeks") == 0
    assert not scene.state.place[rows].any()
    assert set(scene.column("cause", FRAIL)[rows]) == {scene.cause("council")}


def test_whoever_already_has_what_others_wait_for_goes_home_at_once() -> None:
    scene, rows = hospital_and_home_care(**{"services.home_care.hours_a_week": 0.0})
    scene.open(rows[0], FRAIL, "home_care", since=-2)
    scene.step()
    assert (scene.state.place[rows] > 0).tolist() == [False, True, True]


def family(scene: Scene) -> list[int]:
    """Rows of a family of four or more, the holder first: a man with a woman and children."""
    for home, first in enumerate(scene.homes.first):
        members, member = [], int(first)
        while member >= 0:
            members.append(member)
            member = int(scene.state.next_in_home[member])
        sexes, roles = scene.state.sex[members], scene.state.role[members]
        if (
            len(members) >= 3
            and (sexes == 0).any()
            and ((sexes == 1) & (roles != 2)).any()
            and (roles == 2).any()
        ):
            assert set(scene.state.household[members]) == {home}
            members.sort(key=lambda m: (scene.state.sex[m] == 0, scene.state.role[m] == 2))
            return members
    raise AssertionError("no family")


def test_a_whole_household_comes_along_is_paid_for_once_and_goes_home_together() -> None:
    scene = Scene({"services.temporary_accommodation.ready_weeks": 5200.0})
    holder, *others = family(scene)
    scene.give(holder, HOUSING, 3)
    scene.ask(holder, HOUSING, "temporary_accommodation")
    scene.step()
    assert set(scene.state.place[[holder, *others]]) == {TEMPORARY}
    assert set(scene.state.stay_service[others]) == {-1}
    assert (scene.state.place > 0).sum() == 1 + len(others)
    scene.step(2)
    assert scene.contacts("temporary_accommodation", "stay_week") == 1
    assert set(scene.state.place[others]) == {TEMPORARY}
    scene.give(holder, HOUSING, 0)
    scene.step()
    assert not scene.state.place.any()


def test_two_of_one_household_in_one_queue_are_housed_once() -> None:
    scene = Scene({"services.temporary_accommodation.ready_weeks": 5200.0})
    holder, *others = family(scene)
    both = [holder, *(row for row in others if scene.state.role[row] != 2)][:2]
    assert len(both) == 2
    scene.give(both, HOUSING, 3)
    scene.ask(both, HOUSING, "temporary_accommodation")
    scene.step()
    assert set(scene.state.place[[holder, *others]]) == {TEMPORARY}
    assert (scene.state.stay_service[both] >= 0).sum() == 1
    assert scene.contacts("temporary_accommodation", "stay_week") == 1
    assert set(scene.column("status", HOUSING)[both]) == {UNSERVED}


def test_a_household_goes_home_when_the_holder_dies() -> None:
    holder, *others = family(Scene())
    deaths = {
        "place.deaths.male": (OFTEN,) * len(quiet_town().place.deaths.age),
        "services.temporary_accommodation.ready_weeks": 5200.0,
    }
    scene = Scene(deaths)
    scene.give(holder, HOUSING, 3)
    scene.stay(holder, "temporary_accommodation", need=HOUSING)
    scene.state.place[others] = TEMPORARY
    assert scene.state.sex[holder] == 1
    scene.step()
    assert scene.state.presence[holder] == DEAD
    left = np.array(others)[scene.state.presence[others] == HERE]
    assert left.size > 0
    assert not scene.state.place[left].any()


def test_hospital_interrupts_a_care_home_which_keeps_the_bed_and_has_the_resident_back() -> None:
    # A stay that helps the need counts as an open episode.
    settings = {f"needs.{FRAIL}.emergency.open": (OFTEN, OFTEN), "services.care_home.ready_weeks": 5200.0}
    settings |= {"services.hospital.ready_weeks": 1.0}
    route = ({"shares": {"a_and_e": 1.0}},)
    to_ward = ({"kind": "admitted", "share": (1.0,) * 5, "next": "hospital"},)
    scene = Scene(
        {**settings, f"needs.{FRAIL}.emergency_routes": route, "services.a_and_e.outcomes": to_ward}
    )
    row = int(scene.adults(1)[0])
    home, hospital = (scene.services.index(s) for s in ("care_home", "hospital"))
    scene.give(row, FRAIL, 4)
    scene.stay(row, "care_home", need=FRAIL)
    scene.step()
    assert (scene.state.place[row], scene.state.back_to[row]) == (HOSPITAL, home)
    scene.give(row, FRAIL, 2)  # no emergency at this severity
    assert scene.book.taken[[home, hospital]].tolist() == [1, 1], "the bed in the care home is kept"
    scene.step()
    assert (scene.state.place[row], scene.state.stay_service[row]) == (CARE_HOME, home)
    assert scene.state.back_to[row] == -1
    assert scene.book.taken[[home, hospital]].tolist() == [1, 0]
    assert scene.contacts("care_home") == 1


def test_a_stay_keeps_the_cause_it_began_by_and_takes_the_needs_only_once_it_waits() -> None:
    """In hospital for a need that is refused elsewhere: those weeks are not the refuser's, the waiting is."""
    waits = ({"need": FRAIL, "severity": (2, 4), "service": "home_care", "share": 1.0},)
    scene = Scene(
        {
            "services.hospital.ready_weeks": 5200.0,
            "services.hospital.awaits": waits,
            "services.home_care.hours_a_week": 0.0,
        }
    )
    ready, staying, caused = rows = scene.adults(3)
    scene.give(rows, FRAIL, 2)
    scene.stay(rows, "hospital", need=FRAIL)
    council, police = scene.cause("council"), scene.cause("police")
    scene.column("cause", FRAIL)[rows] = council
    scene.state.stay_cause[caused] = police
    scene.queue(ready, FRAIL, "home_care", since=-1)
    scene.state.ready_since[ready], scene.state.awaits[ready] = -1, scene.services.index("home_care")
    scene.step()
    weeks = {c: scene.contacts("hospital", "stay_week", cause=c) for c in (0, council, police)}
    assert weeks == {0: 1, council: 1, police: 1}
    assert staying != ready


def test_closing_a_stay_for_a_group_of_everybody_is_closing_it() -> None:
    left = []
    for group in ({}, {"age": (0, 120)}, {"age": (0, 20)}):
        shut = policy({"from_week": 1, "close": "care_home", "group": group})
        scene = Scene({"services.care_home.ready_weeks": 5200.0}, policies=[shut])
        rows = scene.adults(3)
        scene.give(rows, FRAIL, 3)
        scene.stay(rows, "care_home", need=FRAIL)
        scene.step(2)
        left.append(int((scene.state.place[rows] == CARE_HOME).sum()))
    assert left == [0, 0, 3]


def test_whoever_is_ready_joins_the_queue_in_the_week_of_being_ready_and_keeps_a_place_held_before() -> None:
    scene, rows = hospital_and_home_care(**{"services.home_care.hours_a_week": 0.0})
    scene.step(2)
    assert scene.column("since", FRAIL)[rows].tolist() == [0, 0, 0]
    scene, rows = hospital_and_home_care(**{"services.home_care.hours_a_week": 0.0})
    scene.queue(rows[0], FRAIL, "home_care", since=-3)
    scene.step(2)
    assert scene.column("since", FRAIL)[rows].tolist() == [-3, 0, 0]


def test_another_stay_replaces_the_one_before() -> None:
    scene = Scene({f"services.{s}.ready_weeks": 5200.0 for s in ("care_home", "temporary_accommodation")})
    row = int(scene.adults(1)[0])
    scene.give(row, FRAIL, 3)
    scene.give(row, HOUSING, 3)
    scene.stay(row, "temporary_accommodation", need=HOUSING)
    scene.ask(row, FRAIL, "care_home")
    scene.step()
    assert scene.state.place[row] == CARE_HOME
    assert scene.state.back_to[row] == -1
    taken = [scene.book.taken[scene.services.index(s)] for s in ("care_home", "temporary_accommodation")]
    assert taken == [1, 0]


def test_emergencies_take_the_free_beds_by_severity_then_ticket_and_the_rest_go_home_with_a_cause() -> None:
    """Thirty emergencies a week for ten beds of 500 residents; those of severity 4 come first."""
    settings = {
        f"needs.{FRAIL}.emergency.unserved": (OFTEN, OFTEN),
        f"needs.{FRAIL}.emergency_routes": ({"shares": {"a_and_e": 1.0}},),
        "services.a_and_e.outcomes": ({"kind": "admitted", "share": (1.0,) * 5, "next": "hospital"},),
        "services.hospital.beds": 20.0,
    }
    scene = Scene(settings)
    rows = scene.adults(30)
    scene.give(rows, FRAIL, 3)
    scene.give(rows[::10], FRAIL, 4)
    item = scene.services.index("hospital") * 16 + scene.needs.index(FRAIL)
    assert item % 16 != BACKGROUND_ITEM
    severity = scene.column("severity", FRAIL).astype(int)
    first = sorted(rows, key=lambda r: (-severity[r], scene.drawn(r, QUEUE, item)[0]))
    scene.step()
    assert scene.contacts("a_and_e") == 30, "everyone came; admitted or not, it is posted"
    assert sorted(np.flatnonzero(scene.state.place == HOSPITAL)) == sorted(first[:10])
    assert scene.measured("refusals") == scene.measured("bounces") == 20
    cause = scene.column("cause", FRAIL)
    assert set(cause[first[10:]]) == {scene.cause("health_trust")}
    assert set(cause[first[:10]]) == {0}
    assert scene.contacts("hospital", "admission") == 10
    assert sorted(scene.happened("turned away", service="hospital")) == sorted(first[10:])


def test_a_resident_admitted_as_an_emergency_leaves_the_queue_for_the_same_bed() -> None:
    settings = {
        f"needs.{FRAIL}.emergency.waiting": (OFTEN, OFTEN),
        f"needs.{FRAIL}.emergency_routes": ({"shares": {"a_and_e": 1.0}},),
        "services.a_and_e.outcomes": ({"kind": "admitted", "share": (1.0,) * 5, "next": "hospital"},),
        "services.hospital.ready_weeks": 5200.0,
    }
    scene = Scene(settings)
    row = scene.adults(1)
    scene.give(row, FRAIL, 4)
    scene.queue(row, FRAIL, "hospital", since=-1)
    scene.step()
    assert scene.state.place[row] == HOSPITAL
    assert scene.column("status", FRAIL)[row] == UNSERVED
    assert scene.contacts("hospital", "admission") == 1


def test_whoever_came_as_an_emergency_no_longer_counts_in_the_queue_for_the_beds_left() -> None:
    """Two beds for two in one bucket: one comes as an emergency, and the other is not kept waiting by them."""
    settings = {
        f"needs.{FRAIL}.emergency.waiting": (OFTEN, OFTEN),
        f"needs.{FRAIL}.emergency_routes": (
            {"group": {"sex": "female"}, "shares": {"a_and_e": 1.0}},
            {"shares": {"ambulance": 1.0}},
        ),
        "services.a_and_e.outcomes": ({"kind": "admitted", "share": (1.0,) * 5, "next": "hospital"},),
        "services.ambulance.outcomes": ({"kind": "telephone", "share": (1.0,) * 5},),
        "services.hospital.ready_weeks": 5200.0,
        "services.hospital.beds": 4.0,
    }
    scene = Scene(settings)
    adults = scene.adults(60)
    woman, man = (adults[scene.state.sex[adults] == sex][0] for sex in (0, 1))
    scene.give([woman, man], FRAIL, 4)
    scene.queue([woman, man], FRAIL, "hospital", since=-1)
    scene.step()
    assert scene.state.place[[woman, man]].tolist() == [HOSPITAL, HOSPITAL]


def test_a_need_that_has_gone_makes_its_stay_ordinary() -> None:
    scene = Scene({"services.hospital.ready_weeks": 5200.0, "services.hospital.ends_below": 1})
    row = scene.adults(1)
    scene.stay(row, "hospital")
    scene.step()
    assert scene.contacts("hospital", "stay_week", need="background") == 1


def test_a_household_stays_where_it_is_while_its_holder_is_in_hospital() -> None:
    settings = {
        f"needs.{HOUSING}.emergency.open": (OFTEN, OFTEN),
        f"needs.{HOUSING}.emergency_routes": ({"shares": {"a_and_e": 1.0}},),
        "services.a_and_e.outcomes": ({"kind": "admitted", "share": (1.0,) * 5, "next": "hospital"},),
        "services.temporary_accommodation.ready_weeks": 5200.0,
        "services.hospital.ready_weeks": 1.0,
    }
    scene = Scene(settings)
    holder, *others = family(scene)
    scene.give(holder, HOUSING, 3)
    scene.stay(holder, "temporary_accommodation", need=HOUSING)
    scene.state.place[others] = TEMPORARY
    scene.step()
    scene.give(holder, HOUSING, 2)  # no emergency at this severity
    for place in (HOSPITAL, TEMPORARY):
        assert scene.state.place[holder] == place
        assert set(scene.state.place[others]) == {TEMPORARY}
        scene.step()
    assert set(scene.state.place[[holder, *others]]) == {TEMPORARY}


def test_a_shut_stay_ends_for_those_who_wait_to_leave_too_with_a_cause_and_no_referral() -> None:
    scene = Scene(
        {"services.home_care.hours_a_week": 0.001},
        policies=[policy({"close": "hospital"})],
    )
    row = int(scene.adults(1)[0])
    scene.give(row, FRAIL, 3)
    scene.stay(row, "hospital", need=FRAIL)
    scene.queue(row, FRAIL, "home_care", since=-1)
    scene.state.ready_since[row], scene.state.awaits[row] = -1, scene.services.index("home_care")
    scene.step()
    assert scene.state.place[row] == 0
    assert scene.column("cause", FRAIL)[row] == scene.cause("health_trust")
    assert scene.column("hand_off", FRAIL)[row] == -1
    assert scene.contacts("hospital") == 0


@pytest.mark.parametrize("first", ["care_home", "ambulance"])
def test_a_bed_kept_for_somebody_who_moves_elsewhere_is_free_again(first: str) -> None:
    """Whichever number the service of the bed has, 0 among them."""
    services = quiet_town().model_dump()["services"]
    others = {name: service for name, service in services.items() if name != first}
    scene = Scene({"services": {first: services[first], **others}})
    row = scene.adults(1)
    for need in ("frailty", "housing"):
        scene.give(row, need, 3)
    scene.stay(row, "hospital", need="housing")
    home, elsewhere = (scene.services.index(name) for name in ("care_home", "temporary_accommodation"))
    scene.state.back_to[row], scene.state.back_need[row] = home, scene.needs.index("frailty")
    scene.queue(row, "housing", "temporary_accommodation", since=-1)
    scene.state.awaits[row], scene.state.ready_since[row] = elsewhere, -1
    scene.step()
    assert scene.happened("stay began", service="temporary_accommodation").tolist() == row.tolist()
    taken = {name: int(scene.book.taken[scene.services.index(name)]) for name in ("care_home", "hospital")}
    assert taken == {"care_home": 0, "hospital": 0}
    assert scene.book.taken[elsewhere] == 1
