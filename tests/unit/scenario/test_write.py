"""What is written reads back as it was: every shipped scenario and policy, and runs to the same digest."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

import demandsim as ds
from demandsim.scenario.files import shipped
from demandsim.scenario.read_text import policy_from_text, scenario_from_text
from demandsim.scenario.write import policy_toml, scenario_toml

SCENARIOS = sorted(path.stem for path in shipped().glob("*.toml"))
POLICIES = sorted(path.stem for path in (shipped() / "policies").glob("*.toml"))


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_reads_back_as_it_was(name: str) -> None:
    scenario = ds.read_scenario(name)
    again = scenario_from_text(scenario_toml(scenario), name="taken-home")
    assert again == scenario
    assert again.model_dump_json() == scenario.model_dump_json(), "in the same order, whole numbers whole"


@pytest.mark.parametrize("name", POLICIES)
def test_a_policy_reads_back_as_it_was(name: str) -> None:
    policy = ds.read_policy(name)
    again = policy_from_text(policy_toml(policy), name="taken-home")
    assert again == policy
    assert again.model_dump_json() == policy.model_dump_json()


def test_what_is_written_stands_on_nothing_else() -> None:
    data = tomllib.loads(scenario_toml(ds.read_scenario("essex")))
    assert not {"extends", "evidence"} & data.keys()
    assert "from" not in data["place"]


def test_a_policy_whose_parts_are_not_as_shipped_is_written_with_its_changes() -> None:
    policy = ds.read_policy("everyone-saves-alone")
    part = policy.parts[0].model_copy(update={"title": "Another"})
    again = policy_from_text(
        policy_toml(policy.model_copy(update={"parts": (part, *policy.parts[1:])})), name="x"
    )
    assert (again.name, again.change, again.includes) == (policy.name, policy.change, ())


def test_a_run_of_what_was_written_has_the_same_digest(tmp_path: Path) -> None:
    scenario = ds.read_scenario("small-town").replace(residents=1_000, weeks=60)
    policy = ds.read_policy("small-town-early-help")
    for file, text in (("a.toml", scenario_toml(scenario)), ("b.toml", policy_toml(policy))):
        (tmp_path / file).write_text(text, encoding="utf-8")
    again, its = ds.read_scenario(tmp_path / "a.toml"), ds.read_policy(tmp_path / "b.toml")
    assert ds.run(again, policies=[its], seed=3).digest == ds.run(scenario, policies=[policy], seed=3).digest


def test_text_and_names_of_any_kind_are_written() -> None:
    title = 'Quotes " and \\ and\nlines\tand £ \x7f'
    policy = ds.read_policy("small-town-council-saves").model_copy(update={"title": title})
    assert policy_from_text(policy_toml(policy), name="x").title == title
