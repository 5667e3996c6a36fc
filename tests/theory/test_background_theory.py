"""Ordinary demand against its exact distribution: mean by cell and vulnerability, and how few bring how much of it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.unit.simulation.scenes import changed, quiet_town

from demandsim.records.journal import CONTACT
from demandsim.scenario.read import read_scenario
from demandsim.scenario.service import Background
from demandsim.simulation.model import DemandModel

Chances = NDArray[np.float64]

RESIDENTS = 20_000
WEEKS = 52
SERVICES = ("general_practice", "police_response")
SPELLS = {"off": {"bad_spells.start": 0.0}, "on": {"bad_spells.start": 0.9, "bad_spells.weeks": 6.0}}
MOST = 64
"""Contacts a resident and year that are told apart; at most one a week comes."""


class Year(NamedTuple):
    """A year of ordinary demand in a town without needs."""

    model: DemandModel
    counts: dict[str, NDArray[np.int64]]  # by service: [resident] contacts
    exact: dict[str, Chances]  # by service: [resident, contacts] chance of so many


def stated(service: str) -> Background:
    """Ordinary demand of a service; vulnerability and spells count for more than in the file, to show.

    So does the rate of police incidents: at the small town's own there would be too few to tell.
    """
    background = read_scenario("small-town").services[service].background
    assert background is not None
    power, spell, more = {"general_practice": (0.5, 8.0, 1.0), "police_response": (1.5, 6.0, 8.0)}[service]
    rates = background.rates
    often = {sex: tuple(more * rate for rate in getattr(rates, sex)) for sex in ("female", "male")}
    update = {"vulnerability": power, "spell": spell, "rates": rates.model_copy(update=often)}
    return background.model_copy(update=update)


@lru_cache
def year_of(spells: str) -> Year:
    """Run a year, and work out each resident's exact chances of 0, 1, 2, ... contacts from the stated rates."""
    settings: dict[str, Any] = {"residents": RESIDENTS, "weeks": WEEKS, **SPELLS[spells]}
    for service in SERVICES:
        settings[f"services.{service}.background"] = stated(service).model_dump()
        settings[f"services.{service}.hours_a_week"] = None
    outcomes = [{"kind": "attended", "share": (1.0,) * 5}]  # nothing follows a contact
    settings["services.police_response.outcomes"] = tuple(outcomes)
    scenario = changed(quiet_town(), settings)
    model = DemandModel(scenario, seed=29, followed=range(RESIDENTS))
    exact = {service: chances(model, stated(service)) for service in SERVICES}
    model.run()
    journal = model.record.journal
    journal = journal[journal[:, 2] == CONTACT]
    rows = model.state.identity.shape[0]
    counts = {}
    for service in SERVICES:
        own = journal[journal[:, 3] == list(scenario.services).index(service)]
        counts[service] = np.bincount(own[:, 1], minlength=rows)[:RESIDENTS]
    return Year(model, counts, exact)


def weekly(model: DemandModel, background: Background, week: int) -> Chances:
    """Each resident's chance of a contact in a week, out of and in a bad spell: [2, resident]."""
    state, rates = model.state, background.rates
    years = (week - state.born_week[:RESIDENTS]) // 52
    row = np.searchsorted(rates.age, years, side="right") - 1
    yearly = np.where(state.sex[:RESIDENTS] == 0, np.take(rates.female, row), np.take(rates.male, row))
    yearly = yearly * np.take(rates.decile, state.decile[:RESIDENTS].astype(int) - 1)
    vulnerability = (model.rules.life.grade[state.grade[:RESIDENTS]] / 65_536) ** background.vulnerability
    chance = (1 - np.exp(-yearly / 52)) * vulnerability
    return np.minimum(np.stack([chance, chance * background.spell]), 1.0)


def chances(model: DemandModel, background: Background) -> Chances:
    """Each resident's exact distribution of contacts in a year: [resident, contacts].

    A hidden Markov chain: out of spells at the start, each week a spell starts with chance 1 - exp(-rate / 52) or
    ends with chance 1 / weeks, and then a contact comes with the week's chance in that state. Without spells it is a
    Poisson-binomial distribution.
    """
    spells = model.place_scenario.bad_spells
    start, end = 1 - np.exp(-spells.start / 52), 1 / spells.weeks
    joint = np.zeros((2, RESIDENTS, MOST))  # [spell, resident, contacts so far]
    joint[0, :, 0] = 1.0
    for week in range(WEEKS):
        into, out = joint[0] * start, joint[1] * end
        joint = np.stack([joint[0] - into + out, joint[1] + into - out])
        chance = weekly(model, background, week)[:, :, None]
        come = joint * chance
        joint -= come
        joint[:, :, 1:] += come[:, :, :-1]
    return joint.sum(axis=0)


def moments(exact: Chances) -> tuple[Chances, Chances]:
    """Mean and variance of each resident's contacts."""
    number = np.arange(exact.shape[1])
    mean = exact @ number
    return mean, exact @ number**2 - mean**2


def standard_errors(found: NDArray[np.int64], exact: Chances, by: NDArray[Any]) -> Chances:
    """By how many standard errors each group's contacts are off, where at least 30 are expected.

    Residents are independent, so the variances add up.
    """
    mean, variance = moments(exact)
    _, at = np.unique(by, return_inverse=True)
    expected, spread = np.bincount(at, mean), np.sqrt(np.bincount(at, variance))
    off = (np.bincount(at, found) - expected) / spread
    return off[expected >= 30]


def top_share(number: Chances, share: float) -> tuple[float, int]:
    """Share of all contacts that a top share of residents brings, given how many residents have 0, 1, 2, ... contacts.

    Also the number of contacts that the last of them has, of whom only as many count as are needed.
    """
    left, contacts = share * number.sum(), 0.0
    for count in range(number.size - 1, -1, -1):
        some = min(left, float(number[count]))
        contacts += some * count
        left -= some
        if left <= 0:
            break
    return contacts / float(number @ np.arange(number.size)), count


def error_of_share(exact: Chances, share: float) -> float:
    """Standard error of ``top_share``: each resident adds ((X - q)+ - L X) / mean, to first order, independently.

    q is the last of the top's contacts and L the top's share: the top bring n share q + sum (X - q)+.
    """
    whole, edge = top_share(exact.sum(axis=0), share)
    number = np.arange(exact.shape[1])
    adds = np.maximum(number - edge, 0) - whole * number
    spread = exact @ adds**2 - (exact @ adds) ** 2
    return float(np.sqrt(spread.sum()) / moments(exact)[0].sum())


@pytest.mark.parametrize("spells", SPELLS)
@pytest.mark.parametrize("service", SERVICES)
def test_mean_contacts_by_cell_are_the_rates(service: str, spells: str) -> None:
    """By age band, sex and decile at the start, each cell by itself, and by each of the three alone.

    Margin: 4.5 standard errors (1 in 150,000) in each of at most 430 groups, so at most 1 seed in 300 would fail; a
    cell of 30 contacts has an error of a fifth, the whole town one of a hundredth or two.
    """
    year = year_of(spells)
    found, exact, state = year.counts[service], year.exact[service], year.model.state
    band = np.minimum((-state.born_week[:RESIDENTS] // 52) // 5, 18)
    sex, decile = state.sex[:RESIDENTS], state.decile[:RESIDENTS]
    assert exact.sum(axis=1) == pytest.approx(1.0, abs=1e-9), "nobody has more contacts than are told apart"
    groups = 0
    for by in (np.zeros(RESIDENTS), band, sex, decile, (band * 2 + sex) * 11 + decile):
        off = standard_errors(found, exact, by)
        groups += off.size
        assert np.abs(off).max() < 4.5
    assert groups > 30


@pytest.mark.parametrize("spells", SPELLS)
@pytest.mark.parametrize("service", SERVICES)
def test_mean_contacts_by_vulnerability_grade_are_its_power(service: str, spells: str) -> None:
    """By each of the 64 grades with enough contacts to tell; from the lowest to the highest it is a factor of many.

    Margin: 4.5 standard errors in each of at most 64 groups, so at most 1 seed in 2,000 would fail.
    """
    year = year_of(spells)
    grade = year.model.state.grade[:RESIDENTS]
    off = standard_errors(year.counts[service], year.exact[service], grade)
    assert off.size > 25
    assert np.abs(off).max() < 4.5
    # Chi-square of as many independent groups, 4 standard errors about its mean.
    assert abs((off**2).sum() - off.size) < 4 * np.sqrt(2 * off.size) + 4
    mean = moments(year.exact[service])[0]
    assert mean[grade > 48].mean() > 2 * mean[grade < 16].mean()


@pytest.mark.parametrize("spells", SPELLS)
@pytest.mark.parametrize("service", SERVICES)
def test_as_many_residents_have_each_number_of_contacts_as_the_mixture_says(
    service: str, spells: str
) -> None:
    """The whole distribution, not its mean alone: residents with 0, 1, 2, ... contacts, where 12 are expected.

    Margin: 4.5 standard errors (of a sum of independent yes or no) in each of at most 40 numbers, so at most 1 seed in
    3,000 would fail.
    """
    exact, found = year_of(spells).exact[service], year_of(spells).counts[service]
    expected, spread = exact.sum(axis=0), np.sqrt((exact * (1 - exact)).sum(axis=0))
    many = expected >= 12
    off = (np.bincount(found, minlength=MOST)[many] - expected[many]) / spread[many]
    assert np.abs(off).max() < 4.5


@pytest.mark.parametrize("share", [0.05, 0.10])
@pytest.mark.parametrize("spells", SPELLS)
@pytest.mark.parametrize("service", SERVICES)
def test_the_top_few_bring_the_share_that_the_mixture_says(service: str, spells: str, share: float) -> None:
    """Concentration: share of a year's contacts by the 5% and 10% of residents with most.

    Margin: 4 standard errors, and 0.001 for the bias of an order statistic: 1 seed in 16,000 would fail. An error is
    below 0.01 of the contacts.
    """
    year = year_of(spells)
    expected, _ = top_share(year.exact[service].sum(axis=0), share)
    found, _ = top_share(np.bincount(year.counts[service], minlength=MOST).astype(float), share)
    error = error_of_share(year.exact[service], share)
    assert error < 0.01
    assert abs(found - expected) < 4 * error + 0.001, (found, expected, error)


def test_bad_spells_concentrate_demand_beyond_the_margin() -> None:
    """The test above could tell a town with spells from one without, where vulnerability does not drown them."""
    years = {spells: year_of(spells) for spells in SPELLS}
    name = "general_practice"
    number = {s: np.bincount(y.counts[name], minlength=MOST).astype(float) for s, y in years.items()}
    share = {s: top_share(count, 0.05)[0] for s, count in number.items()}
    error = sum(error_of_share(year.exact[name], 0.05) for year in years.values())
    assert share["on"] - share["off"] > 4 * error, share


def test_a_bad_spell_is_one_for_all_services_and_they_are_otherwise_independent() -> None:
    """Covariance of a resident's contacts at two services: nought without spells, and above it with them.

    Margin: without spells 4 standard errors of the sum of (X - E X)(Y - E Y), whose terms have variance Var X Var Y:
    1 seed in 16,000 would fail. With spells the sum is above that margin.
    """
    for spells in SPELLS:
        year = year_of(spells)
        (mean_x, var_x), (mean_y, var_y) = (moments(year.exact[s]) for s in SERVICES)
        x, y = (year.counts[s] for s in SERVICES)
        total = ((x - mean_x) * (y - mean_y)).sum()
        margin = 4 * np.sqrt((var_x * var_y).sum())
        assert bool(abs(total) < margin) is (spells == "off"), (spells, total, margin)
