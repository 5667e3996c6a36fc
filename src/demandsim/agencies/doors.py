"""The table of doors the kernels run by: remits, thresholds, capacity, prices in minutes, where things lead."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import numpy as np

from demandsim.agencies.changes import AsChanged, shut_word
from demandsim.agencies.grouping import GroupTable, sector_bit, sees
from demandsim.agencies.needs import firsts
from demandsim.agencies.rules import MODES, Array, Doors
from demandsim.scenario.base import PLACES
from demandsim.scenario.group import Group
from demandsim.scenario.schema import Scenario
from demandsim.scenario.service import Service
from demandsim.units import MULTIPLIER_ONE, ONE, chance_units, minutes, multiplier_units, weekly_units


def kinds(scenario: Scenario) -> tuple[tuple[str, str], ...]:
    """Number the kinds of contact: (service, kind) in the order of the scenario."""
    return tuple((s, k) for s, service in scenario.services.items() for k in service.kinds)


def unmoved(before: Scenario, now: Scenario, key: str) -> bool:
    """Tell whether a setting stands at every service as it stood before."""
    pairs = ((getattr(s, key), getattr(now.services[k], key)) for k, s in before.services.items())
    return all(old is new or old == new for old, new in pairs)


def door_rules(changed: AsChanged, groups: GroupTable, before: tuple[Scenario, Doors] | None = None) -> Doors:
    """Work out every table by service.

    Parameters
    ----------
    changed
        The scenario as it stands in the week, the file itself, and the strengths that have effect now (what is
        paid for may run ahead by the lag). A service the file holds closed is not refused by until a policy
        has opened it.
    groups
        Where the groups it names are numbered.
    before
        The scenario and the doors of the week before: rows of outcomes that have not moved are taken over.
    """
    scenario, strengths = changed.scenario, changed.strengths
    table = list(scenario.services.values())
    return Doors(
        **_single(changed, groups),
        known_to=np.array([_known_to(changed, groups, name) for name in scenario.services], np.int16),
        **_kind_columns(scenario),
        **_capacity(table),
        **_by_need(scenario, table),
        **_mechanisms(scenario, strengths),
        **_referrals(scenario, groups),
        **_awaits(scenario),
        **_outcomes(scenario, before),
    )


def _known_to(changed: AsChanged, groups: GroupTable, name: str) -> int:
    """Number the group a service is known to: everyone, or whom it was opened to where the file holds it closed."""
    if not changed.stated.services[name].closed:
        return groups.add(Group(), name=name)
    if name not in changed.opened:
        return -1
    group, word = changed.opened[name]
    return groups.add(group, name=word)


def _single(changed: AsChanged, groups: GroupTable) -> dict[str, Array]:
    """Columns with one plain number a service."""
    scenario, opened_by, shut_by = changed.scenario, changed.opened_by, changed.shut_by
    agencies, table = list(scenario.agencies), scenario.services
    seen = {a: sees(scenario, a, changed.strengths) for a in agencies}
    remembered = list(scenario.remembered)
    return {
        "agency": np.array([agencies.index(s.agency) for s in table.values()], np.int8),
        "sector_bit": np.array(
            [sector_bit(scenario.agencies[s.agency].sector) for s in table.values()], np.uint8
        ),
        "mode": np.array([MODES.index(s.mode) for s in table.values()], np.int8),
        "place": np.array([PLACES.index(s.place) if s.place else 0 for s in table.values()], np.uint8),
        "closed": np.array([s.closed for s in table.values()], np.uint8),
        "open_to": np.array(
            [groups.add(s.open_to, name=opened_by.get(k, k)) for k, s in table.items()], np.int16
        ),
        "closed_to": np.array(
            [
                -1 if s.closed_to is None else groups.add(s.closed_to, name=shut_by.get(k, shut_word(k)))
                for k, s in table.items()
            ],
            np.int16,
        ),
        "remit": np.array(
            [groups.add(s.remit, sees=seen[s.agency], name=k) for k, s in table.items()], np.int16
        ),
        "threshold": np.array([s.threshold for s in table.values()], np.uint8),
        "grows": np.array([s.grows_with_population for s in table.values()], np.uint8),
        "weeks": np.array([s.weeks for s in table.values()], np.int16),
        "ends_below": np.array([s.ends_below for s in table.values()], np.uint8),
        "package": np.array([_package(s) for s in table.values()], np.int64),
        "helped_weeks": np.array([s.helped_weeks for s in table.values()], np.int16),
        "standard": np.array([s.standard_weeks for s in table.values()], np.int16),
        "gives_up": np.array([weekly_units(s.gives_up) for s in table.values()], np.int64),
        "ready": np.array([_ready(s) for s in table.values()], np.int64),
        "whole": np.array([s.whole_household for s in table.values()], np.uint8),
        "remembered": np.array([remembered.index(k) if k in remembered else -1 for k in table], np.int8),
    }


def _package(service: Service) -> int:
    """Share of an episode's weeks with support, 65,536ths, rounded down: ten weeks at a tenth are one, not two."""
    return int(Decimal(repr(float(service.package))) * MULTIPLIER_ONE)


def _ready(service: Service) -> int:
    """Weekly chance of being ready to leave, so that a stay lasts ``ready_weeks`` on average."""
    return ONE if service.ready_weeks is None else round(ONE / service.ready_weeks)


def _kind_columns(scenario: Scenario) -> dict[str, Array]:
    """Columns by kind of contact, and which kind is posted when."""
    numbered = {pair: i for i, pair in enumerate(kinds(scenario))}
    names = list(scenario.services)
    took = [minutes(scenario.services[s].kinds[k].hours) for s, k in numbered]
    longest = [
        max(minutes(kind.hours) for kind in service.kinds.values()) for service in scenario.services.values()
    ]
    return {
        "main_kind": np.array([numbered[n, s.main_kind] for n, s in scenario.services.items()], np.int16),
        "assessment": np.array([numbered.get((n, "assessment"), -1) for n in names], np.int16),
        "admission": np.array([numbered.get((n, "admission"), -1) for n in names], np.int16),
        "kind_service": np.array([names.index(s) for s, _ in numbered], np.int8),
        "kind_minutes": np.array(took, np.int64),
        "largest": np.array(longest, np.int64),
    }


def _capacity(table: list[Service]) -> dict[str, Array]:
    """Thousandths of a minute (or of a bed) for 1,000 residents; none stated is no limit, closed is none."""
    rows = []
    for service in table:
        stated = service.beds if service.mode == "stay" else service.hours_a_week
        scale = 1000 if service.mode == "stay" else 60_000
        rows.append(-1 if stated is None else 0 if service.closed else round(stated * scale))
    return {"capacity": np.array(rows, np.int64)}


def _by_need(scenario: Scenario, table: list[Service]) -> dict[str, Array]:
    """Columns by service and need."""
    needs, names = list(scenario.needs), list(scenario.services)
    return {
        "takes": np.array([[not s.takes or n in s.takes for n in needs] for s in table], np.uint8),
        "helps": np.array([[multiplier_units(s.helps.get(n, 0.0)) for n in needs] for s in table], np.int64),
        "hand_on": np.array(
            [[names.index(s.hand_on[n]) if n in s.hand_on else -1 for n in needs] for s in table], np.int8
        ),
    }


def _mechanisms(scenario: Scenario, strengths: Mapping[str, Mapping[str, float]]) -> dict[str, Array]:
    """What system leadership does at each door: hand-offs kept and told, needs found, refusals settled."""

    def effect(service: Service, mechanism: str) -> float:
        stated = scenario.mechanisms.get(mechanism)
        return stated.effect * strengths[service.agency].get(mechanism, 0.0) if stated else 0.0

    table = scenario.services.values()
    discretion = scenario.mechanisms.get("discretion")
    return {
        "loss": np.array(
            [chance_units(s.hand_off_loss * (1 - effect(s, "warm_hand_over"))) for s in table], np.int64
        ),
        "tells": np.array([chance_units(effect(s, "warm_hand_over")) for s in table], np.int64),
        "finds": np.array([chance_units(effect(s, "whole_needs_assessment")) for s in table], np.int64),
        "settles": np.array([chance_units(effect(s, "discretion")) for s in table], np.int64),
        "settled_weeks": np.array([discretion.helped_weeks if discretion else 0 for _ in table], np.int16),
    }


def _referrals(scenario: Scenario, groups: GroupTable) -> dict[str, Array]:
    """Rows of referrals, service by service."""
    needs, names = list(scenario.needs), list(scenario.services)
    lists = [[(k, r) for r in s.refers] for k, s in scenario.services.items()]
    rows = [pair for each in lists for pair in each]
    return {
        "refer_first": firsts(lists),
        "refer_need": np.array([needs.index(r.need) for _, r in rows], np.int8),
        "refer_low": np.array([r.severity[0] for _, r in rows], np.uint8),
        "refer_high": np.array([r.severity[1] for _, r in rows], np.uint8),
        "refer_to": np.array([names.index(r.to) for _, r in rows], np.int8),
        "refer_share": np.array([chance_units(r.share) for _, r in rows], np.int64),
        "refer_group": np.array([groups.add(r.group, name=k) for k, r in rows], np.int16),
    }


def _awaits(scenario: Scenario) -> dict[str, Array]:
    """Rows of what residents ready to leave a stay wait for."""
    needs, names = list(scenario.needs), list(scenario.services)
    lists = [list(s.awaits) for s in scenario.services.values()]
    rows = [row for each in lists for row in each]
    return {
        "await_first": firsts(lists),
        "await_need": np.array([needs.index(r.need) for r in rows], np.int8),
        "await_low": np.array([r.severity[0] for r in rows], np.uint8),
        "await_high": np.array([r.severity[1] for r in rows], np.uint8),
        "await_service": np.array([names.index(r.service) for r in rows], np.int8),
        "await_share": np.array([chance_units(r.share) for r in rows], np.int64),
    }


def _upto(share: Array, first: Array) -> Array:
    """Cumulate shares in 2^-32 from each first row on; the last row with a share closes at one."""
    upto = np.zeros_like(share)
    for rows in np.split(np.arange(len(share)), first[(first > 0) & (first < len(share))]):
        upto[rows] = np.minimum(share[rows].cumsum(axis=0), ONE)
        upto[rows] = np.where(upto[rows] == upto[rows[-1:]], ONE * (upto[rows[-1:]] > 0), upto[rows])
    return upto


def _outcomes(scenario: Scenario, before: tuple[Scenario, Doors] | None) -> dict[str, Array]:
    """Rows of how emergency contacts end: a need's own rows where it has any, else the rows that name no need."""
    if before is not None and unmoved(before[0], scenario, "outcomes"):
        return {key: table for key, table in before[1]._asdict().items() if key.startswith("outcome_")}
    needs, names = list(scenario.needs), list(scenario.services)
    numbered = {pair: i for i, pair in enumerate(kinds(scenario))}
    rows: list[tuple[str, Any]] = [(k, o) for k, s in scenario.services.items() for o in s.outcomes]
    ordered: list[tuple[str, Any]] = []
    first = np.zeros((len(names), len(needs) + 1), np.int64)
    last = np.zeros((len(names), len(needs) + 1), np.int64)
    for i, name in enumerate(names):
        for j, need in enumerate([None, *needs]):
            own = [o for s, o in rows if s == name and need is not None and need in o.needs]
            first[i, j] = len(ordered)
            ordered += [(name, o) for o in own or [o for s, o in rows if s == name and not o.needs]]
            last[i, j] = len(ordered)
    share = np.array([[chance_units(s) for s in o.share] for _, o in ordered], np.int64).reshape(-1, 5)
    return {
        "outcome_first": first,
        "outcome_last": last,
        "outcome_kind": np.array([numbered[n, o.kind] for n, o in ordered], np.int16),
        "outcome_upto": _upto(share, np.unique(first)),
        "outcome_next": np.array([names.index(o.next) if o.next else -1 for _, o in ordered], np.int8),
        "outcome_refer": np.array(
            [names.index(o.refers_to) if o.refers_to else -1 for _, o in ordered], np.int8
        ),
    }
