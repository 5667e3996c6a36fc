"""Whatever can be read passes the schema, however odd: an editor never marks a file that would run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from tests.property.test_scenario_properties import ODD, PLACES, SETTABLE, TOWN, Path_, spoil

from demandsim.errors import PolicyError, ScenarioError
from demandsim.scenario.check import check_policy, checked
from demandsim.scenario.json_schema import json_schema
from demandsim.scenario.policy import Change, Policy
from demandsim.scenario.read import read_policy

SCENARIO, POLICY = (Draft202012Validator(json_schema(kind)) for kind in ("scenario", "policy"))
CHANGES = [change.model_dump(exclude_defaults=True) for change in read_policy("small-town-every-verb").change]

many = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
ODDER = st.one_of(
    ODD,
    st.sampled_from([0, 1, 4, 5, 52, 0.0, 0.5, 1.0, -1, 1e9, (1, 4), (0.0, 1.0), "frailty", ("frailty",)]),
)


def as_written(item: Any) -> Any:
    """Tables as a file would hold them: what is none is left out, and rows are arrays."""
    if isinstance(item, Mapping):
        return {key: as_written(one) for key, one in item.items() if one is not None}
    return [as_written(one) for one in item] if isinstance(item, list | tuple) else item


def passes_if_read(data: dict[str, Any]) -> None:
    """A scenario that is read passes."""
    try:
        checked(data, "town.toml")
    except ScenarioError:
        return
    assert [error.message for error in SCENARIO.iter_errors(as_written(data))] == []


@many
@given(st.sampled_from(PLACES), ODDER)
def test_a_scenario_with_anything_replaced(place: Path_, odd: Any) -> None:
    passes_if_read(spoil(TOWN.model_dump(), place, lambda key, one: [(key, odd)]))


@many
@given(st.sampled_from(PLACES))
def test_a_scenario_with_anything_deleted(place: Path_) -> None:
    passes_if_read(spoil(TOWN.model_dump(), place, lambda key, one: []))


@many
@given(st.sampled_from(SETTABLE), ODDER, st.integers(0, 1))
def test_a_policy_that_sets_anything(path: str, odd: Any, ramp: int) -> None:
    if odd is not None:  # as a file cannot say
        passes_if_made({"set": {path: odd}, "ramp_weeks": ramp})


@many
@given(st.sampled_from(CHANGES), st.sampled_from([*Change.model_fields]), ODDER)
def test_a_change_with_anything_added_or_replaced(change: dict[str, Any], key: str, odd: Any) -> None:
    passes_if_made({**change, key: odd})


@many
@given(st.sampled_from(CHANGES), st.data())
def test_a_change_with_anything_inside_a_verb_replaced(change: dict[str, Any], data: st.DataObject) -> None:
    tables = [key for key, item in change.items() if isinstance(item, dict) and key != "set"]
    if tables:
        table = data.draw(st.sampled_from(tables))
        key = data.draw(st.sampled_from([*change[table]]))
        passes_if_made({**change, table: {**change[table], key: data.draw(ODDER)}})


def passes_if_made(change: dict[str, Any]) -> None:
    """A change that can be made in the small town passes."""
    top = {"title": "A policy", "source": "a test", "maker": "council"}
    try:
        policy = Policy.model_validate({"name": "a-policy", **top, "change": (change,)})
        check_policy(TOWN, policy)
    except (ValueError, PolicyError):
        return
    written = as_written({**top, "change": [change]})
    assert [error.message for error in POLICY.iter_errors(written)] == []
