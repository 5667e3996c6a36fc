"""Whether a policy can be run on a scenario: its names, dates and sums, and the scenario it would make."""

from __future__ import annotations

from collections.abc import Iterator

from demandsim.errors import PolicyError
from demandsim.scenario.policy import Change, Money, Policy
from demandsim.scenario.problems import Problem, near, spelled
from demandsim.scenario.references import group_names
from demandsim.scenario.schema import Scenario
from demandsim.scenario.standing import check_standing, placed
from demandsim.scenario.sums import NEAR, check_sums, cost_a_year


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
    for each in placed([policy]):
        for problem in _problems(scenario, each.change):
            where = spelled(("change", each.row, *problem.place))
            raise PolicyError(each.file, where, problem.text, given=problem.given, would_do=problem.would_do)
    check_standing(scenario, [policy])
    check_sums(scenario, [policy])


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
    if abs(sum(shares.values()) - 1) > NEAR:
        yield Problem(("money", "split"), f"shares must add up to 1, not {sum(shares.values()):.6g}")
    has = {
        "hours": service.hours_a_week is not None and service.mode != "stay",
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
    spent = cost_a_year(scenario, money.service or "")
    if money.pounds_a_year < -spent:
        yield Problem(
            ("money", "pounds_a_year"),
            f"cuts more than the £{spent:,.0f} a year that the service costs",
            money.pounds_a_year,
        )
