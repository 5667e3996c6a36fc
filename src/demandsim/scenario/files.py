"""Finding a scenario, place or policy file and reading its TOML, or saying in one line why not."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date, time
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

from demandsim.errors import EvidenceError, NotYetError, ScenarioError
from demandsim.evidence.parameter import parameter
from demandsim.evidence.tables import is_number_table, plain
from demandsim.scenario.problems import Loc, near, spelled

LARGEST = 5_000_000
"""Bytes in the largest file that is read."""

RESERVED = frozenset(
    {
        "cohort",
        "cohorts",
        "household_formation",
        "joint_teams",
        "learning",
        "planning",
        "pooled_budgets",
        "social",
        "staff_practice",
    }
)
"""Keys kept for parts of the design that are not built yet."""

_DEEPEST = 40
_KEYS = re.compile(r"[=,{}\n]")
_LONGEST_KEY = 200


class File(NamedTuple):
    """A TOML file as read: where it is, what to call it in messages, and what it holds."""

    path: Path
    label: str
    data: dict[str, Any]


def shipped() -> Path:
    """Folder of the scenarios that come with the package: inside a wheel, or at the top of a checkout."""
    inside = Path(str(files("demandsim"))) / "scenarios"
    return inside if inside.is_dir() else Path(__file__).resolve().parents[3] / "scenarios"


def find(source: str | Path, *, folder: str = "", beside: File | None = None) -> Path:
    """Locate a file named by path, or by the bare name of one that sits beside another or is shipped.

    Parameters
    ----------
    source : str or Path
        "essex", "essex.toml" or "somewhere/essex.toml".
    folder : str
        Folder among the shipped scenarios to look in, as "policies".
    beside : File, optional
        The file that names it: a path is then relative to that file, and its own folder is looked in first.

    Raises
    ------
    ScenarioError
        If there is none.
    """
    text = str(source)
    if not text.strip() or "\0" in text:
        raise ScenarioError(beside.label if beside else repr(text), "", "no file has an empty or binary name")
    given = Path(text).expanduser()
    base = beside.path.parent if beside else Path()
    ours = shipped() / folder
    bare = len(given.parts) == 1
    tries = [base / given]
    if bare:
        tries += [base / f"{text}.toml"] if beside else []
        tries += [ours / text, ours / f"{text}.toml"]
    for path in tries:
        try:
            if path.is_file():
                return path
        except OSError:  # a name too long, or a folder that may not be read
            continue
    raise _not_found(given, base, ours, beside)


def _not_found(given: Path, base: Path, ours: Path, beside: File | None) -> ScenarioError:
    """Say that there is no such file, and which there are."""
    text = str(given)
    try:
        if (base / given).is_dir():
            return ScenarioError(text, "", "is a folder, not a file")
        if (base / given).exists():
            return ScenarioError(text, "", "is a device or a pipe, not a file", would_do="save it as a file")
        names = sorted(path.stem for path in ours.glob("*.toml"))
    except OSError:
        names = []
    would_do = near(given.stem, names)
    if would_do and would_do.startswith("it is one of"):
        would_do = would_do.replace("it is one of", "those shipped are")
    if beside:
        return ScenarioError(beside.label, "", f"names a file that is not there: '{text}'", would_do=would_do)
    return ScenarioError(text, "", "no such file", would_do=would_do)


def load(path: Path, *, label: str = "", tables: Loc = ()) -> File:
    """Read a TOML file: arrays become tuples, and a number given with its reasons becomes the number.

    Parameters
    ----------
    path : Path
        Of a file that exists.
    label : str
        What to call it in messages; its own name if empty.
    tables : tuple of str
        Tables that the file leaves out, of which it is a part: "place" for a place file.

    Raises
    ------
    ScenarioError
        If it is empty, over 5 MB, not text, not TOML, or a number in it has no unit, range or reason.
    NotYetError
        If it uses a key that is reserved.
    """
    label = label or path.name
    return parsed(decoded(_bytes(path, label), label), path, label=label)


def parsed(text: str, path: Path, *, label: str) -> File:
    """Parse TOML as ``load`` does; ``path`` is where it stands, to which what it names is relative.

    Raises
    ------
    ScenarioError, NotYetError
        As ``load``.
    """
    try:
        if max(part.count(".") for part in _KEYS.split(text)) > _LONGEST_KEY:
            raise RecursionError  # a key of thousands of parts takes the parser minutes
        data = tomllib.loads(text)
        if not data:
            raise ScenarioError(label, "", "is empty", would_do="it needs at least a title")
        return File(path, label, _settled(data, (), label))
    except RecursionError:
        raise ScenarioError(label, "", "tables or arrays nested too deep") from None
    except ValueError as error:  # TOML's own, and numbers of thousands of digits
        raise ScenarioError(label, "", f"is not TOML: {error}") from None


def _bytes(path: Path, label: str) -> bytes:
    """Read a file of a reasonable size."""
    try:
        size = path.stat().st_size
        if size > LARGEST:
            raise ScenarioError(
                label, "", f"is {size / 1e6:.1f} MB", would_do=f"at most {LARGEST / 1e6:.0f} MB is read"
            )
        with path.open("rb") as file:
            return file.read(LARGEST + 1)
    except OSError as error:
        raise ScenarioError(label, "", f"cannot be read: {error.strerror or error}") from None


def decoded(raw: bytes, label: str) -> str:
    """Read bytes as text, strictly.

    Raises
    ------
    ScenarioError
        If there are none, or they are not text in UTF-8.
    """
    if not raw.strip():
        raise ScenarioError(label, "", "is empty", would_do="it needs at least a title")
    if b"\0" in raw:
        raise ScenarioError(label, "", "is binary, not text", would_do="write it as TOML in UTF-8")
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise ScenarioError(
            label, "", f"is not UTF-8 text (byte {error.start})", would_do="save it as UTF-8"
        ) from None


def _settled(item: Any, place: Loc, label: str) -> Any:
    """Check names and depth, and take reasons off numbers, all the way down."""
    if len(place) > _DEEPEST:
        raise ScenarioError(label, spelled(place[:3]), "tables or arrays nested too deep")
    if isinstance(item, list):
        return tuple(_settled(one, (*place, row), label) for row, one in enumerate(item))
    if isinstance(item, date | time):
        raise ScenarioError(label, spelled(place), f"no setting is a date or a time, as {item} is")
    if not isinstance(item, dict):
        return item
    if "value" in item and is_number_table(item):
        return _number(item, place, label)
    refuse_reserved(item, spelled(place), label)
    return {key: _settled(one, (*place, key), label) for key, one in item.items()}


def refuse_reserved(table: Mapping[str, Any], place: str, label: str) -> None:
    """Stop at a key that is kept for a part not built yet.

    Raises
    ------
    NotYetError
        Naming the key.
    """
    for key in table:
        if RESERVED.intersection(key.split(".")):
            raise NotYetError(label, place, f"'{key}' is kept for a later part of the model: not yet")


def _number(table: dict[str, Any], place: Loc, label: str) -> Any:
    """The number, in base prices, of a table that states it with its reasons."""
    for key, item in table.items():
        _settled(item, (*place, key), label)
    try:
        return plain(parameter(table, path=spelled(place), file=label).in_base_prices().value)
    except EvidenceError as error:
        problem = str(error).removeprefix(f"{label} [{spelled(place)}]: ")
        raise ScenarioError(label, spelled(place), problem) from None
