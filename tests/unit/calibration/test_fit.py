"""A fit finds knobs that were turned on purpose, goes on from what was run, and refuses more knobs than targets."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from demandsim.calibration import fit as fitting
from demandsim.calibration.fit import Tries, as_factors, bands_off, fit, loss_of, slopes_of
from demandsim.calibration.knobs import Board, Knob, board
from demandsim.calibration.observed import Observed
from demandsim.calibration.targets import Target, targets
from demandsim.errors import RunError
from demandsim.scenario.read import read_scenario
from demandsim.scenario.schema import Scenario

KNOBS = [
    Knob(key="worsen", turns=("needs.frailty.worsen.1",)),
    Knob(key="ease", turns=("needs.frailty.ease.1",)),
]
WHAT = [one for one in targets().values() if one.counts][:4]


@pytest.fixture(scope="module")
def turned() -> Board:
    """Two knobs of England."""
    return board(read_scenario("england"), KNOBS)


class Formula:
    """In place of runs: figures that are known functions of two numbers, so that the answer is known."""

    def __init__(self, goal: tuple[float, float]) -> None:
        self.runs, self.goal = 0, goal

    def __call__(
        self, scenario: Scenario, wanted: Sequence[Target], *, seeds: Sequence[int], threads: int | None
    ) -> dict[str, Observed]:
        """Give each target's value times powers of how far the two numbers are from the goal."""
        self.runs += 1
        need = scenario.needs["frailty"]
        away = np.log([need.worsen[0] / self.goal[0], need.ease[0] / self.goal[1]])
        found = [away @ powers for powers in ([1, 0], [0, 1], [1, 1], [1, -1])]
        return {
            one.key: Observed(one.value * float(np.exp(x)), 0.0, 0.0, np.zeros(1))
            for one, x in zip(wanted, found, strict=True)
        }


@pytest.fixture
def formula(turned: Board, monkeypatch: pytest.MonkeyPatch) -> Formula:
    """Figures that meet their targets where worsening is a fifth more and easing a tenth less."""
    need = turned.scenario.needs["frailty"]
    found = Formula((need.worsen[0] * 1.2, need.ease[0] * 0.9))
    monkeypatch.setattr(fitting, "observe", found)
    return found


def test_knobs_that_were_turned_on_purpose_are_found(turned: Board, formula: Formula, tmp_path: Path) -> None:
    found = fit(Tries(turned, WHAT, seeds=(1,), folder=tmp_path), rounds=20)
    # Held a little to what is published: within a fiftieth.
    assert as_factors(turned, found.logs) == pytest.approx({"worsen": 1.2, "ease": 0.9}, rel=0.02)
    assert found.passed == 4
    assert found.loss < 0.1


def test_a_fit_begun_again_runs_nothing_twice(turned: Board, formula: Formula, tmp_path: Path) -> None:
    first = fit(Tries(turned, WHAT, seeds=(1,), folder=tmp_path), rounds=20)
    runs = formula.runs
    again = fit(Tries(turned, WHAT, seeds=(1,), folder=tmp_path), rounds=20)
    assert formula.runs == runs
    assert again.logs.tolist() == first.logs.tolist()
    fit(Tries(turned, WHAT, seeds=(2,), folder=tmp_path), rounds=1)
    assert formula.runs > runs, "other seeds are other runs"


def test_a_fit_broken_off_goes_on_from_there(turned: Board, formula: Formula, tmp_path: Path) -> None:
    def stop(count: int, loss: float) -> None:
        if count == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fit(Tries(turned, WHAT, seeds=(1,), folder=tmp_path, progress=stop), rounds=20)
    kept = len(list(tmp_path.glob("*.json")))
    assert 0 < kept <= 4
    runs = formula.runs
    fit(Tries(turned, WHAT, seeds=(1,), folder=tmp_path), rounds=20)
    assert formula.runs - runs == len(list(tmp_path.glob("*.json"))) - kept
    assert all(
        set(json.loads(file.read_text())) == {one.key for one in WHAT} for file in tmp_path.glob("*.json")
    )


def test_a_slope_is_bands_for_each_log(turned: Board, formula: Formula, tmp_path: Path) -> None:
    tries = Tries(turned, WHAT, seeds=(1,), folder=tmp_path)
    slopes = slopes_of(tries, np.zeros(2))
    width = np.log(WHAT[0].value / WHAT[0].band[0])
    assert slopes[0] == pytest.approx([1 / width, 0], rel=0.01)


def test_more_knobs_than_targets_are_refused(turned: Board, formula: Formula, tmp_path: Path) -> None:
    with pytest.raises(RunError, match="2 knobs and 1 targets: fewer knobs would do"):
        fit(Tries(turned, WHAT[:1], seeds=(1,), folder=tmp_path), rounds=1)


def test_bands_are_counted_from_the_published_figure_by_logs() -> None:
    one = next(
        target for target in targets().values() if target.interval is None and target.tolerance is None
    )
    low, high = one.band
    assert bands_off(one, one.value) == 0
    assert bands_off(one, high) == pytest.approx(1)
    assert bands_off(one, low) == pytest.approx(-1)
    assert bands_off(one, one.value**2 / low) > 1, "as much above as the low end is below, by logs"
    assert bands_off(one, 0.0) == bands_off(one, float("nan")) == -fitting.FAR


def test_one_target_far_off_does_not_rule() -> None:
    assert loss_of(np.array([0.0])) == 0
    assert loss_of(np.array([0.1])) == pytest.approx(0.01, rel=0.01)
    assert loss_of(np.array([100.0])) < 200
