"""Ways on from one emergency service to another within a week, and where they would lead a caller back.

A caller who came to one door twice in a week would be referred from it twice by the same words of chance. So no
way may lead round, whether by the `next` of outcomes, by `hand_on`, or by both in turn.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import pairwise

from demandsim.scenario.problems import Problem
from demandsim.scenario.service import Service


def circles(
    services: Mapping[str, Service], needs: Iterable[str], shut: Collection[str] = ()
) -> Iterator[Problem]:
    """Find circles, need by need, in which at least one emergency service hands on.

    Parameters
    ----------
    services : mapping
        By name. Only emergency services see or pass on a caller at once; no other leads back to one. Nobody comes
        to one that is closed.
    needs : iterable of str
        A need's callers are handed on by its own `hand_on`, and led on by the outcomes that count for it.
    shut : collection of str
        Closed services that have been open: callers still come to them, and are handed on.

    Yields
    ------
    Problem
        Each circle once, at the first of its services that hands on. Circles of `next` alone are found with
        the chains they make, whatever the need.
    """
    emergency = {
        name: service
        for name, service in services.items()
        if service.mode == "emergency" and (name in shut or not service.closed)
    }
    told: set[tuple[str, frozenset[str]]] = set()
    for need in needs:
        after = {name: _after(service, need) for name, service in emergency.items()}
        for name, service in emergency.items():
            to = service.hand_on.get(need, name)  # to itself is refused as such
            back = _way(after, to, name) if to in emergency and to != name else ()
            if not back or (need, frozenset(back)) in told:
                continue
            told.add((need, frozenset(back)))
            shown = " to ".join([name, *back])
            only = all(emergency[one].hand_on.get(need) == following for one, following in pairwise(back))
            yield Problem(
                ("services", name, "hand_on", need),
                f"passes callers round in a circle ({shown}{'' if only else ', by hand_on and next'})",
                would_do="leave it out at one of them"
                if only
                else "leave it out, or the next that leads back",
            )


def _after(service: Service, need: str) -> tuple[str, ...]:
    """Services that callers for a need may come to from an emergency service in the same week."""
    led: list[str | None] = []
    if not service.closed and (not service.takes or need in service.takes):
        own = [row for row in service.outcomes if need in row.needs]
        rows = own or [row for row in service.outcomes if not row.needs]
        led = [row.next for row in rows if any(row.share[1:])]  # the first share is of background demand
    return tuple(dict.fromkeys(to for to in (service.hand_on.get(need), *led) if to is not None))


def _way(after: Mapping[str, tuple[str, ...]], start: str, end: str) -> tuple[str, ...]:
    """Give the shortest way from one emergency service to another, both included; empty if there is none."""
    ways: list[tuple[str, ...]] = [(start,)]
    seen = {start}
    for way in ways:  # grows as it goes
        for following in after.get(way[-1], ()):
            if following == end:
                return (*way, end)
            if following not in seen:
                seen.add(following)
                ways.append((*way, following))
    return ()
