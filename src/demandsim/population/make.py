"""Making the residents of a scenario: those who live in the place at the start, and all who will arrive."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from demandsim.chance import LIFELONG_WEEK, TRAITS, TRAITS_MORE, address, check_seed, draw_many
from demandsim.population.arrivals import Arrivals, arrivals_of
from demandsim.population.columns import HERE, NEVER, NOT_YET, Homes, Residents, empty
from demandsim.population.pools import CHILD
from demandsim.population.projection import project
from demandsim.population.start import Start, people_at_start
from demandsim.population.traits import claims, fill_cells, inherited, own_grade, support, tenures
from demandsim.scenario.base import DECILES
from demandsim.scenario.place import Place
from demandsim.scenario.schema import Scenario


class Sizes(NamedTuple):
    """How many there are of everything."""

    residents: int  # living in the place at the start
    rows: int  # those and all who will arrive
    homes: int  # theirs, those of arriving households included
    reserved: int  # number of the first home kept for a grown child: row r takes home `reserved + r`


def make_population(scenario: Scenario, seed: int, *, before: int = 0) -> tuple[Residents, Homes]:
    """Make everyone who is or will be in a scenario's place, and their homes.

    Parameters
    ----------
    scenario : Scenario
        Its place, size, weeks, needs and services are read.
    seed : int
        The run's seed.
    before : int
        Weeks run before week 0, which settle the place.

    Returns
    -------
    residents : Residents
        Row r is the resident with identity r: first those who live in the place in week 0, linked into homes,
        the youngest of them not yet here where they are born while the place settles; then those who arrive, by
        week, not yet here and in no home's list. An arrival's `household` is the home it will join: a new one, or
        for a birth its mother's at the start. Whoever moves in has the resident that it is like in
        `next_in_home` until then.
    homes : Homes
        Homes at the start; those of households that will arrive, empty; one for every row, empty.

    Raises
    ------
    PopulationError
        If a district has children and no adult.
    RunError
        If the seed is not a whole number.
    """
    key = check_seed(seed)
    start = people_at_start(scenario.place, key, scenario.residents)
    schedule = project(scenario.place, scenario.residents, weeks=scenario.weeks)
    arrivals = arrivals_of(scenario.place, key, schedule, start)
    residents = empty(
        Residents,
        resident=scenario.residents + arrivals.week.size,
        need=len(scenario.needs),
        remembered=len(scenario.remembered),
        programme=sum(service.mode == "outreach" for service in scenario.services.values()),
    )
    fill_residents(scenario.place, key, residents, start, arrivals, before=before)
    districts = np.concatenate(
        [start.cell[start.first] // DECILES, arrivals.home_district, residents.district.astype(np.int64)]
    )
    homes = empty(Homes, home=districts.size)
    homes.first[: start.first.size] = start.first
    homes.district[:] = districts
    return residents, homes


def sizes(residents: Residents, homes: Homes) -> Sizes:
    """Count what `make_population` made.

    Parameters
    ----------
    residents, homes
        As made; a run changes neither length.

    Returns
    -------
    Sizes
        Counts, and the number of the first home kept for a grown child.
    """
    rows = residents.identity.size
    reserved = homes.first.size - rows
    return Sizes(int((residents.arrives_week == NEVER).sum()), rows, reserved, reserved)


def fill_residents(
    place: Place, key: int, residents: Residents, start: Start, arrivals: Arrivals, *, before: int
) -> None:
    """Write everyone's traits into empty columns.

    Parameters
    ----------
    place : Place
        The place.
    key : int
        The seed.
    residents : Residents
        Filled.
    start, arrivals
        Who lives there at the start, and who will come.
    before : int
        Weeks run before week 0.
    """
    here = start.age.size
    residents.identity[:] = np.arange(residents.identity.size)
    residents.arrives_week[here:] = arrivals.week
    # Whoever is under a week old in week 0 was born the week before, so that all are here by then.
    residents.born_week[:] = _after(np.minimum(-start.age, -1), arrivals.born_week)
    residents.presence[:here] = np.where(residents.born_week[:here] <= -max(before, 1), HERE, NOT_YET)
    residents.sex[:] = _after(start.sex, arrivals.sex)
    residents.role[:] = _after(start.role, np.where(arrivals.is_birth, CHILD, start.role[arrivals.copied]))
    residents.household[:] = _after(start.home, arrivals.home)
    residents.next_in_home[:] = _after(start.following, np.where(arrivals.is_birth, -1, arrivals.copied))
    cell = _after(start.cell, start.cell[arrivals.copied])
    residents.district[:] = cell // DECILES
    residents.decile[:] = cell % DECILES + 1
    _fill_drawn(place, key, residents, start, arrivals)
    fill_cells(residents, slice(0, here), -before)
    fill_cells(residents, slice(here, None), arrivals.week)


def _fill_drawn(place: Place, key: int, residents: Residents, start: Start, arrivals: Arrivals) -> None:
    """Write what is drawn: tenure and benefit by home, vulnerability and support by resident."""
    here = start.age.size
    words = draw_many(key, residents.identity, LIFELONG_WEEK, address(TRAITS_MORE, 0))
    tenure = tenures(place, start.cell[start.first], start.age[start.first], words[start.first, 0])[
        start.home
    ]
    residents.tenure[:] = _after(tenure, tenure[arrivals.copied])
    head = _after(start.first[start.home], arrivals.parent)
    benefit = claims(place, residents.tenure, words[head, 1])
    # A child born here belongs to its mother's home and claims with it; her home's reference person decides.
    benefit[here:][arrivals.is_birth] = benefit[arrivals.parent[arrivals.is_birth]]
    residents.benefit[:] = benefit
    words = draw_many(key, residents.identity, LIFELONG_WEEK, address(TRAITS, 0))
    own = own_grade(place, words[:, 1])
    residents.grade[:] = own
    # A mother who lives with her own parents may have a grade inherited: those at the start come first.
    residents.grade[:here] = inherited(place, own[:here], own[head[:here]], start.role, words[:here, 3])
    parents = residents.grade[np.where(arrivals.is_birth, arrivals.copied, 0)]
    born = inherited(place, own[here:], parents, residents.role[here:], words[here:, 3])
    residents.grade[here:] = np.where(arrivals.is_birth, born, residents.grade[arrivals.copied])
    residents.support[:] = support(place, words[:, 2])


def _after(start: NDArray[Any], arrivals: NDArray[Any]) -> NDArray[Any]:
    """A whole column: those at the start, then those who arrive."""
    return np.concatenate([start, arrivals])
