"""The ledger as a frame: contacts and pounds, in any view, by any columns."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from demandsim.errors import ViewError, shown
from demandsim.records.labels import Labels, Recorded, labels, named
from demandsim.records.lines import line_entries
from demandsim.records.money import CASH, Entries, Whole, charge_entries, contact_entries, contacts_by, summed
from demandsim.units import WEEKS_A_YEAR

COLUMNS = (
    "week",
    "year",
    "sector",
    "agency",
    "payer",
    "service",
    "need",
    "severity",
    "kind",
    "cause_sector",
    "cause_agency",
)
"""What the ledger can be grouped by."""
VIEWS = ("full", *CASH, "capacity", "social")
"""Views of the money; never added together."""
MOST = 1 << 62
PENCE_A_POUND = 100


def ledger_frame(
    record: Recorded, by: str | Iterable[str] = (), *, view: str = "full", scaled: bool = True
) -> pd.DataFrame:
    """Add up the ledger by any columns: totals over the recorded weeks, never averages, so rows add up.

    Parameters
    ----------
    record
        The run.
    by
        Columns out of ``COLUMNS``, in any order, each once; none gives one row of totals. ``sector`` and
        ``agency`` are the provider's; ``week`` counts from 0, ``year`` from 1.
    view
        ``full`` contacts at unit cost, and lines without a contact; ``cash`` what payers spend
        (``cash_low_r`` and ``cash_high_r``: its ends); ``capacity`` staff time taken up.
    scaled
        True for contacts and pounds of the place; False for the simulated residents' own contacts and whole
        pence.

    Returns
    -------
    DataFrame
        The columns asked for, then ``contacts`` and ``pounds`` (or ``pence``); only cells that hold
        something, sorted. Lines without a contact have 0 contacts; a contact paid jointly counts in the row
        of the payer with the largest share.

    Raises
    ------
    ViewError
        If there is no such view or column.
    """
    columns = _asked(by)
    _check_view(view)
    words = labels(record.scenario)
    contacts = contacts_by(record, columns)
    found = contact_entries(record, words, contacts, view) + line_entries(record, words, view)
    if view != "capacity":
        found += charge_entries(record, words, contacts)
    entries = Entries(*(np.concatenate(column) for column in zip(*found, strict=True)))
    return _framed(entries, words, columns, record.scale if scaled else None)


def _asked(by: str | Iterable[str]) -> tuple[str, ...]:
    """Check the columns to group by."""
    try:
        columns = (by,) if isinstance(by, str) else tuple(by)
    except TypeError:
        raise ViewError(f"by: given {shown(by)}; a list out of {', '.join(COLUMNS)} would do") from None
    for column in columns:
        if column not in COLUMNS:
            raise ViewError(f"by: no column {shown(column)} in the ledger; it has {', '.join(COLUMNS)}")
    if len(set(columns)) < len(columns):
        raise ViewError(f"by: given {shown(list(columns))}; each column once would do")
    return columns


def _check_view(view: str) -> None:
    """Refuse a view that there is not, or not yet."""
    ready = ", ".join(v for v in VIEWS if v != "social")
    if view == "social":
        raise ViewError(f"view: 'social' is not there yet; one of {ready} would do")
    if view not in VIEWS:
        raise ViewError(f"view: no view {shown(view)}; one of {ready} would do")


def _codes(entries: Entries, words: Labels, column: str) -> tuple[Whole, tuple[str, ...] | None]:
    """Give a column's codes and what they are called; numbers have no names."""
    if column in ("week", "severity"):
        return getattr(entries, column), None
    if column == "year":
        return entries.week // WEEKS_A_YEAR + 1, None
    if column == "sector":
        return words.sector_of[entries.agency], words.sector
    if column == "cause_agency":
        return entries.cause, words.cause
    if column == "cause_sector":
        return words.sector_of[entries.cause - 1], words.sector  # cause 0 falls on the last: none
    return getattr(entries, column), getattr(words, column)


def _framed(entries: Entries, words: Labels, columns: tuple[str, ...], scale: float | None) -> pd.DataFrame:
    """Group entries by columns, and give codes their names."""
    code, size = np.zeros(entries.week.size, np.int64), 1
    shown_as: dict[str, tuple[Whole, NDArray[Any] | None]] = {}
    for column in columns:
        value, called = _codes(entries, words, column)
        names = None
        if called is None:
            width = int(value.max(initial=0)) + 1
        else:
            # Rows come in the order of the words; one word under two codes (a kind of two services) is one.
            names, rank = np.unique(np.array(called, dtype=object), return_inverse=True)
            value, width = rank[value], len(names)
        if size > MOST // width:
            there, code = np.unique(code, return_inverse=True)
            size = there.size
        code, size = code * width + value, size * width
        shown_as[column] = value, names
    row, contacts, pence = summed(code, size, entries.contacts, entries.pence)
    if not columns and not row.size:
        contacts = pence = np.zeros(1, np.int64)
    frame = {
        column: value[row] if names is None else named(names, value[row])
        for column, (value, names) in shown_as.items()
    }
    if scale is None:
        return pd.DataFrame({**frame, "contacts": contacts, "pence": pence})
    return pd.DataFrame({**frame, "contacts": contacts * scale, "pounds": pence * scale / PENCE_A_POUND})
