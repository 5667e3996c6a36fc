"""How the tables of a scenario must fit together, as a list of what does not."""

from __future__ import annotations

from collections.abc import Iterator

from demandsim.scenario.contents import Contents
from demandsim.scenario.doors import doors
from demandsim.scenario.hazards import hazards
from demandsim.scenario.knowledge import knowledge
from demandsim.scenario.problems import Problem
from demandsim.scenario.references import references

MOST_NEEDS = 15  # a sixteenth would share its draws with ordinary demand
MOST_SERVICES = 120


def problems_of(scenario: Contents) -> list[Problem]:
    """Everything that does not fit together.

    Names come first: where one is missing, nothing else is looked at, since later checks follow names.
    """
    named = [*_sizes(scenario), *references(scenario)]
    return named or [*doors(scenario), *hazards(scenario), *knowledge(scenario)]


def _sizes(scenario: Contents) -> Iterator[Problem]:
    """Tables too large for the columns that hold them, or empty."""
    for table, most in (("needs", MOST_NEEDS), ("services", MOST_SERVICES), ("agencies", MOST_SERVICES)):
        count = len(getattr(scenario, table))
        if not 1 <= count <= most:
            yield Problem((table,), f"must have 1 to {most} entries, not {count}")
