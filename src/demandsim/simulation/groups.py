"""Whether a resident is in a group, this week."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from demandsim.agencies.rules import Groups, Rules
from demandsim.chance import LIFELONG_WEEK, SHARE, address, draw
from demandsim.kernels import kernel
from demandsim.population.columns import HERE, Residents


@kernel
def in_group(state: Residents, groups: Groups, group: int, key: int, row: int, week: int) -> bool:
    """Tell whether the resident in ``row`` is in ``group`` in ``week``; group 0 is everyone."""
    if group == 0:
        return True
    bit = groups.bit[group]
    if bit >= 0:
        return (state.member[row] >> bit) & 1 == 1
    return meets(state, groups, group, key, row, week)


@kernel
def meets(state: Residents, groups: Groups, group: int, key: int, row: int, week: int) -> bool:
    """Tell whether the resident meets what the group asks now, whatever was frozen."""
    age = week - state.born_week[row]
    if age < groups.youngest[group] or age >= groups.oldest[group]:
        return False
    if not (
        (groups.sexes[group] >> state.sex[row]) & 1
        and (groups.quintiles[group] >> ((state.decile[row] - 1) // 2)) & 1
        and (groups.districts[group] >> state.district[row]) & 1
        and (groups.tenures[group] >> state.tenure[row]) & 1
        and (groups.roles[group] >> state.role[row]) & 1
        and (groups.places[group] >> state.place[row]) & 1
    ):
        return False
    if groups.asks_needs[group]:
        for need in range(state.severity.shape[1]):
            level = state.severity[row, need]
            if groups.sees[group] and not (groups.sees[group] & state.seen[row, need]):
                level = 0  # the agency's records do not hold it
            if level < groups.need_low[group, need] or level > groups.need_high[group, need]:
                return False
    column = groups.contact[group]
    if column >= 0 and state.last_contact[row, column] < week - groups.contact_weeks[group]:
        return False
    if groups.share[group] >= 0:
        word = draw(key, state.identity[row], LIFELONG_WEEK, address(SHARE, groups.share_item[group]))[0]
        return word < groups.share[group]
    return True


@kernel
def freeze(state: Residents, groups: Groups, group: int, key: int, week: int) -> None:
    """Freeze the membership of a fixed group as it stands at the start of ``week``."""
    bit = int(groups.bit[group])  # int8 would lose the bits beyond its own in plain Python
    for row in range(state.identity.shape[0]):
        state.member[row] &= ~(1 << bit)
        if state.presence[row] == HERE and meets(state, groups, group, key, row, week):
            state.member[row] |= 1 << bit


@kernel
def members(state: Residents, groups: Groups, group: int, key: int, week: int) -> NDArray[Any]:
    """Tell of every row whether it is here and in the group."""
    chosen = np.zeros(state.identity.shape[0], np.bool_)
    for row in range(chosen.shape[0]):
        chosen[row] = state.presence[row] == HERE and in_group(state, groups, group, key, row, week)
    return chosen


@kernel
def is_shut(state: Residents, rules: Rules, key: int, row: int, service: int, week: int) -> bool:
    """Tell whether the service is closed, for everyone or for the resident's group."""
    if rules.doors.closed[service]:
        return True
    shut = int(rules.doors.closed_to[service])
    return shut >= 0 and in_group(state, rules.groups, shut, key, row, week)


@kernel
def is_open_to(state: Residents, rules: Rules, key: int, row: int, service: int, week: int) -> bool:
    """Tell whether the service is open to the resident: not shut, and open to a group the resident is in."""
    if is_shut(state, rules, key, row, service, week):
        return False
    return in_group(state, rules.groups, int(rules.doors.open_to[service]), key, row, week)


@kernel
def in_remit(state: Residents, rules: Rules, key: int, row: int, need: int, service: int, week: int) -> bool:
    """Tell whether the need, and the resident, are the service's business."""
    if not rules.doors.takes[service, need]:
        return False
    return in_group(state, rules.groups, int(rules.doors.remit[service]), key, row, week)


@kernel
def is_known(state: Residents, rules: Rules, key: int, row: int, service: int, week: int) -> bool:
    """Tell whether the door has ever been there for the resident: opened for others, nobody sends them to it."""
    known_to = int(rules.doors.known_to[service])
    return known_to >= 0 and in_group(state, rules.groups, known_to, key, row, week)
