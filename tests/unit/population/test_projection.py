"""The schedule of births and moves, against closed forms and published life expectancy."""

from __future__ import annotations

import math

import numpy as np
import pytest
from tests.unit.population.places import place

from demandsim.population.projection import band_rates, flows, project, single_years

LIFE_EXPECTANCY = {
    55: (30.2, 27.2),
    60: (25.7, 22.9),
    65: (21.4, 18.9),
    70: (17.3, 15.2),
    75: (13.5, 11.7),
    80: (9.9, 8.6),
    85: (6.9, 6.0),
    90: (4.5, 4.0),
}
"""Years left at an age, female and male: ONS principal projection, 2024."""


def years_left(rates: list[float], age: int) -> float:
    """Life expectancy under rates by single year of age, the last one for ever."""
    alive, total = 1.0, 0.0
    for rate in rates[age:]:
        total += alive * (1 - math.exp(-rate)) / rate
        alive *= math.exp(-rate)
    return total + alive / rates[-1]


@pytest.mark.parametrize("age", LIFE_EXPECTANCY)
def test_death_rates_give_the_published_life_expectancy(age: int) -> None:
    deaths = place("essex").deaths
    # A Gompertz curve in steps of five years: a third of a year is the worst of the fit.
    for column, published in zip((deaths.female, deaths.male), LIFE_EXPECTANCY[age], strict=True):
        assert years_left(single_years(deaths.age, column), age) == pytest.approx(published, abs=0.35)


def test_birth_rates_give_the_total_fertility_and_the_mean_age() -> None:
    births = place("essex").births
    rates = np.array(single_years(births.age, births.female))
    ages = np.arange(rates.size) + 0.5
    assert rates.sum() == pytest.approx(1.44, abs=0.005)
    assert (rates * ages).sum() / rates.sum() == pytest.approx(30.9, abs=0.1)


def test_decile_factors_keep_the_mean() -> None:
    england = place("england")
    whole = np.array(england.districts["england"].people)
    women = whole[:, 3:9].sum(axis=1)
    assert (women * england.births.decile).sum() / women.sum() == pytest.approx(1, abs=0.03)
    weights = (whole * np.array([float(rate) for rate in band_rates(england.deaths)[0]])).sum(axis=1)
    assert (weights * england.deaths.decile).sum() / weights.sum() == pytest.approx(1, abs=0.03)


@pytest.mark.parametrize("name", ["essex", "england"])
def test_what_comes_and_goes_adds_up_to_the_growth(name: str) -> None:
    for district in place(name).districts.values():
        flow = flows(place(name), district)
        net = flow.births - flow.deaths + flow.enter - flow.leave
        assert float(net) == pytest.approx(district.growth, abs=1e-12)
        assert 0.006 < flow.births < 0.015
        assert 0.005 < flow.deaths < 0.02


def test_counts_keep_to_their_growing_total() -> None:
    essex = place("essex")
    schedule = project(essex, 100_000, weeks=520)
    for number, district in enumerate(essex.districts.values()):
        people = 100_000 * district.population / essex.population
        grown = ((1 + district.growth) ** 10 - 1) / math.log1p(district.growth)
        flow = flows(essex, district)
        # One for rounding; one for people rounded to whole numbers; a thousandth for whole weeks.
        assert schedule.births[:, number].sum() == pytest.approx(
            people * float(flow.births) * grown, rel=1e-3, abs=2
        )
        homes = people * district.households / district.population
        assert schedule.moves[:, number].sum() == pytest.approx(
            homes * float(flow.enter) * grown, rel=1e-3, abs=2
        )


@pytest.mark.parametrize("name", ["essex", "england"])
def test_growth_begins_after_the_first_week(name: str) -> None:
    """So many people that a week's number is its rate to the unit: the first week's as it stands, then growth."""
    of, people = place(name), 10**9
    schedule = project(of, people, weeks=53)
    whole = sum(each.population for each in of.districts.values())
    for number, each in enumerate(of.districts.values()):
        homes = people * each.households / whole / 52
        first = homes * float(flows(of, each).enter)
        assert first * each.growth > 50, "growth would show"
        expected = [first, first * (1 + each.growth)]
        assert schedule.moves[[0, 52], number].tolist() == pytest.approx(expected, abs=2)


def test_weeks_that_follow_change_nothing() -> None:
    short = project(place("essex"), 5_000, weeks=104)
    longer = project(place("essex"), 5_000, weeks=353)
    assert np.array_equal(short.births, longer.births[:104])
    assert np.array_equal(short.moves, longer.moves[:104])


def test_rates_are_averaged_over_bands() -> None:
    deaths = place("essex").deaths
    female, male = band_rates(deaths)
    assert float(female[0]) == pytest.approx((deaths.female[0] + 4 * deaths.female[1]) / 5)
    assert male[13] == pytest.approx(deaths.male[14])
    assert deaths.male[deaths.age.index(90)] < male[18] < deaths.male[deaths.age.index(95)]
