"""What the scenario file expects is what happens: each service's baseline cash is within 5% of its full cost."""

from __future__ import annotations

import pandas as pd
import pytest

from demandsim.experiment.run import run
from demandsim.scenario.read import read_scenario


def _by_service(place: str, residents: int, seeds: range) -> pd.DataFrame:
    """Contacts and integer pence by service in both views, seeds added up."""
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
                | {"contacts": record.ledger(("service",), scaled=False).set_index("service")["contacts"]}
            ).fillna(0)
        )
    return sum(frames[1:], frames[0])


@pytest.mark.parametrize(
    ("place", "residents", "seeds"),
    [("essex", 50_000, range(1, 3)), ("england", 50_000, range(1, 3)), ("small-town", 2_000, range(1, 13))],
)
def test_baseline_cash_is_within_five_per_cent_of_full(place: str, residents: int, seeds: range) -> None:
    """Margin: 5%, and three standard errors of the service's own count, as if each contact were a Poisson event.

    Weeks of one stay or episode come together, so their standard error is that of the spells: a tenth as many,
    or fewer where a stay is longer.
    """
    frame = _by_service(place, residents, seeds).query("full > 0 and contacts > 0")
    services = read_scenario(place).services
    spells = frame["contacts"] / [max(10.0, services[name].ready_weeks or 0.0) for name in frame.index]
    margin = 0.05 + 3 / spells.clip(lower=1) ** 0.5
    wrong = ((frame["cash"] / frame["full"] - 1).abs() > margin).pipe(lambda s: s[s])
    assert wrong.empty, frame.loc[wrong.index].assign(ratio=lambda f: f["cash"] / f["full"])
