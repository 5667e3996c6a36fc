"""Published targets: what the baseline is held to, each with its band, its source and what measures it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import Field, ValidationError, model_validator

from demandsim.calibration.measures import Measure
from demandsim.errors import EvidenceError
from demandsim.scenario.base import SECTORS, Frozen

TABLE = "targets.toml"


class Confidence(StrEnum):
    """How sure we are that the figure is what was published, and fits what is measured."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Basis(StrEnum):
    """How the figure came to us."""

    FOUND = "found"
    """Read in a copy of the source, or worked out from figures that were."""
    RECALLED = "recalled"
    """From general knowledge; no copy of the source was read."""
    DERIVED = "derived"
    """Our own working from found figures and some that are recalled or judged; the note shows it."""


TOLERANCE = {Confidence.HIGH: 0.10, Confidence.MEDIUM: 0.20, Confidence.LOW: 0.30}
"""Share of the value either way that a simulated mean may be off, where no interval is published."""


class Target(Frozen):
    """One published figure, and how the simulator's counterpart is measured.

    ``counts`` is False for totals that ordinary demand can be set to meet, whatever the needs do; they are shown
    apart. A figure without a counterpart in the model has no ``measure``, and says why.
    """

    key: str
    id: Annotated[str, Field(min_length=3)]
    sector: str
    name: Annotated[str, Field(min_length=5)]
    value: float
    interval: Annotated[tuple[float, ...], Field(min_length=2, max_length=2)] | None = None
    unit: Annotated[str, Field(min_length=1)]
    of: Annotated[str, Field(min_length=3)]
    tolerance: Annotated[float, Field(gt=0, le=1)] | None = None
    reason: str = ""
    confidence: Annotated[Confidence, Field(strict=False)]
    basis: Annotated[Basis, Field(strict=False)]
    source: Annotated[str, Field(min_length=20)]
    note: str = ""
    counts: bool = True
    why_not: str = ""
    hangs_on: tuple[str, ...] = ()
    measure: Measure | None = None

    @model_validator(mode="after")
    def _reasoned(self) -> Target:
        if self.sector not in (*SECTORS, "system"):
            raise ValueError(f"sector: given {self.sector!r}; one of {', '.join(SECTORS)} or system would do")
        if self.interval is not None and not self.interval[0] <= self.value <= self.interval[1]:
            raise ValueError("interval must hold the value")
        if (self.tolerance is None) != (not self.reason):
            raise ValueError("tolerance and its reason go together")
        if self.tolerance is not None and self.interval is not None:
            raise ValueError("give an interval or a tolerance, not both")
        if self.tolerance is not None and self.tolerance <= self.usual:
            raise ValueError(
                f"tolerance: given {self.tolerance:g}; only one wider than the usual {self.usual:g} is said"
            )
        if self.counts == bool(self.why_not):
            raise ValueError("what does not count says why_not, and nothing else does")
        if self.measure is None and self.counts:
            raise ValueError("what has no measure cannot count")
        if self.measure is not None and not self.hangs_on:
            raise ValueError("hangs_on names the places of the numbers it hangs on")
        return self

    @property
    def usual(self) -> float:
        """Tolerance where neither an interval nor a wider one is given."""
        return max(TOLERANCE[self.confidence], 0.30 if self.basis is Basis.RECALLED else 0.0)

    @property
    def band(self) -> tuple[float, float]:
        """Where the simulated mean must lie."""
        if self.interval is not None:
            low, high = self.interval
            return low, high
        off = abs(self.value) * (self.usual if self.tolerance is None else self.tolerance)
        return self.value - off, self.value + off

    @property
    def band_from(self) -> str:
        """Say where the band comes from, in a few words."""
        if self.interval is not None:
            return "interval"
        if self.tolerance is not None:
            return f"{self.tolerance:.0%}, wider"
        return f"{self.usual:.0%}, {self.basis if self.basis is Basis.RECALLED else self.confidence}"


@cache
def targets() -> Mapping[str, Target]:
    """Every target by key, in the order of the file.

    Raises
    ------
    EvidenceError
        If a row lacks something or holds what it cannot.
    """
    text = (files("demandsim.calibration") / TABLE).read_text(encoding="utf-8")
    return MappingProxyType({one.key: one for one in read_targets(text, TABLE)})


def read_targets(text: str, file: str) -> tuple[Target, ...]:
    """Read a table of targets.

    Parameters
    ----------
    text
        TOML, a table a target.
    file
        Its name, for messages.

    Raises
    ------
    EvidenceError
        If it is no TOML, or a row lacks something or holds what it cannot.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise EvidenceError(f"{file}: not TOML: {error}") from None
    return tuple(_target(key, row, file) for key, row in data.items())


def _target(key: str, row: Any, file: str) -> Target:
    """Read one row."""
    if not isinstance(row, dict):
        raise EvidenceError(f"{file} [{key}]: {row!r} is no target; a table would do")
    try:
        return Target(key=key, **_plain(row))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        problem = first["msg"].removeprefix("Value error, ")
        raise EvidenceError(f"{file} [{key}]: {where + ': ' if where else ''}{problem}") from None


def _plain(item: Any) -> Any:
    """Make lists tuples, all the way down."""
    if isinstance(item, dict):
        return {key: _plain(inner) for key, inner in item.items()}
    return tuple(_plain(inner) for inner in item) if isinstance(item, list) else item
