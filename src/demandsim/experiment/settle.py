"""Settling: ten years run before the first recorded week, so that needs, queues and stays begin at rest."""

from __future__ import annotations

from demandsim.chance import check_seed
from demandsim.experiment.starts import keep_start, kept_start
from demandsim.scenario.schema import Scenario
from demandsim.simulation.model import DemandModel
from demandsim.simulation.settling import SETTLING


def settle(scenario: Scenario, *, seed: int, threads: int = 1, keep: bool = True) -> DemandModel:
    """Run the weeks before the first recorded one, or read from disk what an earlier run of them left.

    Parameters
    ----------
    scenario
        The place.
    seed
        The seed; both arms of a pair begin from one settled state.
    threads
        How many threads may work on it; the state is the same with any number.
    keep
        Whether a start may be read from disk and left there (see ``experiment.starts``); the state is the same.

    Returns
    -------
    DemandModel
        Standing at week 0, nothing recorded; hand it to ``DemandModel(..., start=...)`` or fork it.

    Raises
    ------
    RunError
        If the seed is not a whole number.
    """
    key = check_seed(seed)
    if keep and (start := kept_start(scenario, seed=key)) is not None:
        return start
    model = DemandModel(scenario, seed=key, first_week=-SETTLING, threads=threads)
    model.run(SETTLING)
    if keep:
        keep_start(model)
    return model
