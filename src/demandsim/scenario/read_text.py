"""Reading a scenario or policy from text that somebody hands over: it may build on shipped files alone."""

from __future__ import annotations

from demandsim.errors import NotYetError, PolicyError, ScenarioError
from demandsim.scenario.files import File, parsed, shipped
from demandsim.scenario.policy import Policy
from demandsim.scenario.problems import near
from demandsim.scenario.read import policy_in, scenario_in
from demandsim.scenario.schema import Scenario

_NOWHERE = "handed-over"
"""A folder that is not there, so that no name is found beside the text."""


def scenario_from_text(text: str, *, name: str) -> Scenario:
    """Read a scenario from TOML text, by the rules of ``read_scenario``.

    Parameters
    ----------
    text
        What a file would hold; what it extends, and its place, may be shipped ones by name, never a path.
    name
        What the file is called, without its ending.

    Raises
    ------
    ScenarioError
        As ``read_scenario``, and for a name that is not shipped.
    NotYetError
        If it uses a key kept for a part that is not built yet.
    """
    try:
        file = _file(text, name)
        place = file.data.get("place")
        if "extends" in file.data:
            file.data["extends"] = _shipped(file, "extends", file.data["extends"], "")
        if isinstance(place, dict) and "from" in place:
            place["from"] = _shipped(file, "place.from", place["from"], "places")
        return scenario_in(file)
    except RecursionError:
        raise ScenarioError(f"{name}.toml", "", "tables or arrays nested too deep") from None


def policy_from_text(text: str, *, name: str) -> Policy:
    """Read a policy from TOML text, by the rules of ``read_policy``; it may include shipped ones by name.

    Raises
    ------
    PolicyError
        As ``read_policy``, and for a name that is not shipped.
    NotYetError
        If it uses a key kept for a part that is not built yet.
    """
    try:
        file = _file(text, name)
        if isinstance(includes := file.data.get("includes"), tuple):
            file.data["includes"] = tuple(_shipped(file, "includes", one, "policies") for one in includes)
        return policy_in(file)
    except RecursionError:
        raise PolicyError(f"{name}.toml", "", "tables or arrays nested too deep") from None
    except (PolicyError, NotYetError):
        raise
    except ScenarioError as error:
        raise PolicyError(
            error.file, error.place, error.problem, given=error.given, would_do=error.would_do
        ) from None


def _file(text: str, name: str) -> File:
    """Parse the text as a file that stands beside no other."""
    return parsed(text, shipped() / _NOWHERE / f"{name}.toml", label=f"{name}.toml")


def _shipped(file: File, place: str, named: object, folder: str) -> object:
    """Give the bare name of a shipped file, and refuse any other; what is no name is for the reader to refuse."""
    if not isinstance(named, str):
        return named
    names = sorted(path.stem for path in (shipped() / folder).glob("*.toml"))
    bare = named.removeprefix(f"{folder}/").removesuffix(".toml")
    if bare not in names:
        raise ScenarioError(
            file.label,
            place,
            "must be the name of one that is shipped",
            given=named,
            would_do=near(named, names),
        )
    return bare
