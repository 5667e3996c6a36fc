"""Phase 7: the week's last look at every need: unmet weeks, health lost, care given at home unpaid."""

from __future__ import annotations

from demandsim.agencies.rules import STAY, Doors, Rules
from demandsim.kernels import inlined, kernel
from demandsim.population.columns import HERE, OPEN, Residents
from demandsim.records.measures import HEALTH, RESIDENT_WEEKS, UNMET, UNPAID
from demandsim.simulation.book import Book
from demandsim.simulation.posting import in_stay_for

ONE = 65_536


@kernel
def post(state: Residents, rules: Rules, book: Book) -> None:
    """Count what the week leaves behind, by quintile."""
    presence, decile, severity, measure = state.presence, state.decile, state.severity, book.measure
    kept, unpaid_from = rules.needs.health, rules.needs.unpaid_from
    status, stays = state.status, state.stay_service
    for row in range(book.here[2]):
        if presence[row] != HERE:
            continue
        quintile = (decile[row] - 1) // 2
        measure[RESIDENT_WEEKS, quintile] += 1
        health = ONE
        for need in range(severity.shape[1]):
            level = severity[row, need]
            if level == 0:
                continue
            health = (health * kept[need, level]) >> 16
            if status[row, need] == OPEN or (stays[row] >= 0 and in_stay_for(state, rules.doors, row, need)):
                state.unmet[row, need] = 0
            else:
                state.unmet[row, need] += 1
                measure[UNMET, quintile] += 1
                if level >= unpaid_from[need] and state.place[row] == 0:
                    measure[UNPAID, quintile] += 1
        measure[HEALTH, quintile] += ONE - health
    carry_over(rules.doors, book)


@inlined
def carry_over(doors: Doors, book: Book) -> None:
    """Carry an overrun whole, and of what is left no more than one contact's minutes."""
    for service in range(doors.capacity.shape[0]):
        if doors.capacity[service] >= 0 and doors.mode[service] != STAY:
            left = book.funded[service] + book.carried[service] - book.used[service]
            book.carried[service] = min(left, doors.largest[service])
