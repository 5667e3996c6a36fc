"""Phase 1: residents age, die, leave home, move in and out; bad spells come and go."""

from __future__ import annotations

from demandsim.agencies.rules import Rules
from demandsim.chance import ARRIVAL, HOUSEHOLD, LIFELONG_WEEK, LIVE, address, draw
from demandsim.kernels import inlined, kernel
from demandsim.population.columns import DEAD, HERE, LEFT, Homes, Residents
from demandsim.records.journal import ARRIVED, DIED, LEFT_HOME, WENT
from demandsim.records.measures import BIRTHS, DEATHS, MOVED_IN, MOVED_OUT
from demandsim.simulation.book import Book
from demandsim.simulation.posting import note, tally

ADULT, CHILD = 0, 2
PRIVATE = 2
GROWN = 18 * 52
OLDEST = 110


@kernel
def live(state: Residents, homes: Homes, rules: Rules, book: Book, key: int, week: int) -> None:
    """Age everyone by a week; some die, leave home, move out or arrive."""
    leave_home, move_out = rules.life.numbers[0], rules.life.numbers[1]
    spell_start, spell_end = rules.life.numbers[2], rules.life.numbers[3]
    reserved = homes.first.shape[0] - state.identity.shape[0]
    for row in range(book.here[2]):
        if state.presence[row] != HERE:
            continue
        age = week - state.born_week[row]
        state.cell[row] = (age_band(age) * 2 + state.sex[row]) * 10 + state.decile[row] - 1
        dies, leaves, _, spell = draw(key, state.identity[row], week, address(LIVE, 0))
        if dies < death_chance(state, rules, row, age):
            depart(state, book, row, DEAD, week)
            continue
        if state.bad_spell[row]:
            if spell < spell_end:
                state.bad_spell[row] = 0
        elif spell < spell_start:
            state.bad_spell[row] = 1
        if state.place[row] > 0:
            continue
        moves = draw(key, state.household[row], week, address(HOUSEHOLD, 0))[0]
        if moves < move_out:
            depart(state, book, row, LEFT, week)
        elif state.role[row] == CHILD and age >= GROWN and leaves < leave_home:
            leave_parents(state, homes, row, reserved + row)
            note(book, week, row, LEFT_HOME, -1, -1, 0, -1, 0)
    arrive(state, homes, book, key, week)


@inlined
def age_band(age: int) -> int:
    """Give the number of the age band (see AGE_BANDS) of an age in weeks."""
    years = age // 52
    band = 0
    for first in (5, 11, 16, 18, 25, 35, 45, 55, 65, 75, 85):
        if years >= first:
            band += 1
    return band


@inlined
def death_chance(state: Residents, rules: Rules, row: int, age: int) -> int:
    """Weekly chance of dying, 2^-32: the rate for age, sex and decile times each need's factor."""
    chance = rules.life.death[min(max(age // 52, 0), OLDEST), state.sex[row], state.decile[row] - 1]
    for need in range(state.severity.shape[1]):
        level = state.severity[row, need]
        if level > 0:
            chance = (chance * rules.needs.death[need, level]) >> 16
    return chance


@inlined
def depart(state: Residents, book: Book, row: int, why: int, week: int) -> None:
    """Mark a resident dead or gone; the row stays, its place and doors are given up."""
    state.presence[row] = why
    quintile = (state.decile[row] - 1) // 2
    book.here[0] -= 1
    if why == DEAD:
        book.measure[DEATHS, quintile] += 1
        book.deaths[state.cell[row]] += 1
        note(book, week, row, DIED, -1, -1, 0, -1, 0)
    else:
        book.measure[MOVED_OUT, quintile] += 1
        note(book, week, row, WENT, -1, -1, 0, -1, 0)
    state.place[row] = 0
    state.stay_service[row] = -1
    state.back_to[row] = -1


@kernel
def leave_parents(state: Residents, homes: Homes, row: int, home: int) -> None:
    """Take a grown child out of the parents' home into one of its own, privately rented."""
    old = state.household[row]
    if homes.first[old] == row:
        homes.first[old] = state.next_in_home[row]
    else:
        before = homes.first[old]
        while state.next_in_home[before] != row:
            before = state.next_in_home[before]
        state.next_in_home[before] = state.next_in_home[row]
    homes.first[home] = row
    homes.district[home] = state.district[row]
    state.next_in_home[row] = -1
    state.household[row] = home
    state.role[row] = ADULT
    state.tenure[row] = PRIVATE
    state.benefit[row] = 0


@kernel
def arrive(state: Residents, homes: Homes, book: Book, key: int, week: int) -> None:
    """Bring in the week's births and moves, each into the home its own luck picked."""
    row = book.here[2]
    while row < state.identity.shape[0] and state.arrives_week[row] == week:
        home = int(state.household[row])
        born = state.born_week[row] == week
        if born and not has_adult(state, homes, home):
            ticket = draw(key, state.identity[row], LIFELONG_WEEK, address(ARRIVAL, 0))[2]
            home = next_home(state, homes, row, ticket, home)
        state.next_in_home[row] = homes.first[home]
        homes.first[home] = row
        state.household[row] = home
        if born:
            mother = homes.first[home]
            while state.next_in_home[mother] >= 0 and state.role[mother] == CHILD:
                mother = state.next_in_home[mother]
            if state.role[mother] != CHILD:
                state.tenure[row] = state.tenure[mother]
                state.benefit[row] = state.benefit[mother]
        state.presence[row] = HERE
        state.cell[row] = (
            (age_band(week - state.born_week[row]) * 2 + state.sex[row]) * 10 + state.decile[row] - 1
        )
        book.here[0] += 1
        tally(state, book, BIRTHS if born else MOVED_IN, row, 1)
        note(book, week, row, ARRIVED, -1, -1, 0, -1, 0)
        row += 1
    book.here[2] = row


@inlined
def has_adult(state: Residents, homes: Homes, home: int) -> bool:
    """Tell whether anybody but children is at home."""
    member = homes.first[home]
    found = False
    while member >= 0:
        if state.presence[member] == HERE and state.role[member] != CHILD:
            found = True
        member = state.next_in_home[member]
    return found


@kernel
def next_home(state: Residents, homes: Homes, row: int, ticket: int, gone: int) -> int:
    """Find the next home with an adult in the newborn's district, from its ticket on; the first choice is gone."""
    homes_there = homes.first.shape[0] - state.identity.shape[0]
    for step in range(homes_there):
        home = (ticket + step) % homes_there
        if homes.district[home] == state.district[row] and has_adult(state, homes, home):
            return home
    return gone
