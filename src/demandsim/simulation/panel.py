"""Keeping the panel while a model runs: what each watched resident used in each quarter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from demandsim.agencies.grouping import FrozenBits, GroupTable
from demandsim.errors import RunError
from demandsim.packing import packed
from demandsim.population.columns import DEAD, HERE
from demandsim.records.panel import QUARTER, Quarter
from demandsim.scenario.group import Group
from demandsim.simulation.groups import members

if TYPE_CHECKING:
    from demandsim.simulation.model import DemandModel

MOST = 50_000
PANEL = "panel"
"""What a panel group's random share is drawn by."""


class PanelKeeper:
    """Counts contacts of the residents in a group, by kind, and lays them down at the end of each quarter.

    Parameters
    ----------
    model
        The model to watch, from the week it stands at.
    group
        Whom to watch; None keeps no panel. Everyone includes all who arrive later.

    Raises
    ------
    RunError
        If everyone is asked for among more than 50,000 residents.
    """

    def __init__(self, model: DemandModel, group: Group | None) -> None:
        self.group = group
        self.quarters: list[Quarter] = []
        self.rows = np.zeros(0, np.int32)
        if group is None:
            return
        state = model.state
        if group.everyone:
            if model.place_scenario.residents > MOST:
                raise RunError(f"a panel of everyone is kept up to {MOST:,} residents; a group would do")
            chosen = np.ones(state.identity.shape[0], np.bool_)
        else:
            table = GroupTable(model.place_scenario, FrozenBits())
            rolling = group.model_copy(update={"membership": "rolling"})
            number = table.add(rolling, name=PANEL)
            chosen = members(packed(state), packed(table.columns()), number, model.key, model.week)
        self.rows = np.where(chosen, np.cumsum(chosen) - 1, -1).astype(np.int32)
        self._start_quarter(model)

    def _start_quarter(self, model: DemandModel) -> None:
        """Begin to count afresh."""
        watched = int((self.rows >= 0).sum())
        self._contacts = np.zeros((watched, model.rules.doors.kind_service.shape[0]), np.int64)
        self._pence = np.zeros((watched, len(model.place_scenario.agencies)), np.int64)

    def copy_for(self, model: DemandModel) -> PanelKeeper:
        """Copy for a fork."""
        other = PanelKeeper(model, None)
        other.group, other.rows, other.quarters = self.group, self.rows.copy(), list(self.quarters)
        if self.group is not None:
            other._contacts, other._pence = self._contacts.copy(), self._pence.copy()
        return other

    def end_week(self, model: DemandModel) -> None:
        """At the end of a quarter, and of the run, keep what everyone used."""
        if self.group is None:
            return
        # Priced each week: the prices of a quarter may change within it.
        counts = model.book.panel.astype(np.int64)
        self._contacts += counts
        self._pence += counts @ model.version.prices.full
        model.book.panel[:] = 0
        if (model.week + 1) % QUARTER == 0 or model.week == model.place_scenario.weeks - 1:
            self.quarters.append(self._quarter(model))
            self._start_quarter(model)

    def _quarter(self, model: DemandModel) -> Quarter:
        """Lay down one quarter."""
        state, week = model.state, model.week
        watched = np.flatnonzero(self.rows >= 0)
        # Whoever has yet to come, or went and used nothing since, has no row in this quarter.
        kept = (state.presence[watched] == HERE) | (self._contacts.sum(axis=1) > 0)
        rows = watched[kept]
        number = week // QUARTER
        since = number * QUARTER
        groups, table = model.rules.groups, model.rules.programmes
        tables = packed(state), packed(groups)
        eligible = [members(*tables, int(g), model.key, week)[rows] for g in table.group]
        none = np.zeros((rows.size, 0), np.uint8)
        return Quarter(
            number=number,
            weeks=week + 1 - since,
            resident=rows.astype(np.int32),
            household=state.household[rows].copy(),
            age=((week - state.born_week[rows]) // 52).astype(np.int16),
            sex=state.sex[rows].copy(),
            decile=state.decile[rows].copy(),
            district=state.district[rows].copy(),
            tenure=state.tenure[rows].copy(),
            alive=(state.presence[rows] != DEAD).astype(np.uint8),
            contacts=self._contacts[kept].astype(np.int32),
            pence=self._pence[kept],
            severity=np.where(state.presence[rows, None] == HERE, state.severity[rows], 0).astype(np.uint8),
            eligible=np.stack(eligible, axis=1).astype(np.uint8) if eligible else none,
            offered=(state.offered[rows] >= since).astype(np.uint8),
            reached=(state.reached[rows] >= since).astype(np.uint8),
        )
