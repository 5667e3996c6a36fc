"""Who is admitted while capacity lasts: by severity, then weeks waited, then ticket; found by counting."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from demandsim.agencies.rules import STAY, Doors
from demandsim.chance import QUEUE, address, draw
from demandsim.kernels import inlined, kernel
from demandsim.population.columns import Residents
from demandsim.simulation.book import Book

LONGEST = 127  # weeks waited are told apart up to here
BUCKETS = 5 * 128
NO_LIMIT = 1 << 40


@inlined
def bucket_of(severity: int, waited: int) -> int:
    """Number the buckets from the first to be admitted: severity 4 and the longest wait."""
    return (4 - severity) * 128 + LONGEST - min(waited, LONGEST)


@kernel
def find_cuts(book: Book, places: NDArray[np.int64]) -> None:
    """Find, for each service, the bucket in which its places run out, and how many are left for it."""
    for service in range(book.cut.shape[0]):
        left = places[service]
        cut = BUCKETS
        if book.ready[service] > left:
            cut = 0
            while book.bucket[service, cut] <= left:
                left -= book.bucket[service, cut]
                cut += 1
        book.cut[service, 0] = cut
        book.cut[service, 1] = left


@inlined
def ticket(state: Residents, key: int, row: int, need: int, service: int) -> int:
    """Give the resident's own ticket for this queue, drawn at the week it joined."""
    item = service * 16 + need
    return draw(key, state.identity[row], state.since[row, need], address(QUEUE, item))[0]


@inlined
def ties_at_cuts(book: Book) -> int:
    """Count the needs in the buckets at the cuts, of which only some will be admitted."""
    count = 0
    for service in range(book.cut.shape[0]):
        if book.cut[service, 0] < BUCKETS and book.cut[service, 1] > 0:
            count += book.bucket[service, book.cut[service, 0]]
    return count


@inlined
def places_left(doors: Doors, book: Book, service: int) -> int:
    """Count the admissions that the week's hours (or beds) still allow."""
    if doors.capacity[service] < 0:
        places = NO_LIMIT
    elif doors.mode[service] == STAY:
        places = max(0, book.funded[service] - book.taken[service])
    else:
        minutes = doors.kind_minutes[doors.main_kind[service]]
        left = book.funded[service] + book.carried[service] - book.used[service]
        places = NO_LIMIT if minutes == 0 else max(0, left // minutes)
    return places
