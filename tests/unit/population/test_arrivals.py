"""Births and moves in: mothers of an age to be one, and households that are like households of the place."""

from __future__ import annotations

import numpy as np
from tests.unit.population.places import place

from demandsim.population.arrivals import Arrivals, arrivals_of
from demandsim.population.pools import CHILD
from demandsim.population.projection import project
from demandsim.population.start import Start, people_at_start
from demandsim.units import WEEKS_A_YEAR

RESIDENTS = 20_000


def coming(weeks: int = 260) -> tuple[Start, Arrivals]:
    of = place("essex")
    start = people_at_start(of, 7, RESIDENTS)
    return start, arrivals_of(of, 7, project(of, RESIDENTS, weeks=weeks), start)


def test_there_is_one_row_for_each_birth_and_each_member_of_a_household() -> None:
    start, arrivals = coming()
    schedule = project(place("essex"), RESIDENTS, weeks=260)
    assert arrivals.is_birth.sum() == schedule.births.sum()
    assert arrivals.home_district.size == schedule.moves.sum()
    by_week = np.bincount(arrivals.week[arrivals.is_birth], minlength=260)
    assert np.array_equal(by_week, schedule.births.sum(axis=1))
    moved = arrivals.home[~arrivals.is_birth]
    assert np.array_equal(np.unique(moved), start.first.size + np.arange(schedule.moves.sum()))


def test_mothers_are_women_of_15_to_45_of_the_district() -> None:
    start, arrivals = coming()
    mothers = arrivals.copied[arrivals.is_birth]
    age = (start.age[mothers] + arrivals.week[arrivals.is_birth]) / WEEKS_A_YEAR
    assert (start.sex[mothers] == 0).all()
    # Mothers of a year are picked by their age in the middle of it: half a year out at either end.
    assert age.min() >= 14.5
    assert age.max() <= 45.5
    # The curve's mean is 30.9; Essex has more women in their late thirties than in their twenties, and those
    # at home with parents have half as many children: 32 is expected; five standard errors of 1,040 are 1.
    assert abs(age.mean() - 32) < 1
    assert (arrivals.home[arrivals.is_birth] == start.home[mothers]).all()


def test_births_are_babies_and_a_little_over_half_are_boys() -> None:
    _, arrivals = coming()
    births = arrivals.is_birth
    assert (arrivals.born_week[births] == arrivals.week[births]).all()
    # About 1,040 births: four standard errors are 0.062.
    assert abs(arrivals.sex[births].mean() - 0.512) < 0.062


def test_a_baby_that_moves_in_was_not_born_here() -> None:
    """Newborn at the start or not, whoever moves in is a week old at least: births and moves stay apart."""
    of = place("essex")
    start = people_at_start(of, 7, RESIDENTS)
    start = start._replace(age=np.where(start.role == CHILD, 0, start.age))
    arrivals = arrivals_of(of, 7, project(of, RESIDENTS, weeks=52), start)
    moved = ~arrivals.is_birth
    age = (arrivals.week - arrivals.born_week)[moved]
    assert (start.age[arrivals.copied[moved]] == 0).sum() > 50
    assert np.array_equal(age, np.maximum(start.age[arrivals.copied[moved]], 1))


def test_a_household_that_moves_in_is_like_one_of_the_district() -> None:
    start, arrivals = coming()
    moved = ~arrivals.is_birth
    for home in np.unique(arrivals.home[moved])[:200]:
        members = np.flatnonzero(moved & (arrivals.home == home))
        copied = arrivals.copied[members]
        whole = np.flatnonzero(start.home == start.home[copied[0]])
        assert np.array_equal(np.sort(copied), whole)
        assert start.role[copied[0]] == 0
        assert (arrivals.parent[members] == RESIDENTS + members[0]).all()
        age = arrivals.week[members] - arrivals.born_week[members]
        assert np.array_equal(age, start.age[copied])
        assert np.array_equal(arrivals.sex[members], start.sex[copied])
        district = arrivals.home_district[home - start.first.size]
        assert (start.cell[copied] // 10 == district).all()


def test_long_runs_still_find_mothers() -> None:
    _, arrivals = coming(weeks=1560)
    assert arrivals.is_birth[arrivals.week > 1500].any()
