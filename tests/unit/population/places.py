"""The shipped places, and the little of a scenario that the making of residents reads."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from demandsim.population.columns import HERE, Homes, Residents
from demandsim.population.make import make_population
from demandsim.scenario.place import Place

PLACES = Path(__file__).resolve().parents[3] / "scenarios" / "places"


def frozen(value: Any) -> Any:
    """Lists as tuples, all the way down."""
    if isinstance(value, list):
        return tuple(map(frozen, value))
    return {key: frozen(each) for key, each in value.items()} if isinstance(value, dict) else value


@cache
def place(name: str) -> Place:
    """A place as its file states it."""
    return Place(**frozen(tomllib.loads((PLACES / f"{name}.toml").read_text(encoding="utf-8"))))


def scenario(of: Place, residents: int, weeks: int = 104) -> Any:
    """What `make_population` reads of a scenario: two needs, one of them held, and one programme."""
    needs = {
        "drink": SimpleNamespace(pushed_by_household={}),
        "safety": SimpleNamespace(pushed_by_household={"drink": 0.2}),
    }
    services = {"visits": SimpleNamespace(mode="outreach"), "clinic": SimpleNamespace(mode="contact")}
    return SimpleNamespace(
        place=of, residents=residents, weeks=weeks, needs=needs, services=services, remembered=("clinic",)
    )


@cache
def made(name: str, residents: int, seed: int = 1, weeks: int = 104) -> tuple[Residents, Homes]:
    """Residents and homes of a shipped place, made once."""
    return make_population(scenario(place(name), residents, weeks), seed)


def here(residents: Residents) -> np.ndarray:
    """Rows of those who live in the place at the start."""
    return np.flatnonzero(residents.presence == HERE)
