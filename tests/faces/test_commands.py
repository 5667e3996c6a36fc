"""What ``compare`` says beside its tables: how far the baseline moves, what the law says, how much was run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from demandsim.faces.cli import answer

TWO_YEARS = ["small-town", "--residents", "500", "--years", "2"]
SAVES, HELPS = "small-town-council-saves", "small-town-early-help"
UNLAWFUL = (
    'title = "T"\nsource = "Invented"\nmaker = "council"\n[[change]]\n'
    'set = { "services.home_care.threshold" = 4 }\n'
)
Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test stands in an empty folder, before a screen of a known width."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "140")


def test_the_baseline_s_own_movement_is_said(capsys: Capture) -> None:
    given = ["compare", *TWO_YEARS, "-p", HELPS, "--seeds", "1", "--json", "a.json", "--report", "r.html"]
    assert answer(given) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert out.count("The baseline is ") == 1
    assert "% more" in out or "% less" in out or "% fewer" in out
    assert "Simulated one pair of 500 residents over 104 weeks" in out
    drift = json.loads(Path("a.json").read_text(encoding="utf-8"))["drift"]
    assert [row["row"] for row in drift[:2]] == ["spend", "contacts"]
    assert "The baseline by itself" in Path("r.html").read_text(encoding="utf-8")


def test_a_run_without_policies_says_it_too(capsys: Capture) -> None:
    assert answer(["run", *TWO_YEARS]) == 0
    assert "The baseline is " in capsys.readouterr().out
    assert answer(["run", *TWO_YEARS, "--policy", HELPS]) == 0
    assert "The baseline is " not in capsys.readouterr().out


def test_a_run_of_less_than_two_years_does_not(capsys: Capture) -> None:
    assert answer(["run", *TWO_YEARS[:-2], "--weeks", "60"]) == 0
    assert "The baseline is " not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ["homme_care", "cost"],
            "no number's place, unit, source or note holds 'homme'; did you mean 'home'?",
        ),
        (["qqqq"], "holds 'qqqq'; a need or a service, as in 'home care', would do"),
        (["deflators", "frailty"], "no one number holds all of 'deflators frailty'; fewer words would do"),
        (
            ["deflators", "--grade", "calibrated"],
            "what holds 'deflators' is not calibrated; --grade left out",
        ),
    ],
)
def test_where_no_number_is_found_a_hint_is_given(capsys: Capture, words: list[str], told: str) -> None:
    assert answer(["evidence", *words]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("0 numbers: ")
    assert told in " ".join(err.split())
    assert answer(["evidence", "custody", "unit cost"]) == 0
    assert capsys.readouterr().err == ""


def test_a_folder_is_made_only_beside_where_one_stands(capsys: Capture, tmp_path: Path) -> None:
    there, away = "out/a.json", tmp_path / "nowhere" / "a.json"
    assert answer(["evidence", "custody", "--json", there]) == 0
    assert Path(there).is_file()
    assert answer(["evidence", "custody", "--json", str(away)]) == 2
    err = capsys.readouterr().err
    assert "there is no folder" in err
    assert err.count("\n") == 1
    assert not away.parent.exists()


def test_one_week_is_one(capsys: Capture) -> None:
    Path("unlawful.toml").write_text(UNLAWFUL, encoding="utf-8")
    given = [*TWO_YEARS[:-2], "--weeks", "1", "-p", "unlawful.toml", "--seeds", "1", "--report", "r.html"]
    assert answer(["compare", *given]) == 0
    assert "of 500 residents over one week in" in " ".join(capsys.readouterr().out.split())
    assert "500 residents, one week" in Path("r.html").read_text(encoding="utf-8")


def test_what_goes_beyond_the_law_is_said_once_over_all_of_it(capsys: Capture) -> None:
    Path("unlawful.toml").write_text(UNLAWFUL, encoding="utf-8")
    assert (
        answer(
            ["compare", *TWO_YEARS[:-2], "--weeks", "9", "-p", "unlawful.toml", "--seeds", "1", "--no-report"]
        )
        == 0
    )
    out = " ".join(capsys.readouterr().out.split())
    assert out.count("eyond the law") == 1
    assert (
        "Beyond the law. This policy was run all the same, although: - The law does not let home care" in out
    )
