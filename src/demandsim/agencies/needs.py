"""Needs as the kernels read them: weekly chances by age, sex, decile and level; routes; referrals by others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import ceil
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from demandsim.agencies.grouping import GroupTable
from demandsim.agencies.rules import MOST_DEATH, MOST_FACTOR, Array, NeedRules, Routes
from demandsim.population.traits import GRADES
from demandsim.scenario.base import AGE_BANDS, DECILES
from demandsim.scenario.group import Group
from demandsim.scenario.need import Need
from demandsim.scenario.schema import Scenario
from demandsim.units import MULTIPLIER_ONE as ONE16
from demandsim.units import ONE, WEEKS_A_YEAR, chance_units, multiplier_units, normal_grades, weekly_units

STATUSES = ("unserved", "waiting", "open")
OLDEST = 32_000


class DriverMove(NamedTuple):
    """A driver moved by a policy: how far from its level, for whom, under which name the group is drawn."""

    driver: str
    by: float
    group: Group
    name: str


def need_rules(
    scenario: Scenario, groups: GroupTable, moves: Sequence[DriverMove] = (), start: Array | None = None
) -> NeedRules:
    """Work out every table by need.

    Parameters
    ----------
    scenario
        As it stands in the week.
    groups
        Where the groups it names are numbered.
    moves
        Drivers that policies have moved by then.
    start : [cell, need], optional
        From ``start_table``: policies set no needs, so that it serves every week.
    """
    needs = list(scenario.needs.values())
    names, services = list(scenario.needs), list(scenario.services)
    held = [name for name in names if scenario.needs[name].pushed_by_household]
    ordinary = [[(services.index(s), rates) for s, rates in need.ordinary.items()] for need in needs]
    refers = [
        [
            (groups.add(r.group), services.index(r.to), r.rates)
            for a in scenario.agencies.values()
            for r in a.refers
            if r.need == n
        ]
        for n in names
    ]
    driven = [_driven(scenario, groups, name, moves) for name in names]
    return NeedRules(
        **_changes(scenario, driven, start_table(scenario) if start is None else start),
        first_week=np.array([n.age[0] * WEEKS_A_YEAR for n in needs], np.int32),
        last_week=np.array([min((n.age[1] + 1) * WEEKS_A_YEAR, OLDEST) for n in needs], np.int32),
        **_ladder(needs),
        push=_units(multiplier_units, ([n.pushed_by.get(o, 0.0) for o in names] for n in needs)),
        held=np.array([held.index(n) if n in held else -1 for n in names], np.int8),
        home_push=_units(
            multiplier_units,
            ([scenario.needs[h].pushed_by_household.get(o, 0.0) for o in names] for h in held or names[:1]),
        )
        * (1 if held else 0),
        approach=_units(weekly_units, ([getattr(n.approach, s) for s in STATUSES] for n in needs)),
        approach_most=_approach_most(needs, refers),
        emergency=_units(weekly_units, ([getattr(n.emergency, s) for s in STATUSES] for n in needs)),
        ordinary_first=firsts(ordinary),
        ordinary_service=np.array([s for rows in ordinary for s, _ in rows], np.int8),
        ordinary_rate=_units(weekly_units, (rates for rows in ordinary for _, rates in rows)).reshape(-1, 4),
        ordinary_most=_sums([[rates for _, rates in rows] for rows in ordinary]),
        ordinary_open=_units(multiplier_units, (n.ordinary_when_open for n in needs)),
        refer_first=firsts(refers),
        refer_group=np.array([g for rows in refers for g, _, _ in rows], np.int16),
        refer_to=np.array([to for rows in refers for _, to, _ in rows], np.int8),
        refer_rate=_units(weekly_units, (rates for rows in refers for _, _, rates in rows)).reshape(-1, 3),
        **_driver_rows(driven),
        death=_units(multiplier_units, ((1.0, *n.death) for n in needs)),
        death_most=_death_most(needs),
        unpaid_from=np.array([_unpaid_from(scenario, name) for name in names], np.uint8),
        health=_units(multiplier_units, ([1.0, *(1 - w for w in n.qaly_weight)] for n in needs)),
    )


def _driver_rows(driven: Sequence[Sequence[tuple[int, int, int]]]) -> dict[str, Array]:
    """Lay end to end what moved drivers add to each need's chance of starting."""
    return {
        "driver_first": firsts(driven),
        "driver_group": np.array([row[0] for rows in driven for row in rows], np.int16),
        "driver_for": np.array([row[1] for rows in driven for row in rows], np.int16),
        "driver_adds": np.array([row[2] for rows in driven for row in rows], np.int64),
    }


def _ladder(needs: Sequence[Need]) -> dict[str, NDArray[np.int64]]:
    """Work out how each need worsens and eases, alone, served, helped and supported."""
    return {
        "worsen": _units(weekly_units, (n.worsen for n in needs)),
        "ease": _units(weekly_units, (n.ease for n in needs)),
        "served_worsen": _units(multiplier_units, (n.served.worsen for n in needs)),
        "served_ease": _units(multiplier_units, (n.served.ease for n in needs)),
        "helped_start": _units(multiplier_units, (n.helped.start for n in needs)),
        "helped_worsen": _units(multiplier_units, (n.helped.worsen for n in needs)),
        "support_cut": _units(multiplier_units, (n.support_eases for n in needs)),
    }


def start_table(scenario: Scenario) -> NDArray[np.int64]:
    """Weekly chances of needs starting, undriven: [cell, need], in 2^-32."""
    return np.array([_start(scenario, name) for name in scenario.needs], np.int64).T.copy()


def _starts(
    scenario: Scenario, driven: Sequence[Sequence[tuple[int, int, int]]], start: NDArray[np.int64]
) -> dict[str, NDArray[np.int64]]:
    """Work out the chances of starting by cell, and the bounds by which the kernels rule most residents out."""
    needs = list(scenario.needs.values())
    adds = np.array([sum(max(0, add) for _, _, add in rows) for rows in driven], np.int64)
    highest = np.where(start > 0, start + adds, 0) * _at_most(n.helped.start for n in needs)
    # Without needs of one's own only the household pushes.
    alone = highest * np.array([MOST_FACTOR if n.pushed_by_household else 1 for n in needs], np.int64)
    most = highest * MOST_FACTOR
    return {
        "start": start,
        "start_most": most,
        "block_most": np.stack([most_of_four(alone), most_of_four(most)], axis=1),
    }


def _changes(
    scenario: Scenario, driven: Sequence[Sequence[tuple[int, int, int]]], start: NDArray[np.int64]
) -> dict[str, NDArray[np.int64]]:
    """Work out the chances of starting, and the bounds on every change."""
    tables = _starts(scenario, driven, start) | _bounds(list(scenario.needs.values()))
    up = tables["worsen_most"].copy()
    up[:, 0] += tables["start_most"].max(axis=0)
    highest = max(normal_grades(scenario.place.vulnerability_spread, GRADES)[1])
    return tables | {"change_most": ((up * highest) >> 16) + tables["ease_most"]}


def _bounds(needs: Sequence[Need]) -> dict[str, NDArray[np.int64]]:
    """Bound the chances of worsening and easing, before vulnerability; emergencies by severity."""
    worsen = _units(weekly_units, ((0.0, *n.worsen, 0.0) for n in needs))
    worsen *= _at_most(n.helped.worsen * max(1.0, n.served.worsen) for n in needs)[:, None] * MOST_FACTOR
    ease = _units(weekly_units, ((0.0, *n.ease) for n in needs))
    return {
        "worsen_most": worsen,
        "ease_most": ease * _at_most(n.served.ease for n in needs)[:, None],
        "emergency_most": _units(
            weekly_units, ([(0.0, 0.0, 0.0, *getattr(n.emergency, s)) for s in STATUSES] for n in needs)
        ),
    }


def _death_most(needs: Sequence[Need]) -> NDArray[np.int64]:
    """Give the most that the needs' factors on death come to together, by the sum of their severities."""
    most = [1.0] + [0.0] * 64
    for need in needs:
        factors = (1.0, *need.death)
        most = [max(most[s - level] * factors[level] for level in range(min(s, 4) + 1)) for s in range(65)]
    highest = [max(1.0, *most[: s + 1]) for s in range(65)]
    return np.array([min(ceil(each * ONE16) + 1, MOST_DEATH * ONE16) for each in highest], np.int64)


def most_of_four(table: NDArray[np.int64]) -> NDArray[np.int64]:
    """Turn columns into rows, each the most of four columns."""
    blocks = [table[:, first : first + 4].max(axis=1) for first in range(0, table.shape[1], 4)]
    return np.stack(blocks) if blocks else np.zeros((0, len(table)), np.int64)


def _at_most(factors: Iterable[float]) -> NDArray[np.int64]:
    """Round factors up to whole numbers, 1 at least."""
    return np.array([max(1, ceil(factor)) for factor in factors], np.int64)


def route_rules(scenario: Scenario, groups: GroupTable) -> Routes:
    """Lay out the routes of approaches (kind 0) and emergencies (kind 1)."""
    services = list(scenario.services)
    first: list[list[int]] = []
    group: list[int] = []
    share_first, service, upto = [0], list[int](), list[int]()
    for kind in ("routes", "emergency_routes"):
        row = []
        for need in scenario.needs.values():
            row.append(len(group))
            for route in getattr(need, kind):
                group.append(groups.add(route.group))
                service += [services.index(s) for s in route.shares]
                upto += cumulated(route.shares.values())
                share_first.append(len(service))
        first.append([*row, len(group)])
    return Routes(
        first=np.array(first, np.int64),
        group=np.array(group, np.int16),
        share_first=np.array(share_first, np.int64),
        service=np.array(service, np.int8),
        upto=np.array(upto, np.int64),
    )


def cumulated(shares: Iterable[float]) -> list[int]:
    """Cumulate shares in 2^-32; the last closes at one."""
    total, out = 0, []
    for share in shares:
        total += chance_units(share)
        out.append(min(total, ONE))
    return out


def firsts(rows: Sequence[Sequence[object]]) -> NDArray[np.int64]:
    """Give where each list begins when all are laid end to end, and where the last one ends."""
    return np.cumsum([0, *map(len, rows)]).astype(np.int64)


def _units(work_out: Callable[[float], int], nested: Iterable[object]) -> NDArray[np.int64]:
    """Turn nested numbers into whole units, one by one."""
    return np.array(_deep(work_out, list(nested)), np.int64)


def _deep(work_out: Callable[[float], int], value: object) -> object:
    """Apply to every number of nested lists."""
    return [_deep(work_out, v) for v in value] if isinstance(value, list | tuple) else work_out(value)  # type: ignore[arg-type]


def _approach_most(
    needs: Sequence[Need], refers: Sequence[Sequence[tuple[int, int, Sequence[float]]]]
) -> NDArray[np.int64]:
    """Bound the chance of any ask at a door, by need, status and level."""
    table = np.zeros((len(needs), 3, 5), np.int64)
    table[:, :, 1:4] = _units(weekly_units, ([getattr(n.approach, s) for s in STATUSES] for n in needs))
    table[:, 0] += _sums([[(*rates, 0.0) for _, _, rates in rows] for rows in refers])
    return table


def _sums(rows: Sequence[Sequence[Sequence[float]]]) -> NDArray[np.int64]:
    """Add up weekly chances by severity over each need's rows."""
    return np.array(
        [[0, *(sum(weekly_units(rates[level]) for rates in each) for level in range(4))] for each in rows],
        np.int64,
    )


def _driven(
    scenario: Scenario, groups: GroupTable, need: str, moves: Sequence[DriverMove]
) -> list[tuple[int, int, int]]:
    """List what moved drivers add to one need's chance of starting, step by step."""
    rows = []
    for move in moves:
        for step in scenario.drivers[move.driver].steps:
            if step.need == need and move.by != 0:
                adds = step.adds * move.by
                sign = 1 if adds > 0 else -1
                rows.append(
                    (
                        groups.add(step.group, name=move.driver),
                        groups.add(move.group, name=move.name),
                        sign * weekly_units(abs(adds)),
                    )
                )
    return rows


def _unpaid_from(scenario: Scenario, name: str) -> int:
    """Give the severity from which families care for an unmet need; 5, which no need reaches, if they do not."""
    care = scenario.unpaid_care
    return care.from_severity if care is not None and care.need == name else 5


def _start(scenario: Scenario, name: str) -> list[int]:
    """Weekly chance of a need's start by cell, nought in bands wholly outside its ages."""
    need: Need = scenario.needs[name]
    cells = []
    for band, first in enumerate(AGE_BANDS):
        last = (*AGE_BANDS, OLDEST)[band + 1] - 1
        fits = (
            first <= need.age[1] and last >= need.age[0]
        )  # the kernels cut by the need's ages inside a band
        for sex in (0, 1):
            for decile in range(1, DECILES + 1):
                cells.append(weekly_units(need.start.at(band, sex, decile)) if fits else 0)
    return cells
