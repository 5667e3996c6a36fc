"""The orders in which the model uses words of chance, and what gives the words: the model, or one of five mistakes.

A generator that is called by address can be perfect along one part of the address and fail along another. So the
words of a run are laid out in several orders, and each order is tested as a stream of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from demandsim.chance import CHANGE_NEEDS, ITEMS, LIFELONG_WEEK, SEEK_HELP, TRAITS, USES, address, draw

BLOCK = 1 << 15
"""Addresses worked out at a time."""

ENDLESS = 1 << 31

ADDRESSES = np.array(
    [
        address(use.decision, item)
        for use in USES
        if not use.lifelong
        for item in range(1 if use.item.startswith("0") else 16)
    ],
    dtype=np.int64,
)
"""Decisions of a week, each with its first items: what is drawn for one resident in one week."""


class Where(NamedTuple):
    """Addresses to draw at, int64[n] each."""

    seed: NDArray[np.int64]
    identity: NDArray[np.int64]
    week: NDArray[np.int64]
    address: NDArray[np.int64]


Source = Callable[[Where], NDArray[np.uint32]]
"""Gives the four words at each address: uint32[n, 4]."""


class Order(NamedTuple):
    """One walk through the addresses: the first part named runs through all its values, then the next moves on."""

    name: str
    turns: tuple[tuple[str, int], ...]
    fixed: dict[str, int]
    words: tuple[int, ...] = (0, 1, 2, 3)  # which of the four are kept

    def where(self, seed: int, first: int, rows: int) -> Where:
        """Work out the addresses of rows ``first`` to ``first + rows`` of the walk."""
        rest = np.arange(first, first + rows, dtype=np.int64)
        parts = {part: np.full(rows, value, dtype=np.int64) for part, value in self.fixed.items()}
        for part, count in self.turns:
            rest, parts[part] = np.divmod(rest, count)
        if "address" in dict(self.turns):
            parts["address"] = ADDRESSES[parts["address"]]
        parts["seed"] = seed + parts.get("seed", np.zeros(rows, dtype=np.int64))
        return Where(**parts)

    def stream(self, source: Source, seed: int) -> Iterator[bytes]:
        """Give the words of the walk without end, as little-endian bytes."""
        kept = list(self.words)
        for first in range(0, ENDLESS, BLOCK):
            yield source(self.where(seed, first, BLOCK))[:, kept].astype("<u4").tobytes()


AT_NEEDS = {"address": address(CHANGE_NEEDS, 0)}
AT_HELP = {"address": address(SEEK_HELP, 3)}

RESIDENTS = Order("residents, week after week", (("identity", 1000), ("week", ENDLESS)), AT_NEEDS)
WEEKS = Order("weeks, resident after resident", (("week", 520), ("identity", ENDLESS)), AT_HELP)
ITEMS_IN_TURN = Order(
    "decisions and items, resident after resident",
    (("address", ADDRESSES.size), ("identity", 1000), ("week", ENDLESS)),
    {},
)
SEEDS = Order(
    "seeds, resident after resident", (("seed", 1000), ("identity", ENDLESS)), AT_NEEDS | {"week": 10}
)
TRAIT = Order(
    "first word of each resident, for life",
    (("identity", ENDLESS),),
    {"week": LIFELONG_WEEK, "address": address(TRAITS, 0)},
    words=(0,),
)

FOUR_WORDS = (RESIDENTS, WEEKS, ITEMS_IN_TURN, SEEDS)
ONE_WORD = (
    TRAIT,
    WEEKS._replace(name="second word, weeks in turn", words=(1,)),
    ITEMS_IN_TURN._replace(name="third word, items in turn", words=(2,)),
    SEEDS._replace(name="fourth word, seeds in turn", words=(3,)),
)


@numba.njit(nogil=True)
def _draw_each(
    seed: NDArray[np.int64],
    identity: NDArray[np.int64],
    week: NDArray[np.int64],
    where: NDArray[np.int64],
    words: NDArray[np.uint32],
) -> None:
    """Call the model's own draw at each address."""
    for row in range(words.shape[0]):
        first, second, third, fourth = draw(seed[row], identity[row], week[row], where[row])
        words[row, 0] = first
        words[row, 1] = second
        words[row, 2] = third
        words[row, 3] = fourth


def model(where: Where) -> NDArray[np.uint32]:
    """Draw as the model does."""
    words = np.empty((where.seed.size, 4), dtype=np.uint32)
    _draw_each(*where, words)
    return words


def three_rounds(where: Where) -> NDArray[np.uint32]:
    """Mistake: Philox stopped after three of its ten rounds."""
    low, shift = np.uint64(0xFFFFFFFF), np.uint64(32)
    seed, identity, week, at = (part.astype(np.uint64) for part in where)
    c0, c1, c2, c3 = identity & low, identity >> shift, week & low, at & low
    k0, k1 = seed & low, seed >> shift
    for _ in range(3):
        product_0, product_1 = np.uint64(0xD2511F53) * c0, np.uint64(0xCD9E8D57) * c2
        c0, c1, c2, c3 = (
            (product_1 >> shift) ^ c1 ^ k0,
            product_1 & low,
            (product_0 >> shift) ^ c3 ^ k1,
            product_0 & low,
        )
        k0, k1 = (k0 + np.uint64(0x9E3779B9)) & low, (k1 + np.uint64(0xBB67AE85)) & low
    return np.stack([c0, c1, c2, c3], axis=1).astype(np.uint32)


def congruential(where: Where) -> NDArray[np.uint32]:
    """Mistake: four steps of Knuth's 64-bit linear congruential generator, begun at the address."""
    multiplier, shift = np.uint64(6364136223846793005), np.uint64(32)
    state = np.zeros(where.seed.size, dtype=np.uint64)
    for part in where:
        state = (state + part.astype(np.uint64)) * multiplier + np.uint64(1442695040888963407)
    words = []
    for _ in range(4):
        state = state * multiplier + np.uint64(1442695040888963407)
        words.append(state >> shift)
    return np.stack(words, axis=1).astype(np.uint32)


def week_added(where: Where) -> NDArray[np.uint32]:
    """Mistake: identity and week added, not kept apart."""
    return model(where._replace(identity=where.identity + where.week, week=np.zeros_like(where.week)))


def seed_added(where: Where) -> NDArray[np.uint32]:
    """Mistake: identity and seed added, not kept apart."""
    return model(where._replace(identity=where.identity + where.seed, seed=np.zeros_like(where.seed)))


def item_added(where: Where) -> NDArray[np.uint32]:
    """Mistake: decision and item added, not kept apart."""
    return model(where._replace(address=where.address // ITEMS + where.address % ITEMS))


MISTAKES: tuple[tuple[Source, Order], ...] = (
    (three_rounds, RESIDENTS),
    (congruential, RESIDENTS),
    (week_added, WEEKS),
    (seed_added, SEEDS),
    (item_added, ITEMS_IN_TURN),
)
"""Generators that must be refused, each in the order that shows it."""
