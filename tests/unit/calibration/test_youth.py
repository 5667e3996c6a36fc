"""V02 run again: entries and child-years by hand, and one small pair."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.unit.records import made

from demandsim.analysis.intervals import reach
from demandsim.calibration.pairs import OneSeed
from demandsim.calibration.study import studies
from demandsim.calibration.youth import child_years, starts_of_stays, youth_of_one_seed, youth_together
from demandsim.experiment.run import run
from demandsim.experiment.settle import settle
from demandsim.population.columns import HERE
from demandsim.records.journal import DIED, STAY_BEGAN, STAY_ENDED
from demandsim.scenario.schema import Scenario
from demandsim.simulation.model import DemandModel

HOSTEL, HOSPITAL = 1, 3


def record(*lines: tuple[int, int, int, int]) -> Any:
    """A run of 53 weeks whose journal holds (week, resident, event, service)."""
    return made.record(journal=[(*line, 0, 1, -1, 0) for line in lines])


def test_a_move_from_one_stay_to_another_is_no_new_start() -> None:
    run = record(
        (3, 1, STAY_BEGAN, HOSTEL),
        (9, 1, STAY_ENDED, HOSTEL),
        (9, 1, STAY_BEGAN, HOSPITAL),  # moved
        (12, 1, STAY_ENDED, HOSPITAL),
        (15, 1, STAY_BEGAN, HOSTEL),  # came back
        (9, 2, STAY_BEGAN, HOSTEL),
    )
    found = starts_of_stays(run, ("hostel", "hospital"))
    assert (found.resident.tolist(), found.week.tolist()) == ([1, 1, 2], [3, 15, 9])
    assert starts_of_stays(run, ("hospital",)).week.tolist() == [9]


def test_child_years_agree_with_a_count_in_every_week(small_town: Scenario) -> None:
    scenario = small_town.replace(residents=1000, weeks=78)
    start = settle(scenario, seed=2)
    everyone = tuple(range(len(start.state.identity)))
    found = run(scenario, seed=2, start=start, followed=everyone)
    model = DemandModel(scenario, seed=2, start=start)
    weeks = 0
    for week in range(78):
        model.run(1)
        age = (week - model.state.born_week) // 52
        weeks += int(((model.state.presence == HERE) & (age >= 1) & (age <= 4)).sum()) if week >= 52 else 0
    assert weeks > 500
    # A resident who dies in a week is not counted in it, one who arrives is: alike in both.
    assert child_years(found, start.state, (1, 4), from_week=52) == pytest.approx(weeks / 52)


def test_who_dies_lives_no_longer(small_town: Scenario) -> None:
    scenario = small_town.replace(residents=500, weeks=52)
    state = DemandModel(scenario, seed=1).state
    alive = child_years(record((10, 0, STAY_BEGAN, HOSTEL)), state, (0, 120))
    dead = child_years(record((10, 0, DIED, -1)), state, (0, 120))
    assert alive - dead == pytest.approx((53 - 10) / 52)


def test_entries_are_for_each_100_000_child_years() -> None:
    def seed(before: float, after: float) -> OneSeed:
        numbers = {}
        for band in ("16_to_17", "1_to_4"):
            numbers[f"entries_at_{band}"] = np.array([before, after])
            numbers[f"lived_at_{band}"] = np.array([10_000.0, 10_000.0])
        return OneSeed(numbers, pd.DataFrame())

    told = youth_together([seed(20, 23), seed(24, 25)])
    found = told.measures["entries_at_16_to_17"]
    assert found.mean == pytest.approx(100_000 * (3 + 1) / 20_000)
    wide = 10 * reach(2)  # 30 and 10 of equal size: the standard error of their mean is 10
    assert (found.low, found.high) == pytest.approx((20 - wide, 20 + wide))
    assert told.beside[0].startswith(
        "entries at 16 to 17 without the cut: 220 for each 100,000 a year (44 in"
    )


def test_one_small_pair() -> None:
    study = studies()["v02"]
    scenario = study.scenario(study.short).replace(residents=5000, weeks=104)
    numbers = youth_of_one_seed(scenario, study.read_policy(), 1).numbers
    assert 0.015 < numbers["lived_at_16_to_17"][0] / 5000 < 0.035
    assert 0.03 < numbers["lived_at_1_to_4"][0] / 5000 < 0.06
    assert numbers["entries_at_1_to_4"].shape == (2,)
