"""What moves needs from outside the services, and the bad spells that come and go by chance."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from demandsim.scenario.base import Frozen, Key, Rate
from demandsim.scenario.group import Group


class Step(Frozen):
    """How a driver acts on one need: new cases a person-year for each unit of the driver, for a group."""

    need: Key
    group: Group = Group()
    adds: Annotated[float, Field(ge=-10, le=10)]


class Driver(Frozen):
    """Something outside the services that moves needs, as its level now and the steps it acts through."""

    title: str
    unit: str
    level: float
    steps: tuple[Step, ...]


class BadSpells(Frozen):
    """How often weeks of higher ordinary use come (a person-year) and how long they last (mean weeks)."""

    start: Rate
    weeks: Annotated[float, Field(ge=1, le=520)]
