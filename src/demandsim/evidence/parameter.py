"""One number the model uses, with its unit, its range and why we believe it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from demandsim.errors import EvidenceError
from demandsim.evidence.deflators import BASE_YEAR, to_base_prices

Value = float | tuple[float, ...]

_SHORTEST_SOURCE = 20
_NUMBER = r"\d+(?:\.\d+)?"


class Grade(StrEnum):
    """Where a number comes from, from the strongest to the weakest."""

    MEASURED = "measured"
    """Taken as published."""
    ADAPTED = "adapted"
    """Worked out from a published figure."""
    CALIBRATED = "calibrated"
    """Fitted to the targets in calibration."""
    JUDGED = "judged"
    """Our judgement; no source found."""


class Parameter(BaseModel):
    """One number (or row of numbers) the model uses, and why we believe it.

    ``path`` is the place in a scenario that it fills, such as
    ``services.home_care.kinds.episode_week.unit_cost``. ``low`` and ``high`` have the shape of ``value``. A
    price (its unit begins with "pounds") has a ``price_year``; ``divided_by`` turns a price for a whole
    episode, case or year into one for a contact, and ``source`` says why.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    path: Annotated[str, Field(min_length=1)]
    value: Value
    unit: Annotated[str, Field(min_length=1)]
    low: Value
    high: Value
    price_year: str | None = None
    divided_by: Annotated[float, Field(gt=0)] = 1.0
    grade: Annotated[Grade, Field(strict=False)]
    source: str
    note: str = ""

    @model_validator(mode="after")
    def _reasoned(self) -> Parameter:
        if len(self.source.strip()) < _SHORTEST_SOURCE or " " not in self.source.strip():
            raise ValueError(
                f"source must say in words who, what and where, or the reasoning: '{self.source}'"
            )
        if not len(_row(self.low)) == len(_row(self.value)) == len(_row(self.high)):
            raise ValueError("low and high must be as long as value")
        for low, value, high in zip(_row(self.low), _row(self.value), _row(self.high), strict=True):
            if not low <= value <= high:
                raise ValueError(f"value {value:g} must lie between low {low:g} and high {high:g}")
        if self.grade is Grade.JUDGED and self.low == self.high and any(_row(self.value)):
            raise ValueError("a judged number needs a range: low and high, or range = 'half to double'")
        return self

    @model_validator(mode="after")
    def _priced(self) -> Parameter:
        if self.is_price:
            if self.price_year is None:
                raise ValueError("a price needs its price_year, such as '2013/14'")
            try:
                to_base_prices(self.price_year)
            except EvidenceError as error:
                raise ValueError(f"price_year: {error}") from None
        elif self.price_year is not None:
            raise ValueError(f"price_year is for prices; the unit of this is '{self.unit}'")
        return self

    @property
    def is_price(self) -> bool:
        """True when the unit begins with pounds."""
        return self.unit.startswith("pounds")

    def in_base_prices(self) -> Parameter:
        """Return the same number in 2024/25 prices, divided by ``divided_by``; what the model uses.

        Returns
        -------
        Parameter
            With ``divided_by`` 1 and, for a price, ``price_year`` 2024/25. A second call changes nothing.
        """
        factor = to_base_prices(self.price_year) if self.price_year is not None else 1.0

        def moved(value: Value) -> Value:
            return _each(value, lambda number: number * factor / self.divided_by)

        year = BASE_YEAR if self.is_price else None
        changes = {name: moved(getattr(self, name)) for name in ("value", "low", "high")}
        return self.model_copy(update={**changes, "price_year": year, "divided_by": 1.0})


def parameter(table: Mapping[str, Any], *, path: str, file: str) -> Parameter:
    """Make a parameter from its TOML table, working out a range given in short.

    Parameters
    ----------
    table : mapping
        With ``value``, ``unit``, ``grade``, ``source`` and so on. In place of ``low`` and ``high`` there may
        be ``range``: "half to double", "third to triple", "20% either way", one factor (1.5 is from value /
        1.5 to value x 1.5) or two ([0.8, 1.1]). With neither, both are the value, which a judged number may
        not do.
    path, file : str
        Where it stands, for the message.

    Raises
    ------
    EvidenceError
        If there is no unit, no range where one is needed, no reason, or a value outside its range.
    """
    try:
        return Parameter(path=path, **_with_range(dict(table)))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"][:1])
        problem = first["msg"].removeprefix("Value error, ")
        if first["type"] == "missing":
            problem = "is missing"
        elif first["type"] == "extra_forbidden":
            problem = "is no part of a number"
        raise EvidenceError(f"{file} [{path}]: {key + ': ' if key else ''}{problem}") from None
    except (ValueError, TypeError) as error:
        raise EvidenceError(f"{file} [{path}]: {error}") from None


def _with_range(table: dict[str, Any]) -> dict[str, Any]:
    """Put ``low`` and ``high`` where a short range, or none, was given; make lists tuples."""
    table = {key: tuple(item) if isinstance(item, list) else item for key, item in table.items()}
    value: Any = table.get("value")
    if "path" in table:
        raise ValueError("path is where the table stands; do not write it")
    if "range" not in table:
        if ("low" in table) != ("high" in table):
            raise ValueError("low and high go together")
        return table if "low" in table else {**table, "low": value, "high": value}
    if "low" in table or "high" in table:
        raise ValueError("give either range, or low and high")
    down, up = _factors(table.pop("range"))
    if not all(isinstance(item, int | float) and not isinstance(item, bool) for item in _row(value)):
        raise ValueError("value must be a number, or an array of numbers")
    most = 1.0 if str(table.get("unit", "")).startswith("share") else float("inf")
    low = _each(value, lambda number: min(number * down, number * up))
    high = _each(value, lambda number: max(number, min(max(number * down, number * up), most)))
    return {**table, "low": low, "high": high}


def _factors(given: Any) -> tuple[float, float]:
    """Factors below and above one that a short range stands for."""
    words = {
        "half to double": (0.5, 2.0),
        "third to triple": (1 / 3, 3.0),
        "quarter to fourfold": (0.25, 4.0),
    }
    if isinstance(given, str) and given in words:
        return words[given]
    if isinstance(given, str) and (match := re.fullmatch(rf"({_NUMBER})% either way", given)):
        part = float(match[1]) / 100
        if 0 < part <= 1:
            return 1 - part, 1 + part
    if isinstance(given, int | float) and not isinstance(given, bool) and 1 < given < float("inf"):
        return 1 / given, float(given)
    if isinstance(given, tuple) and len(given) == 2 and all(isinstance(end, int | float) for end in given):
        down, up = given
        if 0 <= down <= 1 <= up < float("inf"):
            return float(down), float(up)
    raise ValueError(
        f"range {given!r} is not understood; write 'half to double', '20% either way', a factor above 1, "
        "or two factors such as [0.8, 1.1]"
    )


def _row(value: Any) -> tuple[Any, ...]:
    """One number as a row of one."""
    return value if isinstance(value, tuple) else (value,)


def _each(value: Value, change: Callable[[float], float]) -> Value:
    """The same shape with every number changed."""
    return tuple(change(number) for number in value) if isinstance(value, tuple) else change(value)
