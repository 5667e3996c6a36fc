"""Settling: ten years run before the first recorded week, so that needs, queues and stays begin at rest."""

from __future__ import annotations

from demandsim.chance import check_seed
from demandsim.scenario.schema import Scenario
from demandsim.simulation.model import DemandModel
from demandsim.simulation.settling import SETTLING


def settle(scenario: Scenario, *, seed: int, threads: int = 1) -> DemandModel:
    """Run the weeks before the first recorded one.

    Parameters
    ----------
    scenario
        The place.
    seed
        The seed; both arms of a pair begin from one settled state.
    threads
        How many threads may work on it; the state is the same with any number.

    Returns
    -------
    DemandModel
        Standing at week 0, nothing recorded; hand it to ``DemandModel(..., start=...)`` or fork it.

    Raises
    ------
    RunError
        If the seed is not a whole number.
    """
    model = DemandModel(scenario, seed=check_seed(seed), first_week=-SETTLING, threads=threads)
    model.run(SETTLING)
    return model
