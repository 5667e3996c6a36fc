"""Phase 2: needs start, worsen, ease or end, one draw a need and week, at most one level a week."""

from __future__ import annotations

from demandsim.agencies.rules import EPISODE, MOST_FACTOR, Rules
from demandsim.chance import CHANGE_NEEDS
from demandsim.kernels import inlined, kernel
from demandsim.population.columns import HERE, OPEN, Homes, Residents
from demandsim.records.journal import EASED, ENDED, STARTED, WORSENED
from demandsim.records.measures import CRISES
from demandsim.simulation.book import Book
from demandsim.simulation.chains import at_large
from demandsim.simulation.chunks import Chunk, Team
from demandsim.simulation.groups import in_group
from demandsim.simulation.posting import clear_need, note, tally
from demandsim.simulation.strips import STRIP, draw_blocks, find_held_blocks, list_marked, mark_below

ONE = 65_536
CERTAIN = 1 << 32
CHILD = 2


def change_needs(
    state: Residents, homes: Homes, rules: Rules, book: Book, team: Team, key: int, week: int
) -> None:
    """Decide every change from the state as the phase found it; then make the changes."""
    for chunk, count in team.look(decide_changes, state, homes, rules, key, week):
        make_changes(state, book, chunk, count, week)


@kernel
def decide_changes(state: Residents, homes: Homes, rules: Rules, key: int, week: int, chunk: Chunk) -> int:
    """List the chunk's changes (row, need, severity after, the cause a start or worsening carries); make none yet."""
    count = 0
    for first in range(chunk.rows[0], chunk.rows[1], STRIP):
        last = min(first + STRIP, chunk.rows[1])
        blocks = rules.needs.block_most.shape[0]  # of four needs
        draw_blocks(key, state.identity, first, last, week, CHANGE_NEEDS, blocks, chunk.luck)
        likely = find_likely(state, rules, chunk, first, last)
        for at in range(sift_changes(state, rules, chunk, likely, first, week)):
            row, need = int(chunk.found[at] >> 5), int(chunk.found[at] & 31)
            word = chunk.luck[need, row - first]
            count += decide_change(state, homes, rules, chunk, count, row, need, word, key, week)
    return count


@kernel
def find_likely(state: Residents, rules: Rules, chunk: Chunk, first: int, last: int) -> int:
    """Find the blocks of four needs that could change in a strip: those with a need, or by the least of four words."""
    presence, cells, grades = state.presence[first:last], state.cell[first:last], state.grade[first:last]
    grade_factor, held, bounds, marks = rules.life.grade, chunk.held, chunk.bounds, chunk.marks
    find_held_blocks(state.severity, first, last, held)
    marks[:] = held
    for block in range(rules.needs.block_most.shape[0]):
        most = rules.needs.block_most[block]
        for at in range(last - first):
            bounds[at] = (most[min(held[at], 1), cells[at]] * grade_factor[grades[at]]) >> 16
        mark_below(chunk.luck, block, bounds, marks, last - first)
    for at in range(last - first):
        marks[at] *= presence[at] == HERE
    return list_marked(marks, first, last, rules.needs.block_most.shape[0], chunk.found, chunk.likely)


@kernel
def sift_changes(state: Residents, rules: Rules, chunk: Chunk, count: int, first: int, week: int) -> int:
    """Find, of the blocks that are likely, the needs that could change whatever pushes or helps."""
    severity, cells, grades, grade_factor = state.severity, state.cell, state.grade, rules.life.grade
    starts, worsens, eases = rules.needs.start_most, rules.needs.worsen_most, rules.needs.ease_most
    last_week, luck, found = rules.needs.last_week, chunk.luck, chunk.found
    left = 0
    for at in range(sift_needs(state, rules, chunk, count, first, week)):
        row, need = found[at] >> 5, found[at] & 31
        level, grade, age = severity[row, need], grade_factor[grades[row]], week - state.born_week[row]
        up = starts[cells[row], need] * (level == 0) + worsens[need, level]
        may = luck[need, row - first] < ((up * grade) >> 16) + eases[need, level]
        found[left] = row * 32 + need
        left += may | ((level > 0) & (age >= last_week[need]))
    return left


@kernel
def sift_needs(state: Residents, rules: Rules, chunk: Chunk, count: int, first: int, week: int) -> int:
    """Find, of the blocks that are likely, the needs that could change for anybody, or may be outgrown."""
    severity, born, luck, likely, found = (
        state.severity,
        state.born_week,
        chunk.luck,
        chunk.likely,
        chunk.found,
    )
    most, last_week = rules.needs.change_most, rules.needs.last_week
    left = 0
    for at in range(count):
        row, block = likely[at] >> 5, likely[at] & 31
        age = week - born[row]
        for need in range(block * 4, min(block * 4 + 4, severity.shape[1])):
            level = severity[row, need]
            found[left] = row * 32 + need
            left += (luck[need, row - first] < most[need, level]) | ((level > 0) & (age >= last_week[need]))
    return left


@kernel
def decide_change(
    state: Residents,
    homes: Homes,
    rules: Rules,
    chunk: Chunk,
    at: int,
    row: int,
    need: int,
    word: int,
    key: int,
    week: int,
) -> int:
    """Decide one need; put a change on the list at ``at`` if there is room, and return 1 if it is one."""
    level = int(state.severity[row, need])
    if level == 0:
        after, cause = starts(state, homes, rules, row, need, word, key, week)
    elif week - state.born_week[row] >= rules.needs.last_week[need]:
        after, cause = 0, 0  # grown too old to hold it
    else:
        after, cause = moves(state, homes, rules, row, need, word, week)
    if after == level:
        return 0
    if at < chunk.changes.shape[0]:
        chunk.changes[at, 0] = row
        chunk.changes[at, 1] = need
        chunk.changes[at, 2] = after
        chunk.changes[at, 3] = cause
    return 1


@kernel
def starts(
    state: Residents, homes: Homes, rules: Rules, row: int, need: int, word: int, key: int, week: int
) -> tuple[int, int]:
    """Level after a week without the need, and the cause if a caused push alone started it."""
    age = week - state.born_week[row]
    if age < rules.needs.first_week[need] or age >= rules.needs.last_week[need]:
        return 0, 0  # the rates go by age band; the need's own ages cut inside one
    base = int(rules.needs.start[state.cell[row], need])
    if base > 0 and rules.needs.driver_first[need] < rules.needs.driver_first[need + 1]:
        base = max(0, base + driven(state, rules, key, row, need, week))
    base = (base * rules.life.grade[state.grade[row]]) >> 16
    if state.helped_until[row, need] >= week:
        base = (base * rules.needs.helped_start[need]) >> 16
    if word >= (base * factor(state, homes, rules, row, need, False)) >> 16:
        return 0, 0
    if word >= (base * factor(state, homes, rules, row, need, True)) >> 16:
        return 1, pushing_cause(state, homes, rules, row, need)
    return 1, 0


@kernel
def moves(
    state: Residents, homes: Homes, rules: Rules, row: int, need: int, word: int, week: int
) -> tuple[int, int]:
    """Level after a week with the need, and the cause of a worsening that service would have prevented."""
    level = int(state.severity[row, need])
    base = int(rules.needs.worsen[need, level - 1]) if level < 4 else 0
    base = (base * rules.life.grade[state.grade[row]]) >> 16
    if state.helped_until[row, need] >= week:
        base = (base * rules.needs.helped_worsen[need]) >> 16
    strength = help_strength(state, rules, row, need, week)
    worsen_by = ONE + ((strength * (rules.needs.served_worsen[need] - ONE)) >> 16)
    ease_by = ONE + ((strength * (rules.needs.served_ease[need] - ONE)) >> 16)
    ease = (rules.needs.ease[need, level - 1] * ease_by) >> 16
    unserved = (base * factor(state, homes, rules, row, need, False)) >> 16
    worsen = min((unserved * worsen_by) >> 16, CERTAIN - ease)
    if word >= worsen:
        return (level - 1 if word < worsen + ease else level), 0
    cause = int(state.cause[row, need])
    if cause > 0:  # would full service have left the need alone on this very draw?
        if word < (unserved * rules.needs.served_worsen[need]) >> 16:
            cause = 0
    else:
        fresh = (base * factor(state, homes, rules, row, need, True)) >> 16
        if word >= (fresh * worsen_by) >> 16:
            cause = pushing_cause(state, homes, rules, row, need)
    return level + 1, cause


@kernel
def driven(state: Residents, rules: Rules, key: int, row: int, need: int, week: int) -> int:
    """What moved drivers add to the resident's weekly chance that a need starts, 2^-32; may be below zero."""
    adds = 0
    for line in range(rules.needs.driver_first[need], rules.needs.driver_first[need + 1]):
        step, moved = int(rules.needs.driver_group[line]), int(rules.needs.driver_for[line])
        inside = in_group(state, rules.groups, step, key, row, week)
        if inside and in_group(state, rules.groups, moved, key, row, week):
            adds += rules.needs.driver_adds[line]
    return adds


@kernel
def factor(state: Residents, homes: Homes, rules: Rules, row: int, need: int, fresh: bool) -> int:
    """Product of pushes, household and community support, 65,536ths; with ``fresh``, no push that has a cause."""
    product = ONE
    for other in range(state.severity.shape[1]):
        level = int(state.severity[row, other])
        if level > 0 and rules.needs.push[need, other] > 0 and not (fresh and state.cause[row, other] > 0):
            product = (product * (ONE + rules.needs.push[need, other] * level)) >> 16
    held = int(rules.needs.held[need])
    if held >= 0 and with_family(rules, state.place[row]):
        product = (product * (ONE + home_push(state, homes, rules, row, held, fresh))) >> 16
    support = min(ONE, int(state.support[row]) + rules.life.numbers[4])
    product = (product * (ONE - ((rules.needs.support_cut[need] * support) >> 16))) >> 16
    return min(product, MOST_FACTOR * ONE)


@kernel
def home_push(state: Residents, homes: Homes, rules: Rules, row: int, held: int, fresh: bool) -> int:
    """Add up the push of the needs of the adults at home on a need held there; with ``fresh``, without causes."""
    push = 0
    member = homes.first[state.household[row]]
    while member >= 0:
        if pushes_at_home(state, rules, member):
            for need in range(state.severity.shape[1]):
                if not (fresh and state.cause[member, need] > 0):
                    push += rules.needs.home_push[held, need] * int(state.severity[member, need])
        member = state.next_in_home[member]
    return push


@inlined
def pushes_at_home(state: Residents, rules: Rules, member: int) -> bool:
    """Tell whether a member of a home is an adult who lives with the family."""
    here = state.presence[member] == HERE
    return here and state.role[member] != CHILD and with_family(rules, state.place[member])


@inlined
def with_family(rules: Rules, place: int) -> bool:
    """Tell whether somebody living in that place lives with the household: at home, or housed together."""
    return place == 0 or rules.life.together[place] > 0


@kernel
def pushing_cause(state: Residents, homes: Homes, rules: Rules, row: int, need: int) -> int:
    """Cause of the first own need that pushes this one and has a cause, else the lowest-numbered in the household."""
    for other in range(state.severity.shape[1]):
        pushes = state.severity[row, other] > 0 and rules.needs.push[need, other] > 0
        if pushes and state.cause[row, other] > 0:
            return int(state.cause[row, other])
    lowest = 0
    held = int(rules.needs.held[need])
    if held >= 0 and with_family(rules, state.place[row]):
        member = homes.first[state.household[row]]
        while member >= 0:
            for other in range(state.severity.shape[1]):
                cause = int(state.cause[member, other])
                pushes = state.severity[member, other] > 0 and rules.needs.home_push[held, other] > 0
                if pushes and pushes_at_home(state, rules, member) and cause > 0:
                    lowest = cause if lowest == 0 else min(lowest, cause)
            member = state.next_in_home[member]
    return lowest


@kernel
def help_strength(state: Residents, rules: Rules, row: int, need: int, week: int) -> int:
    """Share of the need's served effect given this week, 65,536ths: by the open episode, else by the stay."""
    strength = 0
    if state.status[row, need] == OPEN and at_large(state, row):
        service = int(state.service[row, need])
        if rules.doors.mode[service] == EPISODE and gives_support(
            rules, service, week - state.since[row, need]
        ):
            strength = rules.doors.helps[service, need]
    if state.stay_service[row] >= 0:
        strength = max(strength, rules.doors.helps[state.stay_service[row], need])
    return strength


@inlined
def gives_support(rules: Rules, service: int, weeks: int) -> bool:
    """Tell whether support is given in the episode's week numbered ``weeks``, from 0."""
    package = rules.doors.package[service]
    return ((weeks + 1) * package + ONE - 1) >> 16 > (weeks * package + ONE - 1) >> 16


@kernel
def make_changes(state: Residents, book: Book, chunk: Chunk, count: int, week: int) -> None:
    """Make the changes of a chunk."""
    for line in range(count):
        row, need, level, cause = chunk.changes[line]
        make_change(state, book, int(row), int(need), int(level), int(cause), week)


@kernel
def make_change(state: Residents, book: Book, row: int, need: int, level: int, cause: int, week: int) -> None:
    """Make one change; a need that starts or worsens by a cause keeps it, and the first cause stays."""
    before = int(state.severity[row, need])
    state.severity[row, need] = level
    if level == 0:
        clear_need(state, row, need)
    if level < before:
        note(book, week, row, ENDED if level == 0 else EASED, -1, need, level, -1, 0)
        return
    if cause > 0 and state.cause[row, need] == 0:
        state.cause[row, need] = cause
    if cause > 0 and state.worse_cause[row, need] == 0:
        state.worse_cause[row, need] = cause
    if level == 4:
        tally(state, book, CRISES, row, 1)
    note(book, week, row, STARTED if level == 1 else WORSENED, -1, need, level, -1, cause)
