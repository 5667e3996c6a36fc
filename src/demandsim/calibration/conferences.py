"""V10 run again: family group conferences, offered by lot to a cohort entering pre-proceedings."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from demandsim.analysis.cohorts import Cohort, Entry, entrants, living_in, watched
from demandsim.analysis.evaluation.comparisons import randomised
from demandsim.analysis.evaluation.effects import Effect, effect, standard_error
from demandsim.calibration.pairs import CARE, OneSeed, Simulated, Told
from demandsim.chance import LIFELONG_WEEK, SHARE, address, draw_many, policy_item
from demandsim.experiment.run import run
from demandsim.experiment.settle import settle
from demandsim.population.columns import HERE
from demandsim.scenario.policy import Policy
from demandsim.scenario.schema import Scenario
from demandsim.units import WEEKS_A_YEAR, chance_units


def trial_of_one_seed(scenario: Scenario, policy: Policy, seed: int) -> OneSeed:
    """Run the trial: who enters pre-proceedings, in both arms, and where they live a year later.

    Returns
    -------
    OneSeed
        ``people``: a row a child and arm: ``arm`` (0 without the conferences anywhere, 1 the trial), ``child``
        (told apart between seeds), ``offered`` (by lot) and ``looked_after`` 52 weeks after entry.
    """
    start = settle(scenario, seed=seed, keep=False)
    children = np.flatnonzero(start.state.born_week > -18 * WEEKS_A_YEAR)
    here = (
        start.state.presence == HERE
    )  # a fixed group is frozen in week 0: who comes later is in neither half
    lot = by_lot(policy, seed, np.arange(len(start.state.identity)))
    rows = []
    for arm, policies in enumerate(((), (policy,))):
        record = run(scenario, seed=seed, policies=policies, start=start, followed=children.tolist())
        entered = entrants(record, Entry("pre_proceedings", until_week=scenario.weeks - WEEKS_A_YEAR))
        drawn = Cohort(*(column[here[entered.resident]] for column in entered))
        cohort = watched(record, drawn, weeks=WEEKS_A_YEAR)
        looked_after = living_in(record, cohort, CARE, weeks=WEEKS_A_YEAR)
        table = {
            "arm": arm,
            "child": seed * 10**8 + cohort.resident,
            "offered": lot[cohort.resident],
            "looked_after": looked_after.astype(float),
        }
        rows.append(pd.DataFrame(table))
    return OneSeed({}, pd.concat(rows, ignore_index=True))


def by_lot(policy: Policy, seed: int, identities: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell whom the random share of a policy's first change falls on, as the model draws it: once, for life."""
    share = policy.change[0].group.share
    assert share is not None
    words = draw_many(
        seed, identities.astype(np.int64), LIFELONG_WEEK, address(SHARE, policy_item(policy.name))
    )
    return np.asarray(words[:, 0] < chance_units(share), np.bool_)


def trial_together(seeds: Sequence[OneSeed]) -> Told:
    """Say what the trial found, and what was true."""
    people = pd.concat([one.people for one in seeds], ignore_index=True)
    bare, trial = (people[people["arm"] == arm].set_index("child") for arm in (0, 1))
    found = _percent(randomised(trial["offered"], trial["looked_after"]))
    halves = [trial.loc[trial["offered"] == offered, "looked_after"] for offered in (False, True)]
    levels = [
        _percent(effect("", float(h.mean()), standard_error(h.to_numpy()), treated=len(h))) for h in halves
    ]
    both = trial.merge(bare[["looked_after"]], left_index=True, right_index=True, suffixes=("", "_without"))
    apart = both["looked_after"] - both["looked_after_without"]
    lines = []
    for offered, words in (
        (True, "TRUE effect on those offered"),
        (False, "spill-over on those not offered"),
    ):
        change = apart[both["offered"] == offered]
        one = _percent(
            effect("", float(change.mean()), standard_error(change.to_numpy()), treated=len(change))
        )
        lines.append(
            f"{words}: {one.estimate:+.1f} points ({one.low:+.1f} to {one.high:+.1f}), the same "
            f"{one.treated:,} children with and without the conferences"
        )
    return Told(
        {
            "looked_after_difference": _children(found),
            "looked_after_without": _children(levels[0]),
            "looked_after_with": _children(levels[1]),
        },
        tuple(lines),
    )


def _percent(found: Effect) -> Effect:
    """Turn shares into percentages."""
    return found._replace(estimate=100 * found.estimate, low=100 * found.low, high=100 * found.high)


def _children(found: Effect) -> Simulated:
    """Give an estimate over children."""
    return Simulated(found.estimate, found.low, found.high, found.treated + found.controls, "children")
