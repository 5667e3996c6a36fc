"""Strips: what is done side by side comes to the same as one by one."""

from __future__ import annotations

import numpy as np
import pytest

from demandsim.chance import SEEK_HELP, address, draw
from demandsim.simulation import strips
from demandsim.simulation.strips import (
    STRIP,
    add_up_levels,
    draw_blocks,
    draw_listed,
    find_held_blocks,
    list_held,
    list_marked,
    mark_below,
)

KEY, WEEK, FIRST, LAST = 7, 30, 100, 100 + STRIP - 3
IDENTITY = np.arange(5_000, 5_000 + 2 * STRIP, dtype=np.int32)[::-1].copy()


def levels_of(needs: int, share: float = 0.2) -> np.ndarray:
    """Make levels of 0 to 255, most of them 0."""
    chance = np.random.default_rng(needs)
    levels = chance.integers(0, 256, (2 * STRIP, needs)).astype(np.uint8)
    levels[chance.random(levels.shape) > share] = 0
    return levels


@pytest.fixture(params=[True, False], ids=["words of eight", "one by one"])
def word(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Run what follows in plain Python, with and without reading eight levels at once."""
    if not request.param:
        monkeypatch.setattr(strips, "WORD", -1)
    return bool(request.param)


@pytest.mark.parametrize("needs", range(1, 17))
def test_blocks_held_and_sums_are_those_of_the_levels(needs: int) -> None:
    levels, held, total = levels_of(needs), np.full(STRIP, -1), np.full(STRIP, -1)
    find_held_blocks(levels, FIRST, LAST, held)
    add_up_levels(levels, FIRST, LAST, total)
    for at, row in enumerate(levels[FIRST:LAST].astype(int)):
        assert held[at] == sum(1 << block for block in range(4) if row[4 * block : 4 * block + 4].any())
        assert total[at] == row.sum()
    assert (held[LAST - FIRST :] == -1).all()


def test_eight_levels_at_once_or_one_by_one_come_to_the_same(word: bool) -> None:
    levels, held, total = levels_of(8), np.zeros(STRIP, np.int64), np.zeros(STRIP, np.int64)
    find_held_blocks.py_func(levels, FIRST, LAST, held)
    add_up_levels.py_func(levels, FIRST, LAST, total)
    rows = levels[FIRST:LAST].astype(int)
    low, high = rows[:, :4].any(axis=1), rows[:, 4:].any(axis=1)
    assert np.array_equal(held[: len(rows)], low + 2 * high)
    assert np.array_equal(total[: len(rows)], rows.sum(axis=1))


@pytest.mark.parametrize("needs", [1, 5, 8, 16])
def test_needs_held_are_listed_for_the_marked_alone_row_by_row(needs: int) -> None:
    levels, marks = levels_of(needs), np.random.default_rng(1).integers(0, 2, STRIP)
    some, listed = np.zeros(STRIP * 16, np.int64), np.zeros(STRIP * 32, np.int64)
    count = list_held(levels, marks, FIRST, LAST, some, listed)
    rows = range(FIRST, LAST)
    expected = [r * 32 + n for r in rows for n in range(needs) if marks[r - FIRST] and levels[r, n]]
    assert listed[:count].tolist() == expected


def test_marked_blocks_are_listed_row_by_row() -> None:
    marks = np.random.default_rng(2).integers(0, 16, STRIP)
    some, listed = np.zeros(STRIP * 16, np.int64), np.zeros(STRIP * 32, np.int64)
    count = list_marked(marks, FIRST, LAST, 4, some, listed)
    expected = [r * 32 + b for r in range(FIRST, LAST) for b in range(4) if marks[r - FIRST] >> b & 1]
    assert listed[:count].tolist() == expected


def test_a_block_is_marked_where_the_least_of_its_four_words_is_below() -> None:
    words, marks = np.zeros((8, STRIP), np.int64), np.full(STRIP, 5)
    draw_blocks(KEY, IDENTITY, FIRST, LAST, WEEK, SEEK_HELP, 2, words)
    rows = LAST - FIRST
    bounds = words[4:8].min(axis=0) + np.arange(STRIP) % 2  # every other one is just above the least
    mark_below(words, 1, bounds, marks, rows)
    assert marks[:rows].tolist() == [5 | (2 if at % 2 else 0) for at in range(rows)]
    assert (marks[rows:] == 5).all()


def test_words_drawn_for_a_list_are_those_drawn_one_by_one() -> None:
    chance = np.random.default_rng(3)
    listed = chance.integers(0, len(IDENTITY), 77) * 32 + chance.integers(0, 32, 77)
    words = np.zeros((8, STRIP), np.int64)
    draw_listed(KEY, IDENTITY, listed, WEEK, SEEK_HELP, words)
    for at, line in enumerate(listed):
        one_by_one = draw(KEY, int(IDENTITY[line >> 5]), WEEK, address(SEEK_HELP, int(line & 31)))
        assert tuple(words[:4, at]) == one_by_one
