"""Names that a scenario's tables use for each other's rows: each must be there, and be one that will do."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from demandsim.scenario.agency import MECHANISMS
from demandsim.scenario.base import PLACES
from demandsim.scenario.circles import circles
from demandsim.scenario.contents import Contents
from demandsim.scenario.group import Group
from demandsim.scenario.problems import Loc, Problem, near
from demandsim.scenario.service import Service

_NO_DOOR = ("outreach",)
_NOT_APPROACHED = ("outreach", "emergency")


def references(scenario: Contents) -> Iterator[Problem]:
    """Names that are not there, or that name a service of the wrong kind."""
    yield from _mechanisms(scenario)
    yield from _needs(scenario)
    yield from _agencies(scenario)
    for name, service in scenario.services.items():
        yield from _service(scenario, service, ("services", name))
    yield from circles(scenario.services, scenario.needs)
    for name, driver in scenario.drivers.items():
        for row, step in enumerate(driver.steps):
            yield from known(step.need, scenario.needs, ("drivers", name, "steps", row, "need"), "need")
    for row, name in enumerate(scenario.remembered):
        yield from known(name, scenario.services, ("remembered", row), "service")
        if name in scenario.remembered[:row]:
            yield Problem(("remembered", row), f"'{name}' is given twice", would_do="leave one out")
    if (care := scenario.unpaid_care) is not None:
        yield from known(care.need, scenario.needs, ("unpaid_care", "need"), "need")
        priced = ("episode", "stay")  # priced by the week
        yield from _service_named(scenario, care.priced_as, ("unpaid_care", "priced_as"), only=priced)
    for place, group in groups(scenario):
        yield from group_names(scenario, group, place)


def known(name: str, names: Collection[str], place: Loc, what: str) -> Iterator[Problem]:
    """Nothing if the name is there, else what is wrong."""
    if name not in names:
        yield Problem(place, f"no {what} '{name}'", would_do=near(name, names))


def _service_named(
    scenario: Contents,
    name: str,
    place: Loc,
    *,
    not_mode: tuple[str, ...] = _NO_DOOR,
    only: tuple[str, ...] = (),
) -> Iterator[Problem]:
    """Check that a service is there and of a mode that can take whom it is sent."""
    yield from known(name, scenario.services, place, "service")
    if name in scenario.services:
        mode = scenario.services[name].mode
        if mode in not_mode or (only and mode not in only):
            wanted = (
                f"one of mode {' or '.join(only)}"
                if only
                else f"one that is not of mode {' or '.join(not_mode)}"
            )
            yield Problem(place, f"'{name}' is a service of mode {mode}", would_do=f"name {wanted}")


def _mechanisms(scenario: Contents) -> Iterator[Problem]:
    """Each mechanism of system leadership is described, and no other."""
    for name in scenario.mechanisms:
        yield from known(name, MECHANISMS, ("mechanisms", name), "mechanism")
    for name in MECHANISMS:
        if name not in scenario.mechanisms:
            yield Problem(
                ("mechanisms", name), "is missing", would_do="give its effect, lag_weeks, running and per"
            )


def _needs(scenario: Contents) -> Iterator[Problem]:
    """Where needs send residents, and what pushes them."""
    for name, need in scenario.needs.items():
        here: Loc = ("needs", name)
        for table, modes in (
            ("routes", ("contact", "episode", "stay")),
            ("emergency_routes", ("emergency",)),
        ):
            for row, route in enumerate(getattr(need, table)):
                for service in route.shares:
                    place = (*here, table, row, "shares", service)
                    yield from _service_named(scenario, service, place, not_mode=(), only=modes)
        for service in need.ordinary:
            place = (*here, "ordinary", service)
            yield from _service_named(scenario, service, place, not_mode=(), only=("contact", "emergency"))
        for table in ("pushed_by", "pushed_by_household"):
            for other in getattr(need, table):
                yield from known(other, scenario.needs, (*here, table, other), "need")
        if name in need.pushed_by:
            yield Problem(
                (*here, "pushed_by", name), "a need does not push itself", would_do="raise its own rates"
            )


def _agencies(scenario: Contents) -> Iterator[Problem]:
    """Referrals that agencies make."""
    for name, agency in scenario.agencies.items():
        for row, refers in enumerate(agency.refers):
            here = ("agencies", name, "refers", row)
            yield from known(refers.need, scenario.needs, (*here, "need"), "need")
            yield from _service_named(scenario, refers.to, (*here, "to"), not_mode=_NOT_APPROACHED)


def _service(scenario: Contents, service: Service, here: Loc) -> Iterator[Problem]:
    """Whom one service belongs to, helps, and sends residents to."""
    yield from known(service.agency, scenario.agencies, (*here, "agency"), "agency")
    for payer in service.payers:
        yield from known(payer, scenario.agencies, (*here, "payers", payer), "agency")
    if service.place is not None:
        yield from known(service.place, PLACES[1:], (*here, "place"), "place of stay")
    for need in (*service.helps, *service.hand_on):
        table = "helps" if need in service.helps else "hand_on"
        yield from known(need, scenario.needs, (*here, table, need), "need")
    # Only an emergency service passes a caller on at once; from elsewhere a hand-off arrives at a queue next week.
    handed = _NO_DOOR if service.mode == "emergency" else _NOT_APPROACHED
    for need, to in service.hand_on.items():
        yield from _service_named(scenario, to, (*here, "hand_on", need), not_mode=handed)
        if to == here[-1]:
            yield Problem(
                (*here, "hand_on", need), "a service does not hand on to itself", to, "another service"
            )
    for row, referral in enumerate(service.refers):
        yield from known(referral.need, scenario.needs, (*here, "refers", row, "need"), "need")
        to_door = (*here, "refers", row, "to")
        yield from _service_named(scenario, referral.to, to_door, not_mode=_NOT_APPROACHED)
    for row, wait in enumerate(service.awaits):
        yield from known(wait.need, scenario.needs, (*here, "awaits", row, "need"), "need")
        yield from _service_named(
            scenario, wait.service, (*here, "awaits", row, "service"), not_mode=_NOT_APPROACHED
        )
        if wait.service == here[-1]:
            at = (*here, "awaits", row, "service")
            yield Problem(at, "nobody waits in a stay for that stay", wait.service, "another service")
    for row, outcome in enumerate(service.outcomes):
        at = (*here, "outcomes", row)
        yield from known(outcome.kind, service.kinds, (*at, "kind"), "kind of contact")
        for number, need in enumerate(outcome.needs):
            yield from known(need, scenario.needs, (*at, "needs", number), "need")
        if outcome.next is not None:
            yield from _service_named(scenario, outcome.next, (*at, "next"))
        if outcome.refers_to is not None:
            to_door = (*at, "refers_to")
            yield from _service_named(scenario, outcome.refers_to, to_door, not_mode=_NOT_APPROACHED)
    for kind in service.expected_contacts:
        yield from known(kind, service.kinds, (*here, "expected_contacts", kind), "kind of contact")
    if service.programme is not None:
        at = (*here, "programme")
        for need in service.programme.help:
            yield from known(need, scenario.needs, (*at, "help", need), "need")
        for need, to in service.programme.refers_to.items():
            yield from known(need, scenario.needs, (*at, "refers_to", need), "need")
            to_door = (*at, "refers_to", need)
            yield from _service_named(scenario, to, to_door, not_mode=_NOT_APPROACHED)


def groups(scenario: Contents) -> Iterator[tuple[Loc, Group]]:
    """Every group that a scenario states, and where."""
    for name, need in scenario.needs.items():
        for table in ("routes", "emergency_routes"):
            for row, route in enumerate(getattr(need, table)):
                yield ("needs", name, table, row, "group"), route.group
    for name, agency in scenario.agencies.items():
        for row, refers in enumerate(agency.refers):
            yield ("agencies", name, "refers", row, "group"), refers.group
    for name, service in scenario.services.items():
        yield from ((("services", name, key), group) for key, group in door_groups(service))
        for row, referral in enumerate(service.refers):
            yield ("services", name, "refers", row, "group"), referral.group
    for name, driver in scenario.drivers.items():
        for row, step in enumerate(driver.steps):
            yield ("drivers", name, "steps", row, "group"), step.group


def door_groups(service: Service) -> Iterable[tuple[str, Group]]:
    """Groups by which a service picks whom it sees."""
    yield "open_to", service.open_to
    if service.closed_to is not None:
        yield "closed_to", service.closed_to
    yield "remit", service.remit
    if service.programme is not None:
        yield "programme", service.programme.group


def group_names(scenario: Contents, group: Group, place: Loc) -> Iterator[Problem]:
    """Names in one group that are not there."""
    for row, district in enumerate(group.district or ()):
        yield from known(district, scenario.place.districts, (*place, "district", row), "district")
    for need in group.need:
        yield from known(need, scenario.needs, (*place, "need", need), "need")
    if group.contact is not None:
        service, at = group.contact.service, (*place, "contact", "service")
        if service not in scenario.services:
            yield from known(service, scenario.services, at, "service")
        elif service not in scenario.remembered:
            yield Problem(
                at, f"'{service}' is not remembered", would_do="add it to the scenario's remembered"
            )
