"""What a visitor may choose from: shipped places and policies, and the visitor's own files."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from demandsim.errors import DemandSimError
from demandsim.faces.dashboard.own import MARK, Own, read_policy, read_scenario
from demandsim.scenario import read
from demandsim.scenario.check import check_together
from demandsim.scenario.files import shipped
from demandsim.scenario.policy import Policy
from demandsim.scenario.schema import Scenario

AS_IT_IS = ""
"""The arm in which nothing changes."""


@lru_cache
def places() -> tuple[str, ...]:
    """Names of the shipped places."""
    return tuple(sorted(path.stem for path in shipped().glob("*.toml")))


@lru_cache
def shipped_policies() -> tuple[str, ...]:
    """Names of the shipped policies."""
    return tuple(sorted(path.stem for path in (shipped() / "policies").glob("*.toml")))


def place_titles(files: Sequence[Own] = ()) -> dict[str, str]:
    """Title every place, shipped and own, by its key; no two alike."""
    own = {one.key: f"{read_scenario(one).title} (your file {one.name})" for one in _of("scenario", files)}
    return {name: scenario_of(name).title for name in places()} | own


def scenario_of(place: str, files: Sequence[Own] = ()) -> Scenario:
    """Read a place by its key: shipped, once, or among the files.

    Raises
    ------
    KeyError
        If it is neither.
    """
    if place.startswith(MARK):
        return read_scenario(_found("scenario", place, files))
    return _shipped_scenario(place)


def policy_of(name: str, files: Sequence[Own] = ()) -> Policy:
    """Read a policy by its key: shipped, once, or among the files; errors as ``scenario_of``."""
    if name.startswith(MARK):
        return read_policy(_found("policy", name, files))
    return _shipped_policy(name)


def presets(place: str, files: Sequence[Own] = ()) -> dict[str, str]:
    """Title the ways of running a place that it can be run, by their keys: as it is first, own ones last."""
    own_place = _found("scenario", place, files) if place.startswith(MARK) else None
    found = {AS_IT_IS: "As it is now", **_fitting(place, own_place)}
    for one in _of("policy", files):
        if _own_fits(place, own_place, one):
            found[one.key] = f"{read_policy(one).title} (your file {one.name})"
    return found


@lru_cache(maxsize=32)
def _fitting(place: str, own: Own | None) -> dict[str, str]:
    """Title the shipped policies that fit a place."""
    scenario = scenario_of(place, (own,) if own else ())
    every = {name: _shipped_policy(name) for name in shipped_policies()}
    return {name: policy.title for name, policy in every.items() if _fits(scenario, policy)}


@lru_cache(maxsize=64)
def _own_fits(place: str, own_place: Own | None, own: Own) -> bool:
    """Tell whether a visitor's own policy can be made in a place: asked at every look at a page, worked out once."""
    return _fits(scenario_of(place, (own_place,) if own_place else ()), read_policy(own))


def _fits(scenario: Scenario, policy: Policy) -> bool:
    """Tell whether a policy can be made in a place: all it names is there."""
    try:
        check_together(scenario, (policy,))
    except DemandSimError:
        return False
    return True


@lru_cache
def _shipped_scenario(place: str) -> Scenario:
    """Read a shipped place, once; no path is a name."""
    if place not in places():
        raise KeyError(place)
    return read.read_scenario(place)


@lru_cache
def _shipped_policy(name: str) -> Policy:
    """Read a shipped policy, once; no path is a name."""
    if name not in shipped_policies():
        raise KeyError(name)
    return read.read_policy(name)


def _of(kind: str, files: Sequence[Own]) -> list[Own]:
    """Files of one kind."""
    return [one for one in files if one.kind == kind]


def _found(kind: str, key: str, files: Sequence[Own]) -> Own:
    """Find a file by its key, the latest of one name."""
    found = [one for one in _of(kind, files) if one.key == key]
    if not found:
        raise KeyError(key)
    return found[-1]
