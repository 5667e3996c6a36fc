"""The evidence tables that ride in the package: read once, looked up by place in a scenario or by words."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from demandsim.errors import EvidenceError
from demandsim.evidence.parameter import Parameter, Value, parameter

_MARKS = ("value", "unit", "grade", "source")


def is_number_table(table: Mapping[str, Any]) -> bool:
    """Whether a TOML table states one number with its reasons, rather than holding further tables."""
    marks = [mark for mark in _MARKS if mark in table and not isinstance(table[mark], dict)]
    return len(marks) >= 2


@cache
def parameters() -> Mapping[str, Parameter]:
    """Every number of the package's tables, by path, as published (see ``Parameter.in_base_prices``).

    Raises
    ------
    EvidenceError
        If a row lacks unit, range or reason, or two rows claim one path.
    """
    found: dict[str, Parameter] = {}
    where: dict[str, str] = {}
    folder = files("demandsim.evidence") / "tables"
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if not entry.name.endswith(".toml"):
            continue
        for one in read_table(entry.read_text(encoding="utf-8"), entry.name):
            if one.path in found:
                raise EvidenceError(
                    f"{entry.name} [{one.path}]: already stated in {where[one.path]}; keep one"
                )
            found[one.path] = one
            where[one.path] = entry.name
    return MappingProxyType(found)


def read_table(text: str, file: str) -> Iterator[Parameter]:
    """Read one table's rows, in the order of the file.

    Parameters
    ----------
    text : str
        TOML in which every innermost table is one number (see ``parameter``).
    file : str
        Its name, for messages.

    Raises
    ------
    EvidenceError
        If it is not TOML, or holds a bare number or a row that cannot be a parameter.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise EvidenceError(f"{file}: not TOML: {error}") from None
    yield from _rows(data, (), file)


def _rows(table: Mapping[str, Any], path: tuple[str, ...], file: str) -> Iterator[Parameter]:
    """Walk down to the innermost tables."""
    if is_number_table(table):
        yield parameter(table, path=".".join(path), file=file)
        return
    for key, item in table.items():
        if not isinstance(item, dict):
            raise EvidenceError(f"{file} [{'.'.join((*path, key))}]: {item!r} has no unit, range or source")
        yield from _rows(item, (*path, key), file)


def values(most: str = "value") -> dict[str, Any]:
    """Nest the numbers the model uses, in base prices, as a scenario file would hold them.

    Parameters
    ----------
    most : {"value", "low", "high"}
        Which of the three to take.

    Returns
    -------
    dict
        New tables, whose numbers are whole where the value is whole; rows are tuples.
    """
    nested: dict[str, Any] = {}
    for path, one in parameters().items():
        *tables, key = path.split(".")
        inside = nested
        for name in tables:
            inside = inside.setdefault(name, {})
        inside[key] = plain(getattr(one.in_base_prices(), most))
    return nested


def plain(value: Value) -> Any:
    """Write whole numbers as whole numbers: weeks and first ages are not 26.0."""
    if isinstance(value, tuple):
        return tuple(plain(number) for number in value)
    return int(value) if value.is_integer() else value


def find(text: str) -> list[Parameter]:
    """Parameters whose path, unit, source or note holds every word of ``text``, whatever their case.

    Returns
    -------
    list of Parameter
        In table order; all of them when ``text`` is empty.
    """
    words = text.casefold().replace("_", " ").split()

    def holds(one: Parameter) -> bool:
        said = f"{one.path} {one.unit} {one.source} {one.note} {one.grade}".casefold().replace("_", " ")
        return all(word in said for word in words)

    return [one for one in parameters().values() if holds(one)]
