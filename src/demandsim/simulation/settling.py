"""Before week 0 the place settles: the residents of week 0 live up to it, so that needs, queues and stays are at rest.

Everybody has the age they had then; who is not born yet comes when born. Who would have died was, as week 0 shows, not
the one who did: somebody of the same age, sex and decile who lives on stands in, with vulnerability, needs, doors and
stay, so that those who reach week 0 are like survivors. A household that would have moved away is followed by one like
it, new to every door. So week 0 begins with just the residents stated, however long the place has settled.
"""

from __future__ import annotations

from demandsim.agencies.rules import Rules
from demandsim.chance import LIVE, address, draw
from demandsim.kernels import inlined, kernel
from demandsim.population.columns import DEAD, HERE, NEVER, UNSERVED, Residents
from demandsim.simulation.book import Book

SETTLING = 520
"""Weeks run before week 0, ten years: a stay of two or three years on average has its length by then."""
TRIES, MOST_TRIES = 4, 100_000
"""How many rows are tried for each there is, and at most, before nobody is like a resident."""


@inlined
def begin_life(state: Residents, book: Book, row: int) -> None:
    """Bring in a resident of week 0 who is born this week."""
    state.presence[row] = HERE
    book.here[0] += 1


@inlined
def would_die(state: Residents, book: Book, row: int) -> None:
    """List a resident for whom somebody will stand in when all have taken their turn."""
    state.presence[row] = DEAD
    book.asking[book.asks[0]] = row
    book.asks[0] += 1


@kernel
def stand_in(state: Residents, rules: Rules, book: Book, key: int, week: int) -> None:
    """Give everyone listed the life of one who lives on; where none is found, they keep their own."""
    count = int(book.asks[0])
    for at in range(count):  # nobody listed serves as an example, so that no order decides
        row = int(book.asking[at])
        ticket = int(draw(key, state.identity[row], week, address(LIVE, 0))[2])
        like = find_like(state, rules, row, ticket, int(book.here[2]))
        if like >= 0:
            live_as(state, row, like)
    for at in range(count):
        state.presence[book.asking[at]] = HERE
    book.asks[0] = 0


@kernel
def find_like(state: Residents, rules: Rules, row: int, ticket: int, people: int) -> int:
    """Find a resident of the same age band, sex and decile, each as likely as another; -1 where there is none.

    Rows are tried in an order that the ticket alone decides (a linear congruential sequence): neighbours are alike, so
    that the next one from a random row on would nearly always be the first of its kind. Whoever lives where a whole
    household does is no example: the other home may be elsewhere.
    """
    for _ in range(min(TRIES * people, MOST_TRIES)):
        ticket = (ticket * 1_664_525 + 1_013_904_223) & 0xFFFF_FFFF
        other = (ticket * people) >> 32
        if state.presence[other] == HERE and state.cell[other] == state.cell[row]:
            stay, back = state.stay_service[other], state.back_to[other]
            came_along = state.place[other] > 0 and stay < 0
            whole = (stay >= 0 and rules.doors.whole[stay]) or (back >= 0 and rules.doors.whole[back])
            if not came_along and not whole:
                return other
    return -1


@kernel
def live_as(state: Residents, row: int, like: int) -> None:
    """Have the vulnerability, the needs, the doors and the stay of another resident."""
    state.grade[row] = state.grade[like]
    state.bad_spell[row] = state.bad_spell[like]
    state.place[row] = state.place[like]
    state.stay_service[row] = state.stay_service[like]
    state.stay_need[row] = state.stay_need[like]
    state.stay_since[row] = state.stay_since[like]
    state.ready_since[row] = state.ready_since[like]
    state.stay_cause[row] = state.stay_cause[like]
    state.back_to[row] = state.back_to[like]
    state.back_need[row] = state.back_need[like]
    state.back_cause[row] = state.back_cause[like]
    state.awaits[row] = state.awaits[like]
    state.severity[row] = state.severity[like]
    state.status[row] = state.status[like]
    state.service[row] = state.service[like]
    state.since[row] = state.since[like]
    state.opened_at[row] = state.opened_at[like]
    state.unmet[row] = state.unmet[like]
    state.cause[row] = state.cause[like]
    state.worse_cause[row] = state.worse_cause[like]
    state.seen[row] = state.seen[like]
    state.hand_off[row] = state.hand_off[like]
    state.told[row] = state.told[like]
    state.helped_until[row] = state.helped_until[like]
    state.last_contact[row] = state.last_contact[like]
    state.offered[row] = state.offered[like]
    state.reached[row] = state.reached[like]


@kernel
def be_new(state: Residents, row: int) -> None:
    """Be somebody like oneself who has just moved in: the same needs, and no door knows them."""
    state.status[row] = UNSERVED
    state.service[row] = -1
    state.since[row] = NEVER
    state.opened_at[row] = 0
    state.unmet[row] = 0
    state.cause[row] = 0
    state.worse_cause[row] = 0
    state.seen[row] = 0
    state.hand_off[row] = -1
    state.told[row] = 0
    state.helped_until[row] = NEVER
    state.last_contact[row] = NEVER
    state.offered[row] = NEVER
    state.reached[row] = NEVER


@kernel
def meet_newcomers(state: Residents, book: Book) -> None:
    """Give whoever will move in the needs of the resident they are like, as they are in week 0."""
    for row in range(book.here[2], state.identity.shape[0]):
        like = state.next_in_home[row]
        if like >= 0:
            state.severity[row] = state.severity[like]
            state.bad_spell[row] = state.bad_spell[like]
