"""Phase 1: residents age, die, leave home, move in and out; bad spells come and go."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tests.twin.people import ADULT, CHILD, ONE_NEED, SERVICES, Home, Resident

from demandsim.agencies.rules import MOST_DEATH
from demandsim.chance import ARRIVAL, HOUSEHOLD, LIVE
from demandsim.population.columns import DEAD, HERE, LEFT, NEVER, NOT_YET, Residents, declared
from demandsim.records import measures

if TYPE_CHECKING:
    from tests.twin.town import Town

LIFE = (
    "grade", "bad_spell", "place", "stay_service", "stay_need", "stay_since", "ready_since", "stay_cause", "back_to",
    "back_need", "back_cause", "awaits",
)  # fmt: skip
MEMORIES = ("last_contact", "offered", "reached")
"""Lists of weeks: by remembered service, by programme."""
GROWN = 18 * 52
PRIVATE = 2


def live(town: Town) -> None:
    """Let everyone age by a week, take the turns life has for them, and let those due arrive."""
    if town.week == 0:
        meet_newcomers(town)
    for resident in town.residents[: town.arrived]:
        resident.grow_older()
        if resident.here:
            take_turns(town, resident)
        elif resident.presence == NOT_YET and resident.born_week == town.week:
            resident.presence = HERE  # a resident of week 0, born while the place settles
            town.people_now += 1
    stand_in(town)
    while town.arrived < len(town.residents) and town.residents[town.arrived].arrives_week == town.week:
        arrive(town, town.residents[town.arrived])
        town.arrived += 1


def take_turns(town: Town, resident: Resident) -> None:
    """Die, or begin or end a bad spell; one who lives at home may move away with the household, or leave home."""
    life = town.terms.life
    if resident.word(LIVE, 0, "death") < chance_of_death(town, resident):
        if town.week < 0:
            resident.presence = DEAD  # until all have taken their turn
            town.would_have_died.append(resident)
        else:
            depart(town, resident, DEAD)
        return
    turns = life.spell_end if resident.bad_spell else life.spell_start
    if resident.word(LIVE, 0, "spell") < turns:
        resident.bad_spell = 1 - resident.bad_spell
    if resident.place != 0:
        return
    if town.luck.word(resident.home.number, HOUSEHOLD, 0, "moves_out") < life.moves_out:
        if town.week < 0:
            be_new(resident)
        else:
            depart(town, resident, LEFT)
    elif (
        town.week >= 0
        and is_grown_child(resident)
        and resident.word(LIVE, 0, "leaves_home") < life.leave_home
    ):
        leave_parents(town, resident)


def is_grown_child(resident: Resident) -> bool:
    """Tell whether a child of the household has come of age."""
    return bool(resident.role == CHILD and resident.age >= GROWN)


def chance_of_death(town: Town, resident: Resident) -> int:
    """Rate for age, sex and decile, times each need's factor, at most `MOST_DEATH` times the rate."""
    rate: int = town.terms.life.death[resident.years][resident.sex][resident.decile - 1]
    chance = rate
    for terms, need in zip(town.terms.needs, resident.needs, strict=True):
        if need.severity > 0:
            chance = chance * terms.death[need.severity] >> 16
    return min(chance, rate * MOST_DEATH)


def depart(town: Town, resident: Resident, why: int) -> None:
    """Die or move away; the place of stay, and the one to return to, are given up."""
    resident.presence = why
    town.people_now -= 1
    if why == DEAD:
        town.book.tally(measures.DEATHS, resident)
        town.book.deaths[resident.cell] += 1
    else:
        town.book.tally(measures.MOVED_OUT, resident)
    resident.place = 0
    resident.stay_service = resident.back_to = None


def leave_parents(town: Town, resident: Resident) -> None:
    """Take a home of one's own, privately rented, without housing benefit."""
    resident.home.members.remove(resident)
    own = town.homes[town.homes_there + resident.row]  # one is kept for everybody
    own.district = resident.district
    own.members.append(resident)
    resident.home = own
    resident.role, resident.tenure, resident.benefit = ADULT, PRIVATE, 0


def stand_in(town: Town) -> None:
    """While the place settles, give whoever would have died the life of somebody like them, where there is one."""
    for resident in town.would_have_died:
        tried = rows_to_try(resident.word(LIVE, 0, "stands_in"), town.arrived)
        like = next((town.residents[row] for row in tried if is_like(town.residents[row], resident)), None)
        if like is not None:
            live_as(resident, like)
    for resident in town.would_have_died:
        resident.presence = HERE
    town.would_have_died.clear()


def rows_to_try(ticket: int, people: int) -> Iterator[int]:
    """List rows in an order the ticket decides, four for each resident and 100,000 at most."""
    for _ in range(min(4 * people, 100_000)):
        ticket = (ticket * 1_664_525 + 1_013_904_223) % 2**32
        yield ticket * people // 2**32


def is_like(other: Resident, resident: Resident) -> bool:
    """Tell whether somebody is of the same age band, sex and decile, and does not live where whole households do."""
    stays = [stay for stay in (other.stay_service, other.back_to) if stay is not None]
    came_along = other.place > 0 and other.stay_service is None
    return (
        other.here
        and other.cell == resident.cell
        and not came_along
        and not any(stay.door.whole for stay in stays)
    )


def live_as(resident: Resident, like: Resident) -> None:
    """Have the vulnerability, needs, doors and stay of another."""
    for name in LIFE:
        setattr(resident, name, getattr(like, name))
    for name in MEMORIES:
        setattr(resident, name, list(getattr(like, name)))
    for need, example in zip(resident.needs, like.needs, strict=True):
        for name in ONE_NEED:
            setattr(need, name, getattr(example, name))


def be_new(resident: Resident) -> None:
    """Be somebody with the same needs who has just moved in."""
    for need in resident.needs:
        severity = need.severity
        for name in ONE_NEED:
            start = declared(Residents)[name].start
            setattr(need, name, None if name in SERVICES else start)
        need.severity = severity
    for name in MEMORIES:
        setattr(resident, name, [NEVER] * len(getattr(resident, name)))


def meet_newcomers(town: Town) -> None:
    """Give whoever will move in the needs and the spell of the resident they are like."""
    for resident in town.residents[town.arrived :]:
        if resident.like is not None:
            resident.bad_spell = resident.like.bad_spell
            for need, example in zip(resident.needs, resident.like.needs, strict=True):
                need.severity = example.severity


def arrive(town: Town, resident: Resident) -> None:
    """Join the home that one's own luck picked; a baby whose mother's home has no adult left joins the next."""
    home = resident.home
    born = resident.born_week == town.week
    if born and not home.has_adult():
        home = next_home(town, resident)
    home.members.insert(0, resident)
    resident.home = home
    if born:
        grown = next((member for member in home.members if member.role != CHILD), None)
        if grown is not None:  # a baby lives as its home does
            resident.tenure, resident.benefit = grown.tenure, grown.benefit
    resident.presence = HERE
    resident.grow_older()
    town.people_now += 1
    town.book.tally(measures.BIRTHS if born else measures.MOVED_IN, resident)


def next_home(town: Town, baby: Resident) -> Home:
    """Find the next home with an adult in the baby's district, counted from its ticket.

    Homes of grown children who left their parents are not asked; where there is none at all, the home stays.
    """
    ticket = baby.word(ARRIVAL, 0, "ticket")
    for step in range(town.homes_there):
        home = town.homes[(ticket + step) % town.homes_there]
        if home.district == baby.district and home.has_adult():
            return home
    return baby.home
