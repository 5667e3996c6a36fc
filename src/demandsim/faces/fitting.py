"""What `demandsim calibrate` does without `--check`: fit numbers to the targets, show and, where asked, write them."""

from __future__ import annotations

from datetime import date
from importlib.resources import files
from pathlib import Path

from rich.console import Console
from rich.table import Table

from demandsim.calibration.fit import SEEDS, Fit, Tries, as_factors, fit
from demandsim.calibration.knobs import Board, board, knobs
from demandsim.calibration.observed import check_measurable
from demandsim.calibration.targets import targets
from demandsim.calibration.written import write_fitted
from demandsim.errors import RunError
from demandsim.scenario.read import read_scenario

RESIDENTS = 30_000
"""Residents of every run of a fit."""


def fit_targets(name: str, *, into: str, rounds: int, threads: int | None, write: bool) -> None:
    """Fit the knobs to the targets that count, and show where they came to rest.

    Parameters
    ----------
    name
        The place, England as a rule: rates are national.
    into
        Folder for every run; begun again, a fit goes on from there.
    rounds
        Steps at most.
    threads
        Runs at once.
    write
        Whether fitted numbers go into the evidence tables.

    Raises
    ------
    DemandSimError
        If anything given cannot be used.
    """
    if rounds < 1:
        raise RunError(f"--rounds: given {rounds}; a whole number from 1 would do")
    wanted = [one for one in targets().values() if one.counts]
    scenario = read_scenario(name).replace(residents=RESIDENTS)
    check_measurable(scenario, wanted)
    turned = board(scenario, knobs())
    messages = Console(stderr=True)
    each = len(turned.knobs) + 1

    def tell(count: int, loss: float) -> None:
        messages.print(f"run {count} (a step takes some {each}): loss {loss:.1f}", highlight=False)

    found = fit(
        Tries(turned, wanted, seeds=SEEDS, folder=Path(into), threads=threads, progress=tell), rounds=rounds
    )
    screen = Console()
    screen.print(knobs_table(turned, found))
    screen.print(
        f"{found.passed} of {len(wanted)} within their bands on the runs of the fit; loss {found.loss:.1f}."
    )
    if write:
        said = (
            f"Fitted on {date.today()} with {len(turned.knobs) - 1} other knobs to {len(wanted)} targets of "
            f"{scenario.title} (loss {found.loss:.0f}, {found.passed} of {len(wanted)} within their bands)."
        )
        tables = Path(str(files("demandsim.evidence"))) / "tables"
        changed = write_fitted(turned.values(tuple(found.logs)), said=said, folder=tables)
        screen.print(
            f"{len(changed)} rows written. Now run tools/expected_contacts.py, and hold the result: --check."
        )


def knobs_table(turned: Board, found: Fit) -> Table:
    """Show how far each knob is turned, and which stand at an end of their range."""
    table = Table(title="Knobs, as fitted", title_justify="left")
    table.add_column("Knob")
    table.add_column("factor, or added to a power", justify="right")
    table.add_column("at an end")
    rows = zip(
        as_factors(turned, tuple(found.logs)).items(), found.logs, turned.low, turned.high, strict=True
    )
    for (key, factor), log, low, high in rows:
        end = "low" if log - low < 0.02 else "high" if high - log < 0.02 else ""
        table.add_row(key.replace("_", " "), f"{factor:.3f}", end)
    return table
