"""Contacts that chain within a week: ambulance to A&E to hospital, arrest to custody, detention to assessment."""

from __future__ import annotations

from demandsim.agencies.rules import EMERGENCY, STAY, Doors, Rules
from demandsim.chance import HANDLE, address, draw
from demandsim.kernels import inlined, kernel
from demandsim.population.columns import UNSERVED, Residents
from demandsim.records.journal import HANDED_ON, REFERRED
from demandsim.records.measures import BOUNCES, HAND_OFFS, HANDED_OFF
from demandsim.simulation.book import Book
from demandsim.simulation.posting import blame, lose, note, post, refuse, tally

HOSPITAL, WARD, PRISON = 1, 2, 9


@inlined
def at_large(state: Residents, row: int) -> bool:
    """Tell whether the resident can go to a door this week: not from hospital, ward or prison."""
    place = state.place[row]
    return place not in (HOSPITAL, WARD, PRISON)


@kernel
def visit(
    state: Residents,
    rules: Rules,
    book: Book,
    row: int,
    need: int,
    severity: int,
    cause: int,
    service: int,
    words: tuple[int, int, int, int],
    key: int,
    week: int,
) -> None:
    """Post an ordinary or emergency contact at once, and what chains on from it."""
    doors = rules.doors
    for step in range(4):  # three drawn outcomes at the most; the scenario's checks hold chains to that
        if doors.mode[service] != EMERGENCY:
            post(state, doors, book, row, int(doors.main_kind[service]), need, severity, cause, week)
            return
        if need >= 0 and (doors.closed[service] or not doors.takes[service, need]):
            target = int(doors.hand_on[service, need])
            if target < 0:
                refuse(state, doors, book, row, need, service, week)
                return
            # An emergency outside the remit is passed on while the caller waits: same week, another door.
            tally(state, book, HAND_OFFS, row, 1)
            tally(state, book, BOUNCES, row, 1)
            book.event[HANDED_OFF, doors.agency[service]] += 1
            blame(state, row, need, doors.agency[service])
            note(book, week, row, HANDED_ON, target, need, severity, -1, state.cause[row, need])
            service = target
        outcome = drawn_outcome(doors, service, need, severity, words[step])
        post(state, doors, book, row, int(doors.outcome_kind[outcome]), need, severity, cause, week)
        target = int(doors.outcome_refer[outcome])
        if target >= 0 and need >= 0:
            refer_now(state, doors, book, row, need, service, target, key, week)
        service = int(doors.outcome_next[outcome])
        if service < 0:
            return
        if doors.mode[service] == STAY:
            want(state, book, row, need, service)
            return


@inlined
def drawn_outcome(doors: Doors, service: int, need: int, severity: int, word: int) -> int:
    """Pick the outcome row that the word falls in."""
    outcome = doors.outcome_first[service, need + 1]
    last = doors.outcome_last[service, need + 1] - 1
    while outcome < last and word >= doors.outcome_upto[outcome, severity]:
        outcome += 1
    return outcome


@inlined
def want(state: Residents, book: Book, row: int, need: int, service: int) -> None:
    """Ask for a bed this week; serve decides when everyone who asks is known."""
    if state.wants_stay[row] < 0 and state.stay_service[row] != service:
        state.wants_stay[row] = service
        state.wants_need[row] = need
        book.want_row[book.wants[0]] = row
        book.wants[0] += 1


@kernel
def refer_now(
    state: Residents,
    doors: Doors,
    book: Book,
    row: int,
    need: int,
    service: int,
    target: int,
    key: int,
    week: int,
) -> None:
    """Refer a need that nobody serves or awaits; an ask under way this week goes first."""
    if state.status[row, need] == UNSERVED and state.hand_off[row, need] == -1:
        _, lost, _, found = draw(key, state.identity[row], week, address(HANDLE, need))
        send(state, doors, book, row, need, service, target, lost, found, False, week)


@kernel
def send(
    state: Residents,
    doors: Doors,
    book: Book,
    row: int,
    need: int,
    service: int,
    target: int,
    lost_word: int,
    told_word: int,
    bounced: bool,
    week: int,
) -> None:
    """Hand a need to another service, where it arrives next week, unless it is lost on the way."""
    tally(state, book, HAND_OFFS, row, 1)
    book.event[HANDED_OFF, doors.agency[service]] += 1
    severity = state.severity[row, need]
    event = HANDED_ON if bounced else REFERRED
    note(book, week, row, event, target, need, severity, -1, state.cause[row, need])
    if lost_word < doors.loss[service]:
        lose(state, doors, book, row, need, service, week)
        return
    if bounced:
        tally(state, book, BOUNCES, row, 1)
    state.hand_off[row, need] = target
    state.told[row, need] = 1 if told_word < doors.tells[service] else 0
