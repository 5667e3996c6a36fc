"""What the scenario file expects is what happens: each service's baseline cash is within 5% of its full cost."""

from __future__ import annotations

import pandas as pd
import pytest

from demandsim.experiment.run import run
from demandsim.scenario.read import read_scenario
from demandsim.units import WEEKS_A_YEAR


def _by_service(place: str, residents: int, seeds: range) -> pd.DataFrame:
    """Integer pence by service in both views, seeds added up; a service nobody pays for has none."""
    scenario = read_scenario(place).replace(residents=residents)
    frames = []
    for seed in seeds:
        record = run(scenario, seed=seed)
        frames.append(
            pd.DataFrame(
                {
                    view: record.ledger(("service", "kind"), view=view, scaled=False)
                    .query("kind not in ('running', 'charge', 'set_up', 'grant')")
                    .groupby("service")["pence"]
                    .sum()
                    for view in ("full", "cash")
                }
            )
            .reindex(list(scenario.services))
            .fillna(0)
        )
    return sum(frames[1:], frames[0])


@pytest.mark.parametrize(
    ("place", "residents", "seeds"),
    [("essex", 50_000, range(1, 3)), ("england", 50_000, range(1, 3)), ("small-town", 2_000, range(1, 13))],
)
def test_baseline_cash_is_within_five_per_cent_of_full(place: str, residents: int, seeds: range) -> None:
    """Margin: 5%, and three standard errors of the service's own count, as if each contact were a Poisson event.

    Weeks of one stay or episode come together, so their standard error is that of the spells: a tenth as many,
    or fewer where a stay is longer. Both are of the contacts expected, so that a service nobody came to counts too.
    """
    scenario = read_scenario(place)
    frame = _by_service(place, residents, seeds)
    years = len(seeds) * scenario.weeks / WEEKS_A_YEAR * residents / 1000
    wrong = {}
    for name, service in scenario.services.items():
        cash, full = (frame.loc[name, view] / 100 for view in ("cash", "full"))
        if service.closed:
            assert cash == full == 0, name
            continue
        expected = {kind: rate * years for kind, rate in service.expected_contacts.items()}
        cost = sum(number * service.kinds[kind].unit_cost for kind, number in expected.items())
        spells = sum(expected.values()) / max(10.0, service.ready_weeks or 0.0)
        margin = 0.05 + 3 / max(spells, 1.0) ** 0.5
        if abs(cash - full) > margin * max(full, cost):
            wrong[name] = f"cash {cash:,.0f}, full {full:,.0f}, expected {cost:,.0f}"
    assert not wrong
