"""The plan of homes: nothing is planned that people are missing for, and the place's shares come out."""

from __future__ import annotations

import numpy as np
import pytest
from tests.unit.population.places import place

from demandsim.population import plan


def ordinary(scale: int = 100) -> dict[str, np.ndarray]:
    """Children, grown children and adults of two districts like England, in hundreds a decile."""
    adults = np.full((2, 10, 16), scale)
    return {
        "children": np.full((2, 10), 5 * scale),
        "grown": np.full((2, 10), scale),
        "adults": adults,
    }


def test_shares_of_the_place_come_out() -> None:
    people = ordinary()
    homes = [9_000, 9_000]
    table = plan.plan_homes(place("essex").households, homes, **people)
    shares = table.sum(axis=0) / sum(homes)
    make_up = place("essex").households
    assert shares[plan.HOMES] == 1
    assert shares[plan.ONE] == pytest.approx(make_up.one_person, abs=0.001)
    assert shares[plan.COUPLE] == pytest.approx(make_up.couple, abs=0.002)
    assert shares[plan.LONE] == pytest.approx(make_up.lone_parent, abs=0.001)
    assert shares[plan.COUPLE_CHILDREN] == pytest.approx(make_up.couple_with_children, abs=0.001)


def test_lone_parents_are_commoner_where_deprivation_is_high() -> None:
    table = plan.plan_homes(place("essex").households, [9_000, 9_000], **ordinary())
    assert table[0, plan.LONE] > 2 * table[9, plan.LONE]


def test_a_district_with_more_homes_for_its_adults_has_more_people_alone() -> None:
    table = plan.plan_homes(place("essex").households, [9_500, 8_500], **ordinary())
    alone = table[:, plan.ONE].reshape(2, 10).sum(axis=1)
    assert alone[0] > alone[1] + 1_000


@pytest.mark.parametrize("scale", [0, 1, 3])
def test_nothing_is_planned_without_people(scale: int) -> None:
    people = ordinary(scale)
    table = plan.plan_homes(place("essex").households, [90 * scale, 90 * scale], **people)
    assert table.min() >= 0
    families = table[:, plan.LONE] + table[:, plan.COUPLE_CHILDREN] + table[:, plan.WITH_OTHERS]
    assert (families <= people["children"].reshape(-1)).all()
    assert (table[:, plan.GROWN] <= people["grown"].reshape(-1)).all()
