"""Whole-number margins and raking, against exact shares and a textbook table."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from tests.unit.population.places import place

from demandsim.errors import PopulationError
from demandsim.population.margins import (
    FROM_90,
    UNIT,
    home_total,
    people_counts,
    rake,
    rounded_row,
    running_split,
    tenure_counts,
)


def exact_people(name: str, residents: int) -> np.ndarray:
    districts = place(name).districts.values()
    table = np.array([np.array(each.people) * each.population / np.sum(each.people) for each in districts])
    return table * residents / table.sum()


@pytest.mark.parametrize("residents", [500, 2_000, 100_000, 1_563_365])
@pytest.mark.parametrize("name", ["essex", "england"])
def test_every_margin_is_matched_as_closely_as_whole_numbers_allow(name: str, residents: int) -> None:
    counts, exact = people_counts(place(name), residents), exact_people(name, residents)
    people = counts.sum(axis=3)
    assert counts.sum() == residents
    assert counts.min() >= 0
    assert np.abs(people.sum(axis=(1, 2)) - exact.sum(axis=(1, 2))).max() < 1
    assert np.abs(people.sum(axis=2) - exact.sum(axis=2)).max() < 2
    # Remainders run through district and place at once, so that neither is exact: all seen were under 1.03.
    assert np.abs(people.sum(axis=(0, 1)) - exact.sum(axis=(0, 1))).max() < 2
    assert np.abs(people.sum(axis=1) - exact.sum(axis=1)).max() < 2
    assert np.abs(people - exact).max() < 2
    men = (exact.sum(axis=(0, 1)) * np.array(place(name).male_by_band)).sum()
    assert abs(counts[..., 1].sum() - men) < 2


def test_at_full_size_the_table_comes_back() -> None:
    essex = place("essex")
    counts = people_counts(essex, essex.population).sum(axis=3)
    table = np.array([each.people for each in essex.districts.values()])
    assert np.array_equal(counts, table)


def test_a_row_pays_first_what_is_owed_most() -> None:
    owed = [0, 0, 0]
    rows = [rounded_row([UNIT // 2, UNIT // 4, UNIT // 4], 1, [owed]) for _ in range(4)]
    assert np.sum(rows, axis=0).tolist() == [2, 1, 1]
    assert owed == [0, 0, 0]


def test_a_running_split_is_never_further_off_than_a_half() -> None:
    weights = [3, 1, 4, 1, 5, 9, 2, 6]
    parts = running_split(weights, 10)
    off = np.cumsum(parts) - np.cumsum(weights) * 10 / sum(weights)
    assert sum(parts) == 10
    assert np.abs(off).max() <= 0.5
    assert running_split([0, 0], 5) == [0, 0]


def test_raking_a_table_to_its_own_margins_leaves_it() -> None:
    table = [[1.0, 2.0], [3.0, 4.0]]
    assert np.allclose(rake(table, [3, 7], [4, 6]), table)


def test_raking_keeps_the_odds_ratio_and_fits_both_margins() -> None:
    # Iterative fitting never changes a table's odds ratios: here 1 x 4 / (2 x 3).
    (a, b), (c, d) = rake([[1, 2], [3, 4]], [5, 5], [2, 8])
    assert a * d / (b * c) == pytest.approx(4 / 6)
    assert [a + b, c + d] == pytest.approx([5, 5])
    assert [a + c, b + d] == pytest.approx([2, 8])


def test_raking_refuses_a_column_nobody_can_fill() -> None:
    with pytest.raises(PopulationError, match="column 1 is empty"):
        rake([[1, 0], [1, 0]], [1, 1], [1, 1])


def test_homes_stand_for_the_places_households() -> None:
    essex = place("essex")
    assert home_total(essex, essex.population) == [each.households for each in essex.districts.values()]


def test_tenures_match_each_district_and_differ_by_decile() -> None:
    essex = place("essex")
    homes = people_counts(essex, 1_000_000).sum(axis=(2, 3)) // 2
    counts = tenure_counts(essex, homes)
    assert np.array_equal(counts.sum(axis=2), homes)
    shares = np.array([each.tenure for each in essex.districts.values()])
    assert np.abs(counts.sum(axis=1) - shares * homes.sum(axis=1, keepdims=True)).max() < 2
    basildon = counts[0] / homes[0][:, None]
    assert basildon[0, 1] > 2 * basildon[9, 1]


def test_ages_from_90_add_up_and_fall_by_a_fifth() -> None:
    assert sum(FROM_90) == 1
    assert all(5 * later == 4 * sooner for sooner, later in pairwise(FROM_90))
