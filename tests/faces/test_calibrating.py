"""The command that holds the baseline to published figures: what it prints, writes, refuses and leaves with."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from demandsim.calibration.targets import targets
from demandsim.faces.calibrating import figure
from demandsim.faces.cli import MISTAKE, answer

SMALL = ["calibrate", "--check", "england", "--seeds", "2", "--residents", "1000"]
Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every test stands in an empty folder, before a wide screen."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path


def test_targets_are_shown_with_a_verdict_and_the_mark(capsys: Capture, tmp_path: Path) -> None:
    assert answer([*SMALL, "--json", "found.json", "--csv", "found.csv"]) == 0
    out = capsys.readouterr().out
    assert "Targets that count: England's published figures" in out
    assert "Totals apart, which ordinary demand can be set to meet: they do not count" in out
    assert "- Adult safeguarding concerns (CR028): no service takes safeguarding concerns" in out
    assert "Bands wider than usual:" in out
    assert "targets that count pass" in out
    found = json.loads((tmp_path / "found.json").read_text())
    assert found["countable"] == sum(one.counts for one in targets().values())
    assert found["passed"] == sum(row["verdict"] == "pass" and row["counts"] for row in found["targets"])
    assert len(found["each_seed"]["frailty_65"]) == 2
    with (tmp_path / "found.csv").open() as file:
        assert [row["key"] for row in csv.DictReader(file)] == list(targets())


def test_strict_tells_by_its_exit_code(capsys: Capture) -> None:
    # Two runs of a thousand residents cannot meet nine in ten: their intervals are wider than the bands.
    assert answer([*SMALL, "--strict"]) == 1
    assert "targets that count pass" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["calibrate", "--rounds", "0"], "--rounds: given 0; a whole number from 1"),
        (["calibrate", "small-town"], "an invented place has no published figures"),
        (["calibrate", "--check", "small-town"], "an invented place has no published figures"),
        (["calibrate", "--check", "--residents", "500000"], "up to 300,000"),
        (["calibrate", "--check", "--seeds", "0"], "a number of pairs from 1"),
        (["calibrate", "--check", "--threads", "0"], "--threads: given 0"),
        (["calibrate", "--check", "atlantis"], "atlantis"),
    ],
)
def test_mistakes_are_told_in_a_line(capsys: Capture, arguments: list[str], told: str) -> None:
    assert answer(arguments) == MISTAKE
    out, err = capsys.readouterr()
    assert out == ""
    assert told in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("value", "told"), [(0.12345, "0.123"), (402.4, "402"), (1234.5, "1,234"), (None, "n/a")]
)
def test_figures_have_three_places(value: float | None, told: str) -> None:
    assert figure(value) == told
