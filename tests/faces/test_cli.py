"""The command line: what each command prints and writes, how quickly it helps, and how it refuses."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

import demandsim as ds
from demandsim.faces.cli import MISTAKE, STOPPED, answer, app
from demandsim.faces.typed import LONGEST

START = "from demandsim.faces.cli import main; main()"
HELP_SECONDS = 0.5
SMALL = ["small-town", "--residents", "500", "--weeks", "60"]
SAVES = "small-town-council-saves"
HELPS = "small-town-early-help"
Capture = pytest.CaptureFixture[str]


def command(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", START, *arguments], capture_output=True, text=True, **options
    )  # type: ignore[call-overload,no-any-return]


def refused(capsys: Capture, folder: Path, *arguments: str) -> str:
    """The one line a mistake is told in; nothing else is printed and no file appears."""
    before = sorted(folder.rglob("*"))
    assert answer([*arguments]) == MISTAKE
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("demandsim: ")
    assert err.count("\n") == 1
    assert err.endswith("\n")
    assert "Traceback" not in err
    assert sorted(folder.rglob("*")) == before
    return err


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every test stands in an empty folder, before a screen of a known width."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "140")
    return tmp_path


# ---------------------------------------------------------------------------------------------------------------- help


@pytest.mark.parametrize(
    "arguments", [["--help"], ["-h"], ["run", "--help"], ["compare", "-h"], ["show", "--help"]]
)
def test_help_is_given(arguments: list[str]) -> None:
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0
    assert "Usage: " in done.output


def test_help_lists_every_command(capsys: Capture) -> None:
    assert answer([]) == 0
    told = capsys.readouterr().out.partition("Commands:")[2]
    for name in ("run", "compare", "evidence", "show", "schema"):
        assert f"\n  {name} " in told
    assert "..." not in told  # every summary fits on its line


def test_help_answers_at_once_and_loads_no_large_library() -> None:
    # The best of five: a busy machine makes a start slower, never faster.
    took = []
    for _ in range(5):
        began = time.perf_counter()
        assert command("--help").returncode == 0
        took.append(time.perf_counter() - began)
    assert min(took) < HELP_SECONDS
    code = f"import sys\ntry:\n    {START}\nfinally:\n    print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code, "--help"], capture_output=True, text=True, check=True)
    assert not {"numba", "mesa", "pandas", "numpy", "matplotlib", "pydantic"}.intersection(
        done.stderr.split()
    )


def test_the_version_is_the_package_s(capsys: Capture) -> None:
    assert answer(["--version"]) == 0
    assert capsys.readouterr().out == f"demandsim {ds.__version__}\n"


# ----------------------------------------------------------------------------------------------------------------- run


def test_run_prints_contacts_pounds_and_published_figures(capsys: Capture, elsewhere: Path) -> None:
    assert answer(["run", *SMALL]) == 0
    out, _ = capsys.readouterr()
    assert "contacts and pounds a year, by agency" in out
    assert "Small town council" in out
    assert "beside England's published figures" in out
    assert "This place is invented" in out
    assert "Simulated in " in out
    assert list(elsewhere.iterdir()) == []


def test_run_writes_what_it_found(capsys: Capture) -> None:
    assert (
        answer(["run", *SMALL, "--policy", SAVES, "--seed", "7", "--json", "a.json", "--csv", "a.csv"]) == 0
    )
    out, _ = capsys.readouterr()
    assert "under these policies" in out
    found = json.loads(Path("a.json").read_text(encoding="utf-8"))
    town = ds.read_scenario("small-town").replace(residents=500, weeks=60)
    record = ds.run(town, seed=7, policies=[ds.read_policy(SAVES)])
    assert found["digest"] == record.digest
    assert (found["seed"], found["residents"], found["weeks"]) == (7, 500, 60)
    assert found["policies"] == [SAVES]
    assert [row["agency"] for row in found["agencies"]] == [*town.agencies, "residents_and_families"]
    paid = record.ledger((), view="cash")["pounds"].sum() * 52 / 60
    assert sum(row["pays"] for row in found["agencies"]) == pytest.approx(paid)
    with Path("a.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert sum(float(row["contacts"]) for row in rows) == pytest.approx(record.ledger()["contacts"].sum())
    assert sum(float(row["pounds"]) for row in rows) == pytest.approx(record.ledger()["pounds"].sum())


def test_the_same_seed_gives_the_same_file_but_for_the_time_it_took() -> None:
    for name in ("a.json", "b.json"):
        assert answer(["run", *SMALL, "--json", name]) == 0
    one, other = (json.loads(Path(name).read_text(encoding="utf-8")) for name in ("a.json", "b.json"))
    del one["seconds"], other["seconds"]
    assert one == other


def test_the_screen_can_be_given_to_json_or_csv_alone(capsys: Capture) -> None:
    assert answer(["run", *SMALL, "--json", "-"]) == 0
    assert json.loads(capsys.readouterr().out)["scenario"] == "small-town"
    assert answer(["run", *SMALL, "--csv", "-"]) == 0
    assert capsys.readouterr().out.startswith("year,sector,agency,payer,service,need,kind,contacts,pounds\n")


def test_a_year_is_52_weeks(capsys: Capture) -> None:
    assert answer(["run", "small-town", "--residents", "500", "--years", "1", "--json", "-"]) == 0
    assert json.loads(capsys.readouterr().out)["weeks"] == 52


# ------------------------------------------------------------------------------------------------------------- compare


def test_compare_prints_every_table_and_writes_every_file(capsys: Capture) -> None:
    given = [
        "--seeds",
        "3",
        "--report",
        "out/report.html",
        "--json",
        "a.json",
        "--csv",
        "a.csv",
        "--threads",
        "2",
    ]
    assert answer(["compare", *SMALL, "-p", SAVES, "-p", HELPS, *given]) == 0
    out, _ = capsys.readouterr()
    titles = [ds.read_policy(name).title for name in (SAVES, HELPS)]
    assert all(f" {title} ──" in out for title in titles)
    for words in ("Who saved (−) and who paid (+)", "What it did to residents"):
        assert out.count(words) == 2
    assert out.count("For each pound saved") == 1  # by the other policy nobody hopes to save
    assert "A year of contacts in the baseline" in out
    assert "Public purse" in out
    assert "Indicative only" in out
    assert "Simulated 3 pairs of 500 residents over 60 weeks in " in out
    page = Path("out/report.html").read_text(encoding="utf-8")
    assert "<html" in page[:500]
    assert all(title in page for title in titles)
    found = json.loads(Path("a.json").read_text(encoding="utf-8"))
    assert found["seeds"] == [1, 2, 3]
    assert [one["policies"] for one in found["comparisons"]] == [[SAVES], [HELPS]]
    assert all(one["sentence"] in " ".join(out.split()) for one in found["comparisons"])
    with Path("a.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["policy"] for row in rows} == {SAVES, HELPS}
    assert {row["table"] for row in rows} == {"cash", "cash_low_r", "cash_high_r", "full", "outcomes"}


def test_policies_share_one_baseline_which_is_what_compare_gives_from_python() -> None:
    given = ["--seeds", "2", "--no-report", "--json", "a.json"]
    assert answer(["compare", *SMALL, "-p", SAVES, "-p", HELPS, *given]) == 0
    one, other = json.loads(Path("a.json").read_text(encoding="utf-8"))["comparisons"]
    assert [pair[0] for pair in one["digests"]] == [pair[0] for pair in other["digests"]]
    town = ds.read_scenario("small-town").replace(residents=500, weeks=60)
    expected = ds.compare(town, ds.read_policy(SAVES), seeds=2)
    assert one["digests"] == [[pair.baseline.digest, pair.policy.digest] for pair in expected.pairs]
    assert one["sentence"] == expected.sentence()


def test_together_is_one_arm(capsys: Capture) -> None:
    given = ["--seeds", "2", "--no-report", "--together", "--json", "-"]
    assert answer(["compare", *SMALL, "-p", SAVES, "-p", HELPS, *given]) == 0
    (one,) = json.loads(capsys.readouterr().out)["comparisons"]
    assert one["policies"] == [SAVES, HELPS]


def test_savings_that_include_others_give_a_matrix(capsys: Capture) -> None:
    Path("both.toml").write_text(
        'title = "Both"\nsource = "Invented for this test alone"\nmaker = "council"\n'
        f'includes = ["{SAVES}", "{HELPS}"]\n',
        encoding="utf-8",
    )
    assert (
        answer(["compare", *SMALL, "-p", "both.toml", "--seeds", "2", "--no-report", "--json", "a.json"]) == 0
    )
    assert "Each saving alone, and together" in capsys.readouterr().out
    (one,) = json.loads(Path("a.json").read_text(encoding="utf-8"))["comparisons"]
    assert [row["policy"] for row in one["matrix"]] == [SAVES, HELPS, "together", "interaction"]


def test_one_pair_has_no_interval(capsys: Capture) -> None:
    assert answer(["compare", *SMALL, "-p", SAVES, "--seeds", "1", "--no-report"]) == 0
    assert "one pair: no interval" in capsys.readouterr().out


# ---------------------------------------------------------------------------------------------------- evidence and show


def test_evidence_is_listed_found_and_graded(capsys: Capture) -> None:
    assert answer(["evidence", "home_care", "unit cost"]) == 0
    out, _ = capsys.readouterr()
    assert "services.home_care.kinds.episode_week.unit_cost" in out
    assert "services.custody" not in out
    assert answer(["evidence", "--grade", "judged", "--json", "-"]) == 0
    judged = json.loads(capsys.readouterr().out)["parameters"]
    assert {one["grade"] for one in judged} == {"judged"}
    assert all(one["unit"] and one["source"] for one in judged)
    assert answer(["evidence", "--csv", "-"]) == 0
    rows = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    assert len(rows) > len(judged) > 0
    assert answer(["evidence", "no such words at all"]) == 0
    assert capsys.readouterr().out.startswith("0 numbers: ")


@pytest.mark.parametrize("name", ["small-town", "essex", SAVES, "everyone-saves-alone"])
def test_show_tells_scenarios_and_policies(capsys: Capture, name: str) -> None:
    assert answer(["show", name]) == 0
    out, _ = capsys.readouterr()
    title = ds.read_scenario(name).title if name in ("small-town", "essex") else ds.read_policy(name).title
    assert out.startswith(title)
    assert "_" not in out.replace("passed_on", "").replace("Move_", "")


def test_show_tells_files_apart_by_what_they_hold(capsys: Capture) -> None:
    Path("mine.toml").write_text('extends = "small-town"\ntitle = "My town"\n', encoding="utf-8")
    assert answer(["show", "mine.toml"]) == 0
    assert capsys.readouterr().out.startswith("My town.")
    Path("a-cut.toml").write_text(
        'title = "A cut"\nsource = "Invented for this test alone"\nmaker = "council"\n\n'
        '[[change]]\nset = { "services.home_care.threshold" = 3 }\n',
        encoding="utf-8",
    )
    assert answer(["show", "a-cut.toml", "--scenario", "mine.toml"]) == 0
    assert capsys.readouterr().out.startswith("A cut.")


# ----------------------------------------------------------------------------------------------------------- bad input


def town(*lines: str) -> Callable[[], list[str]]:
    """A file that extends the small town, run."""

    def write() -> list[str]:
        Path("bad.toml").write_text("\n".join(['extends = "small-town"', *lines]), encoding="utf-8")
        return ["run", "bad.toml", "--residents", "500"]

    return write


def policy(*lines: str) -> Callable[[], list[str]]:
    """A policy file, compared in the small town."""

    def write() -> list[str]:
        head = ['title = "Bad"', 'source = "Invented for this test alone"', 'maker = "council"']
        Path("bad.toml").write_text("\n".join([*head, *lines]), encoding="utf-8")
        return ["compare", *SMALL, "-p", "bad.toml", "--seeds", "1"]

    return write


def file(content: bytes) -> Callable[[], list[str]]:
    """A file of some bytes, run."""

    def write() -> list[str]:
        Path("bad.toml").write_bytes(content)
        return ["run", "bad.toml"]

    return write


BAD_FILES: dict[str, tuple[Callable[[], list[str]], str]] = {
    "unknown key": (town("residnts = 2000"), "bad.toml: no setting 'residnts'; did you mean 'residents'?"),
    "misspelt table": (
        town("[services.home_care]", "treshold = 2"),
        "bad.toml [services.home_care]: no setting 'treshold'; did you mean 'threshold'?",
    ),
    "a date": (town("weeks = 2020-01-01"), "bad.toml [weeks]: no setting is a date or a time, as 2020-01-01"),
    "wrong type": (town('weeks = "many"'), "bad.toml [weeks]: must be a whole number, given 'many'"),
    "out of range": (town("[services.home_care]", "threshold = 9"), "must be at most 4, given 9"),
    "negative cost": (
        town("[services.ward.kinds.stay_week]", "unit_cost = -5"),
        "must be at least 0, given -5",
    ),
    "hazards": (town("[needs.housing]", "ease = [0.8, 300.0, 0.4, 1.0]"), "hazards that cannot hold"),
    "out of reach": (
        town(
            '[services.attic]\ntitle = "Attic"\nagency = "council"\nmode = "contact"',
            "kinds.visit = { unit_cost = 1, hours = 0.1 }",
            "responsive = { low = 1.0, central = 1.0, high = 1.0 }",
        ),
        "[services.attic]: nobody can reach it",
    ),
    "tenure shares": (
        town("[place.districts.north]", "tenure = [0.30, 0.45, 0.35]"),
        "shares must add up to 1, not 1.1 (owned 0.3 + social 0.45 + private 0.35)",
    ),
    "payer shares": (
        town("[services.ward.payers]", "health_trust = 0.5", "police = 0.4"),
        "[services.ward.payers]: shares must add up to 1, not 0.9",
    ),
    "what an agency cannot know": (
        town("[services.probation]", "remit = { need = { frailty = [1, 4] } }"),
        "cannot know of 'frailty'",
    ),
    "not yet": (town("[cohort]", "size = 5"), "'cohort' is kept for a later part of the model: not yet"),
    "circle": (file(b'extends = "bad"\n'), "bad.toml [extends]: goes round in a circle"),
    "empty": (file(b""), "bad.toml: is empty"),
    "binary": (file(b"\x00\x01\x02" * 50), "bad.toml: is binary, not text"),
    "not UTF-8": (file(b'title = "\xff"'), "bad.toml: is not UTF-8 text"),
    "not TOML": (file(b"this is a letter"), "bad.toml: is not TOML: "),
    "enormous": (file(b"# " + b"x" * 6_000_000), "bad.toml: is 6.0 MB; at most 5 MB is read"),
    "nested": (file(b"a = " + b"[" * 20_000), "nested too deep"),
    "policy of no verb": (policy("[[change]]", "from_week = 3"), "exactly one of set, open, close"),
    "policy on an absent service": (
        policy("[[change]]", 'close = "home_car"'),
        "no service 'home_car'; did you mean 'home_care'?",
    ),
    "policy beyond the run": (policy("[[change]]", "from_week = 70", 'close = "home_care"'), "70"),
    "policy for whom nobody knows": (
        policy("[[change]]", 'close = "probation"', "group = { need = { frailty = [1, 4] } }"),
        "cannot know of 'frailty'",
    ),
    "policy with an unknown key": (policy("savings = 5"), "bad.toml: no setting 'savings'"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_is_refused(capsys: Capture, tmp_path: Path, name: str) -> None:
    write, said = BAD_FILES[name]
    arguments = write()
    assert said in refused(capsys, tmp_path, *arguments)
    if arguments[0] == "run":
        assert said in refused(capsys, tmp_path, "show", "bad.toml")


TYPED: list[tuple[list[str], str]] = [
    (["fly"], "No such command 'fly'"),
    (["run"], "Missing argument 'SCENARIO'"),
    (["run", "small-town", "--polcy", "x"], "No such option: --polcy"),
    (["run", "small-twn"], "small-twn: no such file; did you mean 'small-town'?"),
    (["run", ""], "empty or binary name"),
    (["run", "."], "is a folder, not a file"),
    (["run", "small-town", "--seed", "one"], "given 'one'; a whole number would do"),
    (["run", "small-town", "--seed", "1.5"], "given '1.5'; a whole number would do"),
    (["run", "small-town", "--seed", "-1"], "seed: given -1; a whole number from 0 to 2^63 - 1 would do"),
    (["run", "small-town", "--seed", str(2**63)], "a whole number from 0 to 2^63 - 1 would do"),
    (["run", "small-town", "--residents", "3"], "small-town [residents]: must be at least 500, given 3"),
    (["run", "small-town", "--residents", "many"], "given 'many'; a whole number would do"),
    (["run", "/dev/null"], "/dev/null: is a device or a pipe, not a file"),
    (["run", "small-town", "--years", "0"], "given 0; a whole number from 1 to 30 would do"),
    (["run", "small-town", "--years", "-1"], "'--years': given -1; a whole number from 1 to 30 would do"),
    (["run", "small-town", "--years", "31"], "given 31; a whole number from 1 to 30 would do"),
    (["run", "small-town", "--weeks", "0"], "small-town [weeks]: must be at least 1, given 0"),
    (["compare", "small-town", "-p", SAVES, "--years", "0"], "a whole number from 1 to 30 would do"),
    (["compare", "small-town", "-p", SAVES, "--weeks", "0"], "[weeks]: must be at least 1, given 0"),
    (["run", "small-town", "--weeks", "9999"], "small-town [weeks]: must be at most 1,560, given 9999"),
    (["run", "small-town", "--years", "1", "--weeks", "4"], "--years and --weeks: give one of them"),
    (["run", "small-town", "-p", "council-raises-treshold"], "did you mean 'council-raises-threshold'?"),
    (["run", "small-town", "-p", "council-raises-threshold"], "did you mean"),
    (["run", "small-town", "--json", "no/such/folder/a.json"], "there is no folder"),
    (["run", "small-town", "--json", "."], "is a folder or a device"),
    (["run", "small-town", "--csv", "/dev/full"], "is a folder or a device"),
    (["run", "small-town", "--json", "-", "--csv", "-"], "cannot both have the screen"),
    (["run", "small-town", "--json", "a", "--csv", "./a"], "two outputs cannot be one file"),
    (["compare", "small-town"], "Missing option '--policy'"),
    (["compare", *SMALL, "-p", SAVES, "--seeds", "0"], "a number of pairs from 1 to 100,000 would do"),
    (["compare", *SMALL, "-p", SAVES, "--seeds", "ten"], "given 'ten'; a whole number would do"),
    (
        ["compare", *SMALL, "-p", SAVES, "--threads", "0"],
        "--threads: given 0; a whole number from 1 would do",
    ),
    (["compare", *SMALL, "-p", SAVES, "-p", SAVES], f"{SAVES}: is given twice; give it once"),
    (["compare", *SMALL, "-p", SAVES, "--report", "no/such/folder/a.html"], "there is no folder"),
    (["compare", *SMALL, "-p", SAVES, "--report", "-"], "--no-report writes none"),
    (["evidence", "--grade", "guessed"], "--grade guessed: no such grade; it is one of measured, "),
    (["show"], "Missing argument 'NAME'"),
    (["show", "everyone-saves-alon"], "no such scenario or policy; did you mean 'everyone-saves-alone'?"),
    (["show", "essex", "--scenario", "small-town"], "is a scenario, and --scenario is for policies"),
    (["show", "system-leadership", "--scenario", "small-town"], "no agency 'county_council'"),
]


@pytest.mark.parametrize(("arguments", "said"), TYPED, ids=[" ".join(given)[:60] for given, _ in TYPED])
def test_a_mistake_in_typing_is_told_in_one_line(
    capsys: Capture, tmp_path: Path, arguments: list[str], said: str
) -> None:
    assert said in refused(capsys, tmp_path, *arguments)


def test_the_longest_run_is_as_long_as_a_scenario_may_be() -> None:
    most = ds.read_scenario("small-town").replace(weeks=LONGEST * 52).weeks
    with pytest.raises(ds.ScenarioError):
        ds.read_scenario("small-town").replace(weeks=most + 1)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pipes with a name")
def test_a_pipe_is_not_read(capsys: Capture, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    assert "is a device or a pipe, not a file" in refused(capsys, tmp_path, "show", "pipe.toml")


def test_a_folder_that_cannot_be_written_to_is_found_before_the_run(
    capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("it ran")

    monkeypatch.setattr("demandsim.faces.commands.run", never)
    monkeypatch.setattr("demandsim.faces.commands.warm_up", never)
    (tmp_path / "file").write_bytes(b"")
    said = refused(capsys, tmp_path, "run", *SMALL, "--json", "file/a.json")
    assert "there is no folder" in said


def test_the_old_file_stands_where_a_new_one_cannot_be_written(
    capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("a.json").write_text("old", encoding="utf-8")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    assert answer(["evidence", "custody", "--json", "a.json"]) == MISTAKE
    assert capsys.readouterr().err == "demandsim: a.json: cannot be written: No space left on device\n"
    assert Path("a.json").read_text(encoding="utf-8") == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


# ----------------------------------------------------------------------------------------------------------- processes


def test_the_exit_codes_of_a_process(tmp_path: Path) -> None:
    assert command("show", "small-town", cwd=tmp_path).returncode == 0
    wrong = command("run", "small-twn", cwd=tmp_path)
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert wrong.stderr.count("\n") == 1
    fails = (
        "import demandsim.faces.commands as c\ndef no(*a, **k): raise RuntimeError('odd')\nc.run_once = no"
    )
    code = [sys.executable, "-c", f"{fails}\n{START}", "run", "small-town"]
    done = subprocess.run(code, capture_output=True, text=True)
    assert done.returncode == 1
    assert "RuntimeError: odd" in done.stderr


def test_a_screen_without_pounds_is_no_reason_to_fail(tmp_path: Path) -> None:
    ascii_only = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = command("show", SAVES, cwd=tmp_path, env=ascii_only)
    assert done.returncode == 0, done.stderr


def test_a_reader_who_stops_early_is_no_reason_to_fail(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", START, "evidence"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(10)
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(timeout=60) == 0


def test_ctrl_c_keeps_the_pairs_that_are_finished(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    import demandsim.experiment.compare as module

    waited_for = module.as_completed

    def stopped(futures: object) -> object:
        for count, future in enumerate(waited_for(futures)):  # type: ignore[call-overload]
            if count == 2:
                raise KeyboardInterrupt
            yield future

    monkeypatch.setattr(module, "as_completed", stopped)
    assert (
        answer(
            ["compare", *SMALL, "-p", SAVES, "--seeds", "5", "--threads", "1", "--no-report", "--json", "a"]
        )
        == 0
    )
    out, err = capsys.readouterr()
    assert "Stopped early: 2 of 5 pairs were finished, and are shown." in err
    assert "Simulated 2 pairs" in out
    assert len(json.loads(Path("a").read_text(encoding="utf-8"))["seeds"]) == 2


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal to send")
def test_ctrl_c_with_nothing_finished_says_so(tmp_path: Path) -> None:
    # A shell that runs the tests in the background has its children ignore Ctrl-C, and theirs.
    slow = "import signal, time, demandsim.faces.commands as c\n"
    slow += "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    slow += "c.compare_policies = lambda *a, **k: (print('on', flush=True), time.sleep(60))"
    with subprocess.Popen(
        [sys.executable, "-c", f"{slow}\n{START}", "compare", "small-town", "-p", SAVES],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "on\n"
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode == STOPPED
    assert err.strip() == "demandsim: stopped; nothing was written"
    assert list(tmp_path.iterdir()) == []
