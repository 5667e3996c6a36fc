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
    # By service, and only where a policy's group is in force or has been. The last word of each is the name that
    # the group's share is drawn by and its members frozen under; "" where the group needs none.
    opened: dict[str, tuple[Group, str]]  # closed in the file, opened by now, shut again or not, and to whom
    opened_by: dict[str, str]  # open to a policy's group
    shut_by: dict[str, str]  # closed to a policy's group


class _Dated(NamedTuple):
    """A change, whose it is, and the name its group is drawn by and frozen under ("" where it needs none)."""

    policy: str
    change: Change
    word: str


class _Doors(NamedTuple):
    """What stands at doors by now: the last three fields of ``AsChanged``."""

    opened: dict[str, tuple[Group, str]]
    opened_by: dict[str, str]
    shut_by: dict[str, str]


def shut_word(service: str) -> str:
    """Name the draw of whom a scenario itself closes a service to: another than of whom it is open to."""
    return f"{service}.closed_to"


def by_date(policies: Sequence[Policy]) -> list[tuple[Policy, Change]]:
    """List all changes by the week they begin in; those of one week in the order of the policies and their rows."""
    return sorted(((p, c) for p in policies for c in p.change), key=lambda each: each[1].from_week)


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
    """Apply every change that has begun by ``week``, in the order of their dates: what begins later wins.

    Raises
    ------
    PolicyError
        If a door would be open, or closed, to two groups at a time, or one that the file holds closed is opened
        for two groups at any times.
    """
    stated = scenario
    moves: list[DriverMove] = []
    doors = _Doors({}, {}, {})
    dated = by_date(policies)
    for policy, change in dated:
        one = _Dated(policy.name, change, _word(policy, change, dated))
        done = change.part_done(week)
        if change.open and change.from_week <= week and stated.services[change.open].closed:
            doors.opened[change.open] = _opened_to(one, doors.opened.get(change.open))
        if done == 0:
            continue
        if change.verb == "move_driver" and change.move_driver:
            move = change.move_driver
            moves.append(DriverMove(move.driver, move.by * done, change.group, one.word))
        else:
            scenario = _apply(scenario, stated, one, done, doors)
    return AsChanged(scenario, stated, tuple(moves), _strengths(stated, policies, week), *doors)


def _word(policy: Policy, change: Change, dated: Sequence[tuple[Policy, Change]]) -> str:
    """Name what a change's group is drawn by and frozen under.

    A share is drawn by its policy's name. Equal groups that two policies freeze in one week hold the same
    residents, and go by the name of the first.
    """
    group = change.group
    if group.share is not None or group.membership == "rolling":
        return _needed(group, policy.name)
    frozen: dict[str, int] = {}
    for maker, other in dated:
        if other.group == group:
            frozen.setdefault(maker.name, other.from_week)
    return next(name for name, week in frozen.items() if week == frozen[policy.name])


def _needed(group: Group, word: str) -> str:
    """Give the word only to a group with a share to draw, or members to freeze."""
    return "" if group.share is None and group.membership == "rolling" else word


def _apply(scenario: Scenario, stated: Scenario, one: _Dated, done: float, doors: _Doors) -> Scenario:
    """Apply one change, as far as it is done, to what those before it have made."""
    change = one.change
    if change.verb == "set":
        for path, value in change.set.items():
            parts = path.split(".")
            scenario = with_setting(scenario, parts, _between(_found(scenario, parts), value, done))
            if parts[2:] == ["open_to"]:
                doors.opened_by.pop(parts[1], None)
            elif parts[2:] == ["closed_to"]:
                doors.shut_by.pop(parts[1], None)
    elif change.verb == "open":
        scenario = _opened(scenario, one, doors)
    elif change.verb == "close":
        scenario = _shut(scenario, one, doors)
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


def _opened_to(one: _Dated, before: tuple[Group, str] | None) -> tuple[Group, str]:
    """Tell to whom a service that the file holds closed has ever been opened: one group, or everyone."""
    now = (one.change.group, one.word)
    if before is None or now[0].everyone:
        return now
    if before[0].everyone or before == now:
        return before
    once = "one group that holds both, or opened for everyone"
    raise _two_groups(one, "is opened for another group too", before[0], would_do=once)


def _opened(scenario: Scenario, one: _Dated, doors: _Doors) -> Scenario:
    """Open a service that is closed; one that is open to the same group, or that a policy opened to all, stays so."""
    name, group = one.change.open, one.change.group
    assert name is not None
    service = scenario.services[name]
    if not service.closed and not group.everyone:
        before = (service.open_to, doors.opened_by.get(name, _needed(service.open_to, name)))
        if before == (group, one.word) or (service.open_to.everyone and name in doors.opened_by):
            return scenario
        raise PolicyError(
            one.policy,
            "open",
            f"{name} is open already, and opening it for a group would narrow it",
            would_do="close it for another group instead",
        )
    doors.opened_by[name] = one.word
    return _service(scenario, name, closed=False, open_to=group)


def _shut(scenario: Scenario, one: _Dated, doors: _Doors) -> Scenario:
    """Close a service, for everyone or for a group; one that is closed to the same group stays so."""
    name, group = one.change.close, one.change.group
    assert name is not None
    if group.everyone:
        return _service(scenario, name, closed=True)
    before = scenario.services[name].closed_to
    if before is not None:
        word = doors.shut_by.get(name, _needed(before, shut_word(name)))
        if (before, word) == (group, one.word):
            return scenario
        once = "one group that holds both"
        raise _two_groups(one, "is closed to another group at the same time", before, would_do=once)
    doors.shut_by[name] = one.word
    return _service(scenario, name, closed_to=group)


def _two_groups(one: _Dated, problem: str, before: Group, *, would_do: str) -> PolicyError:
    """Refuse a second group at a door; groups of the same words may be two lots, or frozen in two weeks."""
    verb = one.change.verb
    if before == one.change.group:
        problem += ", of the same words but drawn or frozen apart"
        would_do = f"{verb} it once"
    return PolicyError(
        one.policy, verb, f"{one.change.open or one.change.close} {problem}", would_do=would_do
    )


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
    """List the sums without a contact that policies spend; they are added up, so their order does not count."""
    return [
        Line(m.agency, m.kind, m.pounds_a_year, m.pounds, c.from_week, c.ramp_weeks, c.until_week)
        for p in policies
        for c in p.change
        if (m := c.money) is not None and m.agency is not None
    ]


def _strengths(stated: Scenario, policies: Sequence[Policy], week: int) -> dict[str, dict[str, float]]:
    """Strength of each agency's mechanisms that has effect now: what is set, later by the mechanism's lag."""
    now = {name: agency.leadership.model_dump() for name, agency in stated.agencies.items()}
    for _, change in by_date(policies):
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
