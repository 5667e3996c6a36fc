"""What any phase may do at a door: tell whether it is open, post a contact, refuse, hand a need to another service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.twin.people import Need, Resident

from demandsim.chance import HANDLE
from demandsim.population.columns import UNSERVED
from demandsim.records import measures

if TYPE_CHECKING:
    from tests.twin.service import Service
    from tests.twin.terms import Route
    from tests.twin.town import Town


def is_shut(service: Service, resident: Resident) -> bool:
    """Tell whether a service is closed, for everyone or for the resident's group."""
    door = service.door
    return bool(door.closed) or (door.closed_to is not None and resident.is_in(door.closed_to))


def is_known(service: Service, resident: Resident) -> bool:
    """Tell whether the door has ever been there for the resident."""
    return service.door.known_to is not None and resident.is_in(service.door.known_to)


def is_open_to(service: Service, resident: Resident) -> bool:
    """Tell whether a service is not shut, and open to a group the resident is in."""
    return not is_shut(service, resident) and resident.is_in(service.door.open_to)


def in_remit(service: Service, resident: Resident, need: Need) -> bool:
    """Tell whether the need, and the resident, are the service's business."""
    return bool(service.door.takes[need.number]) and resident.is_in(service.door.remit)


def routed(resident: Resident, routes: list[Route], word: int) -> Service | None:
    """Pick a service from the first route whose group the resident is in; the last share closes the route."""
    for route in routes:
        if resident.is_in(route.group):
            return next((service for upto, service in route.shares if word < upto), route.shares[-1][1])
    return None


def post(
    town: Town, resident: Resident, kind: int, need: Need | None, *, severity: int = 0, cause: int = 0
) -> None:
    """Post one contact; ordinary demand and offers are for no need."""
    service = town.terms.kind_service[kind]
    service.used += town.terms.kind_minutes[kind]
    town.book.contact(resident, kind, -1 if need is None else need.number, severity, cause)
    if service.door.remembered >= 0:
        resident.last_contact[service.door.remembered] = town.week
    if need is not None:
        need.seen |= service.door.sector_bit


def post_for(town: Town, resident: Resident, kind: int, need: Need) -> None:
    """Post one contact for a need as it stands: its severity, its cause."""
    post(town, resident, kind, need, severity=need.severity, cause=need.cause)


def refuse(town: Town, resident: Resident, need: Need, service: Service) -> None:
    """Turn a need away at a door."""
    town.book.tally(measures.REFUSALS, resident)
    town.book.tally(measures.BOUNCES, resident)
    need.blame(service.door.agency)


def send(
    town: Town, resident: Resident, need: Need, service: Service, target: Service, *,
    lost: int, told: int, bounced: bool = False,
) -> None:  # fmt: skip
    """Hand a need from a service to another, where it arrives next week unless it is lost on the way.

    One hand-off at a time, and nobody is sent to a door that has never been opened to them. ``bounced``: the
    service hands on what is not its business; a referral is no bounce unless it is lost.
    """
    if need.hand_off is not None or not is_known(target, resident):
        return
    count_hand_off(town, resident, service)
    if lost < service.door.loss:
        town.book.tally(measures.LOST, resident)
        town.book.tally(measures.BOUNCES, resident)
        need.blame(service.door.agency)
        return
    if bounced:
        town.book.tally(measures.BOUNCES, resident)
    need.hand_off = target
    need.told = 1 if told < service.door.tells else 0


def count_hand_off(town: Town, resident: Resident, service: Service) -> None:
    """Count a hand-off made by a service."""
    town.book.tally(measures.HAND_OFFS, resident)
    town.book.event[measures.HANDED_OFF, service.door.agency] += 1


def can_be_referred(resident: Resident, need: Need) -> bool:
    """Tell whether nobody serves or awaits the need, and it stands at no door this week."""
    return resident.standing(need) == UNSERVED and need.asked is None


def refer_on(town: Town, resident: Resident, need: Need, service: Service) -> None:
    """Refer a need on after a contact, an episode or a stay: shares of the rows that fit, laid end to end."""
    upto = 0
    for row in service.door.refers:
        fits = row.need == need.number and row.low <= need.severity <= row.high and is_known(row.to, resident)
        if not fits or not resident.is_in(row.group):
            continue
        upto += row.share
        if resident.word(HANDLE, need.number, "refers") < upto:
            lost, told = (resident.word(HANDLE, need.number, name) for name in ("lost", "told"))
            send(town, resident, need, service, row.to, lost=lost, told=told)
            return
