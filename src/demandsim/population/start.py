"""The people who live in a place at the start: counted, given ages, and put into homes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from demandsim.chance import LIFELONG_WEEK, TRAITS_MORE, address, draw_many
from demandsim.errors import PopulationError
from demandsim.population.households import gather
from demandsim.population.margins import home_total, people_counts
from demandsim.population.plan import AT_HOME, CLASS_AGES, FIRST_ADULT, plan_homes
from demandsim.population.pools import POOLS, People, nobody_at_home
from demandsim.population.traits import age_in_weeks
from demandsim.scenario.base import DECILES
from demandsim.scenario.place import Place
from demandsim.units import ONE, WEEKS_A_YEAR, chance_units

_GROUPS = POOLS + 2  # children, grown children, adults by class and sex


class Start(NamedTuple):
    """Who lives in the place at the start, and in which homes."""

    cell: NDArray[np.int64]  # [person] district x 10 + decile - 1
    sex: NDArray[np.uint8]  # [person] 0 female, 1 male
    age: NDArray[np.int64]  # [person] weeks
    home: NDArray[np.int32]  # [person]
    role: NDArray[np.uint8]  # [person]
    following: NDArray[np.int32]  # [person] next member of the home, -1 last
    first: NDArray[np.int32]  # [home] reference person


def people_at_start(place: Place, key: int, residents: int) -> Start:
    """Make the people who live in a place at the start.

    Parameters
    ----------
    place : Place
        The place.
    key : int
        The seed.
    residents : int
        How many.

    Returns
    -------
    Start
        Persons by district, decile, band and sex; who is who depends on the seed, how many of each does not.

    Raises
    ------
    PopulationError
        If a district has children and no adult.
    """
    counts = people_counts(place, residents)
    district, decile, band, sex = (
        np.repeat(each.reshape(-1), counts.reshape(-1)) for each in np.indices(counts.shape)
    )
    cell = district * DECILES + decile
    words = draw_many(key, np.arange(residents, dtype=np.int64), LIFELONG_WEEK, address(TRAITS_MORE, 0))
    age = age_in_weeks(band, words[:, 3])
    group = _groups(age // WEEKS_A_YEAR, sex, words[:, 2])
    cells = len(place.districts) * DECILES
    people = _in_groups(cell, group, age, sex, words[:, 2], cells)
    sizes = np.diff(people.start, axis=1).reshape(len(place.districts), DECILES, _GROUPS)
    plan = plan_homes(
        place.households,
        home_total(place, residents),
        children=sizes[:, :, 0],
        grown=sizes[:, :, 1],
        adults=sizes[:, :, 2::2] + sizes[:, :, 3::2],
    )
    into = nobody_at_home(residents, residents)
    if missing := gather(people, plan, into):
        raise PopulationError(
            f"{place.title}: a district has {missing} children and no adult among {residents} residents; "
            "more residents or fewer districts would do"
        )
    homes = int(into.made[0])
    # Whoever was orphaned in one decile lives in another: the home's decile is its members'.
    return Start(
        into.cell[into.home].astype(np.int64),
        sex.astype(np.uint8),
        age,
        into.home,
        into.role,
        into.following,
        into.first[:homes].copy(),
    )


def _groups(years: NDArray[np.int64], sex: NDArray[np.int64], word: NDArray[np.int64]) -> NDArray[np.int64]:
    """Number the groups people are put together from: 0 children, 1 grown children, then adults."""
    number = np.searchsorted(np.array(CLASS_AGES), years, side="right") - 1
    stays = np.zeros(len(CLASS_AGES), dtype=np.int64)
    for first, share in AT_HOME.items():
        stays[CLASS_AGES.index(first)] = chance_units(share)
    adult = 2 + 2 * (number - FIRST_ADULT) + sex
    return np.where(number < FIRST_ADULT, 0, np.where(word < stays[number], 1, adult))


def _in_groups(
    cell: NDArray[np.int64],
    group: NDArray[np.int64],
    age: NDArray[np.int64],
    sex: NDArray[np.int64],
    word: NDArray[np.int64],
    cells: int,
) -> People:
    """Sort people by cell and group: children by age, adults by their draw."""
    within = np.where(group < 2, age << 16, word)
    place = cell * _GROUPS + group
    order = np.argsort(place * ONE + within, kind="stable")
    edges = np.searchsorted(place[order], np.arange(cells * _GROUPS + 1))
    start = np.empty((cells, _GROUPS + 1), dtype=np.int64)
    start[:, :-1] = edges[:-1].reshape(cells, _GROUPS)
    start[:, -1] = edges[_GROUPS::_GROUPS]
    return People(age.astype(np.int32), sex.astype(np.uint8), word, order, start)
