"""Writing to the week's book: a contact, a measure, an event in a followed resident's journal."""

from __future__ import annotations

from demandsim.agencies.rules import Doors
from demandsim.kernels import inlined, kernel
from demandsim.population.columns import OPEN, Residents
from demandsim.records.journal import CONTACT, LOST_ON_THE_WAY, TURNED_AWAY
from demandsim.records.measures import BOUNCES, LOST, REFUSALS
from demandsim.simulation.book import Book


@inlined
def tally(state: Residents, book: Book, measure: int, row: int, amount: int) -> None:
    """Add to a measure, under the resident's quintile."""
    book.measure[measure, (state.decile[row] - 1) // 2] += amount


@inlined
def note(
    book: Book, week: int, row: int, event: int, service: int, need: int, severity: int, kind: int, cause: int
) -> None:
    """Keep an event of a followed resident."""
    if book.followed.shape[0] > 0:
        keep(book, week, row, event, service, need, int(severity), kind, int(cause))


@kernel
def keep(
    book: Book, week: int, row: int, event: int, service: int, need: int, severity: int, kind: int, cause: int
) -> None:
    """Write one line of the journal, if the resident is followed."""
    if book.followed[row]:
        line = book.journal_rows[0]
        if line < book.journal.shape[0]:
            book.journal[line, 0] = week
            book.journal[line, 1] = row
            book.journal[line, 2] = event
            book.journal[line, 3] = service
            book.journal[line, 4] = need
            book.journal[line, 5] = severity
            book.journal[line, 6] = kind
            book.journal[line, 7] = cause
        book.journal_rows[0] = line + 1


@kernel
def post(
    state: Residents,
    doors: Doors,
    book: Book,
    row: int,
    kind: int,
    need: int,
    severity: int,
    cause: int,
    week: int,
) -> None:
    """Post one contact: need -1 is background, cause 0 is none."""
    before = book.contacts[kind, need + 1, severity, cause]
    if before == 0:
        needs, causes = state.severity.shape[1], book.contacts.shape[3]
        book.touched[book.touches[0]] = ((kind * (needs + 1) + need + 1) * 5 + severity) * causes + cause
        book.touches[0] += 1
    book.contacts[kind, need + 1, severity, cause] = before + 1
    book.by_age[kind, state.cell[row] // 20, 1 if need >= 0 else 0] += 1
    service = int(doors.kind_service[kind])
    book.used[service] += doors.kind_minutes[kind]
    if doors.remembered[service] >= 0:
        state.last_contact[row, doors.remembered[service]] = week
    if need >= 0:
        state.seen[row, need] |= doors.sector_bit[service]
    if book.panel_row.shape[0] > 0 and book.panel_row[row] >= 0:
        book.panel[book.panel_row[row], kind] += 1
    note(book, week, row, CONTACT, service, need, severity, kind, cause)


@inlined
def blame(state: Residents, row: int, need: int, agency: int) -> None:
    """Set a real need's cause, unless it has one: the first stays until the need is met or gone."""
    if state.severity[row, need] > 0 and state.cause[row, need] == 0:
        state.cause[row, need] = agency + 1


@kernel
def refuse(state: Residents, doors: Doors, book: Book, row: int, need: int, service: int, week: int) -> None:
    """Turn a need away at a door."""
    agency = int(doors.agency[service])
    tally(state, book, REFUSALS, row, 1)
    tally(state, book, BOUNCES, row, 1)
    blame(state, row, need, agency)
    severity = state.severity[row, need]
    note(book, week, row, TURNED_AWAY, service, need, severity, -1, state.cause[row, need])


@kernel
def lose(state: Residents, doors: Doors, book: Book, row: int, need: int, service: int, week: int) -> None:
    """Lose a need on its way from a service to the next."""
    tally(state, book, LOST, row, 1)
    tally(state, book, BOUNCES, row, 1)
    blame(state, row, need, doors.agency[service])
    severity = state.severity[row, need]
    note(book, week, row, LOST_ON_THE_WAY, service, need, severity, -1, state.cause[row, need])


@kernel
def in_stay_for(state: Residents, doors: Doors, row: int, need: int) -> bool:
    """Tell whether the resident is in a stay that is for this need and helps it (the street does not)."""
    stay = int(state.stay_service[row])
    return stay >= 0 and state.stay_need[row] == need and doors.helps[stay, need] > 0


@kernel
def standing(state: Residents, doors: Doors, row: int, need: int) -> int:
    """Give a need's status at the doors: a stay that is for it counts as an open episode."""
    if in_stay_for(state, doors, row, need):
        return OPEN
    return int(state.status[row, need])


@inlined
def clear_need(state: Residents, row: int, need: int) -> None:
    """Forget what goes with a need that is met or gone; its place in a queue or episode is ended by serve."""
    state.cause[row, need] = 0
    state.worse_cause[row, need] = 0
    state.unmet[row, need] = 0
    state.seen[row, need] = 0
    state.hand_off[row, need] = -1
    state.told[row, need] = 0
