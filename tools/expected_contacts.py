"""Set what the shipped scenarios expect of each service, and the hours that go with it, from baseline runs.

Run it after changing a rate, a route or a place: ``python tools/expected_contacts.py``. It runs the baselines,
then rewrites ``expected_contacts`` and ``hours_a_week`` in england.toml, ``expected_contacts`` in small-town.toml
and the generated part of essex.toml.
Services with a queue keep their hours: there capacity decides, not demand. A service that is closed keeps both.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from demandsim.agencies.doors import kinds
from demandsim.experiment.settle import settle
from demandsim.scenario.read import read_scenario
from demandsim.scenario.schema import Scenario

FOLDER = Path(__file__).resolve().parent.parent / "scenarios"
HEADROOM = 1.06  # funded over expected hours where demand is met: a week's ups and downs fit in
QUEUE = 0.04  # needs waiting per 1,000 residents from which a service counts as short of capacity
MARK = "# ---- expected contacts and capacity in Essex: written by tools/expected_contacts.py"
SEEDS = tuple(range(11, 17))


def main() -> int:
    """Rewrite the three files."""
    town = FOLDER / "small-town.toml"
    rewrite(town, expected(read_scenario(str(town)), seeds=range(1, 41)), with_hours=False)
    path = FOLDER / "england.toml"
    rewrite(path, expected(read_scenario(str(path)).replace(residents=100_000)), with_hours=True)
    england = read_scenario(str(path))
    text = (FOLDER / "essex.toml").read_text().split(MARK)[0].rstrip() + "\n"
    (FOLDER / "essex.toml").write_text(text)
    essex = read_scenario(str(FOLDER / "essex.toml"))
    (FOLDER / "essex.toml").write_text(
        text + "\n" + essex_block(expected(essex.replace(residents=100_000)), england)
    )
    return 0


def expected(scenario: Scenario, seeds: Sequence[int] = SEEDS) -> dict[str, tuple[dict[str, float], float]]:
    """Contacts per 1,000 residents a year by service and kind over the scenario's weeks, and needs waiting."""
    numbered = kinds(scenario)
    totals, years, waiting = np.zeros(len(numbered)), 0.0, np.zeros(len(scenario.services))
    for seed in seeds:
        model = settle(scenario, seed=seed)
        model.run()
        counts, weekly = model.ledger.counts(), model.weekly.arrays()
        per_kind = model.book.contacts[0].size
        totals += np.bincount(counts.cell // per_kind, counts.contacts, minlength=len(numbered))
        years += weekly["here"][:, 0].sum() / 52 / 1000
        waiting += weekly["waiting"].mean(axis=0) / scenario.residents * 1000 / len(seeds)
    rates = totals / years
    return {
        service: (
            {kind: float(f"{rates[i]:.4g}") for i, (s, kind) in enumerate(numbered) if s == service},
            float(waiting[j]),
        )
        for j, service in enumerate(scenario.services)
    }


def hours(scenario: Scenario, service: str, rates: dict[str, float], waiting: float) -> float | None:
    """Hours a week per 1,000 residents that the expected contacts need; None keeps what is stated."""
    stated = scenario.services[service]
    if stated.hours_a_week is None or stated.closed or waiting > QUEUE:
        return None
    needed = sum(rates[k] * kind.hours for k, kind in stated.kinds.items()) / 52 * HEADROOM
    return float(f"{needed:.4g}")


def rewrite(path: Path, wanted: dict[str, tuple[dict[str, float], float]], *, with_hours: bool) -> None:
    """Put the figures where they stand in a file."""
    scenario = read_scenario(str(path))
    lines = path.read_text().splitlines()
    service = ""
    for i, line in enumerate(lines):
        if match := re.match(r"\[services\.([a-z_]+)\]$", line):
            service = match[1]
        if service and not scenario.services[service].closed:
            rates, waiting = wanted[service]
            if line.startswith("expected_contacts = "):
                lines[i] = f"expected_contacts = {table(rates)}"
            elif (
                with_hours
                and line.startswith("hours_a_week = ")
                and (new := hours(scenario, service, rates, waiting))
            ):
                lines[i] = f"hours_a_week = {new}"
    path.write_text("\n".join(lines) + "\n")


def essex_block(wanted: dict[str, tuple[dict[str, float], float]], england: Scenario) -> str:
    """Spell out what Essex expects; short services keep England's hours for each resident."""
    out = [MARK + ".", "# Per 1,000 residents; prices, hours a contact and beds are England's.", ""]
    for service, (rates, waiting) in wanted.items():
        if england.services[service].closed:
            continue
        out.append(f"[services.{service}]")
        out.append(f"expected_contacts = {table(rates)}")
        if new := hours(england, service, rates, waiting):
            out.append(f"hours_a_week = {new}")
        out.append("")
    return "\n".join(out)


def table(rates: dict[str, float]) -> str:
    """Write a TOML inline table."""
    return "{ " + ", ".join(f"{k} = {v}" for k, v in rates.items()) + " }"


if __name__ == "__main__":
    sys.exit(main())
