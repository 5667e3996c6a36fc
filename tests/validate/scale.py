"""Scale: what a run says does not depend on how many residents it simulates, or is quoted only from so many on.

Essex for two years, as it is and under the county council's higher threshold, at 20,000, 100,000 and 400,000 simulated
residents. Most numbers agree between all three. Waits do not: a place simulated with few residents has small services,
and small services have longer queues at the same load (in M/M/c too). ``quoted_from`` says from how many residents on
each measure may be quoted, and is held to here.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from demandsim.experiment.run import run as run_once
from demandsim.experiment.settle import settle
from demandsim.records.outcomes import quoted_from
from demandsim.records.record import RunRecord
from demandsim.scenario.policy import Policy
from demandsim.scenario.read import read_policy, read_scenario

PLACE, POLICY, WEEKS = "essex", "council-raises-threshold", 104
SIZES = {20_000: 40, 100_000: 12, 400_000: 3}
"""Residents, and how many seeds: about two and a half minutes on one core."""
LARGEST = max(SIZES)
SHORT = {20_000: 10, 100_000: 3}

ERRORS = 4.0
"""Standard errors that two means may differ by; at most 45 comparisons are made, each 1 in 16,000 by chance alone."""
PENNY = 0.01
"""Besides, part of the saver's own saving by which any other's share of it may differ: a penny in the pound."""
TENTH = 0.1
"""Besides, part of the saver's saving, or of another change, by which it may differ."""

LEVELS = {
    "unmet_need_weeks": 0.02,
    "crises": 0.02,
    "deaths": 0.02,
    "qalys_lost": 0.02,
    "contacts": 0.02,
    "a_and_e_attendances": 0.02,
    "hand_offs": 0.05,
    "helped": 0.05,
    "emergency_admissions": 0.1,
    "delayed_discharge_weeks": 0.1,
    "failure_demand_share": 0.1,
    "refusals": 0.1,
    "bounces": 0.1,
    "weeks_to_help": 0.1,
}
"""Measures of one run, and the part of each by which more residents may differ, from where it may be quoted on."""
CHANGES = ("unmet_need_weeks", "refusals", "bounces", "helped", "weeks_to_help")
"""Measures whose difference between the arms is a headline of this policy, at any size."""


class Mean(NamedTuple):
    """A mean over seeds and its standard error."""

    value: float
    error: float


def both_arms(residents: int, policy: Policy, seed: int) -> tuple[RunRecord, RunRecord]:
    """Run a pair from one settled start."""
    scenario = read_scenario(PLACE).replace(residents=residents, weeks=WEEKS)
    start = settle(scenario, seed=seed)
    bare, arm = (run_once(scenario, seed=seed, start=start, policies=p) for p in ((), (policy,)))
    return bare, arm


def cash(record: RunRecord) -> dict[str, float]:
    """Pounds of the place in cash, by the payer's sector and by payer."""
    by_payer = record.ledger(("payer",), view="cash").set_index("payer")["pounds"].to_dict()
    found = {f"cash {payer}": float(pounds) for payer, pounds in by_payer.items()}
    for payer, agency in record.scenario.agencies.items():
        sector = f"cash of {agency.sector}"
        found[sector] = found.get(sector, 0.0) + by_payer.get(payer, 0.0)
    return found


def measured(residents: int, policy: Policy, seed: int) -> dict[str, float]:
    """Everything compared, of one seed: levels of the baseline, changes, and shares of the saver's saving."""
    bare, arm = both_arms(residents, policy, seed)
    levels, after = (record.outcomes().set_index("measure")["value"] for record in (bare, arm))
    found = {f"level {name}": float(levels[name]) for name in LEVELS}
    found |= {f"change {name}": float(after[name] - levels[name]) for name in CHANGES}
    spent = cash(bare)
    found |= {f"change {payer}": pounds - spent[payer] for payer, pounds in cash(arm).items()}
    return found


def means(rows: dict[int, list[dict[str, float]]]) -> dict[int, dict[str, Mean]]:
    """Means by size. Few seeds tell their own spread badly: an error is at least what all sizes together say.

    A number of residents n times as large has at most the variance of the smaller, and about an nth of it.
    """
    found: dict[int, dict[str, Mean]] = {size: {} for size in rows}
    for name in next(iter(rows.values()))[0]:
        values = {size: np.array([row[name] for row in each]) for size, each in rows.items()}
        freedom = sum(v.size - 1 for v in values.values())
        apiece = sum(float(((v - v.mean()) ** 2).sum()) * size for size, v in values.items()) / freedom
        for size, v in values.items():
            own = float(v.var(ddof=1))
            found[size][name] = Mean(float(v.mean()), float(np.sqrt(max(own, apiece / size) / v.size)))
    return found


def disagreements(small: dict[str, Mean], large: dict[str, Mean], residents: int, saver: str) -> list[str]:
    """Hold the means at one size to those at a larger one."""
    saving = abs(large[f"change cash {saver}"].value)
    failed = []
    for name, (value, error) in small.items():
        kind, _, measure = name.partition(" ")
        least, part = (quoted_from(measure, LARGEST), LEVELS[measure]) if kind == "level" else (0, TENTH)
        if least > residents:
            continue
        expected, its_error = large[name]
        allowed = ERRORS * float(np.hypot(error, its_error))
        others = measure.startswith("cash") and measure != f"cash {saver}"
        allowed += PENNY * saving if others else part * abs(expected)
        told = f"{name}: {value:,.5g} at {residents:,} residents, {expected:,.5g} at more"
        print(f"    {told}; {abs(value - expected):,.3g} apart, {allowed:,.3g} allowed")
        if abs(value - expected) > allowed:
            failed.append(f"{told}: {abs(value - expected):,.3g} apart, above {allowed:,.3g}")
    return failed


def run(*, short: bool, seed: int, jobs: int) -> list[str]:
    """Run all sizes, print what is compared, and give what disagrees, a line each."""
    policy = read_policy(POLICY)
    saver = policy.saver
    assert saver is not None
    rows = {}
    with ThreadPoolExecutor(jobs) as pool:
        for size, seeds in (SHORT if short else SIZES).items():
            rows[size] = list(pool.map(partial(measured, size, policy), range(seed, seed + seeds)))
            print(f"  {size:,} residents, {seeds} seeds: done")
    found = means(rows)
    failed = []
    for small, large in pairwise(found):
        print(f"  {small:,} residents against {large:,}:")
        failed += disagreements(found[small], found[large], small, saver)
    return failed
