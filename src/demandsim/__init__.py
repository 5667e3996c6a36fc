"""Who saves and who pays when one public service in a place changes what it does.

The names below are what users and outside checks rely on. Each is loaded when it is first used, so that
importing the package is quick. Nothing inside the package imports this file.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from demandsim.analysis.comparison import Comparison
    from demandsim.errors import (
        BaselineError,
        ChanceError,
        ComparisonError,
        DemandSimError,
        EvidenceError,
        NotYetError,
        PolicyError,
        PopulationError,
        RunError,
        SaveError,
        ScenarioError,
        UnitError,
        ViewError,
    )
    from demandsim.experiment.compare import compare
    from demandsim.experiment.run import run
    from demandsim.experiment.settle import settle
    from demandsim.records.record import RunRecord
    from demandsim.scenario.group import Group
    from demandsim.scenario.policy import Policy
    from demandsim.scenario.read import read_policy, read_scenario
    from demandsim.scenario.schema import Scenario
    from demandsim.simulation.model import DemandModel

__version__ = "0.1.0"

__all__ = [
    "BaselineError",
    "ChanceError",
    "Comparison",
    "ComparisonError",
    "DemandModel",
    "DemandSimError",
    "EvidenceError",
    "Group",
    "NotYetError",
    "Policy",
    "PolicyError",
    "PopulationError",
    "RunError",
    "RunRecord",
    "SaveError",
    "Scenario",
    "ScenarioError",
    "UnitError",
    "ViewError",
    "__version__",
    "compare",
    "read_policy",
    "read_scenario",
    "run",
    "settle",
]

_FROM = {
    "BaselineError": "demandsim.errors",
    "ChanceError": "demandsim.errors",
    "Comparison": "demandsim.analysis.comparison",
    "ComparisonError": "demandsim.errors",
    "DemandModel": "demandsim.simulation.model",
    "DemandSimError": "demandsim.errors",
    "EvidenceError": "demandsim.errors",
    "Group": "demandsim.scenario.group",
    "NotYetError": "demandsim.errors",
    "Policy": "demandsim.scenario.policy",
    "PolicyError": "demandsim.errors",
    "PopulationError": "demandsim.errors",
    "RunError": "demandsim.errors",
    "RunRecord": "demandsim.records.record",
    "SaveError": "demandsim.errors",
    "Scenario": "demandsim.scenario.schema",
    "ScenarioError": "demandsim.errors",
    "UnitError": "demandsim.errors",
    "ViewError": "demandsim.errors",
    "compare": "demandsim.experiment.compare",
    "read_policy": "demandsim.scenario.read",
    "read_scenario": "demandsim.scenario.read",
    "run": "demandsim.experiment.run",
    "settle": "demandsim.experiment.settle",
}


def __getattr__(name: str) -> object:
    """Load a public name from the file that holds it, once."""
    if name not in _FROM:
        raise AttributeError(f"module 'demandsim' has no attribute {name!r}; it has: {', '.join(__all__)}")
    found: object = getattr(import_module(_FROM[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    """The public names."""
    return sorted(__all__)
