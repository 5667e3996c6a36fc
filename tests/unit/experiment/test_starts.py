"""Settled starts are kept on disk under a name for all that decides them, read back the same, and never trusted."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from demandsim.experiment import starts
from demandsim.experiment.settle import settle
from demandsim.experiment.starts import keep_start, kept_start, make_room
from demandsim.scenario.schema import Scenario
from demandsim.simulation.model import DemandModel


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder of the test's own, in which the smallest places are kept too."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(starts, "KEPT_FROM", 500)
    return tmp_path / "demandsim" / "starts"


@pytest.fixture(scope="module")
def town(small_town: Scenario) -> Scenario:
    """Five hundred people of the small town, for four weeks."""
    return small_town.replace(residents=500, weeks=4)


def on(start: DemandModel, scenario: Scenario) -> str:
    """Digest of a run from a start."""
    model = DemandModel(scenario, seed=start.key, start=start)
    model.run()
    return model.digest


def test_a_start_is_read_back_and_runs_on_to_the_same_digest(folder: Path, town: Scenario) -> None:
    settled = settle(town, seed=3)
    (kept,) = folder.glob("*.start")
    stamp = kept.read_bytes()
    again = settle(town, seed=3)
    assert kept_start(town, seed=3) is not None
    assert kept.read_bytes() == stamp
    assert again.digest == settled.digest
    assert on(again, town) == on(settled, town)


def test_deleting_the_folder_changes_no_result(folder: Path, town: Scenario) -> None:
    kept = settle(town, seed=3).digest
    for file in folder.iterdir():
        file.unlink()
    assert settle(town, seed=3).digest == kept == settle(town, seed=3, keep=False).digest


def test_another_seed_scenario_or_code_has_another_name(
    folder: Path, town: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(town, seed=3)
    assert kept_start(town, seed=4) is None
    assert kept_start(town.replace(weeks=5), seed=3) is None
    monkeypatch.setattr(starts, "_code", lambda: "other code")
    assert kept_start(town, seed=3) is None


@pytest.mark.parametrize("damage", [b"", b"no model", None])
def test_a_damaged_file_is_settled_anew(folder: Path, town: Scenario, damage: bytes | None) -> None:
    good = settle(town, seed=3).digest
    (kept,) = folder.glob("*.start")
    kept.write_bytes(kept.read_bytes()[:-20] if damage is None else damage)
    assert kept_start(town, seed=3) is None
    assert settle(town, seed=3).digest == good


def test_a_file_of_another_model_under_the_name_is_not_used(folder: Path, town: Scenario) -> None:
    settle(town, seed=3)
    (kept,) = folder.glob("*.start")
    settle(town, seed=4)
    other = next(file for file in folder.glob("*.start") if file != kept)
    other.replace(kept)
    assert kept_start(town, seed=3) is None


def test_small_places_and_what_is_not_to_be_kept_leave_nothing(
    folder: Path, town: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(town, seed=3, keep=False)
    monkeypatch.setattr(starts, "KEPT_FROM", 501)
    settle(town, seed=3)
    assert not folder.exists()


def test_a_folder_that_cannot_be_written_stops_nothing(folder: Path, town: Scenario) -> None:
    folder.parent.mkdir(parents=True)
    folder.write_text("a file where the folder should be", encoding="utf-8")
    assert settle(town, seed=3).week == 0


def test_what_was_used_longest_ago_goes_first_and_the_newest_stays(tmp_path: Path) -> None:
    for number in range(4):
        file = tmp_path / f"{number}.start"
        file.write_bytes(b"x" * 100)
        os.utime(file, (number, number))
    make_room(tmp_path, 250, but=tmp_path / "3.start")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["2.start", "3.start"]
    make_room(tmp_path, 50, but=tmp_path / "3.start")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["3.start"]


def test_a_start_that_was_kept_is_used(folder: Path, town: Scenario) -> None:
    model = settle(town, seed=3, keep=False)
    keep_start(model)
    found = kept_start(town, seed=3)
    assert found is not None
    assert found.digest == model.digest
