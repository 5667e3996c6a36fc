"""What `demandsim check` does: run the named cases again, and say which agency, payer, service and year moved."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from demandsim.errors import BaselineError
from demandsim.experiment.regression import (
    COUNTED,
    Baseline,
    Case,
    Checked,
    check_case,
    read_cases,
    run_case,
    store,
)
from demandsim.faces.commands import consoles
from demandsim.faces.output import Outputs
from demandsim.faces.progress import Clock, lasted
from demandsim.records.whole_file import check_writable

MOST_ROWS = 15
"""Rows of a difference that are shown, the largest change of money first."""


def check_cases(
    folder: str, names: Sequence[str], *, update: bool, why: str | None, threads: int = 1
) -> bool:
    """Run cases and hold them against their baselines, or replace those.

    Parameters
    ----------
    folder
        With ``cases.toml``.
    names
        Cases to run; none named is all.
    update, why
        Replace the baselines, and the reason to log.

    Returns
    -------
    bool
        Whether all are the same, or have been replaced.

    Raises
    ------
    DemandSimError
        If anything given cannot be used; before anything is run or written.
    """
    if update and not (why or "").strip():
        raise BaselineError('--update: give --why "...", a sentence that says why the numbers may change')
    if why and not update:
        raise BaselineError("--why: goes with --update")
    cases = read_cases(folder, names)
    if update:
        check_writable(f"{folder}/digests.csv")
    screen, _ = consoles(Outputs())
    found: list[tuple[Case, Baseline]] = []
    checked: list[Checked] = []
    for case in cases:
        clock = Clock()
        now = run_case(case, folder, threads=threads)
        found.append((case, now))
        checked.append(check_case(case, folder, now, mend=update))
        _tell(screen, checked[-1], clock.seconds)
    if update:
        changed = [each for each, one in zip(found, checked, strict=True) if not one.same]
        if changed:
            day = datetime.now(UTC).date().isoformat()
            version = str(sys.modules["demandsim"].__version__)
            store(changed, folder, why=why or "", day=day, version=version)
        screen.print(f"{len(changed)} of {len(found)} baselines replaced.")
        return True
    same = sum(one.same for one in checked)
    screen.print(f"{same} of {len(checked)} cases are the same to the contact and the penny.")
    return same == len(checked)


def _tell(screen: Console, one: Checked, seconds: float) -> None:
    """Say how a case came out, and show what moved."""
    name = one.case.name
    if one.same:
        screen.print(f"{name}: the same ({lasted(seconds)})")
        return
    if one.damage:
        screen.print(f"{name}: {one.damage} ({lasted(seconds)})")
        return
    if not one.stored:
        screen.print(f'{name}: has no baseline yet; --update --why "..." stores one ({lasted(seconds)})')
        return
    if one.moved.empty:
        screen.print(
            f"{name}: contacts and pence are the same, the weeks they fell in or the residents' own columns are not "
            f"({lasted(seconds)})"
        )
        return
    years = ", ".join(str(year) for year in sorted(one.moved["year"].unique()))
    agencies, payers = (", ".join(sorted(one.moved[column].unique())) for column in ("agency", "payer"))
    where = f"in year {years}, at {agencies}, paid by {payers}"
    screen.print(f"{name}: {len(one.moved)} rows moved, {where} ({lasted(seconds)})")
    screen.print(_difference(one.moved.head(MOST_ROWS)))
    if len(one.moved) > MOST_ROWS:
        screen.print(f"and {len(one.moved) - MOST_ROWS} more rows")


def _difference(moved: pd.DataFrame) -> Table:
    """Rows that moved, the largest change of money first; sums are of the simulated residents."""
    told = {"full_pence": "full £\nchange", "cash_pence": "cash £\nchange"}
    changed = {count: moved[f"{count}_change"] != 0 for count in COUNTED}
    if not (changed["contacts"] | changed["full_pence"] | changed["cash_pence"]).all():
        # The ends of the cash view are told where nothing else of a row moved.
        told |= {"cash_low_r_pence": "cash £\nat low r", "cash_high_r_pence": "cash £\nat high r"}
    made = Table(box=SIMPLE_HEAD, padding=(0, 2, 0, 0), pad_edge=False)
    for name in ("year", "agency, and who pays", "service, kind"):
        made.add_column(name, overflow="fold")
    paid = [
        agency if agency == payer else f"{agency}, {payer} pays"
        for agency, payer in zip(moved["agency"], moved["payer"], strict=True)
    ]
    cells = [moved["year"].astype(str), paid, moved["service"] + ", " + moved["kind"]]
    if changed["contacts"].any():
        for title, part, sign in (
            ("contacts\nbefore", "before", ""),
            ("\nnow", "now", ""),
            ("\nchange", "change", "+"),
        ):
            made.add_column(title, justify="right", no_wrap=True)
            cells.append(moved[f"contacts_{part}"].map(f"{{:{sign},}}".format))
    for pence in (name for name in told if changed[name].any()):
        made.add_column(told[pence], justify="right", no_wrap=True)
        cells.append((moved[f"{pence}_change"] / 100).map("{:+,.2f}".format))
    for row in zip(*cells, strict=True):
        made.add_row(*row)
    return made
