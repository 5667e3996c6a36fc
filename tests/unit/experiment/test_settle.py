"""Settling runs ten years that are not recorded, without policies, and leaves a model to start from."""

from __future__ import annotations

import pytest

from demandsim.errors import RunError
from demandsim.experiment.settle import settle
from demandsim.scenario.schema import Scenario
from demandsim.simulation.model import DemandModel
from demandsim.simulation.settling import SETTLING


@pytest.fixture(scope="module")
def town(small_town: Scenario) -> Scenario:
    """Five hundred people of the small town, for eight weeks."""
    return small_town.replace(residents=500, weeks=8)


def test_a_settled_model_stands_at_week_0_with_queues_and_nothing_recorded(town: Scenario) -> None:
    model = settle(town, seed=1)
    assert model.week == 0
    assert model.steps == SETTLING == 520
    assert model.settled
    assert model.timetable.policies == ()
    assert model.ledger.counts().week.size == 0
    assert model.record.weeks == 0
    assert model.book.waiting.sum() > 0
    assert model.book.opened.sum() > 0
    assert model.book.taken.sum() > 0


def test_settling_is_the_same_as_running_the_weeks_before_the_first(town: Scenario) -> None:
    model = DemandModel(town, seed=1, first_week=-SETTLING)
    model.run(SETTLING)
    assert settle(town, seed=1).digest == model.digest


def test_settling_again_gives_the_same_and_another_seed_another(town: Scenario) -> None:
    assert settle(town, seed=1).digest == settle(town, seed=1).digest
    assert settle(town, seed=2).digest != settle(town, seed=1).digest


def test_what_a_settled_start_carries_is_carried_on(town: Scenario) -> None:
    """Hours left over or overrun in week -1 are there in week 0."""
    model = settle(town, seed=1)
    on = DemandModel(town, seed=1, start=model)
    assert on.settled
    assert on.week == 0
    for name in ("carried", "fraction", "waiting", "opened", "taken", "here"):
        assert getattr(on.book, name).tolist() == getattr(model.book, name).tolist(), name
    model.step()
    on.step()
    assert on.digest == model.digest


def test_a_seed_that_is_not_a_whole_number_is_refused(town: Scenario) -> None:
    with pytest.raises(RunError, match=r"seed: given 1\.5"):
        settle(town, seed=1.5)  # type: ignore[arg-type]
