"""A place as its margins: who lives there by district, decile and age, in which homes, changing how."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from demandsim.scenario.base import DECILES, TENURES, ByDecile, Factor, Frozen, Key, Rate, ReadOnly, Share

FIVE_YEAR_BANDS = tuple(range(0, 91, 5))
"""First age of each five-year band of the population table; the last is 90 and over."""

NEAR = 1e-6
"""How far a sum of shares written to four decimals may be from one."""


def _whole(shares: tuple[float, ...]) -> tuple[float, ...]:
    """Refuse shares by tenure that do not add up to one."""
    if abs(sum(shares) - 1) > NEAR:
        parts = " + ".join(f"{name} {share:g}" for name, share in zip(TENURES, shares, strict=True))
        raise ValueError(f"shares must add up to 1, not {sum(shares):.6g} ({parts})")
    return shares


Yearly = Annotated[float, Field(ge=0, le=10)]
"""Events a person-year of something that happens to a person seldom."""

Births = Annotated[float, Field(ge=0, le=1)]
People = Annotated[float, Field(ge=0, le=1e8)]
ByBand = Annotated[tuple[People, ...], Field(min_length=19, max_length=19)]
ByTenure = Annotated[tuple[Share, ...], Field(min_length=3, max_length=3)]
OneTenure = Annotated[ByTenure, AfterValidator(_whole)]
"""Shares of households owned, social rented and private rented, which add up to one."""


class District(Frozen):
    """One district: people by decile (1 most deprived first) and five-year band, households, tenure, growth.

    ``people`` holds ten rows of 19 counts and is raked to ``population``; ``tenure`` is the share of
    households owned, social rented, private rented; ``growth`` the yearly growth in people.
    """

    title: str
    invented: bool = False  # set beside no published figure
    population: Annotated[int, Field(ge=1)]
    households: Annotated[int, Field(ge=1)]
    tenure: OneTenure
    growth: Annotated[float, Field(ge=-0.2, le=0.2)] = 0.0
    people: Annotated[tuple[ByBand, ...], Field(min_length=10, max_length=10)]

    @model_validator(mode="after")
    def _peopled(self) -> District:
        if sum(map(sum, self.people)) <= 0:
            raise ValueError("people must hold somebody")
        return self


_MAKE_UP = ("one_person", "couple", "couple_with_children", "lone_parent")


class Households(Frozen):
    """How people share dwellings: shares of households by make-up; other households fill the rest.

    ``couple_age_gap`` is in years. ``benefit`` is the share of households claiming housing benefit by tenure.
    """

    one_person: Share
    couple: Share
    couple_with_children: Share
    lone_parent: Share
    benefit: ByTenure
    leave_home: Yearly = 0.2  # grown children (18 and over) who leave, a person-year

    @model_validator(mode="after")
    def _room_for_others(self) -> Households:
        parts = {name: getattr(self, name) for name in _MAKE_UP}
        if sum(parts.values()) > 1 + NEAR:
            told = " + ".join(f"{name} {share:g}" for name, share in parts.items())
            raise ValueError(f"shares must add up to at most 1, not {sum(parts.values()):.6g} ({told})")
        return self


class AgeRates(Frozen):
    """Yearly rates by age and sex from any first ages, with a factor a decile."""

    age: tuple[int, ...]
    female: tuple[Rate, ...]
    male: tuple[Rate, ...]
    decile: ByDecile = (1.0,) * DECILES

    @model_validator(mode="after")
    def _shape(self) -> AgeRates:
        if self.age[:1] != (0,) or list(self.age) != sorted(set(self.age)):
            raise ValueError("age must rise from 0, each band's first age once")
        if not len(self.age) == len(self.female) == len(self.male):
            raise ValueError("age, female and male must be equally long")
        return self


class BirthRates(AgeRates):
    """Children a woman and year by age, at most one in any decile; the male column is not read."""

    female: tuple[Births, ...]

    @model_validator(mode="after")
    def _one_a_year(self) -> BirthRates:
        most = max(self.female) * max(self.decile)
        if most > 1:
            raise ValueError(f"female times decile must be at most 1 child a woman and year, not {most:.6g}")
        return self


class Place(Frozen):
    """A place and its margins."""

    title: str
    invented: bool = False  # set beside no published figure
    population: Annotated[int, Field(ge=1)]
    districts: Annotated[dict[Key, District], *ReadOnly]
    tenure_by_decile: Annotated[tuple[OneTenure, ...], Field(min_length=10, max_length=10)]
    male_by_band: Annotated[tuple[Share, ...], Field(min_length=19, max_length=19)]
    households: Households
    births: BirthRates
    deaths: AgeRates
    moves_out: Share  # of households, a year
    vulnerability_spread: Annotated[float, Field(ge=0, le=2)]  # standard deviation of its logarithm
    vulnerability_inherited: Share  # share of children whose vulnerability is a parent's
    support_mean: Share
    support_spread: Factor = 0.2

    @model_validator(mode="after")
    def _some_districts(self) -> Place:
        if not 1 <= len(self.districts) <= 60:
            raise ValueError("a place has 1 to 60 districts")
        return self
