"""Measures of contacts: how many a year for how many of whom, one group's rate over another's, shares of contacts."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from demandsim.calibration.selection import (
    Counted,
    Who,
    a_resident,
    counted,
    lived,
    measured_weeks,
    members,
    person_years,
    within,
)
from demandsim.calibration.watched import Watched
from demandsim.scenario.base import Frozen, ReadOnly
from demandsim.units import WEEKS_A_YEAR

Parts = tuple[float, ...]
"""What a measure takes from one run: numbers that add up over runs. Two are a part and its whole, four are two such
pairs, the first pair's rate to be divided by the second's."""

Per = Annotated[float, Field(gt=0)]


class Rate(Frozen):
    """Contacts a year, for each ``per`` residents who belong (or for each ``per`` homes there are)."""

    kind: Literal["rate"]
    counted: Counted
    who: Who = Who()
    per: Per = 1000.0
    homes: bool = False
    worth: Annotated[dict[str, Per], *ReadOnly] = Field(
        default_factory=dict
    )  # "service.kind": what each counts as

    def parts(self, watched: Watched) -> Parts:
        """Contacts times ``per``, and years lived by those who belong, or years of homes."""
        found = within(counted(watched, self.counted, self.who), *measured_weeks(watched))
        worth = [self.worth.get(f"{service}.{kind}", 1.0) for service, kind in watched.names.kinds]
        number = float(np.array(worth)[found.kind].sum())
        return number * self.per, home_years(watched) if self.homes else person_years(watched, self.who)


class RateRatio(Frozen):
    """One group's contacts a person-year over another's."""

    kind: Literal["rate_ratio"]
    counted: Counted
    who: Who
    against: Who

    def parts(self, watched: Watched) -> Parts:
        """Contacts and years lived of the one, then of the other."""
        one, other = (
            Rate(kind="rate", counted=self.counted, who=w, per=1.0) for w in (self.who, self.against)
        )
        return (*one.parts(watched), *other.parts(watched))


class ContactShare(Frozen):
    """Contacts of some sort, or by some residents, in every 100 of another."""

    kind: Literal["contact_share"]
    counted: Counted
    among: Counted
    who: Who = Who()

    def parts(self, watched: Watched) -> Parts:
        """Contacts that count times 100, and all."""
        weeks = measured_weeks(watched)
        part = within(counted(watched, self.counted, self.who), *weeks)
        return len(part.week) * 100.0, float(len(within(counted(watched, self.among), *weeks).week))


class Users(Frozen):
    """Different residents with a contact in a year (at least ``times``), for each ``per`` who belong."""

    kind: Literal["users"]
    counted: Counted
    who: Who = Who()
    per: Per = 1000.0
    times: Annotated[int, Field(ge=1)] = 1

    def parts(self, watched: Watched) -> Parts:
        """Users of each year times ``per``, and years lived by those who belong."""
        found = within(counted(watched, self.counted, self.who), *measured_weeks(watched))
        number = 0
        for first, last in each_year(watched):
            number += users(a_resident(watched, within(found, first, last)), self.times)
        return number * self.per, person_years(watched, self.who)


class TopShare(Frozen):
    """Contacts of the ``top`` share of residents who have most of them in a year, in every 100."""

    kind: Literal["top_share"]
    counted: Counted
    top: Annotated[float, Field(gt=0, lt=1)]

    def parts(self, watched: Watched) -> Parts:
        """Their contacts times 100, and everybody's; each year has a top of its own."""
        found = within(counted(watched, self.counted), *measured_weeks(watched))
        most, every = 0.0, 0.0
        for first, last in each_year(watched):
            numbers = a_resident(watched, within(found, first, last))
            here = [int(look.here.sum()) for look in watched.looks if first <= look.week <= last]
            most += top_contacts(numbers, round(self.top * float(np.mean(here))))
            every += float(numbers.sum())
        return most * 100.0, every


class Overlap(Frozen):
    """Residents who in a year had contacts in exactly so many of several systems, for each ``per`` who belong."""

    kind: Literal["overlap"]
    systems: tuple[Counted, ...]
    exactly: Annotated[int, Field(ge=1)]
    who: Who = Who()
    per: Per = 1000.0

    def parts(self, watched: Watched) -> Parts:
        """Those residents of each year times ``per``, and years lived by those who belong."""
        found = [within(counted(watched, s, self.who), *measured_weeks(watched)) for s in self.systems]
        number = 0
        for first, last in each_year(watched):
            had = [a_resident(watched, within(one, first, last)) > 0 for one in found]
            number += in_exactly(had, self.exactly)
        return number * self.per, person_years(watched, self.who)


def users(contacts: NDArray[np.int64], times: int) -> int:
    """How many residents have at least so many contacts: from [resident] contacts."""
    return int((contacts >= times).sum())


def top_contacts(contacts: NDArray[np.int64], number: int) -> float:
    """Contacts of so many residents, those with most: from [resident] contacts."""
    if number <= 0:
        return 0.0
    number = min(number, len(contacts))
    return float(np.partition(contacts, len(contacts) - number)[len(contacts) - number :].sum())


def in_exactly(had: list[NDArray[np.bool_]], number: int) -> int:
    """How many residents are in exactly so many systems: from [resident] a system."""
    return int((np.sum(had, axis=0, dtype=np.int64) == number).sum())


def each_year(watched: Watched) -> list[tuple[int, int]]:
    """First week of each measured year, and the one after its last."""
    first = watched.looks[0].week
    return [(first + y * WEEKS_A_YEAR, first + (y + 1) * WEEKS_A_YEAR) for y in range(watched.years)]


def home_years(watched: Watched) -> float:
    """Years of homes with anybody in them."""
    everyone = [members(Who(), watched, look) for look in watched.looks]
    homes = [len(np.unique(look.household[m])) for look, m in zip(watched.looks, everyone, strict=True)]
    return lived(homes, [look.week for look in watched.looks])
