"""One run from a settled start."""

from __future__ import annotations

from collections.abc import Sequence

from demandsim.experiment.settle import settle
from demandsim.records.record import RunRecord
from demandsim.scenario.check import check_given
from demandsim.scenario.group import Group
from demandsim.scenario.policy import Policy
from demandsim.scenario.schema import Scenario
from demandsim.simulation.model import DemandModel, check_watched


def run(
    scenario: Scenario,
    *,
    seed: int,
    policies: Policy | Sequence[Policy] = (),
    followed: Sequence[int] = (),
    panel: Group | None = None,
    start: DemandModel | None = None,
    threads: int = 1,
) -> RunRecord:
    """Run a scenario to its end.

    Parameters
    ----------
    scenario
        The place, its size and its weeks.
    seed
        A whole number from 0.
    policies
        What changes, and when.
    followed
        Identities whose every event is kept (``record.journeys()``).
    panel
        Group of whom a row a resident and quarter is kept (``record.panel()``); ``Group()`` is everyone.
    start
        A settled state to use again; settled anew without it.
    threads
        How many threads may work on it; the run is the same with any number.

    Returns
    -------
    RunRecord
        What the run left.

    Raises
    ------
    RunError, PolicyError
        See ``DemandModel``; also if what is given is no scenario, no policies, no identities or no group.
    """
    check_given(scenario, policies)
    check_watched(scenario, followed, panel)
    model = DemandModel(
        scenario,
        seed=seed,
        policies=policies,
        start=settle(scenario, seed=seed, threads=threads) if start is None else start,
        followed=followed,
        panel=panel,
        threads=threads,
    )
    model.run()
    return model.record
