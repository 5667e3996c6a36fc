"""A scenario: a place, its needs, agencies, services, drivers; frozen, complete, refusing a misspelling."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from demandsim.scenario.base import Frozen
from demandsim.scenario.contents import Contents
from demandsim.scenario.driver import BadSpells, Driver, Step
from demandsim.scenario.problems import NOWHERE, Origins, refuse, validated
from demandsim.scenario.rules import problems_of

__all__ = ["BadSpells", "Driver", "Frozen", "Scenario", "Step", "checked"]


class Scenario(Contents):
    """Everything a run needs but a seed: read it with ``read_scenario``, change it with ``replace``.

    ``residents`` are simulated (500 to 1.6 million) and stand for ``place.population``; ``weeks`` are
    recorded.
    """

    def replace(self, **changes: Any) -> Scenario:
        """Return a copy with the settings given changed, checked as if it had been read from a file.

        Raises
        ------
        ScenarioError
            If the copy would not be a valid scenario.
        """
        return checked({**self.model_dump(), **changes}, file=self.name)


def checked(data: Mapping[str, Any], file: str, *, origins: Origins = NOWHERE) -> Scenario:
    """Make a scenario of plain tables, having checked each table and then how they fit together.

    Parameters
    ----------
    data : mapping
        Tables as TOML gives them; lists may stand for tuples, models for tables.
    file : str
        What to call the scenario in messages.
    origins : Origins, optional
        Which file each table and key came from, where there were several.

    Raises
    ------
    ScenarioError
        With the first thing that is wrong, and how many more there are.
    """
    scenario = validated(Scenario, data, file=file, origins=origins)
    if problems := problems_of(scenario):
        refuse(problems, file=file, origins=origins)
    return scenario
