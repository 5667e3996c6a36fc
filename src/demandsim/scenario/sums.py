"""Sums that policies put on services: what they make of hours, beds and packages, and which are too large."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from demandsim.errors import PolicyError
from demandsim.scenario.policy import Change, Money, Placed, Policy, Split
from demandsim.scenario.schema import Scenario
from demandsim.scenario.service import Service
from demandsim.scenario.standing import placed

PARTS = {"hours": "hours_a_week", "places": "beds", "package": "package"}
"""The setting of a service that each part of a sum's split changes."""

LIMITS = {"hours_a_week": (0.0, 10_000.0), "beds": (0.0, 1000.0), "package": (0.01, 1.0)}
"""The least and the most that a sum may bring each of them to."""

NEAR = 1e-9
"""How far, as a share, rounding may carry a sum."""


def cost_a_year(scenario: Scenario, name: str) -> float:
    """Pounds a year that a service costs the place, as the scenario file expects."""
    return _spent(scenario.services[name]) * scenario.place.population / 1000


def _spent(service: Service) -> float:
    """Pounds a year that a service expects to spend for 1,000 residents."""
    return sum(
        service.expected_contacts.get(key, 0.0) * kind.unit_cost for key, kind in service.kinds.items()
    )


def after_sum(
    stated: Scenario, now: Mapping[str, float | None], money: Money, done: float
) -> dict[str, float]:
    """Turn a sum on a service into hours, beds and package size at what they cost in the scenario file.

    An hour (or a bed) costs what the service expects to spend, over what is funded: with it goes all that it
    serves, the part that follows contacts included, so that while demand holds a sum cut is the sum saved at the
    population of the file. It is a sum a head: capacity is stated for 1,000 residents and grows with them, and
    what is cut from it, or added to it, grows alike.

    Parameters
    ----------
    stated : Scenario
        The scenario file.
    now : mapping
        ``hours_a_week``, ``beds`` and ``package`` of the service as they stand, None where there is no such limit.
    money : Money
        With a ``service``.
    done : float
        How much of the sum is cut or added by now, 0 to 1.

    Returns
    -------
    dict
        What the sum changes, held to no limit: whether it stays within ``LIMITS`` is for ``check_sums`` to say.
    """
    assert money.service is not None
    base = stated.services[money.service]
    pounds = money.pounds_a_year * done * 1000 / stated.place.population  # for 1,000 residents
    spent = _spent(base)
    funded = base.beds if base.mode == "stay" else base.hours_a_week
    price = spent / funded if funded else 0.0
    made: dict[str, float] = {}
    for part in ("hours", "places"):
        share, before = getattr(money.split, part), now[PARTS[part]]
        if share and before is not None and price:
            made[PARTS[part]] = before + pounds * share / price
    package = now["package"]
    if money.split.package and package is not None and spent:
        made["package"] = package * (1 + pounds * money.split.package / spent)
    return made


def check_sums(scenario: Scenario, policies: Sequence[Policy]) -> None:
    """Refuse sums that could not be cut or added in full, in any week.

    Parameters
    ----------
    scenario : Scenario
        What the policies change.
    policies : sequence of Policy
        All that are made together, each of which can be run by itself.

    Raises
    ------
    PolicyError
        In the first week in which the sums on a service together take more than it costs, naming the last change
        that cuts it; or in which one falls on less than is left, or on more than there is room for, naming that.
    """
    dated = placed(policies)
    dated.sort(key=lambda one: one.change.from_week)  # as they are made: what begins later wins
    sums = [one.change.money for one in dated if one.change.money is not None]
    for name in dict.fromkeys(money.service for money in sums if money.service is not None):
        on = [one for one in dated if _touches(one.change, name)]
        for week in _weeks(on, scenario.weeks):
            _check_cost(scenario, name, on, week)
            _check_standing(scenario, name, on, week)


def _touches(change: Change, name: str) -> bool:
    """Whether a change falls on a service's hours, beds or package."""
    paths = (f"services.{name}.{setting}" for setting in PARTS.values())
    return (change.money is not None and change.money.service == name) or any(p in change.set for p in paths)


def _weeks(dated: Sequence[Placed], end: int) -> list[int]:
    """Weeks of a run from which what changes have made differs from the week before, rising."""
    weeks: set[int] = set()
    for change in (one.change for one in dated):
        weeks.update(range(change.from_week, change.from_week + max(1, change.ramp_weeks)))
        if change.until_week is not None:
            weeks.add(change.until_week)
    return sorted(week for week in weeks if week < end)


def _check_cost(scenario: Scenario, name: str, dated: Sequence[Placed], week: int) -> None:
    """Refuse sums that together take more from a service than it costs."""
    costs = cost_a_year(scenario, name)
    made_of = [(one, one.change.money) for one in dated if one.change.money is not None]
    done = [(one, money, money.pounds_a_year * one.change.part_done(week)) for one, money in made_of]
    # What is added to one part does not bring back what is cut from another.
    parts = [sum(p * getattr(m.split, part) for _, m, p in done) for part in Split.model_fields]
    least = min(sum(pounds for *_, pounds in done), *parts)
    if least < -costs * (1 + NEAR):
        last = [one for one, _, pounds in done if pounds < 0][-1]
        raise PolicyError(
            last.file,
            f"{last.place}.money.pounds_a_year",
            f"with the other sums on '{name}', £{-least:,.0f} a year is cut from week {week}, more than "
            f"the £{costs:,.0f} a year that the service costs",
            would_do="cut less",
        )


def _check_standing(scenario: Scenario, name: str, dated: Sequence[Placed], week: int) -> None:
    """Refuse a sum that finds too little left to cut, or too little room to add to, of what stands in a week."""
    service = scenario.services[name]
    now: dict[str, float | None] = {setting: getattr(service, setting) for setting in PARTS.values()}
    for one in dated:
        done = one.change.part_done(week)
        if done and one.change.money is not None:
            after = after_sum(scenario, now, one.change.money, done)
            for part, setting in PARTS.items():
                if getattr(one.change.money.split, part):
                    _check_step(one, name, setting, now[setting], after.get(setting), week)
            now |= after
        elif done:
            for setting in PARTS.values():
                path = f"services.{name}.{setting}"
                if path in one.change.set:
                    now[setting] = _moved(now[setting], one.change.set[path], done)


def _moved(old: float | None, new: float | None, done: float) -> float | None:
    """Give what stands once a setting has moved as far as done; from or to no limit it moves at once."""
    return new if old is None or new is None else old + (new - old) * done


def _check_step(
    one: Placed, name: str, setting: str, before: float | None, after: float | None, week: int
) -> None:
    """Refuse what one sum makes of one setting if it is beyond the limits, or nothing at all."""
    place = f"{one.place}.money.pounds_a_year"
    if before is None or after is None:
        text = f"from week {week} it finds no {setting} of '{name}' to change, or none with a price"
        raise PolicyError(one.file, place, text, would_do="split it otherwise")
    low, high = LIMITS[setting]
    slack = NEAR * max(1.0, before)
    if not low - slack <= after <= high + slack:
        text = f"from week {week} it would bring {setting} of '{name}' from {before:.6g} to {after:.6g}"
        text += f", and that goes from {low:g} to {high:,g}"
        less = "cut less" if after < before else "add less"
        raise PolicyError(one.file, place, text, would_do=f"{less}, or split it otherwise")
