"""One change of a policy in words: when, what it was and becomes, for whom, and what the law says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from demandsim.scenario.agency import FOR_THE_PLACE
from demandsim.scenario.endings import what_becomes
from demandsim.scenario.group import Group
from demandsim.scenario.lawful import beyond_the_law
from demandsim.scenario.policy import Change, Money, MoveService
from demandsim.scenario.problems import tuples
from demandsim.scenario.schema import Scenario
from demandsim.scenario.settings import setting
from demandsim.scenario.words import (
    common,
    count,
    listed,
    number,
    part,
    pounds,
    severity,
    span,
    the_agency,
    the_service,
    who,
)

MECHANISMS = {
    "whole_needs_assessment": "asking about all of a resident's needs at the first meeting",
    "warm_hand_over": "handing residents over in person together with their history",
    "shared_records": "sharing records between organisations",
    "discretion": "letting staff settle things outside their remit",
    "community_support": "backing support between neighbours and in the community",
}
"""Each mechanism of system leadership, as something an organisation does."""

_EVENTS = {
    "opening": "for each resident taken on",
    "hand_off": "for each resident handed over",
    "outside_remit": "for each person who comes with a matter outside the remit",
    FOR_THE_PLACE: "a year for each resident, once for the whole place",
}


def when(change: Change) -> str:
    """The dates: "From the first week, bit by bit over half a year and for two years in all"."""
    told = "From the first week" if change.from_week == 0 else f"After {span(change.from_week)}"
    if change.ramp_weeks:
        told += f", bit by bit over {span(change.ramp_weeks)}"
    if change.until_week is not None:
        told += f", and only for {span(change.until_week - change.from_week)}"
    return told


def what(change: Change, scenario: Scenario, data: Mapping[str, Any]) -> list[str]:
    """Clauses that tell what a change does, without a capital or a full stop.

    Parameters
    ----------
    change : Change
        One that has passed ``check_policy``.
    scenario : Scenario
        For titles.
    data : mapping
        Tables as they stand before the change.
    """
    for_whom = "" if change.group.everyone else f", for {who(change.group, scenario)}"
    if change.set:
        return [clause + for_whom for clause in _settings(change, scenario, data)]
    if change.open is not None:
        stay = ", open already, stay" if not data["services"][change.open]["closed"] else ""
        return [f"the doors of {the_service(scenario.services[change.open])}{stay} open{for_whom}"]
    if change.close is not None:
        return [f"the doors of {the_service(scenario.services[change.close])} close{for_whom}"]
    if change.move_driver is not None:
        driver = scenario.drivers[change.move_driver.driver]
        by = change.move_driver.by
        step = f"{'up' if by > 0 else 'down'} by {number(abs(by))}, from {number(driver.level)}"
        return [
            f"outside the services, {common(driver.title)} move {step} to {number(driver.level + by)} "
            f"({common(driver.unit)}){for_whom}"
        ]
    if change.move_service is not None:
        return list(_move(change.move_service, scenario, data))
    return [_money(change.money, scenario)] if change.money is not None else []


def legal_note(changes: Sequence[Change], scenario: Scenario) -> str:
    """One sentence about doors that turn away whom the law protects; empty if none do."""
    beyond: dict[int, list[str]] = {}  # services by the severity from which the law holds them
    for name in beyond_the_law(scenario, changes):
        service = scenario.services[name]
        beyond.setdefault(service.lawful_threshold or 1, []).append(the_service(service))
    told = ", nor ".join(
        f"{listed(services, by='or')} {'' if number else 'turn away '}anyone whose need is {severity(lawful)} or worse"
        for number, (lawful, services) in enumerate(beyond.items())
    )
    return f"The law does not let {told}: this goes beyond the law, and the results say so." if told else ""


def unmeasured(changes: Sequence[Change], scenario: Scenario) -> str:
    """One sentence about mechanisms that come into use at no effect; empty if none do."""
    used = dict.fromkeys(
        parts[3]
        for change in changes
        for path, value in change.set.items()
        if (parts := path.split("."))[0] == "agencies" and parts[2] == "leadership" and value
    )
    names = [MECHANISMS[n] for n in used if n != "shared_records" and scenario.mechanisms[n].effect == 0]
    if not names:
        return ""
    if len(names) == 1:
        return f"No study has measured what {names[0]} does: it costs its full price, and is given no effect."
    many = count(len(names), "of these ways of working", "of these ways of working")
    return (
        f"No study has measured what {many} do: {listed(names)}. "
        "They cost their full price, and are given no effect."
    )


def _settings(change: Change, scenario: Scenario, data: Mapping[str, Any]) -> Iterator[str]:
    """One clause a setting; services or agencies that change alike share one."""
    alike: dict[str, list[str]] = {}
    mechanisms: dict[str, dict[tuple[float, float], list[str]]] = {}
    for path, value in change.set.items():
        table, name, *rest = path.split(".")
        before = setting(data, path)
        if table == "agencies" and rest[0] == "leadership" and len(rest) == 2:
            steps = mechanisms.setdefault(rest[1], {})
            agency = the_agency(scenario.agencies[name], briefly=True)
            steps.setdefault((float(before), float(value)), []).append(agency)
            continue
        if table == "agencies":
            owner = the_agency(scenario.agencies[name])
        else:
            owner = the_service(scenario.services[name])
        alike.setdefault(_changes(rest, before, value, scenario), []).append(owner)
    for clause, owners in alike.items():
        yield f"in {listed(owners)}, {clause}"
    for name, steps in mechanisms.items():
        yield _mechanism(name, steps, scenario)


def _mechanism(name: str, steps: Mapping[tuple[float, float], list[str]], scenario: Scenario) -> str:
    """How far agencies use one mechanism, by from where to where, and what it costs."""
    told = ""
    for (before, strength), agencies in steps.items():
        if told:
            told += f", and {_step(before, strength, again=True)} at {listed(agencies)}"
        else:
            told = f"{MECHANISMS[name]} goes {_step(before, strength)} at {listed(agencies)}"
    how = scenario.mechanisms[name]
    return (
        f"{told}. At full strength it costs {pounds(how.running)} {_EVENTS[how.per]}" if how.running else told
    )


def _step(before: float, after: float, *, again: bool = False) -> str:
    """From which share of full strength to which: "from none to 80% of full strength", then "to half"."""
    whole = {0.0: "none", 1.0: "full strength"}
    if again and before == 0:
        return f"to {whole.get(after) or part(after)}"
    was = whole.get(before) or part(before)
    return f"from {was} to {whole.get(after) or f'{part(after)} of full strength'}"


_FORMS: dict[str, tuple[str, Callable[[Any], str]]] = {
    "threshold": ("the lowest severity accepted", severity),
    "ends_below": ("the severity below which support ends", severity),
    "hours_a_week": ("the staff hours a week for every 1,000 residents", number),
    "beds": ("the number of beds for every 1,000 residents", number),
    "weeks": ("the length of support", lambda weeks: span(weeks) if weeks else "as long as the need lasts"),
    "package": ("the share of weeks in which support is given", part),
    "charge": ("the charge for each contact", pounds),
    "helped_weeks": ("the time that help lasts afterwards", span),
    "standard_weeks": ("the longest wait that counts as acceptable", span),
    "ready_weeks": ("the usual length of stay", lambda weeks: f"{number(weeks)} weeks"),
    "hand_off_loss": ("the share of residents lost when they are sent on", part),
    "gives_up": ("the number of times a year that somebody waiting gives up", number),
    "take_up": ("the share of those offered help who take it", part),
    "again_weeks": ("the least time between two offers", span),
    "unit_cost": ("the price", pounds),
    "hours": ("the staff time", lambda hours: f"{number(hours)} hours"),
}
_WHOM = {"remit": "whom it is for", "open_to": "whom it is open to", "closed_to": "whom it is closed to"}
_SENT = {
    "refers": "whom it refers where",
    "hand_on": "where it sends what is not its business",
    "awaits": "what people wait for before they can leave",
}


def _changes(rest: list[str], before: Any, value: Any, scenario: Scenario) -> str:
    """One setting of one service or agency: what it was and what it becomes."""
    key = rest[-1]
    if key in _WHOM or (key == "group" and rest[0] == "programme"):
        was, becomes = (who(Group.model_validate(tuples(group or {})), scenario) for group in (before, value))
        return f"{_WHOM.get(key, 'whom help is offered to')} changes from {was} to {becomes}"
    if key == "outcomes":
        return what_becomes(tuples(before), tuples(value), scenario)
    if rest[0] in _SENT:
        return f"{_SENT[rest[0]]} changes"
    if rest[0] == "helps" and len(rest) == 2:
        name = (
            f"what it does for {common(scenario.needs[key].title)}, as a share of the most that can be done,"
        )
        return _from_to(name, float(before or 0.0), value, part)
    if key == "grows_with_population":
        return "its capacity grows with the number of residents" if value else "its capacity stays as it is"
    name, form = _FORMS.get(key, (f"the {key.replace('_', ' ')}", _anything))
    if rest[0] == "kinds" and len(rest) == 3:
        name += f" of each {rest[1].replace('_', ' ')}"
    elif rest[0] == "programme" and rest[1] == "help" and len(rest) == 4:
        name += f" for {common(scenario.needs[rest[2]].title)}"
    return _from_to(name, before, value, form)


def _from_to(name: str, before: Any, value: Any, form: Callable[[Any], str]) -> str:
    """A setting that rises, falls or changes."""
    if before is None:
        return f"{name} becomes {form(value)}; until now there was no limit"
    if value is None:
        return f"{name}, until now {form(before)}, is no longer limited"
    if before == value:
        return f"{name} stays at {form(value)}"
    verb = "changes"
    if isinstance(before, int | float) and isinstance(value, int | float):
        verb = "rises" if value > before else "falls"
    return f"{name} {verb} from {form(before)} to {form(value)}"


def _anything(value: Any) -> str:
    """Write a setting for which there are no words of its own."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return number(value)
    return value.replace("_", " ") if isinstance(value, str) else "a new list"


def _move(move: MoveService, scenario: Scenario, data: Mapping[str, Any]) -> Iterator[str]:
    """Who runs a service from now on, and who pays for it."""
    name = the_service(scenario.services[move.service])
    old = data["services"][move.service]
    if move.agency is not None and move.agency != old["agency"]:
        was, becomes = (the_agency(scenario.agencies[agency]) for agency in (old["agency"], move.agency))
        yield f"the running of {name} passes from {was} to {becomes}"
    was = payers(old["payers"] or {old["agency"]: 1.0}, scenario)
    becomes = payers(move.payers, scenario) if move.payers else was
    if becomes == was:
        yield f"the cost of {name} stays with {was}"
    else:
        yield f"the cost of {name}, until now borne by {was}, is borne by {becomes}"


def payers(shares: Mapping[str, float], scenario: Scenario) -> str:
    """Who pays: "the council", or "half by the council and half by the police"."""
    paying = {name: share for name, share in shares.items() if share > 0}
    if len(paying) == 1:
        return the_agency(scenario.agencies[next(iter(paying))])
    words = [f"{the_agency(scenario.agencies[name])} ({part(share)})" for name, share in paying.items()]
    return listed(words)


def spent(sums: Sequence[Money], scenario: Scenario) -> str:
    """Sums of one kind that agencies spend without a contact, as one clause."""
    purpose, once = {
        "set_up": ("setting up", True),
        "grant": ("grants", False),
        "running": ("running costs", False),
    }[sums[0].kind]
    if len(sums) == 1:
        agency = the_agency(scenario.agencies[sums[0].agency or ""])
        often = "is spent once" if once else "a year is spent"
        return f"{pounds(sums[0].pounds or sums[0].pounds_a_year)} {often} by {agency} on {purpose}"
    told = [
        f"{pounds(one.pounds or one.pounds_a_year)} by "
        f"{the_agency(scenario.agencies[one.agency or ''], briefly=True)}"
        for one in sums
    ]
    total = pounds(sum(one.pounds or one.pounds_a_year for one in sums))
    paid = f"{purpose} {'are' if purpose.endswith('s') else 'is'} paid for {'once' if once else 'each year'}"
    return f"{paid}, {total} in all: {listed(told)}"


def _money(money: Money, scenario: Scenario) -> str:
    """A sum taken, added or spent."""
    if money.agency is not None:
        return spent((money,), scenario)
    service = the_service(scenario.services[money.service or ""])
    names = {"hours": "staff hours", "places": "beds", "package": "the size of each package of support"}
    split = {names[name]: share for name, share in money.split.model_dump().items() if share > 0}
    if len(split) == 1:
        shared = f"all of it {'from' if money.pounds_a_year < 0 else 'for'} {next(iter(split))}"
    else:
        shared = listed(f"{part(share)} from {name}" for name, share in split.items())
    total = pounds(abs(money.pounds_a_year))
    if money.pounds_a_year < 0:
        return f"{total} a year is taken out of {service}, {shared}"
    return f"{total} a year is added to {service}, {shared}"
