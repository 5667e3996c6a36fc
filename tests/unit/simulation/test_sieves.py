"""The sieves that spare most residents a closer look rule nobody out whom the rules would have moved."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from demandsim.agencies.rules import Rules
from demandsim.scenario.read import read_scenario
from demandsim.simulation.model import DemandModel

HIGHEST = 1 << 33
"""Above every word, times one."""

NEEDS = (
    "block_most",
    "start_most",
    "worsen_most",
    "ease_most",
    "change_most",
    "approach_most",
    "emergency_most",
    "ordinary_most",
    "death_most",
)
BACKGROUND = ("rate_most", "power_most")


def sieved(change: Callable[[str, NDArray[np.int64]], NDArray[np.int64]], name: str) -> str:
    """Digest of half a year of the small town under a policy, with every sieve's table changed."""

    def swapped(rules: Rules) -> Rules:
        needs = {field: change(field, getattr(rules.needs, field)) for field in NEEDS}
        background = {field: change(field, getattr(rules.background, field)) for field in BACKGROUND}
        return rules._replace(
            needs=rules.needs._replace(**needs), background=rules.background._replace(**background)
        )

    town = read_scenario(name).replace(residents=1500, weeks=26)
    model = DemandModel(town, seed=5)
    versions = tuple(each._replace(rules=swapped(each.rules)) for each in model.timetable.versions)
    model.timetable = model.timetable._replace(versions=versions)
    model.run()
    return model.digest


@pytest.mark.parametrize("name", ["small-town", "essex"])
def test_with_every_sieve_wide_open_the_run_is_the_same(name: str) -> None:
    def opened(field: str, table: NDArray[np.int64]) -> NDArray[np.int64]:
        if field == "death_most":
            return np.full_like(table, 1 << 30)
        return np.full_like(table, 1 << 24 if field == "power_most" else HIGHEST)

    assert sieved(opened, name) == sieved(lambda _field, table: table, name)


@pytest.mark.parametrize("field", [*NEEDS, "rate_most"])
def test_a_sieve_too_fine_would_be_noticed(field: str) -> None:
    """Each table in turn brought to nought: somebody is missed, so the test above can fail."""

    def shut(each: str, table: NDArray[np.int64]) -> NDArray[np.int64]:
        return np.zeros_like(table) if each == field else table

    assert sieved(shut, "small-town") != sieved(lambda _field, table: table, "small-town")
