"""How the ways in which an emergency service's contacts end change, in words: who fares otherwise, and how."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from demandsim.scenario.schema import Scenario
from demandsim.scenario.words import common, listed, the_service

_KINDS = {
    "assessed": "assessed",
    "attended": "attended to",
    "community": "left in the community",
    "home": "sent home",
    "on_scene": "helped where they are",
    "telephone": "helped by telephone",
    "visit": "visited",
}
"""Kinds of contact as what becomes of a resident, where the key by itself does not say it."""

_LEADS = ("admitted", "conveyed", "passed_on", "referred")
"""Kinds that are followed by where to, as "referred to the crisis team"."""

NEAR = 1e-9


class Ending(NamedTuple):
    """One way a contact ends: its kind, and the service it leads to now or next week."""

    kind: str
    to: str | None


class Shift(NamedTuple):
    """What becomes more or less frequent, of those who come about one need."""

    need: str | None  # None is every need without rows of its own
    fewer: tuple[Ending, ...]
    more: tuple[Ending, ...]


def shifts(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> Iterator[Shift]:
    """Tell two lists of outcomes apart, need by need.

    Parameters
    ----------
    before, after : sequence of mapping
        Rows as a scenario holds them: kind, share by severity, needs, next, refers_to.

    Yields
    ------
    Shift
        For each need, and for all needs without rows of their own, whose shares differ at any severity. What is
        more frequent at one and less at another counts by the sum over severities.
    """
    for need in dict.fromkeys([None, *_needs(before), *_needs(after)]):
        old, new = _shares(before, need), _shares(after, need)
        fewer: list[Ending] = []
        more: list[Ending] = []
        for ending in dict.fromkeys([*old, *new]):
            moved = [b - a for a, b in zip(old[ending], new[ending], strict=True)]
            if max(map(abs, moved)) > NEAR:
                (more if sum(moved) > 0 else fewer).append(ending)
        if fewer or more:
            yield Shift(need, tuple(fewer), tuple(more))


def _needs(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Needs that have rows of their own."""
    return [need for row in rows for need in row.get("needs", ())]


def _shares(rows: Sequence[Mapping[str, Any]], need: str | None) -> defaultdict[Ending, list[float]]:
    """Shares by severity of each ending of one need; those of every need where it has no rows."""
    own = [row for row in rows if (need in row.get("needs", ()) if need else not row.get("needs"))]
    found: defaultdict[Ending, list[float]] = defaultdict(lambda: [0.0] * 5)
    for row in own or [row for row in rows if not row.get("needs")]:
        ending = Ending(row["kind"], row.get("next") or row.get("refers_to"))
        found[ending] = [a + b for a, b in zip(found[ending], row["share"], strict=True)]
    return found


def what_becomes(
    before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]], scenario: Scenario
) -> str:
    """Say what becomes of those who come: "of those who come about frailty, fewer are admitted to the hospital"."""
    told = []
    for shift in shifts(before, after):
        about = f"about {common(scenario.needs[shift.need].title)}" if shift.need else "about anything else"
        parts = [
            f"{word} are {listed((_ending(one, scenario) for one in endings), by='or')}"
            for word, endings in (("fewer", shift.fewer), ("more", shift.more))
            if endings
        ]
        told.append(f"{about}, {' and '.join(parts)}")
    return f"of those who come {'; '.join(told)}" if told else "what becomes of those who come stays as it is"


def _ending(ending: Ending, scenario: Scenario) -> str:
    """What becomes of a resident."""
    words = _KINDS.get(ending.kind, ending.kind.replace("_", " "))
    if ending.to is not None and ending.kind in _LEADS:
        words += f" to {the_service(scenario.services[ending.to])}"
    return words
