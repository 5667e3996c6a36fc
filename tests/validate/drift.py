"""Rest: without any policy, needs of people of one age stay as they are for five years, and so do queues and stays."""

from __future__ import annotations

import pandas as pd

from demandsim.calibration.drift import drift
from demandsim.scenario.read import read_scenario

MOST = 0.03
"""How far a need, or all queues, episodes or stays together, may move in five years."""
ERRORS = 2.0
"""Standard errors of a change that are let pass besides; twelve are held, each 1 in 40 by chance alone at the edge."""
SURE = 0.02
"""The largest standard error of a need's change in the full form: a test that could not tell is none."""
KNOWN = {("open", "home_care"), ("stay", "care_home")}
"""What is known to move by more, by itself: a tenth fewer people with care, who die more often than others of their
age and are followed by newcomers whom no door knows. More may be found where few are counted."""


def run(*, short: bool, seed: int, jobs: int) -> list[str]:
    """Run England for five years from its settled start, print what moved, and give what moved too far."""
    residents, seeds = (30_000, 4) if short else (100_000, 12)
    scenario = read_scenario("england").replace(residents=residents, weeks=260)
    found = drift(scenario, seeds=range(seed, seed + seeds), threads=jobs)
    with pd.option_context("display.width", 200, "display.max_rows", 200, "display.precision", 3):
        print(found.to_string(index=False))
    needs = found[found["kind"] == "need"]
    wrong = [
        f"{row.name} moved by {row.change:+.1%} (standard error {row.error:.1%})"
        for row in needs.itertuples(index=False)
        if abs(row.change) > MOST + ERRORS * row.error
    ]
    if not short:
        wrong += [
            f"{row.name}: its change is known to {row.error:.1%} only"
            for row in needs.itertuples(index=False)
            if row.error > SURE
        ]
    for kind, rows in found[found["kind"] != "need"].groupby("kind"):
        change = rows["last"].sum() / rows["first"].sum() - 1
        error = ((rows["error"] * rows["first"]) ** 2).sum() ** 0.5 / rows["first"].sum()
        print(f"  all {kind} together: {change:+.1%} (standard error about {error:.1%})")
        if abs(change) > MOST + ERRORS * error:
            wrong.append(f"all {kind} together moved by {change:+.1%}")
    return wrong
