"""Panels made by hand or by a rule that is known, for the estimators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def panel(uses: Mapping[int, Sequence[float]], **columns: Mapping[int, Sequence[object]]) -> pd.DataFrame:
    """A panel of residents who use so much each quarter; None is a quarter without a row."""
    rows = [
        {
            "resident": resident,
            "quarter": quarter,
            "age": 40 + resident % 7,
            "sex": "female" if resident % 2 else "male",
            "quintile": 1 + resident % 5,
            "contacts_clinic": use,
            "pounds_council": 10.0 * use,
            **{name: by[resident][quarter] for name, by in columns.items()},
        }
        for resident, line in uses.items()
        for quarter, use in enumerate(line)
        if use is not None
    ]
    return pd.DataFrame(rows)


def from_table(table: NDArray[np.float64], reached: NDArray[np.bool_] | None = None) -> pd.DataFrame:
    """A panel of a whole table: [resident, quarter]."""
    people, quarters = table.shape
    resident = np.repeat(np.arange(people), quarters)
    frame = pd.DataFrame(
        {
            "resident": resident,
            "quarter": np.tile(np.arange(quarters), people),
            "age": 20 + resident % 50,
            "sex": np.where(resident % 2 == 0, "male", "female"),
            "quintile": 1 + resident % 5,
            "contacts_clinic": table.ravel(),
        }
    )
    if reached is not None:
        frame["reached_team"] = reached.ravel()
    return frame
