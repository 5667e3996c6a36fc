"""What `demandsim calibrate --check` does: run the baseline, and show targets beside what it makes of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table

from demandsim.calibration.check import ABSENT, check_frame, mark
from demandsim.calibration.observed import check_measurable, observe
from demandsim.calibration.targets import Target, targets
from demandsim.errors import RunError
from demandsim.experiment.compare import seed_list
from demandsim.faces.commands import consoles
from demandsim.faces.output import Outputs, rows, write_csv, write_json
from demandsim.faces.progress import Clock, bar, lasted, warm_up
from demandsim.scenario.read import read_scenario

LARGEST = 300_000
"""Residents of the largest place in which everyone can be followed."""


def check_targets(name: str, *, seeds: int, residents: int, threads: int | None, outputs: Outputs) -> bool:
    """Run the baseline on some seeds and show how it meets the targets.

    Returns
    -------
    bool
        Whether at least nine in ten of the targets that count pass.

    Raises
    ------
    DemandSimError
        If anything given cannot be used; before anything is run or written.
    """
    if residents > LARGEST:
        raise RunError(
            f"--residents: given {residents:,}; up to {LARGEST:,}, everyone being followed, would do"
        )
    if threads is not None and threads < 1:
        raise RunError(f"--threads: given {threads}; a whole number from 1 would do")
    scenario = read_scenario(name).replace(residents=residents)
    wanted = tuple(targets().values())
    check_measurable(scenario, wanted)
    seed_list(seeds)
    outputs.check()
    screen, messages = consoles(outputs)
    loading = warm_up(scenario, messages)
    clock = Clock()
    with bar(messages, f"Running {scenario.title}") as progress:
        observed = observe(scenario, wanted, seeds=seeds, threads=threads, progress=progress)
    took = clock.seconds
    frame = check_frame(wanted, observed)
    reached = mark(frame)
    _show(screen, frame, scenario.title, own=scenario.name == "england")
    _print_wider(screen, wanted)
    screen.print(
        f"{reached.passed} of {reached.countable} targets that count pass ({reached.share:.0%}; 90% are asked). "
        f"{seeds} {'run' if seeds == 1 else 'runs'} of {residents:,} residents in {lasted(took)}, loading aside "
        f"({lasted(loading)})."
    )
    about = {"scenario": scenario.name, "residents": residents, "seeds": seeds, "seconds": round(took, 3)}
    counted = {"passed": reached.passed, "countable": reached.countable, "met": reached.met}
    each = {key: [_number(value) for value in seen.each] for key, seen in observed.items()}
    write_json(outputs.json, {**about, **counted, "targets": rows(frame), "each_seed": each})
    write_csv(outputs.csv, frame)
    return reached.met


def _show(screen: Console, frame: pd.DataFrame, title: str, *, own: bool) -> None:
    """Show targets that count by sector, totals apart, and what is not modelled."""
    measured = frame[frame["verdict"] != ABSENT]
    about = "England's published figures" if own else f"England's published figures beside {title}"
    screen.print(targets_table(rows(measured[measured["counts"]]), f"Targets that count: {about}"))
    screen.print()
    apart = rows(measured[~measured["counts"]])
    screen.print(
        targets_table(apart, "Totals apart, which ordinary demand can be set to meet: they do not count")
    )
    screen.print()
    screen.print("Published, and not modelled:")
    for row in rows(frame[frame["verdict"] == ABSENT]):
        screen.print(f"- {row['name']} ({row['id']}): {row['why_not'].removeprefix('not modelled: ')}")
    screen.print()
    if not own:
        screen.print(
            f"The figures are England's and the rates are fitted there: {title} differs in its people, and what lies "
            "outside a band here need not be a fault.\n"
        )


def _print_wider(screen: Console, wanted: Sequence[Target]) -> None:
    """List the bands that are wider than usual, each with its reason."""
    if wider := [one for one in wanted if one.tolerance is not None]:
        screen.print("Bands wider than usual:")
        for one in wider:
            screen.print(f"- {one.name} ({one.id}), {one.tolerance:.0%}, not {one.usual:.0%}: {one.reason}")
        screen.print()


def targets_table(found: Sequence[dict[str, Any]], title: str) -> Table:
    """Lay targets out: published, band, simulated with its interval, verdict."""
    made = Table(title=title, title_justify="left", caption_justify="left")
    for name, justify in (
        ("target", "left"),
        ("unit", "left"),
        ("published", "right"),
        ("band", "right"),
        ("from", "left"),
        ("simulated", "right"),
        ("90% interval", "right"),
        ("verdict", "left"),
    ):
        made.add_column(name, justify=justify, overflow="fold")  # type: ignore[arg-type]
    sector = None
    for row in found:
        if sector not in (None, row["sector"]):
            made.add_section()
        sector = row["sector"]
        made.add_row(
            row["name"],
            row["unit"],
            figure(row["published"]),
            f"{figure(row['low'])} to {figure(row['high'])}",
            row["band_from"],
            figure(row["simulated"]),
            f"{figure(row['simulated_low'])} to {figure(row['simulated_high'])}",
            row["verdict"],
        )
    made.caption = "Simulated: totals over runs ÷ totals over runs; intervals are of chance only."
    return made


def figure(value: float | None) -> str:
    """A number to three figures; "n/a" where there is none."""
    if value is None or math.isnan(value):
        return "n/a"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _number(value: float) -> float | None:
    """A number as JSON holds it."""
    return None if math.isnan(value) else float(value)
