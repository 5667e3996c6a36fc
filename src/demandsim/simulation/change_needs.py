"""Phase 2: needs start, worsen, ease or end, one draw a need and week, at most one level a week."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from demandsim.agencies.rules import EPISODE, Rules
from demandsim.chance import CHANGE_NEEDS, address, draw, nth
from demandsim.kernels import inlined, kernel
from demandsim.population.columns import HERE, OPEN, Homes, Residents
from demandsim.records.journal import EASED, ENDED, STARTED, WORSENED
from demandsim.records.measures import CRISES
from demandsim.simulation.book import Book
from demandsim.simulation.chains import at_large
from demandsim.simulation.groups import in_group
from demandsim.simulation.posting import clear_need, note, tally

ONE = 65_536
CERTAIN = 1 << 32
MOST = 8  # the other factors together multiply a hazard by at most this
CHILD = 2
HOME, HOUSED_TOGETHER = 0, 4  # places; the second is temporary accommodation
LONGEST_TABLE = 16  # needs


@kernel
def change_needs(state: Residents, homes: Homes, rules: Rules, book: Book, key: int, week: int) -> None:
    """Start, worsen or ease each need of each resident, from the state as the phase found it."""
    gather_pushes(state, homes, rules)
    # Columns are named before the loop: looked up in it, each costs as much as the draw.
    presence, identity, severity, born = state.presence, state.identity, state.severity, state.born_week
    cells, grades, grade_factor = state.cell, state.grade, rules.life.grade
    starts, worsens, eases, served = (
        rules.needs.start,
        rules.needs.worsen,
        rules.needs.ease,
        rules.needs.served_ease,
    )
    last_week, drivers = rules.needs.last_week, rules.needs.driver_first
    needs, cause_of = severity.shape[1], state.cause
    before = np.zeros(needs, np.uint8)  # causes as the phase found them
    for row in range(book.here[2]):
        if presence[row] != HERE:
            continue
        grade, cell = grade_factor[grades[row]], cells[row]
        words = (0, 0, 0, 0)
        found = 0  # the severities as the phase found them, four bits each
        for need in range(needs):
            found |= int(severity[row, need]) << (4 * need)
            before[need] = cause_of[row, need]
        for need in range(needs):
            level = (found >> (4 * need)) & 15
            if need % 4 == 0:  # one draw serves four needs
                words = draw(key, identity[row], week, address(CHANGE_NEEDS, need // 4))
            word = nth(words, need % 4)
            if level == 0:
                base = starts[need, cell]
                if base > 0 and drivers[need] < drivers[need + 1]:
                    base = max(0, base + driven(state, rules, key, row, need, week))
                base = (base * grade) >> 16
                if word < base * MOST:
                    start(state, homes, rules, book, row, need, base, found, before, word, week)
            elif week - born[row] >= last_week[need]:
                outgrow(state, row, need)
            else:
                base = (worsens[need, level - 1] * grade) >> 16 if level < 4 else 0
                ease = (eases[need, level - 1] * served[need]) >> 16
                if word < base * MOST + ease:
                    move(state, homes, rules, book, row, need, base, found, before, word, week)


@kernel
def outgrow(state: Residents, row: int, need: int) -> None:
    """End a need that the resident has grown too old to hold."""
    state.severity[row, need] = 0
    clear_need(state, row, need)


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
def gather_pushes(state: Residents, homes: Homes, rules: Rules) -> None:
    """Add up, home by home, the push of the adults' needs on needs held in the household."""
    slope, most_needs = rules.needs.home_push, state.severity.shape[1]
    presence, household, role, severity = state.presence, state.household, state.role, state.severity
    place = state.place
    push, fresh, causes, cause_of = homes.push, homes.push_fresh, homes.push_cause, state.cause
    for row in range(presence.shape[0]):
        if presence[row] == HERE:
            home = household[row]
            for held in range(push.shape[1]):
                push[home, held] = 0
                fresh[home, held] = 0
            causes[home] = 0
    for row in range(presence.shape[0]):
        if presence[row] != HERE or role[row] == CHILD or not with_family(place[row]):
            continue
        home = household[row]
        for need in range(most_needs):
            level = severity[row, need]
            if level == 0:
                continue
            cause = cause_of[row, need]
            for held in range(push.shape[1]):
                by = slope[held, need] * level
                if by == 0:
                    continue
                push[home, held] += by
                if cause == 0:
                    fresh[home, held] += by
                elif causes[home] == 0 or cause < causes[home]:
                    causes[home] = cause


@inlined
def with_family(place: int) -> bool:
    """Tell whether somebody living in that place lives with the household: home, or housed together."""
    return place in (HOME, HOUSED_TOGETHER)


@kernel
def factor(
    state: Residents,
    homes: Homes,
    rules: Rules,
    row: int,
    need: int,
    found: int,
    before: NDArray[np.uint8],
    fresh: bool,
) -> int:
    """Product of pushes, household and community support, 65,536ths; with ``fresh``, no push that has a cause."""
    product = ONE
    for other in range(state.severity.shape[1]):
        level = (found >> (4 * other)) & 15
        if level > 0 and rules.needs.push[need, other] > 0 and not (fresh and before[other] > 0):
            product = (product * (ONE + rules.needs.push[need, other] * level)) >> 16
    held = rules.needs.held[need]
    if held >= 0 and with_family(state.place[row]):
        home = state.household[row]
        push = int(homes.push_fresh[home, held]) if fresh else int(homes.push[home, held])
        product = (product * (ONE + push)) >> 16
    support = min(ONE, int(state.support[row]) + rules.life.numbers[4])
    product = (product * (ONE - ((rules.needs.support_cut[need] * support) >> 16))) >> 16
    return min(product, MOST * ONE)


@kernel
def pushing_cause(
    state: Residents,
    homes: Homes,
    rules: Rules,
    row: int,
    need: int,
    found: int,
    before: NDArray[np.uint8],
) -> int:
    """Cause of the first own need that pushes this one and has a cause, else the household's."""
    cause = 0
    for other in range(state.severity.shape[1]):
        if cause == 0 and (found >> (4 * other)) & 15 and rules.needs.push[need, other] > 0:
            cause = int(before[other])
    if cause == 0 and rules.needs.held[need] >= 0 and with_family(state.place[row]):
        cause = int(homes.push_cause[state.household[row]])
    return cause


@kernel
def start(
    state: Residents,
    homes: Homes,
    rules: Rules,
    book: Book,
    row: int,
    need: int,
    base: int,
    found: int,
    before: NDArray[np.uint8],
    word: int,
    week: int,
) -> None:
    """Start a need if the draw says so; one that a caused push alone started takes its cause."""
    age = week - state.born_week[row]
    if age < rules.needs.first_week[need] or age >= rules.needs.last_week[need]:
        return  # the rates go by age band; the need's own ages cut inside one
    if state.helped_until[row, need] >= week:
        base = (base * rules.needs.helped_start[need]) >> 16
    if word >= (base * factor(state, homes, rules, row, need, found, before, False)) >> 16:
        return
    state.severity[row, need] = 1
    if word >= (base * factor(state, homes, rules, row, need, found, before, True)) >> 16:
        cause = pushing_cause(state, homes, rules, row, need, found, before)
        state.cause[row, need] = cause
        state.worse_cause[row, need] = cause
    note(book, week, row, STARTED, -1, need, 1, -1, state.cause[row, need])


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
def move(
    state: Residents,
    homes: Homes,
    rules: Rules,
    book: Book,
    row: int,
    need: int,
    base: int,
    found: int,
    before: NDArray[np.uint8],
    word: int,
    week: int,
) -> None:
    """Worsen or ease a need if the draw says so, and mark a worsening that service would have prevented."""
    level = int(state.severity[row, need])
    if state.helped_until[row, need] >= week:
        base = (base * rules.needs.helped_worsen[need]) >> 16
    strength = help_strength(state, rules, row, need, week)
    worsen_by = ONE + ((strength * (rules.needs.served_worsen[need] - ONE)) >> 16)
    ease_by = ONE + ((strength * (rules.needs.served_ease[need] - ONE)) >> 16)
    ease = (rules.needs.ease[need, level - 1] * ease_by) >> 16
    unserved = (base * factor(state, homes, rules, row, need, found, before, False)) >> 16
    worsen = min((unserved * worsen_by) >> 16, CERTAIN - ease)
    if word < worsen:
        state.severity[row, need] = level + 1
        cause = int(state.cause[row, need])
        if cause > 0:  # would full service have left the need alone on this very draw?
            if word < (unserved * rules.needs.served_worsen[need]) >> 16:
                cause = 0
        else:
            fresh = (base * factor(state, homes, rules, row, need, found, before, True)) >> 16
            if word >= (fresh * worsen_by) >> 16:
                cause = pushing_cause(state, homes, rules, row, need, found, before)
                state.cause[row, need] = cause
        if cause > 0 and state.worse_cause[row, need] == 0:
            state.worse_cause[row, need] = cause
        if level == 3:
            tally(state, book, CRISES, row, 1)
        note(book, week, row, WORSENED, -1, need, level + 1, -1, cause)
    elif word < worsen + ease:
        state.severity[row, need] = level - 1
        if level == 1:
            clear_need(state, row, need)
        note(book, week, row, ENDED if level == 1 else EASED, -1, need, level - 1, -1, 0)
