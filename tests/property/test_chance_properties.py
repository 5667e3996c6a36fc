"""Words are uniform and neighbours have nothing to do with each other, at any address.

Every margin here is for one in a million: were the words truly random, one figure would pass it that rarely. Where
a test looks at thousands of figures, none of them passes a margin that all together would pass once in a million.
Seeds are fixed, so a pass stays a pass. A longer battery is in `tests/validate`.
"""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from demandsim.chance import (
    CHANGE_NEEDS,
    HOUSEHOLD,
    LIFELONG_WEEK,
    LIVE,
    QUEUE,
    SEEK_HELP,
    TRAITS,
    address,
    draw,
    draw_many,
)

N = 1 << 16
BUCKETS = 256
STANDARD = 4.9
"""Standard deviations that a normal variable passes, either way, once in a million."""

SEEDS = (0, 1, 2**31, 2**63 - 1)
WEEKS = (0, 1, 259, -52, LIFELONG_WEEK)
INT64 = st.integers(-(2**63), 2**63 - 1)


def uneven(counts: NDArray[np.int64]) -> float:
    """Standard deviations by which counts of equal chance are further from even than expected.

    Wilson and Hilferty (1931): the cube root of chi-square ÷ degrees of freedom is close to normal.
    """
    freedom = counts.size - 1
    expected = counts.sum() / counts.size
    statistic = float(((counts - expected) ** 2 / expected).sum())
    spread = 2 / (9 * freedom)
    return (math.cbrt(statistic / freedom) - (1 - spread)) / math.sqrt(spread)


def chi_square(words: NDArray[np.int64]) -> float:
    """Unevenness of words over equal buckets by their high bits."""
    return uneven(np.bincount(words >> 24, minlength=BUCKETS))


def paired(one: NDArray[np.int64], other: NDArray[np.int64]) -> float:
    """Unevenness of pairs over 16 by 16 cells, by four bits of each."""
    return uneven(np.bincount(one * 16 + other, minlength=256))


def margin_of_all(figures: int) -> float:
    """Standard deviations that the furthest of so many normal variables passes, either way, once in a million."""
    return NormalDist().inv_cdf(1 - 0.5e-6 / figures)


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


def walked(part: str, seed: int) -> NDArray[np.int64]:
    """Words met as one part of the address counts up and the rest stays."""
    where = address(CHANGE_NEEDS, 3)
    walk = {
        "weeks": lambda step: draw(seed, 12_345, step - 52, where),
        "seeds": lambda step: draw(abs(seed - step), 12_345, 10, where),
        "items": lambda step: draw(seed, 12_345, 10, address(QUEUE, step)),
        "decisions": lambda step: draw(seed, 12_345, 10, address(step, 3)),
    }[part]
    return np.array([walk(step) for step in range(1 << 13)])


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("part", ["weeks", "seeds", "items", "decisions"])
def test_a_resident_is_uniform_along_every_part_of_the_address(part: str, seed: int) -> None:
    words = walked(part, seed)
    assert [column for column in range(4) if abs(chi_square(words[:, column])) > STANDARD] == []
    # And no step has to do with the next, the one after, or the one a year on.
    found = {
        (lag, column): unrelated(words[:-lag, column], words[lag:, column])
        for lag in (1, 2, 52)
        for column in range(4)
    }
    assert {name: size for name, size in found.items() if abs(size) > STANDARD} == {}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_tail_is_as_rare_as_its_threshold_says(seed: int) -> None:
    # About 200 in 65,536 below 1/328: margin 4.9 standard deviations of a binomial count.
    chance = 1 / 328
    below = draw_many(seed, np.arange(N), 4, address(SEEK_HELP, 0)) < round(chance * 2**32)
    margin = STANDARD * math.sqrt(N * chance * (1 - chance))
    assert np.abs(below.sum(axis=0) - N * chance).max() < margin


def neighbours(seed: int) -> dict[str, NDArray[np.int64]]:
    """Words of everyone's neighbours of each kind: those of `at_home` with one part of the address moved."""
    residents = np.arange(N)
    where = address(CHANGE_NEEDS, 3)
    return {
        "next resident": draw_many(seed, residents + 1, 10, where),
        "resident 256 on": draw_many(seed, residents + 256, 10, where),
        "resident 2^32 on": draw_many(seed, residents + 2**32, 10, where),
        "next week": draw_many(seed, residents, 11, where),
        "a year on": draw_many(seed, residents, 62, where),
        "for life": draw_many(seed, residents, LIFELONG_WEEK, where),
        "next need": draw_many(seed, residents, 10, address(CHANGE_NEEDS, 4)),
        "need 16 on": draw_many(seed, residents, 10, address(CHANGE_NEEDS, 19)),
        "next decision": draw_many(seed, residents, 10, address(CHANGE_NEEDS + 1, 3)),
        "next need, last decision": draw_many(seed, residents, 10, address(CHANGE_NEEDS - 1, 4)),
        "next seed": draw_many(seed ^ 1, residents, 10, where),
        "seed 2^32 on": draw_many(seed ^ 2**32, residents, 10, where),
        "next resident, last week": draw_many(seed, residents + 1, 9, where),
        "next resident, next seed": draw_many(seed ^ 1, residents + 1, 10, where),
    }


def at_home(seed: int) -> NDArray[np.int64]:
    """Words of everyone at one address."""
    return draw_many(seed, np.arange(N), 10, address(CHANGE_NEEDS, 3))


@pytest.mark.parametrize("seed", SEEDS)
def test_neighbours_are_uncorrelated(seed: int) -> None:
    here = at_home(seed)
    found = {
        (name, one, other): unrelated(here[:, one], there[:, other])
        for name, there in neighbours(seed).items()
        for one in range(4)
        for other in range(4)
    }
    found |= {
        ("words", one, other): unrelated(here[:, one], here[:, other])
        for one in range(4)
        for other in range(one)
    }
    assert {name: size for name, size in found.items() if abs(size) > STANDARD} == {}


@pytest.mark.parametrize("seed", SEEDS)
def test_pairs_of_neighbours_fill_their_cells_evenly(seed: int) -> None:
    """What a correlation cannot see: 16 by 16 cells, by the highest four bits and by the lowest."""
    here = at_home(seed)
    found = {
        (name, bits, one, other): paired(here[:, one] >> shift & 15, there[:, other] >> shift & 15)
        for name, there in neighbours(seed).items()
        for bits, shift in (("high", 28), ("low", 0))
        for one in range(4)
        for other in range(4)
    }
    margin = margin_of_all(len(found))
    assert {name: size for name, size in found.items() if abs(size) > margin} == {}


def signs(words: NDArray[np.int64]) -> NDArray[np.float32]:
    """Each of a row's 128 bits as 1 or -1."""
    return np.unpackbits(words.astype("<u4").view(np.uint8), axis=1).astype(np.float32) * 2 - 1


@pytest.mark.parametrize("seed", [1, 2**63 - 1])
def test_no_bit_has_to_do_with_any_bit_of_a_neighbour(seed: int) -> None:
    """Every one of 128 bits beside every other, the lowest like the highest; sums of 65,536 signs are exact."""
    here = signs(at_home(seed))
    own = here.T @ here / math.sqrt(N)
    np.fill_diagonal(own, 0)
    found = {"own words": float(np.abs(own).max())}
    found |= {
        name: float(np.abs(here.T @ signs(there)).max()) / math.sqrt(N)
        for name, there in neighbours(seed).items()
    }
    margin = margin_of_all(128 * 128 * len(found))
    assert {name: size for name, size in found.items() if size > margin} == {}


def test_a_household_and_the_resident_of_its_number_have_their_own_luck() -> None:
    """Both are counted from 0: what keeps them apart is the decision."""
    homes, residents = (draw_many(1, np.arange(N), 10, address(what, 0)) for what in (HOUSEHOLD, LIVE))
    assert [at for at in range(4) if abs(unrelated(homes[:, at], residents[:, at])) > STANDARD] == []
    assert abs(paired(homes[:, 0] >> 28, residents[:, 0] >> 28)) < STANDARD


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
