"""Strips of neighbouring residents, looked at side by side: each loop here does one thing for all of them."""

from __future__ import annotations

import sys

import numpy as np
from numpy.typing import NDArray

from demandsim.chance import address, draw
from demandsim.kernels import kernel

STRIP = 512
"""How many residents are drawn for side by side: their words fit the processor's nearest memory."""
WORD = 8 if sys.byteorder == "little" else -1
"""Levels that fill a word of 64 bits, least first: so many needs are read at once, in a tenth of the time."""
LOW_HALF = 0xFFFFFFFF


@kernel
def draw_strip(
    key: int,
    identities: NDArray[np.int64],
    first: int,
    last: int,
    week: int,
    address: int,
    words: NDArray[np.int64],
    into: int,
) -> None:
    """Draw the four words at one address for neighbouring residents, side by side: a third of the time of one by one.

    Parameters
    ----------
    key : int64
        The seed.
    identities : int64[n] or int32[n]
        Residents' (or households') own numbers.
    first, last : int64
        Rows to draw for, the last left out; at most `STRIP` of them.
    week, address : int64
        As in `draw`.
    words : int64[any, STRIP]
        Where the words go: ``words[into : into + 4, i]`` are those of row ``first + i``.
    into : int64
        First row of ``words`` to write.
    """
    who, first_word, second_word = identities[first:last], words[into], words[into + 1]
    third_word, fourth_word = words[into + 2], words[into + 3]
    for at in range(last - first):
        one, two, three, four = draw(key, who[at], week, address)
        first_word[at] = one
        second_word[at] = two
        third_word[at] = three
        fourth_word[at] = four


@kernel
def draw_blocks(
    key: int,
    identities: NDArray[np.int64],
    first: int,
    last: int,
    week: int,
    decision: int,
    blocks: int,
    words: NDArray[np.int64],
) -> None:
    """Draw a decision whose items are blocks of four: four words a block, block after block.

    Parameters
    ----------
    decision, blocks : int64
        The decision, and how many items it has, from 0. The rest are as in `draw_strip`.
    """
    for block in range(blocks):
        draw_strip(key, identities, first, last, week, address(decision, block), words, 4 * block)


@kernel
def draw_listed(
    key: int,
    identities: NDArray[np.int64],
    listed: NDArray[np.int64],
    week: int,
    decision: int,
    words: NDArray[np.int64],
) -> None:
    """Draw the four words for each of a list of residents and items, side by side.

    Parameters
    ----------
    listed : int64[any]
        At most `STRIP` of them: row x 32 + item.
    words : int64[any, STRIP]
        Where the words go: ``words[:4, i]`` are those of ``listed[i]``. The rest are as in `draw_strip`.
    """
    first_word, second_word, third_word, fourth_word = words[0], words[1], words[2], words[3]
    who, what = words[4], words[5]
    for at in range(listed.shape[0]):
        who[at] = identities[listed[at] >> 5]
        what[at] = address(decision, listed[at] & 31)
    for at in range(listed.shape[0]):
        one, two, three, four = draw(key, who[at], week, what[at])
        first_word[at] = one
        second_word[at] = two
        third_word[at] = three
        fourth_word[at] = four


@kernel
def mark_below(
    words: NDArray[np.int64], block: int, bounds: NDArray[np.int64], marks: NDArray[np.int64], rows: int
) -> None:
    """Mark a block for whoever has any of its four words below a bound.

    Parameters
    ----------
    words : int64[any, STRIP]
        As `draw_blocks` leaves them.
    block, rows : int64
        The block, and how many residents the strip has.
    bounds : int64[STRIP]
        Each resident's own.
    marks : int64[STRIP]
        Bit ``block`` is set; the others stay.
    """
    one, two, three, four = words[4 * block], words[4 * block + 1], words[4 * block + 2], words[4 * block + 3]
    for at in range(rows):
        least = min(min(one[at], two[at]), min(three[at], four[at]))
        marks[at] |= np.int64(least < bounds[at]) << block


@kernel
def find_held_blocks(levels: NDArray[np.uint8], first: int, last: int, held: NDArray[np.int64]) -> None:
    """Tell of each resident of a strip in which blocks of four needs anything is not 0.

    Parameters
    ----------
    levels : uint8[n, needs]
        Severities, or another column by need.
    first, last : int64
        Rows, the last left out; at most `STRIP` of them.
    held : int64[STRIP]
        Where it goes: bit b of ``held[i]`` is set where row ``first + i`` holds any of block b.
    """
    if levels.shape[1] == WORD:
        words = levels[first:last].reshape(-1).view(np.int64)
        for at in range(last - first):
            low, high = words[at] & LOW_HALF, (words[at] >> 32) & LOW_HALF
            held[at] = (low != 0) | ((high != 0) << 1)
        return
    for at in range(last - first):
        blocks = 0
        for need in range(levels.shape[1]):
            blocks |= (levels[first + at, need] != 0) << (need >> 2)
        held[at] = blocks


@kernel
def add_up_levels(levels: NDArray[np.uint8], first: int, last: int, total: NDArray[np.int64]) -> None:
    """Add up each resident's levels of a strip; parameters are as in `find_held_blocks`."""
    if levels.shape[1] == WORD:
        words = levels[first:last].reshape(-1).view(np.int64)
        for at in range(last - first):
            pairs = (words[at] & 0x00FF00FF00FF00FF) + ((words[at] >> 8) & 0x00FF00FF00FF00FF)
            fours = (pairs & 0x0000FFFF0000FFFF) + ((pairs >> 16) & 0x0000FFFF0000FFFF)
            total[at] = (fours & LOW_HALF) + (fours >> 32)
        return
    for at in range(last - first):
        total[at] = 0
        for need in range(levels.shape[1]):
            total[at] += levels[first + at, need]


@kernel
def list_held(
    levels: NDArray[np.uint8],
    marks: NDArray[np.int64],
    first: int,
    last: int,
    some: NDArray[np.int64],
    listed: NDArray[np.int64],
) -> int:
    """List the needs held by whoever is marked in a strip, row x 32 + need; parameters are as in `list_marked`."""
    marked = 0
    for at in range(last - first):
        some[marked] = first + at
        marked += marks[at] != 0
    count = 0
    for line in range(marked):
        row = some[line]
        for need in range(levels.shape[1]):
            listed[count] = row * 32 + need
            count += levels[row, need] != 0
    return count


@kernel
def list_marked(
    marks: NDArray[np.int64],
    first: int,
    last: int,
    blocks: int,
    some: NDArray[np.int64],
    listed: NDArray[np.int64],
) -> int:
    """List the blocks marked in a strip, resident by resident; return how many.

    Parameters
    ----------
    marks : int64[STRIP]
        Bit b of ``marks[i]`` marks block b of row ``first + i``.
    first, last, blocks : int64
        Rows, the last left out, and how many blocks there are.
    some : int64[STRIP or more]
        Scratch.
    listed : int64[STRIP x blocks or more]
        Where they go: row x 32 + block.

    Notes
    -----
    No branch here depends on luck: a processor that guesses wrong loses more time than the line it spares.
    """
    marked = 0
    for at in range(last - first):
        some[marked] = at
        marked += marks[at] != 0
    count = 0
    for line in range(marked):
        at = some[line]
        for block in range(blocks):
            listed[count] = (first + at) * 32 + block
            count += (marks[at] >> block) & 1
    return count
