"""Saving a running model to one file and loading it, to go on to the digest it would have come to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from demandsim.agencies.rules import Rules
from demandsim.agencies.timetable import timetable
from demandsim.chance import check_seed
from demandsim.errors import DemandSimError, SaveError
from demandsim.population.columns import Homes, Residents, declared
from demandsim.records.archive import Arrays, read, write
from demandsim.records.journal import FIELDS
from demandsim.records.ledger import Counts, Ledger, Weekly
from demandsim.records.panel import Quarter
from demandsim.records.whole_file import called
from demandsim.scenario.base import Frozen
from demandsim.scenario.group import Group
from demandsim.scenario.policy import Policy
from demandsim.scenario.problems import validated
from demandsim.scenario.schema import Scenario, checked
from demandsim.simulation.book import Book, Here, open_book, watching
from demandsim.simulation.bounds import RECORDS, check_bounds, check_form, check_lists, check_records
from demandsim.simulation.panel import PanelKeeper

if TYPE_CHECKING:
    from demandsim.simulation.model import DemandModel

KIND = "saved model"

LISTS = {
    "touched": "touches",
    "asking": "asks",
    "want_row": "wants",
    "queueing": "queues",
}
"""Lists of the book, long enough for any week, and the counter that says how much of each is used."""

ANEW = ("ask", "contacts", "journal", "tie_need", "tie_order")
"""Arrays of the book made anew: of one phase alone, or, like ``contacts`` and ``journal``, kept in other words."""

_WHEN = ("number", "weeks")

Whole = Annotated[int, Field(ge=0, le=5200)]


class Standing(Frozen):
    """What is known of a saved model besides arrays."""

    scenario: dict[str, Any]
    policies: tuple[dict[str, Any], ...]
    seed: int
    week: Annotated[int, Field(ge=-5200, le=5200)]
    settled: bool
    running: bool
    steps: Annotated[int, Field(ge=0, le=2**53)]
    panel: Group | None
    quarters: tuple[tuple[Whole, Whole], ...]  # of each: its number and its weeks


def save(model: DemandModel, path: Path) -> None:
    """Write the whole model to one file, between two weeks.

    Parameters
    ----------
    model
        Everything that ``fork`` copies is kept.
    path
        A file already there is replaced, and only by a whole new one.

    Raises
    ------
    SaveError
        If the file cannot be written, or the model's week was broken off half way.
    """
    if model._week_open:
        raise SaveError(f"{called(path)}: week {model.week} was broken off half way; a whole week would do")
    write(path, kind=KIND, content=_standing(model), arrays=_arrays(model))


def load(path: Path, kind: type[DemandModel]) -> DemandModel:
    """Read a model back.

    Parameters
    ----------
    path
        What ``save`` wrote.
    kind
        The class to make.

    Returns
    -------
    DemandModel
        Standing where the saved one stood; run on, it comes to the same digest.

    Raises
    ------
    SaveError
        If the file is not a whole saved model of this version.
    """
    content, arrays = read(path, kind=KIND)
    try:
        standing = validated(Standing, content, file=called(path))
        return _model(standing, arrays, kind)
    except (DemandSimError, KeyError, IndexError, ValueError, TypeError) as error:
        # The sum of the contents was right: something else wrote this, and calls it a saved model.
        text = " ".join(str(error).split()).removeprefix(f"{called(path)}: ")
        raise SaveError(f"{called(path)}: is a {KIND} that does not hold together: {text}") from None


def _standing(model: DemandModel) -> dict[str, Any]:
    """Say what is not an array."""
    return Standing(
        scenario=model.place_scenario.model_dump(mode="json"),
        policies=tuple(policy.model_dump(mode="json") for policy in model.timetable.policies),
        seed=model.key,
        week=model.week,
        settled=model.settled,
        running=bool(model.running),
        steps=int(model.steps),
        panel=model.panel.group,
        quarters=tuple((quarter.number, quarter.weeks) for quarter in model.panel.quarters),
    ).model_dump(mode="json")


def _arrays(model: DemandModel) -> Arrays:
    """Gather every array, named by what it belongs to."""
    book, keeper = model.book, model.panel
    kept: Arrays = {}
    for name in Book._fields:
        if name in LISTS:
            kept[f"book.{name}"] = getattr(book, name)[: int(getattr(book, LISTS[name])[0])]
        elif name not in ANEW:
            kept[f"book.{name}"] = getattr(book, name)
    kept["book.counted"] = book.contacts.reshape(-1)[kept["book.touched"]]
    parts: list[tuple[str, Any, Sequence[str]]] = [
        ("state", model.state, Residents._fields),
        ("homes", model.homes, Homes._fields),
        ("ledger", model.ledger.counts(), Counts._fields),
    ]
    columns = [name for name in Quarter._fields if name not in _WHEN]
    parts += [(f"quarter.{at}", quarter, columns) for at, quarter in enumerate(keeper.quarters)]
    kept |= {f"{prefix}.{name}": getattr(table, name) for prefix, table, names in parts for name in names}
    kept |= {f"weekly.{name}": array for name, array in model.weekly.arrays().items()}
    kept["journal.rows"] = np.array([week.shape[0] for week in model.journal], np.int64)
    kept["journal.lines"] = np.concatenate([book.journal[:0], *model.journal])
    if keeper.group is not None:
        kept["panel.contacts"], kept["panel.pence"] = keeper._contacts, keeper._pence
    return kept


def _model(standing: Standing, arrays: Arrays, kind: type[DemandModel]) -> DemandModel:
    """Put a model together again."""
    scenario = checked(standing.scenario, file="scenario")
    policies = tuple(validated(Policy, one, file="policy") for one in standing.policies)
    if standing.week > scenario.weeks:
        raise SaveError(f"it stands at week {standing.week} of {scenario.weeks}")
    rules = timetable(scenario, policies).at(standing.week).rules
    counts = _counts(scenario, rules, standing.week)
    state = _table(Residents, "state", arrays, counts)
    homes = _table(Homes, "homes", arrays, counts)
    book = _book(open_book(rules, state, len(scenario.agencies)), standing, arrays, counts)
    check_records(arrays, counts)
    check_bounds(arrays, counts)
    check_lists(state, homes, book)
    book.contacts.reshape(-1)[arrays["book.touched"]] = arrays["book.counted"]
    key = check_seed(standing.seed)
    here = Here(key, scenario, standing.week, standing.settled, state, homes, book)
    model = kind(scenario, seed=key, policies=policies, start=here)
    model.book = book
    model.panel = _panel(model, standing, arrays)
    model.ledger = Ledger.of(Counts(*(arrays[f"ledger.{name}"] for name in Counts._fields)))
    model.weekly = Weekly.of({name: arrays[f"weekly.{name}"] for name in Weekly.NAMES})
    ends = np.cumsum(arrays["journal.rows"])
    model.journal = np.split(arrays["journal.lines"], ends[:-1]) if ends.size else []
    model.running, model.steps = standing.running, standing.steps
    return model


def _counts(scenario: Scenario, rules: Rules, week: int) -> dict[str, int]:
    """Count what the axes and the bounds of arrays name."""
    services, needs = rules.doors.helps.shape
    return {
        "need": needs,
        "service": services,
        "agency": len(scenario.agencies),
        "cause": len(scenario.agencies) + 1,
        "kind": rules.doors.kind_service.shape[0],
        "programme": rules.programmes.service.shape[0],
        "remembered": len(scenario.remembered),
        "district": len(scenario.place.districts),
        "grade": rules.life.grade.shape[0],
        "week": week + 1,
        "recorded": max(0, week),
        "field": len(FIELDS),
    }


def _table(table: type[Any], prefix: str, arrays: Arrays, counts: dict[str, int]) -> Any:
    """Take the columns of residents or homes, each of the type and axes declared."""
    for name, column in declared(table).items():
        check_form(f"{prefix}.{name}", arrays[f"{prefix}.{name}"], column.dtype, column.axes, counts)
    return table(*(arrays[f"{prefix}.{name}"] for name in table._fields))


def _book(opened: Book, standing: Standing, arrays: Arrays, counts: dict[str, int]) -> Book:
    """Fill a new book with what was kept of the old one."""
    rows, marks, panel_row = opened.want_row.size, arrays["book.followed"], arrays["book.panel_row"]
    check_form("book.followed", marks, np.uint8, "row", {"row": rows if marks.size else 0})
    check_form("book.panel_row", panel_row, np.int32, "row", {"row": 0 if standing.panel is None else rows})
    made = watching(opened, np.flatnonzero(marks).tolist(), panel_row)
    counts |= {"row": rows + 1, "watched": made.panel.shape[0], "place in the ledger": made.contacts.size}
    for name in ("measure", "by_age", "event", "deaths", "here"):
        counts |= dict(
            zip(RECORDS[f"weekly.{name}"].axes.split()[1:], getattr(made, name).shape, strict=True)
        )
    kept: Arrays = {}
    for name in Book._fields:
        whole: NDArray[Any] = getattr(made, name)
        if name in ANEW:
            kept[name] = whole
            continue
        array = arrays[f"book.{name}"]
        fits = array.shape == whole.shape
        if name in LISTS:
            fits = array.ndim == 1 and array.size == arrays[f"book.{LISTS[name]}"][0] <= whole.size
        if not fits or array.dtype != whole.dtype:
            raise SaveError(f"book.{name} has not the type or the length that goes with the scenario")
        if name in LISTS:
            whole[: array.size] = array
            array = whole
        kept[name] = array
    check_form("book.counted", arrays["book.counted"], np.int32, "used", {"used": kept["touches"][0]})
    return Book(**kept)


def _panel(model: DemandModel, standing: Standing, arrays: Arrays) -> PanelKeeper:
    """Put the panel together again."""
    keeper = PanelKeeper(model, None)
    keeper.group, keeper.rows = standing.panel, arrays["book.panel_row"]
    if standing.panel is not None:
        keeper._contacts, keeper._pence = arrays["panel.contacts"], arrays["panel.pence"]
    for at, (number, weeks) in enumerate(standing.quarters):
        columns: Arrays = {
            name: arrays[f"quarter.{at}.{name}"] for name in Quarter._fields if name not in _WHEN
        }
        keeper.quarters.append(Quarter(number=number, weeks=weeks, **columns))
    return keeper
