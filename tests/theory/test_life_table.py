"""Births, deaths and moves against life tables worked out from the place file, person by person."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.unit.simulation.scenes import changed, quiet_town

from demandsim.population.columns import DEAD, HERE, LEFT, NOT_YET, Residents
from demandsim.population.projection import project
from demandsim.records.measures import BIRTHS, DEATHS, MOVED_IN, MOVED_OUT
from demandsim.scenario.place import AgeRates
from demandsim.scenario.read import read_scenario
from demandsim.simulation.model import DemandModel

Chances = NDArray[np.float64]
Rows = NDArray[np.bool_]

RESIDENTS = 40_000
PLACE = read_scenario("small-town").place
"""The place as its file states it; the quiet town has none of its deaths, births and moves."""


def quiet(weeks: int, **settings: Any) -> DemandModel:
    """The quiet town without a need: nobody's chances depend on anything but age, sex, decile and home."""
    return DemandModel(changed(quiet_town(), {"residents": RESIDENTS, "weeks": weeks, **settings}), seed=41)


def deaths_as_stated() -> dict[str, Any]:
    """Settings that let residents die at the place's own rates."""
    return {f"place.deaths.{sex}": getattr(PLACE.deaths, sex) for sex in ("female", "male")}


def weekly(yearly: Any) -> Chances:
    """Chance in a week, from a yearly rate, in plain floating point."""
    return 1 - np.exp(-np.asarray(yearly, float) / 52)


def chance_of_death(rates: AgeRates, state: Residents, week: int) -> Chances:
    """Each resident's chance of dying in a week, by single year of age (in whole years then), sex and decile."""
    years = np.maximum(week - state.born_week, 0) // 52
    row = np.searchsorted(rates.age, years, side="right") - 1
    yearly = np.where(state.sex == 0, np.take(rates.female, row), np.take(rates.male, row))
    return weekly(yearly * np.take(rates.decile, state.decile.astype(int) - 1))


def off_by(happened: Rows, chance: Chances, groups: Iterable[Rows]) -> Chances:
    """By how many standard errors each group's number differs from the sum of its members' chances.

    Residents are independent, so the variance is the sum of p (1 - p). Groups in which fewer than 12 are expected are
    left out: their number is not normal.
    """
    errors = []
    for group in groups:
        expected = chance[group].sum()
        if expected >= 12:
            spread = np.sqrt((chance[group] * (1 - chance[group])).sum())
            errors.append((happened[group].sum() - expected) / spread)
    return np.array(errors)


def test_deaths_in_a_year_are_those_of_the_life_table_of_the_people_made() -> None:
    """Everyone's own chance of dying within 52 weeks, one minus the product of weekly survival, summed by group.

    Margin: 4 standard errors in all, by sex, decile and band of ten years of age: at most 21 groups, so at most 1 seed
    in 700 would fail. In all it is 4 / sqrt(about 400 deaths): a fifth.
    """
    model = quiet(52, **deaths_as_stated())
    state = model.state
    made = state.presence == HERE
    alive = np.ones(made.size)
    for week in range(52):
        alive *= 1 - chance_of_death(PLACE.deaths, state, week)
    age = -state.born_week // 52
    model.run()
    died = state.presence == DEAD
    groups = [
        made,
        *(made & (state.sex == sex) for sex in (0, 1)),
        *(made & (state.decile == decile) for decile in range(1, 11)),
        *(made & (age // 10 == band) for band in range(11)),
    ]
    errors = off_by(died, 1 - alive, groups)
    assert errors.size >= 14
    assert np.abs(errors).max() < 4, errors.round(1)
    assert died.sum() == model.weekly.arrays()["measure"][:, DEATHS].sum()
    by_cell = model.weekly.arrays()["deaths"].sum(axis=0).reshape(-1, 2, 10)
    assert by_cell.sum(axis=(0, 2)).tolist() == [int((died & (state.sex == sex)).sum()) for sex in (0, 1)]


def test_deaths_come_when_the_life_table_says_for_ten_years() -> None:
    """The same people and those who move in, followed for ten years: each year's deaths among those here as it begins.

    Margin: 4 standard errors in each of ten years; and over all ten by band of five years of age as the year begins,
    where who was expected to die in one year and lives may still die in the next, so that the errors of the years are
    uncorrelated and their variances add up. At most 28 numbers: at most 1 seed in 550 would fail. Over ten years it
    is 4 / sqrt(about 4,000 deaths), a sixteenth: dying a year too early or too late would show.
    """
    model = quiet(520, **deaths_as_stated())
    state = model.state
    off, variance = np.zeros(25), np.zeros(25)
    for year in range(10):
        here = state.presence == HERE
        survival = np.ones(here.size)
        for week in range(52 * year, 52 * year + 52):
            survival *= 1 - chance_of_death(PLACE.deaths, state, week)
        band = (52 * year - state.born_week[here]) // 260
        model.run(52)
        died = state.presence == DEAD
        errors = off_by(died, 1 - survival, [here])
        assert np.abs(errors).max() < 4, (year, errors)
        off += np.bincount(band, died[here] - (1 - survival[here]), minlength=25)
        variance += np.bincount(band, survival[here] * (1 - survival[here]), minlength=25)
    assert abs(off.sum()) < 4 * np.sqrt(variance.sum())
    many = variance > 12
    assert many.sum() > 8
    assert np.abs(off[many] / np.sqrt(variance[many])).max() < 4


def growing(weeks: int) -> DemandModel:
    """The quiet town with the place's own births, deaths, moves and growth."""
    moving = {f"place.districts.{name}.growth": d.growth for name, d in PLACE.districts.items()}
    moving |= {"place.births.female": PLACE.births.female, "place.moves_out": PLACE.moves_out}
    return quiet(weeks, **moving, **deaths_as_stated())


def test_babies_and_households_arrive_as_the_schedule_says() -> None:
    """Every week exactly as many as the projection says, and who it says, though people die and leave meanwhile."""
    weeks = 156
    model = growing(weeks)
    schedule = project(model.place_scenario.place, RESIDENTS, weeks=weeks)
    state = model.state
    comes = state.arrives_week >= 0
    due = np.bincount(state.arrives_week[comes], minlength=weeks)
    # Homes after those of the start are those of households that will come, one each, in order.
    at_start = int(state.household[~comes].max()) + 1
    baby = comes & (state.household < at_start)
    assert np.array_equal(state.born_week[baby], state.arrives_week[baby])
    assert (
        np.bincount(state.arrives_week[baby], minlength=weeks).tolist()
        == schedule.births.sum(axis=1).tolist()
    )
    first = np.unique(state.household[comes & ~baby], return_index=True)[1]
    moves = np.bincount(state.arrives_week[comes & ~baby][first], minlength=weeks)
    assert moves.tolist() == schedule.moves.sum(axis=1).tolist()
    for week in range(weeks):
        model.step()
        assert np.all(state.presence[state.arrives_week == week] == HERE)
        assert np.all(state.presence[state.arrives_week > week] == NOT_YET)
    measure = model.weekly.arrays()["measure"].sum(axis=2)
    assert (measure[:, BIRTHS] + measure[:, MOVED_IN]).tolist() == due.tolist()
    change = measure[:, [BIRTHS, MOVED_IN]].sum() - measure[:, [DEATHS, MOVED_OUT]].sum()
    assert (state.presence == HERE).sum() == RESIDENTS + change


def test_births_counted_are_those_of_the_schedule() -> None:
    """A household may bring a child; it moved in, and its birth was elsewhere."""
    weeks = 156
    model = growing(weeks)
    schedule = project(model.place_scenario.place, RESIDENTS, weeks=weeks)
    model.run()
    births = model.weekly.arrays()["measure"].sum(axis=2)[:, BIRTHS]
    assert births.tolist() == schedule.births.sum(axis=1).tolist()


def test_the_schedule_has_the_births_that_the_places_people_have() -> None:
    """Births of the first year by hand: women of each district, band and decile x the rate of their single years.

    A band's rate is the mean of its five single years', none from 45 on. A district grows evenly by g a year: week w
    has (1 + g) ** (w / 52) times the flow of the first. Counts are carried, so each district is within one birth of
    its sum; there are two districts.
    """
    by_year = [
        PLACE.births.female[max(i for i, a in enumerate(PLACE.births.age) if a <= y)] for y in range(95)
    ]
    expected = 0.0
    for name, district in PLACE.districts.items():
        people = np.array(district.people)  # [decile, band]
        share = people / people.sum()
        women = 1 - np.array(PLACE.male_by_band)
        rate = np.array([np.mean(by_year[5 * band : 5 * band + 5]) for band in range(19)])
        yearly = (share * women * rate * np.array(PLACE.births.decile)[:, None]).sum()
        lives = RESIDENTS * district.population / PLACE.population
        growth = np.mean((1 + district.growth) ** (np.arange(52) / 52))
        expected += lives * yearly * growth
        assert district.growth > 0, name
    births = project(PLACE, RESIDENTS, weeks=52).births.sum()
    assert expected > 300
    assert abs(births - expected) <= 2


def test_households_move_out_at_the_places_rate() -> None:
    """Whole homes leave, each week with one chance: 1 - (1 - p) ** 52 in a year, if nobody dies or leaves home.

    Margin: 4 standard errors of the homes that go, and of the residents who go with them (the variance is that of a
    home's size times whether it goes): 2 numbers, so 1 seed in 8,000 would fail.
    """
    model = quiet(52, **{"place.moves_out": PLACE.moves_out})
    state = model.state
    at_start = state.presence == HERE
    size = np.bincount(state.household[at_start])
    model.run()
    gone = np.bincount(state.household[at_start & (state.presence == LEFT)], minlength=size.size)
    assert np.array_equal(gone[gone > 0], size[gone > 0]), "nobody is left behind"
    chance = 1 - (1 - weekly(PLACE.moves_out)) ** 52
    for weight in (size > 0, size):
        expected = chance * weight.sum()
        error = np.sqrt(chance * (1 - chance) * (weight.astype(float) ** 2).sum())
        assert abs(weight[gone > 0].sum() - expected) < 4 * error


@pytest.mark.parametrize("harder", [1.0, 3.0])
def test_a_birth_cohort_survives_as_the_product_of_one_minus_its_weekly_chances(harder: float) -> None:
    """Children born in the first year, followed for ten years: the share alive after k weeks, by sex and in all.

    A child is safe in the week of its birth; k weeks later it has come through k weekly chances, the first at an age
    of one week. Deaths are made frequent, so that there is something to see: 8% of girls and 11% of boys a year under
    one, 3% and 4% to four, 1% and 2% after; by decile as the place states, and three times that.

    Margin: 4 standard errors at ten ages, girls and boys and all: 30 numbers, so at most 1 seed in 500 would fail.
    """
    weeks = 52 * 11
    stated = AgeRates(
        age=(0, 1, 5, 15),
        female=tuple(harder * rate for rate in (0.08, 0.03, 0.01, 0.0)),
        male=tuple(harder * rate for rate in (0.11, 0.04, 0.02, 0.0)),
        decile=PLACE.deaths.decile,
    )
    fertile = tuple(5 * rate for rate in PLACE.births.female)
    model = quiet(weeks, **{"place.births.female": fertile, "place.deaths": stated.model_dump()})
    state = model.state
    cohort = (state.born_week >= 0) & (state.born_week < 52) & (state.born_week == state.arrives_week)
    assert cohort.sum() > 1500
    sex, decile = state.sex[cohort], state.decile[cohort].astype(int)
    died_at = np.full(int(cohort.sum()), weeks)  # age in weeks
    for week in range(weeks):
        model.step()
        dead = state.presence[cohort] == DEAD
        fresh = dead & (died_at == weeks)
        died_at[fresh] = week - state.born_week[cohort][fresh]
    survival = np.ones(sex.size)
    for age in range(1, 521):
        row = np.searchsorted(stated.age, age // 52, side="right") - 1
        yearly = np.where(sex == 0, stated.female[row], stated.male[row]) * np.take(stated.decile, decile - 1)
        survival *= 1 - weekly(yearly)
        if age % 52 == 0:
            alive = died_at > age
            for group in (sex == 0, sex == 1, sex >= 0):
                expected = survival[group].sum()
                error = np.sqrt((survival[group] * (1 - survival[group])).sum())
                assert abs(alive[group].sum() - expected) < 4 * error, age
    assert died_at.min() >= 1
