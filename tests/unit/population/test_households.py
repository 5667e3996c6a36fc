"""Homes as put together: everybody once, children with adults, sizes and make-up near the place's."""

from __future__ import annotations

import numpy as np
import pytest
from tests.unit.population.places import here, made, place

from demandsim.population.columns import Homes, Residents
from demandsim.units import WEEKS_A_YEAR

SIZES = [500, 2_000, 20_000]


def visits(residents: Residents, homes: Homes) -> tuple[np.ndarray, bool]:
    """How often walking every home's list meets each resident, and whether always in the right home."""
    met = np.zeros(residents.identity.size, dtype=int)
    right = True
    for home in np.flatnonzero(homes.first >= 0):
        row = homes.first[home]
        while row >= 0:
            met[row] += 1
            right = right and residents.household[row] == home
            row = residents.next_in_home[row]
    return met, right


@pytest.mark.parametrize("residents", SIZES)
@pytest.mark.parametrize("name", ["essex", "england"])
def test_each_homes_list_meets_each_member_once(name: str, residents: int) -> None:
    people, homes = made(name, residents)
    met, right = visits(people, homes)
    assert right
    assert (met[here(people)] == 1).all()
    assert (met[residents:] == 0).all()


@pytest.mark.parametrize("residents", SIZES)
@pytest.mark.parametrize("name", ["essex", "england"])
def test_every_child_has_an_adult_at_home(name: str, residents: int) -> None:
    people, homes = made(name, residents)
    years = (-people.born_week) // WEEKS_A_YEAR
    rows = here(people)
    heads = homes.first[people.household[rows]]
    assert (people.role[rows][years[rows] < 18] == 2).all()
    assert (people.role[heads] == 0).all()
    assert (years[heads] >= 18).all()
    assert np.bincount(people.household[rows][people.role[rows] == 0]).max() == 1


@pytest.mark.parametrize("name", ["essex", "england"])
def test_mean_size_and_make_up_come_near_the_places(name: str) -> None:
    people, homes = made(name, 20_000)
    rows = here(people)
    of = place(name)
    count = np.flatnonzero(homes.first >= 0).size
    households = sum(each.households for each in of.districts.values())
    assert 20_000 / count == pytest.approx(of.population / households, rel=0.005)
    size = np.bincount(people.household[rows])
    adults = np.bincount(people.household[rows], weights=people.role[rows] != 2)
    young = (-people.born_week[rows]) // WEEKS_A_YEAR < 18
    children = np.bincount(people.household[rows], weights=young)
    # Two in a hundred homes: shares are England and Wales's; Essex has fewer people alone, more families.
    shares = of.households
    assert (size == 1).mean() == pytest.approx(shares.one_person, abs=0.02)
    assert ((size == 2) & (adults == 2)).mean() == pytest.approx(shares.couple, abs=0.02)
    assert ((children > 0) & (adults == 2)).mean() == pytest.approx(shares.couple_with_children, abs=0.02)
    assert ((children > 0) & (adults == 1)).mean() == pytest.approx(shares.lone_parent, abs=0.02)
    assert size.max() < 15


def test_parents_are_a_generation_older() -> None:
    people, homes = made("essex", 20_000)
    children = here(people)[people.role[here(people)] == 2]
    gap = (
        people.born_week[children] - people.born_week[homes.first[people.household[children]]]
    ) / WEEKS_A_YEAR
    assert 27 < np.median(gap) < 31
    # One in fifty lives with somebody too young to be the parent or with grandparents: small deciles run out.
    assert (gap < 15).mean() < 0.02
    assert (gap > 50).mean() < 0.02
