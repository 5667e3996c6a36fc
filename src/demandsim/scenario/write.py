"""Writing a scenario or a policy as a TOML file that reads back as it was."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from demandsim.errors import DemandSimError
from demandsim.scenario.files import shipped
from demandsim.scenario.policy import Policy
from demandsim.scenario.read import read_policy
from demandsim.scenario.schema import Scenario

_BARE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")


def scenario_toml(scenario: Scenario) -> str:
    """Write a scenario whole: it extends nothing and stands on no evidence, so it reads the same for ever.

    Parameters
    ----------
    scenario
        Any; what stands at its default is left out.

    Returns
    -------
    str
        TOML, for ``read_scenario``.
    """
    data = scenario.model_dump(exclude_defaults=True)
    head = f"# {scenario.title}, written whole: every number the model uses is here, in 2024/25 prices."
    return "\n".join([head, *_tables(data, ())]) + "\n"


def policy_toml(policy: Policy) -> str:
    """Write a policy: those it includes by name where they are as shipped, else their changes as its own.

    Parameters
    ----------
    policy
        Any; what stands at its default is left out.

    Returns
    -------
    str
        TOML, for ``read_policy``. A policy that includes others which are not as shipped reads back with the same
        changes in the same order, and without ``includes`` and ``parts``.
    """
    by_name = bool(policy.parts) and all(_as_shipped(part) for part in policy.parts)
    left_out = {"change", "parts"} if by_name else {"change", "parts", "includes"}
    data = policy.model_dump(exclude_defaults=True, exclude=left_out)
    lines = [f"{_key(key)} = {_value(item)}" for key, item in data.items()]
    for change in policy.own if by_name else policy.change:
        rows = change.model_dump(exclude_defaults=True)
        lines += ["", "[[change]]", *(f"{_key(key)} = {_value(item)}" for key, item in rows.items())]
    return "\n".join(lines) + "\n"


def _as_shipped(policy: Policy) -> bool:
    """Tell whether a policy is the shipped one of its name."""
    try:
        return read_policy(shipped() / "policies" / f"{policy.name}.toml") == policy
    except DemandSimError:
        return False


def _tables(table: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    """Write a table: its plain settings first, then each table inside it under a head of its own."""
    inner = {key: item for key, item in table.items() if isinstance(item, Mapping) and _opens(item)}
    plain = {key: item for key, item in table.items() if key not in inner and item is not None}
    if path and (plain or not inner):
        yield ""
        yield f"[{'.'.join(map(_key, path))}]"
    for key, item in plain.items():
        yield f"{_key(key)} = {_value(item)}"
    for key, item in inner.items():
        yield from _tables(item, (*path, key))


def _opens(table: Mapping[str, Any]) -> bool:
    """Tell whether a table has a head of its own: one that is empty or holds a few bare values stands in a line."""
    return len(table) > 4 or any(isinstance(item, Mapping | tuple | str) for item in table.values())


def _value(item: Any) -> str:
    """Write one value in a line; arrays of tables have a line each."""
    if isinstance(item, bool):
        return "true" if item else "false"
    if isinstance(item, int | float):
        return repr(item)
    if isinstance(item, str):
        return json.dumps(item, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(item, Mapping):
        inside = ", ".join(f"{_key(key)} = {_value(one)}" for key, one in item.items() if one is not None)
        return f"{{ {inside} }}" if inside else "{}"
    rows = [_value(one) for one in item]
    if any(isinstance(one, Mapping | list | tuple) for one in item):
        return "[\n" + "".join(f"    {row},\n" for row in rows) + "]"
    return f"[{', '.join(rows)}]"


def _key(key: str) -> str:
    """Write a key, in quotes where it is no bare word."""
    return key if key and _BARE.issuperset(key) else json.dumps(key, ensure_ascii=False)
