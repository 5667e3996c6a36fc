"""People at the start: counts that no seed moves, and a plain refusal where a place cannot be made."""

from __future__ import annotations

import numpy as np
import pytest
from tests.unit.population.places import place

from demandsim.errors import PopulationError
from demandsim.population.margins import people_counts
from demandsim.population.start import people_at_start
from demandsim.scenario.place import Place


def test_people_are_the_counts_of_the_margins() -> None:
    essex = place("essex")
    start = people_at_start(essex, 3, 20_000)
    counts = people_counts(essex, 20_000)
    assert np.array_equal(np.bincount(start.cell, minlength=120).reshape(12, 10), counts.sum(axis=(2, 3)))
    assert start.sex.sum() == counts[..., 1].sum()


def test_children_of_a_decile_without_adults_live_in_another() -> None:
    start = people_at_start(place("essex"), 3, 500)
    counts = people_counts(place("essex"), 500).sum(axis=(2, 3))
    districts = np.bincount(start.cell // 10, minlength=12)
    assert np.array_equal(districts, counts.sum(axis=1))
    moved = np.abs(np.bincount(start.cell, minlength=120).reshape(12, 10) - counts).sum() // 2
    assert moved < 10


def test_a_place_of_children_is_refused() -> None:
    england = place("england")
    district = england.districts["england"]
    children = tuple((*row[:3], *(0.0,) * 16) for row in district.people)
    odd = district.model_copy(update={"people": children})
    nobody_grown: Place = england.model_copy(update={"districts": {"england": odd}})
    with pytest.raises(PopulationError, match="no adult"):
        people_at_start(nobody_grown, 1, 500)
