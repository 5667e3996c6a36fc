"""`demandsim check`: the same, what moved, nothing written by a check, and a log of every update."""

from __future__ import annotations

from pathlib import Path

import pytest

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
    assert "contacts before" in out
    assert "saves" not in out
    assert files(folder) == before

    assert answer(["check", str(folder), "--update", "--why", "a week more"]) == 0
    assert "1 of 2 baselines replaced." in capsys.readouterr().out
    assert "town: a week more" in (folder / "changes.md").read_text(encoding="utf-8")
    assert (folder / "saves.csv").read_bytes() == before["saves.csv"]


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
