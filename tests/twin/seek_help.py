"""Phase 3: ordinary demand, emergencies, hand-offs, approaches, referrals by others, ordinary use that needs bring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.twin.chains import Chain
from tests.twin.doors import routed
from tests.twin.people import Need, Resident

from demandsim.chance import BACKGROUND, BACKGROUND_CHAIN, EMERGENCY_CHAIN, ORDINARY_CHAIN, SEEK_HELP
from demandsim.population.columns import OPEN, UNSERVED

if TYPE_CHECKING:
    from tests.twin.service import Service
    from tests.twin.town import Town


def seek_help(town: Town) -> None:
    """Let everyone who can go to a door do so: for ordinary demand first, then for each need in turn."""
    for resident in town.residents[: town.arrived]:
        if resident.here and resident.at_large:
            ordinary_demand(town, resident)
            for need in resident.needs:
                if need.severity > 0:
                    seek_for(town, resident, need)


def ordinary_demand(town: Town, resident: Resident) -> None:
    """Bring the broken wrist and the burglary to their doors."""
    for ordinary in town.terms.ordinary:
        chance = ordinary.rate[resident.cell] * ordinary.power[resident.grade] >> 16
        chance = chance * ordinary.spell[resident.bad_spell] >> 16
        block, place = divmod(ordinary.line, 4)  # one draw serves four services
        if resident.word(BACKGROUND, block, f"arrives_{place + 1}") < chance:
            item = ordinary.service.number
            chain = Chain(
                town, resident, None, cause=0, name="background",
                word=lambda name, item=item: resident.word(BACKGROUND_CHAIN, item, name),
            )  # fmt: skip
            chain.go(ordinary.service)


def seek_for(town: Town, resident: Resident, need: Need) -> None:
    """Seek help for one need: an emergency, else a hand-off that arrives, else an approach; ordinary use beside."""
    came = need.severity >= 3 and emergency(town, resident, need)
    if not came:
        if need.hand_off is not None:
            ask(town, resident, need, need.hand_off)
            need.hand_off = None
        elif need.severity <= 3:
            approach(town, resident, need)
    ordinary_use(town, resident, need)


def ask(town: Town, resident: Resident, need: Need, service: Service) -> None:
    """Stand at a door; triage answers."""
    need.asked = service
    town.asks.append((resident, need))


def emergency(town: Town, resident: Resident, need: Need) -> bool:
    """Come as an emergency, perhaps.

    It is due to what its need worsened by; else to the need's cause, where the same draw would have brought nobody
    had an episode been open.
    """
    terms, status = town.terms.needs[need.number], resident.standing(need)
    word = resident.word(SEEK_HELP, need.number, "emergency")
    if word >= terms.emergency[status][need.severity - 3]:
        return False
    cause = need.worse_cause
    if cause == 0 and status != OPEN and word >= terms.emergency[OPEN][need.severity - 3]:
        cause = need.cause

    def chain_word(name: str) -> int:
        return resident.word(EMERGENCY_CHAIN, need.number, name)

    service = routed(resident, terms.emergency_routes, chain_word("door"))
    if service is None:
        return False
    Chain(town, resident, need, cause=cause, word=chain_word, name="emergency").go(service)
    return True


def approach(town: Town, resident: Resident, need: Need) -> None:
    """Go to a door of one's own accord, or be referred by another agency: stretches of one word, in order."""
    terms, status = town.terms.needs[need.number], resident.standing(need)
    word = resident.word(SEEK_HELP, need.number, "approach")
    own = terms.approach[status][need.severity - 1]
    if word < own:
        service = routed(resident, terms.routes, resident.word(SEEK_HELP, need.number, "route"))
        if service is not None:
            ask(town, resident, need, service)
    elif status == UNSERVED:
        upto = own
        for group, service, rates in terms.referred:
            upto += rates[need.severity - 1]
            if word < upto:
                if resident.is_in(group):
                    ask(town, resident, need, service)
                return


def ordinary_use(town: Town, resident: Resident, need: Need) -> None:
    """Make the extra ordinary contact a need brings, at one service at most; some an open episode would have saved."""
    terms = town.terms.needs[need.number]
    word = resident.word(SEEK_HELP, need.number, "ordinary")
    for service, rates in terms.ordinary:
        rate = rates[need.severity - 1]
        if word < rate:
            saved = word >= rate * terms.ordinary_open >> 16
            if not saved or resident.standing(need) != OPEN:
                chain = Chain(
                    town, resident, need, name="ordinary", cause=need.cause if saved else need.worse_cause,
                    word=lambda name: resident.word(ORDINARY_CHAIN, need.number, name),
                )  # fmt: skip
                chain.go(service)
            return
        word -= rate
