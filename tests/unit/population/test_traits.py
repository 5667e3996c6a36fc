"""Traits as drawn, against the distributions they are meant to have."""

from __future__ import annotations

import numpy as np
import pytest
from tests.unit.population.places import place

from demandsim.population import traits
from demandsim.units import ONE

WORDS = np.linspace(0, ONE - 1, 100_001).astype(np.int64)
"""Evenly spread words: what is drawn from them has the distribution itself, no luck in it."""


def test_ages_are_even_within_a_band() -> None:
    age = traits.age_in_weeks(np.full(WORDS.size, 3), WORDS)
    assert (age.min(), age.max()) == (15 * 52, 20 * 52 - 1)
    assert np.ptp(np.bincount(age)[15 * 52 :]) <= 2


def test_the_oldest_band_thins_out_to_99() -> None:
    age = traits.age_in_weeks(np.full(WORDS.size, 18), WORDS)
    assert (age.min(), age.max()) == (90 * 52, 100 * 52 - 1)
    by_year = np.bincount(age // 52)[90:]
    assert by_year[1:] / by_year[:-1] == pytest.approx(0.8, abs=0.001)


def test_grades_cover_the_scale_with_the_middle_commonest() -> None:
    count = np.bincount(traits.own_grade(place("essex"), WORDS), minlength=64)
    assert count.size == 64
    assert count[31:33].min() == count.max() or count[31:33].max() == count.max()
    assert np.abs(count - count[::-1]).max() <= 2


def test_support_has_the_places_mean_and_spread() -> None:
    words = np.random.default_rng(1).integers(0, ONE, 200_000)
    drawn = traits.support(place("essex"), words) / 65_536
    # Four standard errors of the mean are 0.002; nothing is cut off at the ends with a mean of a half.
    assert drawn.mean() == pytest.approx(0.5, abs=0.002)
    assert drawn.std() == pytest.approx(0.2, abs=0.002)
    assert 0 <= drawn.min() < drawn.max() < 1


def test_support_is_cut_at_both_ends() -> None:
    near_one = place("essex").model_copy(update={"support_mean": 0.95})
    drawn = traits.support(near_one, WORDS)
    assert drawn.max() == 65_535


def test_children_inherit_as_often_as_stated_and_adults_never() -> None:
    own, parent = np.full(WORDS.size, 5, np.uint8), np.full(WORDS.size, 60, np.uint8)
    child = traits.inherited(place("essex"), own, parent, np.full(WORDS.size, 2, np.uint8), WORDS)
    adult = traits.inherited(place("essex"), own, parent, np.zeros(WORDS.size, np.uint8), WORDS)
    assert (child == 60).mean() == pytest.approx(0.4, abs=1e-4)
    assert (adult == 5).all()


def test_claims_follow_tenure() -> None:
    for tenure, share in enumerate(place("essex").households.benefit):
        claims = traits.claims(place("essex"), np.full(WORDS.size, tenure, np.uint8), WORDS)
        assert claims.mean() == pytest.approx(share, abs=1e-4)


def test_owners_are_older_and_private_tenants_younger() -> None:
    rng = np.random.default_rng(2)
    cell, age = rng.integers(0, 120, 30_000), rng.integers(20 * 52, 90 * 52, 30_000)
    tenure = traits.tenures(place("essex"), cell, age, rng.integers(0, ONE, 30_000))
    owned, social, private = (age[tenure == each].mean() for each in range(3))
    assert owned > social > private
