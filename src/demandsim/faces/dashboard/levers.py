"""Sliders of a policy, derived from the schema of policy files: every number in its changes, and the policy they make.

Rows of numbers, such as how contacts end, are no sliders: they are changed in a file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from math import floor, log10
from typing import Any, NamedTuple

from demandsim.analysis.words import plain, service_title, who
from demandsim.errors import PolicyError
from demandsim.scenario.json_schema import json_schema
from demandsim.scenario.policy import Change, Policy
from demandsim.scenario.problems import validated
from demandsim.scenario.schema import Scenario
from demandsim.scenario.setting_words import WORDS
from demandsim.scenario.words import number, pounds

WEEKS_AHEAD = 207
"""Last week to which a date or a ramp can be moved: the end of the fourth year, if it is not shipped as later."""
WIDE = 20
"""Bounds of the schema over so many times the shipped number are too wide for a slider."""
DOTTED = "group", "money", "move_driver", "move_service"
"""Tables of a change in which there are numbers."""
ADD_UP = "money.split", "move_service.payers"
"""Tables of shares that add up to one: the last has no slider and takes the rest."""

_STEP_BY_STEP = ("set", "money", "move_driver")
_UNITS = {
    "pounds_a_year": "£ a year",
    "pounds": "£ once",
    "from_week": "week",
    "until_week": "week",
    "ramp_weeks": "weeks",
    "ready_weeks": "weeks",
    "weeks": "weeks",
    "unit_cost": "£ a contact",
    "charge": "£ a contact",
    "hours": "hours a contact",
    "hours_a_week": "hours a week for 1,000 residents",
    "beds": "places for 1,000 residents",
    "threshold": "severity, 1 to 4",
    "ends_below": "severity, 1 to 4",
}


class Lever(NamedTuple):
    """One number of a policy that a visitor may move."""

    row: int  # of the policy's changes, from 0
    place: str  # in the change: "from_week", "money.pounds_a_year", or the path of a setting
    title: str
    words: str
    unit: str
    low: float
    high: float
    step: float
    whole: bool
    shipped: float

    def within(self, value: float) -> float:
        """Bring a number to the nearest that the slider can show."""
        kept = min(max(value, self.low), self.high)
        return round(kept) if self.whole else float(f"{kept:.9g}")


class Moved(NamedTuple):
    """One number as a visitor has moved it."""

    row: int
    place: str
    value: float


def levers(policy: Policy, scenario: Scenario) -> tuple[Lever, ...]:
    """List what can be moved in a policy, change by change.

    Parameters
    ----------
    policy
        As shipped or uploaded.
    scenario
        Whose names of services, agencies and drivers the titles are taken from.
    """
    found = []
    for row, change in enumerate(policy.change):
        for place, value, schema in _numbers(change):
            low, high, step, whole = _bounds(schema, value, place)
            told = _told(place, change, scenario)
            found.append(Lever(row, place, *told, low, high, step, whole=whole, shipped=value))
    return tuple(found)


def adjusted(policy: Policy, scenario: Scenario, moved: Sequence[Moved]) -> Policy:
    """Make the policy that moved sliders stand for; with none moved, the policy itself.

    It keeps its name, by which its chance is drawn, and says in its title that it is adjusted. What its maker
    expected to save was expected of the policy as it was, and is left out.

    Raises
    ------
    PolicyError
        If a number cannot stand where it is put.
    """
    known = {(lever.row, lever.place): lever for lever in levers(policy, scenario)}
    new = {key: one for one in moved if (key := one[:2]) in known and one.value != known[key].shipped}
    if not new:
        return policy
    changes = tuple(
        _changed(change, {place: one.value for (at, place), one in new.items() if at == row}, policy.name)
        for row, change in enumerate(policy.change)
    )
    told = "; ".join(_said(known[key], one.value) for key, one in new.items())
    made = _with_changes(policy, changes)
    return made.model_copy(
        update={"title": f"{policy.title} (adjusted)", "about": f"{policy.about} Adjusted: {told}.".strip()}
    )


def heading(change: Change, scenario: Scenario) -> str:
    """Say what a change does, for the head of its sliders."""
    verb, named = change.verb, ""
    if verb in ("open", "close"):
        named = service_title(change.open or change.close or "", scenario)
        return change.why or f"{verb.capitalize()}s: {named}"
    return change.why or change.theme or _about(change, scenario) or plain(verb).capitalize()


def shown(lever: Lever, value: float) -> str:
    """A lever's number as a person writes it."""
    return pounds(value) if lever.unit.startswith("£") else number(value)


def _said(lever: Lever, value: float) -> str:
    """Tell one moved number: "Pounds a year, Home care: -£40,000, shipped as -£50,000"."""
    return f"{lever.title}: {shown(lever, value)}, shipped as {shown(lever, lever.shipped)}"


def _with_changes(policy: Policy, changes: tuple[Change, ...]) -> Policy:
    """Put changes in the place of a policy's, and of those it includes."""
    parts, start = [], 0
    for part in policy.parts:
        end = start + len(part.change)
        parts.append(_with_changes(part, changes[start:end]))
        start = end
    expected = policy.expected_saving if changes == policy.change else 0.0
    return policy.model_copy(update={"change": changes, "parts": tuple(parts), "expected_saving": expected})


def _changed(change: Change, values: Mapping[str, float], name: str) -> Change:
    """Put numbers in a change; the last of shares that add up takes the rest."""
    if not values:
        return change
    data = change.model_dump(exclude_unset=True)
    for place, value in values.items():
        if place in change.set:
            data["set"] = {**data["set"], place: value}
        else:
            *tables, key = place.split(".")
            inside = data
            for table in tables:
                inside = inside[table]
            inside[key] = value
    for table in ADD_UP:
        if any(place.startswith(f"{table}.") for place in values):
            verb, key = table.split(".")
            shares = data[verb][key]
            *others, last = [share for share in shares if shares[share]] or list(shares)
            rest = 1 - sum(shares[share] for share in others)
            shares[last] = float(f"{rest:.9g}")
    return validated(Change, data, file=name, error=PolicyError)


def _numbers(change: Change) -> Iterator[tuple[str, float, Mapping[str, Any]]]:
    """Find every number of a change: where, what, and its schema."""
    defs = _schema()
    fields = defs["Change"]["properties"]
    yield "from_week", change.from_week, fields["from_week"]
    for path, value in change.set.items():
        if (schema := _setting(path)) and _is_number(value):
            yield path, value, schema
    if change.verb in _STEP_BY_STEP and all(_is_number(value) for value in change.set.values()):
        yield "ramp_weeks", change.ramp_weeks, fields["ramp_weeks"]
    if change.until_week is not None:
        yield "until_week", change.until_week, fields["until_week"]
    data = change.model_dump(exclude_defaults=True)
    for name in DOTTED:
        if name in data:
            yield from _inside(data[name], fields[name], name)


def _inside(
    table: Mapping[str, Any], schema: Mapping[str, Any], path: str
) -> Iterator[tuple[str, float, Any]]:
    """Find the numbers in a table of a change."""
    schema = _schema()[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    fields, others = schema.get("properties", {}), schema.get("additionalProperties", False)
    keys = [key for key in table if table[key]] if path in ADD_UP else list(table)
    for key in keys[:-1] if path in ADD_UP else keys:
        inner = fields.get(key) or (others if isinstance(others, dict) else {})
        if isinstance(table[key], dict):
            yield from _inside(table[key], inner, f"{path}.{key}")
        elif _is_number(table[key]):
            yield f"{path}.{key}", table[key], inner


def _is_number(value: object) -> bool:
    """Tell a number from what only counts as one."""
    return isinstance(value, int | float) and not isinstance(value, bool)


@cache
def _schema() -> dict[str, Any]:
    """The tables of the schema of policy files."""
    tables: dict[str, Any] = json_schema("policy")["$defs"]
    return tables


@cache
def _setting(path: str) -> Mapping[str, Any]:
    """The schema of what may stand at a path of ``set``: none for what is no number."""
    for pattern, schema in _schema()["Change"]["properties"]["set"]["patternProperties"].items():
        if re.fullmatch(pattern, path):
            kinds = schema.get("type", ())
            return schema if {"number", "integer"} & {*([kinds] if isinstance(kinds, str) else kinds)} else {}
    return {}


def _bounds(schema: Mapping[str, Any], shipped: float, place: str) -> tuple[float, float, float, bool]:
    """Least, most and step of a slider, and whether it holds whole numbers alone."""
    whole = "integer" in schema.get("type", ())
    least, most = schema.get("minimum", float("-inf")), schema.get("maximum", float("inf"))
    above = schema.get("exclusiveMinimum")
    if place in ("from_week", "ramp_weeks", "until_week"):
        low, high = float(least), float(max(WEEKS_AHEAD, 2 * shipped))
    elif most - max(least, -most) <= max(WIDE * abs(shipped), 4):
        low, high = max(least, above if above is not None else least), most
    elif place == "move_driver.by":
        low, high = -2 * abs(shipped), 2 * abs(shipped)
    else:  # from a tenth to twice
        low, high = sorted((shipped / 10, shipped * 2)) if shipped else (0.0, 1.0)
    low, high = max(low, least), min(high, most)
    step = 1.0 if whole else _step(high - low, shipped)
    if above is not None and low <= above:
        low = above + step
    if whole:
        return float(floor(low)), float(-floor(-high)), 1.0, True
    low, high = floor(low / step + 1e-9) * step, -floor(-high / step + 1e-9) * step
    return float(f"{low:.9g}"), float(f"{high:.9g}"), step, False


def _step(width: float, shipped: float) -> float:
    """The largest power of ten that makes a hundred steps or so, and on which the shipped number lies."""
    power = round(log10(width or 1.0)) - 2
    while power > -9 and abs(shipped / 10.0**power - round(shipped / 10.0**power)) > 1e-6:
        power -= 1
    return float(f"{10.0**power:.3g}")


def _told(place: str, change: Change, scenario: Scenario) -> tuple[str, str, str]:
    """A lever's title, its sentence and its unit."""
    parts = place.split(".")
    key = parts[-1]
    if place in change.set:
        kind = "Leadership" if "leadership" in parts else _model(place)
        owner = service_title(parts[1], scenario) if parts[0] == "services" else who(parts[1], scenario)
        title = f"{plain(key).capitalize()}, {owner}"
        share = "share, 0 to 1" if _setting(place).get("maximum") == 1 else ""
        unit = "strength, 0 to 1" if kind == "Leadership" else _UNITS.get(key, share)
        return title, _setting(place).get("description") or WORDS.get(f"{kind}.{key}", ""), unit
    model = {"group": "Group", "money": "Money", "move_driver": "MoveDriver"}.get(parts[0], "Change")
    words = WORDS.get(f"{model}.{key}", "")
    about = _about(change, scenario)
    if parts[:2] == ["money", "split"]:
        return f"Share on {key}, {about}", WORDS[f"Split.{key}"], "share, 0 to 1"
    if parts[:2] == ["move_service", "payers"]:
        return f"Share paid by {who(key, scenario)}", WORDS["MoveService.payers"], "share, 0 to 1"
    unit = _UNITS.get(key, "share, 0 to 1" if key == "share" else "")
    if place == "move_driver.by" and change.move_driver:
        driver = scenario.drivers.get(change.move_driver.driver)
        unit = driver.unit if driver else ""
    named = {"from_week": "Begins in week", "ramp_weeks": "Weeks to come in", "until_week": "Ends in week"}
    named |= {"pounds_a_year": f"Pounds a year, {about}", "pounds": f"Pounds once, {about}", "by": about}
    return named.get(key, f"{plain(key).capitalize()}, for whom"), words, unit


def _about(change: Change, scenario: Scenario) -> str:
    """Name what a change is about: its service, agency or driver."""
    money, driver, move = change.money, change.move_driver, change.move_service
    if money:
        return service_title(money.service, scenario) if money.service else who(money.agency or "", scenario)
    if driver:
        stated = scenario.drivers.get(driver.driver)
        return stated.title if stated else plain(driver.driver).capitalize()
    return service_title(move.service, scenario) if move else ""


def _model(place: str) -> str:
    """The table of the schema's words in which a setting stands."""
    return "Kind" if ".kinds." in place else "Service" if place.startswith("services.") else "Agency"
