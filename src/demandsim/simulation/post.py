"""Phase 7: the week's last look at every need: unmet weeks, health lost, care given at home unpaid."""

from __future__ import annotations

from demandsim.agencies.rules import STAY, Rules
from demandsim.kernels import inlined, kernel
from demandsim.population.columns import HERE, OPEN, Residents
from demandsim.records.measures import HEALTH, RESIDENT_WEEKS, UNMET, UNPAID
from demandsim.simulation.book import Book
from demandsim.simulation.chunks import Chunk, Team
from demandsim.simulation.posting import in_stay_for
from demandsim.simulation.strips import STRIP

ONE = 65_536


def post(state: Residents, rules: Rules, book: Book, team: Team) -> None:
    """Count what the week leaves behind, by quintile."""
    for chunk, _ in team.look(look_back, state, rules):
        add_up(book, chunk)
    carry_over(rules, book)


@kernel
def look_back(state: Residents, rules: Rules, chunk: Chunk) -> int:
    """Look at every resident of a chunk and every need."""
    for first in range(chunk.rows[0], chunk.rows[1], STRIP):
        last = min(first + STRIP, chunk.rows[1])
        for at in range(count_here(state, chunk, first, last)):
            look_at(state, rules, chunk, int(chunk.found[at]))
    return 0


@kernel
def count_here(state: Residents, chunk: Chunk, first: int, last: int) -> int:
    """Count the residents of a strip, and find those of them with any need."""
    presence, decile, severity = (
        state.presence[first:last],
        state.decile[first:last],
        state.severity[first:last],
    )
    lived, found = chunk.measure[RESIDENT_WEEKS], chunk.found
    count = 0
    for at in range(last - first):
        here = presence[at] == HERE
        lived[(decile[at] - 1) // 2] += here
        held = 0
        for need in range(severity.shape[1]):
            held |= severity[at, need]
        found[count] = first + at
        count += here & (held > 0)
    return count


@inlined
def look_at(state: Residents, rules: Rules, chunk: Chunk, row: int) -> None:
    """Look at a resident's needs: unmet or met this week, the health they cost, who cares at home."""
    quintile = (state.decile[row] - 1) // 2
    health = ONE
    for need in range(state.severity.shape[1]):
        level = state.severity[row, need]
        if level == 0:
            continue
        health = (health * rules.needs.health[need, level]) >> 16
        served = state.status[row, need] == OPEN
        if served or (state.stay_service[row] >= 0 and in_stay_for(state, rules.doors, row, need)):
            state.unmet[row, need] = 0
        else:
            state.unmet[row, need] += 1
            chunk.measure[UNMET, quintile] += 1
            if level >= rules.needs.unpaid_from[need] and state.place[row] == 0:
                chunk.measure[UNPAID, quintile] += 1
    chunk.measure[HEALTH, quintile] += ONE - health


@kernel
def add_up(book: Book, chunk: Chunk) -> None:
    """Add what was counted in a chunk to the week's book."""
    book.measure[:] += chunk.measure
    chunk.measure[:] = 0


@kernel
def carry_over(rules: Rules, book: Book) -> None:
    """Carry an overrun whole, and of what is left no more than one contact's minutes."""
    doors = rules.doors
    for service in range(doors.capacity.shape[0]):
        if doors.capacity[service] >= 0 and doors.mode[service] != STAY:
            left = book.funded[service] + book.carried[service] - book.used[service]
            book.carried[service] = min(left, doors.largest[service])
