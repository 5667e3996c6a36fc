"""Knobs turn numbers of the evidence within their ranges, and there are fewer of them than targets that count."""

from __future__ import annotations

from math import exp, log

import pytest

from demandsim.calibration.knobs import LEAST, STEEPEST, Board, Knob, board, knobs
from demandsim.calibration.targets import targets
from demandsim.errors import EvidenceError
from demandsim.scenario.numbers import changeable
from demandsim.scenario.read import read_scenario
from demandsim.scenario.schema import Scenario

WORSEN, EASE = "needs.frailty.worsen.1", "needs.frailty.ease.1"
SLOPE = "needs.housing.start.decile."


@pytest.fixture(scope="module")
def england() -> Scenario:
    """The place the knobs are for."""
    return read_scenario("england")


@pytest.fixture(scope="module")
def every(england: Scenario) -> Board:
    """Every knob that ships."""
    return board(england, knobs())


def test_there_are_fewer_knobs_than_targets_that_count() -> None:
    assert len(knobs()) < sum(one.counts for one in targets().values())


def test_at_rest_nothing_is_turned(england: Scenario, every: Board) -> None:
    assert every.turned([0.0] * len(every.knobs)) == england


def test_each_knob_turns_something_both_ways_or_stands_at_an_end(england: Scenario, every: Board) -> None:
    for number, (low, high) in enumerate(zip(every.low, every.high, strict=True)):
        assert low <= 0 <= high
        assert low < high
        for end in (low, high):
            logs = [0.0] * len(every.knobs)
            logs[number] = end
            assert (every.turned(logs) != england) == (abs(end) > 1e-9), every.knobs[number].key


def test_no_number_leaves_its_range(england: Scenario, every: Board) -> None:
    there = changeable(england)
    for logs in (every.low, every.high, [9.0] * len(every.knobs), [-9.0] * len(every.knobs)):
        for path, value in every.values(logs):
            assert there[path].low <= value <= there[path].high, path


def test_a_factor_multiplies_and_two_knobs_both_count(england: Scenario) -> None:
    one = board(england, [Knob(key="first", turns=(WORSEN,)), Knob(key="both", turns=(WORSEN, EASE))])
    before = changeable(england)
    turned = dict(one.values([log(1.1), log(1.2)]))
    assert turned[WORSEN] == pytest.approx(before[WORSEN].value * 1.32)
    assert turned[EASE] == pytest.approx(before[EASE].value * 1.2)


def test_a_tilt_makes_a_gradient_steeper_about_one(england: Scenario) -> None:
    tilted = board(england, [Knob(key="slope", turns=(SLOPE,), tilts=True)])
    before = changeable(england)
    for path, value in tilted.values([0.2]):
        assert value == pytest.approx(before[path].value ** 1.2)
    assert -STEEPEST <= tilted.low[0] < 0 < tilted.high[0] <= STEEPEST


def test_weeks_of_an_episode_stay_whole(england: Scenario) -> None:
    weeks = "services.talking_therapies.weeks"
    turned = board(england, [Knob(key="weeks", turns=(weeks,))])
    ((_, value),) = turned.values([0.1])
    assert value == round(value)
    assert turned.turned([0.1]).services["talking_therapies"].weeks == value


def test_a_range_down_to_nought_is_turned_to_a_quarter_at_most(england: Scenario) -> None:
    turned = board(england, [Knob(key="push", turns=("needs.mental_health.pushed_by.housing",))])
    assert exp(turned.low[0]) == pytest.approx(1 / LEAST)


def test_a_knob_that_turns_nothing_is_refused(england: Scenario) -> None:
    with pytest.raises(
        EvidenceError, match=r"\[lost\]: turns no number that england takes from the evidence"
    ):
        board(england, [Knob(key="lost", turns=("needs.nothing.worsen.1",))])
