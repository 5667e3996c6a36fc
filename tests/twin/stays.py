"""Stays: who lives away from home this week, who is ready to leave, what they wait for, who gets a bed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.twin.doors import in_remit, is_known, is_open_to, is_shut, post, refer_on, refuse
from tests.twin.people import HOSPITAL, WARD, Need, Resident

from demandsim.agencies import rules
from demandsim.chance import QUEUE, STAY
from demandsim.population.columns import NEVER, OPEN, UNSERVED, WAITING
from demandsim.records import measures

if TYPE_CHECKING:
    from tests.twin.service import Service
    from tests.twin.town import Town

ORDINARY = 15
"""Item of a ticket for a bed that no need asks for."""
ORDINARY_SEVERITY = 3
"""An ordinary injury is as urgent as a complex need."""


def run_stays(town: Town) -> None:
    """Let those go who are ready and free to; post a week of stay for the rest; count the beds taken."""
    for resident in town.residents[: town.arrived]:
        if not resident.here or resident.place == 0:
            continue
        if resident.stay_service is None:
            continue  # came along with a member of the household
        stay, need = resident.stay_service, need_of_stay(resident)
        if is_shut(stay, resident):  # whatever they wait for: the beds are gone
            leave(resident)
            if need is not None:
                need.blame(stay.door.agency)
        elif may_leave(town, resident):
            leave(resident)
            if need is not None and need.severity > 0 and need.status == UNSERVED:
                refer_on(town, resident, need, stay)
        if resident.stay_service is not None:
            stay_a_week(town, resident)


def stay_a_week(town: Town, resident: Resident) -> None:
    """Take a bed for the week (and keep the one to return to), and post it for the need it is for, if still there."""
    stay = resident.stay_service
    stay.taken += 1
    ready = resident.ready_since > NEVER
    if ready:
        town.book.tally(measures.DELAYED, resident)
        resident.awaits.delayed += 1
    need = need_of_stay(resident)
    if need is None or need.severity == 0:
        post(town, resident, stay.door.main_kind, None)
    else:
        cause = resident.stay_cause or (need.cause if ready else 0)
        post(town, resident, stay.door.main_kind, need, severity=need.severity, cause=cause)
    if resident.back_to is not None:
        resident.back_to.taken += 1


def need_of_stay(resident: Resident) -> Need | None:
    """Give the need a stay is for."""
    return resident.needs[resident.stay_need] if resident.stay_need >= 0 else None


def lives_there(resident: Resident, service: Service) -> bool:
    """Tell whether the resident is in that stay already, alone or with the household."""
    if service.door.mode != rules.STAY:
        return False
    with_others = service.door.whole and resident.place == service.door.place
    return bool(with_others) or resident.stay_service is service


def gather_households(town: Town) -> None:
    """When all have come and gone: send home whoever came along with a stay that is over, then bring others along."""
    here = [resident for resident in town.residents[: town.arrived] if resident.here]
    for resident in here:
        if resident.place > 0 and resident.stay_service is None and not household_holds(resident):
            resident.place = 0
    for resident in here:
        stay = resident.stay_service
        if stay is not None and stay.door.whole:
            for member in resident.home.members:
                if member.here and member.place == 0:
                    member.place = resident.place


def household_holds(resident: Resident) -> bool:
    """Tell whether a member of the household has, or will return to, a stay in the place where this one lives."""
    return any(
        stay is not None and stay.door.place == resident.place
        for member in resident.home.members
        if member.here
        for stay in (member.stay_service, member.back_to)
    )


def housed_by_another(resident: Resident, service: Service) -> bool:
    """Tell whether another of the household has a stay to which households come along."""
    return bool(service.door.whole) and any(
        member is not resident and member.here and member.stay_service is service
        for member in resident.home.members
    )


def may_leave(town: Town, resident: Resident) -> bool:
    """Tell whether a stay ends this week: the resident is ready, and need not, or no longer, wait for anything."""
    stay, need = resident.stay_service, need_of_stay(resident)
    if resident.ready_since > NEVER:
        return not (need.status == WAITING and need.service is resident.awaits)
    eased = need is not None and need.severity < stay.door.ends_below
    ready = resident.word(STAY, 0, "ready") < stay.door.ready
    return (eased or ready) and not must_wait(town, resident)


def must_wait(town: Town, resident: Resident) -> bool:
    """Draw what a resident ready to leave needs first, and put them in its queue; False where they can go."""
    upto = 0
    for row in resident.stay_service.door.awaits:
        need = resident.needs[row.need]
        if not row.low <= need.severity <= row.high:
            continue
        upto += row.share
        if resident.word(STAY, 0, "awaits") < upto:
            return need.status != OPEN and joins(town, resident, need, row.service)
    return False


def joins(town: Town, resident: Resident, need: Need, service: Service) -> bool:
    """Put a need in the queue of what its holder waits for to leave, if that service would have it."""
    if not is_known(service, resident):
        return False
    wanted = in_remit(service, resident, need) and is_open_to(service, resident)
    if need.severity < service.door.threshold or not wanted:
        refuse(town, resident, need, service)
        return False
    need.status = WAITING
    if need.service is not service:  # its place in that queue is kept
        need.service, need.since = service, town.week
    need.hand_off, need.told = None, 0
    resident.stay_need, resident.awaits, resident.ready_since = need.number, service, town.week
    return True


def leave(resident: Resident) -> None:
    """End a stay: back to the stay it interrupted, else home."""
    stay, need = resident.stay_service, need_of_stay(resident)
    if need is not None and need.severity < max(1, stay.door.ends_below):
        need.cause = need.worse_cause = 0  # the stay has done its work
    back = resident.back_to
    resident.stay_service, resident.place = back, 0 if back is None else back.door.place
    resident.stay_need, resident.stay_cause = resident.back_need, resident.back_cause
    resident.back_to, resident.back_need, resident.back_cause = None, -1, 0
    resident.ready_since, resident.awaits = NEVER, None


def enter(town: Town, resident: Resident, need: Need | None, service: Service, cause: int) -> None:
    """Begin a stay; hospital and ward interrupt another stay, which is kept; any other stay replaces it."""
    place = service.door.place
    if resident.stay_service is not None:
        if place in (HOSPITAL, WARD) and resident.place not in (HOSPITAL, WARD):
            resident.back_to, resident.back_need = resident.stay_service, resident.stay_need
            resident.back_cause = resident.stay_cause
        else:
            give_up_stay(resident)
    resident.place, resident.stay_service, resident.stay_cause = place, service, cause
    resident.stay_need = -1 if need is None else need.number
    resident.stay_since, resident.ready_since, resident.awaits = town.week, NEVER, None
    service.taken += 1
    if need is not None and service.door.helps[need.number] > 0 and place not in (HOSPITAL, WARD):
        need.leave_queue()  # a place to live takes over from support at home
    for kind in (service.door.admission, service.door.main_kind):
        if kind >= 0:
            severity = 0 if need is None else need.severity
            post(town, resident, kind, need, severity=severity, cause=cause)


def give_up_stay(resident: Resident) -> None:
    """Leave the present stay, and the one to return to, for another."""
    resident.stay_service.taken -= 1
    if resident.back_to is not None:
        resident.back_to.taken -= 1
        resident.back_to = None
    leave(resident)


def admit_emergencies(town: Town) -> None:
    """Give the free beds to this week's emergencies, by severity and then ticket; the rest go home again."""
    asking = [r for r in town.residents[: town.arrived] if r.wants_stay is not None]
    for resident in sorted(asking, key=lambda r: (-urgency(r), bed_ticket(r))):
        service, need = resident.wants_stay, wanted_for(resident)
        resident.wants_stay, resident.wants_need = None, -1
        if resident.place in (HOSPITAL, WARD):
            continue
        if service.places_left(0) > 0 and not service.door.closed:
            if need is not None and need.status == WAITING and need.service is service:
                need.leave_queue()
            enter(town, resident, need, service, resident.wants_cause)
        elif need is not None:
            refuse(town, resident, need, service)
        else:
            town.book.tally(measures.REFUSALS, resident)
            town.book.tally(measures.BOUNCES, resident)


def wanted_for(resident: Resident) -> Need | None:
    """Give the need a bed is asked for; None is an ordinary injury."""
    return resident.needs[resident.wants_need] if resident.wants_need >= 0 else None


def urgency(resident: Resident) -> int:
    """Give the severity that puts an emergency in order."""
    need = wanted_for(resident)
    return ORDINARY_SEVERITY if need is None else int(need.severity)


def bed_ticket(resident: Resident) -> int:
    """Give the resident's own ticket for a bed."""
    item = resident.wants_need if resident.wants_need >= 0 else ORDINARY
    return resident.word(QUEUE, resident.wants_stay.number * 16 + item, "ticket", about="bed")
