"""From the prices of any year that has a deflator row to the one price base, 2024/25."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files

from demandsim.errors import EvidenceError

BASE_YEAR = "2024/25"
"""The price base of every number the model uses."""


def to_base_prices(price_year: str) -> float:
    """Multiplier from the prices of a financial year to those of 2024/25, by the GDP deflator.

    Parameters
    ----------
    price_year : str
        A financial year, as "2013/14".

    Returns
    -------
    float
        1 for 2024/25 itself.

    Raises
    ------
    EvidenceError
        If it is not a financial year, or the table has no row for it.
    """
    if price_year == BASE_YEAR:
        return 1.0
    rows = _rows()
    if price_year not in rows:
        kind = "no deflator row for" if re.fullmatch(r"\d{4}/\d\d", price_year) else "not a financial year:"
        raise EvidenceError(f"{kind} '{price_year}'; write one of {', '.join([*rows, BASE_YEAR])}")
    return rows[price_year]


@cache
def _rows() -> dict[str, float]:
    """Multiplier by financial year, the step from calendar 2024 to 2024/25 included."""
    text = (files("demandsim.evidence") / "tables" / "deflators.toml").read_text(encoding="utf-8")
    table = tomllib.loads(text)["deflators"]
    to_base = float(table["to_base"]["value"])
    return {
        name.removeprefix("from_").replace("_", "/"): float(row["value"]) * to_base
        for name, row in table.items()
        if name.startswith("from_")
    }
