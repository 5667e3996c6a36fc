"""Changing one setting of a scenario by its path, as a policy's ``set`` does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from demandsim.errors import NotYetError, PolicyError
from demandsim.scenario.contents import Contents
from demandsim.scenario.files import RESERVED
from demandsim.scenario.policy import Change
from demandsim.scenario.problems import near, settings_at, tuples

SETTABLE = ("services", "agencies")
"""Tables in which a policy may set anything that is not listed in ``BY_OTHER_VERBS``."""

BY_OTHER_VERBS = {
    "agency": "use move_service",
    "payers": "use move_service",
    "kinds": 'set the price or the hours of one kind of contact: "services.x.kinds.visit.hours"',
    "closed": "use open or close",
    "background": "set one of its numbers: a service has ordinary demand or has none",
    "mode": "open another service instead",
    "place": "open another service instead",
    "sector": "give its services to another agency with move_service",
    "title": "it is a name",
    "about": "it is a description",
}

FIXED_ROWS = ("payers", "kinds")
"""Tables of a service whose rows are not changed by ``set`` either: no row is put in, left out or replaced."""

OF_THE_FILE = {
    "expected_contacts": "the scenario's own say what an hour costs",
    "responsive": "the scenario's own say what an hour costs",
    "lawful_threshold": "the law is the scenario's",
    "counts": "it is a description",
}
"""Settings that are read from the scenario file alone: set by a policy they would do nothing, or half of it."""


def apply_set(
    data: Mapping[str, Any], path: str, value: Any, *, file: str = "set", place: str = ""
) -> dict[str, Any]:
    """Return a scenario's tables with one setting changed; the tables given are left as they are.

    Parameters
    ----------
    data : mapping
        As ``Scenario.model_dump()`` gives it.
    path : str
        Such as "services.home_care.threshold" or "services.home_care.kinds.episode_week.unit_cost".
    value : any
        What to put there; whether it will do is for ``checked`` to say.
    file, place : str
        What to call the policy and the change in messages.

    Raises
    ------
    PolicyError
        If there is no such setting, or a policy may not set it.
    NotYetError
        If its name is kept for a part that is not built yet.
    """
    parts = path.split(".")
    if reserved := RESERVED.intersection(parts):
        raise NotYetError(file, place, f"'{min(reserved)}' is kept for a later part of the model: not yet")
    if parts[0] not in SETTABLE:
        raise PolicyError(file, place, f"a policy cannot set '{path}'", would_do=near(parts[0], SETTABLE))
    if len(parts) < 3:
        raise PolicyError(
            file,
            place,
            f"'{path}' is not one setting",
            would_do='write its whole path in quotes: "services.x.threshold"',
        )
    if len(parts) == 3 and parts[0] == "agencies" and parts[2] == "leadership":
        raise PolicyError(
            file,
            place,
            f"'{path}' is not one setting",
            would_do=f'write each mechanism\'s whole path in quotes: "{path}.discretion"',
        )
    if parts[2] in {3: tuple(BY_OTHER_VERBS), 4: FIXED_ROWS}.get(len(parts), ()):
        raise PolicyError(file, place, f"'{path}' is not changed by set", would_do=BY_OTHER_VERBS[parts[2]])
    if fixed := [part for part in parts[2:] if part in OF_THE_FILE]:
        raise PolicyError(
            file,
            place,
            f"'{path}' is not changed by a policy: {OF_THE_FILE[fixed[0]]}",
            would_do="write it in a scenario that extends this one",
        )
    result = dict(data)
    inside = result
    for depth, part in enumerate(parts[:-1]):
        if not isinstance(inside.get(part), Mapping):
            raise _no_such(inside, parts, depth, file=file, place=place)
        inside[part] = dict(inside[part])
        inside = inside[part]
    fields = settings_at(Contents, tuple(parts[:-1]))
    if fields and parts[-1] not in fields:
        raise _no_such(dict.fromkeys(fields), parts, len(parts) - 1, file=file, place=place)
    inside[parts[-1]] = tuples(value)
    return result


def setting(data: Mapping[str, Any], path: str) -> Any:
    """Look up what stands at a path; None if nothing does."""
    inside: Any = data
    for part in path.split("."):
        inside = inside.get(part) if isinstance(inside, Mapping) else None
    return inside


def made(data: Mapping[str, Any], change: Change, *, file: str = "change", place: str = "") -> dict[str, Any]:
    """Return a scenario's tables once a change has been made in full; sums and drivers are not settings.

    Parameters
    ----------
    data : mapping
        As ``Scenario.model_dump()`` gives it.
    change : Change
        A service that opens for a group counts as open; one that closes for a group does not count as closed.
    file, place : str
        What to call the policy and the change in messages.

    Raises
    ------
    PolicyError
        If it sets something that is not there.
    """
    result = dict(data)
    for path, value in change.set.items():
        result = apply_set(result, path, value, file=file, place=f"{place}.set" if place else "")
    move = change.move_service
    name = change.open or change.close or (move.service if move else None)
    if name is None:
        return result
    service = dict(result["services"][name])
    if change.open is not None:
        service["closed"] = False
    elif change.close is not None and change.group.everyone:
        service["closed"] = True
    elif move is not None:
        # Where the agency alone moves, whoever paid goes on paying.
        payers = dict(move.payers) or service["payers"] or {service["agency"]: 1.0}
        service |= {"agency": move.agency or service["agency"], "payers": payers}
    result["services"] = {**result["services"], name: service}
    return result


def _no_such(table: Mapping[str, Any], parts: list[str], depth: int, *, file: str, place: str) -> PolicyError:
    """Say which part of a path is not there, and what is."""
    part = parts[depth]
    where = ".".join(parts[:depth])
    if isinstance(table.get(part), tuple):
        return PolicyError(file, place, f"'{where}.{part}' is an array", would_do="set the whole array")
    if part in table:
        return PolicyError(file, place, f"'{where}.{part}' holds no settings", would_do="set it whole")
    what = {1: {"services": "service", "agencies": "agency"}.get(parts[0], "table")}.get(depth, "setting")
    return PolicyError(file, place, f"no {what} '{part}' in {where}", would_do=near(part, table))
