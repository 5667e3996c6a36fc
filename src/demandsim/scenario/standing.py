"""The scenario as it stands in every week in which policies turn anything, ends included, must be one that can run."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from demandsim.errors import NotYetError, PolicyError, ScenarioError
from demandsim.scenario.circles import circles
from demandsim.scenario.knowledge import beyond_records
from demandsim.scenario.policy import Change, Placed, Policy
from demandsim.scenario.problems import Loc, Problem, refuse, spelled
from demandsim.scenario.schema import Scenario, checked
from demandsim.scenario.settings import made, setting

_MAKES = ("set", "open", "close", "move_service")
"""Verbs that make another scenario; sums and drivers leave its tables as they are."""


def placed(policies: Sequence[Policy]) -> list[Placed]:
    """List every change of policies, those of included ones first, in the order in which they are written."""
    return [
        Placed(one.name, row, change)
        for policy in policies
        for one in policy.whole()
        for row, change in enumerate(one.own)
    ]


def check_standing(scenario: Scenario, policies: Sequence[Policy]) -> None:
    """Refuse policies under which, in any week, the scenario that stands is not one that can be run.

    Parameters
    ----------
    scenario
        What the policies change.
    policies
        All that are made together. What one sets may meet what another sets, or come back when it ends.

    Raises
    ------
    PolicyError
        In the first week in which something is wrong, naming the change that did it: the last one begun then,
        else the last that stands.
    NotYetError
        If a change sets something kept for a part that is not built yet.
    """
    makes = [one for one in placed(policies) if one.change.verb in _MAKES]
    makes.sort(key=lambda one: one.change.from_week)  # as they are made: what begins later wins
    turns = {w for one in makes for w in (one.change.from_week, one.change.until_week) if w is not None}
    stated: dict[str, Any] = scenario.model_dump()
    for week in sorted(week for week in turns if week < scenario.weeks):
        data = stated
        standing = [one for one in makes if one.change.part_done(week) > 0]
        for one in standing:
            data = _made(data, one)
        opened = {one.change.open for one in makes if one.change.open and one.change.from_week <= week}
        begun = [one for one in standing if one.change.from_week == week]
        try:
            then = _checked(scenario, data, opened)
        except ScenarioError as error:
            ended = [one for one in makes if one.change.until_week == week]
            raise _blamed(error, begun or standing or ended, week) from None
        for one in begun:
            for problem in _unknown_to_agency(then, one.change):
                where = spelled(("change", one.row, *problem.place))
                raise PolicyError(
                    one.file, where, problem.text, given=problem.given, would_do=problem.would_do
                )


def _checked(scenario: Scenario, data: Mapping[str, Any], opened: Collection[str]) -> Scenario:
    """Check the tables of a week as a scenario's own; doors that have been open and are shut still hand on."""
    then = checked(data, scenario.name)
    shut = [
        name
        for name, service in then.services.items()
        if service.closed and (name in opened or not scenario.services[name].closed)
    ]
    if shut and (problems := [*circles(then.services, then.needs, shut)]):
        refuse(problems, file=scenario.name)
    return then


def _made(data: dict[str, Any], one: Placed) -> dict[str, Any]:
    """Tables with one change made in full; what changes bit by bit must be a number before and after."""
    made_data = made(data, one.change, file=one.file, place=one.place)
    for path, value in one.change.set.items():
        if one.change.ramp_weeks and not (_is_number(setting(data, path)) and _is_number(value)):
            raise PolicyError(
                one.file,
                one.place,
                f"'{path}' is no number that could change bit by bit",
                would_do="leave out ramp_weeks",
            )
    return made_data


def _is_number(value: Any) -> bool:
    """Whether something can change bit by bit."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _blamed(error: ScenarioError, changes: list[Placed], week: int) -> ScenarioError:
    """Say which of some changes makes the scenario one that cannot be run: the last at that place, or of all."""
    if isinstance(error, NotYetError):
        return error

    def touches(change: Change) -> bool:
        moved = change.move_service.service if change.move_service else None
        paths = [*change.set, *(f"services.{name}" for name in (change.open, change.close, moved) if name)]
        return any(f"{error.place} ".startswith((f"{path} ", f"{path}.")) for path in paths)

    one = next((each for each in reversed(changes) if touches(each.change)), changes[-1])
    problem = f"from week {week}, {error.place}: {error.problem}"
    return PolicyError(one.file, one.place, problem, given=error.given, would_do=error.would_do)


def _unknown_to_agency(scenario: Scenario, change: Change) -> Iterator[Problem]:
    """What a change's group asks that the agency which makes it cannot know."""
    names = {name for name in (change.open, change.close) if name is not None}
    names |= {path.split(".")[1] for path in change.set if path.startswith("services.")}
    agencies = {scenario.services[name].agency for name in names}
    agencies |= {path.split(".")[1] for path in change.set if path.startswith("agencies.")}
    place: Loc = ("group",)
    for agency in sorted(agencies):
        yield from beyond_records(scenario, change.group, agency, place)
