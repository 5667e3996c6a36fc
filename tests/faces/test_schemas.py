"""The command that gives the schemas: printed, written, or refused in a line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from demandsim.faces.cli import MISTAKE, answer
from demandsim.scenario.json_schema import FILES, json_schema

Capture = pytest.CaptureFixture[str]


@pytest.mark.parametrize("kind", FILES)
def test_a_schema_is_printed(kind: str, capsys: Capture) -> None:
    assert answer(["schema", kind]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out) == json_schema(kind)
    assert err == ""


def test_a_schema_is_written_and_nothing_printed(capsys: Capture, tmp_path: Path) -> None:
    file = tmp_path / "policy.schema.json"
    assert answer(["schema", "policy", "--out", str(file)]) == 0
    assert capsys.readouterr() == ("", "")
    assert json.loads(file.read_text(encoding="utf-8")) == json_schema("policy")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["polcy"], "schema polcy: no such kind of file; did you mean 'policy'?"),
        (["policy", "--out", "nowhere/at/all.json"], "nowhere/at/all.json"),
        ([], "KIND"),
    ],
)
def test_a_mistake_is_told_in_a_line(
    arguments: list[str], told: str, capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert answer(["schema", *arguments]) == MISTAKE
    out, err = capsys.readouterr()
    assert out == ""
    assert told in err
    assert err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
