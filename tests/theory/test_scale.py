"""How many residents are simulated does not matter: exactly alike where nobody shares a queue, shunts alike anyway."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from tests.property.test_reach_of_policies import without_queues

from demandsim.experiment.run import run
from demandsim.experiment.settle import settle
from demandsim.records.outcomes import yearly_rates
from demandsim.records.record import RunRecord
from demandsim.scenario.policy import Policy
from demandsim.scenario.read import read_policy
from demandsim.scenario.schema import Scenario

FEW, MANY = 2_000, 20_000
TEN = MANY // FEW

Measures = dict[str, float]
Runs = dict[int, list[Measures]]


def apart(runs: Runs) -> tuple[dict[str, float], dict[str, float]]:
    """By how many standard errors the means at both sizes differ, and how large an error is beside the mean.

    Few seeds tell their own spread badly. Ten times the residents have a tenth of the variance, or more where they
    share what happens to all; the large runs' variance is the larger of their own and a tenth of the small runs'.
    """
    off, relative = {}, {}
    for name in runs[FEW][0]:
        few, many = (np.array([row[name] for row in runs[size]]) for size in (FEW, MANY))
        spread = max(many.var(ddof=1), few.var(ddof=1) / TEN)
        error = float(np.sqrt(few.var(ddof=1) / few.size + spread / many.size))
        if error > 0:
            off[name] = float(few.mean() - many.mean()) / error
            relative[name] = error / abs(float(many.mean())) if many.mean() else np.inf
        else:
            assert few.mean() == pytest.approx(many.mean(), rel=1e-2), name
    return off, relative


def at_both(one: Callable[[int, int], Measures], few: int, many: int) -> Runs:
    """Run small towns and large ones, with seeds of their own."""
    return {
        FEW: [one(FEW, seed) for seed in range(1, few + 1)],
        MANY: [one(MANY, seed) for seed in range(101, 101 + many)],
    }


def test_without_shared_queues_all_a_town_does_is_as_much_a_head_at_any_size(small_town: Scenario) -> None:
    """Outcomes of the place, and contacts of every kind for 1,000 residents, at 2,000 and at 20,000 residents.

    Margin: 4.5 standard errors of between-seed spread (Student's t with 39 degrees passes it with 1 in 16,000) in each
    of some 70 numbers: at most 1 set of seeds in 140 would fail. That is 5% of contacts, of unmet need and of QALYs
    lost, and a quarter of deaths.
    """
    free = without_queues(small_town)

    def one(residents: int, seed: int) -> Measures:
        record = run(free.replace(residents=residents, weeks=52), seed=seed)
        found = record.outcomes().set_index("measure")["value"].dropna().to_dict()
        rates = yearly_rates(record)
        names = rates["service"] + " " + rates["kind"]
        column = "contacts_per_1000_residents_a_year"
        return {**found, **dict(zip(names, rates[column], strict=True))}

    off, relative = apart(at_both(one, 40, 8))
    assert len(off) > 40
    assert max(map(abs, off.values())) < 4.5, {name: z for name, z in off.items() if abs(z) > 4}
    most = {"contacts": 0.015, "unmet_need_weeks": 0.015, "qalys_lost": 0.015, "deaths": 0.06}
    for name, least in most.items():
        assert relative[name] < least, (name, relative[name])


def headline(bare: RunRecord, arm: RunRecord) -> Measures:
    """What a pair is asked for: who pays more or less, in cash, and what became of those who asked."""
    pounds = [r.ledger(("payer",), view="cash").set_index("payer")["pounds"] for r in (bare, arm)]
    outcomes = [r.outcomes().set_index("measure")["value"] for r in (bare, arm)]
    change = {f"cash {payer}": value for payer, value in (pounds[1] - pounds[0]).items()}
    names = ("refusals", "bounces", "helped", "unmet_need_weeks", "weeks_to_help", "failure_demand_share")
    return change | {name: outcomes[1][name] - outcomes[0][name] for name in names}


def test_with_queues_what_a_policy_shunts_is_the_same_at_any_size(small_town: Scenario) -> None:
    """Changes between the arms of a pair, for the place: cash by payer, refusals, waits, at 2,000 and 20,000 residents.

    Waits themselves are not compared: a small service has the longer queue at the same load, here by a sixth.

    Margin: 4.5 standard errors, as above, in each of a dozen numbers: at most 1 set of seeds in 800 would fail. An
    error of the saver's saving is below 20% of it, of refusals below 5%.
    """
    policy: Policy = read_policy("small-town-council-saves")

    def one(residents: int, seed: int) -> Measures:
        town = small_town.replace(residents=residents, weeks=104)
        start = settle(town, seed=seed)
        bare, arm = (run(town, seed=seed, start=start, policies=p) for p in ((), (policy,)))
        return headline(bare, arm)

    off, relative = apart(at_both(one, 40, 5))
    assert max(map(abs, off.values())) < 4.5, off
    assert relative["cash council"] < 0.2
    assert relative["refusals"] < 0.05
