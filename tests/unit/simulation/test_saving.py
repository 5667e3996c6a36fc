"""A model saved and loaded goes on to the same pence; a file that is not a whole model is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import demandsim as ds
from demandsim.records.archive import read, write
from demandsim.scenario.group import Group
from demandsim.simulation.model import DemandModel
from demandsim.simulation.saving import ANEW, KIND, LISTS

SEED = 11
WEEKS = 30


@pytest.fixture(scope="session")
def start(small_town: ds.Scenario) -> DemandModel:
    """The small town, settled."""
    return ds.settle(small_town.replace(weeks=WEEKS), seed=SEED)


def model_of(start: DemandModel, **options: Any) -> DemandModel:
    """A model that uses everything there is to keep."""
    policy = ds.read_policy("small-town-council-saves")
    options = {"policies": [policy], "followed": [3, 40, 41], "panel": Group(), **options}
    return DemandModel(start.place_scenario, seed=SEED, start=start, **options)


@pytest.fixture
def model(start: DemandModel) -> DemandModel:
    """A model in the middle of its run, a quarter and more behind it."""
    made = model_of(start)
    made.run(17)
    return made


def equal(a: Any, b: Any) -> bool:
    """Tables of arrays, the same to the last number and type."""
    return all(
        x.dtype == y.dtype and x.flags.writeable and y.flags.writeable and np.array_equal(x, y)
        for x, y in zip(a, b, strict=True)
    )


def test_it_goes_on_to_the_same_digest(model: DemandModel, tmp_path: Path) -> None:
    model.save(tmp_path / "town")
    loaded = DemandModel.load(tmp_path / "town")
    assert loaded.digest == model.digest
    model.run()
    loaded.run()
    assert loaded.digest == model.digest
    ours, theirs = loaded.record, model.record
    assert (ours.scenario, ours.policies, ours.seed) == (theirs.scenario, theirs.policies, theirs.seed)
    assert ours.settled is theirs.settled is True
    np.testing.assert_array_equal(ours.journal, theirs.journal)
    assert len(ours.journal) > 0
    assert len(ours.quarters) == len(theirs.quarters) == 3
    for one, other in zip(ours.quarters, theirs.quarters, strict=True):
        for a, b in zip(one, other, strict=True):
            np.testing.assert_array_equal(a, b)


def test_everything_that_is_kept_is_the_same_at_once(model: DemandModel, tmp_path: Path) -> None:
    model.save(tmp_path / "town")
    loaded = DemandModel.load(tmp_path / "town")
    assert equal(loaded.state, model.state)
    assert equal(loaded.homes, model.homes)
    for name in model.book._fields:
        ours, theirs = getattr(loaded.book, name), getattr(model.book, name)
        assert (ours.dtype, ours.shape) == (theirs.dtype, theirs.shape), name
        if name in LISTS:
            used = int(getattr(model.book, LISTS[name])[0])
            ours, theirs = ours[:used], theirs[:used]
        if name == "contacts" or name not in ANEW:  # the rest is of the week that is over
            np.testing.assert_array_equal(ours, theirs, err_msg=name)
    assert (loaded.week, loaded.running, loaded.steps) == (model.week, model.running, model.steps)
    assert [week.tolist() for week in loaded.journal] == [week.tolist() for week in model.journal]
    assert set(ANEW) | set(LISTS) | set(LISTS.values()) <= set(model.book._fields)


def test_saving_changes_nothing(model: DemandModel, tmp_path: Path) -> None:
    before = model.digest
    model.save(tmp_path / "once")
    model.save(tmp_path / "twice")
    assert model.digest == before
    assert (tmp_path / "once").read_bytes() == (tmp_path / "twice").read_bytes()
    DemandModel.load(tmp_path / "once").save(tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == (tmp_path / "once").read_bytes()


def test_a_fork_of_a_loaded_model_goes_on_the_same(model: DemandModel, tmp_path: Path) -> None:
    model.save(tmp_path / "town")
    fork = DemandModel.load(tmp_path / "town").fork()
    fork.run()
    model.run()
    assert fork.digest == model.digest


@pytest.mark.parametrize("weeks", [0, 1, WEEKS])
def test_the_first_week_and_the_last(start: DemandModel, weeks: int, tmp_path: Path) -> None:
    model = model_of(start, policies=(), followed=(), panel=None)
    model.run(weeks)
    model.save(tmp_path / "town")
    loaded = DemandModel.load(tmp_path / "town")
    assert loaded.running is model.running
    loaded.run()
    model.run()
    assert loaded.digest == model.digest


def test_a_model_that_is_still_settling(small_town: ds.Scenario, tmp_path: Path) -> None:
    model = DemandModel(small_town.replace(weeks=4), seed=5, first_week=-3)
    model.run(2)
    model.save(tmp_path / "town")
    loaded = DemandModel.load(tmp_path / "town")
    assert (loaded.week, loaded.settled) == (-1, False)
    model.run()
    loaded.run()
    assert loaded.digest == model.digest


def test_a_settled_model_serves_as_a_start_again(start: DemandModel, tmp_path: Path) -> None:
    start.save(tmp_path / "settled")
    again = DemandModel.load(tmp_path / "settled")
    scenario = start.place_scenario
    assert ds.run(scenario, seed=SEED, start=again).digest == ds.run(scenario, seed=SEED, start=start).digest


def test_a_save_that_cannot_be_leaves_the_old_file(model: DemandModel, tmp_path: Path) -> None:
    (tmp_path / "town").write_bytes(b"old")
    with pytest.raises(ds.SaveError, match="there is no folder"):
        model.save(tmp_path / "no" / "town")
    model.journal.append(np.zeros((1, 8), np.float64))  # type: ignore[arg-type]  # cannot be kept
    with pytest.raises(ds.SaveError, match=r"journal\.lines"):
        model.save(tmp_path / "town")
    assert (tmp_path / "town").read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["town"]


def test_a_model_whose_week_was_broken_off_is_not_saved(
    model: DemandModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken_off(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("demandsim.simulation.model.serve", broken_off)
    with pytest.raises(KeyboardInterrupt):
        model.step()
    with pytest.raises(ds.SaveError, match="week 17 was broken off half way"):
        model.save(tmp_path / "town")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_not_a_model_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "town"
    with pytest.raises(ds.SaveError, match="cannot be read: No such file or directory"):
        DemandModel.load(path)
    path.write_text("[place]\n", encoding="utf-8")
    with pytest.raises(ds.SaveError, match="is no saved model, or a damaged or unfinished one"):
        DemandModel.load(path)
    write(path, kind="saved record", content={}, arrays={})
    with pytest.raises(ds.SaveError, match="is no saved model"):
        DemandModel.load(path)


def without(arrays: dict[str, Any], name: str) -> None:
    del arrays[name]


def shorter(arrays: dict[str, Any], name: str) -> None:
    arrays[name] = arrays[name][:-1].copy()


def wider(arrays: dict[str, Any], name: str) -> None:
    arrays[name] = arrays[name].astype(np.int64 if arrays[name].dtype != np.int64 else np.int32)


NAMES = ["state.severity", "homes.first", "book.carried", "book.asking", "book.followed"]


@pytest.mark.parametrize(
    ("name", "spoil"),
    [("weekly.event", without), *((name, spoil) for name in NAMES for spoil in (without, shorter, wider))],
)
def test_arrays_that_do_not_go_together_are_refused(
    model: DemandModel, tmp_path: Path, name: str, spoil: Any
) -> None:
    model.save(tmp_path / "town")
    content, arrays = read(tmp_path / "town", kind=KIND)
    spoil(arrays, name)
    write(tmp_path / "town", kind=KIND, content=content, arrays=arrays)
    with pytest.raises(ds.SaveError, match="is a saved model that does not hold together") as caught:
        DemandModel.load(tmp_path / "town")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("seed", -1),
        ("seed", "1"),
        ("week", 31),
        ("week", 1.5),
        ("scenario", {}),
        ("scenario", {"name": "x"}),
        ("policies", [{"name": "x"}]),
        ("quarters", [[1]]),
        ("panel", {"age": [3]}),
        ("more", 1),
    ],
)
def test_a_standing_that_cannot_be_is_refused(
    model: DemandModel, tmp_path: Path, key: str, value: Any
) -> None:
    model.save(tmp_path / "town")
    content, arrays = read(tmp_path / "town", kind=KIND)
    write(tmp_path / "town", kind=KIND, content={**content, key: value}, arrays=arrays)
    with pytest.raises(ds.SaveError, match="is a saved model that does not hold together") as caught:
        DemandModel.load(tmp_path / "town")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("week", [15, 18])
def test_a_file_records_every_week_up_to_where_it_stands_and_no_more(
    model: DemandModel, tmp_path: Path, week: int
) -> None:
    assert model.week == 17
    model.save(tmp_path / "town")
    content, arrays = read(tmp_path / "town", kind=KIND)
    write(tmp_path / "town", kind=KIND, content={**content, "week": week}, arrays=arrays)
    with pytest.raises(ds.SaveError, match="does not hold together"):
        DemandModel.load(tmp_path / "town")
    cut = {name: array[:12] if name.startswith("weekly.") else array for name, array in arrays.items()}
    cut["journal.rows"] = np.append(arrays["journal.rows"][:11], arrays["journal.rows"][11:].sum())
    write(tmp_path / "town", kind=KIND, content=content, arrays=cut)
    with pytest.raises(ds.SaveError, match="has not the type or the length"):
        DemandModel.load(tmp_path / "town")
