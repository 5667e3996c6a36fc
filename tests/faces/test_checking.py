"""`demandsim check`: the same, what moved, nothing written by a check, and a log of every update."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd
import pytest
from rich.console import Console

from demandsim.experiment.regression import COUNTED
from demandsim.faces import checking
from demandsim.faces.cli import answer

Capture = pytest.CaptureFixture[str]

CASES = """
[[case]]
name = "town"
scenario = "small-town"
residents = 500
weeks = 12

[[case]]
name = "saves"
scenario = "small-town"
policies = ["small-town-council-saves"]
residents = 500
weeks = 30
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COLUMNS", "140")
    (tmp_path / "cases.toml").write_text(CASES, encoding="utf-8")
    return tmp_path


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_from_nothing_to_stored_to_the_same_to_moved(capsys: Capture, folder: Path) -> None:
    assert answer(["check", str(folder)]) == 1
    assert "town: has no baseline yet" in capsys.readouterr().out
    assert list(files(folder)) == ["cases.toml"], "a failing check never writes"

    assert answer(["check", str(folder), "--update", "--why", "the first of all"]) == 0
    assert "2 of 2 baselines replaced." in capsys.readouterr().out
    assert "town, saves: the first of all" in (folder / "changes.md").read_text(encoding="utf-8")
    before = files(folder)
    assert answer(["check", str(folder)]) == 0
    assert "2 of 2 cases are the same" in capsys.readouterr().out
    assert files(folder) == before

    (folder / "cases.toml").write_text(CASES.replace("weeks = 12", "weeks = 13"), encoding="utf-8")
    before = files(folder)
    assert answer(["check", str(folder), "--case", "town"]) == 1
    out = capsys.readouterr().out
    assert "rows moved, in year 1, at charity, council," in out
    assert ", paid by charity, council," in " ".join(out.split())
    heads = next(line for line in out.splitlines() if "service, kind" in line)
    assert heads.split()[-5:] == ["before", "now", "change", "change", "change"]
    assert "contacts full £ cash £" in " ".join(out.split())
    assert "saves" not in out
    assert files(folder) == before

    assert answer(["check", str(folder), "--update", "--why", "a week more"]) == 0
    assert "1 of 2 baselines replaced." in capsys.readouterr().out
    assert "town: a week more" in (folder / "changes.md").read_text(encoding="utf-8")
    assert (folder / "saves.csv").read_bytes() == before["saves.csv"]


def test_an_update_mends_what_it_says_it_mends(capsys: Capture, folder: Path) -> None:
    assert answer(["check", str(folder), "--update", "--why", "the first of all"]) == 0
    whole = files(folder)
    (folder / "town.csv").write_bytes(whole["town.csv"][:-40])
    (folder / "digests.csv").write_bytes(whole["digests.csv"].replace(b",digest", b";digest"))
    before = files(folder)
    capsys.readouterr()
    assert answer(["check", str(folder)]) == 2
    assert (
        "digests.csv: is not a list of cases and digests; --update writes it anew" in capsys.readouterr().err
    )
    assert files(folder) == before, "a failing check never writes"

    assert answer(["check", str(folder), "--case", "town", "--update", "--why", "damaged"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "town: digests.csv: is not a list of cases and digests; --update writes it anew" in out
    assert "1 of 1 baselines replaced." in out
    assert {name: text for name, text in files(folder).items() if name != "changes.md"} == {
        name: text for name, text in whole.items() if name != "changes.md"
    }
    assert answer(["check", str(folder)]) == 0


def shown(changes: dict[str, tuple[int, int]], *, width: int) -> str:
    """The difference told of one row in which some counts moved."""
    counts = {
        f"{count}_{part}": n
        for count in COUNTED
        for before, now in [changes.get(count, (0, 0))]
        for part, n in (("before", before), ("now", now), ("change", now - before))
    }
    row = {"year": 3, "agency": "health_trust", "payer": "police", "service": "place_of_safety"}
    moved = pd.DataFrame([{**row, "kind": "assessed", **counts}])
    out = io.StringIO()
    Console(file=out, width=width, color_system=None).print(checking._difference(moved))
    return out.getvalue()


def test_a_difference_says_who_pays_and_shows_the_ends_of_cash_where_nothing_else_moved() -> None:
    cash = {"cash_pence": (0, -123456), "cash_low_r_pence": (0, 5), "cash_high_r_pence": (0, -7)}
    both = shown({"contacts": (1200, 1000), "full_pence": (0, 1234567800), **cash}, width=120)
    assert (
        "3 health_trust, police pays place_of_safety, assessed 1,200 1,000 -200 +12,345,678.00 -1,234.56"
        in (" ".join(both.split()))
    )
    assert "low r" not in both
    ends = shown({"cash_low_r_pence": (100, 150)}, width=120)
    assert "place_of_safety, assessed +0.50" in " ".join(ends.split())
    assert "at low r" in ends
    assert not {"contacts", "full", "high"} & set(ends.split())


def test_on_a_narrow_screen_words_fold_and_no_sum_is_cut() -> None:
    narrow = shown({"contacts": (0, 1), "full_pence": (0, 1234567800)}, width=60)
    assert "+12,345,678.00" in narrow
    assert "…" not in narrow


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--update"], "--update: give --why"),
        (["--update", "--why", "  "], "--update: give --why"),
        (["--why", "because"], "--why: goes with --update"),
        (["--case", "twon"], "no case 'twon'; did you mean 'town'"),
    ],
)
def test_what_cannot_be_asked(capsys: Capture, folder: Path, arguments: list[str], message: str) -> None:
    assert answer(["check", str(folder), *arguments]) == 2
    out, err = capsys.readouterr()
    assert message in err
    assert err.count("\n") == 1
    assert out == ""
    assert list(files(folder)) == ["cases.toml"]


def test_a_folder_without_cases(capsys: Capture, tmp_path: Path) -> None:
    assert answer(["check", str(tmp_path / "nowhere")]) == 2
    assert capsys.readouterr().err.count("\n") == 1
