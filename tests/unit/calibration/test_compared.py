"""Rates and odds at equal age and sex, and the predictor, against closed forms and cases counted by hand."""

from __future__ import annotations

import numpy as np
import pytest
from tests.unit.calibration.made import ADMISSION, FRAILTY, HOME, HOUSING, SUPPORT_WEEK, contact, made

from demandsim.calibration.compared import (
    Discrimination,
    KnownRatio,
    OddsRatio,
    SeverityRatio,
    area_under_curve,
    logistic,
    mantel_haenszel_odds,
    mantel_haenszel_rates,
    years_here,
)
from demandsim.calibration.selection import Counted, Who

A_AND_E = Counted(services={"a_and_e": ()})


def test_rate_ratio_of_strata_that_agree_is_theirs() -> None:
    # Twice the rate in each stratum, whatever the mix of years; without strata it would be 3.5.
    top, bottom = mantel_haenszel_rates(
        np.array([20.0, 80.0]), np.array([100.0, 100.0]), np.array([30.0, 20.0]), np.array([300.0, 50.0])
    )
    assert top / bottom == pytest.approx(2.0)


def test_a_stratum_with_one_group_alone_says_nothing() -> None:
    with_it = mantel_haenszel_rates(
        np.array([5.0, 9.0]), np.array([10.0, 3.0]), np.array([2.0, 0.0]), np.array([10.0, 0.0])
    )
    without = mantel_haenszel_rates(np.array([5.0]), np.array([10.0]), np.array([2.0]), np.array([10.0]))
    assert with_it == without


def test_odds_ratio_of_one_stratum_is_the_cross_product() -> None:
    top, bottom = mantel_haenszel_odds(*(np.array([n]) for n in (30, 10, 20, 40)))
    assert top / bottom == pytest.approx(30 * 40 / (10 * 20))


def test_years_here_are_a_resident_s_own() -> None:
    run = made([30, 30, 30], gone_from={1: 27, 2: 60})
    # Resident 1 is there at weeks 0, 13 and 26: three quarters, the last counted half.
    assert years_here(run, 0).tolist() == pytest.approx([1.0, 2.5 / 4, 1.0])


def test_severity_ratio_compares_within_age() -> None:
    # At 70 the frail have two contacts a year to one; the fit at 90 have nobody frail beside them.
    frail = [contact(w, 0, HOME) for w in (1, 2, 60, 61)]
    fit = [contact(w, 1, HOME) for w in (3, 62)] + [contact(4, 2, HOME)] * 9
    run = made([70, 70, 90], frail + fit, severity={(0, FRAILTY): 1})
    ratio = SeverityRatio(
        kind="severity_ratio", counted=A_AND_E, need="frailty", severity=(1, 1), who=Who(age=(65, 120))
    )
    top, bottom = ratio.parts(run)
    assert top / bottom == pytest.approx(2.0)


def test_known_ratio_counts_the_year_after() -> None:
    known = Counted(services={"support": ()}, needs=("housing",))
    events = [contact(5, 0, SUPPORT_WEEK, HOUSING, 2), contact(5, 1, SUPPORT_WEEK, FRAILTY, 1)]
    events += [contact(w, 0, HOME) for w in (10, 60, 61, 62)] + [contact(63, 1, HOME)]
    top, bottom = KnownRatio(kind="known_ratio", counted=A_AND_E, known=known).parts(made([30, 30], events))
    assert top / bottom == pytest.approx(3.0)


def test_odds_are_of_those_who_stay_the_year() -> None:
    rows = [1] * 4 + [10] * 4
    users = [contact(1, row, HOME) for row in (0, 1, 2, 4)]
    run = made([30] * 8, users, deciles=rows, gone_from={7: 40})
    ratio = OddsRatio(
        kind="odds_ratio", counted=A_AND_E, who=Who(decile=(1, 1)), against=Who(decile=(10, 10))
    )
    top, bottom = ratio.parts(run)
    # First year: 3 of 4 against 1 of 3 who stayed, seven in all; nobody comes in the second.
    assert (top, bottom) == (pytest.approx(3 * 2 / 7), pytest.approx(1 * 1 / 7))


def test_logistic_finds_the_log_odds_of_two_groups() -> None:
    group = np.repeat([0.0, 1.0], 100)
    outcome = np.concatenate([np.arange(100) < 20, np.arange(100) < 60])
    found = logistic(np.stack([np.ones(200), group], axis=1), outcome)
    # A ridge of a thousandth moves it by less than a thousandth.
    assert found.tolist() == pytest.approx([np.log(0.25), np.log(1.5) - np.log(0.25)], abs=1e-3)


@pytest.mark.parametrize(
    ("score", "outcome", "area"),
    [
        ([1, 2, 3, 4], [False, False, True, True], 1.0),
        ([4, 3, 2, 1], [False, False, True, True], 0.0),
        ([1, 1, 1, 1], [False, False, True, True], 0.5),
        ([1, 2, 2, 3], [False, False, True, True], (1 + 0.5 + 1 + 1) / 4),
    ],
)
def test_area_under_curve_counts_pairs(score: list[int], outcome: list[bool], area: float) -> None:
    assert area_under_curve(np.array(score, np.float64), np.array(outcome)) == pytest.approx(area)


def test_area_under_curve_needs_both_outcomes() -> None:
    assert np.isnan(area_under_curve(np.array([1.0, 2.0]), np.array([True, True])))


def test_a_record_that_tells_all_discriminates_wholly() -> None:
    again = [row for row in range(40) if row % 4 < 2]
    events = [contact(5, row, ADMISSION) for row in again] + [contact(60, row, ADMISSION) for row in again]
    run = made([75] * 40, events)
    hospital = Counted(services={"hospital": ()})
    found = Discrimination(kind="discrimination", counted=hospital, records=(hospital,), age=70).parts(run)
    assert found == (1.0, 1.0)
