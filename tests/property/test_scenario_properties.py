"""Whatever is deleted, misspelt or replaced in a scenario, it reads or gives one line."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from demandsim.errors import PolicyError, ScenarioError
from demandsim.scenario.check import apply_set, check_policy, checked
from demandsim.scenario.explain import explain_scenario
from demandsim.scenario.files import shipped
from demandsim.scenario.policy import Change, Policy
from demandsim.scenario.read import read_policy, read_scenario
from demandsim.scenario.schema import Scenario

TOWN = read_scenario("small-town")
TEXT = (shipped() / "small-town.toml").read_text(encoding="utf-8")
Path_ = tuple[str | int, ...]

# Building a scenario takes some 10 ms; a stalled test machine may take ten times that.
many = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def places(item: Any, here: Path_ = ()) -> Iterator[Path_]:
    """Every key and row of nested tables."""
    inner = item.items() if isinstance(item, dict) else enumerate(item) if isinstance(item, tuple) else ()
    for key, one in inner:
        yield (*here, key)
        yield from places(one, (*here, key))


PLACES = [place for place in places(TOWN.model_dump()) if "people" not in place]
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**30), 10**30),
    st.floats(),
    st.text(max_size=5),
    st.just({}),
    st.just(()),
    st.just({"value": 1.0}),
    st.lists(st.integers(-3, 9), max_size=12).map(tuple),
)


def spoil(item: Any, place: Path_, change: Any) -> Any:
    """Nested tables with the entry at a place changed: ``change`` maps a key and entry to new entries."""
    key, *rest = place
    if isinstance(item, dict):
        pairs = [
            pair
            for k, one in item.items()
            for pair in (
                [(k, one)] if k != key else [(k, spoil(one, tuple(rest), change))] if rest else change(k, one)
            )
        ]
        return dict(pairs)
    entries: list[Any] = []
    for row, one in enumerate(item):
        if row != key:
            entries.append(one)
        elif rest:
            entries.append(spoil(one, tuple(rest), change))
        else:
            entries += [entry for _, entry in change(row, one)]
    return tuple(entries)


def one_line(error: ScenarioError, start: str = "") -> None:
    """A message that fits on one line and says which file."""
    line = str(error)
    assert line.startswith(start)
    assert "\n" not in line
    assert len(line) < 1000


def holds(data: dict[str, Any]) -> None:
    """Either a scenario whose tables make it again, or one line."""
    try:
        scenario = checked(data, "town.toml")
    except ScenarioError as error:
        one_line(error, start="town.toml")
    else:
        assert isinstance(scenario, Scenario)
        assert checked(scenario.model_dump(), "town.toml") == scenario
        assert explain_scenario(scenario)


@many
@given(st.sampled_from(PLACES))
def test_anything_deleted(place: Path_) -> None:
    holds(spoil(TOWN.model_dump(), place, lambda key, one: []))


@many
@given(st.sampled_from([place for place in PLACES if isinstance(place[-1], str)]), st.data())
def test_anything_misspelt(place: Path_, data: st.DataObject) -> None:
    name = str(place[-1])
    at = data.draw(st.integers(0, len(name) - 1))
    new = name[:at] + data.draw(st.sampled_from(["", "x", "_", "Z", "é", name[at] * 2])) + name[at + 1 :]
    holds(spoil(TOWN.model_dump(), place, lambda key, one: [(new, one)]))


@many
@given(st.sampled_from(PLACES), ODD)
def test_anything_replaced(place: Path_, odd: Any) -> None:
    holds(spoil(TOWN.model_dump(), place, lambda key, one: [(key, odd)]))


@many
@given(st.integers(0, len(TEXT) - 1), st.integers(0, 60), st.text(max_size=8))
def test_any_piece_of_the_file_replaced(start: int, length: int, new: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "town.toml"
        text = TEXT[:start] + new + TEXT[start + length :]
        path.write_bytes(text.encode("utf-8", errors="surrogatepass"))
        try:
            read_scenario(path)
        except ScenarioError as error:
            one_line(error)


@many
@given(st.binary(max_size=200))
def test_any_bytes(raw: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.toml"
        path.write_bytes(raw)
        for read in (read_scenario, read_policy):
            try:
                read(path)
            except ScenarioError as error:
                one_line(error)


SETTABLE = [
    ".".join(map(str, place)) for place in PLACES if place[0] in ("services", "agencies", "weeks", "needs")
]


@many
@given(st.sampled_from(SETTABLE), ODD, st.integers(0, 1))
def test_anything_set_by_a_policy(path: str, odd: Any, ramp: int) -> None:
    change = Change(set={path: odd}, ramp_weeks=ramp)
    policy = Policy(name="a-policy", title="A policy", source="a test", maker="council", change=(change,))
    try:
        check_policy(TOWN, policy)
    except PolicyError as error:
        one_line(error)
    else:
        assert checked(apply_set(TOWN.model_dump(), path, odd), "town.toml")
