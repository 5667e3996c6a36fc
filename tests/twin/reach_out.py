"""Phase 6: programmes offer early help to residents they pick, from what their agency's records show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.twin.doors import is_open_to, post, send
from tests.twin.people import Need, Resident
from tests.twin.terms import Programme

from demandsim.chance import REACH_NEED, REACH_OUT
from demandsim.population.columns import NEVER, UNSERVED
from demandsim.records import measures

if TYPE_CHECKING:
    from tests.twin.town import Town

EARLY = 5 * 52
"""Age in weeks before which help may lower vulnerability for good."""


def reach_out(town: Town) -> None:
    """Let each open programme make its offers, by ticket, until its hours run out."""
    for programme in town.terms.programmes:
        service = programme.service
        if service.door.closed:
            continue
        picked = [r for r in town.residents[: town.arrived] if may_be_offered(town, r, programme)]
        minutes = town.terms.kind_minutes[programme.offer_kind]
        for resident in sorted(picked, key=lambda r: r.word(REACH_OUT, service.number, "ticket")):
            if service.door.capacity >= 0 and service.minutes_left < minutes:
                break
            offer(town, resident, programme)


def may_be_offered(town: Town, resident: Resident, programme: Programme) -> bool:
    """Tell whether a programme may make an offer: no offer lately, able to come, in its group, the door open."""
    return (
        resident.here
        and resident.offered[programme.number] + programme.again <= town.week
        and resident.at_large
        and resident.is_in(programme.group)
        and is_open_to(programme.service, resident)
    )


def offer(town: Town, resident: Resident, programme: Programme) -> None:
    """Make one offer; where it is taken up, help the resident's needs and refer what is found."""
    resident.offered[programme.number] = town.week
    town.book.tally(measures.OFFERED, resident)
    post(town, resident, programme.offer_kind, None)
    if resident.word(REACH_OUT, programme.service.number, "accepts") >= programme.take_up:
        return
    first_time = resident.reached[programme.number] == NEVER
    resident.reached[programme.number] = town.week
    town.book.tally(measures.REACHED, resident)
    post(town, resident, programme.reached_kind, None)
    if first_time and resident.age < EARLY:
        resident.grade = max(0, resident.grade - programme.steps)
    for need in resident.needs:
        help_need(town, resident, need, programme)


def help_need(town: Town, resident: Resident, need: Need, programme: Programme) -> None:
    """Lower a need's chances for a while; perhaps find it and refer it; perhaps ease it at once."""
    weeks = programme.helped[need.number]
    if weeks > 0:
        need.helped_for(town.week + weeks)
    if need.severity == 0:
        return
    service = programme.service
    found, eases, lost, told = (
        resident.word(REACH_NEED, service.number * 16 + need.number, name)
        for name in ("found", "eases", "lost", "told")
    )
    if not need.seen and found < programme.find[need.number]:
        need.seen |= service.door.sector_bit
        town.book.tally(measures.FOUND, resident)
        target = programme.refer_to[need.number]
        if target is not None and resident.standing(need) == UNSERVED:
            send(town, resident, need, service, target, lost=lost, told=told)
    if eases < programme.ease[need.number]:
        need.severity -= 1
        if need.severity == 0:
            need.forget()
