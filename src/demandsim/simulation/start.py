"""Severities at the start: each need at its ladder's stationary shares, for age, sex, decile and vulnerability."""

from __future__ import annotations

import numpy as np

from demandsim.agencies.rules import NeedRules, Rules
from demandsim.chance import LIFELONG_WEEK, SEVERITY, address, draw
from demandsim.kernels import kernel
from demandsim.population.columns import HERE, Residents

WHOLE = 1 << 30  # parts that shares are counted in, small enough for products in 64 bits
MOST = 1 << 40


@kernel
def start_severities(state: Residents, rules: Rules, key: int, week: int) -> None:
    """Give everyone who is here the needs of a ladder left alone for long.

    A ladder with chances s to start, w1 to w3 to worsen and e1 to e4 to ease rests at shares in the ratio
    1 : s/e1 : s w1/(e1 e2) : ...; starting and worsening are multiplied by vulnerability. Whoever is born here
    starts without needs; whoever will move in is met in week 0 (``settling``).
    """
    for row in range(state.identity.shape[0]):
        if state.presence[row] != HERE:
            continue
        grade = rules.life.grade[state.grade[row]]
        age = week - state.born_week[row]
        for need in range(state.severity.shape[1]):
            start = rules.needs.start[state.cell[row], need]
            if start > 0 and rules.needs.first_week[need] <= age < rules.needs.last_week[need]:
                word = draw(key, state.identity[row], LIFELONG_WEEK, address(SEVERITY, need))[0]
                state.severity[row, need] = resting_level(rules.needs, need, start, grade, word)


@kernel
def resting_level(needs: NeedRules, need: int, start: int, grade: int, word: int) -> int:
    """Pick the severity that the word falls on among the resting shares."""
    shares = np.zeros(5, np.int64)
    shares[0] = WHOLE
    up = start
    for level in range(1, 5):
        ease = max(1, needs.ease[need, level - 1])
        rising = min(((up * grade) >> 16), MOST)
        # In two steps of 64-bit arithmetic: the ratio first, in 2^-16, then the share.
        ratio = min((rising << 16) // ease, 1 << 24)
        while shares[level - 1] >= 1 << 36:  # keep the product within 63 bits, the shares in proportion
            shares >>= 8
        shares[level] = (shares[level - 1] * ratio) >> 16
        if level < 4:
            up = needs.worsen[need, level - 1]
    total, shift = shares.sum(), 0
    while total >> shift >= 1 << 31:  # so that its product with a word of 32 bits stays within 63
        shift += 1
    point = ((word * (total >> shift)) >> 32) << shift
    level = 0
    while level < 4 and point >= shares[level]:
        point -= shares[level]
        level += 1
    return level
