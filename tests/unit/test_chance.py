"""Philox gives the published words, an address means one thing, and a seed is a whole number."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter

import numpy as np
import pytest

from demandsim import chance
from demandsim.chance import (
    CHANGE_NEEDS,
    ITEMS,
    LIFELONG_WEEK,
    USES,
    address,
    check_policy_names,
    check_seed,
    draw,
    draw_many,
    philox,
    policy_item,
)
from demandsim.errors import ChanceError, RunError

KNOWN = [
    ("00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"),
]
"""Random123 1.14, tests/kat_vectors, the lines `philox4x32 10`: counter, key, words."""

SEED = 0x299F31D0_A4093822
IDENTITY = 0x05A308D3_243F6A88


def words(text: str) -> tuple[int, ...]:
    """Read words written in hexadecimal."""
    return tuple(int(word, 16) for word in text.split())


@pytest.mark.parametrize(("counter", "key", "expected"), KNOWN)
def test_published_vectors(counter: str, key: str, expected: str) -> None:
    assert philox(*words(counter), *words(key)) == words(expected)


def test_published_vector_by_address() -> None:
    # The third vector's own counter and key: its identity's 64 bits are above 2^63, so below zero in int64.
    identity = 0x85A308D3_243F6A88 - 2**64
    assert draw(SEED, identity, 0x13198A2E, 0x03707344) == words(KNOWN[2][2])


@pytest.mark.parametrize("week", [-52, -1, 0, 1, 519, LIFELONG_WEEK])
def test_a_draw_is_philox_at_who_when_and_what_about(week: int) -> None:
    where = address(CHANGE_NEEDS, 5)
    expected = philox(
        IDENTITY & 0xFFFFFFFF, IDENTITY >> 32, week % 2**32, where, SEED & 0xFFFFFFFF, SEED >> 32
    )
    assert draw(SEED, IDENTITY, week, where) == expected


def test_an_address_joins_decision_and_item() -> None:
    assert address(CHANGE_NEEDS, 5) == CHANGE_NEEDS * 65_536 + 5
    assert max(use.decision for use in USES) * ITEMS + ITEMS - 1 < 2**32


def test_many_are_each_ones_own() -> None:
    identities = np.array([0, 1, -1, 2**40, 2**63 - 1], dtype=np.int64)
    many = draw_many(SEED, identities, 7, address(CHANGE_NEEDS, 1))
    assert many.dtype == np.int64
    assert [tuple(row) for row in many.tolist()] == [
        draw(SEED, int(identity), 7, address(CHANGE_NEEDS, 1)) for identity in identities
    ]


def test_no_residents_no_draws() -> None:
    assert draw_many(1, np.empty(0, dtype=np.int64), 0, 0).shape == (0, 4)


def test_plain_python_gives_the_same_words_without_a_warning() -> None:
    code = (
        "import numpy as np; from demandsim.chance import draw, draw_many, address\n"
        f"ids = np.array([0, -1, {IDENTITY}]); where = address(np.int8(7), np.uint8(5))\n"
        f"print(draw_many({SEED}, ids, -3, where).tolist())\n"
        f"print(draw(np.int64({SEED}), ids[2], np.int32(-3), np.int64(where)))"
    )
    settings = os.environ | {"NUMBA_DISABLE_JIT": "1"}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], env=settings, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    many, one = done.stdout.splitlines()
    where = address(7, 5)
    assert many == str(draw_many(SEED, np.array([0, -1, IDENTITY]), -3, where).tolist())
    assert one == str(draw(SEED, IDENTITY, -3, where))


def test_no_word_has_two_uses() -> None:
    assert [each for each, times in Counter(use.decision for use in USES).items() if times > 1] == []
    assert [each for each, times in Counter(use.name for use in USES).items() if times > 1] == []
    named = Counter((use.decision, word) for use in USES for word in use.words if word)
    assert [each for each, times in named.items() if times > 1] == []


def test_every_use_has_its_constant_and_room() -> None:
    for use in USES:
        assert getattr(chance, use.name.upper()) == use.decision
        assert 0 < use.decision < ITEMS
        assert len(use.words) == 4
        assert use.words[0]
        assert use.item


def test_no_real_week_is_the_lifelong_one() -> None:
    assert np.iinfo(np.int32).min == LIFELONG_WEEK
    assert LIFELONG_WEEK % 2**32 not in {week % 2**32 for week in (-(2**31) + 1, -52, -1, 0, 2**31 - 1)}


def test_a_policys_item_is_the_same_everywhere() -> None:
    # Worked out apart: printf council-raises-threshold | sha256sum | cut -c 1-4
    assert policy_item("council-raises-threshold") == 0xFF82
    assert 0 <= policy_item("é") < ITEMS


def test_two_policies_with_one_hash_are_refused() -> None:
    seen: dict[int, str] = {}
    names = (f"policy-{number}" for number in range(ITEMS + 1))
    one, other = next(
        (seen[item], name) for name in names if seen.setdefault(item := policy_item(name), name) != name
    )
    with pytest.raises(ChanceError, match=f"'{one}' and '{other}'.*rename"):
        check_policy_names([one, "third", other])
    assert check_policy_names([one, "third", one]) == {one: policy_item(one), "third": policy_item("third")}


@pytest.mark.parametrize("seed", [0, 1, 2**63 - 1, np.int64(5), np.uint8(3)])
def test_a_whole_seed_is_taken(seed: object) -> None:
    assert check_seed(seed) == seed
    assert type(check_seed(seed)) is int


@pytest.mark.parametrize(
    "seed", [True, np.True_, 1.0, np.float64(1), -1, 2**63, "1", [1], float("nan"), "x" * 1000]
)
def test_any_other_seed_is_refused_in_one_line(seed: object) -> None:
    with pytest.raises(RunError, match="a whole number from 0 to") as caught:
        check_seed(seed)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 170


def test_a_seed_too_long_to_write_out_is_refused() -> None:
    with pytest.raises(RunError, match="given a very long int"):
        check_seed(10**10_000)


def test_no_seed_points_to_mesas_way() -> None:
    with pytest.raises(RunError, match=r"Mesa 3\.5's batch_run passes None.*rng=\[\.\.\.\]"):
        check_seed(None)
