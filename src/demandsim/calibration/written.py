"""Writing fitted numbers into the evidence tables, with the date, the targets, the loss and what they were before."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from demandsim.errors import EvidenceError
from demandsim.evidence.parameter import Grade, Parameter, Value
from demandsim.evidence.tables import parameters

DIGITS = 4
"""Significant digits of a fitted number."""


def write_fitted(values: Sequence[tuple[str, float]], *, said: str, folder: Path) -> list[str]:
    """Put fitted numbers where they stand in the tables; the range of each stays what it was.

    Parameters
    ----------
    values
        Path and number, as ``scenario.numbers`` gives them: one number of a row has its place in it behind.
    said
        When they were fitted, to what and how well; it goes in front of the row's source.
    folder
        The tables.

    Returns
    -------
    list
        The paths of the rows that were changed.

    Raises
    ------
    EvidenceError
        If a row is not in any of the tables.
    """
    rows = _rows(values)
    texts = {path: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.toml"))}
    changed = []
    for name, numbers in rows.items():
        one = parameters()[name]
        value = _with(one.value, numbers)
        if value == one.value:
            continue
        path, begin, end, written = _place(texts, name, folder)
        texts[path] = texts[path][:begin] + written(_fields(one, value, said)) + texts[path][end:]
        changed.append(name)
    for path, text in texts.items():
        path.write_text(text, encoding="utf-8")
    return changed


def _rows(values: Sequence[tuple[str, float]]) -> Mapping[str, dict[int | None, float]]:
    """Gather numbers by row: a number that is a row by itself has no place."""
    rows: dict[str, dict[int | None, float]] = {}
    for path, value in values:
        table, _, last = path.rpartition(".")
        name, place = (table, int(last) - 1) if last.isdigit() else (path, None)
        rows.setdefault(name, {})[place] = float(f"{value:.{DIGITS}g}")
    return rows


def _with(value: Value, numbers: Mapping[int | None, float]) -> Value:
    """Put fitted numbers into a value; one that moved by less than its last digit stays as it is."""
    if not isinstance(value, tuple):
        return _moved(value, numbers[None])
    return tuple(_moved(old, numbers.get(place, old)) for place, old in enumerate(value))


def _moved(old: float, new: float) -> float:
    """Give the new number, unless it is the old one to the digits that are kept."""
    return old if float(f"{old:.{DIGITS}g}") == new else new


def _place(
    texts: Mapping[Path, str], name: str, folder: Path
) -> tuple[Path, int, int, Callable[[Mapping[str, str]], str]]:
    """Find where a row stands: a table of its own, or a line of a larger one; and how it is written there."""
    parts = name.split(".")
    for path, text in texts.items():
        if found := re.search(rf"^\[{re.escape(name)}\]\n(?:(?!\[).*\n?)*", text, re.MULTILINE):
            return path, *found.span(), lambda fields: f"[{name}]\n{_lines(fields)}\n"
        for cut in range(1, len(parts)):
            table, key = ".".join(parts[:cut]), ".".join(parts[cut:])
            inside = rf"^\[{re.escape(table)}\]\n(?:(?!\[).*\n)*?({re.escape(key)} = \{{.*\}}\n)"
            if found := re.search(inside, text, re.MULTILINE):
                return path, *found.span(1), lambda fields, key=key: f"{key} = {{ {_inline(fields)} }}\n"
    raise EvidenceError(f"{name}: in no table of {folder}")


def _fields(one: Parameter, value: Value, said: str) -> dict[str, str]:
    """Write the fields of a row with its fitted value and the range that it was fitted in."""
    before = f"Before: {_toml(one.value)}, {one.grade}. {one.source}"
    fitted = one.grade == Grade.CALIBRATED and "Before:" in one.source
    source = f"{said} {one.source[one.source.index('Before:') :] if fitted else before}"
    found = {
        "value": _toml(value),
        "unit": json.dumps(one.unit, ensure_ascii=False),
        "low": _toml(_held(one.low, value, min)),
        "high": _toml(_held(one.high, value, max)),
        "grade": f'"{Grade.CALIBRATED}"',
        "source": json.dumps(source, ensure_ascii=False),
    }
    return found | ({"note": json.dumps(one.note, ensure_ascii=False)} if one.note else {})


def _lines(fields: Mapping[str, str]) -> str:
    """Write a row as lines."""
    return "".join(f"{key} = {value}\n" for key, value in fields.items())


def _inline(fields: Mapping[str, str]) -> str:
    """Write a row in one line."""
    return ", ".join(f"{key} = {value}" for key, value in fields.items())


def _held(end: Value, value: Value, outer: Callable[[float, float], float]) -> Value:
    """Give an end of the range, or the value where rounding has put it just outside."""
    if isinstance(end, tuple) and isinstance(value, tuple):
        return tuple(outer(e, v) for e, v in zip(end, value, strict=True))
    assert not isinstance(end, tuple)
    assert not isinstance(value, tuple)
    return outer(end, value)


def _toml(value: Value) -> str:
    """Write a number or a row of numbers."""
    if isinstance(value, tuple):
        return f"[{', '.join(f'{number:.6g}' for number in value)}]"
    return f"{value:.6g}"
