"""Phase 5: episodes and stays run and end; queues are admitted while capacity lasts."""

from __future__ import annotations

import numpy as np

from demandsim.agencies.rules import EPISODE, STAY, Rules
from demandsim.chance import FIND, HANDLE, address, draw
from demandsim.kernels import inlined, kernel
from demandsim.population.columns import HERE, OPEN, UNSERVED, WAITING, Homes, Residents
from demandsim.records.journal import CLOSED, GAVE_UP_WAITING, OPENED, WAS_FOUND
from demandsim.records.measures import FOUND, GAVE_UP, HELPED, OPENING, WAITED
from demandsim.simulation.book import Book
from demandsim.simulation.chains import at_large, refer_on, send
from demandsim.simulation.change_needs import gives_support
from demandsim.simulation.chunks import Chunk, Team, pick
from demandsim.simulation.groups import is_shut
from demandsim.simulation.posting import blame, note, post, standing, tally
from demandsim.simulation.queues import bucket_of, find_cuts, places_left, ticket, ties_at_cuts
from demandsim.simulation.seek_help import routed
from demandsim.simulation.stays import (
    admit_emergencies,
    bring_along,
    enter,
    housed_by_another,
    run_stays,
    send_home,
)
from demandsim.simulation.strips import STRIP, find_held_blocks
from demandsim.simulation.triage import lives_there

MILLION = 1_000_000


def serve(state: Residents, homes: Homes, rules: Rules, book: Book, team: Team, key: int, week: int) -> None:
    """Run what is open, then admit from every queue while hours and beds last; households follow their own."""
    fund(rules, book)
    run_stays(state, rules, book, key, week)
    admit_emergencies(state, rules, book, key, week)
    busy = []
    for chunk, count in team.as_looked(find_busy, state, acting=2.0):
        busy.append((chunk, count))
        run_episodes(state, rules, book, chunk, count, key, week)
    cut_queues(rules, book)
    admit_queues(state, homes, rules, book, key, week)
    for chunk, count in busy:
        send_home(state, homes, rules, chunk, count)
    for chunk, count in busy:
        bring_along(state, homes, rules, chunk, count)


@kernel
def fund(rules: Rules, book: Book) -> None:
    """Begin the week's counts; work out the minutes (or beds) each service has; fractions of a minute are carried."""
    doors = rules.doors
    book.bucket[:] = 0
    for counter in (book.waiting, book.ready, book.opened, book.taken, book.delayed, book.queues):
        counter[:] = 0
    for service in range(doors.capacity.shape[0]):
        people = book.here[0] if doors.grows[service] else book.here[1]
        capacity = doors.capacity[service]
        if capacity < 0:
            book.funded[service] = -1
        elif doors.mode[service] == STAY:
            book.funded[service] = (capacity * people + MILLION // 2) // MILLION
        else:
            exact = capacity * people + book.fraction[service]
            book.funded[service] = exact // MILLION
            book.fraction[service] = exact % MILLION


@kernel
def find_busy(state: Residents, chunk: Chunk) -> int:
    """Find who has an episode open, waits for one, or lives away from home: all whose place may change after this."""
    count = 0
    for first in range(chunk.rows[0], chunk.rows[1], STRIP):
        last = min(first + STRIP, chunk.rows[1])
        for at in range(busy_in_strip(state, chunk, first, last)):
            count = pick(chunk, count, chunk.found[at])
    return count


@kernel
def busy_in_strip(state: Residents, chunk: Chunk, first: int, last: int) -> int:
    """Find the busy residents of a strip."""
    presence, places, busy = state.presence[first:last], state.place[first:last], chunk.held
    find_held_blocks(state.status, first, last, busy)
    found, count = chunk.found, 0
    for at in range(last - first):
        found[count] = first + at
        count += ((busy[at] != 0) | (places[at] > 0)) & (presence[at] == HERE)
    return count


@kernel
def run_episodes(
    state: Residents, rules: Rules, book: Book, chunk: Chunk, count: int, key: int, week: int
) -> None:
    """Give the open episodes their week, end those that are due, and count the queues."""
    for line in range(count):
        row = int(chunk.picked[line])
        for need in range(state.status.shape[1]):
            status = state.status[row, need]
            if status == OPEN:
                run_episode(state, rules, book, key, row, need, week)
            elif status == WAITING:
                wait(state, rules, book, key, row, need, week)


@kernel
def run_episode(state: Residents, rules: Rules, book: Book, key: int, row: int, need: int, week: int) -> None:
    """Give one open episode its week, or end it."""
    doors = rules.doors
    service = int(state.service[row, need])
    elapsed = week - int(state.since[row, need])
    severity = int(state.severity[row, need])
    shut = is_shut(state, rules, key, row, service, week)
    due = doors.weeks[service] > 0 and elapsed >= doors.weeks[service]
    if shut or due or severity < doors.ends_below[service]:
        end_episode(state, rules, book, key, row, need, shut, week)
    else:
        book.opened[service] += 1
        if at_large(state, row) and gives_support(rules, service, elapsed):
            post(
                state,
                doors,
                book,
                row,
                int(doors.main_kind[service]),
                need,
                severity,
                int(state.cause[row, need]),
                week,
            )


@kernel
def end_episode(
    state: Residents, rules: Rules, book: Book, key: int, row: int, need: int, shut: bool, week: int
) -> None:
    """End an episode: the need no better, or the service shut, is a cause; else help lasts a while."""
    service = int(state.service[row, need])
    severity = int(state.severity[row, need])
    state.status[row, need] = UNSERVED
    state.service[row, need] = -1
    if shut or (severity > 0 and severity >= state.opened_at[row, need]):
        blame(state, row, need, rules.doors.agency[service])
    else:
        state.cause[row, need] = 0
        state.worse_cause[row, need] = 0
    if not shut:
        state.helped_until[row, need] = max(
            state.helped_until[row, need], week + rules.doors.helped_weeks[service]
        )
    note(book, week, row, CLOSED, service, need, severity, -1, state.cause[row, need])
    if severity > 0 and not shut:
        refer_on(state, rules, book, key, row, need, service, week)


@kernel
def wait(state: Residents, rules: Rules, book: Book, key: int, row: int, need: int, week: int) -> None:
    """Keep a need in its queue, or drop it: gone, given up, or the door now shut."""
    doors = rules.doors
    service = int(state.service[row, need])
    severity = int(state.severity[row, need])
    waited = week - int(state.since[row, need])
    if severity == 0:
        leave_queue(state, row, need)
        return
    gives_up = draw(key, state.identity[row], week, address(HANDLE, need))[0]
    if is_shut(state, rules, key, row, service, week):
        blame(state, row, need, doors.agency[service])
        leave_queue(state, row, need)
    elif waited > 0 and gives_up < doors.gives_up[service]:
        tally(state, book, GAVE_UP, row, 1)
        note(book, week, row, GAVE_UP_WAITING, service, need, severity, -1, state.cause[row, need])
        leave_queue(state, row, need)
    else:
        if waited > doors.standard[service]:
            blame(state, row, need, doors.agency[service])
        book.waiting[service] += 1
        if can_be_admitted(state, row, service):
            book.bucket[service, bucket_of(severity, waited)] += 1
            book.ready[service] += 1
            last = book.queues[0]
            if last == 0 or book.queueing[last - 1] != row:
                book.queueing[last] = row
                book.queues[0] = last + 1


@inlined
def can_be_admitted(state: Residents, row: int, service: int) -> bool:
    """Tell whether a place can be taken up: not from hospital, ward or prison, unless to leave there for it."""
    return at_large(state, row) or state.awaits[row] == service


@inlined
def leave_queue(state: Residents, row: int, need: int) -> None:
    """Leave a queue unserved."""
    state.status[row, need] = UNSERVED
    state.service[row, need] = -1


@kernel
def cut_queues(rules: Rules, book: Book) -> None:
    """Find where in each queue the week's places run out."""
    places = np.zeros(book.cut.shape[0], np.int64)
    for service in range(places.shape[0]):
        places[service] = places_left(rules.doors, book, service)
    find_cuts(book, places)


@kernel
def admit_queues(state: Residents, homes: Homes, rules: Rules, book: Book, key: int, week: int) -> None:
    """Admit everyone before the cut of their queue; then, of the bucket at the cut, the lowest tickets."""
    ties, order, needs = ties_at_cuts(book), book.tie_order, book.tie_need
    if ties > order.shape[0]:
        order, needs = np.empty(ties, np.int64), np.empty(ties, np.int64)
    found = 0
    for line in range(book.queues[0]):
        row = int(book.queueing[line])
        free, awaits = (
            at_large(state, row),
            state.awaits[row],
        )  # as they were counted: an admission may change both
        for need in range(state.status.shape[1]):
            service = int(state.service[row, need])
            if state.status[row, need] != WAITING or not (free or awaits == service):
                continue
            bucket = bucket_of(int(state.severity[row, need]), week - int(state.since[row, need]))
            if bucket < book.cut[service, 0]:
                admit(state, homes, rules, book, key, row, need, week)
            elif bucket == book.cut[service, 0] and book.cut[service, 1] > 0:
                # Service first, so that one sort orders every service's ties; the ticket is 32 bits.
                order[found] = (service << 32) | ticket(state, key, row, need, service)
                needs[found] = row * 16 + need
                found += 1
    # A stable sort: equal tickets stay in order of identity.
    for at in np.argsort(order[:found], kind="mergesort"):
        row, need = int(needs[at] >> 4), int(needs[at] & 15)
        service = int(state.service[row, need])
        if state.status[row, need] == WAITING and book.cut[service, 1] > 0:
            book.cut[service, 1] -= 1
            admit(state, homes, rules, book, key, row, need, week)


@kernel
def admit(
    state: Residents, homes: Homes, rules: Rules, book: Book, key: int, row: int, need: int, week: int
) -> None:
    """Admit one need from the queue: a contact, an episode or a stay."""
    doors = rules.doors
    service = int(state.service[row, need])
    mode = doors.mode[service]
    severity, cause = int(state.severity[row, need]), int(state.cause[row, need])
    book.waiting[service] -= 1
    if lives_there(state, doors, row, service) or (
        doors.whole[service] > 0 and housed_by_another(state, homes, row, service)
    ):
        leave_queue(state, row, need)  # the household lives there by now
        return
    tally(state, book, HELPED, row, 1)
    tally(state, book, WAITED, row, week - int(state.since[row, need]))
    if mode == STAY:
        leave_queue(state, row, need)
        enter(state, rules, book, row, need, cause, service, week)
        return
    book.event[OPENING, doors.agency[service]] += 1
    post(state, doors, book, row, int(doors.main_kind[service]), need, severity, cause, week)
    find_others(state, rules, book, key, row, need, service, week)
    if mode == EPISODE:
        state.status[row, need] = OPEN
        state.since[row, need] = week
        state.opened_at[row, need] = severity
        state.cause[row, need] = 0
        book.opened[service] += 1
        note(book, week, row, OPENED, service, need, severity, -1, cause)
        return
    leave_queue(state, row, need)
    if doors.helps[service, need] > 0:
        state.helped_until[row, need] = max(state.helped_until[row, need], week + doors.helped_weeks[service])
    refer_on(state, rules, book, key, row, need, service, week)


@kernel
def find_others(
    state: Residents, rules: Rules, book: Book, key: int, row: int, need: int, service: int, week: int
) -> None:
    """Whole-needs assessment: find other needs nobody has seen; known from now on, they arrive at a door next week."""
    if rules.doors.finds[service] > 0:
        for other in range(state.severity.shape[1]):
            if other != need and state.severity[row, other] > 0 and state.seen[row, other] == 0:
                item = service * 16 + other
                found, route, lost, told = draw(key, state.identity[row], week, address(FIND, item))
                if found < rules.doors.finds[service]:
                    state.seen[row, other] |= rules.doors.sector_bit[service]
                    tally(state, book, FOUND, row, 1)
                    note(book, week, row, WAS_FOUND, service, other, state.severity[row, other], -1, 0)
                    target = routed(state, rules, key, row, other, 0, route, week)
                    if target >= 0 and standing(state, rules.doors, row, other) == UNSERVED:
                        send(state, rules, book, row, other, service, target, lost, told, False, key, week)
