"""Whether tables make a scenario, and whether policies can be run on one, each and together."""

from __future__ import annotations

from collections.abc import Sequence

from demandsim.errors import PolicyError, RunError, shown
from demandsim.scenario.policy import Policy
from demandsim.scenario.policy_check import check_policy
from demandsim.scenario.schema import Scenario, checked
from demandsim.scenario.settings import apply_set
from demandsim.scenario.standing import check_standing
from demandsim.scenario.sums import check_sums

__all__ = ["apply_set", "check_given", "check_policy", "check_together", "checked"]


def check_given(scenario: object, policies: object = ()) -> None:
    """Refuse what is no scenario or no policies: names of files, as a rule, that have not been read.

    Raises
    ------
    RunError
        With one line that says what was given and what would do.
    """
    if not isinstance(scenario, Scenario):
        raise RunError(f"scenario: given {shown(scenario)}; a Scenario from read_scenario would do")
    if isinstance(policies, Policy):
        return
    text = isinstance(policies, str | bytes)
    for one in policies if isinstance(policies, Sequence) and not text else (policies,):
        if not isinstance(one, Policy):
            would_do = "a Policy from read_policy, or a list of them, would do"
            raise RunError(f"policy: given {shown(one)}; {would_do}")


def check_together(scenario: Scenario, policies: Sequence[Policy]) -> None:
    """Refuse policies that cannot be made together on a scenario.

    Parameters
    ----------
    scenario
        What they change.
    policies
        Each may include others, and every one may come once.

    Raises
    ------
    PolicyError
        If one is given twice, included or not, or cannot be run by itself; if all together make, in any week, a
        scenario that cannot be run; or if a sum among those of all cannot be cut or added in full.
    """
    names = [one.name for policy in policies for one in policy.whole()]
    if twice := [name for name in names if names.count(name) > 1]:
        raise PolicyError(twice[0], "", "is given twice", would_do="give it once")
    for policy in policies:
        check_policy(scenario, policy)
    if len(policies) > 1:
        check_standing(scenario, policies)
    check_sums(scenario, policies)
