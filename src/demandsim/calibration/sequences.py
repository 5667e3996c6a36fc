"""Measures of what follows what: returns, referrals that lead nowhere, refusals, help before help, use that fades."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from demandsim.calibration.rates import Parts
from demandsim.calibration.selection import Counted, Who, a_resident, age_at, counted, measured_weeks, within
from demandsim.calibration.watched import Events, Watched
from demandsim.population.columns import OPEN
from demandsim.records.journal import (
    CLOSED,
    JOINED,
    OPENED,
    REFERRED,
    STAY_BEGAN,
    STAY_ENDED,
    TURNED_AWAY,
)
from demandsim.scenario.base import Frozen
from demandsim.units import WEEKS_A_YEAR

WEEKS = 1 << 16
"""More weeks than any run has: a row and a week make one number, row x this + week."""


class Repeat(Frozen):
    """Contacts within 52 weeks of an earlier one of the same resident, in every 100 of the last measured year.

    What comes while the resident is served by one of ``while_open`` is no new contact, and counts neither as one nor
    as an earlier one.
    """

    kind: Literal["repeat"]
    counted: Counted
    who: Who = Who()
    while_open: tuple[str, ...] = ()

    def parts(self, watched: Watched) -> Parts:
        """Contacts that come again times 100, and all, in the last measured year."""
        first, last = measured_weeks(watched)
        found = fresh(watched, within(counted(watched, self.counted, self.who), first, last), self.while_open)
        again, every = came_again(found.row, found.week, from_week=last - WEEKS_A_YEAR)
        return again * 100.0, float(every)


class Unanswered(Frozen):
    """Contacts that lead to none of some services in the same week, in every 100."""

    kind: Literal["unanswered"]
    counted: Counted
    leads_to: tuple[str, ...]
    while_open: tuple[str, ...] = ()

    def parts(self, watched: Watched) -> Parts:
        """Contacts without a referral to one of the services times 100, and all."""
        weeks = measured_weeks(watched)
        found = fresh(watched, within(counted(watched, self.counted), *weeks), self.while_open)
        referred = at_services(watched, within(watched.happened(REFERRED), *weeks), self.leads_to)
        answered = np.isin(keys(found.row, found.week), keys(referred.row, referred.week))
        return int((~answered).sum()) * 100.0, float(len(found.week))


class Refused(Frozen):
    """Needs turned away at a service's door, in every 100 that were turned away or joined its queue."""

    kind: Literal["refused"]
    service: str

    def parts(self, watched: Watched) -> Parts:
        """Needs turned away times 100, and all that came."""
        weeks = measured_weeks(watched)
        away, joined = (
            at_services(watched, within(watched.happened(what), *weeks), (self.service,))
            for what in (TURNED_AWAY, JOINED)
        )
        return len(away.week) * 100.0, float(len(away.week) + len(joined.week))


class KnownBefore(Frozen):
    """Openings of a service's episodes for which the resident had had certain contacts within 52 weeks, in 100."""

    kind: Literal["known_before"]
    service: str
    counted: Counted

    def parts(self, watched: Watched) -> Parts:
        """Openings with such a contact before them or in their week times 100, and all, in the last measured year."""
        _, last = measured_weeks(watched)
        opened = at_services(watched, watched.happened(OPENED), (self.service,))
        opened = within(opened, last - WEEKS_A_YEAR, last)
        contacts = counted(watched, self.counted)
        known = number_between(
            contacts.row, contacts.week, opened.row, opened.week - WEEKS_A_YEAR, opened.week + 1
        )
        return int((known > 0).sum()) * 100.0, float(len(opened.week))


class Returned(Frozen):
    """Residents with a contact in the first measured year who have another within 52 weeks, in every 100."""

    kind: Literal["returned"]
    counted: Counted

    def parts(self, watched: Watched) -> Parts:
        """Those who come again times 100, and all who came."""
        first, _ = measured_weeks(watched)
        found = counted(watched, self.counted)
        row, index = first_of_each(within(found, first, first + WEEKS_A_YEAR))
        after = number_between(found.row, found.week, row, index + 1, index + 1 + WEEKS_A_YEAR)
        return int((after > 0).sum()) * 100.0, float(len(row))


class Fading(Frozen):
    """Contacts in a later year by those of an age who had at least ``times`` in the first, in 100 of all of that age.

    Nobody who dies or leaves is taken out.
    """

    kind: Literal["fading"]
    counted: Counted
    age: Annotated[int, Field(ge=0)]
    times: Annotated[int, Field(ge=1)]
    years_on: Annotated[int, Field(ge=0, le=10)]

    def parts(self, watched: Watched) -> Parts:
        """Contacts of those residents times 100, and of all who are of the age in that year."""
        first, _ = measured_weeks(watched)
        found = counted(watched, self.counted, Who(age=(self.age, 150)))
        old = age_at(watched.people, slice(None), first) >= self.age
        index = a_resident(watched, within(found, first, first + WEEKS_A_YEAR))
        heavy = (index >= self.times) & old
        start = first + self.years_on * WEEKS_A_YEAR
        later = a_resident(watched, within(found, start, start + WEEKS_A_YEAR))
        return float(later[heavy].sum()) * 100.0, float(later.sum())


def keys(row: NDArray[np.int32], week: NDArray[np.int32]) -> NDArray[np.int64]:
    """Number each row and week apart: row x 65,536 + week."""
    return row.astype(np.int64) * WEEKS + week


def number_between(
    row: NDArray[np.int32],
    week: NDArray[np.int32],
    who: NDArray[np.int32],
    first: NDArray[np.int32],
    last: NDArray[np.int32],
) -> NDArray[np.int64]:
    """Count events of each asked row from its first week up to, not including, its last.

    Parameters
    ----------
    row, week : [event]
        Events in any order.
    who, first, last : [asked]
        Rows and weeks asked about; weeks before 0 are as week 0.

    Returns
    -------
    [asked]
        How many.
    """
    order = np.sort(keys(row, week))
    low, high = (np.searchsorted(order, keys(who, np.maximum(end, 0))) for end in (first, last))
    return np.asarray(high - low, np.int64)


def came_again(row: NDArray[np.int32], week: NDArray[np.int32], *, from_week: int) -> tuple[int, int]:
    """Count contacts from a week on, and those of them with another of the same row in the 52 weeks before."""
    late = week >= from_week
    before = number_between(row, week, row[late], week[late] - WEEKS_A_YEAR, week[late])
    return int((before > 0).sum()), int(late.sum())


def first_of_each(events: Events) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Rows that have an event, and the week of each one's first."""
    order = np.lexsort((events.week, events.row))
    row, at = np.unique(events.row[order], return_index=True)
    return row, events.week[order][at]


def at_services(watched: Watched, events: Events, services: tuple[str, ...]) -> Events:
    """Keep the events at some services."""
    return events.where(np.isin(events.service, [watched.names.services.index(name) for name in services]))


def fresh(watched: Watched, events: Events, services: tuple[str, ...]) -> Events:
    """Leave out what comes while the resident has an episode open, or a stay, at one of some services."""
    if not services:
        return events
    numbers = [watched.names.services.index(name) for name in services]
    look = watched.looks[0]
    before = ((look.status == OPEN) & np.isin(look.service, numbers)).any(axis=1)
    before = (before | np.isin(look.stay_service, numbers)).astype(np.int64)
    begun = at_services(
        watched, watched.events.where(np.isin(watched.events.what, (OPENED, STAY_BEGAN))), services
    )
    ended = at_services(
        watched, watched.events.where(np.isin(watched.events.what, (CLOSED, STAY_ENDED))), services
    )
    zero = np.zeros_like(events.week)
    opened, closed = (
        number_between(some.row, some.week, events.row, zero, events.week) for some in (begun, ended)
    )
    return events.where(before[events.row] + opened - closed <= 0)
