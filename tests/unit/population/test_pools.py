"""Taking the nearest adult, and places turned back at the ends."""

from __future__ import annotations

import numpy as np
import pytest

from demandsim.population.pools import KIDS, POOLS, TOP, People, class_of, near_to, take


@pytest.mark.parametrize(
    ("years", "expected"), [(16, 4), (18, 4), (20, 5), (24, 5), (25, 6), (89, 18), (90, 19), (120, 19)]
)
def test_classes_are_five_years_from_20(years: int, expected: int) -> None:
    assert class_of(years) == expected


def test_the_nearest_class_with_anybody_is_taken_within_limits() -> None:
    people = People(
        *(np.arange(4, dtype=kind) for kind in (np.int32, np.uint8, np.int64, np.int64)),
        np.zeros((1, 35), np.int64),
    )
    front, back = np.zeros(POOLS, dtype=np.int64), np.zeros(POOLS, dtype=np.int64)
    back[2 * (6 - KIDS)] = 2  # two women of 25 to 29: persons 0 and 1
    assert take(people, front, back, 8, 0, 7, TOP) == -1
    assert take(people, front, back, 8, 1, KIDS, TOP) == -1
    assert [take(people, front, back, 8, 0, KIDS, TOP) for _ in range(3)] == [1, 0, -1]


def test_places_aside_turn_back_and_heap_up_nowhere() -> None:
    count, reach = 40, 5
    met = np.zeros(count, dtype=int)
    for place in range(count):
        for aside in range(-reach, reach + 1):
            met[near_to(place, aside, count)] += 1
    assert met.min() == met.max() == 2 * reach + 1
    assert near_to(0, 9, 1) == 0
