"""Phase 2: needs start, worsen, ease or end, each by one draw, at most one level a week."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tests.twin.people import CHILD, Need, Resident
from tests.twin.terms import CERTAIN, ONE, NeedTerms

from demandsim.agencies.rules import MOST_FACTOR
from demandsim.chance import CHANGE_NEEDS
from demandsim.population.columns import OPEN
from demandsim.records import measures

if TYPE_CHECKING:
    from tests.twin.service import Service
    from tests.twin.town import Town


class Change(NamedTuple):
    """What becomes of a need this week, and the cause a start or a worsening carries."""

    resident: Resident
    need: Need
    level: int
    cause: int


def change_needs(town: Town) -> None:
    """Decide every change from the state as the phase found it; then make the changes."""
    decided = [
        change
        for resident in town.residents[: town.arrived]
        if resident.here
        for need in resident.needs
        if (change := decide(town, resident, need)) is not None
    ]
    for change in decided:
        make(town, change)


def decide(town: Town, resident: Resident, need: Need) -> Change | None:
    """Decide one need: by its word it goes up, down, or stays."""
    terms = town.terms.needs[need.number]
    block, place = divmod(need.number, 4)  # one draw serves four needs
    word = resident.word(CHANGE_NEEDS, block, f"change_{place + 1}")
    if need.severity == 0:
        if not terms.first_week <= resident.age < terms.last_week:
            return None
        return start(town, resident, need, terms, word)
    if resident.age >= terms.last_week:
        return Change(resident, need, 0, 0)  # grown too old for it
    return move(town, resident, need, terms, word)


def start(town: Town, resident: Resident, need: Need, terms: NeedTerms, word: int) -> Change | None:
    """Start a need, or not; one that a push with a cause alone has started takes that cause."""
    chance = terms.start[resident.cell]
    if chance > 0:
        chance += sum(
            adds for step, moved, adds in terms.driven if resident.is_in(step) and resident.is_in(moved)
        )
    chance = max(0, chance) * town.terms.life.vulnerability[resident.grade] >> 16
    if need.helped_until >= town.week:
        chance = chance * terms.helped_start >> 16
    if word >= chance * MOST_FACTOR:  # no factor could make it start: the rest need not be worked out
        return None
    if word >= chance * factor(town, resident, terms) >> 16:
        return None
    fresh = chance * factor(town, resident, terms, fresh=True) >> 16
    return Change(resident, need, 1, pushing_cause(town, resident, terms) if word >= fresh else 0)


def move(town: Town, resident: Resident, need: Need, terms: NeedTerms, word: int) -> Change | None:
    """Worsen or ease a need that is held, or leave it."""
    chance = terms.worsen[need.severity - 1] if need.severity < 4 else 0
    chance = chance * town.terms.life.vulnerability[resident.grade] >> 16
    if need.helped_until >= town.week:
        chance = chance * terms.helped_worsen >> 16
    strength = strength_of_help(town, resident, need)
    worsen_by = ONE + (strength * (terms.served_worsen - ONE) >> 16)
    ease_by = ONE + (strength * (terms.served_ease - ONE) >> 16)
    ease = terms.ease[need.severity - 1] * ease_by >> 16
    unserved = chance * factor(town, resident, terms) >> 16
    worsen = min(unserved * worsen_by >> 16, CERTAIN - ease)
    if word >= worsen:
        return Change(resident, need, need.severity - 1, 0) if word < worsen + ease else None
    if need.cause > 0:
        # Would full service have left the need alone on this very draw?
        cause = need.cause if word >= unserved * terms.served_worsen >> 16 else 0
    else:
        fresh = chance * factor(town, resident, terms, fresh=True) >> 16
        cause = pushing_cause(town, resident, terms) if word >= fresh * worsen_by >> 16 else 0
    return Change(resident, need, need.severity + 1, cause)


def factor(town: Town, resident: Resident, terms: NeedTerms, *, fresh: bool = False) -> int:
    """Other needs, the household and community support together, 65,536ths; ``fresh``: no push with a cause."""
    product = ONE
    for other in resident.needs:
        slope = terms.push[other.number]
        if other.severity > 0 and slope > 0 and not (fresh and other.cause > 0):
            product = product * (ONE + slope * other.severity) >> 16
    if terms.home_push:
        push = sum(
            terms.home_push[need.number] * need.severity
            for adult in adults_at_home(resident)
            for need in adult.needs
            if not (fresh and need.cause > 0)
        )
        product = product * (ONE + push) >> 16
    support = min(ONE, resident.support + town.terms.life.support_added)
    product = product * (ONE - (terms.support_cut * support >> 16)) >> 16
    return min(product, MOST_FACTOR * ONE)


def adults_at_home(resident: Resident) -> list[Resident]:
    """Adults of the household who live with it; none, for one who does not."""
    members = resident.home.members if resident.with_family else []
    return [member for member in members if member.here and member.role != CHILD and member.with_family]


def pushing_cause(town: Town, resident: Resident, terms: NeedTerms) -> int:
    """Cause of the first own need that pushes this one and has a cause; else the lowest in the household; else 0."""
    for other in resident.needs:
        if other.severity > 0 and terms.push[other.number] > 0 and other.cause > 0:
            return int(other.cause)
    causes = [
        need.cause
        for adult in adults_at_home(resident)
        for need in adult.needs
        if terms.home_push and need.severity > 0 and terms.home_push[need.number] > 0 and need.cause > 0
    ]
    return min(causes, default=0)


def strength_of_help(town: Town, resident: Resident, need: Need) -> int:
    """Share of the need's served effect given this week: by the episode or by the stay, whichever is more."""
    strength = 0
    if need.status == OPEN and resident.at_large and gives_support(need.service, town.week - need.since):
        strength = need.service.door.helps[need.number]
    if resident.stay_service is not None:
        strength = max(strength, resident.stay_service.door.helps[need.number])
    return strength


def gives_support(service: Service, weeks: int) -> bool:
    """Tell whether an episode gives support in its week ``weeks``, from 0: in the first, then in a share of weeks."""
    given_before, given = (-(-count * service.door.package // ONE) for count in (weeks, weeks + 1))
    return given > given_before


def make(town: Town, change: Change) -> None:
    """Make one change; the first cause stays."""
    need = change.need
    before, need.severity = need.severity, change.level
    if change.level == 0:
        need.forget()
    if change.level < before or change.level == 0:
        return
    if change.cause > 0:
        need.cause = need.cause or change.cause
        need.worse_cause = need.worse_cause or change.cause
    if change.level == 4:
        town.book.tally(measures.CRISES, change.resident)
