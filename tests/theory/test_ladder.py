"""With no coupling and no service the severity ladder is a Markov chain: shares agree with its matrix over time."""

from __future__ import annotations

import numpy as np
import pytest

from demandsim.population.columns import HERE
from demandsim.scenario.read import read_scenario
from demandsim.simulation.model import DemandModel
from demandsim.units import ONE, weekly_units

WEEKS = 78
RESIDENTS = 40_000


@pytest.fixture(scope="module")
def lone() -> DemandModel:
    """A town where one need runs by itself: no pushes, no doors, no deaths, births or moves, equal vulnerability."""
    town = read_scenario("small-town")
    data = town.model_dump()
    need = data["needs"]["mental_health"]
    need.update(pushed_by={}, support_eases=0.0, age=(0, 120))
    need["start"] = {"age": (0,), "female": (0.30,), "male": (0.30,), "decile": (1.0,) * 10}
    need["approach"] = dict.fromkeys(("unserved", "waiting", "open"), (0.0,) * 3)
    need["emergency"] = dict.fromkeys(("unserved", "waiting", "open"), (0.0,) * 2)
    need["ordinary"] = {}
    data["place"].update(vulnerability_spread=0.0, moves_out=0.0)
    data["place"]["deaths"].update(female=(0.0,) * 11, male=(0.0,) * 11)
    for agency in data["agencies"].values():
        agency["refers"] = ()
    for service in data["services"].values():
        if service["programme"]:
            service["closed"] = True
    chosen = town.replace(**{**data, "residents": RESIDENTS, "weeks": WEEKS})
    return DemandModel(chosen, seed=8)


def _matrix(model: DemandModel) -> np.ndarray:
    """The ladder's weekly matrix from the scenario's own yearly rates: from level (row) to level (column)."""
    need = model.place_scenario.needs["mental_health"]
    up = [weekly_units(need.start.female[0]) / ONE, *(weekly_units(w) / ONE for w in need.worsen), 0.0]
    down = [0.0, *(weekly_units(e) / ONE for e in need.ease)]
    matrix = np.zeros((5, 5))
    for level in range(5):
        if level < 4:
            matrix[level, level + 1] = up[level]
        if level > 0:
            matrix[level, level - 1] = down[level]
        matrix[level, level] = 1 - up[level] - down[level]
    return matrix


def _shares(model: DemandModel, chosen: np.ndarray) -> np.ndarray:
    """Shares of chosen residents at each severity."""
    return np.bincount(model.state.severity[chosen, 0], minlength=5) / chosen.sum()


def test_shares_follow_the_matrix_from_a_start_without_needs(lone: DemandModel) -> None:
    """Margin: 4.5 standard errors of a share; five shares at six weeks, so about one run in 5,000 would fail."""
    model = lone.fork()
    model.state.severity[:] = 0
    chosen = (model.state.presence == HERE) & (model.state.born_week < 0)
    chosen &= model.state.arrives_week < 0
    wanted = np.array([1.0, 0, 0, 0, 0])
    matrix = _matrix(model)
    for week in range(1, WEEKS + 1):
        model.step()
        wanted = wanted @ matrix
        if week % 13 == 0:
            found = _shares(model, chosen)
            error = np.sqrt(wanted * (1 - wanted) / chosen.sum())
            assert np.all(np.abs(found - wanted) < 4.5 * error + 1e-9), (week, found, wanted)


def test_the_start_is_the_matrix_at_rest(lone: DemandModel) -> None:
    """Margin: 4.5 standard errors of each of five shares, plus a ten-thousandth for whole-number ratios."""
    matrix = _matrix(lone)
    values, vectors = np.linalg.eig(matrix.T)
    rest = np.real(vectors[:, np.argmax(np.real(values))])
    rest /= rest.sum()
    chosen = lone.state.presence == HERE
    error = np.sqrt(rest * (1 - rest) / chosen.sum())
    assert np.all(np.abs(_shares(lone, chosen) - rest) < 4.5 * error + 1e-4)
