"""Where a command's numbers go: JSON and CSV files written whole, or the screen and nothing else."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from demandsim.errors import SaveError
from demandsim.records.whole_file import called, check_writable, located, reason, write_whole

SCREEN = "-"


class Outputs(NamedTuple):
    """Files asked for; "-" is the screen, None is not asked for."""

    json: str | None = None
    csv: str | None = None
    report: str | None = None

    @property
    def screen(self) -> bool:
        """Whether the screen is taken, so that tables would spoil it."""
        return SCREEN in (self.json, self.csv)

    @property
    def files(self) -> list[str]:
        """The files asked for."""
        return [path for path in self if path is not None and path != SCREEN]

    def check(self) -> None:
        """Refuse, before the work, what could not be written after it; make a folder that is missing.

        Raises
        ------
        SaveError
            Naming the path, and why.
        """
        if self.json == self.csv == SCREEN:
            raise SaveError("--json - and --csv - cannot both have the screen; give one of them a file")
        if self.report == SCREEN:
            raise SaveError("--report -: the report is a file; --no-report writes none")
        places = [located(path).absolute() for path in self.files]
        if len(set(places)) < len(places):
            raise SaveError(f"{called(self.files[-1])}: two outputs cannot be one file")
        for path in self.files:
            make_folder(path)
            check_writable(path)


def make_folder(path: str | Path) -> None:
    """Make a file's folder, if the path is relative ("out/report.html") and only the last part of it is missing.

    A folder elsewhere is likelier mistyped than wanted.

    Raises
    ------
    SaveError
        If it cannot be made.
    """
    file = located(path)
    folder = file.parent
    try:
        if not file.is_absolute() and not folder.exists() and folder.parent.is_dir():
            folder.mkdir()
    except OSError as error:
        raise SaveError(f"{called(path)}: its folder cannot be made: {reason(error)}") from None


def write_json(path: str | None, data: Mapping[str, Any]) -> None:
    """Write numbers as JSON, if asked for; what is not a number is null.

    Raises
    ------
    SaveError
        If the file cannot be written.
    """
    if path is not None:
        _write(path, json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def write_csv(path: str | None, frame: pd.DataFrame) -> None:
    """Write a table as CSV, if asked for.

    Raises
    ------
    SaveError
        If the file cannot be written.
    """
    if path is not None:
        _write(path, frame.to_csv(index=False, lineterminator="\n"))


def rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Turn a table into what JSON holds: a mapping a row, with null for what is not a number."""
    found: list[dict[str, Any]] = json.loads(frame.to_json(orient="records", double_precision=12))
    return found


def _write(path: str, text: str) -> None:
    """Write to a file or the screen."""
    if path == SCREEN:
        sys.stdout.write(text)
    else:
        write_whole(path, lambda file: file.write(text.encode()))
