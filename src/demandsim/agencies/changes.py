"""What policies make of a scenario in a given week: settings moved, doors opened and shut, sums cut and added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from demandsim.agencies.needs import DriverMove
from demandsim.errors import PolicyError
from demandsim.scenario.agency import MECHANISMS
from demandsim.scenario.group import Group
from demandsim.scenario.policy import Change, Money, Policy
from demandsim.scenario.problems import validated
from demandsim.scenario.schema import Scenario
from demandsim.scenario.settings import apply_set
from demandsim.scenario.sums import LIMITS, after_sum


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
    """What stands at doors by now: the last three fields of ``AsChanged``, and whom a group stands in for."""

    opened: dict[str, tuple[Group, str]]
    opened_by: dict[str, str]
    shut_by: dict[str, str]
    otherwise: dict[str, Group]  # to whom a door is open but for the group that a policy opened it to


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
    doors = _Doors({}, {}, {}, {})
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
    strengths = _strengths(stated, policies, week)
    return AsChanged(scenario, stated, tuple(moves), strengths, doors.opened, doors.opened_by, doors.shut_by)


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
        values = {path: _between(_found(scenario, path), value, done) for path, value in change.set.items()}
        scenario = with_settings(scenario, values, policy=one.policy)
        _set_doors(change, doors)
    elif change.verb == "open":
        scenario = _opened(scenario, stated, one, doors)
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


def _set_doors(change: Change, doors: _Doors) -> None:
    """Note the doors that have been set: whom they are open or closed to is drawn as the file's own."""
    for table, name, *rest in (path.split(".") for path in change.set):
        if table == "services" and rest == ["open_to"]:
            doors.opened_by.pop(name, None)
            doors.otherwise.pop(name, None)
        elif table == "services" and rest == ["closed_to"]:
            doors.shut_by.pop(name, None)


def _opened_to(one: _Dated, before: tuple[Group, str] | None) -> tuple[Group, str]:
    """Tell to whom a service that the file holds closed has ever been opened: one group, or everyone."""
    now = (one.change.group, one.word)
    if before is None or now[0].everyone:
        return now
    if before[0].everyone or before == now:
        return before
    once = "one group that holds both, or opened for everyone"
    raise _two_groups(one, "is opened for another group too", before[0], would_do=once)


def _opened(scenario: Scenario, stated: Scenario, one: _Dated, doors: _Doors) -> Scenario:
    """Open a service, for everyone or for a group; one that is open to the same group, or to all, stays so.

    A service that the file holds open was shut by a policy, or is open: opened for everyone, it is open to those
    it would be open to if no policy had shut it, or opened it for a group.
    """
    name, group = one.change.open, one.change.group
    assert name is not None
    service = scenario.services[name]
    word = one.word
    if group.everyone and not stated.services[name].closed:
        group = doors.otherwise.pop(name, service.open_to)
        word = _needed(group, name)  # drawn as the file's own
    elif not service.closed and not group.everyone:
        before = (service.open_to, doors.opened_by.get(name, _needed(service.open_to, name)))
        if before == (group, word) or (service.open_to.everyone and name in doors.opened_by):
            return scenario
        raise PolicyError(
            one.policy,
            "open",
            f"{name} is open already, and opening it for a group would narrow it",
            would_do="close it for another group instead",
        )
    elif not group.everyone:
        doors.otherwise.setdefault(name, service.open_to)
    doors.opened_by[name] = word
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
    """Cut or add a sum on a service, on top of what stands; ``check_sums`` has refused what would go too far."""
    assert money.service is not None
    now = scenario.services[money.service]
    made = after_sum(stated, {setting: getattr(now, setting) for setting in LIMITS}, money, done)
    within = {key: min(LIMITS[key][1], max(LIMITS[key][0], value)) for key, value in made.items()}
    return _service(scenario, money.service, **within)


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


def with_settings(scenario: Scenario, values: Mapping[str, Any], *, policy: str = "set") -> Scenario:
    """Copy a scenario with settings replaced, leaving the rest shared with the original.

    Parameters
    ----------
    scenario
        What is changed.
    values
        New values by path, such as "services.home_care.kinds.episode_week.hours"; tables and lists may be plain.
    policy
        What to call the policy in messages.

    Raises
    ------
    PolicyError
        If there is no such setting, a policy may not set it, or its service or agency does not allow the values.
    """
    rows = dict.fromkeys(tuple(path.split(".")[:2]) for path in values)
    data: dict[str, Any] = {}
    for table, name in rows:
        data.setdefault(table, {})[name] = getattr(scenario, table)[name].model_dump()
    for path, value in values.items():
        data = apply_set(data, path, value, file=policy, place="set")
    for table, name in rows:
        before = getattr(scenario, table)[name]
        try:
            after = validated(type(before), data[table][name], file=policy, error=PolicyError)
        except PolicyError as wrong:
            would_do = wrong.would_do or "set in one change what goes together"
            place = f"{table}.{name}.{wrong.place}"
            raise PolicyError(policy, place, wrong.problem, given=wrong.given, would_do=would_do) from None
        moved = {key: new for key, new in after if new != getattr(before, key)}
        now = {**getattr(scenario, table), name: before.model_copy(update=moved)}
        scenario = scenario.model_copy(update={table: MappingProxyType(now)})
    return scenario


def _found(table: Any, path: str) -> Any:
    """Look up the setting at a path; None if nothing is there."""
    for part in path.split("."):
        table = table.get(part) if isinstance(table, Mapping) else getattr(table, part, None)
    return table
