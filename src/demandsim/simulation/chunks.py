"""Chunks of residents that threads look through side by side; what is found is acted on afterwards, in order.

A phase looks before it acts. Looking reads the state as the phase found it and writes only to the chunk's own
scratch and rows, so chunks can be looked through on any number of threads. Acting goes chunk by chunk, row by row, on
one thread. So the number of threads changes nothing but the time.

Where looking at a row reads that row alone, acting on the first chunk need not wait until the last has been looked
through: `Team.as_looked`. Where it reads others too, such as members of the home, all looking comes first: `Team.look`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from functools import lru_cache
from numbers import Integral
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from demandsim.agencies.rules import Rules
from demandsim.errors import RunError, shown
from demandsim.kernels import inlined
from demandsim.packing import packed
from demandsim.records.measures import MEASURES
from demandsim.simulation.book import Book
from demandsim.simulation.strips import STRIP

Array = NDArray[Any]

MOST_THREADS = 1_024
LEAST_ROWS = 32_768
"""Rows that are worth a thread of their own."""


class Chunk(NamedTuple):
    """A stretch of rows, and what a look through it leaves."""

    rows: Array  # int64 [2], the first and the one after the last
    luck: Array  # int64 [words, STRIP], words of a strip's residents
    held: Array  # int64 [STRIP], what a strip's residents hold: see strips
    bounds: Array  # int64 [STRIP], what their words must lie below
    marks: Array  # int64 [STRIP], a bit for each block that may concern a strip's resident
    likely: Array  # int64 [STRIP x 32], residents (x 32 + need or block) of a strip who may be concerned
    found: Array  # int64 [STRIP x 16], those of them who are left after a closer look
    picked: Array  # int64 [pick], what the look found, in order; what a line says is the phase's own affair
    changes: Array  # int32 [change, 4], see change_needs
    measure: Array  # int64 [measure, quintile], counts of the look itself


def open_chunk(rules: Rules, needs: int, room: int) -> Chunk:
    """Make the scratch of one chunk, with room for so many finds."""
    words = max(8, rules.background.rate.shape[1], needs + 3)
    return Chunk(
        rows=np.zeros(2, np.int64),
        luck=np.zeros((words, STRIP), np.int64),
        held=np.zeros(STRIP, np.int64),
        bounds=np.zeros(STRIP, np.int64),
        marks=np.zeros(STRIP, np.int64),
        likely=np.zeros(STRIP * 32, np.int64),
        found=np.zeros(STRIP * 16, np.int64),
        picked=np.zeros(room, np.int64),
        changes=np.zeros((room, 4), np.int32),
        measure=np.zeros((len(MEASURES), 5), np.int64),
    )


@inlined
def pick(chunk: Chunk, count: int, find: int) -> int:
    """Keep a find while there is room; return how many there are now."""
    if count < chunk.picked.shape[0]:
        chunk.picked[count] = find
    return count + 1


class Team:
    """The chunks of one model, and the threads that look through them.

    Parameters
    ----------
    rules
        For the size of the scratch.
    book
        The model's book, which counts its rows.
    threads
        How many threads may look; fewer do where there are few residents.
    """

    def __init__(self, rules: Rules, book: Book, threads: int) -> None:
        self.here = book.here
        rows, needs = book.ask.shape
        self.threads = max(1, min(threads, rows // LEAST_ROWS))
        room = rows // (8 * self.threads) + 256
        self._chunks = [open_chunk(rules, needs, room) for _ in range(self.threads)]
        self._packed = [packed(chunk) for chunk in self._chunks]

    def look(self, kernel: Callable[..., int], *given: Any) -> list[tuple[Chunk, int]]:
        """Look through all rows there are this week.

        Parameters
        ----------
        kernel
            Called as ``kernel(*given, chunk)``; returns how many finds there are, and has written as many as
            there is room for. What it changes is the chunk and the chunk's own rows; asked again with more room
            it comes to the same.
        given
            What it reads.

        Returns
        -------
        list of (Chunk, int)
            Each chunk as kernels take it, and how many finds it holds, in order of rows.
        """
        return list(self.as_looked(kernel, *given))

    def as_looked(
        self, kernel: Callable[..., int], *given: Any, acting: float = 0.0
    ) -> Iterator[tuple[Chunk, int]]:
        """Look through all rows, and give each chunk as soon as it has been, in order of rows.

        The caller acts on a chunk while other threads still look through theirs. So this is only for a kernel that
        reads no column of other rows which acting changes.

        Parameters
        ----------
        kernel, given
            As in ``look``.
        acting
            How long acting on a chunk takes, looking through it being 1: the caller's own chunk is smaller for it.
        """
        self._cut(acting)

        def one(number: int) -> int:
            count = kernel(*given, self._packed[number])
            if count > self._chunks[number].picked.shape[0]:  # a week like no other
                self._make_room(number, count)
                count = kernel(*given, self._packed[number])
            return count

        others = [_pool(self.threads).submit(one, number) for number in range(1, self.threads)]
        try:
            count = one(0)
            yield self._packed[0], count
            for number, other in enumerate(others, 1):
                count = other.result()
                yield self._packed[number], count
        finally:
            wait(others)

    def _cut(self, acting: float) -> None:
        """Share the rows out, whole strips; the first chunk is the one whose thread also acts."""
        rows = int(self.here[2])
        strips = -(-rows // STRIP)
        first = strips / (self.threads + acting * (self.threads - 1))
        others = (strips - first) / max(1, self.threads - 1)
        cuts = [0, *(min(rows, round(first + others * part) * STRIP) for part in range(self.threads))]
        cuts[-1] = rows
        for chunk, begin, end in zip(self._chunks, cuts, cuts[1:], strict=False):
            chunk.rows[:] = begin, end

    def _make_room(self, number: int, count: int) -> None:
        """Give a chunk room for more finds."""
        chunk = self._chunks[number]
        picked, changes = np.zeros(count, np.int64), np.zeros((count, 4), np.int32)
        self._chunks[number] = chunk._replace(picked=picked, changes=changes)
        self._packed[number] = packed(self._chunks[number])


def check_threads(threads: object) -> int:
    """Refuse a number of threads that is none.

    Raises
    ------
    RunError
        If it is not a whole number from 1 to 1,024.
    """
    whole = int(threads) if isinstance(threads, Integral) and not isinstance(threads, bool) else 0
    if not 1 <= whole <= MOST_THREADS:
        raise RunError(f"threads: given {shown(threads)}; a whole number from 1 to {MOST_THREADS:,} would do")
    return whole


@lru_cache
def _pool(threads: int) -> ThreadPoolExecutor:
    """Keep one pool for each number of threads; kernels release the interpreter's lock."""
    return ThreadPoolExecutor(threads, thread_name_prefix="demandsim")
