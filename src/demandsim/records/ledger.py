"""The ledger: every contact counted once, by week, kind, need, severity and cause; pounds follow by view."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Counts(NamedTuple):
    """The non-empty cells of a run, in order of week, then cell: three arrays of one length."""

    week: NDArray[np.int32]
    cell: NDArray[np.int64]
    contacts: NDArray[np.int64]


class Shape(NamedTuple):
    """How a cell's number is made: ((kind x needs + need) x 5 + severity) x causes + cause; need 0 is background."""

    kinds: int
    needs: int
    causes: int

    def parts(self, cell: NDArray[np.int64]) -> tuple[NDArray[np.int64], ...]:
        """Take cells apart into kind, need (0 background), severity and cause (0 none)."""
        rest, cause = np.divmod(cell, self.causes)
        rest, severity = np.divmod(rest, 5)
        kind, need = np.divmod(rest, self.needs)
        return kind, need, severity, cause


class Ledger:
    """Grows by a week at a time, and only grows."""

    def __init__(self) -> None:
        self._weeks: list[tuple[int, NDArray[np.int64], NDArray[np.int64]]] = []

    def post(self, week: int, cell: NDArray[np.int64], count: NDArray[np.int64]) -> None:
        """Add a week's cells, in any order."""
        order = np.argsort(cell, kind="stable")
        self._weeks.append((week, cell[order], count[order]))

    def copy(self) -> Ledger:
        """Copy; the weeks already posted are shared, since they never change."""
        other = Ledger()
        other._weeks = list(self._weeks)
        return other

    def counts(self) -> Counts:
        """Lay all weeks end to end."""
        if not self._weeks:
            return Counts(np.zeros(0, np.int32), np.zeros(0, np.int64), np.zeros(0, np.int64))
        return Counts(
            np.repeat([w for w, _, _ in self._weeks], [len(c) for _, c, _ in self._weeks]).astype(np.int32),
            np.concatenate([c for _, c, _ in self._weeks]),
            np.concatenate([n for _, _, n in self._weeks]),
        )

    @classmethod
    def of(cls, counts: Counts) -> Ledger:
        """Rebuild from what ``counts`` gave."""
        ledger = cls()
        for week in np.unique(counts.week):
            rows = counts.week == week
            ledger._weeks.append((int(week), counts.cell[rows], counts.contacts[rows]))
        return ledger


class Weekly:
    """Numbers kept for every week: one integer array a name, a row a week."""

    NAMES = (
        "funded",
        "used",
        "carried",
        "waiting",
        "opened",
        "taken",
        "delayed",
        "measure",
        "by_age",
        "event",
        "deaths",
        "here",
    )

    def __init__(self) -> None:
        self._rows: dict[str, list[NDArray[np.int64]]] = {name: [] for name in self.NAMES}

    def post(self, **arrays: NDArray[np.int64]) -> None:
        """Add a week."""
        for name in self.NAMES:
            self._rows[name].append(arrays[name].copy())

    def copy(self) -> Weekly:
        """Copy; the weeks already posted are shared."""
        other = Weekly()
        other._rows = {name: list(rows) for name, rows in self._rows.items()}
        return other

    def arrays(self) -> dict[str, NDArray[np.int64]]:
        """Stack the weeks: name to array, weeks first."""
        return {
            name: np.stack(rows) if rows else np.zeros((0, 0), np.int64) for name, rows in self._rows.items()
        }

    @classmethod
    def of(cls, arrays: dict[str, NDArray[np.int64]]) -> Weekly:
        """Rebuild from what ``arrays`` gave."""
        weekly = cls()
        weekly._rows = {name: list(arrays[name]) for name in cls.NAMES}
        return weekly
