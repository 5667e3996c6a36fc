"""Which changes of a policy go beyond the law: services that turn away residents whom the law protects."""

from __future__ import annotations

from collections.abc import Iterable

from demandsim.scenario.group import Group
from demandsim.scenario.policy import Change
from demandsim.scenario.problems import tuples
from demandsim.scenario.schema import Scenario
from demandsim.scenario.service import Service
from demandsim.scenario.settings import apply_set


def beyond_the_law(scenario: Scenario, changes: Iterable[Change]) -> tuple[str, ...]:
    """List the services that changes make turn away residents whom the law protects.

    Parameters
    ----------
    scenario : Scenario
        The scenario file: its ``lawful_threshold`` is the law, and whom its doors are for is whom the law means.
    changes : iterable of Change
        Of policies that have passed ``check_policy``. Each is looked at by itself.

    Returns
    -------
    tuple of str
        Keys of services with a ``lawful_threshold``, each once, in the order of the changes: those given a
        threshold above it, closed to anyone, or given a ``takes``, ``remit``, ``open_to`` or ``closed_to`` that
        lets in fewer than the scenario's own.
    """
    found: dict[str, None] = {}
    for change in changes:
        if change.close is not None and _protects(scenario, change.close):
            found[change.close] = None
        touched = dict.fromkeys(p.split(".")[1] for p in change.set if p.startswith("services."))
        for name in touched:
            if _protects(scenario, name) and _turns_away(scenario, name, change):
                found[name] = None
    return tuple(found)


def _protects(scenario: Scenario, name: str) -> bool:
    """Whether the law says whom a service that is open may not turn away."""
    service = scenario.services[name]
    return service.lawful_threshold is not None and not service.closed


def _turns_away(scenario: Scenario, name: str, change: Change) -> bool:
    """Whether a change of one service's settings has it turn away residents whom the law protects."""
    stated, data = scenario.services[name], {"services": {name: scenario.services[name].model_dump()}}
    for path, value in change.set.items():
        if path.startswith(f"services.{name}."):
            data = apply_set(data, path, value)
    service = Service.model_validate(tuples(data["services"][name]))
    lawful = stated.lawful_threshold
    return (
        (lawful is not None and change.set.get(f"services.{name}.threshold", 0) > lawful)
        or not _all(stated.takes, service.takes, scenario)
        or not within(stated.remit, service.remit)
        or not within(stated.open_to, service.open_to)
        or not (
            service.closed_to is None
            or (stated.closed_to is not None and within(service.closed_to, stated.closed_to))
        )
    )


def _all(before: tuple[str, ...], after: tuple[str, ...], scenario: Scenario) -> bool:
    """Whether every need taken before is taken after; none named is every need."""
    return not after or set(before or scenario.needs) <= set(after)


def within(inner: Group, outer: Group) -> bool:
    """Whether everyone in one group is sure to be in the other.

    Parameters
    ----------
    inner, outer : Group
        Two groups of one service, so that equal shares keep the same residents.

    Returns
    -------
    bool
        False also where it cannot be told, as where one membership is fixed and the other rolling.
    """
    if outer.everyone or inner == outer:
        return True
    if inner.membership != outer.membership:
        return False
    ranges = [(inner.age, outer.age), *((inner.need.get(need), span) for need, span in outer.need.items())]
    words = [
        (getattr(inner, key), getattr(outer, key))
        for key in ("quintile", "district", "tenure", "role", "place")
    ]
    return (
        all(
            wide is None or (one is not None and wide[0] <= one[0] and one[1] <= wide[1])
            for one, wide in ranges
        )
        and all(wide is None or (some is not None and set(some) <= set(wide)) for some, wide in words)
        and outer.sex in (None, inner.sex)
        and outer.contact in (None, inner.contact)
        and (outer.share is None or (inner.share is not None and inner.share <= outer.share))
    )
