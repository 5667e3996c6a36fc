"""Whom a target is about and which contacts it counts, as its row says it, and what of a watched run fits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from demandsim.calibration.watched import Events, Look, People, Watched
from demandsim.scenario.base import SEXES, Frozen, ReadOnly
from demandsim.units import WEEKS_A_YEAR

Range = Annotated[tuple[int, ...], Field(min_length=2, max_length=2)]
BACKGROUND = "background"


class Who(Frozen):
    """Residents by age, sex and deprivation decile; ranges include both ends, and what is not given is anyone."""

    age: Range | None = None
    sex: str | None = None
    decile: Range | None = None


class Counted(Frozen):
    """Contacts by service and kind (no kinds is all of them), and if given by need and severity."""

    services: Annotated[dict[str, tuple[str, ...]], *ReadOnly]
    needs: tuple[str, ...] | None = None  # "background" is ordinary demand
    tracked: bool | None = None  # only what tracked needs drive, or only ordinary demand
    severity: Range | None = None


def age_at(people: People, row: Any, week: Any) -> NDArray[np.int64]:
    """Whole years of age of some rows in some weeks; below zero before birth."""
    return np.asarray((week - people.born_week[row]) // WEEKS_A_YEAR, np.int64)


def fits(who: Who, people: People, row: Any, week: Any) -> NDArray[np.bool_]:
    """Tell who of some rows, each in its week, belongs.

    Parameters
    ----------
    who
        The group.
    people
        Everyone.
    row, week
        Of one length, or a slice of all rows and one week.
    """
    belongs = np.ones(people.sex[row].shape, np.bool_)
    if who.age is not None:
        age = age_at(people, row, week)
        belongs &= (age >= who.age[0]) & (age <= who.age[1])
    if who.sex is not None:
        belongs &= people.sex[row] == SEXES.index(who.sex)
    if who.decile is not None:
        belongs &= (people.decile[row] >= who.decile[0]) & (people.decile[row] <= who.decile[1])
    return belongs


def members(who: Who, watched: Watched, look: Look) -> NDArray[np.bool_]:
    """Tell who of all rows was there at a look and belongs."""
    return look.here & fits(who, watched.people, slice(None), look.week)


def kinds_of(watched: Watched, services: Mapping[str, tuple[str, ...]]) -> list[int]:
    """Number the kinds of contact named."""
    return [
        number
        for number, (service, kind) in enumerate(watched.names.kinds)
        if service in services and (not services[service] or kind in services[service])
    ]


def counted(watched: Watched, wanted: Counted, who: Who | None = None) -> Events:
    """Pick the contacts that count, by those who belong in the week of the contact.

    Returns
    -------
    Events
        Of the whole run, kind after kind, within a kind by week.
    """
    found = watched.contacts(kinds_of(watched, wanted.services))
    keep = np.ones(found.week.shape, np.bool_)
    if wanted.needs is not None:
        numbers = [-1 if n == BACKGROUND else watched.names.needs.index(n) for n in wanted.needs]
        keep &= np.isin(found.need, numbers)
    if wanted.tracked is not None:
        keep &= (found.need >= 0) == wanted.tracked
    if wanted.severity is not None:
        keep &= (found.severity >= wanted.severity[0]) & (found.severity <= wanted.severity[1])
    if who is not None and who != Who():
        keep &= fits(who, watched.people, found.row, found.week)
    return found.where(keep)


def within(events: Events, first: int, last: int) -> Events:
    """Keep the events of weeks ``first`` up to, not including, ``last``."""
    return events.where((events.week >= first) & (events.week < last))


def measured_weeks(watched: Watched) -> tuple[int, int]:
    """First week measured, and the one after the last."""
    return watched.looks[0].week, watched.looks[-1].week


def person_years(watched: Watched, who: Who) -> float:
    """Years lived by those who belong, from looks a quarter apart: the mean of two looks, times the weeks between."""
    numbers = [int(members(who, watched, look).sum()) for look in watched.looks]
    return lived(numbers, [look.week for look in watched.looks])


def lived(numbers: list[int], weeks: list[int]) -> float:
    """Years lived, of the numbers there were in some weeks."""
    steps = np.diff(np.array(weeks, np.float64))
    heads = np.array(numbers, np.float64)
    return float(((heads[:-1] + heads[1:]) / 2 * steps).sum() / WEEKS_A_YEAR)


def a_resident(watched: Watched, events: Events) -> NDArray[np.int64]:
    """How many of some events each row has."""
    return np.bincount(events.row, minlength=len(watched.people.sex))
