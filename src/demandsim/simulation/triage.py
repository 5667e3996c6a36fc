"""Phase 4: each door accepts, queues, hands on or turns away."""

from __future__ import annotations

from demandsim.agencies.rules import CONTACT, STAY, Doors, Rules
from demandsim.chance import SETTLE, address, draw
from demandsim.kernels import inlined, kernel
from demandsim.population.columns import UNSERVED, WAITING, Residents
from demandsim.records.journal import JOINED
from demandsim.records.measures import OUTSIDE_REMIT
from demandsim.simulation.book import Book
from demandsim.simulation.chains import send
from demandsim.simulation.groups import in_remit, is_known, is_open_to
from demandsim.simulation.posting import note, post, refuse, standing


@kernel
def triage(state: Residents, rules: Rules, book: Book, key: int, week: int) -> None:
    """Decide every ask of the week."""
    for line in range(book.asks[0]):
        row = int(book.asking[line])
        for need in range(book.ask.shape[1]):
            service = int(book.ask[row, need])
            book.ask[row, need] = -1
            if service >= 0 and state.severity[row, need] > 0:
                decide(state, rules, book, key, row, need, service, week)


@kernel
def decide(
    state: Residents, rules: Rules, book: Book, key: int, row: int, need: int, service: int, week: int
) -> None:
    """Accept, queue, hand on or turn away one ask."""
    doors = rules.doors
    told = state.told[row, need]  # a history is told once, to whoever was meant to hear it
    state.told[row, need] = 0
    if not is_known(state, rules, key, row, service, week):
        return  # nobody asks at a door that has never been there
    if not is_open_to(state, rules, key, row, service, week):
        refuse(state, doors, book, row, need, service, week)
        return
    state.seen[row, need] |= doors.sector_bit[service]
    if not in_remit(state, rules, key, row, need, service, week):
        outside_remit(state, rules, book, key, row, need, service, week)
        return
    severity, cause = int(state.severity[row, need]), int(state.cause[row, need])
    if standing(state, doors, row, need) != UNSERVED:
        if doors.mode[service] == CONTACT:  # a short contact beside the queue, the episode or the stay
            post(state, doors, book, row, int(doors.main_kind[service]), need, severity, cause, week)
        return
    if doors.assessment[service] >= 0 and not told:
        post(state, doors, book, row, int(doors.assessment[service]), need, severity, cause, week)
    if severity < doors.threshold[service]:
        refuse(state, doors, book, row, need, service, week)
    elif not lives_there(state, doors, row, service):
        join(state, book, row, need, service, week)


@inlined
def lives_there(state: Residents, doors: Doors, row: int, service: int) -> bool:
    """Tell whether the resident is in that stay already, alone or with the household."""
    with_others = doors.whole[service] > 0 and state.place[row] == doors.place[service]
    return doors.mode[service] == STAY and (state.stay_service[row] == service or with_others)


@inlined
def join(state: Residents, book: Book, row: int, need: int, service: int, week: int) -> None:
    """Join a service's queue."""
    state.status[row, need] = WAITING
    state.service[row, need] = service
    state.since[row, need] = week
    severity = state.severity[row, need]
    note(book, week, row, JOINED, service, need, severity, -1, state.cause[row, need])


@kernel
def outside_remit(
    state: Residents, rules: Rules, book: Book, key: int, row: int, need: int, service: int, week: int
) -> None:
    """Settle, hand on or turn away what is not this service's business."""
    doors = rules.doors
    settles, lost, told, _ = draw(key, state.identity[row], week, address(SETTLE, need))
    target = int(doors.hand_on[service, need])
    book.event[OUTSIDE_REMIT, doors.agency[service]] += 1
    if standing(state, doors, row, need) != UNSERVED:
        refuse(state, doors, book, row, need, service, week)
    elif settles < doors.settles[service]:
        # Settled on the spot: no bounce; the time it takes is paid as for any other matter outside the remit.
        helped = int(week + doors.settled_weeks[service])
        state.helped_until[row, need] = max(int(state.helped_until[row, need]), helped)
    elif target >= 0 and is_known(state, rules, key, row, target, week):
        send(state, rules, book, row, need, service, target, lost, told, True, key, week)
    else:
        refuse(state, doors, book, row, need, service, week)
