"""A check tells what moved and by how much, never writes, and an update says why."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from demandsim.errors import BaselineError, ScenarioError
from demandsim.experiment.regression import (
    BY,
    COUNTED,
    Baseline,
    Case,
    baseline_of,
    check_case,
    moved,
    read_cases,
    run_case,
    store,
)
from demandsim.experiment.run import run
from demandsim.scenario.read import read_scenario

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
    # A penny in cash comes before a contact without one.
    assert found.moved[[f"{count}_change" for count in COUNTED]].to_numpy().tolist() == [
        [0, 0, -1, 0, 0],
        [1, 0, 0, 0, 0],
    ]
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.parametrize("count", COUNTED)
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
    rows = {"year": [1], "agency": ["a"], "payer": ["p"], "service": ["s"], "kind": ["k"], "contacts": [4]}
    pence = {"full_pence": [800], "cash_pence": [80], "cash_low_r_pence": [40], "cash_high_r_pence": [120]}
    before = pd.DataFrame({**rows, **pence})
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


WHO_PAYS: dict[str, dict[str, Any]] = {
    "place_of_safety": {"payers": {"health_trust": 0.3, "police": 0.7}},
    "voluntary_support": {"payers": {"council": 0.5, "charity": 0.5}},
    "home_care": {"charge": 61.0},
    "care_home": {"responsive": {"low": 0.0}},
    "general_practice": {"responsive": {"high": 1.0}},
}


@pytest.mark.parametrize("service", WHO_PAYS)
def test_who_pays_shows_though_every_contact_is_the_same(folder: Path, town: Baseline, service: str) -> None:
    """The digest knows no prices, no payers and not the ends of what follows contacts."""
    scenario = read_scenario("small-town").replace(residents=500, weeks=20)
    services = scenario.model_dump()["services"]
    for key, value in WHO_PAYS[service].items():
        assert services[service][key] != value
        services[service][key] = {**services[service][key], **value} if isinstance(value, dict) else value
    now = baseline_of(run(scenario.replace(services=services), seed=1))
    found = check_case(stored(folder, town), folder, now)
    assert now.digest == town.digest
    assert not found.same
    assert set(found.moved["service"]) == {service}


def test_a_baseline_is_whole(town: Baseline) -> None:
    """Every view of the money, all payers together, is what the ledger says without payers."""
    record = run(read_scenario("small-town").replace(residents=500, weeks=20), seed=1)
    assert record.digest == town.digest
    by = [name for name in BY if name != "payer"]
    summed = town.table.groupby(by)[COUNTED].sum()
    for view in ("full", "cash", "cash_low_r", "cash_high_r"):
        ledger = record.ledger(by, view=view, scaled=False).set_index(by)
        told = summed.loc[ledger.index]
        assert told["contacts"].tolist() == ledger["contacts"].tolist()
        assert told[f"{view}_pence"].tolist() == ledger["pence"].tolist()
        assert summed[f"{view}_pence"].sum() == ledger["pence"].sum()
    assert not town.table.duplicated(BY).any()


def cut_mid_row(whole: bytes) -> bytes:
    """The file without its last row and most of the one before."""
    *rows, row, _ = whole.splitlines(keepends=True)
    return b"".join((*rows, row[: row.index(b",", 3)]))


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "no text": lambda _: b"\xff\xfe",
    "other columns": lambda _: b"year,agency\n1,2\n",
    "noughts": lambda _: b"\0" * 100,
    "a nought": lambda whole: whole[:200] + b"\0" + whole[200:],
    "cut mid-row": cut_mid_row,
    "a row twice": lambda whole: whole + whole.splitlines(keepends=True)[-1],
    "without payers": lambda whole: whole.replace(b",payer,", b",buyer,", 1),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_baseline_is_said_to_be_one_and_an_update_mends_it(
    folder: Path, town: Baseline, damage: str
) -> None:
    case = stored(folder, town)
    whole = (folder / "town.csv").read_bytes()
    (folder / "town.csv").write_bytes(DAMAGE[damage](whole))
    with pytest.raises(BaselineError, match=r"^town\.csv: "):
        check_case(case, folder, town)
    found = check_case(case, folder, town, mend=True)
    assert (found.same, found.stored) == (False, False)
    assert found.damage.startswith("town.csv: ")
    stored(folder, town, why="it was damaged")
    assert (folder / "town.csv").read_bytes() == whole
    assert check_case(case, folder, town).same


GOOD = "0" * 64
DIGESTS: dict[str, tuple[bytes, str]] = {
    "no digest": (b"case,digest\ntown\n", "is not a list"),
    "another mark": (f"case;digest\ntown;{GOOD}\n".encode(), "is not a list"),
    "another mark, once": (f"case;digest\nsaves,{GOOD}\ntown,{GOOD}\n".encode(), "is not a list"),
    "one line cut": (f"case,digest\nsaves,{GOOD}\ntown,{GOOD[:40]}\n".encode(), "is not a list"),
    "empty": (b"", "is not a list"),
    "no text": (f"case,digest\nsaves,{GOOD}\ntown,".encode() + b"\xff\n", "cannot be read"),
    "a nought": (f"case,digest\nsaves,{GOOD}\n\0\n".encode(), "is not a list"),
    "two for a case": (
        f"case,digest\nsaves,{GOOD}\ntown,{GOOD}\ntown,{'1' * 64}\n".encode(),
        "'town' is there twice",
    ),
    "a line twice": (f"case,digest\nsaves,{GOOD}\nsaves,{GOOD}\n".encode(), "'saves' is there twice"),
    "two for another": (
        f"case,digest\nsaves,{GOOD}\nsaves,{'1' * 64}\nother,{GOOD}\n".encode(),
        "'saves' is there twice",
    ),
}


@pytest.mark.parametrize("damage", DIGESTS)
def test_damaged_digests_are_said_to_be_so_and_an_update_keeps_what_is_good(
    folder: Path, town: Baseline, damage: str
) -> None:
    case = stored(folder, town)
    text, told = DIGESTS[damage]
    (folder / "digests.csv").write_bytes(text)
    with pytest.raises(BaselineError, match=rf"^digests\.csv: .*{told}"):
        check_case(case, folder, town)
    found = check_case(case, folder, town, mend=True)
    assert (found.same, found.stored) == (False, False)
    assert told in found.damage
    stored(folder, town, why="they were damaged")
    assert check_case(case, folder, town).same
    lines = (folder / "digests.csv").read_text(encoding="utf-8").splitlines()
    kept = {"no digest": [], "another mark": [], "empty": [], "two for another": [f"other,{GOOD}"]}
    assert lines == ["case,digest", *kept.get(damage, [f"saves,{GOOD}"]), f"town,{town.digest}"]


def test_an_update_leaves_other_cases_and_other_damage_to_their_own(folder: Path, town: Baseline) -> None:
    """Another case's table is neither read nor written, damaged or not, and its digest stays."""
    other = read_cases(folder, ["town-policy"])[0]
    case = stored(folder, town)
    store([(other, town)], folder, why="another", day="2026-01-31", version="9.9")
    (folder / "town-policy.csv").write_bytes(b"1,2")
    stored(folder, town, why="again")
    assert (folder / "town-policy.csv").read_bytes() == b"1,2"
    assert f"town-policy,{town.digest}" in (folder / "digests.csv").read_text(encoding="utf-8")
    assert check_case(case, folder, town).same
    with pytest.raises(BaselineError, match=r"^town-policy\.csv: "):
        check_case(other, folder, town)
