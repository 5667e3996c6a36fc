"""A baseline run watched closely: quarterly who had which needs and lived where, and every event of everyone."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from demandsim.experiment.settle import settle
from demandsim.population.columns import HERE
from demandsim.records.journal import CONTACT, FIELDS
from demandsim.records.labels import labels
from demandsim.records.panel import QUARTER
from demandsim.scenario.schema import Scenario
from demandsim.simulation.model import DemandModel
from demandsim.units import WEEKS_A_YEAR

YEARS = 2
"""Recorded years in which nearly everything is measured: the second looks back on the first."""


class Names(NamedTuple):
    """What codes stand for: each is numbered as in the scenario."""

    needs: tuple[str, ...]
    services: tuple[str, ...]
    kinds: tuple[tuple[str, str], ...]  # service and kind of each kind of contact


class People(NamedTuple):
    """What never changes about everyone who is, was or will be there: a row each."""

    born_week: NDArray[np.int32]
    sex: NDArray[np.uint8]  # 0 female, 1 male
    decile: NDArray[np.uint8]  # 1 most deprived


class Look(NamedTuple):
    """How things stood at the start of a week: a row a resident."""

    week: int
    here: NDArray[np.bool_]
    severity: NDArray[np.uint8]  # [row, need]
    status: NDArray[np.uint8]  # [row, need], as population.columns
    service: NDArray[np.int8]  # [row, need], waited for or open, -1 none
    place: NDArray[np.uint8]  # as scenario.base.PLACES
    stay_service: NDArray[np.int8]  # -1 at home
    household: NDArray[np.int32]


class Events(NamedTuple):
    """What happened, in order of weeks: arrays of one length; columns as the journal's."""

    week: NDArray[np.int32]
    row: NDArray[np.int32]
    what: NDArray[np.int32]
    service: NDArray[np.int32]
    need: NDArray[np.int32]  # -1 background or none
    severity: NDArray[np.int32]
    kind: NDArray[np.int32]  # of a contact, else -1

    def where(self, chosen: NDArray[Any]) -> Events:
        """Keep some events: by a mask, or by their positions."""
        return Events(*(column[chosen] for column in self))


@dataclass(frozen=True)
class Watched:
    """One run, everyone followed: looks a quarter apart over the years measured, events to the end of the run."""

    names: Names
    people: People
    looks: tuple[Look, ...]
    events: Events

    @cached_property
    def years(self) -> int:
        """Whole years between the first look and the last."""
        return (self.looks[-1].week - self.looks[0].week) // WEEKS_A_YEAR

    @cached_property
    def _contacts_by_kind(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Positions of contacts in order of kind, and where each kind begins."""
        contacts = np.flatnonzero(self.events.what == CONTACT)
        kind = self.events.kind[contacts]
        order = np.argsort(kind, kind="stable")
        edges = np.searchsorted(kind[order], np.arange(len(self.names.kinds) + 1))
        return contacts[order], edges.astype(np.int64)

    def contacts(self, kinds: list[int]) -> Events:
        """Give the contacts of some kinds, by number, kind after kind."""
        order, edges = self._contacts_by_kind
        parts = [order[edges[kind] : edges[kind + 1]] for kind in kinds]
        return self.events.where(np.concatenate(parts) if parts else np.zeros(0, np.int64))

    def happened(self, what: int) -> Events:
        """Give the events of one sort, as numbered in the journal."""
        return self.events.where(self.events.what == what)


def watch(
    scenario: Scenario, *, seed: int, years: int = YEARS, later: Collection[tuple[str, str]] = ()
) -> Watched:
    """Run a baseline from its settled start and keep what targets are measured on.

    Parameters
    ----------
    scenario
        The place and its size; its own number of weeks is not used.
    seed
        A whole number from 0.
    years
        Recorded years of 52 weeks, two or more; looks are taken, and every event kept, in the first two.
    later
        Service and kind of the contacts that are kept of the years after those: all else there is let go.

    Returns
    -------
    Watched
        Everyone's events and nine looks.

    Raises
    ------
    RunError
        See ``DemandModel``; also if more happens in a week than a journal holds: from some 350,000 residents on.
    """
    place = scenario.replace(weeks=years * WEEKS_A_YEAR)
    start = settle(place, seed=seed, keep=False)
    everyone = range(start.state.identity.shape[0])
    model = DemandModel(place, seed=seed, start=start, followed=everyone)
    looks = [look(model)]
    while model.week < YEARS * WEEKS_A_YEAR:
        model.run(QUARTER)
        looks.append(look(model))
    model.run()
    state, words = model.state, labels(place)
    pairs = [(words.service[s], words.kind[k]) for k, s in enumerate(words.service_of)]
    kept = [number for number, pair in enumerate(pairs) if pair in later]
    first = YEARS * WEEKS_A_YEAR
    weeks = [*model.journal[:first], *(week[np.isin(week[:, KIND], kept)] for week in model.journal[first:])]
    journal = np.concatenate(weeks)
    return Watched(
        names=Names(tuple(place.needs), tuple(place.services), tuple(pairs)),
        people=People(state.born_week.astype(np.int32), state.sex.copy(), state.decile.copy()),
        looks=tuple(looks),
        events=Events(*(journal[:, FIELDS.index(name)].copy() for name in _COLUMNS)),
    )


KIND = FIELDS.index("kind")
_COLUMNS = ("week", "resident", "event", "service", "need", "severity", "kind")


def look(model: DemandModel) -> Look:
    """Copy how things stand before the model's next week."""
    state = model.state
    return Look(
        week=model.week,
        here=state.presence == HERE,
        severity=state.severity.copy(),
        status=state.status.copy(),
        service=state.service.copy(),
        place=state.place.copy(),
        stay_service=state.stay_service.copy(),
        household=state.household.copy(),
    )
