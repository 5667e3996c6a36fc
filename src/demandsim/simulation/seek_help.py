"""Phase 3: residents approach doors, hand-offs arrive, emergencies and ordinary demand come."""

from __future__ import annotations

from demandsim.agencies.rules import Rules
from demandsim.chance import (
    BACKGROUND,
    BACKGROUND_CHAIN,
    EMERGENCY_CHAIN,
    ORDINARY_CHAIN,
    SEEK_HELP,
    address,
    draw,
)
from demandsim.kernels import inlined, kernel
from demandsim.population.columns import HERE, OPEN, Residents
from demandsim.simulation.book import Book
from demandsim.simulation.chains import ORDINARY, URGENT, goes_to_doors, visit
from demandsim.simulation.chunks import Chunk, Team, pick
from demandsim.simulation.groups import in_group
from demandsim.simulation.posting import standing
from demandsim.simulation.strips import (
    STRIP,
    draw_blocks,
    draw_listed,
    find_held_blocks,
    list_held,
    list_marked,
    mark_below,
)


def seek_help(state: Residents, rules: Rules, book: Book, team: Team, key: int, week: int) -> None:
    """Collect the week's asks at doors; see everybody who comes as an emergency or with ordinary demand."""
    forget_asks(book)
    for chunk, count in team.as_looked(find_callers, state, rules, key, week, acting=0.4):
        hear_callers(state, rules, book, chunk, count, key, week)


@kernel
def forget_asks(book: Book) -> None:
    """Begin the week's lists anew."""
    book.asks[0] = 0
    book.wants[0] = 0


@kernel
def find_callers(state: Residents, rules: Rules, key: int, week: int, chunk: Chunk) -> int:
    """Find who comes to a door: row x 256 + line of ordinary demand, or + 128 + need."""
    count = 0
    for first in range(chunk.rows[0], chunk.rows[1], STRIP):
        last = min(first + STRIP, chunk.rows[1])
        blocks = rules.background.rate_most.shape[0]  # of four services
        draw_blocks(key, state.identity, first, last, week, BACKGROUND, blocks, chunk.luck)
        likely = likely_ordinary(state, rules, chunk, first, last)
        for at in range(find_ordinary(state, rules, chunk, likely, first)):
            count = pick(chunk, count, chunk.found[at])
        held = find_held(state, chunk, first, last)
        for at in range(find_seeking(state, rules, chunk, held, key, week)):
            count = pick(chunk, count, chunk.found[at])
    return count


@kernel
def hear_callers(
    state: Residents, rules: Rules, book: Book, chunk: Chunk, count: int, key: int, week: int
) -> None:
    """Hear everyone found, in order."""
    for line in range(count):
        row, what = int(chunk.picked[line] >> 8), int(chunk.picked[line] & 255)
        if what < 128:
            ordinary_demand(state, rules, book, key, row, what, week)
        else:
            seek_for(state, rules, book, key, row, what - 128, week)


@kernel
def likely_ordinary(state: Residents, rules: Rules, chunk: Chunk, first: int, last: int) -> int:
    """Find the residents of a strip to whom any of a block of four services' ordinary demand may happen."""
    presence, places = state.presence[first:last], state.place[first:last]
    spells, cells, grades = state.bad_spell[first:last], state.cell[first:last], state.grade[first:last]
    bounds, marks = chunk.bounds, chunk.marks
    marks[:] = 0
    for block in range(rules.background.rate_most.shape[0]):
        rate_most, power_most = rules.background.rate_most[block], rules.background.power_most[block]
        for at in range(last - first):
            bounds[at] = (rate_most[spells[at], cells[at]] * power_most[grades[at]]) >> 16
        mark_below(chunk.luck, block, bounds, marks, last - first)
    for at in range(last - first):
        marks[at] *= (presence[at] == HERE) & goes_to_doors(places[at])
    return list_marked(marks, first, last, rules.background.rate_most.shape[0], chunk.found, chunk.likely)


@kernel
def find_ordinary(state: Residents, rules: Rules, chunk: Chunk, count: int, first: int) -> int:
    """Find, of those likely, the ordinary demands that do come: a resident and a service each."""
    cells, grades, spells, luck = state.cell, state.grade, state.bad_spell, chunk.luck
    rate, power, spell = rules.background.rate, rules.background.power, rules.background.spell
    likely, found = chunk.likely, chunk.found
    left = 0
    for at in range(count):
        row, block = likely[at] >> 5, likely[at] & 31
        cell, grade, in_spell = cells[row], grades[row], spells[row]
        for line in range(block * 4, block * 4 + 4):
            chance = (((rate[cell, line] * power[grade, line]) >> 16) * spell[in_spell, line]) >> 16
            found[left] = row * 256 + line
            left += luck[line, row - first] < chance
    return left


@kernel
def ordinary_demand(
    state: Residents, rules: Rules, book: Book, key: int, row: int, line: int, week: int
) -> None:
    """Bring a broken wrist or a burglary to its door."""
    service = int(rules.background.service[line])
    luck = address(BACKGROUND_CHAIN, service)
    visit(state, rules, book, row, -1, 0, 0, service, luck, ORDINARY, key, week)


@kernel
def find_seeking(state: Residents, rules: Rules, chunk: Chunk, count: int, key: int, week: int) -> int:
    """Find, of the needs held, those that come to a door: by hand-off, approach, emergency or ordinary use."""
    status, hand_off, stays = state.status, state.hand_off, state.stay_service
    severity, likely, found = state.severity, chunk.likely, chunk.found
    approaches, emergencies = rules.needs.approach_most, rules.needs.emergency_most
    ordinary_most = rules.needs.ordinary_most
    approach, _, emergency, ordinary = chunk.luck[0], chunk.luck[1], chunk.luck[2], chunk.luck[3]
    left = 0
    for start in range(0, count, STRIP):
        some = likely[start : min(start + STRIP, count)]
        draw_listed(key, state.identity, some, week, SEEK_HELP, chunk.luck)
        for at in range(some.shape[0]):
            row, need = some[at] >> 5, some[at] & 31
            level, stands = severity[row, need], int(status[row, need])
            if stays[row] >= 0:
                stands = standing(state, rules.doors, row, need)
            seeks = hand_off[row, need] >= 0
            seeks |= approach[at] < approaches[need, stands, level]
            seeks |= emergency[at] < emergencies[need, stands, level]
            seeks |= ordinary[at] < ordinary_most[need, level]
            found[left] = row * 256 + 128 + need
            left += seeks
    return left


@kernel
def find_held(state: Residents, chunk: Chunk, first: int, last: int) -> int:
    """List the needs held in a strip by residents who can go to a door."""
    presence, places = state.presence[first:last], state.place[first:last]
    held, marks = chunk.held, chunk.marks
    find_held_blocks(state.severity, first, last, held)
    for at in range(last - first):
        marks[at] = (held[at] != 0) & (presence[at] == HERE) & goes_to_doors(places[at])
    return list_held(state.severity, marks, first, last, chunk.found, chunk.likely)


@kernel
def seek_for(state: Residents, rules: Rules, book: Book, key: int, row: int, need: int, week: int) -> None:
    """Seek help for one need: a hand-off arrives, else an emergency, else perhaps an approach; ordinary use beside."""
    level = int(state.severity[row, need])
    status = standing(state, rules.doors, row, need)
    approach, route, emergency, ordinary = draw(key, state.identity[row], week, address(SEEK_HELP, need))
    came = False
    if level >= 3:
        came = emergency_for(state, rules, book, key, row, need, emergency, week)
    if state.hand_off[row, need] >= 0 and not came:
        ask(book, row, need, int(state.hand_off[row, need]))
        state.hand_off[row, need] = -1
    elif level <= 3 and not came:
        own = rules.needs.approach[need, status, level - 1]
        if approach < own:
            service = routed(state, rules, key, row, need, 0, route, week)
            if service >= 0:
                ask(book, row, need, service)
        elif status == 0:
            referred_by_others(state, rules, book, key, row, need, approach - own, level, week)
    ordinary_use(state, rules, book, key, row, need, ordinary, week)


@inlined
def ask(book: Book, row: int, need: int, service: int) -> None:
    """Ask at a door; triage answers."""
    at = book.asks[0]
    if at == 0 or book.asking[at - 1] != row:
        book.asking[at] = row
        book.asks[0] = at + 1
    book.ask[row, need] = service


@kernel
def referred_by_others(
    state: Residents,
    rules: Rules,
    book: Book,
    key: int,
    row: int,
    need: int,
    word: int,
    level: int,
    week: int,
) -> None:
    """Ask at a door because another agency referred: the stretch of the word after the resident's own approaches."""
    done = False
    for line in range(rules.needs.refer_first[need], rules.needs.refer_first[need + 1]):
        rate = rules.needs.refer_rate[line, level - 1]
        if not done and word < rate:
            done = True
            if in_group(state, rules.groups, int(rules.needs.refer_group[line]), key, row, week):
                ask(book, row, need, int(rules.needs.refer_to[line]))
        word -= rate


@kernel
def routed(
    state: Residents, rules: Rules, key: int, row: int, need: int, kind: int, word: int, week: int
) -> int:
    """Pick a service from the first route whose group fits, by where the word falls; -1 none."""
    routes = rules.routes
    for route in range(routes.first[kind, need], routes.first[kind, need + 1]):
        if in_group(state, rules.groups, int(routes.group[route]), key, row, week):
            for share in range(routes.share_first[route], routes.share_first[route + 1]):
                if word < routes.upto[share] or share == routes.share_first[route + 1] - 1:
                    return int(routes.service[share])
    return -1


@kernel
def emergency_for(
    state: Residents, rules: Rules, book: Book, key: int, row: int, need: int, word: int, week: int
) -> bool:
    """Bring an emergency at severity 3 or 4; it carries a cause where service would have prevented it."""
    level = int(state.severity[row, need])
    chance = rules.needs.emergency[need, standing(state, rules.doors, row, need), level - 3]
    if word >= chance:
        return False
    cause = int(state.worse_cause[row, need])
    # The same draw with an episode open: would the emergency have come all the same?
    saved = (
        standing(state, rules.doors, row, need) != OPEN
        and word >= rules.needs.emergency[need, OPEN, level - 3]
    )
    if cause == 0 and saved:
        cause = int(state.cause[row, need])
    luck = address(EMERGENCY_CHAIN, need)
    _, _, _, door = draw(key, state.identity[row], week, luck)
    service = routed(state, rules, key, row, need, 1, door, week)
    if service >= 0:
        visit(state, rules, book, row, need, level, cause, service, luck, URGENT, key, week)
    return service >= 0


@kernel
def ordinary_use(
    state: Residents, rules: Rules, book: Book, key: int, row: int, need: int, word: int, week: int
) -> None:
    """Bring the extra ordinary contacts a need makes; those that service would have saved carry its cause."""
    level = int(state.severity[row, need])
    lowered = rules.needs.ordinary_open[need]
    for line in range(rules.needs.ordinary_first[need], rules.needs.ordinary_first[need + 1]):
        rate = rules.needs.ordinary_rate[line, level - 1]
        if word < rate:
            saved = word >= (rate * lowered) >> 16
            if not saved or standing(state, rules.doors, row, need) != OPEN:
                cause = int(state.cause[row, need]) if saved else int(state.worse_cause[row, need])
                service, luck = int(rules.needs.ordinary_service[line]), address(ORDINARY_CHAIN, need)
                visit(state, rules, book, row, need, level, cause, service, luck, ORDINARY, key, week)
            return  # at most one
        word -= rate
