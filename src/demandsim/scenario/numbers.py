"""Numbers of the evidence that may be changed within their range, and the scenario that stands on the changed ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from demandsim.errors import DemandSimError
from demandsim.evidence.tables import parameters, plain
from demandsim.scenario.schema import Scenario, checked
from demandsim.scenario.settings import setting

Numbers = tuple[tuple[str, float], ...]
"""Changed numbers, each with its path; one number of a row has its place in it, from 1, behind: ``needs.x.ease.2``."""


class Range(NamedTuple):
    """What a number is, in 2024/25 prices as the model uses it, and how far its evidence lets it go."""

    value: float
    low: float
    high: float


def changeable(scenario: Scenario) -> dict[str, Range]:
    """List the numbers of the evidence that a scenario uses as they are, by path.

    A number that the scenario states for itself, or has no place for, is not among them: changing the evidence
    would not move it.

    Returns
    -------
    dict
        In table order; each number of a row by itself.
    """
    data, found = scenario.model_dump(), {}
    for path, one in parameters().items():
        used, here = one.in_base_prices(), setting(data, path)
        if isinstance(used.value, tuple) and isinstance(used.low, tuple) and isinstance(used.high, tuple):
            if here == used.value:
                for place, ends in enumerate(zip(used.value, used.low, used.high, strict=True), start=1):
                    found[f"{path}.{place}"] = Range(*ends)
        elif here == used.value and not isinstance(used.low, tuple) and not isinstance(used.high, tuple):
            found[path] = Range(float(here), used.low, used.high)
    return found


def put_on_end(value: float, range_: Range) -> float:
    """Give the number itself, or the published one or an end of its range where six digits cannot tell them apart.

    Pages show six digits: what a visitor reads as the end of a range can be typed and is within it.
    """
    return next((one for one in range_ if f"{one:.6g}" == f"{value:.6g}"), value)


def with_numbers(scenario: Scenario, numbers: Sequence[tuple[str, float]]) -> Scenario:
    """Give the scenario that stands on changed numbers; with none, the scenario itself.

    Raises
    ------
    ScenarioError
        If a number cannot stand where it is put.
    """
    if not numbers:
        return scenario
    data = scenario.model_dump()
    for path, value in numbers:
        *tables, key = path.split(".")
        last = tables.pop() if key.isdigit() else key
        inside: dict[str, Any] = data
        for table in tables:
            inside = inside[table]
        if key.isdigit():
            row = list(inside[last])
            row[int(key) - 1] = plain(float(value))
            inside[last] = tuple(row)
        else:
            inside[last] = plain(float(value))
    return checked(data, scenario.name)


def numbers_from(scenario: Scenario, given: Sequence[str]) -> tuple[Numbers, list[str]]:
    """Read changed numbers out of a link: ``path:value`` each.

    Returns
    -------
    tuple
        Those that stand, and a line for each that does not.
    """
    if not given:
        return (), []
    known, found, said = changeable(scenario), dict[str, float](), []
    for text in given:
        path, _, told = text.rpartition(":")
        value = _number(told)
        if path in known and value is not None:
            value = put_on_end(value, known[path])
        if path not in known:
            said.append(
                f"{scenario.title} uses no number {path[:60]!r} of the evidence that could be changed."
            )
        elif value is None:
            said.append(f"{path}: {told[:20]!r} is no number; {known[path].value:g} is used.")
        elif not known[path].low <= value <= known[path].high:
            low, high = known[path].low, known[path].high
            said.append(
                f"{path}: {value:g} is outside its range, {low:g} to {high:g}; {known[path].value:g} is used."
            )
        elif value != known[path].value:
            found[path] = value
    return _standing(scenario, found, said)


def _standing(scenario: Scenario, found: Mapping[str, float], said: list[str]) -> tuple[Numbers, list[str]]:
    """Keep changed numbers if a scenario can stand on them together."""
    numbers = tuple(sorted(found.items()))
    try:
        with_numbers(scenario, numbers)
    except DemandSimError as error:
        return (), [*said, f"The changed numbers do not fit together, and none is used. {error}"]
    return numbers, said


def _number(text: str) -> float | None:
    """Read a number; none for what is no number, or is infinite."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if abs(value) < float("inf") else None
