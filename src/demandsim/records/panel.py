"""The panel: what each watched resident used, quarter by quarter."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

QUARTER = 13
"""Weeks in a quarter."""


class Quarter(NamedTuple):
    """One quarter of the panel; a row each watched resident."""

    number: int  # from 0
    weeks: int  # weeks in it; the last may be short
    resident: NDArray[np.int32]
    household: NDArray[np.int32]
    age: NDArray[np.int16]
    sex: NDArray[np.uint8]
    decile: NDArray[np.uint8]
    district: NDArray[np.uint8]
    tenure: NDArray[np.uint8]
    alive: NDArray[np.uint8]
    contacts: NDArray[np.int32]  # [resident, kind]
    pence: NDArray[np.int64]  # [resident, payer], full view
    severity: NDArray[np.uint8]  # [resident, need]
    eligible: NDArray[np.uint8]  # [resident, programme]
    offered: NDArray[np.uint8]
    reached: NDArray[np.uint8]
