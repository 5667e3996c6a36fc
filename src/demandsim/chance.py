"""Addressed draws: every random number has an address, so nothing depends on whose turn it is.

Philox4x32-10 (Salmon, Moraes, Dror and Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3", SC11; the
Random123 library) turns a key and a counter into four words. Here the key is the run's seed and the counter
is *who, when and what about*: identity (64 bits), week (32), and decision x 65,536 + item (32). Two arms
therefore differ only where a policy made them differ.

`USES` is the one table of all draws. A word that is not in it may not be drawn, and none is used twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from numbers import Integral
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from demandsim.errors import ChanceError, RunError, shown
from demandsim.kernels import inlined, kernel

Words = tuple[int, int, int, int]

ITEMS = 65_536
"""How many items a decision can have: needs, services, or hashes of policies' names."""

LIFELONG_WEEK = -(2**31)
"""The week of draws that hold for life; no real week can be it."""

TRAITS = 1
TRAITS_MORE = 2
SEVERITY = 3
SHARE = 4
ARRIVAL = 5
LIVE = 6
CHANGE_NEEDS = 7
SEEK_HELP = 8
EMERGENCY_CHAIN = 9
ORDINARY_CHAIN = 10
BACKGROUND = 11
HANDLE = 12
QUEUE = 13
STAY = 14
REACH_OUT = 15
HOUSEHOLD = 16
REACH_NEED = 17
BACKGROUND_CHAIN = 18
SETTLE = 19
PASS_ON = 20
FIND = 21


class Use(NamedTuple):
    """One line of the table: what a decision's four words are for."""

    decision: int
    name: str
    item: str  # what the item is, in words
    words: tuple[str, str, str, str]  # "" is unused
    lifelong: bool  # drawn at LIFELONG_WEEK, not at a week of the run


USES: tuple[Use, ...] = (
    Use(TRAITS, "traits", "0", ("sex", "vulnerability", "support", "inherits"), True),
    Use(
        TRAITS_MORE, "traits_more", "0", ("tenure", "benefit", "place_in_household", "age_within_band"), True
    ),
    Use(SEVERITY, "severity", "need", ("starts_at", "", "", ""), True),
    Use(SHARE, "share", "16-bit hash of a policy's name", ("share", "", "", ""), True),
    Use(ARRIVAL, "arrival", "0", ("household", "template", "ticket", ""), True),
    Use(LIVE, "live", "0", ("death", "leaves_home", "stands_in", "spell"), False),
    Use(
        CHANGE_NEEDS,
        "change_needs",
        "block of four needs",
        ("change_1", "change_2", "change_3", "change_4"),
        False,
    ),
    Use(SEEK_HELP, "seek_help", "need", ("approach", "route", "emergency", "ordinary"), False),
    Use(EMERGENCY_CHAIN, "emergency_chain", "need", ("first", "second", "third", "door"), False),
    Use(ORDINARY_CHAIN, "ordinary_chain", "need", ("first", "second", "third", ""), False),
    Use(
        BACKGROUND,
        "background",
        "block of four services with ordinary demand",
        ("arrives_1", "arrives_2", "arrives_3", "arrives_4"),
        False,
    ),
    Use(BACKGROUND_CHAIN, "background_chain", "service", ("first", "second", "third", ""), False),
    Use(HANDLE, "handle", "need", ("gives_up", "lost", "refers", "told"), False),
    Use(SETTLE, "settle", "need", ("settles", "lost", "told", ""), False),
    Use(PASS_ON, "pass_on", "(service x 16 + need) x 2 + chain", ("lost", "told", "", ""), False),
    Use(FIND, "find", "service x 16 + need", ("found", "route", "lost", "told"), False),
    Use(QUEUE, "queue", "service x 16 + need, in the week joined", ("ticket", "", "", ""), False),
    Use(STAY, "stay", "0", ("ready", "awaits", "", ""), False),
    Use(REACH_OUT, "reach_out", "service", ("ticket", "accepts", "", ""), False),
    Use(REACH_NEED, "reach_need", "service x 16 + need", ("found", "eases", "lost", "told"), False),
    Use(HOUSEHOLD, "household", "0, of a household's number", ("moves_out", "", "", ""), False),
)

_LOW = 0xFFFFFFFF
_MULTIPLY_0 = 0xD2511F53
_MULTIPLY_1 = 0xCD9E8D57
_WEYL_0 = 0x9E3779B9
_WEYL_1 = 0xBB67AE85
_ROUNDS = 10


@inlined
def philox(c0: int, c1: int, c2: int, c3: int, k0: int, k1: int) -> Words:
    """Philox4x32-10 itself.

    Parameters
    ----------
    c0, c1, c2, c3 : int64
        The counter, each 0 to 2^32 - 1.
    k0, k1 : int64
        The key, each 0 to 2^32 - 1.

    Returns
    -------
    four int64
        Words, each 0 to 2^32 - 1.

    Notes
    -----
    A product of two words may pass 2^63. Compiled, it wraps and keeps all 64 bits, and the masks read them
    unsigned; in plain Python it does not wrap, and the masks read the same bits.
    """
    for _ in range(_ROUNDS):
        product_0 = _MULTIPLY_0 * c0
        product_1 = _MULTIPLY_1 * c2
        c0 = ((product_1 >> 32) & _LOW) ^ c1 ^ k0
        c2 = ((product_0 >> 32) & _LOW) ^ c3 ^ k1
        c1 = product_1 & _LOW
        c3 = product_0 & _LOW
        k0 = (k0 + _WEYL_0) & _LOW
        k1 = (k1 + _WEYL_1) & _LOW
    return c0, c1, c2, c3


@inlined
def address(decision: int, item: int) -> int:
    """Join a decision and an item into the last word of the counter.

    Parameters
    ----------
    decision : int64
        One of this module's constants.
    item : int64
        0 to 65,535, as `USES` says.

    Returns
    -------
    int64
        0 to 2^32 - 1.
    """
    return int(decision) * ITEMS + int(item)


@inlined
def nth(words: Words, place: int) -> int:
    """Pick one of four words by its place, 0 to 3."""
    first, second, third, fourth = words
    return first if place == 0 else second if place == 1 else third if place == 2 else fourth


@inlined
def draw(key: int, identity: int, week: int, address: int) -> Words:
    """Draw the four words at one address.

    Parameters
    ----------
    key : int64
        The seed, 0 to 2^63 - 1.
    identity : int64
        The resident's (or household's) own number.
    week : int64
        From -2^31 + 1 to 2^31 - 1, or `LIFELONG_WEEK`.
    address : int64
        From `address`.

    Returns
    -------
    four int64
        Words, each 0 to 2^32 - 1; `USES` says what each is for. Decide by ``word < threshold``, the threshold
        in 2^-32 from `units`.
    """
    # int(): NumPy's own scalars would warn where a product passes 2^63 when nothing is compiled.
    who = int(identity)
    seed = int(key)
    return philox(
        who & _LOW,
        (who >> 32) & _LOW,
        int(week) & _LOW,
        int(address) & _LOW,
        seed & _LOW,
        (seed >> 32) & _LOW,
    )


@kernel
def draw_many(key: int, identities: NDArray[np.int64], week: int, address: int) -> NDArray[np.int64]:
    """Draw the four words at one address for many residents.

    Parameters
    ----------
    key : int64
        The seed, 0 to 2^63 - 1.
    identities : int64[n]
        Residents' (or households') own numbers.
    week : int64
        The week, or `LIFELONG_WEEK`.
    address : int64
        From `address`.

    Returns
    -------
    int64[n, 4]
        Words, each 0 to 2^32 - 1; row i is ``draw(key, identities[i], week, address)``.
    """
    words = np.empty((identities.shape[0], 4), dtype=np.int64)
    for row in range(identities.shape[0]):
        first, second, third, fourth = draw(key, identities[row], week, address)
        words[row, 0] = first
        words[row, 1] = second
        words[row, 2] = third
        words[row, 3] = fourth
    return words


def policy_item(name: str) -> int:
    """Work out the item of a policy's random share: a 16-bit hash of its name.

    Parameters
    ----------
    name : str
        The policy's name.

    Returns
    -------
    int
        0 to 65,535: the first two bytes of the name's SHA-256, the same on every machine.
    """
    return int.from_bytes(hashlib.sha256(name.encode("utf-8")).digest()[:2], "big")


def check_policy_names(names: Iterable[str]) -> dict[str, int]:
    """Refuse two names whose random shares would be one and the same.

    Parameters
    ----------
    names : iterable of str
        Names that random shares are drawn by: policies', services', drivers'; one that comes twice counts once.

    Returns
    -------
    dict
        Each name's item.

    Raises
    ------
    ChanceError
        If two different names have one hash.
    """
    taken: dict[int, str] = {}
    for name in names:
        other = taken.setdefault(policy_item(name), name)
        if other != name:
            raise ChanceError(f"{other!r} and {name!r} would draw the same random share; rename either one")
    return {name: item for item, name in taken.items()}


def check_seed(seed: object) -> int:
    """Refuse a seed that is not a whole number.

    Parameters
    ----------
    seed : object
        What the user gave.

    Returns
    -------
    int
        The seed, 0 to 2^63 - 1.

    Raises
    ------
    RunError
        If it is anything but a whole number in that range. True, 1.0 and "1" are not.
    """
    if seed is None:
        raise RunError(
            "seed: given None; a whole number from 0 to 2^63 - 1 would do (Mesa 3.5's batch_run passes None "
            "when `seed` is among the swept parameters: use rng=[...] there)"
        )
    whole = int(seed) if isinstance(seed, Integral) and not isinstance(seed, bool) else -1
    if not 0 <= whole < 2**63:
        raise RunError(f"seed: given {shown(seed)}; a whole number from 0 to 2^63 - 1 would do")
    return whole
