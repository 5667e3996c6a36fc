"""What every table of a scenario file is made of: frozen models, read-only tables, numbers with a range."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    WrapSerializer,
    model_validator,
)

SEVERITIES = ("none", "emerging", "established", "complex", "crisis")
SECTORS = ("council", "nhs", "police", "community", "other_public")
PLACES = (
    "home",
    "hospital",
    "ward",
    "care_home",
    "temporary_accommodation",
    "hostel",
    "street",
    "foster_care",
    "childrens_home",
    "prison",
)
TENURES = ("owned", "social", "private")
ROLES = ("adult", "partner", "child")
SEXES = ("female", "male")
AGE_BANDS = (0, 5, 11, 16, 18, 25, 35, 45, 55, 65, 75, 85)
"""First age of each band, in whole years; every table by age uses edges from this list."""
DECILES = 10

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Share = Annotated[float, Field(ge=0, le=1)]
Rate = Annotated[float, Field(ge=0, le=520, description="events a person-year; ten a week at the most")]
Factor = Annotated[float, Field(ge=0, le=100)]
Pounds = Annotated[float, Field(ge=0, le=1e9)]
Level = Annotated[int, Field(ge=1, le=4, description="severity: 1 emerging to 4 crisis")]
Weeks = Annotated[int, Field(ge=0, le=5200)]
ByLevel = Annotated[tuple[Rate, ...], Field(min_length=4, max_length=4)]
ByDecile = Annotated[tuple[Factor, ...], Field(min_length=10, max_length=10)]


class Frozen(BaseModel):
    """A table of a scenario: nothing in it can be changed, nothing unknown can be put in."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, allow_inf_nan=False, validate_default=True
    )

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Self:
        """Nothing in it can change, so a copy is itself."""
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel between processes as plain tables: read-only ones cannot be pickled."""
        return type(self).model_validate, (self.model_dump(),)


def _plain(value: Any, inner: Callable[[Any], Any]) -> Any:
    """Hand the serialiser an ordinary dict."""
    return inner(dict(value))


def _read_only(value: dict[str, Any]) -> Any:
    """Make a read-only view, so that a frozen scenario is frozen all the way down."""
    return MappingProxyType(value)


ReadOnly = (AfterValidator(_read_only), WrapSerializer(_plain))
"""Put behind a ``dict`` in ``Annotated`` to make it a read-only table keyed by name."""

Shares = Annotated[dict[str, Share], *ReadOnly]
Factors = Annotated[dict[str, Factor], *ReadOnly]


class RatesByAge(Frozen):
    """Yearly rates by age, sex and deprivation decile.

    ``age`` holds the first age of each band, in whole years, rising from 0, taken from ``AGE_BANDS``;
    ``female`` and ``male`` hold one rate a band, events a person-year; ``decile`` multiplies them, 1 most
    deprived to 10 least.
    """

    age: tuple[int, ...]
    female: tuple[Rate, ...]
    male: tuple[Rate, ...]
    decile: ByDecile = (1.0,) * DECILES

    @model_validator(mode="after")
    def _shape(self) -> RatesByAge:
        if self.age[:1] != (0,) or list(self.age) != sorted(set(self.age)):
            raise ValueError("age must rise from 0, each band's first age once")
        if unknown := [a for a in self.age if a not in AGE_BANDS]:
            raise ValueError(
                f"no band starts at age {unknown[0]}; bands start at {', '.join(map(str, AGE_BANDS))}"
            )
        if not len(self.age) == len(self.female) == len(self.male):
            raise ValueError("age, female and male must be equally long")
        return self

    def at(self, band: int, sex: int, decile: int) -> float:
        """Yearly rate in band number ``band`` (0 up), sex 0 female or 1 male, decile 1 to 10."""
        row = max(i for i, first in enumerate(self.age) if first <= AGE_BANDS[band])
        return (self.female, self.male)[sex][row] * self.decile[decile - 1]
