"""A need as a scenario file states it: who can hold it, how it moves, whom it sends where."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from demandsim.scenario.base import ByLevel, Factor, Frozen, Rate, RatesByAge, ReadOnly, Share, Shares
from demandsim.scenario.group import Group

ThreeRates = Annotated[tuple[Rate, ...], Field(min_length=3, max_length=3)]
TwoRates = Annotated[tuple[Rate, ...], Field(min_length=2, max_length=2)]
FourFactors = Annotated[tuple[Factor, ...], Field(min_length=4, max_length=4)]
FourShares = Annotated[tuple[Share, ...], Field(min_length=4, max_length=4)]


class Served(Frozen):
    """What full service does to a need's weekly chances: factors on worsening and easing (1 is no effect)."""

    worsen: Annotated[float, Field(ge=0, le=1)]
    ease: Annotated[float, Field(ge=1, le=20)]


class Helped(Frozen):
    """What early help does while it lasts: factors on starting and worsening (1 is no effect)."""

    start: Annotated[float, Field(ge=0, le=1)]
    worsen: Annotated[float, Field(ge=0, le=1)]


class Approach(Frozen):
    """Approaches to a door a person-year at severity 1, 2, 3; by whether unserved, waiting or open."""

    unserved: ThreeRates
    waiting: ThreeRates
    open: ThreeRates


class Emergency(Frozen):
    """Emergencies a person-year at severity 3 and 4; by whether the need is unserved, waiting or open."""

    unserved: TwoRates
    waiting: TwoRates
    open: TwoRates


class Route(Frozen):
    """Where a group's approaches or emergencies go: shares adding up to one. The first that fits counts."""

    group: Group = Group()
    shares: Shares


class Need(Frozen):
    """One need a resident can have, from severity 0 (none) to 4 (crisis)."""

    title: str
    about: str = ""
    age: Annotated[tuple[int, ...], Field(min_length=2, max_length=2)] = (0, 120)
    start: RatesByAge
    worsen: ThreeRates  # moves up a person-year, from severity 1, 2, 3
    ease: Annotated[ByLevel, Field()]  # moves down a person-year, from severity 1, 2, 3, 4
    served: Served
    helped: Helped
    support_eases: Share = 0.0  # cut in starting and worsening at full community support
    approach: Approach
    emergency: Emergency
    routes: tuple[Route, ...]
    emergency_routes: tuple[Route, ...]
    ordinary: Annotated[dict[str, ByLevel], *ReadOnly] = Field(
        default_factory=dict
    )  # contacts a year, by severity
    ordinary_when_open: Factor = 1.0  # factor on those while an episode is open
    death: FourFactors = (1.0, 1.0, 1.0, 1.0)  # factor on the death rate by severity
    qaly_weight: FourShares = (0.0, 0.0, 0.0, 0.0)  # share of health lost by severity
    pushed_by: Annotated[dict[str, Factor], *ReadOnly] = Field(
        default_factory=dict
    )  # slope a severity, own needs
    pushed_by_household: Annotated[dict[str, Factor], *ReadOnly] = Field(
        default_factory=dict
    )  # adults at home
