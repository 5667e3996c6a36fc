"""What every estimator works on and gives back: residents before and after, and an effect with its interval."""

from __future__ import annotations

from statistics import NormalDist
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from demandsim.analysis.intervals import COVER
from demandsim.errors import ViewError, shown

Z = NormalDist().inv_cdf((1 + COVER) / 2)
"""Standard errors on either side of an estimate that hold 90% of a normal distribution."""

KEYS = ("resident", "quarter")
TRAITS = ("age", "sex", "quintile")
"""What an evaluator knows of a resident besides what they used."""


class Effect(NamedTuple):
    """What one method says a programme did.

    ``estimate, low, high`` are in the outcome's unit a quarter, with programme less without; the bounds hold 90%
    and are NaN with fewer than two residents. ``treated`` and ``controls`` count the residents compared;
    ``method`` tells in words how.
    """

    method: str
    estimate: float
    low: float
    high: float
    treated: int
    controls: int


def effect(method: str, estimate: float, error: float, *, treated: int, controls: int = 0) -> Effect:
    """Give an estimate the interval that its standard error asks for."""
    reach = Z * error
    return Effect(method, estimate, estimate - reach, estimate + reach, treated, controls)


def standard_error(values: NDArray[np.float64]) -> float:
    """Give the standard error of a mean; NaN with fewer than two values."""
    if len(values) < 2:
        return float("nan")
    return float(values.std(ddof=1) / np.sqrt(len(values)))


def first_quarter(panel: pd.DataFrame, column: str) -> pd.Series:
    """Find the quarter in which a column first holds true.

    Parameters
    ----------
    panel
        A row a resident and quarter, as ``record.panel()`` gives it.
    column
        A true-or-false column, such as ``reached_early_help_team``.

    Returns
    -------
    Series
        Quarter (from 0) by resident; residents of whom it never held are left out.

    Raises
    ------
    ViewError
        If the panel has no such column.
    """
    _check(panel, (*KEYS, column))
    held = panel[panel[column].astype(bool)]
    return held.groupby("resident")["quarter"].min()


def never_true(panel: pd.DataFrame, column: str) -> NDArray[np.int64]:
    """List the residents of whom a true-or-false column never holds, in order of identity."""
    _check(panel, (*KEYS, column))
    held = panel.groupby("resident")[column].any()
    return np.asarray(held.index[~held.to_numpy(bool)], np.int64)


def around(
    panel: pd.DataFrame, begins: pd.Series, *, outcome: str, before: int = 4, after: int = 4
) -> pd.DataFrame:
    """Lay residents out with their mean outcome before and after a quarter of their own.

    Parameters
    ----------
    panel
        A row a resident and quarter.
    begins
        By resident, the first quarter that counts as after. A resident may come twice, with two quarters.
    outcome
        A column of the panel: contacts, pounds or severity.
    before, after
        How many quarters on either side.

    Returns
    -------
    DataFrame
        ``resident, begin, before, after`` (means a quarter), ``age, sex, quintile`` in the last quarter before, and
        ``used``: contacts of every kind a quarter before. Only residents with a row in every one of those quarters:
        who died, left or came in between is left out, as in most studies.

    Raises
    ------
    ViewError
        If the panel lacks a column, or a window has no quarters.
    """
    contacts = [name for name in panel.columns if name.startswith("contacts_")]
    _check(panel, (*KEYS, *TRAITS, outcome))
    if before < 1 or after < 1:
        raise ViewError(f"around: given {before} quarters before and {after} after; one or more would do")
    rows = panel[[*KEYS, *TRAITS]].assign(
        outcome=panel[outcome].astype(float), used=panel[contacts].sum(axis=1).astype(float)
    )
    asked = pd.DataFrame({"resident": begins.index, "begin": begins.to_numpy(np.int64)})
    rows = rows.merge(asked, on="resident")
    since = rows["quarter"] - rows["begin"]
    rows = rows[(since >= -before) & (since < after)].assign(since=since)
    one = rows.groupby(["resident", "begin"])
    rows = rows[one["quarter"].transform("size") == before + after]
    earlier, later = rows[rows["since"] < 0], rows[rows["since"] >= 0]
    of = ["resident", "begin"]
    found = earlier[earlier["since"] == -1][[*of, *TRAITS]].sort_values(of)
    means = earlier.groupby(of, as_index=False)[["outcome", "used"]].mean()
    found = found.merge(means.rename(columns={"outcome": "before"}), on=of)
    found = found.merge(later.groupby(of, as_index=False)["outcome"].mean(), on=of)
    return found.rename(columns={"outcome": "after"}).reset_index(drop=True)


def at_quarters(residents: NDArray[np.int64], quarters: NDArray[np.int64]) -> pd.Series:
    """Give every resident every quarter: what controls, who began nothing, are laid out by."""
    each = np.unique(quarters)
    return pd.Series(np.tile(each, len(residents)), index=np.repeat(residents, len(each)))


def _check(panel: pd.DataFrame, columns: tuple[str, ...]) -> None:
    """Refuse a panel without what is asked of it."""
    if not isinstance(panel, pd.DataFrame):
        raise ViewError(f"panel: given {shown(panel)}; what record.panel() gives would do")
    if missing := [name for name in columns if name not in panel.columns]:
        raise ViewError(f"panel: no column {missing[0]!r}; one that record.panel() gives would do")
