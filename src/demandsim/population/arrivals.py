"""Everyone who will arrive: which mother's home a child is born into, which household moves in."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from demandsim.chance import ARRIVAL, LIFELONG_WEEK, TRAITS, address, draw, draw_many
from demandsim.kernels import kernel
from demandsim.population.pools import CHILD
from demandsim.population.projection import Schedule, single_years
from demandsim.population.start import Start
from demandsim.scenario.base import DECILES
from demandsim.scenario.place import Place
from demandsim.units import WEEKS_A_YEAR, chance_units

_AT_HOME_ALSO = 2
"""A grown child at home has a child half as often as others of her age (judged)."""


class Arrivals(NamedTuple):
    """Those who will arrive, in order: one column each, by person and by household moving in."""

    week: NDArray[np.int64]  # [person] when it arrives
    copied: NDArray[np.int64]  # [person] whom it is like: its mother, or a member of the household copied
    is_birth: NDArray[np.bool_]  # [person]
    home: NDArray[np.int64]  # [person] its mother's home at the start, or a new home's number
    parent: NDArray[np.int64]  # [person] row of the mother, or of the reference person of its household
    home_district: NDArray[np.int64]  # [new home]
    sex: NDArray[np.uint8]  # [person]
    born_week: NDArray[np.int64]  # [person]


def arrivals_of(place: Place, key: int, schedule: Schedule, start: Start) -> Arrivals:
    """Work out who will arrive.

    Parameters
    ----------
    place : Place
        The place.
    key : int
        The seed.
    schedule : Schedule
        How many and when.
    start : Start
        Who lives there in week 0.

    Returns
    -------
    Arrivals
        By week, then district, births before households; nobody depends on the weeks that follow.
    """
    weeks, districts = schedule.births.shape
    events = np.stack([schedule.births, schedule.moves], axis=2).reshape(-1)
    number = np.repeat(np.arange(events.size), events)
    week, district, moving = number // (2 * districts), number // 2 % districts, number % 2
    homes, homes_from = _homes_by_district(start, districts)
    sizes = np.bincount(start.home, minlength=start.first.size).astype(np.int64)
    next_row = np.array([start.age.size], dtype=np.int64)
    copied = np.empty(number.size, dtype=np.int64)
    for year in range(-(-weeks // WEEKS_A_YEAR)):
        women, upto, women_from = _mothers(place, start, year, districts)
        begin, end = np.searchsorted(week, [year * WEEKS_A_YEAR, (year + 1) * WEEKS_A_YEAR])
        _pick(
            key, next_row, district[begin:end], moving[begin:end], copied[begin:end],
            women, upto, women_from, homes, homes_from, sizes,
        )  # fmt: skip
    return _spell_out(place, key, start, Events(week, moving == 1, copied))


class Events(NamedTuple):
    """Births and moves in, in order: one row each."""

    week: NDArray[np.int64]  # [event]
    moving: NDArray[np.bool_]  # [event]
    copied: NDArray[np.int64]  # [event] a birth's mother, or the home that a household is like


def _homes_by_district(start: Start, districts: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Homes in order of district, and where each district's begin."""
    district = start.cell[start.first] // DECILES
    order = np.argsort(district, kind="stable")
    return order, np.searchsorted(district[order], np.arange(districts + 1))


def _mothers(
    place: Place, start: Start, year: int, districts: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Women who may have a child in a year, by district, and their running weights: rates in 10,000ths.

    Where a district has none left, any woman of it, else any resident, so that the schedule always holds.
    """
    rates = np.array(single_years(place.births.age, place.births.female, oldest=200))
    by_age = np.rint(rates * 10_000).astype(np.int64)
    by_decile = np.rint(np.array(place.births.decile) * 64).astype(np.int64)
    # In the middle of the year, for all of it.
    age = (start.age + year * WEEKS_A_YEAR + WEEKS_A_YEAR // 2) // WEEKS_A_YEAR
    weight = by_age[np.minimum(age, 200)] * by_decile[start.cell % DECILES] * (start.sex == 0)
    weight = np.where(start.role == CHILD, weight // _AT_HOME_ALSO, weight) // 16
    district = start.cell // DECILES
    totals = np.bincount(district, weights=weight, minlength=districts)
    for bare in np.flatnonzero(totals == 0):
        here = district == bare
        weight[here] = np.where(start.sex[here] == 0, 1, 0) if (start.sex[here] == 0).any() else 1
    women = np.flatnonzero(weight)
    women = women[np.argsort(district[women], kind="stable")]
    return women, np.cumsum(weight[women]), np.searchsorted(district[women], np.arange(districts + 1))


@kernel
def _pick(
    key: int,
    next_row: NDArray[np.int64],
    district: NDArray[np.int64],
    moving: NDArray[np.int64],
    copied: NDArray[np.int64],
    women: NDArray[np.int64],
    upto: NDArray[np.int64],
    women_from: NDArray[np.int64],
    homes: NDArray[np.int64],
    homes_from: NDArray[np.int64],
    sizes: NDArray[np.int64],
) -> None:
    """Pick each birth's mother and each household's example by the draw of its first new resident."""
    for event in range(district.shape[0]):
        here = district[event]
        household, template, _, _ = draw(key, next_row[0], LIFELONG_WEEK, address(ARRIVAL, 0))
        if moving[event]:
            begin, end = homes_from[here], homes_from[here + 1]
            copied[event] = homes[begin + (((end - begin) * template) >> 32)]
            next_row[0] += sizes[copied[event]]
        else:
            begin, end = women_from[here], women_from[here + 1]
            before = upto[begin - 1] if begin > 0 else 0
            aim = before + (((upto[end - 1] - before) * household) >> 32)
            copied[event] = women[np.searchsorted(upto, aim, side="right")]
            next_row[0] += 1


def _spell_out(place: Place, key: int, start: Start, events: Events) -> Arrivals:
    """Turn births and households into residents, one row each, in order."""
    lists, starts = _members(start)
    ends = np.append(starts[1:], start.age.size)
    home = np.where(events.moving, events.copied, 0)
    size = np.where(events.moving, ends[home] - starts[home], 1)
    event = np.repeat(np.arange(size.size), size)
    offset = np.arange(event.size) - np.repeat(np.cumsum(size) - size, size)
    moving = events.moving[event]
    copied = np.where(moving, lists[np.where(moving, starts[home[event]] + offset, 0)], events.copied[event])
    new_home = start.first.size + np.cumsum(events.moving) - 1
    week = events.week[event]
    rows = start.age.size + np.arange(event.size, dtype=np.int64)
    boys = draw_many(key, rows, LIFELONG_WEEK, address(TRAITS, 0))[:, 0] < chance_units(place.male_by_band[0])
    return Arrivals(
        week=week,
        copied=copied,
        is_birth=~moving,
        home=np.where(moving, new_home[event], start.home[copied]),
        parent=np.where(moving, rows - offset, copied),
        home_district=start.cell[start.first[events.copied[events.moving]]] // DECILES,
        sex=np.where(moving, start.sex[copied], boys).astype(np.uint8),
        # Whoever is copied was so old in week 0; the newcomer is as old when it comes, and a week at least:
        # whoever comes in the week of birth is born here.
        born_week=np.where(moving, week - np.maximum(start.age[copied], 1), week),
    )


def _members(start: Start) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Members of each home, reference person first, and where each home begins."""
    rank = _ranks(start.first, start.following)
    order = np.argsort(start.home.astype(np.int64) * (int(rank.max()) + 1) + rank, kind="stable")
    return order, np.searchsorted(start.home[order], np.arange(start.first.size))


@kernel
def _ranks(first: NDArray[np.int32], following: NDArray[np.int32]) -> NDArray[np.int64]:
    """Place of each person in the list of its home, from 0."""
    rank = np.zeros(following.shape[0], dtype=np.int64)
    for home in range(first.shape[0]):
        person, place = first[home], 0
        while person >= 0:
            rank[person] = place
            person, place = following[person], place + 1
    return rank
