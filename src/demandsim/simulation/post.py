"""Phase 7: the week's last look at every need: unmet weeks, health lost, care given at home unpaid."""

from __future__ import annotations

from demandsim.agencies.rules import STAY, Rules
from demandsim.kernels import kernel
from demandsim.population.columns import HERE, OPEN, Residents
from demandsim.records.measures import HEALTH, RESIDENT_WEEKS, UNMET, UNPAID
from demandsim.simulation.book import Book
from demandsim.simulation.chunks import Chunk, Team
from demandsim.simulation.posting import in_stay_for
from demandsim.simulation.strips import STRIP, find_held_blocks, list_held

ONE = 65_536


def post(state: Residents, rules: Rules, book: Book, team: Team) -> None:
    """Count what the week leaves behind, by quintile."""
    for chunk, _ in team.as_looked(look_back, state, rules):
        add_up(book, chunk)
    carry_over(rules, book)


@kernel
def look_back(state: Residents, rules: Rules, chunk: Chunk) -> int:
    """Look at every resident of a chunk and every need."""
    for first in range(chunk.rows[0], chunk.rows[1], STRIP):
        last = min(first + STRIP, chunk.rows[1])
        count_here(state, chunk, first, last)
        held = list_held(state.severity, chunk.marks, first, last, chunk.found, chunk.likely)
        look_at_needs(state, rules, chunk, held, first)
    return 0


@kernel
def count_here(state: Residents, chunk: Chunk, first: int, last: int) -> None:
    """Count the residents of a strip, and mark those of them with any need."""
    presence, decile, held = state.presence[first:last], state.decile[first:last], chunk.held
    lived, marks = chunk.measure[RESIDENT_WEEKS], chunk.marks
    find_held_blocks(state.severity, first, last, held)
    for at in range(last - first):
        here = presence[at] == HERE
        lived[(decile[at] - 1) // 2] += here
        marks[at] = here & (held[at] != 0)


@kernel
def look_at_needs(state: Residents, rules: Rules, chunk: Chunk, count: int, first: int) -> None:
    """Look at the needs listed: unmet or met this week, the health they cost, who cares at home."""
    stays, places, health = state.stay_service, state.place, rules.needs.health
    lost, lacking, unpaid = chunk.measure[HEALTH], chunk.measure[UNMET], chunk.measure[UNPAID]
    kept, listed = chunk.bounds, chunk.likely
    kept[:] = ONE
    for at in range(count):
        row, need = listed[at] >> 5, listed[at] & 31
        level, quintile, before = state.severity[row, need], (state.decile[row] - 1) // 2, kept[row - first]
        kept[row - first] = (before * health[need, level]) >> 16  # needs multiply
        lost[quintile] += before - kept[row - first]
        lacks = state.status[row, need] != OPEN
        if stays[row] >= 0:
            lacks &= not in_stay_for(state, rules.doors, row, need)
        state.unmet[row, need] = (state.unmet[row, need] + 1) * lacks
        lacking[quintile] += lacks
        unpaid[quintile] += lacks & (level >= rules.needs.unpaid_from[need]) & (places[row] == 0)


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
