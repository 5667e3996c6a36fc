"""Queues against closed forms: Little's law, and waiting times by Markov chain and, for long stays, by M/M/c."""

from __future__ import annotations

from collections.abc import Iterable
from math import factorial
from typing import Any, NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import binom, poisson
from tests.unit.simulation.scenes import changed, quiet_town

from demandsim.records.journal import CONTACT, GAVE_UP_WAITING, JOINED, STAY_BEGAN
from demandsim.records.measures import GAVE_UP, HELPED, WAITED
from demandsim.simulation.model import DemandModel

Chances = NDArray[np.float64]

WEEKS = 1560
"""The longest run there is."""
WARM_UP = 260
BATCHES = 2
"""Batches a run: each is many times longer than a queue remembers how it stood."""
SEEDS = range(1, 13)
CALLERS = 140
"""Residents who may ask at each door."""
STAYS = {
    "frailty": "care_home",
    "housing": "temporary_accommodation",
    "child_safety": "fostering",
    "offending": "prison",
}
DESKS = {
    "frailty": "adult_social_care",
    "housing": "housing_options",
    "child_safety": "voluntary_support",
    "mental_health": "general_practice",
}
"""Four queues of a kind stand side by side in one town, each with callers of its own: four times the evidence."""


class Callers(NamedTuple):
    """How many residents there are who may ask, and the weekly chance that one of them does, when not in the queue."""

    number: int
    chance: float


def town(
    seed: int, doors: dict[str, str], asks: float, settings: dict[str, Any], **options: Any
) -> DemandModel:
    """The quiet town of 1,000, in which some adults have one complex need for good and ask at its one door.

    Residents who wait, or are in the stay, do not ask; all other callers do with the weekly chance given. Capacity is
    stated for 1,000 residents, and so is that of the town.
    """
    scenario = quiet_town()
    asking: dict[str, Any] = {"weeks": WEEKS, "residents": 1000}
    for need, service in doors.items():
        asking[f"needs.{need}.age"] = (0, 120)
        asking[f"needs.{need}.routes"] = ({"shares": {service: 1.0}},)
        asking[f"needs.{need}.approach.unserved"] = (0.0, 0.0, -52 * float(np.log(1 - asks)))
    scenario = changed(scenario, asking | settings)
    model = DemandModel(scenario, seed=seed, **options)
    years = -model.state.born_week // 52
    adults = np.flatnonzero((years >= 18) & (years < 65))  # thirty years on still below 120
    model.state.severity[:] = 0
    for place, need in enumerate(doors):
        rows = adults[place * CALLERS : (place + 1) * CALLERS]
        assert rows.size == CALLERS
        model.state.severity[rows, list(scenario.needs).index(need)] = 3
    return model


def ward(
    seed: int, beds: int, mean: float, asks: float, gives_up: float = 0.0, **options: Any
) -> DemandModel:
    """Stays with so many beds each; whoever has one leaves each week with chance one in ``mean``."""
    stated = {"beds": float(beds), "ready_weeks": mean, "gives_up": gives_up, "whole_household": False}
    settings = {f"services.{s}.{key}": value for s in STAYS.values() for key, value in stated.items()}
    return town(seed, STAYS, asks, settings, **options)


def desk(seed: int, places: int, asks: float, gives_up: float = 0.0, **options: Any) -> DemandModel:
    """Contact services with hours for so many visits a week each."""
    services = quiet_town().services
    settings: dict[str, Any] = {}
    for name in DESKS.values():
        hours = services[name].kinds[services[name].main_kind].hours
        settings |= {f"services.{name}.hours_a_week": places * hours, f"services.{name}.gives_up": gives_up}
    return town(seed, DESKS, asks, settings, **options)


# ------------------------------------------------------------------------------------------------------- closed forms


def at_rest(matrix: Chances) -> Chances:
    """Resting shares of a Markov chain, from state (row) to state (column)."""
    assert np.allclose(matrix.sum(axis=1), 1)
    states = matrix.shape[0]
    equations = np.vstack([matrix.T - np.eye(states), np.ones(states)])
    shares: Chances = np.linalg.lstsq(equations, np.append(np.zeros(states), 1.0), rcond=None)[0]
    assert shares.min() > -1e-12
    return shares


def bed_chain(arrivals: Chances, beds: int, leaves: float) -> Chances:
    """One week of beds and queue, state: how many are in either; ``arrivals`` [state, number] at most as many more.

    Within a week residents ask first, then those ready leave, then beds are filled. Those in a bed when the week
    begins leave with chance ``leaves`` each, a binomial number D; all who ask, A, join: n' = n - D + A. Nobody leaves
    in the week in which the stay begins, so that it lasts one week or more, geometrically, 1 / ``leaves`` on average.
    What is beyond the last state stays in it.
    """
    states = arrivals.shape[0]
    matrix = np.zeros((states, states))
    for n in range(states):
        busy = min(n, beds)
        gone = binom.pmf(np.arange(busy + 1), busy, leaves)
        change = np.convolve(gone[::-1], arrivals[n])  # from n - busy upwards
        to = np.minimum(n - busy + np.arange(change.size), states - 1)
        np.add.at(matrix[n], to, change)
    return matrix


def finite(callers: Callers, states: int, most: int = 40) -> Chances:
    """Chances of how many ask in a week, by how many of the callers are in the queue or a bed already."""
    return np.array([binom.pmf(np.arange(most), callers.number - n, callers.chance) for n in range(states)])


def bed_wait(callers: Callers, beds: int, mean: float, states: int = 120) -> tuple[float, float]:
    """Mean number waiting at a week's end, and mean weeks waited by whoever joins (Little's law for the chain)."""
    shares = at_rest(bed_chain(finite(callers, states), beds, 1 / mean))
    assert shares[-1] < 1e-9, "the chain is long enough"
    number = np.arange(states)
    waiting = float(shares @ np.maximum(number - beds, 0))
    return waiting, waiting / float(shares @ (callers.number - number) * callers.chance)


def desk_wait(callers: Callers, places: int, states: int = 120) -> tuple[float, float]:
    """The same for a door that sees so many a week, state: how many wait and whether one visit's hours were carried.

    Hours that are left over are carried up to one visit's: of ``places`` and what was carried, at most one.
    """
    asking = finite(callers, states)
    matrix = np.zeros((states, 2, states, 2))
    for n in range(states):
        for carried in (0, 1):
            for more, chance in enumerate(asking[n]):
                seen = min(n + more, places + carried)
                after = min(n + more - seen, states - 1)
                matrix[n, carried, after, min(places + carried - seen, 1)] += chance
    shares = at_rest(matrix.reshape(2 * states, 2 * states) / asking.sum(axis=1).repeat(2)[:, None])
    waits = shares.reshape(states, 2).sum(axis=1)
    number = np.arange(states)
    return float(waits @ number), float(waits @ number / (waits @ (callers.number - number) * callers.chance))


def erlang_c(beds: int, load: float) -> float:
    """Chance that an arrival has to wait in M/M/c; ``load`` is arrivals x mean stay, below ``beds``."""
    full = load**beds / factorial(beds) * beds / (beds - load)
    return full / (sum(load**n / factorial(n) for n in range(beds)) + full)


def mmc_wait(beds: int, load: float) -> float:
    """Mean wait in M/M/c, in mean stays: Erlang C / (c - load)."""
    return erlang_c(beds, load) / (beds - load)


def poisson_wait(beds: int, load: float, mean: float, states: int = 90) -> float:
    """Mean wait, in mean stays, of the week's chain with endlessly many callers: Poisson arrivals each week."""
    asking = np.tile(poisson.pmf(np.arange(60), load / mean), (states, 1))
    shares = at_rest(bed_chain(asking / asking.sum(axis=1)[:, None], beds, 1 / mean))
    waiting = shares @ np.maximum(np.arange(states) - beds, 0)
    return float(waiting / (load / mean) / mean)


# ------------------------------------------------------------------------------------------------------------ measuring


class Batches(NamedTuple):
    """Sums over the four queues, by batch."""

    weeks: Chances  # weeks of any of the queues
    waiting: Chances  # need-weeks in the queues, counted at the end of each week
    helped: Chances  # admissions
    waited: Chances  # weeks waited by those admitted


def in_batches(models: list[DemandModel], services: Iterable[str]) -> Batches:
    """Weekly counts of each run, the first weeks left out, added up in batches."""
    sums = []
    for model in models:
        model.run()
        weekly = model.weekly.arrays()
        at = [list(model.place_scenario.services).index(s) for s in services]
        measure = weekly["measure"].sum(axis=2)
        counts = [np.full(WEEKS, len(at)), weekly["waiting"][:, at].sum(axis=1)]
        counts += [measure[:, HELPED], measure[:, WAITED]]
        sums += [part.sum(axis=0) for part in np.split(np.stack(counts, axis=1)[WARM_UP:], BATCHES)]
    return Batches(*np.array(sums, float).T)


def agree(found: Batches, expected: tuple[float, float]) -> None:
    """Hold the mean number waiting in a queue, and the mean wait, to what is expected: 4 standard errors.

    Errors are by batch means, 24 of them: Student's t with 23 degrees passes 4 with a chance of 1 in 1,800.
    """
    ratios = (found.waiting, found.weeks), (found.waited, found.helped)
    for (over, under), closed in zip(ratios, expected, strict=True):
        value = over.sum() / under.sum()
        rest = over - value * under
        error = np.sqrt((rest**2).sum() * rest.size / (rest.size - 1)) / under.sum()
        assert error < 0.08 * closed, "there is evidence enough to tell a tenth or so more or less"
        assert abs(value - closed) < 4 * error, (value, closed, error)


# ---------------------------------------------------------------------------------------------------------------- tests


@pytest.mark.parametrize("gives_up", [0.0, 6.0])
@pytest.mark.parametrize("kind", ["beds", "hours"])
def test_littles_law_holds_over_a_long_run(kind: str, gives_up: float) -> None:
    """Mean number waiting = joining a week x mean wait, exactly but for those who still wait at the end.

    Whoever joins in week s and leaves the queue in week t is counted at the end of weeks s to t - 1: t - s weeks. The
    number waiting, from the weekly counts, therefore adds up to the waits, from the residents' own journals, plus the
    weeks so far of those left at the end. So L falls short of, or exceeds, lambda W (of the waits that are over) by
    those weeks / 1560 and no more. Nothing here is left to chance.
    """
    if kind == "beds":
        model, doors = ward(3, 3, 5.0, 0.0036, gives_up, followed=range(1000)), STAYS
    else:
        model, doors = desk(3, 2, 0.0135, gives_up, followed=range(1000)), DESKS
    model.run()
    names = list(model.place_scenario.services)
    weekly = model.weekly.arrays()
    total, given_up, done = weekly["measure"].sum(axis=(0, 2)), 0, []
    for service in doors.values():
        waits, still, gone = waits_of(model, names.index(service))
        waiting = weekly["waiting"][:, names.index(service)]
        assert waiting.sum() == sum(waits) + sum(still)
        assert waiting[-1] == len(still)
        length, rate, wait = waiting.mean(), len(waits) / WEEKS, np.mean(waits)
        assert abs(length - rate * wait) <= sum(still) / WEEKS + 1e-9
        assert sum(still) / WEEKS < 0.05 * length, "the end of the run is a small part of it"
        assert length > 0.3, "there is a queue"
        given_up += gone
        done += waits
    assert total[HELPED] + total[GAVE_UP] == len(done)
    assert total[GAVE_UP] == given_up
    if gives_up:
        assert given_up > 300
    else:
        assert given_up == 0
        assert total[WAITED] == sum(done)


def waits_of(model: DemandModel, service: int) -> tuple[list[int], list[int], int]:
    """Weeks waited at a service by those whose wait is over, and by those still waiting; how many of them gave up."""
    joined: dict[int, int] = {}
    waits, gone = [], 0
    journal = model.record.journal
    for week, row, what, *_ in journal[journal[:, 3] == service].tolist():
        if what == JOINED:
            assert row not in joined
            joined[row] = week
        elif what in (STAY_BEGAN, GAVE_UP_WAITING, CONTACT) and row in joined:
            waits.append(week - joined.pop(row))
            gone += what == GAVE_UP_WAITING
    return waits, [WEEKS - week for week in joined.values()], gone  # counted at the end of the last week too


@pytest.mark.parametrize(("beds", "mean", "load"), [(1, 3.0, 0.6), (3, 4.0, 2.25), (4, 13.0, 2.8)])
def test_waits_for_a_bed_are_those_of_the_weeks_own_markov_chain(beds: int, mean: float, load: float) -> None:
    """Random arrivals, c beds, random stays: mean wait and mean number waiting by the chain of ``bed_chain``.

    The chain is exact, its callers as many as in the town, so no allowance is made for it. Margin: see ``agree``; two
    comparisons, so at most 1 set of seeds in 900 would fail.
    """
    asks = load / mean / (CALLERS - load)
    models = [ward(seed, beds, mean, asks) for seed in SEEDS]
    agree(in_batches(models, STAYS.values()), bed_wait(Callers(CALLERS, asks), beds, mean))


@pytest.mark.parametrize(("places", "load"), [(1, 0.8), (2, 1.8)])
def test_waits_at_a_door_with_hours_for_so_many_a_week_are_those_of_its_chain(
    places: int, load: float
) -> None:
    """Random arrivals and hours for c visits a week, left-over hours carried up to one visit: see ``desk_wait``.

    Margin: see ``agree``; at most 1 set of seeds in 900 would fail.
    """
    asks = load / CALLERS
    models = [desk(seed, places, asks) for seed in SEEDS]
    agree(in_batches(models, DESKS.values()), desk_wait(Callers(CALLERS, asks), places))


@pytest.mark.parametrize(("beds", "load"), [(1, 0.55), (3, 2.1), (4, 2.4)])
def test_for_long_stays_the_chain_tends_to_mmc(beds: int, load: float) -> None:
    """A week is a short time beside a long stay: the chain's wait, in mean stays m, tends to Erlang's C / (c - load).

    The discrete week changes it by an order of 1 / m, because leavers of one week all make room before anybody who
    asked that week is admitted, and waits are counted in whole weeks: halving the week halves the difference.
    """
    closed = mmc_wait(beds, load)
    means = (4.0, 8.0, 16.0, 32.0, 64.0, 128.0)
    off = np.array([poisson_wait(beds, load, mean) / closed - 1 for mean in means])
    assert np.all(np.abs(off[1:]) < np.abs(off[:-1]))
    assert abs(off[-1]) < 0.02
    assert abs(2 * off[-1] - off[-2]) < 0.002, "of first order: what is left over vanishes faster"


def test_erlangs_c_is_as_it_is_tabled() -> None:
    """One server waits with chance load; two with load^2 / (2 + load) (Gross and Harris)."""
    assert erlang_c(1, 0.55) == pytest.approx(0.55)
    assert erlang_c(2, 1.2) == pytest.approx(1.2**2 / (2 + 1.2))
    assert mmc_wait(1, 0.5) == pytest.approx(1.0)
