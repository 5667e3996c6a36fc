"""Contacts that chain within a week, how each ends by severity, and emergencies outside a service's remit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.unit.simulation.scenes import OFTEN, Scene, margin, policy

from demandsim.records.measures import HANDED_OFF
from demandsim.scenario.base import PLACES

MIND, FRAIL, CRIME = "mental_health", "frailty", "offending"
SURE = (1.0,) * 5


def emergencies(need: str, service: str, settings: dict[str, Any], **more: Any) -> Scene:
    """A town where a need of severity 3 or 4 is an emergency at one service in practically every week."""
    stated = {
        f"needs.{need}.emergency.unserved": (OFTEN, OFTEN),
        f"needs.{need}.emergency_routes": ({"shares": {service: 1.0}},),
    }
    return Scene({**stated, **settings}, **more)


def test_ambulance_to_a_and_e_to_hospital_in_one_week() -> None:
    settings = {
        "services.ambulance.outcomes": ({"kind": "conveyed", "share": SURE, "next": "a_and_e"},),
        "services.a_and_e.outcomes": ({"kind": "admitted", "share": SURE, "next": "hospital"},),
    }
    scene = emergencies(FRAIL, "ambulance", settings)
    rows = scene.adults(5)
    scene.give(rows, FRAIL, 4)
    scene.column("cause", FRAIL)[rows[:2]] = scene.cause("council")
    scene.step()
    for service, kind in (
        ("ambulance", "conveyed"),
        ("a_and_e", "admitted"),
        ("hospital", "admission"),
        ("hospital", "stay_week"),
    ):
        assert sorted(scene.happened("contact", service=service, kind=kind)) == sorted(rows)
    assert set(scene.state.place[rows]) == {PLACES.index("hospital")}
    assert set(scene.state.stay_need[rows]) == {scene.needs.index(FRAIL)}


def test_arrest_to_custody_to_prison_in_one_week() -> None:
    settings = {
        "services.police_response.outcomes": ({"kind": "arrested", "share": SURE, "next": "custody"},),
        "services.custody.outcomes": ({"kind": "charged", "share": SURE, "next": "prison"},),
    }
    scene = emergencies(CRIME, "police_response", settings)
    rows = scene.adults(3)
    scene.give(rows, CRIME, 3)
    scene.step()
    assert scene.contacts("police_response", "arrested") == scene.contacts("custody", "charged") == 3
    assert set(scene.state.place[rows]) == {PLACES.index("prison")}
    scene.step()
    assert scene.contacts("police_response") == 0, "nobody is arrested in prison"


def test_a_chain_has_four_contacts_at_the_most() -> None:
    settings = {
        "services.police_response.outcomes": (
            {"kind": "detained", "share": SURE, "next": "place_of_safety"},
        ),
        "services.place_of_safety.outcomes": (
            {"kind": "assessed", "share": SURE, "next": "mental_health_assessment"},
        ),
        "services.mental_health_assessment.outcomes": ({"kind": "detained", "share": SURE, "next": "ward"},),
    }
    scene = emergencies(MIND, "police_response", settings)
    rows = scene.adults(2)
    scene.give(rows, MIND, 4)
    scene.step()
    chain = ("police_response", "place_of_safety", "mental_health_assessment", "ward")
    assert [scene.contacts(s) for s in chain] == [2, 2, 2, 4]  # an admission and a week


def test_how_an_emergency_ends_goes_by_severity_and_the_needs_own_rows() -> None:
    """Of 225 at each severity; the margin is four standard errors, at most 13 points."""
    outcomes = (
        {"kind": "home", "share": (0.0, 0.0, 0.0, 0.0, 0.0)},
        {"kind": "referred", "share": (1.0, 1.0, 1.0, 1.0, 1.0)},
        {"kind": "home", "needs": (MIND,), "share": (0.1, 0.1, 0.1, 0.6, 0.2)},
        {"kind": "referred", "needs": (MIND,), "share": (0.2, 0.2, 0.2, 0.2, 0.5)},
        {"kind": "admitted", "needs": (MIND,), "share": (0.7, 0.7, 0.7, 0.2, 0.3)},
    )
    scene = emergencies(MIND, "a_and_e", {"services.a_and_e.outcomes": outcomes})
    scene.give(slice(0, 225), MIND, 3)
    scene.give(slice(225, 450), MIND, 4)
    scene.step()
    for level, expected in ((3, (0.6, 0.2, 0.2)), (4, (0.2, 0.5, 0.3))):
        for kind, share in zip(("home", "referred", "admitted"), expected, strict=True):
            cells = scene.book.contacts[
                scene.kinds.index(("a_and_e", kind)), 1 + scene.needs.index(MIND), level
            ]
            assert cells.sum() / 225 == pytest.approx(share, abs=margin(share, 225) + 1 / 225)


def test_background_demand_ends_as_the_first_column_says() -> None:
    rates = {"age": (0,), "female": (OFTEN,), "male": (OFTEN,)}
    settings = {
        "services.a_and_e.background": {"rates": rates, "vulnerability": 0.0},
        "services.a_and_e.outcomes": (
            {"kind": "home", "share": (1.0, 0.0, 0.0, 0.0, 0.0)},
            {"kind": "referred", "share": (0.0, 1.0, 1.0, 1.0, 1.0)},
        ),
    }
    scene = Scene(settings)
    scene.give(slice(0, 500), MIND, 4)
    scene.step()
    assert scene.contacts("a_and_e", "home", need="background") == scene.contacts("a_and_e") > 490


def test_an_emergency_outside_what_a_service_takes_is_handed_on_in_the_same_week() -> None:
    settings = {
        "services.police_response.takes": (CRIME,),
        "services.police_response.hand_on": {MIND: "ambulance"},
        "services.ambulance.outcomes": ({"kind": "on_scene", "share": SURE},),
    }
    scene = emergencies(MIND, "police_response", settings)
    rows = scene.adults(4)
    scene.give(rows, MIND, 4)
    scene.step()
    assert scene.contacts("police_response") == 0
    assert scene.contacts("ambulance", "on_scene") == 4
    assert scene.measured("hand_offs") == scene.measured("bounces") == 4
    police = scene.agencies.index("police")
    assert scene.book.event[HANDED_OFF, police] == scene.book.event[HANDED_OFF].sum() == 4
    assert set(scene.column("cause", MIND)[rows]) == {1 + police}


def test_an_emergency_at_a_service_shut_and_with_nobody_to_hand_it_to_is_refused() -> None:
    scene = emergencies(MIND, "police_response", {}, policies=[policy({"close": "police_response"})])
    rows = scene.adults(4)
    scene.give(rows, MIND, 4)
    scene.step()
    assert scene.contacts("police_response") == 0
    assert scene.measured("refusals") == 4
    assert set(scene.column("cause", MIND)[rows]) == {scene.cause("police")}


def test_a_referral_from_an_emergency_arrives_next_week_and_is_lost_at_the_stated_share() -> None:
    """450 referrals, two in ten lost; four standard errors are 7.5 points."""
    settings = {
        "services.a_and_e.outcomes": (
            {"kind": "referred", "share": SURE, "refers_to": "community_mental_health"},
        ),
        "services.a_and_e.hand_off_loss": 0.2,
    }
    scene = emergencies(MIND, "a_and_e", settings)
    rows = np.arange(450)
    scene.give(rows, MIND, 3)
    scene.step()
    came = scene.happened("contact", service="a_and_e")
    lost = scene.measured("lost")
    assert scene.contacts("community_mental_health") == 0
    assert scene.measured("hand_offs") == came.size
    assert lost / came.size == pytest.approx(0.2, abs=margin(0.2, came.size))
    assert scene.measured("bounces") == lost
    caused = scene.column("cause", MIND)[rows] == scene.cause("health_trust")
    assert caused.sum() == lost
    assert ((scene.column("hand_off", MIND)[rows] >= 0).sum()) == came.size - lost


def test_a_need_already_served_or_under_way_is_not_referred_again() -> None:
    refers = ({"kind": "referred", "share": SURE, "refers_to": "community_mental_health"},)
    settings = {"services.a_and_e.outcomes": refers}
    settings |= {f"needs.{MIND}.emergency.{status}": (OFTEN, OFTEN) for status in ("waiting", "open")}
    scene = emergencies(MIND, "a_and_e", settings)
    served, waiting, under_way = rows = scene.adults(3)
    scene.give(rows, MIND, 4)
    scene.open(served, MIND, "voluntary_support", since=-1)
    scene.queue(waiting, MIND, "voluntary_support", since=-1)
    scene.ask(under_way, MIND, "voluntary_support")
    scene.step()
    assert scene.contacts("a_and_e") == 3
    assert scene.measured("hand_offs") == 0
    assert scene.column("hand_off", MIND)[under_way] == scene.services.index("voluntary_support")


def test_whoever_is_in_hospital_ward_or_prison_goes_to_no_door() -> None:
    settings = {f"services.{s}.ready_weeks": 5200.0 for s in ("hospital", "ward", "prison", "care_home")}
    scene = emergencies(MIND, "a_and_e", settings)
    rows = scene.adults(4)
    scene.give(rows, MIND, 4)
    for row, service in zip(rows, ("hospital", "ward", "prison", "care_home"), strict=True):
        scene.stay(row, service)
    scene.step()
    assert scene.happened("contact", service="a_and_e").tolist() == [rows[3]]


def test_warm_hand_over_keeps_hand_offs_and_brings_the_history_along() -> None:
    """Effect 0.5 at full strength: a loss of 0.4 becomes 0.2, and half the hand-offs are told; 4 errors of 450."""
    settings = {
        "services.adult_social_care.takes": (FRAIL,),
        "services.adult_social_care.hand_on": {MIND: "community_mental_health"},
        "services.adult_social_care.hand_off_loss": 0.4,
        "mechanisms.warm_hand_over.effect": 0.5,
        "agencies.council.leadership": {"warm_hand_over": 1.0},
    }
    scene = Scene(settings)
    rows = np.arange(450)
    scene.give(rows, MIND, 2)
    scene.ask(rows, MIND, "adult_social_care")
    scene.step()
    assert scene.measured("lost") / 450 == pytest.approx(0.2, abs=margin(0.2, 450))
    arriving = scene.column("hand_off", MIND)[rows] >= 0
    told = scene.column("told", MIND)[rows] == 1
    assert told[arriving].mean() == pytest.approx(0.5, abs=margin(0.5, int(arriving.sum())))
    scene.step()
    assert scene.contacts("community_mental_health", "assessment") == (arriving & ~told).sum()
