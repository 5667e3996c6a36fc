"""A check tells what moved and by how much, never writes, and an update says why."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from demandsim.errors import BaselineError, ScenarioError
from demandsim.experiment.regression import (
    Baseline,
    Case,
    check_case,
    moved,
    read_cases,
    run_case,
    store,
)

CASES = """
[[case]]
name = "town"
scenario = "small-town"
residents = 500
weeks = 20

[[case]]
name = "town-policy"
scenario = "small-town"
policies = ["small-town-council-saves"]
seed = 3
residents = 500
weeks = 30
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "cases.toml").write_text(CASES, encoding="utf-8")
    return tmp_path


@pytest.fixture(scope="module")
def town() -> Baseline:
    return run_case(Case(name="town", scenario="small-town", residents=500, weeks=20), ".")


def stored(folder: Path, found: Baseline, why: str = "the first") -> Case:
    case = read_cases(folder, ["town"])[0]
    store([(case, found)], folder, why=why, day="2026-01-31", version="9.9")
    return case


def test_cases_are_read_and_asked_for_by_name(folder: Path) -> None:
    assert [case.name for case in read_cases(folder)] == ["town", "town-policy"]
    assert read_cases(folder, ["town-policy"])[0].seed == 3
    with pytest.raises(BaselineError, match="no case 'towm'; did you mean 'town'"):
        read_cases(folder, ["towm"])
    (folder / "cases.toml").write_text(CASES.replace('"town-policy"', '"town"'), encoding="utf-8")
    with pytest.raises(BaselineError, match="'town' is there twice"):
        read_cases(folder)


@pytest.mark.parametrize("name", ["../out", "a/b", "Town", "", ".hidden"])
def test_a_name_that_could_be_a_path_is_refused(folder: Path, name: str) -> None:
    (folder / "cases.toml").write_text(
        f'[[case]]\nname = "{name}"\nscenario = "small-town"\n', encoding="utf-8"
    )
    with pytest.raises(ScenarioError):
        read_cases(folder)


def test_a_case_without_a_baseline_is_not_the_same(folder: Path, town: Baseline) -> None:
    found = check_case(read_cases(folder, ["town"])[0], folder, town)
    assert (found.same, found.stored) == (False, False)
    assert found.moved["contacts_now"].sum() == town.table["contacts"].sum() > 0
    assert sorted(path.name for path in folder.iterdir()) == ["cases.toml"], "a check never writes"


def test_the_same_run_is_the_same(folder: Path, town: Baseline) -> None:
    case = stored(folder, town)
    again = check_case(case, folder, run_case(case, folder, threads=2))
    assert (again.same, again.stored, len(again.moved)) == (True, True, 0)


def test_one_contact_and_one_penny_show(folder: Path, town: Baseline) -> None:
    case = stored(folder, town)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    table = town.table.copy()
    table.loc[2, "contacts"] += 1
    table.loc[5, "cash_pence"] -= 1
    found = check_case(case, folder, Baseline("0" * 64, table))
    assert not found.same
    assert found.moved[["contacts_change", "full_pence_change", "cash_pence_change"]].to_numpy().tolist() in (
        [[1, 0, 0], [0, 0, -1]],
        [[0, 0, -1], [1, 0, 0]],
    )
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.parametrize("count", ["contacts", "full_pence", "cash_pence"])
def test_one_penny_alone_is_enough_to_differ(folder: Path, town: Baseline, count: str) -> None:
    """The digest is of contacts and residents, not of prices: the same run, priced a penny dearer, has moved."""
    table = town.table.copy()
    table.loc[5, count] += 1
    found = check_case(stored(folder, town), folder, Baseline(town.digest, table))
    assert (found.same, len(found.moved)) == (False, 1)


def test_a_digest_alone_is_enough_to_differ(folder: Path, town: Baseline) -> None:
    found = check_case(stored(folder, town), folder, Baseline("1" * 64, town.table))
    assert (found.same, len(found.moved)) == (False, 0)


def test_rows_that_come_and_go_are_moved_from_and_to_nothing() -> None:
    rows = {"year": [1], "agency": ["a"], "service": ["s"], "kind": ["k"]}
    before = pd.DataFrame({**rows, "contacts": [4], "full_pence": [800], "cash_pence": [80]})
    gone = moved(before, before.iloc[:0])
    assert gone[["contacts_before", "contacts_now", "contacts_change"]].to_numpy().tolist() == [[4, 0, -4]]
    come = moved(before.iloc[:0], before)
    assert come["full_pence_change"].tolist() == [800]


def test_an_update_asks_why_and_logs_it(folder: Path, town: Baseline) -> None:
    case = read_cases(folder, ["town"])[0]
    with pytest.raises(BaselineError, match="--why"):
        store([(case, town)], folder, why="  ", day="2026-01-31", version="9.9")
    assert sorted(path.name for path in folder.iterdir()) == ["cases.toml"]
    stored(folder, town, why="the first\nof all")
    stored(folder, town, why="again")
    log = (folder / "changes.md").read_text(encoding="utf-8")
    assert "2026-01-31, demandsim 9.9, town: the first of all\n" in log
    assert log.index("of all") < log.index("again")


@pytest.mark.parametrize("damage", [b"", b"\xff\xfe", b"year,agency\n1,2\n", b"\0" * 100])
def test_a_damaged_baseline_is_said_to_be_one(folder: Path, town: Baseline, damage: bytes) -> None:
    case = stored(folder, town)
    (folder / "town.csv").write_bytes(damage)
    with pytest.raises(BaselineError, match=r"town\.csv: "):
        check_case(case, folder, town)


def test_damaged_digests_are_said_to_be_so(folder: Path, town: Baseline) -> None:
    case = stored(folder, town)
    (folder / "digests.csv").write_text("case,digest\ntown\n", encoding="utf-8")
    with pytest.raises(BaselineError, match=r"digests\.csv: is not a list"):
        check_case(case, folder, town)
