"""Drift counts needs, queues and stays as if ages stood still, in the first year and in the last."""

from __future__ import annotations

import numpy as np
import pytest

from demandsim.calibration import drift as drifting
from demandsim.calibration.drift import drift
from demandsim.experiment.settle import settle
from demandsim.population.columns import HERE, WAITING
from demandsim.scenario.schema import Scenario
from demandsim.simulation.model import DemandModel


@pytest.fixture(scope="module")
def town(small_town: Scenario) -> Scenario:
    """A thousand people of the small town, for two years."""
    return small_town.replace(residents=1_000, weeks=104)


def test_in_week_0_what_is_counted_is_what_there_is(town: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drifting, "LOOK", 52)  # one look a year, in its first week
    found = drift(town, seeds=[7]).set_index(["kind", "name"])
    state = settle(town, seed=7).state
    here = state.presence == HERE
    for number, need in enumerate(town.needs):
        assert found.loc[("need", need), "first"] == pytest.approx((state.severity[here, number] > 0).sum())
    for number, service in enumerate(town.services):
        waiting = ((state.status[here] == WAITING) & (state.service[here] == number)).sum()
        if waiting:
            assert found.loc[("waiting", service), "first"] == pytest.approx(waiting)


def test_later_each_age_and_sex_counts_as_often_as_in_week_0(
    town: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drifting, "LOOK", 52)
    found = drift(town, seeds=[7]).set_index(["kind", "name"])
    model = DemandModel(town, seed=7, start=settle(town, seed=7))

    def ages() -> np.ndarray:
        here = np.flatnonzero(model.state.presence == HERE)
        return (
            np.minimum((model.week - model.state.born_week[here].astype(int)) // 52, 100) * 2
            + model.state.sex[here]
        )

    at_first = np.bincount(ages(), minlength=202)
    model.run(52)
    here, cell = np.flatnonzero(model.state.presence == HERE), ages()
    expected = 0.0
    for one in np.unique(cell):
        members = here[cell == one]
        expected += at_first[one] * (model.state.severity[members, 0] > 0).mean()
    need = next(iter(town.needs))
    assert found.loc[("need", need), "last"] == pytest.approx(expected)


def test_the_change_is_of_totals_and_its_error_falls_with_runs(town: Scenario) -> None:
    few, many = (drift(town, seeds=range(1, n)).set_index(["kind", "name"]) for n in (4, 13))
    need = ("need", next(iter(town.needs)))
    for found in (few, many):
        assert found.loc[need, "change"] == pytest.approx(
            found.loc[need, "last"] / found.loc[need, "first"] - 1
        )
    # Twelve runs have half the error of three; by chance it may be as large as theirs.
    assert many.loc[need, "error"] < 1.5 * few.loc[need, "error"]
    assert np.isnan(drift(town, seeds=[1])["error"]).all()
