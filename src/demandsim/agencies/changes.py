"""What policies make of a scenario in a given week: settings moved, doors opened and shut, sums cut and added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from pydantic import BaseModel

from demandsim.agencies.needs import DriverMove
from demandsim.errors import PolicyError
from demandsim.scenario.agency import MECHANISMS
from demandsim.scenario.group import Group
from demandsim.scenario.policy import Change, Money, Policy
from demandsim.scenario.schema import Scenario


class Line(NamedTuple):
    """A sum without a contact: pounds a year for the place (or once), paid by an agency."""

    agency: str
    kind: str
    pounds_a_year: float
    pounds: float
    from_week: int
    ramp_weeks: int
    until_week: int | None


class AsChanged(NamedTuple):
    """A scenario as it stands in a week under its policies."""

    scenario: Scenario
    stated: Scenario  # the file itself
    moves: tuple[DriverMove, ...]
    strengths: dict[str, dict[str, float]]
    opened: dict[
        str, tuple[Group, str]
    ]  # service opened by now, shut again or not, to whom and by which policy
    drawn_by: dict[
        str, str
    ]  # service to the policy whose group opens or shuts it: its random share is that policy's


def change_weeks(policies: Sequence[Policy], scenario: Scenario) -> list[int]:
    """List, rising, the weeks from which the rules differ from the week before."""
    lags = {0, *(m.lag_weeks for m in scenario.mechanisms.values())}
    weeks = {0}
    for change in (c for p in policies for c in p.change):
        for lag in lags:
            start = change.from_week + lag
            weeks.update(range(start, start + max(1, change.ramp_weeks)))
            if change.until_week is not None:
                weeks.add(change.until_week + lag)
    return sorted(w for w in weeks if w < scenario.weeks)


def as_changed(scenario: Scenario, policies: Sequence[Policy], week: int) -> AsChanged:
    """Apply every change that has begun by ``week``, in the order of the policies and their changes."""
    stated = scenario
    moves: list[DriverMove] = []
    opened: dict[str, tuple[Group, str]] = {}
    drawn_by: dict[str, str] = {}
    for policy in policies:
        for change in policy.change:
            done = change.part_done(week)
            if change.open and change.from_week <= week:
                opened[change.open] = (change.group, policy.name)
            if done == 0:
                continue
            if not change.group.everyone and (name := change.open or change.close):
                drawn_by[name] = policy.name
            if change.verb == "move_driver" and change.move_driver:
                move = change.move_driver
                moves.append(DriverMove(move.driver, move.by * done, change.group, policy.name))
            else:
                scenario = _apply(scenario, stated, policy, change, done)
    strengths = _strengths(stated, policies, week)
    return AsChanged(scenario, stated, tuple(moves), strengths, opened, drawn_by)


def _apply(scenario: Scenario, stated: Scenario, policy: Policy, change: Change, done: float) -> Scenario:
    """Apply one change, as far as it is done, to what those before it have made."""
    if change.verb == "set":
        for path, value in change.set.items():
            old = _found(scenario, path.split("."))
            scenario = with_setting(scenario, path.split("."), _between(old, value, done))
    elif change.verb == "open":
        scenario = _opened(scenario, policy, change)
    elif change.verb == "close":
        scenario = _shut(scenario, policy, change)
    elif change.move_service:
        moved = change.move_service
        update: dict[str, Any] = {"agency": moved.agency} if moved.agency else {}
        # Who provides and who pays are two things: the payers stay unless new ones are named.
        before = scenario.services[moved.service]
        update["payers"] = moved.payers or before.payers or MappingProxyType({before.agency: 1.0})
        scenario = _service(scenario, moved.service, **update)
    elif change.money and change.money.service:
        scenario = _funded(scenario, stated, change.money, done)
    return scenario


def _opened(scenario: Scenario, policy: Policy, change: Change) -> Scenario:
    """Open a service that is closed; one that is open to everyone stays so."""
    assert change.open is not None
    service = scenario.services[change.open]
    if not service.closed and not change.group.everyone:
        raise PolicyError(
            policy.name,
            "open",
            f"{change.open} is open already, and opening it for a group would narrow it",
            would_do="close it for another group instead",
        )
    return _service(scenario, change.open, closed=False, open_to=change.group)


def _shut(scenario: Scenario, policy: Policy, change: Change) -> Scenario:
    """Close a service, for everyone or for a group."""
    assert change.close is not None
    if change.group.everyone:
        return _service(scenario, change.close, closed=True)
    if scenario.services[change.close].closed_to not in (None, change.group):
        raise PolicyError(
            policy.name,
            "close",
            f"{change.close} is closed to another group at the same time",
            would_do="one group that holds both",
        )
    return _service(scenario, change.close, closed_to=change.group)


def _service(scenario: Scenario, name: str | None, **update: Any) -> Scenario:
    """Replace settings of one service."""
    assert name is not None  # the verb was chosen by it
    services = dict(scenario.services)
    services[name] = services[name].model_copy(update=update)
    return scenario.model_copy(update={"services": MappingProxyType(services)})


def _funded(scenario: Scenario, stated: Scenario, money: Money, done: float) -> Scenario:
    """Turn a sum into hours, beds and package size at what they cost in the scenario file.

    An hour (or a bed) costs what the service expects to spend, over what is funded: with it goes all that it
    serves, the part that follows contacts included, so that while demand holds a sum cut is the sum saved at the
    population of the file. It is a sum a head: capacity is stated for 1,000 residents and grows with them, and
    what is cut from it, or added to it, grows alike.
    """
    name = money.service
    assert name is not None
    base, now = stated.services[name], scenario.services[name]
    pounds = money.pounds_a_year * done * 1000 / stated.place.population  # for 1,000 residents
    update: dict[str, Any] = {}
    spent = sum(base.expected_contacts.get(k, 0.0) * kind.unit_cost for k, kind in base.kinds.items())
    funded = base.beds if base.mode == "stay" else base.hours_a_week
    price = spent / funded if funded else 0.0
    if money.split.hours and now.hours_a_week is not None and price:
        update["hours_a_week"] = max(0.0, now.hours_a_week + pounds * money.split.hours / price)
    if money.split.places and now.beds is not None and price:
        update["beds"] = max(0.0, now.beds + pounds * money.split.places / price)
    if money.split.package and spent:
        update["package"] = min(1.0, max(0.01, now.package * (1 + pounds * money.split.package / spent)))
    return _service(scenario, name, **update)


def lines(policies: Sequence[Policy]) -> list[Line]:
    """List the sums without a contact that policies spend."""
    return [
        Line(m.agency, m.kind, m.pounds_a_year, m.pounds, c.from_week, c.ramp_weeks, c.until_week)
        for p in policies
        for c in p.change
        if (m := c.money) is not None and m.agency is not None
    ]


def _strengths(stated: Scenario, policies: Sequence[Policy], week: int) -> dict[str, dict[str, float]]:
    """Strength of each agency's mechanisms that has effect now: what is set, later by the mechanism's lag."""
    now = {name: agency.leadership.model_dump() for name, agency in stated.agencies.items()}
    for change in (c for p in policies for c in p.change):
        for path, value in change.set.items():
            parts = path.split(".")
            if parts[0] == "agencies" and parts[2] == "leadership" and parts[3] in MECHANISMS:
                stated_mechanism = stated.mechanisms.get(parts[3])
                done = change.part_done(week, lag=stated_mechanism.lag_weeks if stated_mechanism else 0)
                old = now[parts[1]][parts[3]]
                now[parts[1]][parts[3]] = old + (value - old) * done
    return now


def _between(old: Any, new: Any, done: float) -> Any:
    """Move a number from old to new as far as done; anything else changes at once."""
    if done >= 1 or isinstance(old, bool) or isinstance(new, bool):
        return new
    if isinstance(old, int) and isinstance(new, int):
        return round(old + (new - old) * done)
    if isinstance(old, int | float) and isinstance(new, int | float):
        return old + (new - old) * done
    if isinstance(old, tuple) and isinstance(new, list | tuple) and len(old) == len(new):
        return tuple(_between(a, b, done) for a, b in zip(old, new, strict=True))
    return new


def with_setting(table: Any, path: Sequence[str], value: Any) -> Any:
    """Copy a table with the setting at a path replaced, leaving the rest shared with the original."""
    head, rest = path[0], path[1:]
    if isinstance(table, BaseModel):
        if rest:
            return table.model_copy(update={head: with_setting(getattr(table, head), rest, value)})
        return type(table).model_validate({**table.model_dump(), head: _tuples(value)})
    inner = dict(table)
    inner[head] = with_setting(inner[head], rest, value) if rest else _tuples(value)
    return MappingProxyType(inner)


def _tuples(value: Any) -> Any:
    """Turn arrays into tuples, all the way down."""
    if isinstance(value, list | tuple):
        return tuple(map(_tuples, value))
    if isinstance(value, Mapping):
        return {k: _tuples(v) for k, v in value.items()}
    return value


def _found(table: Any, path: Sequence[str]) -> Any:
    """Look up the setting at a path."""
    for part in path:
        table = table.get(part) if isinstance(table, Mapping) else getattr(table, part)
    return table
