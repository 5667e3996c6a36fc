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
    nth,
)
from demandsim.kernels import inlined, kernel
from demandsim.population.columns import HERE, OPEN, Residents
from demandsim.simulation.book import Book
from demandsim.simulation.chains import at_large, visit
from demandsim.simulation.groups import in_group
from demandsim.simulation.posting import standing

CERTAIN = 1 << 32


@kernel
def seek_help(state: Residents, rules: Rules, book: Book, key: int, week: int) -> None:
    """Collect the week's asks at doors; see everybody who comes as an emergency or with ordinary demand."""
    book.asks[0] = 0
    book.wants[0] = 0
    # Columns are named before the loop: looked up in it, each costs as much as the draw.
    presence, identity, severity, status = state.presence, state.identity, state.severity, state.status
    cells, grades, spells, hand_off = state.cell, state.grade, state.bad_spell, state.hand_off
    stays = state.stay_service
    services, rate, power = rules.background.service, rules.background.rate, rules.background.power
    spell_factor = rules.background.spell
    approaches, emergencies = rules.needs.approach_most, rules.needs.emergency
    ordinary_most = rules.needs.ordinary_most
    for row in range(book.here[2]):
        if presence[row] != HERE or not at_large(state, row):
            continue
        cell, grade, spell = cells[row], grades[row], spells[row]
        words = (0, 0, 0, 0)
        for line in range(services.shape[0]):
            if line % 4 == 0:  # one draw serves four services
                words = draw(key, identity[row], week, address(BACKGROUND, line // 4))
            word = nth(words, line % 4)
            chance = (rate[line, cell] * power[line, grade]) >> 16
            if spell:
                chance = (chance * spell_factor[line]) >> 16
            if word < chance:
                ordinary_demand(state, rules, book, key, row, int(services[line]), week)
        for need in range(severity.shape[1]):
            level = severity[row, need]
            if level > 0:
                approach, _, emergency, ordinary = draw(key, identity[row], week, address(SEEK_HELP, need))
                at = status[row, need]
                if stays[row] >= 0:
                    at = standing(state, rules.doors, row, need)
                if (
                    hand_off[row, need] >= 0
                    or approach < approaches[need, at, level - 1]
                    or ordinary < ordinary_most[need, level - 1]
                    or (level >= 3 and emergency < emergencies[need, at, level - 3])
                ):
                    seek_for(state, rules, book, key, row, need, week)


@kernel
def ordinary_demand(
    state: Residents, rules: Rules, book: Book, key: int, row: int, service: int, week: int
) -> None:
    """Bring a broken wrist or a burglary to its door."""
    words = draw(key, state.identity[row], week, address(BACKGROUND_CHAIN, service))
    visit(state, rules, book, row, -1, 0, 0, service, words, key, week)


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
    """Put an ask on the week's list for triage."""
    at = book.asks[0]
    book.ask_row[at] = row
    book.ask_need[at] = need
    book.ask_service[at] = service
    book.asks[0] = at + 1


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
    words = draw(key, state.identity[row], week, address(EMERGENCY_CHAIN, need))
    cause = int(state.worse_cause[row, need])
    # The same draw with an episode open: would the emergency have come all the same?
    saved = (
        standing(state, rules.doors, row, need) != OPEN
        and word >= rules.needs.emergency[need, OPEN, level - 3]
    )
    if cause == 0 and saved:
        cause = int(state.cause[row, need])
    service = routed(state, rules, key, row, need, 1, words[3], week)
    if service >= 0:
        visit(state, rules, book, row, need, level, cause, service, words, key, week)
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
                words = draw(key, state.identity[row], week, address(ORDINARY_CHAIN, need))
                visit(
                    state,
                    rules,
                    book,
                    row,
                    need,
                    level,
                    cause,
                    int(rules.needs.ordinary_service[line]),
                    words,
                    key,
                    week,
                )
            word = CERTAIN
        word -= rate
