"""Corners that no ordinary town comes to, where the twin and the model agree too."""

from __future__ import annotations

from typing import Any

import pytest
from tests.twin import stays
from tests.twin.cases import changed, town
from tests.twin.comparing import differences, run_both
from tests.twin.people import CHILD, Resident
from tests.twin.town import Town

from demandsim.population.columns import WAITING
from demandsim.records.measures import HANDED_OFF
from demandsim.simulation.model import DemandModel


def agreed(settings: dict[str, Any], *, weeks: int = 12) -> Town:
    """Run both on 500 residents of the small town with some settings changed; they agree."""
    twin, model = run_both(changed(town(500, weeks), settings), seed=1)
    assert differences(twin, model)[:10] == []
    return twin


def test_a_baby_in_a_place_without_adults_stays_with_the_mothers_home() -> None:
    small = town(500, 12)
    fertile = {"place.births.female": tuple(rate * 8 for rate in small.place.births.female)}
    place = changed(small, {**fertile, "place.households.leave_home": 0.0})
    twin, model = Town(place, seed=1), DemandModel(place, seed=1)
    model.state.role[:] = CHILD
    for resident in twin.residents:
        resident.role = CHILD
    for _ in range(12):
        twin.step()
    model.run()
    assert differences(twin, model)[:10] == []
    assert any(resident.here and resident.born_week > 0 for resident in twin.residents)


def test_a_bed_by_emergency_takes_its_need_out_of_the_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    asked_beside_waiting = []

    def ticket(resident: Resident) -> int:
        need = stays.wanted_for(resident)
        if need is not None and need.status == WAITING and need.service is resident.wants_stay:
            asked_beside_waiting.append(resident)
        return original(resident)

    original = stays.bed_ticket
    monkeypatch.setattr(stays, "bed_ticket", ticket)

    settings = {
        "needs.mental_health.routes": ({"shares": {"ward": 1.0}},),
        "needs.mental_health.approach.unserved": (50.0, 50.0, 50.0),
        "needs.mental_health.emergency_routes": ({"shares": {"mental_health_assessment": 1.0}},),
        "needs.mental_health.emergency": dict.fromkeys(("unserved", "waiting", "open"), (40.0, 40.0)),
        "services.mental_health_assessment.outcomes": (
            {"kind": "community", "share": (0.0,) * 5},
            {"kind": "detained", "share": (1.0,) * 5, "next": "ward"},
        ),
        "services.ward.beds": 6.0,
        "services.ward.gives_up": 0.0,
    }
    agreed(settings)
    assert asked_beside_waiting


def test_a_caller_passed_on_by_eight_doors_is_turned_away_at_the_ninth() -> None:
    doors = [
        "ambulance",
        "a_and_e",
        "police_response",
        "custody",
        "place_of_safety",
        "mental_health_assessment",
    ]
    doors += ["general_practice", "housing_options", "probation", "voluntary_support"]
    settings: dict[str, Any] = {
        "needs.housing.emergency": dict.fromkeys(("unserved", "waiting", "open"), (30.0, 30.0)),
        "needs.housing.emergency_routes": ({"shares": {"ambulance": 1.0}},),
        "needs.housing.approach": dict.fromkeys(("unserved", "waiting", "open"), (0.0,) * 3),
        "needs.housing.ordinary": {},
        "agencies.charity.refers": (),
    }
    for door, following in zip(doors, [*doors[1:], None], strict=True):
        settings[f"services.{door}.takes"] = ("frailty",)
        settings[f"services.{door}.hand_on"] = {"housing": following} if following else {}
    twin = agreed(settings)
    council, justice = (twin.agency_names.index(name) for name in ("council", "justice"))
    handed_on = twin.records.weekly.arrays()["event"][:, HANDED_OFF].sum(axis=0)
    assert handed_on[council] > 0
    assert handed_on[justice] == 0
