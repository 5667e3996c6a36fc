"""Every array a saved model can hold has its bounds, and a file that leaves them is refused by the array's name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import demandsim as ds
from demandsim.population.columns import HERE, NOT_YET, Homes, Residents
from demandsim.records.archive import Arrays, read, write
from demandsim.records.journal import FIELDS
from demandsim.records.ledger import Counts, Weekly
from demandsim.records.panel import Quarter
from demandsim.scenario.group import Group
from demandsim.simulation.book import Book
from demandsim.simulation.bounds import BOUNDS, HOMES, JOURNAL, RECORDS, STATE, plain
from demandsim.simulation.model import DemandModel
from demandsim.simulation.saving import ANEW, KIND, LISTS


@pytest.fixture(scope="module")
def saved(small_town: ds.Scenario, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A saved model that uses everything there is to keep."""
    scenario = small_town.replace(residents=500, weeks=30)
    policy = ds.read_policy("small-town-early-help")
    model = DemandModel(
        scenario, seed=3, policies=[policy], first_week=-4, followed=[7], panel=Group(age=(0, 70))
    )
    model.run(20)
    path = tmp_path_factory.mktemp("saved") / "town"
    model.save(path)
    return path


def refusal(saved: Path, change: Callable[[Arrays], object]) -> str:
    """Why the file with its arrays changed is refused; "" if it is loaded and runs a week."""
    content, arrays = read(saved, kind=KIND)
    change(arrays)
    forged = saved.with_name("forged")
    write(forged, kind=KIND, content=content, arrays=arrays)
    try:
        model = DemandModel.load(forged)
    except ds.SaveError as error:
        said, *more = str(error).splitlines()
    else:
        model.step()
        return ""
    assert not more
    return said.removeprefix(f"{forged}: is a {KIND} that does not hold together: ")


def test_the_table_has_every_array_and_no_more(saved: Path) -> None:
    book = {f"book.{name}" for name in {*Book._fields} - {*ANEW}} | {"book.counted"}
    quarter = {f"quarter.{name}" for name in {*Quarter._fields} - {"number", "weeks"}}
    records = {f"ledger.{name}" for name in Counts._fields} | {f"weekly.{name}" for name in Weekly.NAMES}
    records |= quarter | {"journal.rows", "journal.lines", "panel.contacts", "panel.pence"}
    assert set(STATE) == set(Residents._fields)
    assert set(HOMES) == set(Homes._fields)
    assert tuple(JOURNAL) == FIELDS
    assert set(RECORDS) == records
    state = {f"state.{name}" for name in STATE} | {f"homes.{name}" for name in HOMES}
    assert set(BOUNDS) == state | book | records
    assert {plain(name) for name in read(saved, kind=KIND)[1]} == set(BOUNDS)


@pytest.mark.parametrize("name", [name for name, within in BOUNDS.items() if within is not None])
def test_a_number_out_of_its_bounds_is_refused_by_the_arrays_name(saved: Path, name: str) -> None:
    def change(arrays: Arrays) -> None:
        found = next(one for one in arrays if plain(one) == name and arrays[one].size)
        info, least = np.iinfo(arrays[found].dtype), BOUNDS[name].least  # type: ignore[union-attr]  # not ANY here
        arrays[found].reshape(-1)[-1] = least - 1 if least > info.min else info.max

    # A count that is wrong shows in the length of what it counts.
    field = name.removeprefix("book.")
    counted = next((f"book.{one}" for one, count in LISTS.items() if count == field), name)
    assert plain(refusal(saved, change).split()[0]) in (name, counted, "journal.rows")


@pytest.mark.parametrize(("field", "wrong"), [("event", 99), ("service", -2), ("need", 8), ("cause", -1)])
def test_the_journal_is_bounded_field_by_field(saved: Path, field: str, wrong: int) -> None:
    def change(arrays: Arrays) -> None:
        arrays["journal.lines"][0, FIELDS.index(field)] = wrong

    assert refusal(saved, change).startswith(f"journal.lines ({field}) holds {wrong}; a number from ")


def at(name: str, row: Callable[[Arrays], int], value: Callable[[Arrays], int]) -> Callable[[Arrays], None]:
    """Put a number in a row of a column, both worked out from the file."""

    def change(arrays: Arrays) -> None:
        arrays[name][row(arrays)] = value(arrays)

    return change


def to_come(arrays: Arrays) -> int:
    """A row of a resident who has yet to come."""
    return int(np.flatnonzero(arrays["state.presence"] == NOT_YET)[0])


def before(arrays: Arrays) -> int:
    """A row with another after it in the list of its home."""
    return int(np.flatnonzero(arrays["state.next_in_home"] >= 0)[0])


def after(arrays: Arrays) -> int:
    """The row after that."""
    return int(arrays["state.next_in_home"][before(arrays)])


def circle(arrays: Arrays) -> None:
    """Take a whole list out of its home and close it to a ring."""
    first, following = arrays["homes.first"], arrays["state.next_in_home"]
    home = int(arrays["state.household"][before(arrays)])
    last = first[home]
    while following[last] >= 0:
        last = following[last]
    following[last] = first[home]
    first[home] = -1


def exchanged(arrays: Arrays) -> None:
    """Give two homes each other's list."""
    first = arrays["homes.first"]
    one, other = np.flatnonzero(first >= 0)[:2]
    first[one], first[other] = first[other], first[one]


def few_homes(arrays: Arrays) -> None:
    """Take the homes away that are kept for grown children."""
    for name in ("homes.first", "homes.district"):
        arrays[name] = arrays[name][: arrays["state.sex"].size].copy()
    for name in (name for name in arrays if name.endswith(".household")):
        arrays[name][:] = 0


def next_door(arrays: Arrays) -> int:
    """The home beside the one of `before`."""
    return int(arrays["state.household"][before(arrays)]) + 1


def kept_home(arrays: Arrays) -> int:
    """The home kept for row 0."""
    return int(arrays["homes.first"].size - arrays["state.sex"].size)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (at("state.next_in_home", before, before), "state.next_in_home: row "),
        (at("state.next_in_home", before, lambda arrays: -1), "is not once in the list of a home"),
        (at("state.next_in_home", after, before), "is not once in the list of a home"),
        (at("homes.first", lambda arrays: 0, to_come), "is not once in the list of a home"),
        (at("state.household", before, next_door), "is in the list of another home"),
        (at("state.household", lambda arrays: 1, kept_home), "row 1 lives in a home kept for another"),
        (at("state.household", to_come, kept_home), "lives in a home kept for another"),
        (at("book.here", lambda arrays: 2, lambda arrays: 400), "does not go with book.here"),
        (at("book.here", lambda arrays: 0, lambda arrays: 1), "does not count the residents"),
        (circle, "state.next_in_home goes round in a circle"),
        (exchanged, "is in the list of another home"),
        (few_homes, "homes.first has fewer homes"),
    ],
)
def test_homes_whose_lists_are_not_whole_are_refused(
    saved: Path, change: Callable[[Arrays], None], said: str
) -> None:
    assert said in refusal(saved, change)


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"status": 1, "service": -1}, "state.service: row 5 waits for no service"),
        ({"ready_since": 3, "awaits": -1}, "state.awaits: row 5 is ready for no service"),
    ],
)
def test_doors_and_stays_go_together(saved: Path, columns: dict[str, int], said: str) -> None:
    def change(arrays: Arrays) -> None:
        for name, value in columns.items():
            arrays[f"state.{name}"][5] = value

    assert refusal(saved, change) == said


@pytest.mark.parametrize("name", [*RECORDS, "book.counted", "book.panel_row"])
def test_records_have_their_types_and_lengths(saved: Path, name: str) -> None:
    def wider(arrays: Arrays) -> None:
        found = next(one for one in arrays if plain(one) == name)
        arrays[found] = arrays[found].astype(np.int16 if arrays[found].dtype != np.int16 else np.int32)

    def shorter(arrays: Arrays) -> None:
        found = next(one for one in arrays if plain(one) == name)
        arrays[found] = arrays[found][..., :-1].copy()

    for change in (wider, shorter):
        assert "has not the type or the length" in refusal(saved, change) or change is shorter
    assert refusal(saved, shorter)


def test_an_array_that_no_model_has_is_refused(saved: Path) -> None:
    assert refusal(saved, lambda arrays: arrays.update({"state.more": np.zeros(3, np.int8)})) == (
        "no model has an array 'state.more'"
    )


def test_a_model_in_order_is_not_refused(saved: Path) -> None:
    assert refusal(saved, lambda arrays: None) == ""
    assert (read(saved, kind=KIND)[1]["state.presence"] == HERE).sum() > 400
