"""Text that somebody hands over is read by the same rules as a file, and builds on shipped files alone."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

import demandsim as ds
from demandsim.scenario.files import shipped
from demandsim.scenario.read_text import policy_from_text, scenario_from_text

POLICY = (shipped() / "policies" / "small-town-council-saves.toml").read_text(encoding="utf-8")


def test_shipped_files_read_alike_from_text() -> None:
    for name in ("small-town", "england"):
        text = (shipped() / f"{name}.toml").read_text(encoding="utf-8")
        assert scenario_from_text(text, name=name) == ds.read_scenario(name)
    assert policy_from_text(POLICY, name="small-town-council-saves") == ds.read_policy(
        "small-town-council-saves"
    )


def test_text_may_build_on_a_shipped_file_of_its_own_name() -> None:
    found = scenario_from_text("extends = 'essex'\ntitle = 'Mine'", name="essex")
    assert (found.name, found.title) == ("essex", "Mine")
    assert found.services == ds.read_scenario("essex").services


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("extends = '/etc/passwd'", "[extends]: must be the name of one that is shipped"),
        ("extends = '../scenarios/essex'", "must be the name of one that is shipped"),
        ("extends = './essex.toml'", "must be the name of one that is shipped"),
        ("extends = ''", "must be the name of one that is shipped"),
        ("extends = 'essex'\n[place]\nfrom = '../essex'", "[place.from]: must be the name"),
        ("extends = 'essex'\nresidents = 'many'", "[residents]: must be a whole number"),
        ("title = ", "is not TOML: Invalid value (at end of document)"),
        ("\n\nx = = 1", "line 3"),
        (f"{'a.' * 50_000}a = 1", "nested too deep"),
        (f"x = {{ {'a.' * 50_000}a = 1 }}", "nested too deep"),
        (f"x = {'[' * 50_000}", "nested too deep"),
    ],
)
def test_a_scenario_that_will_not_do_is_refused_in_a_line(text: str, part: str) -> None:
    before = time.monotonic()
    with pytest.raises(ds.ScenarioError) as refused:
        scenario_from_text(text, name="mine")
    assert part in str(refused.value)
    assert str(refused.value).startswith("mine.toml")
    assert "\n" not in str(refused.value)
    assert time.monotonic() - before < 5, "nobody can keep the reader busy"


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("includes = ['/etc/passwd']", "[includes]: must be the name of one that is shipped"),
        ("includes = ['../policies/nhs-shortens-stays']", "must be the name of one that is shipped"),
        ("includes = 'x'", "must be an array"),
        (POLICY.replace("from_week = 13", "from_week = -1"), "[change #1.from_week]: must be at least 0"),
        (POLICY.replace("maker", "makr"), "no setting 'makr'; did you mean 'maker'?"),
    ],
)
def test_a_policy_that_will_not_do_is_refused_in_a_line(text: str, part: str) -> None:
    with pytest.raises(ds.PolicyError) as refused:
        policy_from_text(text, name="mine")
    assert part in str(refused.value)
    assert "\n" not in str(refused.value)


def test_nothing_beside_it_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret.toml").write_text("title = 'secret'", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ds.ScenarioError, match="must be the name of one that is shipped"):
        scenario_from_text("extends = 'secret'", name="mine")
