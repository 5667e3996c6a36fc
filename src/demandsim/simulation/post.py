"""Phase 7: the week's last look at every need: unmet weeks, health lost, care given at home unpaid."""

from __future__ import annotations

from demandsim.agencies.rules import STAY, Doors, Rules
from demandsim.chance import STRIP
from demandsim.kernels import inlined, kernel
from demandsim.population.columns import HERE, OPEN, Residents
from demandsim.records.measures import HEALTH, RESIDENT_WEEKS, UNMET, UNPAID
from demandsim.simulation.book import Book
from demandsim.simulation.posting import in_stay_for

ONE = 65_536


@kernel
def post(state: Residents, rules: Rules, book: Book) -> None:
    """Count what the week leaves behind, by quintile."""
    for first in range(0, book.here[2], STRIP):
        last = min(first + STRIP, book.here[2])
        for at in range(count_here(state, book, first, last)):
            look_at(state, rules, book, int(book.found[at]))
    carry_over(rules.doors, book)


@kernel
def count_here(state: Residents, book: Book, first: int, last: int) -> int:
    """Count the residents of a strip, and find those of them with any need."""
    presence, decile, severity = (
        state.presence[first:last],
        state.decile[first:last],
        state.severity[first:last],
    )
    lived, found = book.measure[RESIDENT_WEEKS], book.found
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
def look_at(state: Residents, rules: Rules, book: Book, row: int) -> None:
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
            book.measure[UNMET, quintile] += 1
            if level >= rules.needs.unpaid_from[need] and state.place[row] == 0:
                book.measure[UNPAID, quintile] += 1
    book.measure[HEALTH, quintile] += ONE - health


@inlined
def carry_over(doors: Doors, book: Book) -> None:
    """Carry an overrun whole, and of what is left no more than one contact's minutes."""
    for service in range(doors.capacity.shape[0]):
        if doors.capacity[service] >= 0 and doors.mode[service] != STAY:
            left = book.funded[service] + book.carried[service] - book.used[service]
            book.carried[service] = min(left, doors.largest[service])
