"""Whether tables make a scenario, and whether a policy can be run on one."""

from __future__ import annotations

from demandsim.scenario.policy_check import check_policy
from demandsim.scenario.schema import Scenario, checked
from demandsim.scenario.settings import apply_set

__all__ = ["apply_set", "check_policy", "checked", "unlawful"]


def unlawful(scenario: Scenario) -> list[str]:
    """Services whose threshold is above the highest the law allows: they run, and are marked.

    Returns
    -------
    list of str
        Their keys, in the order of the scenario.
    """
    return [
        name
        for name, service in scenario.services.items()
        if service.lawful_threshold is not None and service.threshold > service.lawful_threshold
    ]
