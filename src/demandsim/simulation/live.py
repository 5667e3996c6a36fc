"""Phase 1: residents age, die, leave home, move in and out; bad spells come and go."""

from __future__ import annotations

import numpy as np

from demandsim.agencies.rules import MOST_DEATH, Rules
from demandsim.chance import ARRIVAL, HOUSEHOLD, LIFELONG_WEEK, LIVE, address, draw
from demandsim.kernels import inlined, kernel
from demandsim.population.columns import DEAD, HERE, LEFT, NOT_YET, Homes, Residents
from demandsim.records.journal import ARRIVED, DIED, LEFT_HOME, WENT
from demandsim.records.measures import BIRTHS, DEATHS, MOVED_IN, MOVED_OUT
from demandsim.scenario.base import AGE_BANDS
from demandsim.simulation.book import Book
from demandsim.simulation.chunks import Chunk, Team, pick
from demandsim.simulation.posting import note, tally
from demandsim.simulation.settling import be_new, begin_life, meet_newcomers, stand_in, would_die
from demandsim.simulation.strips import STRIP, add_up_levels, draw_strip

ADULT, CHILD = 0, 2
PRIVATE = 2
GROWN = 18 * 52
OLDEST = 110
BANDS = np.searchsorted(AGE_BANDS, np.arange(OLDEST + 1), side="right").astype(np.int64) - 1
"""Number of the age band of each age in years."""


def live(state: Residents, homes: Homes, rules: Rules, book: Book, team: Team, key: int, week: int) -> None:
    """Age everyone by a week; some die, leave home, move out or arrive. Before week 0 the place only settles."""
    if week == 0:
        meet_newcomers(state, book)
    for chunk, count in team.as_looked(find_turns, state, rules, key, week, acting=0.1):
        take_turns(state, homes, rules, book, chunk, count, key, week)
    if week < 0:
        stand_in(state, rules, book, key, week)
    arrive(state, homes, book, key, week)


@kernel
def find_turns(state: Residents, rules: Rules, key: int, week: int, chunk: Chunk) -> int:
    """Age a chunk of residents, and find those whose life may take a turn this week."""
    count = 0
    for first in range(chunk.rows[0], chunk.rows[1], STRIP):
        last = min(first + STRIP, chunk.rows[1])
        draw_strip(key, state.identity, first, last, week, address(LIVE, 0), chunk.luck, 0)
        draw_strip(key, state.household, first, last, week, address(HOUSEHOLD, 0), chunk.luck, 4)
        for at in range(sift_turns(state, rules, chunk, first, last, week)):
            count = pick(chunk, count, chunk.found[at])
    return count


@kernel
def sift_turns(state: Residents, rules: Rules, chunk: Chunk, first: int, last: int, week: int) -> int:
    """Find whose words lie below what a death, a spell, a move or leaving home could need.

    No branch here depends on luck: a processor that guesses wrong loses more time than the sum it skips.
    """
    presence, born, roles = state.presence[first:last], state.born_week[first:last], state.role[first:last]
    spells, luck, marks, found = state.bad_spell[first:last], chunk.luck, chunk.marks, chunk.found
    leave_home, move_out = rules.life.numbers[0], rules.life.numbers[1]
    spell_start, spell_end = rules.life.numbers[2], rules.life.numbers[3]
    age_strip(state, rules, chunk, first, last, week)
    dies, leaves, spell, moves, bounds = luck[0], luck[1], luck[3], luck[4], chunk.bounds
    for at in range(last - first):
        turns = (dies[at] < bounds[at]) | (moves[at] < move_out)
        turns |= spell[at] < (spell_end if spells[at] else spell_start)
        turns |= (roles[at] == CHILD) & (week - born[at] >= GROWN) & (leaves[at] < leave_home)
        marks[at] = (turns & (presence[at] == HERE)) | ((born[at] == week) & (presence[at] == NOT_YET))
    count = 0
    for at in range(last - first):
        found[count] = first + at
        count += marks[at]
    return count


@kernel
def age_strip(state: Residents, rules: Rules, chunk: Chunk, first: int, last: int, week: int) -> None:
    """Age a strip, and bound each resident's chance of dying this week."""
    born, sex, decile = state.born_week[first:last], state.sex[first:last], state.decile[first:last]
    cells, severities, bounds = state.cell[first:last], chunk.held, chunk.bounds
    death, death_most = rules.life.death, rules.needs.death_most
    add_up_levels(state.severity, first, last, severities)
    for at in range(last - first):
        years = min(max((week - born[at]) // 52, 0), OLDEST)
        cells[at] = (BANDS[years] * 2 + sex[at]) * 10 + decile[at] - 1
        bounds[at] = (death[years, sex[at], decile[at] - 1] * death_most[severities[at]]) >> 16


@kernel
def take_turns(
    state: Residents,
    homes: Homes,
    rules: Rules,
    book: Book,
    chunk: Chunk,
    count: int,
    key: int,
    week: int,
) -> None:
    """Let those found take their turn."""
    for line in range(count):
        take_turn(state, homes, rules, book, int(chunk.picked[line]), key, week)


@kernel
def take_turn(
    state: Residents, homes: Homes, rules: Rules, book: Book, row: int, key: int, week: int
) -> None:
    """Let a resident die, fall into or out of a bad spell, move away with the household or leave home, if so drawn.

    While the place settles, nobody dies, goes away or leaves home: see ``settling``.
    """
    settles = week < 0
    if state.presence[row] != HERE:
        begin_life(state, book, row)
        return
    dies, leaves, _, spell = draw(key, state.identity[row], week, address(LIVE, 0))
    leave_home, move_out = rules.life.numbers[0], rules.life.numbers[1]
    age = week - state.born_week[row]
    if dies < death_chance(state, rules, row, age):
        if settles:
            would_die(state, book, row)
        else:
            depart(state, book, row, DEAD, week)
        return
    if spell < rules.life.numbers[3 if state.bad_spell[row] else 2]:
        state.bad_spell[row] = 1 - state.bad_spell[row]
    if state.place[row] > 0:
        return
    if draw(key, state.household[row], week, address(HOUSEHOLD, 0))[0] < move_out:
        if settles:
            be_new(state, row)
        else:
            depart(state, book, row, LEFT, week)
    elif state.role[row] == CHILD and age >= GROWN and leaves < leave_home and not settles:
        reserved = homes.first.shape[0] - state.identity.shape[0]
        leave_parents(state, homes, row, reserved + row)
        note(book, week, row, LEFT_HOME, -1, -1, 0, -1, 0)


@inlined
def death_chance(state: Residents, rules: Rules, row: int, age: int) -> int:
    """Weekly chance of dying, 2^-32: the rate for age, sex and decile times each need's factor."""
    base = rules.life.death[min(max(age // 52, 0), OLDEST), state.sex[row], state.decile[row] - 1]
    chance = base
    for need in range(state.severity.shape[1]):
        level = state.severity[row, need]
        if level > 0:
            chance = (chance * rules.needs.death[need, level]) >> 16
    return min(chance, base * MOST_DEATH)


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
        years = min(max((week - state.born_week[row]) // 52, 0), OLDEST)
        state.cell[row] = (BANDS[years] * 2 + state.sex[row]) * 10 + state.decile[row] - 1
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
