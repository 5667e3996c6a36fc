"""Groups as the kernels read them: one row each, numbered as they are met."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from demandsim.agencies.rules import Groups
from demandsim.chance import check_policy_names
from demandsim.errors import ScenarioError
from demandsim.scenario.base import PLACES, ROLES, SECTORS, SEXES, TENURES
from demandsim.scenario.group import Group
from demandsim.scenario.schema import Scenario
from demandsim.units import WEEKS_A_YEAR, chance_units

MOST_FROZEN = 62
OLDEST = 32_000  # weeks; older than anybody


class FrozenBits:
    """Which bit of a resident's membership each fixed group holds: the same in every version of a run's rules."""

    def __init__(self) -> None:
        self._bits: dict[tuple[str, str, bool], int] = {}

    def bit(self, group: Group, name: str, *, by_records: bool) -> int:
        """Give the group's bit, a new one the first time; asked of records and of needs themselves are two."""
        key = (name, group.model_dump_json(), by_records)
        if key not in self._bits:
            if len(self._bits) == MOST_FROZEN:
                raise ScenarioError(name, "group", f"more than {MOST_FROZEN} groups with fixed membership")
            self._bits[key] = len(self._bits)
        return self._bits[key]


class GroupTable:
    """Collects the groups a scenario uses and turns them into columns."""

    def __init__(self, scenario: Scenario, bits: FrozenBits) -> None:
        self._needs = list(scenario.needs)
        self._districts = list(scenario.place.districts)
        self._remembered = list(scenario.remembered)
        self._bits = bits
        self._rows: list[tuple[Group, int, str]] = []
        self._numbers: dict[tuple[str, int, str], int] = {}
        self.add(Group())

    def add(self, group: Group, *, sees: int = 0, name: str = "") -> int:
        """Number a group.

        Parameters
        ----------
        group
            The group.
        sees
            Sectors whose records count, a bit each; 0 asks the needs themselves.
        name
            What its random share is drawn by and its frozen membership kept under.
        """
        if group.everyone:
            sees, name = 0, ""
        if group.share is None and group.membership == "rolling":
            name = ""
        if not group.need:
            sees = 0
        key = (group.model_dump_json(), sees, name)
        if key not in self._numbers:
            self._numbers[key] = len(self._rows)
            self._rows.append((group, sees, name))
        return self._numbers[key]

    def columns(self) -> Groups:
        """Turn the groups collected into the kernels' columns.

        Raises
        ------
        ChanceError
            If two groups would draw one random share for two names.
        """
        rows = self._rows
        items = check_policy_names(name for group, _, name in rows if group.share is not None)
        ages = [group.age or (0, OLDEST // WEEKS_A_YEAR) for group, _, _ in rows]
        needs = [[group.need.get(need) or (0, 4) for need in self._needs] for group, _, _ in rows]
        contacts = [group.contact for group, _, _ in rows]
        return Groups(
            youngest=np.array([low * WEEKS_A_YEAR for low, _ in ages], np.int32),
            oldest=np.array([(high + 1) * WEEKS_A_YEAR for _, high in ages], np.int32),
            sexes=np.array([_mask((g.sex,) if g.sex else None, SEXES) for g, _, _ in rows], np.uint8),
            quintiles=np.array([_mask(g.quintile, (1, 2, 3, 4, 5)) for g, _, _ in rows], np.uint8),
            districts=np.array([_mask(g.district, self._districts) for g, _, _ in rows], np.int64),
            tenures=np.array([_mask(g.tenure, TENURES) for g, _, _ in rows], np.uint8),
            roles=np.array([_mask(g.role, ROLES) for g, _, _ in rows], np.uint8),
            places=np.array([_mask(g.place, PLACES) for g, _, _ in rows], np.uint16),
            asks_needs=np.array([bool(g.need) for g, _, _ in rows], np.uint8),
            need_low=np.array([[low for low, _ in row] for row in needs], np.uint8),
            need_high=np.array([[high for _, high in row] for row in needs], np.uint8),
            contact=np.array([self._remembered.index(c.service) if c else -1 for c in contacts], np.int8),
            contact_weeks=np.array([c.weeks if c else 0 for c in contacts], np.int16),
            share=np.array([-1 if g.share is None else chance_units(g.share) for g, _, _ in rows], np.int64),
            share_item=np.array([items.get(name, 0) for _, _, name in rows], np.int64),
            bit=np.array(
                [
                    self._bits.bit(g, name, by_records=seen > 0) if g.membership == "fixed" else -1
                    for g, seen, name in rows
                ],
                np.int8,
            ),
            sees=np.array([sees for _, sees, _ in rows], np.uint8),
        )


def _mask(chosen: tuple[object, ...] | None, known: object) -> int:
    """Set a bit for each word chosen; none chosen is all of them."""
    words = list(known)  # type: ignore[call-overload]
    if chosen is None:
        return (1 << len(words)) - 1
    return sum(1 << words.index(word) for word in chosen)


def sector_bit(sector: str) -> int:
    """Give the bit of a sector."""
    return 1 << SECTORS.index(sector)


def sees(scenario: Scenario, agency: str, strengths: Mapping[str, Mapping[str, float]]) -> int:
    """Give the sectors whose records an agency reads: its own, or all once shared records have effect."""
    if strengths[agency].get("shared_records", 0.0) > 0:
        return (1 << len(SECTORS)) - 1
    return sector_bit(scenario.agencies[agency].sector)
