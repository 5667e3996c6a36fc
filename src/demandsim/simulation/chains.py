"""Contacts that chain within a week: ambulance to A&E to hospital, arrest to custody, detention to assessment."""

from __future__ import annotations

from demandsim.agencies.rules import EMERGENCY, EPISODE, STAY, Doors, Rules
from demandsim.chance import HANDLE, PASS_ON, address, draw, nth
from demandsim.kernels import inlined, kernel
from demandsim.population.columns import UNSERVED, Residents
from demandsim.records.journal import HANDED_ON, REFERRED
from demandsim.records.measures import BOUNCES, HAND_OFFS, HANDED_OFF
from demandsim.simulation.book import Book
from demandsim.simulation.groups import in_group, in_remit, is_known, is_open_to
from demandsim.simulation.posting import blame, lose, note, post, refuse, standing, tally

HOSPITAL, WARD, PRISON = 1, 2, 9
ORDINARY, URGENT = 0, 1  # chains a need may begin in one week: each has words of its own
DRAWN_MOST = 3  # outcomes drawn in one chain: a call has that many words for them
LONGEST_CHAIN = 8  # steps, doors passed on from included


@inlined
def at_large(state: Residents, row: int) -> bool:
    """Tell whether the resident can go to a door this week."""
    return goes_to_doors(state.place[row])


@inlined
def goes_to_doors(place: int) -> bool:
    """Tell whether whoever lives in that place can go to a door: not from hospital, ward or prison."""
    return (place != HOSPITAL) & (place != WARD) & (place != PRISON)


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
    luck: int,
    chain: int,
    key: int,
    week: int,
) -> None:
    """Post an ordinary or emergency contact at once, and what chains on from it; ``luck`` addresses its outcomes."""
    doors = rules.doors
    drawn = 0
    for _ in range(LONGEST_CHAIN):
        open_here = is_open_to(state, rules, key, row, service, week)
        if need < 0 and not open_here:
            return  # a broken wrist at a shut door goes uncounted
        if need >= 0 and not (open_here and in_remit(state, rules, key, row, need, service, week)):
            service = passed_on(state, rules, book, row, need, severity, service, key, week)
            if service < 0:
                return
            continue
        mode = doors.mode[service]
        if mode == STAY:
            want(state, book, row, need, cause, service)
            return
        if mode == EPISODE:
            refer_now(state, rules, book, row, need, service, service, chain, key, week)
            return
        if mode != EMERGENCY or drawn == DRAWN_MOST:
            post(state, doors, book, row, int(doors.main_kind[service]), need, severity, cause, week)
            return
        words = draw(key, state.identity[row], week, luck)  # drawn here: few contacts have outcomes
        outcome = drawn_outcome(doors, service, need, severity, nth(words, drawn))
        drawn += 1
        post(state, doors, book, row, int(doors.outcome_kind[outcome]), need, severity, cause, week)
        target = int(doors.outcome_refer[outcome])
        if target >= 0:
            refer_now(state, rules, book, row, need, service, target, chain, key, week)
        service = int(doors.outcome_next[outcome])
        if service < 0:
            return
    if need >= 0:  # doors that pass on in a circle: the last turns the caller away
        refuse(state, doors, book, row, need, service, week)


@kernel
def passed_on(
    state: Residents,
    rules: Rules,
    book: Book,
    row: int,
    need: int,
    severity: int,
    service: int,
    key: int,
    week: int,
) -> int:
    """Pass a caller on to another door in the same week, or turn them away: -1."""
    doors = rules.doors
    if not is_known(state, rules, key, row, service, week):
        return -1
    target = int(doors.hand_on[service, need])
    if target < 0 or not is_known(state, rules, key, row, target, week):
        refuse(state, doors, book, row, need, service, week)
        return -1
    tally(state, book, HAND_OFFS, row, 1)
    tally(state, book, BOUNCES, row, 1)
    book.event[HANDED_OFF, doors.agency[service]] += 1
    blame(state, row, need, int(doors.agency[service]))
    note(book, week, row, HANDED_ON, target, need, severity, -1, state.cause[row, need])
    return target


@inlined
def drawn_outcome(doors: Doors, service: int, need: int, severity: int, word: int) -> int:
    """Pick the outcome row that the word falls in."""
    outcome = doors.outcome_first[service, need + 1]
    last = doors.outcome_last[service, need + 1] - 1
    while outcome < last and word >= doors.outcome_upto[outcome, severity]:
        outcome += 1
    return outcome


@inlined
def want(state: Residents, book: Book, row: int, need: int, cause: int, service: int) -> None:
    """Ask for a bed this week; serve decides when everyone who asks is known."""
    if state.wants_stay[row] < 0 and state.stay_service[row] != service:
        state.wants_stay[row] = service
        state.wants_need[row] = need
        state.wants_cause[row] = cause
        book.want_row[book.wants[0]] = row
        book.wants[0] += 1


@kernel
def refer_now(
    state: Residents,
    rules: Rules,
    book: Book,
    row: int,
    need: int,
    service: int,
    target: int,
    chain: int,
    key: int,
    week: int,
) -> None:
    """Refer a need that nobody serves, awaits or was asked about this week."""
    if need < 0 or standing(state, rules.doors, row, need) != UNSERVED or book.ask[row, need] >= 0:
        return
    lost, told, _, _ = draw(
        key, state.identity[row], week, address(PASS_ON, (service * 16 + need) * 2 + chain)
    )
    send(state, rules, book, row, need, service, target, lost, told, False, key, week)


@kernel
def send(
    state: Residents,
    rules: Rules,
    book: Book,
    row: int,
    need: int,
    service: int,
    target: int,
    lost_word: int,
    told_word: int,
    bounced: bool,
    key: int,
    week: int,
) -> None:
    """Hand a need to another service, where it arrives next week, unless it is lost on the way.

    One hand-off at a time; nobody is sent to a door that has never been opened to them.
    """
    doors = rules.doors
    if state.hand_off[row, need] >= 0 or not is_known(state, rules, key, row, target, week):
        return
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


@kernel
def refer_on(
    state: Residents, rules: Rules, book: Book, key: int, row: int, need: int, service: int, week: int
) -> None:
    """Refer a need on after a contact, an episode or a stay, to at most one service."""
    doors = rules.doors
    severity = int(state.severity[row, need])
    _, lost, refers, told = draw(key, state.identity[row], week, address(HANDLE, need))
    upto = 0
    for line in range(doors.refer_first[service], doors.refer_first[service + 1]):
        target = int(doors.refer_to[line])
        fits = doors.refer_need[line] == need and is_known(state, rules, key, row, target, week)
        if not fits or severity < doors.refer_low[line] or severity > doors.refer_high[line]:
            continue
        if in_group(state, rules.groups, int(doors.refer_group[line]), key, row, week):
            upto += doors.refer_share[line]
            if refers < upto:
                send(state, rules, book, row, need, service, target, lost, told, False, key, week)
                return
