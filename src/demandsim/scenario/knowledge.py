"""What an agency's records can show, and groups that ask for more: nobody picks on needs nobody has seen."""

from __future__ import annotations

from collections.abc import Iterator

from demandsim.scenario.contents import Contents
from demandsim.scenario.group import Group
from demandsim.scenario.problems import Loc, Problem
from demandsim.scenario.references import door_groups, groups

FIXED = 62
"""Most groups of fixed membership that a scenario may have: one bit of a resident each."""


def knowledge(scenario: Contents) -> Iterator[Problem]:
    """Groups that use what the agency behind them cannot know."""
    for name, service in scenario.services.items():
        if service.closed:
            continue  # checked when a policy opens it, with the records shared by then
        for key, group in door_groups(service):
            place: Loc = ("services", name, key) if key != "programme" else ("services", name, key, "group")
            yield from beyond_records(scenario, group, service.agency, place)
    fixed = [place for place, group in groups(scenario) if group.membership == "fixed"]
    if len(fixed) > FIXED:
        yield Problem(
            fixed[FIXED], f"a scenario has at most {FIXED} groups of fixed membership, not {len(fixed)}"
        )


def beyond_records(scenario: Contents, group: Group, agency: str, place: Loc) -> Iterator[Problem]:
    """What a group asks that the agency's own records do not hold."""
    if scenario.agencies[agency].leadership.shared_records > 0:
        return
    seen = seen_by(scenario, agency)
    title = scenario.agencies[agency].title
    for need in group.need:
        if need not in seen:
            yield Problem(
                (*place, "need", need),
                f"{title} cannot know of '{need}': none of its services helps or meets that need",
                would_do="use " + (", ".join(sorted(seen)) or "no need") + ", or shared_records above 0",
            )
    if group.contact is not None and scenario.services[group.contact.service].agency != agency:
        yield Problem(
            (*place, "contact", "service"),
            f"{title} cannot know of contacts with '{group.contact.service}', a service of another agency",
            would_do="use one of its own, or shared_records above 0",
        )


def seen_by(scenario: Contents, agency: str) -> set[str]:
    """Needs that an agency's services help, or that residents bring or are sent to them with."""
    own = {name for name, service in scenario.services.items() if service.agency == agency}
    seen = {need for name in own for need in scenario.services[name].helps}
    for name, need in scenario.needs.items():
        doors = {to for route in (*need.routes, *need.emergency_routes) for to in route.shares}
        if own & (doors | set(need.ordinary)):
            seen.add(name)
    for other in scenario.agencies.values():
        seen.update(refers.need for refers in other.refers if refers.to in own)
    for service in scenario.services.values():
        seen.update(referral.need for referral in service.refers if referral.to in own)
        seen.update(need for need, to in service.hand_on.items() if to in own)
        seen.update(wait.need for wait in service.awaits if wait.service in own)
        for row in service.outcomes:
            if row.refers_to in own or row.next in own:
                seen.update(row.needs)
    return seen
