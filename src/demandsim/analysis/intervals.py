"""How far chance alone could move a number: the interval that a mean, or a ratio of totals, of few pairs can bear."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

COVER = 0.90
"""Share of such intervals that hold what endlessly many pairs would give."""

FEW_PAIRS = 10
"""With fewer pairs than this, intervals hold their share by being wide, and lean on how a bell curve scatters."""

HALVINGS = 60
"""Times that the angle of a quantile is halved: more would change no digit."""

CHANCE_ONLY = "chance only"
ONE_PAIR = "one pair: no interval"


class Interval(NamedTuple):
    """A mean and its bounds; NaN where there is none. One entry a column of what was given."""

    mean: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


def label(pairs: int) -> str:
    """Say what an interval over ``pairs`` pairs covers: "chance only", or that there is none."""
    return CHANCE_ONLY if pairs > 1 else ONE_PAIR


def few_said(pairs: int) -> str:
    """Say of few pairs what their intervals are worth; nothing of ten or more."""
    if pairs >= FEW_PAIRS:
        return ""
    if pairs < 2:
        return "Intervals rest on one pair of runs: with one pair there is none."
    return f"Intervals rest on {pairs} pairs of runs: they are wide, as so few can hardly tell a policy from luck."


@lru_cache(maxsize=256)
def reach(pairs: int) -> float:
    """Give how many standard errors on either side of a mean hold 90%: Student's t with ``pairs - 1`` degrees.

    Parameters
    ----------
    pairs
        Two or more: 6.31 for two, 1.83 for ten, towards 1.64 for endlessly many.

    Notes
    -----
    Solves the finite series for whole degrees of freedom, Abramowitz and Stegun (1964) 26.7.3 and 26.7.4.
    """
    degrees = pairs - 1
    low, high = 0.0, math.pi / 2
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if _covered(middle, degrees) < COVER:
            low = middle
        else:
            high = middle
    return math.sqrt(degrees) * math.tan((low + high) / 2)


def mean_interval(values: NDArray[np.float64]) -> Interval:
    """Mean over pairs, and bounds that hold 90% however few the pairs are, if they scatter as a bell curve does.

    Parameters
    ----------
    values : [pair, ...]
        A paired difference each, in any unit.

    Returns
    -------
    Interval
        Each [...], in the same unit; bounds are NaN with one pair.
    """
    given = np.asarray(values, np.float64)
    mean = given.mean(axis=0)
    if len(given) < 2:
        return Interval(mean, np.full_like(mean, np.nan), np.full_like(mean, np.nan))
    wide = reach(len(given)) * given.std(axis=0, ddof=1) / math.sqrt(len(given))
    return Interval(mean, mean - wide, mean + wide)


def ratio_interval(top: NDArray[np.float64], bottom: NDArray[np.float64]) -> tuple[float, float, float]:
    """Total over pairs ÷ total over pairs, and bounds that hold 90% however few the pairs are.

    Parameters
    ----------
    top, bottom : [pair]
        In any units.

    Returns
    -------
    mean, low, high : float
        ``bottom``'s unit divides ``top``'s; bounds are NaN with one pair, and endless where the interval of
        ``bottom`` holds zero; all are NaN if ``bottom`` adds up to zero or less.

    Notes
    -----
    A ratio r is within the bounds where the interval of the mean of top - r x bottom holds zero. Fieller (1954),
    Journal of the Royal Statistical Society B 16(2):175-185; here about the ratio found, which rounds least.
    """
    if bottom.sum() <= 0:
        return math.nan, math.nan, math.nan
    mean = float(top.sum() / bottom.sum())
    if len(top) < 2:
        return mean, math.nan, math.nan
    squared = reach(len(top)) ** 2 / len(top)
    over, both, under = np.cov(top - mean * bottom, bottom).ravel()[[0, 1, 3]] * squared
    steady = float(bottom.mean()) ** 2 - under
    if steady <= 0:
        return mean, -math.inf, math.inf
    wide = math.sqrt(both**2 + steady * over)
    return mean, mean - (wide + both) / steady, mean + (wide - both) / steady


def holds_zero(low: float, high: float) -> bool:
    """Tell whether an interval holds zero; one that is not known (NaN) might."""
    return not (low > 0 or high < 0)


def _covered(angle: float, degrees: int) -> float:
    """Share of Student's t within ``tan(angle)`` x the root of the degrees, on either side of zero."""
    odd = degrees % 2
    sine, cosine = math.sin(angle), math.cos(angle)
    term, total = (cosine if odd else 1.0), 0.0
    for step in range(1 + odd, degrees, 2):  # one term for each two degrees
        total += term
        term *= cosine**2 * step / (step + 1)
    return 2 / math.pi * (angle + sine * total) if odd else sine * total
