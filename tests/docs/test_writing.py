"""The page on writing files: its examples are read, its errors are those given, its settings are those there are."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from tests.docs.test_docs import ROOT, code_blocks, example_files, save_examples

from demandsim.errors import ScenarioError
from demandsim.scenario.check import check_policy
from demandsim.scenario.json_schema import json_schema
from demandsim.scenario.policy import VERBS, Policy
from demandsim.scenario.read import read_policy, read_scenario

PAGE = ROOT / "docs" / "writing.md"
HEAD = 'title = "T"\nsource = "S"\nmaker = "council"\n'
CHANGES = [block for fence, block in code_blocks(PAGE) if fence == "toml"]
WRONG = [
    (block, told.strip())
    for (fence, block), (_, told) in zip(code_blocks(PAGE), code_blocks(PAGE)[1:], strict=False)
    if fence == "toml refused"
]


@pytest.fixture(autouse=True)
def beside_the_examples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every test stands in a folder with the page's files."""
    save_examples(PAGE, tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def passes(kind: str, text: str) -> bool:
    """Whether the schema has nothing against a file."""
    return Draft202012Validator(json_schema(kind)).is_valid(tomllib.loads(text))


def test_the_page_has_files_changes_and_errors() -> None:
    assert len(example_files(PAGE)) >= 3
    assert len(CHANGES) >= len(VERBS)
    assert len(WRONG) >= 4


@pytest.mark.parametrize("name", example_files(PAGE))
def test_files_are_read_and_pass_their_schema(name: str) -> None:
    text = Path(name).read_text(encoding="utf-8")
    if "extends" in tomllib.loads(text):
        assert read_scenario(name).title
        assert passes("scenario", text)
    else:
        check_policy(read_scenario("small-town"), read_policy(name))
        assert passes("policy", text)


@pytest.mark.parametrize("row", range(len(CHANGES)))
def test_changes_can_be_made(row: int) -> None:
    Path("one.toml").write_text(HEAD + CHANGES[row], encoding="utf-8")
    check_policy(read_scenario("small-town"), read_policy("one.toml"))
    assert passes("policy", HEAD + CHANGES[row])


def test_each_verb_has_an_example() -> None:
    Path("all.toml").write_text(HEAD + "\n".join(CHANGES), encoding="utf-8")
    assert {change.verb for change in read_policy("all.toml").change} == {*VERBS}


@pytest.mark.parametrize(("text", "told"), WRONG)
def test_errors_are_those_shown(text: str, told: str) -> None:
    Path("refused.toml").write_text(HEAD + text, encoding="utf-8")
    with pytest.raises(ScenarioError) as refused:
        check_policy(read_scenario("small-town"), read_policy("refused.toml"))
    assert str(refused.value) == told


def test_the_settings_of_a_policy_are_all_told() -> None:
    table = re.findall(r"^\| `(\w+)` \|", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert {*Policy.model_fields} - {"name", "parts"} <= {*table}
