"""People waiting to be put into homes, by age and sex, and the homes they are put into."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from demandsim.kernels import kernel
from demandsim.units import WEEKS_A_YEAR

ADULT, PARTNER, CHILD = 0, 1, 2
"""Roles: the reference person; a partner or any other adult; a child, grown or not."""

KIDS = 4  # the first class of adults, 18 and 19
TOP = 19  # the last class, 90 and over
POOLS = 32  # adult classes x 2 sexes
YEAR = WEEKS_A_YEAR

# Homes of one among a hundred adults of a class who have no children at home, women and men (judged, from
# Census 2021 as recalled: rising from a tenth at 18 to seven tenths of women over 90).
ALONE = (
    (10, 11, 13, 18, 24, 28, 30, 30, 30, 30, 31, 33, 37, 44, 55, 65),
    (10, 12, 16, 25, 34, 38, 39, 38, 34, 30, 27, 25, 26, 29, 38, 48),
)


class Gathered(NamedTuple):
    """Who lives where: columns by person, and by home."""

    home: NDArray[np.int32]  # [person] number of the home, -1 if none could be found
    role: NDArray[np.uint8]  # [person] adult, partner or child
    following: NDArray[np.int32]  # [person] next member of the home, -1 last
    first: NDArray[np.int32]  # [home] reference person
    last: NDArray[np.int32]  # [home] last member
    cell: NDArray[np.int32]  # [home] district x 10 + decile - 1
    made: NDArray[np.int64]  # [1] homes so far


class People(NamedTuple):
    """What is known of people before they have homes."""

    age: NDArray[np.int32]  # [person] weeks
    sex: NDArray[np.uint8]  # [person] 0 female, 1 male
    word: NDArray[np.int64]  # [person] the draw `place_in_household`
    order: NDArray[
        np.int64
    ]  # [person] persons by cell, then children, grown children, adults by class and sex
    start: NDArray[np.int64]  # [cell, 35] where each of those groups starts in `order`, and the end


def nobody_at_home(persons: int, most: int) -> Gathered:
    """Columns for so many persons and at most so many homes, with nobody in them."""
    return Gathered(
        home=np.full(persons, -1, dtype=np.int32),
        role=np.full(persons, ADULT, dtype=np.uint8),
        following=np.full(persons, -1, dtype=np.int32),
        first=np.full(most, -1, dtype=np.int32),
        last=np.full(most, -1, dtype=np.int32),
        cell=np.full(most, -1, dtype=np.int32),
        made=np.zeros(1, dtype=np.int64),
    )


@kernel
def class_of(years: int) -> int:
    """Class of an adult's age, numbered as `plan.CLASS_AGES`; 4 (18 and 19) is the first."""
    if years < 20:
        return KIDS
    return min(years // 5 + 1, TOP)


@kernel
def near_to(place: int, aside: int, count: int) -> int:
    """A place among `count` so far aside, turned back at either end: cutting would heap everyone up there."""
    near = place + aside
    if near < 0:
        near = -near - 1
    if near >= count:
        near = 2 * count - 1 - near
    return min(max(near, 0), count - 1)


@kernel
def take(
    people: People,
    front: NDArray[np.int64],
    back: NDArray[np.int64],
    wanted: int,
    sex: int,
    lowest: int,
    highest: int,
) -> int:
    """Take an adult of one sex from the class wanted or the nearest, within limits; -1 if there is none.

    Pools are in the order of a draw, so that the last is anyone. Those who live alone come from the front.
    """
    wanted = min(max(wanted, lowest), highest)
    for far in range(TOP - KIDS + 1):
        for side in (1, -1):
            near = wanted + side * far
            pool = 2 * (near - KIDS) + sex
            if lowest <= near <= highest and back[pool] > front[pool]:
                back[pool] -= 1
                return int(people.order[back[pool]])
    return -1


@kernel
def open_home(into: Gathered, cell: int, person: int) -> int:
    """Open a home for its reference person."""
    home = into.made[0]
    into.made[0] += 1
    into.home[person] = home
    into.role[person] = ADULT
    into.first[home] = person
    into.last[home] = person
    into.cell[home] = cell
    return int(home)


@kernel
def join(into: Gathered, home: int, person: int, role: int) -> None:
    """Put one more person into a home, last in its list."""
    into.home[person] = home
    into.role[person] = role
    into.following[into.last[home]] = person
    into.last[home] = person
