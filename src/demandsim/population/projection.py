"""Who will arrive when, as counts: births and households moving in, from the place's projection alone."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from demandsim.population.margins import BANDS, FROM_90, UNIT
from demandsim.scenario.base import DECILES
from demandsim.scenario.place import AgeRates, District, Place
from demandsim.units import WEEKS_A_YEAR, split_by_largest_remainder

_CONTEXT = Context(prec=40, rounding=ROUND_HALF_EVEN)


class Schedule(NamedTuple):
    """What comes in each week: whole numbers by week and district."""

    births: NDArray[np.int64]  # [week, district] children
    moves: NDArray[np.int64]  # [week, district] households


class Flows(NamedTuple):
    """What happens in a district in a year, for each resident."""

    births: Fraction
    deaths: Fraction
    leave: Fraction
    enter: Fraction


def project(place: Place, residents: int, *, weeks: int) -> Schedule:
    """Count the births and the households that move in, week by week.

    Parameters
    ----------
    place : Place
        Its people, births, deaths, moves and growth are read.
    residents : int
        How many are simulated in week 0.
    weeks : int
        How many weeks follow, the first of them week 0.

    Returns
    -------
    Schedule
        Counts up to a week add up to their exact number rounded, remainders carried; they do not depend on
        how many weeks follow.

    Notes
    -----
    The age structure is held as it is at the start; numbers grow at the district's own rate.
    """
    births = np.zeros((weeks, len(place.districts)), dtype=np.int64)
    moves = np.zeros_like(births)
    people = split_by_largest_remainder(residents, [each.population for each in place.districts.values()])
    for number, district in enumerate(place.districts.values()):
        flow = flows(place, district)
        size = Fraction(district.population, district.households)
        # Districts round at different points: small ones would all have their first birth in one week.
        offset = UNIT * (2 * number + 1) // (2 * len(place.districts))
        yearly = people[number] * UNIT
        births[:, number] = _weekly(yearly * flow.births, district.growth, weeks, offset)
        moves[:, number] = _weekly(yearly * flow.enter / size, district.growth, weeks, offset)
    return Schedule(births, moves)


def flows(place: Place, district: District) -> Flows:
    """Work out what happens in a district in a year, for each resident.

    Parameters
    ----------
    place : Place
        Whose rates hold.
    district : District
        Whose people and growth.

    Returns
    -------
    Flows
        Events a resident-year. Moves in make up what births, deaths and moves out leave of the growth (`enter`);
        never below zero.
    """
    whole = sum(_exact(cell) for row in district.people for cell in row)
    births = deaths = Fraction(0)
    fertile, mortal = band_rates(place.births), band_rates(place.deaths)
    for decile in range(DECILES):
        more_births, more_deaths = _exact(place.births.decile[decile]), _exact(place.deaths.decile[decile])
        for band, people in enumerate(district.people[decile]):
            share, male = _exact(people) / whole, _exact(place.male_by_band[band])
            births += share * (1 - male) * fertile[0][band] * more_births
            deaths += share * ((1 - male) * mortal[0][band] + male * mortal[1][band]) * more_deaths
    leave = _exact(place.moves_out)
    enter = _exact(district.growth) + deaths + leave - births
    return Flows(births, deaths, leave, max(Fraction(0), enter))


def band_rates(rates: AgeRates) -> tuple[list[Fraction], list[Fraction]]:
    """Average yearly rates over the five-year bands.

    Parameters
    ----------
    rates : AgeRates
        By any first ages.

    Returns
    -------
    female, male : 19 fractions each
        Each year of a band counts alike; those from 90 to 99 as `FROM_90` says.
    """
    both = []
    for column in (rates.female, rates.male):
        ages = [_exact(rate) for rate in single_years(rates.age, column)]
        bands = [sum(ages[5 * band : 5 * band + 5], Fraction(0)) / 5 for band in range(BANDS - 1)]
        oldest = sum((w * rate for w, rate in zip(FROM_90, ages[90:100], strict=True)), Fraction(0))
        both.append([*bands, oldest])
    return both[0], both[1]


def single_years(first_ages: tuple[int, ...], rates: tuple[float, ...], *, oldest: int = 120) -> list[float]:
    """Spell out rates for each year of age, 0 to `oldest`."""
    out, row = [], 0
    for age in range(oldest + 1):
        while row + 1 < len(first_ages) and first_ages[row + 1] <= age:
            row += 1
        out.append(rates[row])
    return out


def _weekly(yearly: Fraction, growth: float, weeks: int, offset: int) -> list[int]:
    """Whole numbers a week that add up to a growing flow, in `UNIT` a year."""
    with localcontext(_CONTEXT):
        factor = (1 + Decimal(repr(growth))) ** (Decimal(1) / WEEKS_A_YEAR)
        growing = int((factor * 2**60).to_integral_value())
    # The flow is kept in 2^-32 of an UNIT, so that centuries of growth lose nothing.
    flow = int(yearly * UNIT / WEEKS_A_YEAR)
    so_far, counts = offset * UNIT, []
    for _ in range(weeks):
        so_far += flow
        flow = flow * growing >> 60
        counts.append(so_far // (UNIT * UNIT))
        so_far -= counts[-1] * UNIT * UNIT
    return counts


def _exact(number: float) -> Fraction:
    """A number as it is written."""
    return Fraction(repr(number))
