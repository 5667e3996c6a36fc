"""What one seed's pair of arms gives for a published study, and what the pairs say together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from demandsim.scenario.policy import Policy
from demandsim.scenario.schema import Scenario

CARE = ("fostering", "childrens_homes")
"""Services whose stays are being looked after."""


class Simulated(NamedTuple):
    """What the model gives for a published figure, in its unit; bounds hold 90%, chance only."""

    mean: float
    low: float
    high: float
    n: int
    of: str  # what n counts


class Told(NamedTuple):
    """What a study's pairs say: a figure a measure, and lines to be read beside them."""

    measures: dict[str, Simulated]
    beside: tuple[str, ...]


class OneSeed(NamedTuple):
    """Numbers of one seed's two arms by name, each [baseline, policy]; ``people`` holds a trial's children."""

    numbers: dict[str, NDArray[np.float64]]
    people: pd.DataFrame


class How(NamedTuple):
    """How one study is run again: a pair of arms a seed, and all pairs together."""

    one_seed: Callable[[Scenario, Policy, int], OneSeed]
    together: Callable[[Sequence[OneSeed]], Told]
