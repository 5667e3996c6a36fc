"""Measures that compare residents like with like: rates and odds within bands of age and sex, and a predictor."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from demandsim.calibration.held import holds
from demandsim.calibration.rates import Parts, each_year
from demandsim.calibration.selection import Counted, Range, Who, a_resident, age_at, counted, fits, within
from demandsim.calibration.watched import Look, Watched
from demandsim.scenario.base import Frozen
from demandsim.units import WEEKS_A_YEAR

BAND = 10
"""Years in a band of age within which rates and odds are compared."""


class SeverityRatio(Frozen):
    """Contacts a person-year of those with a need of a severity, over those without it, at equal age and sex.

    Severity is that at the start of the year in which contacts are counted (Mantel and Haenszel's rate ratio).
    """

    kind: Literal["severity_ratio"]
    counted: Counted
    need: str
    severity: Range
    who: Who = Who()

    def parts(self, watched: Watched) -> Parts:
        """Numerator and denominator of the rate ratio, strata and years added up."""
        number = watched.names.needs.index(self.need)
        found = counted(watched, self.counted)
        parts = np.zeros(2)
        for first, last in each_year(watched):
            look = look_at(watched, first)
            exposed, free = (holds(look, number, severity) for severity in (self.severity, (0, 0)))
            parts += _rate_ratio(
                watched, exposed, free, self.who, a_resident(watched, within(found, first, last)), first
            )
        return float(parts[0]), float(parts[1])


class KnownRatio(Frozen):
    """Contacts a person-year of those known to some services for a need the year before, over the rest, as above."""

    kind: Literal["known_ratio"]
    counted: Counted
    known: Counted
    who: Who = Who()

    def parts(self, watched: Watched) -> Parts:
        """Numerator and denominator of the rate ratio: known in the first measured year, counted in the second."""
        (first, last), (start, end) = each_year(watched)[:2]
        known = a_resident(watched, within(counted(watched, self.known), first, last)) > 0
        contacts = a_resident(watched, within(counted(watched, self.counted), start, end))
        return _rate_ratio(watched, known, ~known, self.who, contacts, start)


class OddsRatio(Frozen):
    """Odds of any contact in a year of one group over another's, at equal age and sex (Mantel and Haenszel's)."""

    kind: Literal["odds_ratio"]
    counted: Counted
    who: Who
    against: Who

    def parts(self, watched: Watched) -> Parts:
        """Numerator and denominator of the odds ratio, strata and years added up."""
        found = counted(watched, self.counted)
        parts = np.zeros(2)
        for first, last in each_year(watched):
            had = a_resident(watched, within(found, first, last)) > 0
            stayed = look_at(watched, first).here & look_at(watched, last).here
            one, other = (
                fits(w, watched.people, slice(None), first) & stayed for w in (self.who, self.against)
            )
            strata = stratum(watched, first)
            cells = [
                np.bincount(strata[rows], minlength=STRATA)
                for rows in (one & had, one & ~had, other & had, other & ~had)
            ]
            parts += mantel_haenszel_odds(*cells)
        return float(parts[0]), float(parts[1])


class Discrimination(Frozen):
    """Area under the curve of a logistic predictor of any contact next year, on one agency's own records.

    Fitted to every second resident by age, sex and the year's contacts (none, one, two, three and more of each sort),
    tried on the others.
    """

    kind: Literal["discrimination"]
    counted: Counted  # what is predicted
    records: tuple[Counted, ...]  # what the agency holds of the year before
    age: Annotated[int, Field(ge=0)]

    def parts(self, watched: Watched) -> Parts:
        """The area of one run, and one: over runs, their mean."""
        (first, last), (start, end) = each_year(watched)[:2]
        look = look_at(watched, start)
        age = age_at(watched.people, slice(None), start)
        rows = np.flatnonzero(look.here & (age >= self.age))
        held = [a_resident(watched, within(counted(watched, r), first, last))[rows] for r in self.records]
        columns = [np.ones(len(rows)), (age[rows] - self.age) / BAND, watched.people.sex[rows] == 1]
        columns += [number >= least for number in held for least in (1, 2, 3)]
        known = np.stack([np.asarray(column, np.float64) for column in columns], axis=1)
        outcome = a_resident(watched, within(counted(watched, self.counted), start, end))[rows] > 0
        even = rows % 2 == 0
        score = known @ logistic(known[even], outcome[even])
        return area_under_curve(score[~even], outcome[~even]), 1.0


STRATA = 2 * 16
"""Bands of ten years of age, by sex."""


def look_at(watched: Watched, week: int) -> Look:
    """Give the look taken at a week."""
    return next(look for look in watched.looks if look.week == week)


def stratum(watched: Watched, week: int) -> NDArray[np.int64]:
    """Number everyone's band of age and sex in a week."""
    age = np.clip(age_at(watched.people, slice(None), week), 0, STRATA // 2 * BAND - 1)
    return np.asarray(age // BAND * 2 + watched.people.sex, np.int64)


def years_here(watched: Watched, first: int) -> NDArray[np.float64]:
    """Years each row lives in the place in the year from a look on, from its looks: [row]."""
    here = [look.here for look in watched.looks if first <= look.week <= first + WEEKS_A_YEAR]
    return np.asarray(np.mean([(a * 1.0 + b) / 2 for a, b in pairwise(here)], axis=0))


def _rate_ratio(
    watched: Watched,
    exposed: NDArray[np.bool_],
    free: NDArray[np.bool_],
    who: Who,
    contacts: NDArray[np.int64],
    first: int,
) -> tuple[float, float]:
    """Numerator and denominator of the rate ratio of one year."""
    belong = look_at(watched, first).here & fits(who, watched.people, slice(None), first)
    years, strata = years_here(watched, first), stratum(watched, first)
    cells = []
    for rows in (exposed & belong, free & belong):
        cells.append(np.bincount(strata[rows], contacts[rows], STRATA).astype(np.float64))
        cells.append(np.bincount(strata[rows], years[rows], STRATA).astype(np.float64))
    return mantel_haenszel_rates(*cells)


def mantel_haenszel_rates(
    exposed: NDArray[np.float64],
    exposed_years: NDArray[np.float64],
    free: NDArray[np.float64],
    free_years: NDArray[np.float64],
) -> tuple[float, float]:
    """Numerator and denominator of Mantel and Haenszel's rate ratio, from events and years by stratum."""
    every = exposed_years + free_years
    some = every > 0
    top = (exposed * free_years)[some] / every[some]
    bottom = (free * exposed_years)[some] / every[some]
    return float(top.sum()), float(bottom.sum())


def mantel_haenszel_odds(
    a: NDArray[np.int64], b: NDArray[np.int64], c: NDArray[np.int64], d: NDArray[np.int64]
) -> tuple[float, float]:
    """Numerator and denominator of Mantel and Haenszel's odds ratio.

    Parameters
    ----------
    a, b, c, d : [stratum]
        The one group with and without the event, the other group with and without.
    """
    every = np.maximum(a + b + c + d, 1)
    return float((a * d / every).sum()), float((b * c / every).sum())


def logistic(known: NDArray[np.float64], outcome: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Fit a logistic regression by Newton's method, with a slight ridge so that it always ends.

    Parameters
    ----------
    known : [resident, column]
        What is known, a column of ones among it.
    outcome : [resident]
        What came of it.

    Returns
    -------
    [column]
        Coefficients, to six places: beyond them they depend on how a library adds up.
    """
    weights = np.zeros(known.shape[1])
    ridge = np.eye(known.shape[1]) * 1e-3
    for _ in range(25):
        chance = 1 / (1 + np.exp(-np.clip(known @ weights, -30, 30)))
        slope = known.T @ (outcome - chance) - ridge @ weights
        curve = (known * (chance * (1 - chance))[:, None]).T @ known + ridge
        step = np.linalg.solve(curve, slope)
        weights = weights + step
        if np.abs(step).max() < 1e-8:
            break
    return np.round(weights, 6)


def area_under_curve(score: NDArray[np.float64], outcome: NDArray[np.bool_]) -> float:
    """Chance that someone with the outcome scores above someone without; equal scores count half."""
    positive = int(outcome.sum())
    negative = len(outcome) - positive
    if positive == 0 or negative == 0:
        return float("nan")
    _, place, number = np.unique(score, return_inverse=True, return_counts=True)
    last = np.cumsum(number)
    rank = last - (number - 1) / 2  # mean rank of equal scores, from 1
    total = float(rank[place][outcome].sum())
    return (total - positive * (positive + 1) / 2) / (positive * negative)
