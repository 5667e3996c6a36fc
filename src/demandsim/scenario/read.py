"""Reading scenarios and policies from TOML: what a file extends, the evidence beneath, its place."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from demandsim.errors import NotYetError, PolicyError, ScenarioError
from demandsim.evidence.tables import values
from demandsim.scenario.contents import Contents
from demandsim.scenario.files import File, find, load
from demandsim.scenario.policy import NAME, Policy
from demandsim.scenario.problems import Loc, Origin, near, validated
from demandsim.scenario.schema import Scenario, checked

EVIDENCE = ("england",)
"""Names of the sets of evidence that a scenario may stand on."""

_NAMED = ("needs", "agencies", "services", "mechanisms", "drivers")
_KEYED_BY = {
    "pushed_by": "needs",
    "pushed_by_household": "needs",
    "helps": "needs",
    "hand_on": "needs",
    "ordinary": "services",
}
"""Tables of a need or service whose keys name needs or services of the scenario."""

_OPTIONAL = ("programme", "background")
"""Tables a service may do without: numbers for one do not make one."""


def read_scenario(source: str | Path) -> Scenario:
    """Read a scenario from a TOML file, or one that is shipped by its bare name.

    Parameters
    ----------
    source : str or Path
        A path, or a name such as "essex".

    Returns
    -------
    Scenario
        Frozen and checked. Numbers that no file states come from the evidence tables.

    Raises
    ------
    ScenarioError
        With one line that says where the trouble stands, what was given, and what would do.
    NotYetError
        If it uses a key kept for a part that is not built yet.
    """
    try:
        return scenario_in(load(find(source)))
    except RecursionError:
        raise ScenarioError(str(source), "", "tables or arrays nested too deep") from None


def scenario_in(file: File) -> Scenario:
    """Lay a file over those it extends and the evidence beneath, then check; errors as ``read_scenario``."""
    chain = _chain(file)
    top = chain[-1]
    layers = Layers()
    for file in chain:
        layers.lay(_with_place(file, layers))
    data = layers.data
    if (evidence := data.pop("evidence", None)) is not None:
        if evidence not in EVIDENCE:
            raise ScenarioError(
                top.label,
                "evidence",
                "no such set of evidence",
                given=evidence,
                would_do=near(evidence, EVIDENCE),
            )
        layers.lay_beneath(_fitting(values(), data))
    data["name"] = top.data.get("name", top.path.stem)
    return checked(data, top.label, origins=layers.origins)


def _chain(top: File) -> list[File]:
    """Read those that a file extends, the one beneath all others first."""
    chain = [top]
    seen = {top.path.resolve()}
    while (base := chain[0].data.pop("extends", None)) is not None:
        file = chain[0]
        if not isinstance(base, str):
            raise ScenarioError(file.label, "extends", "must be the name or path of a scenario", given=base)
        path = find(base, beside=file)
        if path.resolve() in seen:
            names = " extends ".join(one.label for one in reversed(chain))
            raise ScenarioError(
                file.label,
                "extends",
                f"goes round in a circle ({names} extends {path.name})",
                would_do="cut it",
            )
        seen.add(path.resolve())
        chain.insert(0, load(path))
    return chain


def _with_place(file: File, layers: Layers) -> File:
    """Put the place file that ``[place] from`` names beneath the file's own, instead of any earlier place."""
    place = file.data.get("place")
    if not isinstance(place, dict) or "from" not in place:
        return file
    own = {key: item for key, item in place.items() if key != "from"}
    if not isinstance(place["from"], str):
        raise ScenarioError(file.label, "place.from", "must be the path of a place file", given=place["from"])
    named = load(find(place["from"], beside=file, folder="places"), label=place["from"])
    layers.drop("place")
    layers.lay(File(named.path, named.label, {"place": named.data}), outer=1)
    return file._replace(data={**file.data, "place": own})


class Layers:
    """Tables laid over each other key by key, and which file each came from; arrays are replaced whole."""

    def __init__(self) -> None:
        self.data: dict[str, Any] = {}
        self.origins: dict[Loc, Origin] = {}

    def lay(self, file: File, *, outer: int = 0) -> None:
        """Lay a file's tables over what is there."""
        self._lay(self.data, file.data, (), Origin(file.label, outer))

    def _lay(self, below: dict[str, Any], above: dict[str, Any], place: Loc, origin: Origin) -> None:
        """Lay one table over another."""
        for key, item in above.items():
            here = (*place, key)
            self.origins[here] = origin
            if isinstance(item, dict):
                if not isinstance(below.get(key), dict):
                    below[key] = {}
                self._lay(below[key], item, here, origin)
            else:
                below[key] = item

    def lay_beneath(self, data: dict[str, Any]) -> None:
        """Fill in what is not there."""
        _fill(self.data, data)

    def drop(self, key: str) -> None:
        """Forget a table laid so far."""
        self.data.pop(key, None)
        self.origins = {place: origin for place, origin in self.origins.items() if place[0] != key}


def _fill(above: dict[str, Any], below: dict[str, Any]) -> None:
    """Put into a table what it lacks."""
    for key, item in below.items():
        if key not in above:
            above[key] = item
        elif isinstance(above[key], dict) and isinstance(item, dict):
            _fill(above[key], item)


def _fitting(evidence: dict[str, Any], data: dict[str, Any]) -> dict[str, Any]:
    """Keep the evidence for what the scenario has: its needs, services, kinds of contact and so on."""
    has: dict[str, dict[str, Any]] = {
        table: data[table] if isinstance(data.get(table), dict) else {} for table in _NAMED
    }
    kept = {key: item for key, item in evidence.items() if key in Contents.model_fields and key not in _NAMED}
    for table in _NAMED:
        named = {name: item for name, item in evidence.get(table, {}).items() if name in has[table]}
        kept[table] = {
            name: _fitting_one(item, has[table][name], has) if isinstance(item, dict) else item
            for name, item in named.items()
        }
    return kept


def _fitting_one(item: dict[str, Any], own: Any, has: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Keep of one need's or service's evidence what fits the scenario's other needs, services and kinds."""
    kinds = own.get("kinds", {}) if isinstance(own, dict) else {}
    kept = {}
    for key, inner in item.items():
        known = kinds if key in ("kinds", "expected_contacts") else has.get(_KEYED_BY.get(key, ""))
        if known is not None and isinstance(inner, dict):
            kept[key] = {name: one for name, one in inner.items() if name in known}
        elif key not in _OPTIONAL or (isinstance(own, dict) and key in own):
            kept[key] = inner
    return kept


def read_policy(source: str | Path) -> Policy:
    """Read a policy from a TOML file, or one that is shipped by its bare name.

    The changes of the policies it includes come before its own, and ``includes`` keeps their names.

    Parameters
    ----------
    source : str or Path
        A path, or a name such as "council-raises-threshold".

    Raises
    ------
    PolicyError
        With one line that says where the trouble stands, what was given, and what would do.
    NotYetError
        If it uses a key kept for a part that is not built yet.
    """
    try:
        return policy_in(load(find(source, folder="policies")))
    except RecursionError:
        raise PolicyError(str(source), "", "tables or arrays nested too deep") from None
    except PolicyError:
        raise
    except NotYetError:
        raise
    except ScenarioError as error:
        raise PolicyError(
            error.file, error.place, error.problem, given=error.given, would_do=error.would_do
        ) from None


def policy_in(file: File, above: tuple[Path, ...] = ()) -> Policy:
    """Read the policy in a file and those it includes; ``above`` are the files that include it."""
    path, data = file.path, file.data
    seen = (*above, path.resolve())
    if "parts" in data:
        raise PolicyError(file.label, "", "no setting 'parts'", would_do="did you mean 'includes'?")
    includes = data.get("includes", ())
    if not isinstance(includes, tuple) or not all(isinstance(name, str) for name in includes):
        raise PolicyError(file.label, "includes", "must be an array of names of policies", given=includes)
    parts = []
    for name in includes:
        inner = find(name, folder="policies", beside=file)
        if inner.resolve() in seen:
            raise PolicyError(
                file.label, "includes", f"goes round in a circle by '{name}'", would_do="leave it out"
            )
        parts.append(policy_in(load(inner), seen))
    names = [one.name for part in parts for one in part.whole()]
    if twice := [name for name in names if names.count(name) > 1]:
        raise PolicyError(file.label, "includes", f"'{twice[0]}' comes in twice", would_do="leave one out")
    if "name" not in data and not re.fullmatch(NAME, path.stem):
        raise PolicyError(
            file.label,
            "",
            f"a policy is named by its file, and '{path.stem}' is no name for one",
            would_do="rename the file: lower-case letters, digits and hyphens, not underscores, at most 61",
        )
    own = validated(Policy, {"name": path.stem, **data}, file=file.label, error=PolicyError)
    change = (*(change for part in parts for change in part.change), *own.change)
    return own.model_copy(update={"change": change, "parts": tuple(parts)})
