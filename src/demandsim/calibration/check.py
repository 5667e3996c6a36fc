"""Targets beside what the baseline makes of them: a verdict each, and how many of those that count are met."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from demandsim.calibration.observed import Observed
from demandsim.calibration.targets import Target

PASS_MARK = 0.90
"""Share of the targets that count which must pass."""

PASS, LOW, HIGH, WIDE, UNKNOWN, ABSENT = (
    "pass",
    "too low",
    "too high",
    "too uncertain",
    "no value",
    "not modelled",
)


class Mark(NamedTuple):
    """How many of the targets that count pass."""

    passed: int
    countable: int

    @property
    def share(self) -> float:
        """Passed ÷ countable."""
        return self.passed / self.countable if self.countable else float("nan")

    @property
    def met(self) -> bool:
        """Whether at least nine in ten pass."""
        return self.share >= PASS_MARK


def verdict(target: Target, seen: Observed | None) -> str:
    """Say whether a target passes.

    It does where the simulated mean lies inside the band and the simulated 90% interval is no wider than the band.

    Returns
    -------
    str
        "pass", "too low", "too high", "too uncertain" (the mean is inside, the interval too wide, or there is none),
        "no value", or "not modelled".
    """
    if seen is None:
        return ABSENT
    low, high = target.band
    if np.isnan(seen.mean):
        return UNKNOWN
    if seen.mean < low:
        return LOW
    if seen.mean > high:
        return HIGH
    return PASS if seen.high - seen.low <= high - low else WIDE


def check_frame(targets: Sequence[Target], observed: Mapping[str, Observed]) -> pd.DataFrame:
    """Set targets beside what was observed.

    Parameters
    ----------
    targets
        In the order to show.
    observed
        By key.

    Returns
    -------
    DataFrame
        ``key, id, sector, name, unit, of, published, low, high, band_from, simulated, simulated_low,
        simulated_high, ratio`` (simulated ÷ published)``, verdict, counts, why_not, hangs_on``; NaN where there is no
        number.
    """
    rows = []
    for one in targets:
        seen = observed.get(one.key)
        mean, low, high = (seen.mean, seen.low, seen.high) if seen is not None else (np.nan, np.nan, np.nan)
        rows.append(
            {
                "key": one.key,
                "id": one.id,
                "sector": one.sector,
                "name": one.name,
                "unit": one.unit,
                "of": one.of,
                "published": one.value,
                "low": one.band[0],
                "high": one.band[1],
                "band_from": one.band_from,
                "simulated": mean,
                "simulated_low": low,
                "simulated_high": high,
                "ratio": mean / one.value,
                "verdict": verdict(one, seen),
                "counts": one.counts,
                "why_not": one.why_not,
                "hangs_on": ", ".join(one.hangs_on),
            }
        )
    return pd.DataFrame(rows)


def mark(frame: pd.DataFrame) -> Mark:
    """Count what passes among what counts."""
    counts = frame["counts"]
    return Mark(int((counts & (frame["verdict"] == PASS)).sum()), int(counts.sum()))
