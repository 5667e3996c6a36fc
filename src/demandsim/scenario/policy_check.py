"""Whether a policy can be run on a scenario: its names, dates and sums, and the scenario it would make."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from demandsim.errors import NotYetError, PolicyError, ScenarioError
from demandsim.scenario.circles import circles
from demandsim.scenario.knowledge import beyond_records
from demandsim.scenario.policy import Change, Money, Policy, Split
from demandsim.scenario.problems import Loc, Problem, near, spelled, tuples
from demandsim.scenario.references import group_names
from demandsim.scenario.schema import Scenario, checked
from demandsim.scenario.service import Service
from demandsim.scenario.settings import apply_set, made, setting

_NEAR = 1e-9
"""How far, as a share, rounding may carry a sum."""


class Placed(NamedTuple):
    """A change, and where it is written: the policy's name and the row."""

    file: str
    row: int
    change: Change

    @property
    def place(self) -> str:
        """The row as it is shown, counted from 1."""
        return spelled(("change", self.row))


def check_policy(scenario: Scenario, policy: Policy) -> None:
    """Refuse a policy that cannot be run on a scenario.

    Raises
    ------
    PolicyError
        With one line: the policy's name, the change, what was given, and what would do.
    NotYetError
        If it sets something kept for a part that is not built yet.
    """
    for one in policy.whole():
        if len(one.parts) != len(one.includes):
            raise PolicyError(
                one.name, "includes", "have not been read", would_do="read the file with read_policy"
            )
        if one.saver is not None and one.saver not in scenario.agencies:
            raise PolicyError(
                one.name, "saver", f"no agency '{one.saver}'", would_do=near(one.saver, scenario.agencies)
            )
    placed = [Placed(one.name, row, change) for one in policy.whole() for row, change in enumerate(one.own)]
    for each in placed:
        for problem in _problems(scenario, each.change):
            where = spelled(("change", each.row, *problem.place))
            raise PolicyError(each.file, where, problem.text, given=problem.given, would_do=problem.would_do)
    _check_made(scenario, placed)
    check_circles(scenario, [policy])
    check_sums(scenario, [policy])


def check_circles(scenario: Scenario, policies: Sequence[Policy]) -> None:
    """Refuse policies under which, in any week, emergency services pass callers round in a circle.

    Parameters
    ----------
    scenario : Scenario
        What the policies change.
    policies : sequence of Policy
        All that are made together, each of which can be run by itself. What one sets may meet what another
        sets, or come back when it ends.

    Raises
    ------
    PolicyError
        Naming the last change that stands in the first week with a circle.
    """
    placed = [
        Placed(one.name, row, change)
        for whole in policies
        for one in whole.whole()
        for row, change in enumerate(one.own)
        if any(_leads_on(scenario, path) for path in change.set)
    ]
    weeks = {w for one in placed for w in (one.change.from_week, one.change.until_week) if w is not None}
    for week in sorted(week for week in weeks if week < scenario.weeks):
        standing = [one for one in placed if one.change.part_done(week) > 0]
        standing.sort(key=lambda one: one.change.from_week)  # as they are made: what begins later wins
        services, data = dict(scenario.services), scenario.model_dump()
        for path, value in (item for one in standing for item in one.change.set.items()):
            if _leads_on(scenario, path):
                data = apply_set(data, path, value)
                name = path.split(".")[1]
                services[name] = Service.model_validate(tuples(data["services"][name]))
        for problem in circles(services, scenario.needs):
            last = standing[-1]
            text = f"from week {week}, {spelled(problem.place)}: {problem.text}"
            raise PolicyError(last.file, last.place, text, would_do=problem.would_do)


def _leads_on(scenario: Scenario, path: str) -> bool:
    """Whether a setting says where an emergency service sends its callers."""
    table, name, *rest = path.split(".")
    leads = bool(rest) and rest[0] in ("hand_on", "outcomes", "takes")
    return leads and table == "services" and scenario.services[name].mode == "emergency"


def check_sums(scenario: Scenario, policies: Sequence[Policy]) -> None:
    """Refuse sums that together take more from a service than it costs, in any week.

    Parameters
    ----------
    scenario : Scenario
        What the policies change.
    policies : sequence of Policy
        All that are made together, each of which can be run by itself.

    Raises
    ------
    PolicyError
        Naming the last change that cuts the service in the first week in which the sums are too large.
    """
    sums: dict[str, list[tuple[Placed, Money]]] = {}
    for policy in (one for whole in policies for one in whole.whole()):
        for row, change in enumerate(policy.own):
            if change.money is not None and change.money.service is not None:
                placed = Placed(policy.name, row, change)
                sums.setdefault(change.money.service, []).append((placed, change.money))
    for name, made_of in sums.items():
        costs = _costs(scenario, name)
        for week in _turns([one.change for one, _ in made_of], last=scenario.weeks - 1):
            done = [(money, money.pounds_a_year * one.change.part_done(week)) for one, money in made_of]
            # What is added to one part does not bring back what is cut from another.
            parts = [sum(p * getattr(m.split, part) for m, p in done) for part in Split.model_fields]
            least = min(sum(pounds for _, pounds in done), *parts)
            if least < -costs * (1 + _NEAR):
                last = [one for (one, _), (_, pounds) in zip(made_of, done, strict=True) if pounds < 0][-1]
                raise PolicyError(
                    last.file,
                    f"{last.place}.money.pounds_a_year",
                    f"with the other sums on '{name}', £{-least:,.0f} a year is cut from week {week}, more than "
                    f"the £{costs:,.0f} a year that the service costs",
                    would_do="cut less",
                )


def _turns(changes: list[Change], *, last: int) -> list[int]:
    """Weeks, up to the last of a run, between which the sums of changes move evenly."""
    weeks = {c.from_week + add for c in changes for add in (-1, 0, max(1, c.ramp_weeks) - 1)}
    weeks |= {c.until_week + add for c in changes if c.until_week is not None for add in (-1, 0)}
    return sorted({min(week, last) for week in weeks})


def _costs(scenario: Scenario, name: str) -> float:
    """Pounds a year that a service costs the place, as the scenario file expects."""
    service = scenario.services[name]
    each = sum(
        service.expected_contacts.get(key, 0.0) * kind.unit_cost for key, kind in service.kinds.items()
    )
    return each * scenario.place.population / 1000


def _problems(scenario: Scenario, change: Change) -> Iterator[Problem]:
    """What is wrong with one change by itself."""
    last = scenario.weeks
    if change.from_week >= last:
        text = f"week {change.from_week} is outside the run of {last} weeks"
        yield Problem(("from_week",), text, would_do=f"at most {last - 1}")
    if change.until_week is not None and change.until_week > last:
        text = f"week {change.until_week} is outside the run of {last} weeks"
        yield Problem(("until_week",), text, would_do=f"at most {last}")
    yield from group_names(scenario, change.group, ("group",))
    for verb in ("open", "close"):
        name = getattr(change, verb)
        if name is not None and name not in scenario.services:
            yield Problem((verb,), f"no service '{name}'", would_do=near(name, scenario.services))
    if change.move_driver is not None and change.move_driver.driver not in scenario.drivers:
        name = change.move_driver.driver
        yield Problem(("move_driver", "driver"), f"no driver '{name}'", would_do=near(name, scenario.drivers))
    yield from _moves(scenario, change)
    if change.money is not None:
        yield from _money(scenario, change.money)
    if change.verb in ("set", "money", "move_service") and not change.group.everyone:
        yield Problem(("group",), f"{change.verb} is for everyone", would_do="leave the group out")


def _moves(scenario: Scenario, change: Change) -> Iterator[Problem]:
    """Whom a service is given to, and who is to pay."""
    move = change.move_service
    if move is None:
        return
    if move.service not in scenario.services:
        yield Problem(
            ("move_service", "service"),
            f"no service '{move.service}'",
            would_do=near(move.service, scenario.services),
        )
    for key, names in (("agency", (move.agency,)), ("payers", tuple(move.payers))):
        for name in names:
            if name is not None and name not in scenario.agencies:
                yield Problem(
                    ("move_service", key), f"no agency '{name}'", would_do=near(name, scenario.agencies)
                )
    if move.agency is None and not move.payers:
        yield Problem(("move_service",), "moves nothing", would_do="give an agency or payers")


def _money(scenario: Scenario, money: Money) -> Iterator[Problem]:
    """A sum must fall on one service's capacity or be one agency's own line."""
    if (money.service is None) == (money.agency is None):
        yield Problem(("money",), "must name a service or an agency", would_do="give one of the two")
    elif money.agency is not None:
        yield from _line(scenario, money)
    elif money.service not in scenario.services:
        yield Problem(
            ("money", "service"),
            f"no service '{money.service}'",
            would_do=near(money.service, scenario.services),
        )
    else:
        yield from _capacity(scenario, money)


def _line(scenario: Scenario, money: Money) -> Iterator[Problem]:
    """A sum that an agency spends without a contact."""
    if money.agency not in scenario.agencies:
        yield Problem(
            ("money", "agency"), f"no agency '{money.agency}'", would_do=near(money.agency, scenario.agencies)
        )
    right, wrong = ("pounds", "pounds_a_year") if money.kind == "set_up" else ("pounds_a_year", "pounds")
    if getattr(money, wrong) or getattr(money, right) <= 0:
        yield Problem(
            ("money", right),
            f"a sum of kind {money.kind} is given in {right}, above 0",
            getattr(money, right),
        )


def _capacity(scenario: Scenario, money: Money) -> Iterator[Problem]:
    """A sum that changes what a service can do."""
    service = scenario.services[money.service or ""]
    if money.pounds or not money.pounds_a_year:
        yield Problem(
            ("money", "pounds_a_year"),
            "a sum on a service is given in pounds_a_year, not 0",
            money.pounds_a_year,
        )
    shares = money.split.model_dump()
    if abs(sum(shares.values()) - 1) > _NEAR:
        yield Problem(("money", "split"), f"shares must add up to 1, not {sum(shares.values()):.6g}")
    has = {
        "hours": service.hours_a_week is not None,
        "places": service.beds is not None,
        "package": service.mode == "episode",
    }
    for part, share in shares.items():
        if share > 0 and not has[part]:
            fits = [name for name, there in has.items() if there]
            yield Problem(
                ("money", "split", part),
                f"'{money.service}' has no {part} to change",
                would_do=f"split it over {' and '.join(fits)}"
                if fits
                else "choose a service with a capacity",
            )
    spent = _costs(scenario, money.service or "")
    if money.pounds_a_year < -spent:
        yield Problem(
            ("money", "pounds_a_year"),
            f"cuts more than the £{spent:,.0f} a year that the service costs",
            money.pounds_a_year,
        )


def _check_made(scenario: Scenario, placed: list[Placed]) -> None:
    """Check the scenario that stands after each week in which something changes."""
    data: dict[str, Any] = scenario.model_dump()
    for week, together in groupby(
        sorted(placed, key=lambda one: one.change.from_week), lambda one: one.change.from_week
    ):
        changes = list(together)
        for one in changes:
            data = _made(data, one)
        try:
            then = checked(data, scenario.name)
        except ScenarioError as error:
            raise _blamed(error, changes, week) from None
        for one in changes:
            for problem in _unknown_to_agency(then, one.change):
                where = spelled(("change", one.row, *problem.place))
                raise PolicyError(
                    one.file, where, problem.text, given=problem.given, would_do=problem.would_do
                )


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
    """Say which change makes the scenario one that cannot be run."""
    if isinstance(error, NotYetError):
        return error

    def touches(change: Change) -> bool:
        moved = change.move_service.service if change.move_service else None
        paths = [*change.set, *(f"services.{name}" for name in (change.open, change.close, moved) if name)]
        return any(f"{error.place} ".startswith((f"{path} ", f"{path}.")) for path in paths)

    one = next((each for each in changes if touches(each.change)), changes[0])
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
