"""Phase 7: the week's last look at every need: unmet weeks, health lost, care given at home unpaid; hours carried."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.twin.people import Resident
from tests.twin.terms import ONE

from demandsim.population.columns import OPEN
from demandsim.records import measures

if TYPE_CHECKING:
    from tests.twin.town import Town


def post(town: Town) -> None:
    """Count what the week leaves behind."""
    for resident in town.residents[: town.arrived]:
        if resident.here:
            town.book.tally(measures.RESIDENT_WEEKS, resident)
            look_at(town, resident)
    for service in town.services:
        service.carry_over()


def look_at(town: Town, resident: Resident) -> None:
    """Look at a resident's needs. Health is multiplied over needs: it can never be lost twice."""
    health = ONE
    for terms, need in zip(town.terms.needs, resident.needs, strict=True):
        if need.severity == 0:
            continue
        health = health * terms.health[need.severity] >> 16
        if resident.standing(need) == OPEN:
            need.unmet = 0
            continue
        need.unmet += 1
        town.book.tally(measures.UNMET, resident)
        if need.severity >= terms.unpaid_from and resident.place == 0:
            town.book.tally(measures.UNPAID, resident)
    town.book.tally(measures.HEALTH, resident, ONE - health)
