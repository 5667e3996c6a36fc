"""Phase 4: each door accepts, queues, hands on or turns away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.twin.doors import in_remit, is_known, is_open_to, post_for, refuse, send
from tests.twin.people import Need, Resident
from tests.twin.stays import lives_there

from demandsim.agencies.rules import CONTACT
from demandsim.chance import SETTLE
from demandsim.population.columns import UNSERVED, WAITING
from demandsim.records.measures import OUTSIDE_REMIT

if TYPE_CHECKING:
    from tests.twin.service import Service
    from tests.twin.town import Town


def triage(town: Town) -> None:
    """Answer every ask of the week."""
    for resident, need in town.asks:
        service, need.asked = need.asked, None
        answer(town, resident, need, service)
    town.asks.clear()


def answer(town: Town, resident: Resident, need: Need, service: Service) -> None:
    """Do what the door does with one ask."""
    door = service.door
    told, need.told = need.told, 0  # a history goes no further than the hand-off that carries it
    if not is_known(service, resident):
        return  # nobody asks at a door that has never been there
    if not is_open_to(service, resident):
        refuse(town, resident, need, service)
        return
    need.seen |= door.sector_bit
    if not in_remit(service, resident, need):
        outside_remit(town, resident, need, service)
        return
    if resident.standing(need) != UNSERVED:
        if door.mode == CONTACT:  # a short contact beside the queue, the episode or the stay
            post_for(town, resident, door.main_kind, need)
        return
    if door.assessment >= 0 and not told:
        post_for(town, resident, door.assessment, need)
    if need.severity < door.threshold:
        refuse(town, resident, need, service)
    elif not lives_there(resident, service):
        need.status, need.service, need.since = WAITING, service, town.week


def outside_remit(town: Town, resident: Resident, need: Need, service: Service) -> None:
    """Settle, hand on or turn away what is not this service's business; what others serve or await is turned away."""
    door = service.door
    town.book.event[OUTSIDE_REMIT, door.agency] += 1
    target = door.hand_on[need.number]
    settles, lost, told = (resident.word(SETTLE, need.number, name) for name in ("settles", "lost", "told"))
    if resident.standing(need) != UNSERVED:
        refuse(town, resident, need, service)
    elif settles < door.settles:
        need.helped_for(town.week + door.settled_weeks)
    elif target is not None and is_known(target, resident):
        send(town, resident, need, service, target, lost=lost, told=told, bounced=True)
    else:
        refuse(town, resident, need, service)
