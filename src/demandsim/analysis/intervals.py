"""How far chance alone could move a number: pairs drawn again with replacement, by a seed that is fixed."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 2_000
"""Times the pairs are drawn again."""

SEED = 20_250_401
"""Seed of NumPy's ``default_rng`` for the draws: a table is the same whenever it is made."""

COVER = 0.90
"""Share of the resampled values that lies between ``low`` and ``high``."""

FEW_PAIRS = 10
"""With fewer pairs than this, drawing them again gives intervals that are too narrow."""

CHANCE_ONLY = "chance only"
ONE_PAIR = "one pair: no interval"


class Interval(NamedTuple):
    """A mean (or a ratio) and its bounds; NaN where there is none. One entry a column of what was given."""

    mean: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


def label(pairs: int) -> str:
    """Say what an interval over ``pairs`` pairs covers: "chance only", or that there is none."""
    return CHANCE_ONLY if pairs > 1 else ONE_PAIR


@lru_cache(maxsize=16)
def resamples(pairs: int) -> NDArray[np.int64]:
    """Draw which pairs make up each resample.

    Parameters
    ----------
    pairs
        How many pairs there are, one or more.

    Returns
    -------
    [resample, pair]
        Positions of pairs, 0 up; the same for every table made from that many pairs, so that parts and their
        sum are resampled together.
    """
    drawn = np.random.default_rng(SEED).integers(0, pairs, size=(RESAMPLES, pairs), dtype=np.int64)
    drawn.flags.writeable = False
    return drawn


def mean_interval(values: NDArray[np.float64]) -> Interval:
    """Mean over pairs, and the bounds that hold 90% of the means of resampled pairs.

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
    flat = given.reshape(len(given), -1)
    low, high = np.empty(flat.shape[1]), np.empty(flat.shape[1])
    for column in range(flat.shape[1]):  # one column at a time: a matrix of thousands would not fit in memory
        low[column], high[column] = _bounds(flat[:, column][resamples(len(given))].mean(axis=1))
    return Interval(mean, low.reshape(mean.shape), high.reshape(mean.shape))


def ratio_interval(top: NDArray[np.float64], bottom: NDArray[np.float64]) -> tuple[float, float, float]:
    """Total over pairs ÷ total over pairs, and its bounds over resampled pairs.

    Parameters
    ----------
    top, bottom : [pair]
        In any units. The total of ``bottom`` should be clear of zero: a resample in which it is not above
        zero counts as endlessly large, so that the bounds can only be too wide.

    Returns
    -------
    mean, low, high : float
        ``bottom``'s unit divides ``top``'s; bounds are NaN with one pair, all are NaN if ``bottom`` adds up
        to zero or less.
    """
    if bottom.sum() <= 0:
        return float("nan"), float("nan"), float("nan")
    mean = float(top.sum() / bottom.sum())
    if len(top) < 2:
        return mean, float("nan"), float("nan")
    drawn = resamples(len(top))
    tops, bottoms = top[drawn].sum(axis=1), bottom[drawn].sum(axis=1)
    ratios = np.where(
        bottoms > 0, tops / np.where(bottoms > 0, bottoms, 1.0), np.where(tops < 0, -np.inf, np.inf)
    )
    low, high = _bounds(ratios)
    return mean, low, high


def holds_zero(low: float, high: float) -> bool:
    """Tell whether an interval holds zero; one that is not known (NaN) might."""
    return not (low > 0 or high < 0)


def _bounds(values: NDArray[np.float64]) -> tuple[float, float]:
    """Nearest-rank percentiles, which infinities do not upset."""
    low, high = np.quantile(values, [(1 - COVER) / 2, (1 + COVER) / 2], method="inverted_cdf")
    return float(low), float(high)
