"""What a policy's sum for the place comes to week by week, by hand."""

from __future__ import annotations

import pytest

from demandsim.agencies.changes import Line
from demandsim.scenario.schema import Scenario
from demandsim.simulation.leaving import line_pence


@pytest.fixture
def whole_place(small_town: Scenario) -> Scenario:
    """The small town with every resident simulated: a pound of the place is a pound."""
    return small_town.replace(residents=small_town.place.population)


def spent(scenario: Scenario, weeks: int = 8, **line: float | None) -> list[int]:
    """Pence a week of a sum."""
    given = {"pounds_a_year": 0.0, "pounds": 0.0, "from_week": 0, "ramp_weeks": 0, "until_week": None, **line}
    return line_pence(Line("council", "running", **given), scenario, weeks).tolist()  # type: ignore[arg-type]


def test_a_yearly_sum_is_paid_from_its_first_week_until_its_end(whole_place: Scenario) -> None:
    assert spent(whole_place, pounds_a_year=5200.0, from_week=2, until_week=5) == [
        0, 0, 10_000, 10_000, 10_000, 0, 0, 0,
    ]  # fmt: skip


def test_a_yearly_sum_rises_evenly_over_its_ramp(whole_place: Scenario) -> None:
    assert spent(whole_place, pounds_a_year=5200.0, from_week=1, ramp_weeks=4) == [
        0, 2_500, 5_000, 7_500, 10_000, 10_000, 10_000, 10_000,
    ]  # fmt: skip


def test_a_sum_once_is_paid_in_its_first_week_alone(whole_place: Scenario) -> None:
    assert spent(whole_place, pounds=12.34, from_week=3) == [0, 0, 0, 1_234, 0, 0, 0, 0]
    assert sum(spent(whole_place, pounds=12.34, from_week=3, until_week=3 + 1)) == 1_234


def test_odd_pence_are_carried_so_that_a_year_comes_to_its_sum(whole_place: Scenario) -> None:
    year = spent(whole_place, weeks=52, pounds_a_year=100.0)
    assert set(year) == {192, 193}
    assert sum(year) == 10_000


def test_a_part_of_the_place_spends_its_part(whole_place: Scenario) -> None:
    half = whole_place.replace(residents=whole_place.place.population // 2)
    assert sum(spent(half, weeks=52, pounds_a_year=5200.0)) == 260_000
