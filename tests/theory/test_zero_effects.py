"""With all effects at zero, leading as a system costs strictly more: nothing favours it by construction."""

from __future__ import annotations

import numpy as np
import pytest

from demandsim.experiment.run import run
from demandsim.experiment.settle import settle
from demandsim.scenario.agency import MECHANISMS
from demandsim.scenario.policy import Change, Money, Policy
from demandsim.scenario.read import read_scenario
from demandsim.scenario.schema import Scenario


@pytest.fixture(scope="module", params=["small-town", "essex", "england"])
def town(request: pytest.FixtureRequest) -> Scenario:
    """A place of 2,000 with every mechanism and programme at zero effect and full cost, none in use."""
    place = read_scenario(request.param)
    data = place.replace(weeks=78, residents=2000).model_dump()
    for mechanism in data["mechanisms"].values():
        mechanism["effect"] = 0.0
    for agency in data["agencies"].values():
        agency["leadership"] = dict.fromkeys(MECHANISMS, 0.0)
    for service in data["services"].values():
        if service["programme"]:
            service["closed"] = True
            service["programme"]["help"] = {}
            service["programme"]["vulnerability_steps"] = 0
    return place.replace(**data)


def _policy(town: Scenario) -> Policy:
    """Every mechanism everywhere, every programme open, and money to set it up."""
    used = {f"agencies.{a}.leadership.{m}": 1.0 for a in town.agencies for m in MECHANISMS}
    programmes = [name for name, service in town.services.items() if service.programme]
    first = next(iter(town.agencies))
    return Policy(
        name="all-of-it",
        title="All of it",
        source="a test",
        maker=first,
        change=(
            Change(set=used),
            *(Change(open=name) for name in programmes),
            Change(money=Money(agency=first, kind="set_up", pounds=1000.0)),
        ),
    )


@pytest.mark.parametrize("view", ["cash", "full"])
def test_zero_effect_costs_strictly_more(town: Scenario, view: str) -> None:
    start = settle(town, seed=1)
    policy = _policy(town)
    bare = run(town, seed=1, start=start)
    led = run(town, seed=1, start=start, policies=[policy])
    by = ("payer", "service", "kind")
    cost = [r.ledger(by, view=view, scaled=False).set_index(list(by))["pence"] for r in (bare, led)]
    assert cost[1].sum() > cost[0].sum()
    more = cost[1].sub(cost[0], fill_value=0)
    assert more.min() >= 0, "a line fell although nothing has an effect"


def test_zero_effect_moves_no_contact_but_the_programmes_own(town: Scenario) -> None:
    start = settle(town, seed=1)
    bare = run(town, seed=1, start=start)
    led = run(town, seed=1, start=start, policies=[_policy(town)])
    own = {name for name, service in town.services.items() if service.programme}
    frames = [r.ledger(("service", "kind", "need", "severity"), scaled=False) for r in (bare, led)]
    kept = [f[~f["service"].isin([*own, "none"])].reset_index(drop=True)["contacts"] for f in frames]
    assert np.array_equal(kept[0][kept[0] > 0], kept[1][kept[1] > 0])
