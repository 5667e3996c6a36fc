"""Regression on fixed seeds: named cases run again and held, to the contact and the penny, against stored baselines.

A folder holds ``cases.toml`` (what to run), a table of whole numbers for each case (``NAME.csv``: contacts and pence
by year, agency, payer, service and kind), ``digests.csv``, and ``changes.md``, the log of why a baseline was ever
replaced. A check never writes; only an update does, and it asks why.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from typing import Annotated, NamedTuple

import numpy as np
import pandas as pd
from pydantic import Field

from demandsim.errors import BaselineError
from demandsim.experiment.run import run
from demandsim.records.record import RunRecord
from demandsim.records.whole_file import write_whole
from demandsim.scenario.base import Frozen
from demandsim.scenario.files import load
from demandsim.scenario.problems import near, validated
from demandsim.scenario.read import read_policy, read_scenario

CASES, DIGESTS, LOG = "cases.toml", "digests.csv", "changes.md"
NAME = r"[a-z0-9][a-z0-9-]*"
HEAD, LINE = "case,digest", re.compile(rf"({NAME}),([0-9a-f]{{64}})")
"""The first line of the digests, and every other."""
BY = ["year", "agency", "payer", "service", "kind"]
PENCE = ["full_pence", "cash_pence", "cash_low_r_pence", "cash_high_r_pence"]
"""Pence in each view of the money that is held."""
COUNTED = ["contacts", *PENCE]
LARGEST = 20_000_000
"""Bytes in the largest baseline that is read."""


class Case(Frozen):
    """One run that is repeated: a place, policies and a seed, at a size and for so many weeks."""

    name: Annotated[str, Field(pattern=rf"^{NAME}$", max_length=80)]
    scenario: str
    policies: tuple[str, ...] = ()
    seed: Annotated[int, Field(ge=0)] = 1
    residents: int | None = None
    weeks: int | None = None


class Cases(Frozen):
    """What ``cases.toml`` holds."""

    case: Annotated[tuple[Case, ...], Field(min_length=1)]


class Baseline(NamedTuple):
    """What a case came to: the run's digest, and contacts and pence by `BY`, whole numbers of simulated residents."""

    digest: str
    table: pd.DataFrame


class Checked(NamedTuple):
    """A case beside its baseline."""

    case: Case
    same: bool
    stored: bool  # whether there is a baseline at all
    moved: pd.DataFrame  # rows that differ: `BY`, and of each count before, now and change
    damage: str = ""  # why what is there cannot be read, where it counts as not stored


def read_cases(folder: str | Path, only: Sequence[str] = ()) -> tuple[Case, ...]:
    """Read which cases a folder holds.

    Parameters
    ----------
    folder
        With ``cases.toml``.
    only
        Names of the cases wanted; none named is all.

    Raises
    ------
    ScenarioError
        If the file cannot be used.
    BaselineError
        If a name is not there, or two cases have one.
    """
    file = load(Path(folder) / CASES)
    cases = validated(Cases, file.data, file=file.label).case
    names = [case.name for case in cases]
    if DIGESTS.removesuffix(".csv") in names:
        raise BaselineError(f"{file.label} [case]: 'digests' is the name of another file; any other would do")
    if twice := [name for name in names if names.count(name) > 1]:
        raise BaselineError(f"{file.label} [case]: '{twice[0]}' is there twice; one name a case would do")
    for name in only:
        if name not in names:
            raise BaselineError(f"{file.label}: no case '{name}'; {near(name, names)}")
    return tuple(case for case in cases if not only or case.name in only)


def run_case(case: Case, folder: str | Path, *, threads: int = 1) -> Baseline:
    """Run a case; scenario and policies are shipped names or files beside ``cases.toml``."""
    scenario = read_scenario(_named(case.scenario, folder))
    wanted = {"residents": case.residents, "weeks": case.weeks}
    scenario = scenario.replace(**{key: value for key, value in wanted.items() if value is not None})
    policies = [read_policy(_named(name, folder)) for name in case.policies]
    return baseline_of(run(scenario, seed=case.seed, policies=policies, threads=threads))


def baseline_of(record: RunRecord) -> Baseline:
    """Add a run up to what is stored of it."""
    views = {pence: pence.removesuffix("_pence") for pence in PENCE}
    found = [
        record.ledger(BY, view=view, scaled=False).rename(columns={"pence": pence})
        for pence, view in views.items()
    ]
    table = found[0]
    for other in found[1:]:  # a contact counts alike in every view
        table = table.merge(other, on=[*BY, "contacts"], how="outer")
    table = table.fillna(0).astype(dict.fromkeys(COUNTED, "int64"))
    return Baseline(record.digest, table[[*BY, *COUNTED]].sort_values(BY, ignore_index=True))


def check_case(case: Case, folder: str | Path, now: Baseline, *, mend: bool = False) -> Checked:
    """Hold what a case came to against its baseline.

    Parameters
    ----------
    case, now
        The case, and what it came to.
    folder
        With ``cases.toml``.
    mend
        Take a baseline that cannot be read for none, ahead of an update.

    Raises
    ------
    BaselineError
        If the baseline is there and cannot be read, and is not to be mended.
    """
    damage = ""
    try:
        before = _stored(case.name, Path(folder))
    except BaselineError as error:
        if not mend:
            raise
        before, damage = None, str(error)
    if before is None:
        differs = moved(now.table.iloc[:0], now.table)
        return Checked(case, same=False, stored=False, moved=differs, damage=damage)
    differs = moved(before.table, now.table)
    # The digest knows every contact and every resident, and no price; the table knows the pence.
    return Checked(case, before.digest == now.digest and differs.empty, True, differs)


def moved(before: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """List the rows that differ, the largest change of money first: at unit cost, then in cash.

    Returns
    -------
    DataFrame
        `BY`, then ``<count>_before, <count>_now, <count>_change`` of each of `COUNTED`; whole numbers.
    """
    both = before.merge(now, on=BY, how="outer", suffixes=("_before", "_now")).fillna(0)
    for count in COUNTED:
        both[[f"{count}_before", f"{count}_now"]] = both[[f"{count}_before", f"{count}_now"]].astype("int64")
        both[f"{count}_change"] = both[f"{count}_now"] - both[f"{count}_before"]
    changes = both[[f"{count}_change" for count in COUNTED]]
    found = both[(changes != 0).any(axis=1)]
    pence = found[[f"{count}_change" for count in PENCE]].abs()
    order = np.lexsort((-pence.iloc[:, 1:].max(axis=1), -pence.iloc[:, 0]))
    columns = [f"{count}_{part}" for count in COUNTED for part in ("before", "now", "change")]
    return found.iloc[order][[*BY, *columns]].reset_index(drop=True)


def store(
    found: Sequence[tuple[Case, Baseline]], folder: str | Path, *, why: str, day: str, version: str
) -> None:
    """Replace baselines, and log why; a line of another case's digest stays if it can be read.

    Parameters
    ----------
    found
        The cases and what they came to.
    folder
        With ``cases.toml``.
    why
        A sentence for the log.
    day, version
        Of the log's line.

    Raises
    ------
    BaselineError
        If no reason is given.
    SaveError
        If a file cannot be written.
    """
    if not why.strip():
        raise BaselineError("--why: a sentence that says why the numbers may change would do")
    place = Path(folder)
    digests, told = _readable_digests(place), _log(place)
    for case, baseline in found:
        text = baseline.table.to_csv(index=False, lineterminator="\n")
        _write(place / f"{case.name}.csv", text)
        digests[case.name] = baseline.digest
    lines = [HEAD, *(f"{name},{digest}" for name, digest in sorted(digests.items()))]
    _write(place / DIGESTS, "\n".join(lines) + "\n")
    names = ", ".join(case.name for case, _ in found)
    _write(place / LOG, f"{told}\n- {day}, demandsim {version}, {names}: {' '.join(why.split())}\n")


def _log(folder: Path) -> str:
    """Read why baselines were replaced before, ahead of replacing any."""
    path = folder / LOG
    return _text(path) if path.exists() else "# Why baselines were replaced\n"


def _write(path: Path, text: str) -> None:
    """Write a text file whole or not at all."""
    write_whole(path, lambda file: file.write(text.encode()))


def _named(name: str, folder: str | Path) -> str | Path:
    """Find a scenario or policy beside the cases, else among those shipped."""
    beside = Path(folder) / name
    return beside if beside.is_file() else name


def _stored(name: str, folder: Path) -> Baseline | None:
    """Read a case's baseline; None where there is none yet."""
    path = folder / f"{name}.csv"
    digest = _digests(folder).get(name)
    if digest is None or not path.is_file():
        return None
    kinds = {"year": "int64", **dict.fromkeys(BY[1:], "str"), **dict.fromkeys(COUNTED, "int64")}
    text = _text(path)
    try:
        if "\0" in text:  # pandas reads on
            raise ValueError("it holds a byte of 0")
        table = pd.read_csv(StringIO(text), dtype=kinds, keep_default_na=False)
        if absent := [name for name in (*BY, *COUNTED) if name not in table]:
            raise ValueError(f"there is no {' or '.join(absent)}")
        if table.duplicated(BY).any():
            raise ValueError("a row is there twice")
        return Baseline(digest, table[[*BY, *COUNTED]])
    except (ValueError, OverflowError, RuntimeWarning) as error:
        told = " ".join(str(error).split())
        raise BaselineError(
            f"{path.name}: is not a stored baseline: {told}; --update writes it anew"
        ) from None


def _digests(folder: Path) -> dict[str, str]:
    """Read the digests stored, by case."""
    path = folder / DIGESTS
    if not path.is_file():
        return {}
    head, *lines = [line for line in _text(path).splitlines() if line] or [""]
    found = [(line[1], line[2]) for line in map(LINE.fullmatch, lines) if line]
    if head != HEAD or len(found) < len(lines):
        raise BaselineError(f"{path.name}: is not a list of cases and digests; --update writes it anew")
    names = [name for name, _ in found]
    if twice := [name for name in names if names.count(name) > 1]:
        raise BaselineError(f"{path.name}: '{twice[0]}' is there twice; --update writes it anew")
    return dict(found)


def _readable_digests(folder: Path) -> dict[str, str]:
    """Read what can be read of the digests, damaged or not: of a case that is there with two, neither."""
    path = folder / DIGESTS
    if not path.is_file():
        return {}
    try:
        with path.open("rb") as file:
            text = file.read(LARGEST).decode("utf-8", errors="replace")
    except OSError as error:
        raise BaselineError(f"{path.name}: cannot be read: {error.strerror}") from None
    found: dict[str, set[str]] = {}
    for line in map(LINE.fullmatch, text.splitlines()):
        if line:
            found.setdefault(line[1], set()).add(line[2])
    return {name: one.pop() for name, one in found.items() if len(one) == 1}


def _text(path: Path) -> str:
    """Read a text file of a sensible size."""
    try:
        if path.stat().st_size > LARGEST:
            raise BaselineError(f"{path.name}: is larger than {LARGEST:,} bytes; no baseline is")
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BaselineError(f"{path.name}: cannot be read: {' '.join(str(error).split())}") from None
