"""Residents as made: whole columns, sound homes, stable identities, margins that no seed moves."""

from __future__ import annotations

import numpy as np
import pytest
from tests.unit.population.places import here, made, place, scenario

from demandsim.errors import RunError
from demandsim.population.columns import NEVER, Residents
from demandsim.population.make import make_population, sizes
from demandsim.units import WEEKS_A_YEAR, normal_grades

RESIDENTS = 20_000


def test_the_same_scenario_and_seed_make_the_same_arrays() -> None:
    first = made("essex", 2_000)
    again = make_population(scenario(place("essex"), 2_000), 1)
    for one, other in zip((*first[0], *first[1]), (*again[0], *again[1]), strict=True):
        assert np.array_equal(one, other)


@pytest.mark.parametrize("residents", [500, RESIDENTS])
def test_two_seeds_make_different_people_with_the_same_margins(residents: int) -> None:
    one, other = made("essex", residents, 1)[0], made("essex", residents, 2)[0]
    assert not np.array_equal(one.born_week[:residents], other.born_week[:residents])
    for column in ("sex", "district"):
        assert np.array_equal(getattr(one, column)[:residents], getattr(other, column)[:residents])
    assert np.array_equal(bands(one, residents), bands(other, residents))


def bands(residents: Residents, count: int) -> np.ndarray:
    years = (-residents.born_week[:count]) // WEEKS_A_YEAR
    return np.bincount(np.minimum(years // 5, 18), minlength=19)


def test_rows_are_identities_and_arrivals_come_in_order() -> None:
    residents, homes = made("essex", RESIDENTS)
    count = sizes(residents, homes)
    assert np.array_equal(residents.identity, np.arange(count.rows))
    assert np.array_equal(here(residents), np.arange(RESIDENTS))
    weeks = residents.arrives_week[RESIDENTS:]
    assert weeks[0] >= 0
    assert weeks[-1] <= 103
    assert (np.diff(weeks) >= 0).all()
    assert (residents.arrives_week[:RESIDENTS] == NEVER).all()


@pytest.mark.parametrize("residents", [500, 2_000])
def test_nobody_who_arrives_depends_on_how_long_the_run_is(residents: int) -> None:
    short, longer = made("essex", residents, 1, 60)[0], made("essex", residents, 1, 200)[0]
    assert short.identity.size < longer.identity.size
    for name in Residents._fields:
        column = getattr(short, name)
        assert np.array_equal(column, getattr(longer, name)[: column.shape[0]]), name


def test_homes_are_those_at_the_start_those_that_come_and_one_a_row() -> None:
    residents, homes = made("essex", RESIDENTS)
    count = sizes(residents, homes)
    assert count.residents == RESIDENTS
    assert homes.first.size == count.reserved + count.rows
    assert (homes.first[count.reserved :] == -1).all()
    assert np.array_equal(homes.district[count.reserved :], residents.district)
    assert residents.household.max() < count.reserved
    lived_in = np.flatnonzero(homes.first >= 0)
    assert np.array_equal(lived_in, np.arange(lived_in.size))
    assert np.array_equal(np.unique(residents.household[:RESIDENTS]), lived_in)
    assert (homes.district[residents.household] == residents.district).all()


def test_needs_services_and_programmes_set_the_axes() -> None:
    residents, _ = made("essex", 500)
    assert residents.severity.shape[1] == 2
    assert residents.last_contact.shape[1] == 1
    assert residents.offered.shape[1] == 1


def test_homes_and_tenures_come_near_the_districts_margins() -> None:
    residents, homes = made("essex", RESIDENTS)
    heads = homes.first[homes.first >= 0]
    total = sum(each.households for each in place("essex").districts.values())
    for number, district in enumerate(place("essex").districts.values()):
        tenure = residents.tenure[heads][residents.district[heads] == number]
        # A decile of a small district has a handful of homes: two in a hundred of them either way.
        assert tenure.size == pytest.approx(district.households * heads.size / total, rel=0.02, abs=2)
        assert np.abs(np.bincount(tenure, minlength=3) - np.array(district.tenure) * tenure.size).max() < 2


def test_everyone_in_a_home_shares_decile_tenure_and_benefit() -> None:
    residents, homes = made("essex", RESIDENTS)
    rows = here(residents)
    heads = homes.first[residents.household[rows]]
    for name in ("decile", "district", "tenure", "benefit"):
        column = getattr(residents, name)
        assert np.array_equal(column[rows], column[heads]), name
    assert not residents.benefit[residents.tenure == 0].any()


def test_cells_say_band_sex_and_decile_in_the_week_of_coming() -> None:
    residents, _ = made("essex", 2_000)
    week = np.where(residents.arrives_week == NEVER, 0, residents.arrives_week)
    years = (week - residents.born_week) // WEEKS_A_YEAR
    edges = [0, 5, 11, 16, 18, 25, 35, 45, 55, 65, 75, 85]
    band = np.array([max(i for i, edge in enumerate(edges) if edge <= age) for age in years])
    assert np.array_equal(residents.cell, (band * 2 + residents.sex) * 10 + residents.decile - 1)


def test_vulnerability_has_mean_one_and_runs_in_families() -> None:
    residents, homes = made("essex", RESIDENTS)
    multiplier = np.array(normal_grades(place("essex").vulnerability_spread, 64)[1])[residents.grade] / 65_536
    # 27,000 draws with a standard deviation of 0.8: five standard errors are 0.025.
    assert multiplier.mean() == pytest.approx(1, abs=0.025)
    children = np.flatnonzero((residents.role == 2) & (np.arange(residents.role.size) < RESIDENTS))
    alike = residents.grade[children] == residents.grade[homes.first[residents.household[children]]]
    # Two in five inherit; about one in 32 of the others has the same grade by chance.
    assert alike.mean() == pytest.approx(0.4 + 0.6 * 0.03, abs=0.04)


def test_a_seed_must_be_a_whole_number() -> None:
    with pytest.raises(RunError, match="seed"):
        make_population(scenario(place("essex"), 500), 1.5)  # type: ignore[arg-type]
