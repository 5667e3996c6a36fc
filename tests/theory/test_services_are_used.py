"""What a shipped policy opens is used: at least half, and at most twice, of the contacts that it is funded for."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

import pytest

from demandsim.experiment.run import run
from demandsim.scenario.files import shipped
from demandsim.scenario.policy import Policy
from demandsim.scenario.read import read_policy, read_scenario
from demandsim.scenario.schema import Scenario
from demandsim.units import WEEKS_A_YEAR

TESTS_VERBS = "small-town-every-verb"
"""Opens a service for half of a place, to run the verb; it is not meant to be used to the full."""

CASES = {
    "early-help-for-the-whole-system": ("essex", 20_000, range(1, 3), (2, 3)),
    "system-leadership": ("essex", 40_000, range(1, 7), (2, 3)),
    "small-town-early-help": ("small-town", 2_000, range(1, 5), (2, 2)),
}
"""By policy: place, residents, seeds, and the first and last year that count. Rare services have more seeds."""

LONG = 52
"""Weeks of one open-ended episode that come together."""


def opened(policy: Policy) -> list[str]:
    """Services that a policy opens."""
    return [change.open for change in policy.change if change.open]


def met(scenario: Scenario, policy: Policy, seeds: Iterable[int], weeks: range) -> dict[str, int]:
    """Contacts at the services a policy opens, in some weeks, over all seeds: simulated residents' own."""

    def one(seed: int) -> dict[str, int]:
        frame = run(scenario, seed=seed, policies=[policy]).ledger(("service", "week"), scaled=False)
        counted = frame[frame["week"].isin(weeks)].groupby("service")["contacts"].sum()
        return {service: int(counted.get(service, 0)) for service in opened(policy)}

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(one, seeds))
    return {service: sum(counts[service] for counts in found) for service in opened(policy)}


@pytest.mark.parametrize("name", CASES)
def test_a_service_that_is_opened_gets_the_contacts_it_is_funded_for(name: str) -> None:
    """Margin: half to twice, widened by one standard error of the number of spells, as if each were a Poisson event.

    A contact of an outreach or contact service is a spell; of an episode's contacts those of a year, or of its whole
    length where it is shorter, are one. It is the widest for tenancies with intensive support: 0.18.
    """
    place, residents, seeds, (first, last) = CASES[name]
    weeks = range((first - 1) * WEEKS_A_YEAR, last * WEEKS_A_YEAR)
    policy = read_policy(name)
    scenario = read_scenario(place).replace(residents=residents, weeks=weeks.stop)
    wrong = {}
    for service, contacts in met(scenario, policy, seeds, weeks).items():
        stated = scenario.services[service]
        years = len(seeds) * (last - first + 1)
        funded = sum(stated.expected_contacts.values()) * residents / 1000 * years
        length = min(stated.weeks or LONG, LONG) if stated.mode == "episode" else 1
        margin = (length / funded) ** 0.5
        if not 0.5 - margin <= contacts / funded <= 2 + margin:
            wrong[service] = (contacts, round(funded))
    assert not wrong, "service: contacts, and contacts funded"


def test_every_shipped_policy_that_opens_a_service_is_tried() -> None:
    names = [path.stem for path in sorted((shipped() / "policies").glob("*.toml"))]
    opening = {name for name in names if opened(read_policy(name))}
    assert opening - {TESTS_VERBS} == set(CASES)
