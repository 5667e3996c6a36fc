"""Stays: who lives away from home this week, who is ready to leave, what they wait for, who gets a bed."""

from __future__ import annotations

import numpy as np

from demandsim.agencies.rules import Rules
from demandsim.chance import QUEUE, STAY, address, draw
from demandsim.kernels import inlined, kernel
from demandsim.population.columns import HERE, NEVER, OPEN, UNSERVED, WAITING, Homes, Residents
from demandsim.records.journal import CLOSED, STAY_BEGAN, STAY_ENDED, TURNED_AWAY
from demandsim.records.journal import READY as READY_TO_LEAVE
from demandsim.records.measures import BOUNCES, DELAYED, REFUSALS
from demandsim.simulation.book import Book
from demandsim.simulation.chains import HOSPITAL, WARD, refer_on
from demandsim.simulation.chunks import Chunk
from demandsim.simulation.groups import in_remit, is_known, is_open_to, is_shut
from demandsim.simulation.posting import blame, note, post, refuse, tally
from demandsim.simulation.queues import places_left

BACKGROUND_ITEM = 15  # a ticket for a bed that no tracked need asks for


@kernel
def run_stays(state: Residents, rules: Rules, book: Book, key: int, week: int) -> None:
    """Give everyone who has a stay their week of it, or end it; count the beds taken."""
    presence, stays = state.presence, state.stay_service
    for row in range(book.here[2]):
        if stays[row] >= 0 and presence[row] == HERE:
            run_stay(state, rules, book, key, row, week)


@kernel
def run_stay(state: Residents, rules: Rules, book: Book, key: int, row: int, week: int) -> None:
    """Let a resident go who is ready and free to; post a week of the stay they are in then."""
    doors = rules.doors
    service, need = int(state.stay_service[row]), int(state.stay_need[row])
    if is_shut(state, rules, key, row, service, week):  # whatever they wait for: the beds are gone
        leave(state, rules, book, row, week)
        if need >= 0:
            blame(state, row, need, doors.agency[service])
    elif leaves(state, rules, book, key, row, week):
        leave(state, rules, book, row, week)
        if need >= 0 and state.severity[row, need] > 0 and state.status[row, need] == UNSERVED:
            refer_on(state, rules, book, key, row, need, service, week)
    service, need = int(state.stay_service[row]), int(state.stay_need[row])
    if service < 0:
        return
    book.taken[service] += 1
    if state.ready_since[row] > NEVER:
        tally(state, book, DELAYED, row, 1)
        book.delayed[state.awaits[row]] += 1
    severity, cause = 0, 0
    if need >= 0 and state.severity[row, need] == 0:
        need = -1  # the need it was for has gone
    if need >= 0:
        severity, cause = int(state.severity[row, need]), cause_of_week(state, row, need)
    post(state, doors, book, row, int(doors.main_kind[service]), need, severity, cause, week)
    if state.back_to[row] >= 0:
        book.taken[state.back_to[row]] += 1


@inlined
def cause_of_week(state: Residents, row: int, need: int) -> int:
    """Give the cause of a week of stay: what it began by, else, for one who only waits to leave, the need's own."""
    cause = int(state.stay_cause[row])
    if cause == 0 and state.ready_since[row] > NEVER:
        cause = int(state.cause[row, need])
    return cause


@kernel
def send_home(state: Residents, homes: Homes, rules: Rules, chunk: Chunk, count: int) -> None:
    """Send home, when all have come and gone, whoever came along with a stay that is over."""
    for line in range(count):
        row = int(chunk.picked[line])
        came_along = state.place[row] > 0 and state.presence[row] == HERE and state.stay_service[row] < 0
        if came_along and not household_holds(state, homes, rules, row):
            state.place[row] = 0


@kernel
def bring_along(state: Residents, homes: Homes, rules: Rules, chunk: Chunk, count: int) -> None:
    """Bring the household along into a stay that takes households whole."""
    for line in range(count):
        row = int(chunk.picked[line])
        stay = state.stay_service[row]
        if stay >= 0 and state.presence[row] == HERE and rules.doors.whole[stay]:
            member = homes.first[state.household[row]]
            while member >= 0:
                if state.presence[member] == HERE and state.place[member] == 0:
                    state.place[member] = state.place[row]
                member = state.next_in_home[member]


@kernel
def household_holds(state: Residents, homes: Homes, rules: Rules, row: int) -> bool:
    """Tell whether a member of the household has, or will return to, a stay in the place where this one lives."""
    member = homes.first[state.household[row]]
    found = False
    while member >= 0:
        if state.presence[member] == HERE:
            stay, back = state.stay_service[member], state.back_to[member]
            found = found or (stay >= 0 and rules.doors.place[stay] == state.place[row])
            found = found or (back >= 0 and rules.doors.place[back] == state.place[row])
        member = state.next_in_home[member]
    return found


@kernel
def housed_by_another(state: Residents, homes: Homes, row: int, service: int) -> bool:
    """Tell whether another member of the household has that stay."""
    member = homes.first[state.household[row]]
    found = False
    while member >= 0:
        found = found or (
            member != row and state.presence[member] == HERE and state.stay_service[member] == service
        )
        member = state.next_in_home[member]
    return found


@kernel
def leaves(state: Residents, rules: Rules, book: Book, key: int, row: int, week: int) -> bool:
    """Tell whether a stay ends this week: the resident is ready, and what is waited for is there."""
    doors = rules.doors
    service, need = int(state.stay_service[row]), int(state.stay_need[row])
    if state.ready_since[row] > NEVER:
        waited_for = state.awaits[row]
        return not (state.status[row, need] == WAITING and state.service[row, need] == waited_for)
    ready, awaits, _, _ = draw(key, state.identity[row], week, address(STAY, 0))
    eased = need >= 0 and state.severity[row, need] < doors.ends_below[service]
    if not eased and ready >= doors.ready[service]:
        return False
    return not must_wait(state, rules, book, key, row, awaits, week)


@kernel
def must_wait(state: Residents, rules: Rules, book: Book, key: int, row: int, word: int, week: int) -> bool:
    """Put a resident who is ready to leave in the queue of what they need first; False where nothing is needed."""
    doors = rules.doors
    stay = int(state.stay_service[row])
    waits = False
    upto = 0
    done = False
    for line in range(doors.await_first[stay], doors.await_first[stay + 1]):
        need = int(doors.await_need[line])
        level = int(state.severity[row, need])
        if done or not doors.await_low[line] <= level <= doors.await_high[line]:
            continue
        upto += doors.await_share[line]
        if word < upto:
            done = True
            service = int(doors.await_service[line])
            if state.status[row, need] != OPEN:
                if not is_known(state, rules, key, row, service, week):
                    continue
                if level < doors.threshold[service] or not admits(
                    state, rules, key, row, need, service, week
                ):
                    refuse(state, doors, book, row, need, service, week)
                else:
                    state.status[row, need] = WAITING
                    if state.service[row, need] != service:  # its place in that queue is kept
                        state.service[row, need] = service
                        state.since[row, need] = week
                    state.hand_off[row, need] = -1
                    state.told[row, need] = 0
                    state.stay_need[row] = need
                    state.awaits[row] = service
                    state.ready_since[row] = week
                    note(book, week, row, READY_TO_LEAVE, service, need, level, -1, 0)
                    waits = True
    return waits


@kernel
def admits(state: Residents, rules: Rules, key: int, row: int, need: int, service: int, week: int) -> bool:
    """Tell whether a door is open to the resident and the need its business."""
    inside = in_remit(state, rules, key, row, need, service, week)
    return inside and is_open_to(state, rules, key, row, service, week)


@kernel
def leave(state: Residents, rules: Rules, book: Book, row: int, week: int) -> None:
    """End a stay: back to the stay it interrupted, else home."""
    service, need = int(state.stay_service[row]), int(state.stay_need[row])
    note(book, week, row, STAY_ENDED, service, need, 0, -1, 0)
    if need >= 0 and state.severity[row, need] < max(1, rules.doors.ends_below[service]):
        state.cause[row, need] = 0
        state.worse_cause[row, need] = 0
    back = state.back_to[row]
    state.stay_service[row] = back
    state.stay_need[row] = state.back_need[row]
    state.place[row] = rules.doors.place[back] if back >= 0 else 0
    state.stay_cause[row] = state.back_cause[row]
    state.back_to[row] = -1
    state.back_need[row] = -1
    state.back_cause[row] = 0
    state.ready_since[row] = NEVER
    state.awaits[row] = -1


@kernel
def enter(
    state: Residents,
    rules: Rules,
    book: Book,
    row: int,
    need: int,
    cause: int,
    service: int,
    week: int,
) -> None:
    """Begin a stay; hospital and ward interrupt another stay, any other stay replaces it."""
    doors = rules.doors
    place = doors.place[service]
    if state.stay_service[row] >= 0:
        if (place in (HOSPITAL, WARD)) and state.place[row] not in (HOSPITAL, WARD):
            state.back_to[row] = state.stay_service[row]
            state.back_need[row] = state.stay_need[row]
            state.back_cause[row] = state.stay_cause[row]
        else:
            book.taken[state.stay_service[row]] -= 1
            if state.back_to[row] >= 0:
                book.taken[state.back_to[row]] -= 1
            state.back_to[row] = -1
            leave(state, rules, book, row, week)
    state.place[row] = place
    state.stay_service[row] = service
    state.stay_need[row] = need
    state.stay_since[row] = week
    state.ready_since[row] = NEVER
    state.awaits[row] = -1
    state.stay_cause[row] = cause
    book.taken[service] += 1
    severity = int(state.severity[row, need]) if need >= 0 else 0
    if need >= 0 and doors.helps[service, need] > 0 and place not in (HOSPITAL, WARD):
        if state.status[row, need] == OPEN:
            note(book, week, row, CLOSED, int(state.service[row, need]), need, severity, -1, cause)
        state.status[row, need] = UNSERVED  # a place to live takes over from support at home
        state.service[row, need] = -1
    if doors.admission[service] >= 0:
        post(state, doors, book, row, int(doors.admission[service]), need, severity, cause, week)
    post(state, doors, book, row, int(doors.main_kind[service]), need, severity, cause, week)
    note(book, week, row, STAY_BEGAN, service, need, severity, -1, cause)


@kernel
def admit_emergencies(state: Residents, rules: Rules, book: Book, key: int, week: int) -> None:
    """Give the free beds to this week's emergencies, by severity and then ticket; the rest go home again."""
    count = book.wants[0]
    book.want_row[:count] = np.sort(book.want_row[:count])  # so that equal tickets are in order of identity
    order = np.empty(count, np.int64)
    for at in range(count):
        row = int(book.want_row[at])
        need = int(state.wants_need[row])
        item = int(state.wants_stay[row]) * 16 + (need if need >= 0 else BACKGROUND_ITEM)
        word = draw(key, state.identity[row], week, address(QUEUE, item))[0]
        order[at] = ((4 - urgency(state, row, need)) << 32) | word
    for at in np.argsort(order, kind="mergesort"):
        row = int(book.want_row[at])
        service, need = int(state.wants_stay[row]), int(state.wants_need[row])
        cause = int(state.wants_cause[row])
        state.wants_stay[row] = -1
        state.wants_need[row] = -1
        if state.presence[row] != HERE or state.place[row] in (HOSPITAL, WARD):
            continue
        if places_left(rules.doors, book, service) > 0 and not rules.doors.closed[service]:
            if need >= 0 and state.status[row, need] == WAITING and state.service[row, need] == service:
                state.status[row, need] = UNSERVED
                state.service[row, need] = -1
            enter(state, rules, book, row, need, cause, service, week)
        else:
            tally(state, book, REFUSALS, row, 1)
            tally(state, book, BOUNCES, row, 1)
            if need >= 0:
                blame(state, row, need, rules.doors.agency[service])
            severity, cause = urgency(state, row, need), int(state.cause[row, need]) if need >= 0 else 0
            note(book, week, row, TURNED_AWAY, service, need, severity if need >= 0 else 0, -1, cause)


@inlined
def urgency(state: Residents, row: int, need: int) -> int:
    """Severity that puts an emergency in order; an ordinary injury counts as complex."""
    return int(state.severity[row, need]) if need >= 0 else 3
