"""A record small enough to work out by hand: two agencies, four services, two needs, 53 weeks."""

from __future__ import annotations

from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

import numpy as np

from demandsim.records.ledger import Counts, Shape
from demandsim.records.measures import EVENTS, MEASURES
from demandsim.records.panel import Quarter
from demandsim.records.prices import Prices
from demandsim.records.record import FixedLine, RunRecord

WEEKS = 53
COUNCIL, TRUST = 0, 1
ADVICE, HOSTEL, A_AND_E, HOSPITAL = range(4)
KINDS = (
    ("advice", "assessment"),
    ("advice", "visit"),
    ("hostel", "stay_week"),
    ("a_and_e", "home"),
    ("a_and_e", "admitted"),
    ("hospital", "admission"),
    ("hospital", "stay_week"),
)
NEEDS = ("background", "drink", "debt")
CAUSES = ("none", "council", "trust")
SHAPE = Shape(len(KINDS), len(NEEDS), len(CAUSES))


def scenario() -> Any:
    """What the frames read of a scenario; 100 residents stand for 250 people."""
    modes = {"advice": "contact", "hostel": "stay", "a_and_e": "emergency", "hospital": "stay"}
    places = {"hostel": "hostel", "hospital": "hospital"}
    return SimpleNamespace(
        agencies={"council": SimpleNamespace(sector="council"), "trust": SimpleNamespace(sector="nhs")},
        services={
            name: SimpleNamespace(
                mode=mode,
                place=places.get(name),
                kinds={kind: None for service, kind in KINDS if service == name},
                programme="offer" if name == "advice" else None,
            )
            for name, mode in modes.items()
        },
        needs=dict.fromkeys(NEEDS[1:]),
        place=SimpleNamespace(population=250, districts={"north": None, "south": None}),
        residents=100,
    )


def whole(rows: Any) -> Any:
    """An int64 array."""
    return np.array(rows, np.int64)


PRICES = Prices(
    full=whole([[601, 400], [300, 200], [7000, 0], [0, 25000], [0, 40000], [0, 90000], [0, 200000]]),
    responsive=whole(
        [
            [[60, 40], [30, 20], [6300, 0], [0, 0], [0, 0], [0, 9000], [0, 20000]],
            [[120, 80], [60, 40], [7000, 0], [0, 2500], [0, 4000], [0, 18000], [0, 40000]],
            [[240, 160], [120, 80], [7000, 0], [0, 5000], [0, 8000], [0, 36000], [0, 80000]],
        ]
    ),
    hour=whole([[3500, 700, 5000, 9000], [3001, 0, 4500, 8000], [2000, 0, 4000, 6000]]),
    shares=whole([[600_000, 400_000], [1_000_000, 0], [0, 1_000_000], [0, 1_000_000]]),
    charge=whole([0, 101, 250, 0, 0, 0, 0]),
    agency=whole([COUNCIL, COUNCIL, TRUST, TRUST]),
    unpaid=333,
)


def cell(kind: tuple[str, str], need: str, severity: int, cause: str) -> int:
    """Number of a cell of the ledger."""
    number = KINDS.index(kind) * len(NEEDS) + NEEDS.index(need)
    return (number * 5 + severity) * len(CAUSES) + CAUSES.index(cause)


def weekly(weeks: int = WEEKS) -> dict[str, Any]:
    """Weekly counts of a run in which nothing happened and no service had a limit."""
    return {
        "funded": np.full((weeks, 4), -1, np.int64),
        "used": np.zeros((weeks, 4), np.int64),
        "carried": np.zeros((weeks, 4), np.int64),
        "measure": np.zeros((weeks, len(MEASURES), 5), np.int64),
        "event": np.zeros((weeks, len(EVENTS), 2), np.int64),
        "here": np.full((weeks, 3), 100, np.int64),
    }


def record(
    contacts: Iterable[tuple[int, tuple[str, str], str, int, str, int]] = (),
    *,
    counted: dict[str, Any] | None = None,
    prices: tuple[tuple[int, Prices], ...] = ((0, PRICES),),
    mechanism_pence: Any = None,
    lines: tuple[FixedLine, ...] = (),
    journal: Any = None,
    quarters: tuple[Quarter, ...] = (),
) -> RunRecord:
    """A record of contacts: (week, kind, need, severity, cause, number) each."""
    rows = sorted((week, cell(kind, *rest), n) for week, kind, *rest, n in contacts)
    each = whole(rows).reshape(-1, 3)
    free = np.zeros((len(EVENTS) + 1, 2), np.int64)
    return RunRecord(
        scenario=scenario(),
        policies=(),
        seed=1,
        settled=True,
        digest="",
        shape=SHAPE,
        counts=Counts(each[:, 0].astype(np.int32), each[:, 1], each[:, 2]),
        weekly=weekly() if counted is None else counted,
        prices=prices,
        mechanism_pence=((0, free if mechanism_pence is None else mechanism_pence),),
        lines=lines,
        journal=np.zeros((0, 8), np.int32) if journal is None else whole(journal).astype(np.int32),
        quarters=quarters,
    )


def rows(frame: Any) -> list[tuple[Any, ...]]:
    """A frame as plain tuples."""
    return [tuple(row) for row in frame.itertuples(index=False, name=None)]
