"""Words are uniform and neighbours have nothing to do with each other, at any address.

Every margin here is for one in a million: were the words truly random, one figure would pass it that rarely.
Seeds are fixed, so a pass stays a pass.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from demandsim.chance import CHANGE_NEEDS, LIFELONG_WEEK, SEEK_HELP, TRAITS, address, draw, draw_many

N = 1 << 16
BUCKETS = 256
STANDARD = 4.9
"""Standard deviations that a normal variable passes, either way, once in a million."""

SEEDS = (0, 1, 2**31, 2**63 - 1)
WEEKS = (0, 1, 259, -52, LIFELONG_WEEK)
INT64 = st.integers(-(2**63), 2**63 - 1)


def chi_square(words: NDArray[np.int64]) -> float:
    """Standard deviations by which counts in equal buckets are further from even than expected.

    Wilson and Hilferty (1931): the cube root of chi-square ÷ degrees of freedom is close to normal.
    """
    freedom = BUCKETS - 1
    counts = np.bincount(words >> 24, minlength=BUCKETS)
    expected = words.size / BUCKETS
    statistic = float(((counts - expected) ** 2 / expected).sum())
    spread = 2 / (9 * freedom)
    return (math.cbrt(statistic / freedom) - (1 - spread)) / math.sqrt(spread)


def unrelated(one: NDArray[np.int64], other: NDArray[np.int64]) -> float:
    """Standard deviations of the correlation between two columns; that of chance alone is 1 / sqrt(n)."""
    return float(np.corrcoef(one, other)[0, 1]) * math.sqrt(one.size)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("week", WEEKS)
def test_each_word_is_uniform_over_residents(seed: int, week: int) -> None:
    words = draw_many(seed, np.arange(N), week, address(CHANGE_NEEDS, 3))
    assert [column for column in range(4) if abs(chi_square(words[:, column])) > STANDARD] == []
    # The low bits too: a threshold uses all 32.
    low = (words & 0xFF) << 24
    assert [column for column in range(4) if abs(chi_square(low[:, column])) > STANDARD] == []


@pytest.mark.parametrize("seed", SEEDS)
def test_a_resident_is_uniform_over_weeks(seed: int) -> None:
    words = np.array([draw(seed, 12_345, week, address(CHANGE_NEEDS, 3)) for week in range(-52, 8_140)])
    assert [column for column in range(4) if abs(chi_square(words[:, column])) > STANDARD] == []


@pytest.mark.parametrize("seed", SEEDS)
def test_a_tail_is_as_rare_as_its_threshold_says(seed: int) -> None:
    # About 200 in 65,536 below 1/328: margin 4.9 standard deviations of a binomial count.
    chance = 1 / 328
    below = draw_many(seed, np.arange(N), 4, address(SEEK_HELP, 0)) < round(chance * 2**32)
    margin = STANDARD * math.sqrt(N * chance * (1 - chance))
    assert np.abs(below.sum(axis=0) - N * chance).max() < margin


@pytest.mark.parametrize("seed", SEEDS)
def test_neighbours_are_uncorrelated(seed: int) -> None:
    residents = np.arange(N)
    here = draw_many(seed, residents, 10, address(CHANGE_NEEDS, 3))
    neighbours = {
        "next resident": draw_many(seed, residents + 1, 10, address(CHANGE_NEEDS, 3)),
        "resident 2^32 on": draw_many(seed, residents + 2**32, 10, address(CHANGE_NEEDS, 3)),
        "next week": draw_many(seed, residents, 11, address(CHANGE_NEEDS, 3)),
        "next need": draw_many(seed, residents, 10, address(CHANGE_NEEDS, 4)),
        "next decision": draw_many(seed, residents, 10, address(CHANGE_NEEDS + 1, 3)),
        "next seed": draw_many(seed ^ 1, residents, 10, address(CHANGE_NEEDS, 3)),
    }
    found = {
        (name, one, other): unrelated(here[:, one], there[:, other])
        for name, there in neighbours.items()
        for one in range(4)
        for other in range(4)
    }
    found |= {
        ("words", one, other): unrelated(here[:, one], here[:, other])
        for one in range(4)
        for other in range(one)
    }
    assert {name: size for name, size in found.items() if abs(size) > STANDARD} == {}


def test_no_two_addresses_share_their_words() -> None:
    # 2^17 draws of 128 bits: two alike by chance once in 10^28.
    rows = [
        draw_many(seed, np.arange(1 << 12), week, address(decision, item))
        for seed in (1, 2)
        for week in (0, 1, LIFELONG_WEEK, -1)
        for decision in (TRAITS, CHANGE_NEEDS)
        for item in (0, 1)
    ]
    every = np.concatenate(rows)
    assert np.unique(every, axis=0).shape == every.shape


def plain_philox(counter: list[int], key: list[int]) -> tuple[int, ...]:
    """Philox as the paper's figure has it, in unbounded whole numbers: written apart from the kernel."""
    for step in range(10):
        k0, k1 = (
            (start + step * weyl) % 2**32 for start, weyl in zip(key, (0x9E3779B9, 0xBB67AE85), strict=True)
        )
        high_0, low_0 = divmod(0xD2511F53 * counter[0], 2**32)
        high_1, low_1 = divmod(0xCD9E8D57 * counter[2], 2**32)
        counter = [high_1 ^ counter[1] ^ k0, low_1, high_0 ^ counter[3] ^ k1, low_0]
    return tuple(counter)


@given(st.integers(0, 2**63 - 1), INT64, st.integers(-(2**31), 2**31 - 1), st.integers(0, 2**32 - 1))
@settings(deadline=None, max_examples=500)
def test_nothing_overflows(seed: int, identity: int, week: int, where: int) -> None:
    counter = [identity % 2**32, (identity >> 32) % 2**32, week % 2**32, where]
    words = draw(seed, identity, week, where)
    assert words == plain_philox(counter, [seed % 2**32, seed >> 32])
    assert all(type(word) is int and 0 <= word < 2**32 for word in words)
