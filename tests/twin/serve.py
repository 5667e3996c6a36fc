"""Phase 5: episodes and stays run and end; queues are admitted while capacity lasts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.twin.change_needs import gives_support
from tests.twin.doors import is_shut, post_for, refer_on, routed, send
from tests.twin.people import Need, Resident
from tests.twin.queues import Queue, can_be_admitted, ticket
from tests.twin.stays import (
    admit_emergencies,
    enter,
    gather_households,
    housed_by_another,
    lives_there,
    run_stays,
)

from demandsim.agencies.rules import EPISODE, STAY
from demandsim.chance import FIND, HANDLE
from demandsim.population.columns import OPEN, UNSERVED, WAITING
from demandsim.records import measures

if TYPE_CHECKING:
    from tests.twin.service import Service
    from tests.twin.town import Town


def serve(town: Town) -> None:
    """Run what is open, then admit from every queue while hours and beds last."""
    for service in town.services:
        service.fund(town.people_now, town.people_at_start)
        service.waiting = service.opened = service.taken = service.delayed = 0
    run_stays(town)
    admit_emergencies(town)
    queues = run_episodes(town)
    admit_queues(town, queues)
    gather_households(town)


def run_episodes(town: Town) -> dict[Service, Queue]:
    """Give the open episodes their week, end those that are due, and line up who waits and could be admitted."""
    queues = {service: Queue() for service in town.services}
    for resident in town.residents[: town.arrived]:
        if not resident.here:
            continue
        for need in resident.needs:
            if need.status == OPEN:
                run_episode(town, resident, need)
            elif need.status == WAITING and stays_in_queue(town, resident, need):
                need.service.waiting += 1
                if can_be_admitted(resident, need):
                    queues[need.service].join(need.severity, town.week - need.since)
    return queues


def run_episode(town: Town, resident: Resident, need: Need) -> None:
    """Give one open episode its week, or end it."""
    service, door, elapsed = need.service, need.service.door, town.week - need.since
    shut = is_shut(service, resident)
    due = door.weeks > 0 and elapsed >= door.weeks
    if shut or due or need.severity < door.ends_below:
        end_episode(town, resident, need, shut=shut)
        return
    service.opened += 1
    if resident.at_large and gives_support(service, elapsed):
        post_for(town, resident, door.main_kind, need)


def end_episode(town: Town, resident: Resident, need: Need, *, shut: bool) -> None:
    """End an episode: no better, or shut, is a cause; unless it was shut help lasts, and the need may be referred."""
    service = need.service
    need.leave_queue()
    if shut or need.severity >= max(1, need.opened_at):
        need.blame(service.door.agency)
    else:
        need.cause = need.worse_cause = 0
    if not shut:
        need.helped_for(town.week + service.door.helped_weeks)
        if need.severity > 0:
            refer_on(town, resident, need, service)


def stays_in_queue(town: Town, resident: Resident, need: Need) -> bool:
    """Keep a need in its queue, or drop it: gone, the door now shut, or given up."""
    service, waited = need.service, town.week - need.since
    if need.severity == 0:
        need.leave_queue()
        return False
    if is_shut(service, resident):
        need.blame(service.door.agency)
        need.leave_queue()
        return False
    if waited > 0 and resident.word(HANDLE, need.number, "gives_up") < service.door.gives_up:
        town.book.tally(measures.GAVE_UP, resident)
        need.leave_queue()
        return False
    if waited > service.door.standard:
        need.blame(service.door.agency)
    return True


def admit_queues(town: Town, queues: dict[Service, Queue]) -> None:
    """Admit everyone before the cut of their queue; then, of those at the cut, the lowest tickets."""
    for service, queue in queues.items():
        queue.cut(service.places_left(town.terms.kind_minutes[service.door.main_kind]))
    ties: list[tuple[int, int, Resident, Need]] = []
    for resident in town.residents[: town.arrived]:
        # As they were lined up: whoever leaves hospital for a place to live stands at other doors from next week.
        lined_up = [n for n in resident.needs if n.status == WAITING and can_be_admitted(resident, n)]
        for need in lined_up if resident.here else []:
            if need.status != WAITING:
                continue
            queue = queues[need.service]
            place = queue.place(need.severity, town.week - need.since)
            if queue.is_before_cut(place):
                admit(town, resident, need)
            elif queue.is_at_cut(place):
                ties.append((need.service.number, ticket(resident, need), resident, need))
    # A stable sort: equal tickets stay in order of identity.
    for _, _, resident, need in sorted(ties, key=lambda tie: tie[:2]):
        if need.status == WAITING and queues[need.service].places > 0:
            queues[need.service].places -= 1
            admit(town, resident, need)


def admit(town: Town, resident: Resident, need: Need) -> None:
    """Admit one need from the queue: to a contact, an episode or a stay."""
    service, severity, cause = need.service, need.severity, need.cause
    door = service.door
    service.waiting -= 1
    if lives_there(resident, service) or housed_by_another(resident, service):  # by now
        need.leave_queue()
        return
    town.book.tally(measures.HELPED, resident)
    town.book.tally(measures.WAITED, resident, town.week - need.since)
    if door.mode == STAY:
        need.leave_queue()
        enter(town, resident, need, service, cause)
        return
    town.book.event[measures.OPENING, door.agency] += 1
    post_for(town, resident, door.main_kind, need)
    find_others(town, resident, need, service)
    if door.mode == EPISODE:
        need.status, need.since, need.opened_at = OPEN, town.week, severity
        need.cause = 0  # from here on the need is met
        service.opened += 1
        return
    need.leave_queue()
    if door.helps[need.number] > 0:
        need.helped_for(town.week + door.helped_weeks)
    refer_on(town, resident, need, service)


def find_others(town: Town, resident: Resident, need: Need, service: Service) -> None:
    """Whole-needs assessment: find other needs nobody has seen; known from now on, they are referred."""
    door = service.door
    for other in resident.needs if door.finds > 0 else ():
        if other is need or other.severity == 0 or other.seen:
            continue
        item = service.number * 16 + other.number
        found, route, lost, told = (
            resident.word(FIND, item, name) for name in ("found", "route", "lost", "told")
        )
        if found < door.finds:
            other.seen |= door.sector_bit
            town.book.tally(measures.FOUND, resident)
            target = routed(resident, town.terms.needs[other.number].routes, route)
            if target is not None and resident.standing(other) == UNSERVED:
                send(town, resident, other, service, target, lost=lost, told=told)
