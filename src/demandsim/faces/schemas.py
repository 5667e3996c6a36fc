"""The JSON Schema of scenario, place and policy files, printed or written for editors to use."""

from __future__ import annotations

import json
import sys

from demandsim.errors import RunError
from demandsim.records.whole_file import write_whole
from demandsim.scenario.json_schema import FILES, json_schema
from demandsim.scenario.problems import near


def give_schema(kind: str, out: str | None) -> None:
    """Print the JSON Schema of one kind of file, or write it.

    Parameters
    ----------
    kind
        One of ``FILES``.
    out
        A file; None or "-" is the screen.

    Raises
    ------
    RunError
        If there is no such kind.
    SaveError
        If the file cannot be written.
    """
    if kind not in FILES:
        raise RunError(f"schema {kind}: no such kind of file; {near(kind, FILES)}")
    text = json.dumps(json_schema(kind), indent=2, ensure_ascii=False) + "\n"
    if out is None or out == "-":
        sys.stdout.write(text)
    else:
        write_whole(out, lambda file: file.write(text.encode()))
