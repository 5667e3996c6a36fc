"""Phase 4: each door accepts, queues, hands on or turns away."""

from __future__ import annotations

from demandsim.agencies.rules import CONTACT, STAY, Rules
from demandsim.chance import HANDLE, address, draw
from demandsim.kernels import inlined, kernel
from demandsim.population.columns import UNSERVED, WAITING, Residents
from demandsim.records.journal import JOINED
from demandsim.simulation.book import Book
from demandsim.simulation.chains import send
from demandsim.simulation.groups import in_group
from demandsim.simulation.posting import note, post, refuse


@kernel
def triage(state: Residents, rules: Rules, book: Book, key: int, week: int) -> None:
    """Decide every ask of the week."""
    for line in range(book.asks[0]):
        row, need, service = int(book.ask_row[line]), int(book.ask_need[line]), int(book.ask_service[line])
        if state.severity[row, need] > 0:
            decide(state, rules, book, key, row, need, service, week)


@kernel
def is_open_to(state: Residents, rules: Rules, key: int, row: int, service: int, week: int) -> bool:
    """Tell whether the service is open to the resident at all."""
    doors = rules.doors
    if doors.closed[service] or not in_group(
        state, rules.groups, int(doors.open_to[service]), key, row, week
    ):
        return False
    shut = int(doors.closed_to[service])
    return shut < 0 or not in_group(state, rules.groups, shut, key, row, week)


@kernel
def decide(
    state: Residents, rules: Rules, book: Book, key: int, row: int, need: int, service: int, week: int
) -> None:
    """Accept, queue, hand on or turn away one ask."""
    doors = rules.doors
    if doors.unopened[service]:
        return  # nobody asks at a door that has never been there
    if not is_open_to(state, rules, key, row, service, week):
        refuse(state, doors, book, row, need, service, week)
        return
    state.seen[row, need] |= doors.sector_bit[service]
    if not doors.takes[service, need] or not in_group(
        state, rules.groups, int(doors.remit[service]), key, row, week
    ):
        outside_remit(state, rules, book, key, row, need, service, week)
        return
    severity, cause = int(state.severity[row, need]), int(state.cause[row, need])
    if state.status[row, need] != UNSERVED:
        if doors.mode[service] == CONTACT:  # a short contact beside the queue or the episode
            post(state, doors, book, row, int(doors.main_kind[service]), need, severity, cause, week)
        return
    if doors.assessment[service] >= 0 and not state.told[row, need]:
        post(state, doors, book, row, int(doors.assessment[service]), need, severity, cause, week)
    state.told[row, need] = 0
    if severity < doors.threshold[service]:
        refuse(state, doors, book, row, need, service, week)
    elif not (doors.mode[service] == STAY and state.stay_service[row] == service):
        join(state, book, row, need, service, week)


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
    _, lost, refers, found = draw(key, state.identity[row], week, address(HANDLE, need))
    target = int(doors.hand_on[service, need])
    if state.status[row, need] != UNSERVED:
        refuse(state, doors, book, row, need, service, week)
    elif found < doors.settles[service]:
        state.helped_until[row, need] = max(
            state.helped_until[row, need], week + doors.settled_weeks[service]
        )
    elif target >= 0:
        send(state, doors, book, row, need, service, target, lost, refers, True, week)
    else:
        refuse(state, doors, book, row, need, service, week)
