"""Comparing the twin with the model, unit by unit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from tests.twin.pence import pence_by_payer
from tests.twin.people import laid_out
from tests.twin.town import Town

from demandsim.records.labels import LINES
from demandsim.records.ledger import Weekly
from demandsim.records.measures import MEASURES
from demandsim.scenario.policy import Policy
from demandsim.scenario.schema import Scenario
from demandsim.simulation.model import DemandModel


def run_both(
    scenario: Scenario, *, seed: int, policies: Sequence[Policy] = (), first_week: int = 0
) -> tuple[Town, DemandModel]:
    """Run the twin and the model over all weeks of a scenario."""
    twin = Town(scenario, seed=seed, policies=policies, first_week=first_week)
    model = DemandModel(scenario, seed=seed, policies=policies, first_week=first_week)
    for _ in range(scenario.weeks - first_week):
        twin.step()
    model.run()
    return twin, model


def differences(twin: Town, model: DemandModel) -> list[str]:
    """List where the twin and the model disagree, in words, the earliest weeks of each first; none is the same run."""
    return [*of_ledger(twin, model), *of_weeks(twin, model), *of_residents(twin, model)]


def of_ledger(twin: Town, model: DemandModel) -> list[str]:
    """Compare the ledgers cell by cell."""
    mine, theirs = (
        {(week, cell): n for week, cell, n in zip(*(c.tolist() for c in counts), strict=True)}
        for counts in (twin.records.ledger.counts(), model.ledger.counts())
    )
    kinds = [(s, k) for s, service in model.place_scenario.services.items() for k in service.kinds]
    needs = ["background", *model.place_scenario.needs]
    found = []
    for week, cell in sorted(key for key in mine.keys() | theirs.keys() if mine.get(key) != theirs.get(key)):
        kind, need, severity, cause = (int(part[0]) for part in twin.shape.parts(np.array([cell])))
        found.append(
            f"week {week}: {kinds[kind]} {needs[need]} severity {severity} cause {cause}: "
            f"twin {mine.get((week, cell), 0)}, model {theirs.get((week, cell), 0)}"
        )
    return found


def of_weeks(twin: Town, model: DemandModel) -> list[str]:
    """Compare the weekly counts."""
    mine, theirs = twin.records.weekly.arrays(), model.weekly.arrays()
    found = []
    for name in Weekly.NAMES:
        assert mine[name].shape == theirs[name].shape, name
        for at in np.argwhere(mine[name] != theirs[name]).tolist():
            what = f"{name} {MEASURES[at[1]].name}" if name == "measure" else f"{name} {at[1:]}"
            found.append(f"week {at[0]}: {what}: twin {mine[name][*at]}, model {theirs[name][*at]}")
    return sorted(found, key=lambda line: int(line.split()[1].rstrip(":")))


def of_residents(twin: Town, model: DemandModel) -> list[str]:
    """Compare the residents' columns."""
    found = []
    for name, mine in laid_out(twin.residents).items():
        theirs = getattr(model.state, name)
        assert mine.shape == theirs.shape, name
        assert mine.dtype == theirs.dtype, name
        found += [
            f"resident {at[0]}: {name} {at[1:]}: twin {mine[*at]}, model {theirs[*at]}"
            for at in np.argwhere(mine != theirs).tolist()
        ]
    return found


def of_pence(twin: Town, model: DemandModel) -> list[str]:
    """Compare what contacts cost whom, by week, payer and agency: the full view but what agencies run and set up.

    Charges follow contacts, and weeks of unpaid care, so they stay in.
    """
    mine = {key: pence for key, pence in pence_by_payer(twin).items() if pence}
    record = model.record
    theirs: dict[tuple[int, str, str], int] = {}
    whole = record.ledger(("week", "payer", "agency"), view="full", scaled=False)
    by_kind = record.ledger(("week", "payer", "agency", "kind"), view="full", scaled=False)
    lines = by_kind[by_kind["kind"].isin(set(LINES) - {"charge"})]
    for frame, sign in ((whole, 1), (lines, -1)):
        for week, payer, agency, pence in frame[["week", "payer", "agency", "pence"]].itertuples(index=False):
            theirs[week, payer, agency] = theirs.get((week, payer, agency), 0) + sign * pence
    theirs = {key: pence for key, pence in theirs.items() if pence}
    return [
        f"week {week}: {payer} pays at {agency}: twin {mine.get(key, 0)} pence, model {theirs.get(key, 0)} pence"
        for key in sorted(mine.keys() | theirs.keys())
        if mine.get(key) != theirs.get(key)
        for week, payer, agency in [key]
    ]
