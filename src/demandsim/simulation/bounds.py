"""What each number of a saved model may be: a file made with care cannot lead a kernel outside its arrays.

Kernels take indices from columns and do not look whether they fit. A model that is run keeps them right; a file
may hold anything. So every array a file can hold has its bounds here, and the lists of who lives in which home
are walked once. A test holds the table to the columns.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from demandsim.errors import SaveError, shown
from demandsim.population.columns import HERE, NEVER, NOT_YET, Homes, Residents
from demandsim.records.archive import Arrays
from demandsim.records.journal import WHAT
from demandsim.records.ledger import Weekly
from demandsim.scenario.base import AGE_BANDS, DECILES, PLACES, ROLES, SEXES, TENURES
from demandsim.simulation.book import Book

Counts = dict[str, int]
"""How many there are of what the words below name."""


class Within(NamedTuple):
    """Whole numbers from ``least`` up to, not including, ``below``: a number, or how many there are of a word."""

    least: int
    below: int | str


ANY = None
"""Any number of its type will do: it is no index."""

_ROW, _NEED, _SERVICE, _CAUSE = (Within(0, word) for word in ("resident", "need", "service", "cause"))
_ROW_OR_NONE, _NEED_OR_NONE = Within(-1, "resident"), Within(-1, "need")
_SERVICE_OR_NONE, _KIND_OR_NONE = Within(-1, "service"), Within(-1, "kind")
_YES_OR_NO, _LEVEL = Within(0, 2), Within(0, 5)
_SEX, _DECILE, _DISTRICT = Within(0, len(SEXES)), Within(1, DECILES + 1), Within(0, "district")
_TENURE, _COUNT = Within(0, len(TENURES)), Within(0, 2**62)

STATE: dict[str, Within | None] = {
    "identity": _ROW,
    "presence": Within(0, 4),
    "sex": _SEX,
    "decile": _DECILE,
    "district": _DISTRICT,
    "cell": Within(0, len(AGE_BANDS) * len(SEXES) * DECILES),
    "household": Within(0, "home"),
    "next_in_home": _ROW_OR_NONE,
    "role": Within(0, len(ROLES)),
    "tenure": _TENURE,
    "benefit": _YES_OR_NO,
    "grade": Within(0, "grade"),
    "bad_spell": _YES_OR_NO,
    "place": Within(0, len(PLACES)),
    **dict.fromkeys(("stay_service", "wants_stay", "back_to", "awaits"), _SERVICE_OR_NONE),
    **dict.fromkeys(("stay_need", "wants_need", "back_need"), _NEED_OR_NONE),
    **dict.fromkeys(("wants_cause", "stay_cause", "back_cause", "cause", "worse_cause"), _CAUSE),
    **dict.fromkeys(("severity", "opened_at"), _LEVEL),
    "status": Within(0, 3),
    **dict.fromkeys(("service", "hand_off"), _SERVICE_OR_NONE),
    "since": Within(NEVER, "week"),  # weeks waited number the buckets of a queue
    **dict.fromkeys(("arrives_week", "born_week", "support", "stay_since", "ready_since", "member"), ANY),
    **dict.fromkeys(("unmet", "seen", "told", "helped_until", "last_contact", "offered", "reached"), ANY),
}
HOMES: dict[str, Within | None] = {"first": _ROW_OR_NONE, "district": _DISTRICT}
BOOK: dict[str, Within | None] = {
    "touched": Within(0, "place in the ledger"),
    "counted": _COUNT,
    "here": Within(0, "row"),
    **dict.fromkeys(("asking", "want_row", "queueing"), _ROW),
    "panel_row": Within(-1, "watched"),
    "followed": _YES_OR_NO,
    "fraction": Within(0, 1_000_000),
    **dict.fromkeys(("touches", "asks", "wants", "queues", "journal_rows"), _COUNT),
    **dict.fromkeys(("used", "funded", "carried", "taken", "waiting", "ready", "opened", "delayed"), ANY),
    **dict.fromkeys(("measure", "event", "by_age", "deaths", "bucket", "cut", "panel"), ANY),
}
JOURNAL: dict[str, Within] = {
    "week": Within(0, "week"),
    "resident": _ROW,
    "event": Within(0, len(WHAT)),
    "service": _SERVICE_OR_NONE,
    "need": _NEED_OR_NONE,
    "severity": _LEVEL,
    "kind": _KIND_OR_NONE,
    "cause": _CAUSE,
}


class Form(NamedTuple):
    """What an array that no table declares is to be: its type, its axes in words, and its bounds."""

    dtype: Any
    axes: str
    within: Within | None = ANY


_AXES = {
    "measure": "measure quintile",
    "by_age": "kind band two",
    "event": "event agency",
    "deaths": "cell",
    "here": "three",
}
RECORDS: dict[str, Form] = {
    "ledger.week": Form(np.int32, "posted", Within(0, "week")),
    "ledger.cell": Form(np.int64, "posted", Within(0, "place in the ledger")),
    "ledger.contacts": Form(np.int64, "posted", _COUNT),
    **{f"weekly.{name}": Form(np.int64, f"recorded {_AXES.get(name, 'service')}") for name in Weekly.NAMES},
    "journal.rows": Form(np.int64, "recorded", _COUNT),
    "journal.lines": Form(np.int32, "line field"),
    "panel.contacts": Form(np.int64, "watched kind", _COUNT),
    "panel.pence": Form(np.int64, "watched agency"),
    "quarter.resident": Form(np.int32, "kept", _ROW),
    "quarter.household": Form(np.int32, "kept", Within(0, "home")),
    "quarter.age": Form(np.int16, "kept"),
    "quarter.sex": Form(np.uint8, "kept", _SEX),
    "quarter.decile": Form(np.uint8, "kept", _DECILE),
    "quarter.district": Form(np.uint8, "kept", _DISTRICT),
    "quarter.tenure": Form(np.uint8, "kept", _TENURE),
    "quarter.alive": Form(np.uint8, "kept", _YES_OR_NO),
    "quarter.contacts": Form(np.int32, "kept kind", _COUNT),
    "quarter.pence": Form(np.int64, "kept agency"),
    "quarter.severity": Form(np.uint8, "kept need", _LEVEL),
    **{
        f"quarter.{n}": Form(np.uint8, "kept programme", _YES_OR_NO)
        for n in ("eligible", "offered", "reached")
    },
}
BOUNDS: dict[str, Within | None] = {
    **{f"state.{name}": within for name, within in STATE.items()},
    **{f"homes.{name}": within for name, within in HOMES.items()},
    **{f"book.{name}": within for name, within in BOOK.items()},
    **{name: form.within for name, form in RECORDS.items()},
}


def plain(name: str) -> str:
    """Name an array without the number of its quarter: ``quarter.3.sex`` is bounded as ``quarter.sex``."""
    first, *rest = name.split(".")
    return ".".join((first, *(rest[1:] if first == "quarter" else rest)))


def check_form(name: str, array: NDArray[Any], dtype: Any, axes: str, lengths: Counts) -> None:
    """Refuse an array that has not its type and shape; an axis whose length is not known yet sets it.

    Raises
    ------
    SaveError
        With the array's name.
    """
    for axis, length in zip(axes.split(), array.shape, strict=False):
        lengths.setdefault(axis, length)
    if array.dtype != dtype or array.shape != tuple(lengths.get(axis, -1) for axis in axes.split()):
        raise SaveError(f"{name} has not the type or the length that goes with the scenario")


def check_records(arrays: Arrays, counts: Counts) -> None:
    """Refuse records that have not their types and shapes: the ledger, the weeks, the journal, the panel.

    Raises
    ------
    SaveError
        With the array's name.
    """
    quarters: dict[str, Counts] = {}
    for name, array in arrays.items():
        if (form := RECORDS.get(plain(name))) is None:
            continue
        recorded = arrays["journal.rows"].size
        if name.startswith("weekly.") and not recorded:
            check_form(name, array, form.dtype, "none none", {"none": 0})
            continue
        lengths = counts
        if name.startswith("quarter."):
            lengths = quarters.setdefault(name.split(".")[1], dict(counts))
        check_form(name, array, form.dtype, form.axes, lengths)
    if arrays["journal.rows"].sum() != len(arrays["journal.lines"]):
        raise SaveError("journal.rows does not add up to the lines there are")


def check_bounds(arrays: Arrays, counts: Counts) -> None:
    """Refuse arrays that hold a number out of their bounds.

    Parameters
    ----------
    arrays
        Every array of the file.
    counts
        How many there are of each word in the table.

    Raises
    ------
    SaveError
        With the array's name, what it holds and what would do; also if no model has such an array.
    """
    for name, array in arrays.items():
        if plain(name) not in BOUNDS:
            raise SaveError(f"no model has an array {shown(name)}")
        _check(name, array, BOUNDS[plain(name)], counts)
    for column, (field, within) in enumerate(JOURNAL.items()):
        _check(f"journal.lines ({field})", arrays["journal.lines"][:, column], within, counts)


def _check(name: str, array: NDArray[Any], within: Within | None, counts: Counts) -> None:
    """Compare the ends of one array with its bounds."""
    if within is None or not array.size:
        return
    below = counts[within.below] if isinstance(within.below, str) else within.below
    for found in (int(array.min()), int(array.max())):
        if not within.least <= found < below:
            raise SaveError(f"{name} holds {found}; a number from {within.least} to {below - 1} would do")


def check_lists(state: Residents, homes: Homes, book: Book) -> None:
    """Refuse homes whose lists of members are not whole, and doors and stays that do not go together.

    Everyone who has come, or is to be born while the place settles, is in the list of one home, their own, once;
    nobody who has yet to arrive is. The home kept for a grown child holds that child alone, so that moving in
    overwrites nobody.

    Raises
    ------
    SaveError
        With the column's name.
    """
    rows, came = state.presence.size, int(book.here[2])
    come = np.arange(rows) < came
    unborn = come & (state.arrives_week == NEVER) & (state.born_week < 0)
    _refuse("state.presence", "does not go with book.here", ((state.presence == NOT_YET) & ~unborn) != ~come)
    reserved = homes.first.size - rows
    if reserved < 1:
        raise SaveError("homes.first has fewer homes than there are residents")
    kept = state.household >= reserved
    _refuse(
        "state.household",
        "lives in a home kept for another",
        kept & (state.household != reserved + np.arange(rows)),
    )
    after = state.next_in_home[:came]  # later rows have whom they are like there
    pointers = np.concatenate([homes.first[homes.first >= 0], after[after >= 0]])
    listed = np.bincount(pointers, minlength=rows)
    _refuse("state.next_in_home", "is not once in the list of a home", listed != come)
    home = np.flatnonzero(homes.first >= 0)
    member, seen = homes.first[home], 0
    while member.size:
        _refuse(
            "state.next_in_home", "is in the list of another home", state.household[member] != home, member
        )
        seen += member.size
        after = state.next_in_home[member]
        home, member = home[after >= 0], after[after >= 0]
    if seen != come.sum():
        raise SaveError("state.next_in_home goes round in a circle")
    if book.here[0] != (state.presence == HERE).sum():
        raise SaveError("book.here does not count the residents there are")
    _refuse("state.service", "waits for no service", (state.status > 0) & (state.service < 0))
    _refuse("state.awaits", "is ready for no service", (state.ready_since > NEVER) & (state.awaits < 0))


def _refuse(name: str, what: str, wrong: NDArray[np.bool_], rows: NDArray[Any] | None = None) -> None:
    """Refuse a column for the first row that is wrong, if one is."""
    if wrong.any():
        row = int(np.argwhere(wrong)[0][0])
        raise SaveError(f"{name}: row {row if rows is None else int(rows[row])} {what}")
