"""Phase 6: programmes offer early help to residents they pick, from what their agency's records show."""

from __future__ import annotations

import numpy as np

from demandsim.agencies.rules import Rules
from demandsim.chance import REACH_NEED, REACH_OUT, address, draw
from demandsim.kernels import kernel
from demandsim.population.columns import HERE, NEVER, UNSERVED, Residents
from demandsim.records.journal import EASED, ENDED, WAS_FOUND, WAS_OFFERED, WAS_REACHED
from demandsim.records.measures import FOUND, OFFERED, REACHED
from demandsim.simulation.book import Book
from demandsim.simulation.chains import at_large, send
from demandsim.simulation.groups import in_group, is_open_to
from demandsim.simulation.posting import clear_need, note, post, standing, tally


@kernel
def reach_out(state: Residents, rules: Rules, book: Book, key: int, week: int) -> None:
    """Let each open programme offer its help while its hours last."""
    for programme in range(rules.programmes.service.shape[0]):
        service = int(rules.programmes.service[programme])
        if not rules.doors.closed[service]:
            offer_round(state, rules, book, key, programme, service, week)


@kernel
def offer_round(
    state: Residents, rules: Rules, book: Book, key: int, programme: int, service: int, week: int
) -> None:
    """Offer to the lowest tickets among those eligible, one after another, until the hours run out."""
    doors = rules.doors
    unlimited = doors.capacity[service] < 0
    tickets = np.empty(book.here[2], np.int64)
    rows = np.empty(book.here[2], np.int64)
    count = 0
    presence, offered, identity = state.presence, state.offered, state.identity
    severity, last_contact = state.severity, state.last_contact
    again, group = rules.programmes.again[programme], int(rules.programmes.group[programme])
    least, contact = rules.groups.need_low[group], int(rules.groups.contact[group])
    rolling = rules.groups.bit[group] < 0  # a frozen membership does not ask what holds today
    since = week - rules.groups.contact_weeks[group]
    for row in range(book.here[2]):
        if presence[row] != HERE or offered[row, programme] + again > week:
            continue
        # Two columns rule nearly everybody out; the whole question is asked of the rest.
        if rolling and contact >= 0 and last_contact[row, contact] < since:
            continue
        possible = True
        for need in range(severity.shape[1]):
            possible = possible and (not rolling or severity[row, need] >= least[need])
        if (
            not possible
            or not at_large(state, row)
            or not in_group(state, rules.groups, group, key, row, week)
        ):
            continue
        if is_open_to(state, rules, key, row, service, week):
            tickets[count] = draw(key, identity[row], week, address(REACH_OUT, service))[0]
            rows[count] = row
            count += 1
    for at in np.argsort(tickets[:count], kind="mergesort"):
        left = book.funded[service] + book.carried[service] - book.used[service]
        if not unlimited and left < doors.kind_minutes[rules.programmes.offer_kind[programme]]:
            break
        offer(state, rules, book, key, int(rows[at]), programme, service, week)


@kernel
def offer(
    state: Residents, rules: Rules, book: Book, key: int, row: int, programme: int, service: int, week: int
) -> None:
    """Make one offer; where it is taken up, help the resident's needs and refer what is found."""
    table = rules.programmes
    accepts = draw(key, state.identity[row], week, address(REACH_OUT, service))[1]
    state.offered[row, programme] = week
    tally(state, book, OFFERED, row, 1)
    post(state, rules.doors, book, row, int(table.offer_kind[programme]), -1, 0, 0, week)
    note(book, week, row, WAS_OFFERED, service, -1, 0, -1, 0)
    if accepts >= table.take_up[programme]:
        return
    first_time = state.reached[row, programme] == NEVER
    state.reached[row, programme] = week
    tally(state, book, REACHED, row, 1)
    post(state, rules.doors, book, row, int(table.reached_kind[programme]), -1, 0, 0, week)
    note(book, week, row, WAS_REACHED, service, -1, 0, -1, 0)
    if first_time and table.steps[programme] > 0 and week - state.born_week[row] < 5 * 52:
        # As signed numbers: int() of an unsigned column stays unsigned when compiled, and would wrap below 0.
        state.grade[row] = max(0, np.int64(state.grade[row]) - np.int64(table.steps[programme]))
    for need in range(state.severity.shape[1]):
        help_need(state, rules, book, key, row, programme, service, need, week)


@kernel
def help_need(
    state: Residents,
    rules: Rules,
    book: Book,
    key: int,
    row: int,
    programme: int,
    service: int,
    need: int,
    week: int,
) -> None:
    """Lower a need's hazards for a while, perhaps ease it at once, perhaps find it and refer it."""
    table = rules.programmes
    weeks = table.helped[programme, need]
    if weeks > 0:
        state.helped_until[row, need] = max(state.helped_until[row, need], week + weeks)
    if state.severity[row, need] == 0:
        return
    item = service * 16 + need
    found, eases, lost, told = draw(key, state.identity[row], week, address(REACH_NEED, item))
    target = int(table.refer_to[programme, need])
    if state.seen[row, need] == 0 and found < table.find[programme, need]:
        state.seen[row, need] |= rules.doors.sector_bit[service]
        tally(state, book, FOUND, row, 1)
        severity = int(state.severity[row, need])
        note(book, week, row, WAS_FOUND, service, need, severity, -1, 0)
        if target >= 0 and standing(state, rules.doors, row, need) == UNSERVED:
            send(state, rules, book, row, need, service, target, lost, told, False, key, week)
    if eases < table.ease[programme, need]:
        state.severity[row, need] -= 1
        severity = int(state.severity[row, need])
        note(book, week, row, EASED if severity > 0 else ENDED, service, need, severity, -1, 0)
        if severity == 0:
            clear_need(state, row, need)
