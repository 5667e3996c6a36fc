"""The rules of a run week by week: compiled once for a scenario and its policies, shared by every seed."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from demandsim.agencies.changes import AsChanged, Line, as_changed, change_weeks, lines
from demandsim.agencies.doors import door_rules, kinds, unmoved
from demandsim.agencies.grouping import FrozenBits, GroupTable
from demandsim.agencies.needs import need_rules, route_rules, start_table
from demandsim.agencies.offers import background_rules, death_table, life_rules, programme_rules
from demandsim.agencies.rules import Rules
from demandsim.chance import check_policy_names
from demandsim.errors import PolicyError
from demandsim.records.prices import Prices, prices
from demandsim.scenario.check import check_given, check_together
from demandsim.scenario.policy import Policy
from demandsim.scenario.schema import Scenario

BEFORE = -1_000_000
"""A week before any run: the scenario as it stands without policies holds from here."""


class Version(NamedTuple):
    """The rules from one week on."""

    from_week: int
    scenario: Scenario
    rules: Rules
    prices: Prices
    frozen: tuple[int, ...]  # groups whose membership freezes in this week


class Lasting(NamedTuple):
    """Tables that serve every version: policies set neither needs nor the place."""

    start: NDArray[np.int64]
    death: NDArray[np.int64]


class Timetable(NamedTuple):
    """Every version of a run's rules, and the sums its policies spend without a contact."""

    scenario: Scenario
    policies: tuple[Policy, ...]
    versions: tuple[Version, ...]
    lines: tuple[Line, ...]

    def number(self, week: int) -> int:
        """Number of the version that holds in ``week``; the first is the scenario without policies."""
        return bisect_right([v.from_week for v in self.versions], week) - 1

    def at(self, week: int) -> Version:
        """Version that holds in ``week``."""
        return self.versions[self.number(week)]


def timetable(scenario: Scenario, policies: Sequence[Policy] = ()) -> Timetable:
    """Compile the rules of a run.

    Raises
    ------
    RunError
        If what is given is no scenario, or no policies.
    PolicyError
        If a policy cannot be run on the scenario, or is given twice, included or not.
    ChanceError
        If two policies' names have one hash.
    """
    check_given(scenario, policies)
    content = (scenario.model_dump_json(), *(p.model_dump_json() for p in policies))
    return _compiled(content, _Held(scenario, tuple(policies)))


class _Held:
    """Carries the scenario past the cache's key, which is its content."""

    def __init__(self, scenario: Scenario, policies: tuple[Policy, ...]) -> None:
        self.scenario, self.policies = scenario, policies

    def __hash__(self) -> int:
        return 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held)


@lru_cache(maxsize=32)
def _compiled(content: tuple[str, ...], held: _Held) -> Timetable:
    """Compile, once for each content."""
    scenario, policies = held.scenario, held.policies
    check_policy_names(p.name for whole in policies for p in whole.whole())
    check_together(scenario, policies)
    bits = FrozenBits()  # the scenario's own groups come first, so that every arm numbers them alike
    lasting = Lasting(start_table(scenario), death_table(scenario))
    versions: list[Version] = []
    seen: set[int] = set()
    begins = min((c.from_week for p in policies for c in p.change), default=scenario.weeks)
    for week in (BEFORE, *(w for w in change_weeks(policies, scenario) if w >= begins)):
        changed = as_changed(scenario, policies, week)
        if _numbered(changed.scenario) != _numbered(scenario):
            names = ", ".join(policy.name for policy in policies)
            text = f"from week {week} services, or their kinds of contact, are not those of the scenario in its order"
            raise PolicyError(names, "", text, would_do="write them in a scenario that extends this one")
        rules = compile_rules(changed, bits, lasting, versions[-1] if versions else None)
        rows = [int(g) for g in range(rules.groups.bit.shape[0]) if rules.groups.bit[g] >= 0]
        fresh = tuple(g for g in rows if int(rules.groups.bit[g]) not in seen)
        seen.update(int(rules.groups.bit[g]) for g in rows)
        versions.append(Version(week, changed.scenario, rules, prices(changed.scenario, scenario), fresh))
    return Timetable(scenario, policies, tuple(versions), tuple(lines(policies)))


def _numbered(scenario: Scenario) -> tuple[tuple[object, ...], ...]:
    """Name in its order all that the ledger, the book and residents' columns are numbered by."""
    services = scenario.services.items()
    return (
        kinds(scenario),
        tuple((name, s.mode, s.place, s.background is None, s.programme is None) for name, s in services),
        tuple(scenario.needs),
        tuple(scenario.agencies),
        tuple(scenario.drivers),
        tuple(scenario.place.districts),
        scenario.remembered,
    )


def compile_rules(
    changed: AsChanged, bits: FrozenBits, lasting: Lasting, before: Version | None = None
) -> Rules:
    """Turn a scenario as it stands into the kernels' tables; what has not moved since ``before`` is taken over."""
    scenario = changed.scenario
    same = before is not None and unmoved(before.scenario, scenario, "background")
    groups = GroupTable(scenario, bits)
    needs = need_rules(scenario, groups, changed.moves, start=lasting.start)
    routes = route_rules(scenario, groups)
    doors = door_rules(changed, groups, (before.scenario, before.rules.doors) if before else None)
    programmes = programme_rules(scenario, groups, changed.strengths)
    return Rules(
        needs=needs,
        routes=routes,
        doors=doors,
        background=before.rules.background if before and same else background_rules(scenario),
        programmes=programmes,
        groups=groups.columns(),
        life=life_rules(scenario, changed.strengths, lasting.death),
    )
