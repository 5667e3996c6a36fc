"""Measures of who holds a need, starts one, lives somewhere or is being served."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from demandsim.calibration.rates import Parts, Per, each_year, home_years
from demandsim.calibration.selection import (
    Counted,
    Range,
    Who,
    a_resident,
    counted,
    fits,
    measured_weeks,
    members,
    person_years,
    within,
)
from demandsim.calibration.watched import Look, Watched
from demandsim.population.columns import OPEN
from demandsim.records.journal import JOINED, STARTED, WORSENED
from demandsim.scenario.base import PLACES, Frozen
from demandsim.units import WEEKS_A_YEAR

ANY: Range = (1, 4)


class Prevalence(Frozen):
    """Holders of a need, in every ``per`` who belong: at a time, or at any time within a year."""

    kind: Literal["prevalence"]
    need: str
    severity: Range = ANY
    who: Who = Who()
    per: Per = 100.0
    within_year: bool = False

    def parts(self, watched: Watched) -> Parts:
        """Holders times ``per``, and those who belong: means over looks, or of the years."""
        if self.within_year:
            holders, people = held_within_years(watched, self.need, self.severity, self.who)
        else:
            holders, people = held_at_looks(watched, self.need, self.severity, self.who)
        return holders * self.per, people


class PrevalenceRatio(Frozen):
    """The share of one group that holds a need, over the share of another."""

    kind: Literal["prevalence_ratio"]
    need: str
    severity: Range = ANY
    who: Who
    against: Who
    within_year: bool = False

    def parts(self, watched: Watched) -> Parts:
        """Holders and all of the one group, then of the other."""
        share = held_within_years if self.within_year else held_at_looks
        one, other = (share(watched, self.need, self.severity, w) for w in (self.who, self.against))
        return (*one, *other)


class HolderShare(Frozen):
    """Holders of a need who belong to a group, in every 100 who belong to a wider one."""

    kind: Literal["holder_share"]
    need: str
    severity: Range = ANY
    who: Who
    among: Who

    def parts(self, watched: Watched) -> Parts:
        """Holders of the group times 100, and of the wider one."""
        one, _ = held_at_looks(watched, self.need, self.severity, self.who)
        return one * 100.0, held_at_looks(watched, self.need, self.severity, self.among)[0]


class Onset(Frozen):
    """Starts of a need a year, for each ``per`` who belong and do not hold it."""

    kind: Literal["onset"]
    need: str
    who: Who = Who()
    per: Per = 1000.0

    def parts(self, watched: Watched) -> Parts:
        """Starts times ``per``, and years lived without the need by those who belong."""
        started = within(watched.happened(STARTED), *measured_weeks(watched))
        started = started.where(started.need == watched.names.needs.index(self.need))
        starts = int(fits(self.who, watched.people, started.row, started.week).sum())
        held, people = held_at_looks(watched, self.need, ANY, self.who)
        return starts * self.per, person_years(watched, self.who) * (1 - held / people if people else 1.0)


class Living(Frozen):
    """Residents who live in some places, in every ``per`` who belong; or homes with a member there, of all homes."""

    kind: Literal["living"]
    places: tuple[str, ...]
    who: Who = Who()
    per: Per = 1000.0
    homes: bool = False

    def parts(self, watched: Watched) -> Parts:
        """Those who live there, times ``per`` and the years measured, and years lived; a mean over looks."""
        there = [lives(watched, look, self.places, self.who) for look in watched.looks]
        if self.homes:
            homes = [len(np.unique(look.household[t])) for look, t in zip(watched.looks, there, strict=True)]
            return float(np.mean(homes)) * watched.years * self.per, home_years(watched)
        mean = float(np.mean([int(t.sum()) for t in there]))
        return mean * watched.years * self.per, person_years(watched, self.who)


class Served(Frozen):
    """Residents with an episode open at some services or living in some places, in every ``per`` who belong."""

    kind: Literal["served"]
    services: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    who: Who = Who()
    per: Per = 1000.0

    def parts(self, watched: Watched) -> Parts:
        """Those who are, times ``per`` and the years measured, and years lived; a mean over looks."""
        mean = float(np.mean([int(self.at(watched, look).sum()) for look in watched.looks]))
        return mean * watched.years * self.per, person_years(watched, self.who)

    def at(self, watched: Watched, look: Look) -> NDArray[np.bool_]:
        """Tell who is served at a look."""
        numbers = [watched.names.services.index(name) for name in self.services]
        opened = ((look.status == OPEN) & np.isin(look.service, numbers)).any(axis=1)
        return np.asarray(
            (members(self.who, watched, look) & opened) | lives(watched, look, self.places, self.who)
        )


class ServedRatio(Frozen):
    """One group's share with an episode or in a place, over another's."""

    kind: Literal["served_ratio"]
    services: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    who: Who
    against: Who

    def parts(self, watched: Watched) -> Parts:
        """Those served and years lived of the one, then of the other."""
        both = (
            Served(kind="served", services=self.services, places=self.places, who=who, per=1.0)
            for who in (self.who, self.against)
        )
        one, other = (served.parts(watched) for served in both)
        return (*one, *other)


class Treated(Frozen):
    """Holders of a need who had a contact for it in the 52 weeks before, in every 100 holders.

    With ``asked``, those who were put on a service's list for it in those weeks or have its episode open: visits that
    the need brings without anyone asking for help with it are then left out.
    """

    kind: Literal["treated"]
    need: str
    severity: Range = ANY
    who: Who = Who()
    services: tuple[str, ...]
    asked: bool = False

    def parts(self, watched: Watched) -> Parts:
        """Treated holders times 100, and holders; over the looks with a year before them."""
        number = watched.names.needs.index(self.need)
        services = [watched.names.services.index(name) for name in self.services]
        if self.asked:
            found = watched.happened(JOINED)
            found = found.where((found.need == number) & np.isin(found.service, services))
        else:
            found = counted(watched, Counted(services=dict.fromkeys(self.services, ()), needs=(self.need,)))
        treated, holders = 0, 0
        for look in watched.looks:
            if look.week - watched.looks[0].week < WEEKS_A_YEAR:
                continue
            had = a_resident(watched, within(found, look.week - WEEKS_A_YEAR, look.week)) > 0
            if self.asked:
                had |= (look.status[:, number] == OPEN) & np.isin(look.service[:, number], services)
            held = holds(look, number, self.severity) & members(self.who, watched, look)
            treated, holders = treated + int((held & had).sum()), holders + int(held.sum())
        return treated * 100.0, float(holders)


def holds(look: Look, need: int, severity: Range) -> NDArray[np.bool_]:
    """Tell whose need is of a severity in the range."""
    level = look.severity[:, need]
    return (level >= severity[0]) & (level <= severity[1])


def lives(watched: Watched, look: Look, places: tuple[str, ...], who: Who) -> NDArray[np.bool_]:
    """Tell who of those who belong lives in one of the places."""
    numbers = [PLACES.index(place) for place in places]
    return members(who, watched, look) & np.isin(look.place, numbers)


def held_at_looks(watched: Watched, need: str, severity: Range, who: Who) -> tuple[float, float]:
    """Holders and those who belong, means over looks."""
    number = watched.names.needs.index(need)
    belong = [members(who, watched, look) for look in watched.looks]
    held = [holds(look, number, severity) & b for look, b in zip(watched.looks, belong, strict=True)]
    return float(np.mean([int(h.sum()) for h in held])), float(np.mean([int(b.sum()) for b in belong]))


def held_within_years(watched: Watched, need: str, severity: Range, who: Who) -> tuple[float, float]:
    """Those who held a need at any time of each year, and all who belong and were there at its end.

    A need held at the year's first look or one that came to the severity within the year.
    """
    number = watched.names.needs.index(need)
    came = watched.events.where(np.isin(watched.events.what, (STARTED, WORSENED)))
    reached = (came.severity >= severity[0]) & (came.severity <= severity[1])
    came = came.where((came.need == number) & reached)
    by_week = {look.week: look for look in watched.looks}
    holders, people = 0, 0
    for first, last in each_year(watched):
        belong = members(who, watched, by_week[last])
        held = holds(by_week[first], number, severity) & by_week[first].here
        held |= a_resident(watched, within(came, first, last)) > 0
        holders, people = holders + int((held & belong).sum()), people + int(belong.sum())
    return float(holders), float(people)
