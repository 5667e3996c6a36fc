"""Measures of contacts, each on a few residents counted by hand."""

from __future__ import annotations

import numpy as np
import pytest
from tests.unit.calibration.made import ADMITTED, FRAILTY, HOME, SUPPORT_WEEK, contact, made

from demandsim.calibration.rates import (
    ContactShare,
    Overlap,
    Rate,
    RateRatio,
    TopShare,
    Users,
    home_years,
    in_exactly,
    top_contacts,
    users,
)
from demandsim.calibration.selection import Counted, Who

A_AND_E = Counted(services={"a_and_e": ()})


def test_a_rate_is_contacts_over_years_lived() -> None:
    run = made([30, 30, 70], [contact(1, 0, HOME), contact(60, 0, HOME), contact(9, 2, ADMITTED)])
    assert Rate(kind="rate", counted=A_AND_E).parts(run) == (3000.0, pytest.approx(6.0))
    old = Rate(kind="rate", counted=A_AND_E, who=Who(age=(65, 120)), per=1.0)
    assert old.parts(run) == (1.0, pytest.approx(2.0))


def test_contacts_after_the_measured_years_do_not_count() -> None:
    run = made([30], [contact(103, 0, HOME), contact(104, 0, HOME)])
    assert Rate(kind="rate", counted=A_AND_E, per=1.0).parts(run)[0] == 1.0


def test_a_kind_may_count_as_part_of_a_contact() -> None:
    run = made([30], [contact(1, 0, HOME), contact(2, 0, ADMITTED)])
    halved = Rate(kind="rate", counted=A_AND_E, per=1.0, worth={"a_and_e.home": 0.5})
    assert halved.parts(run)[0] == 1.5


def test_homes_are_counted_once() -> None:
    run = made([30, 5, 40], [contact(1, 0, HOME)], households=[7, 7, 8], gone_from={2: 60})
    # Two homes at the looks in weeks 0 to 52, one from week 65 on: 52 weeks of two, 13 of one and a half, 39 of one.
    assert home_years(run) == pytest.approx((2 * 52 + 1.5 * 13 + 39) / 52)
    assert Rate(kind="rate", counted=A_AND_E, homes=True).parts(run)[1] == pytest.approx(home_years(run))


def test_a_rate_ratio_is_two_rates() -> None:
    run = made(
        [30, 30, 30], [contact(1, 0, HOME), contact(2, 0, HOME), contact(3, 1, HOME)], deciles=[1, 10, 10]
    )
    ratio = RateRatio(
        kind="rate_ratio", counted=A_AND_E, who=Who(decile=(1, 1)), against=Who(decile=(10, 10))
    )
    assert ratio.parts(run) == (2.0, pytest.approx(2.0), 1.0, pytest.approx(4.0))


def test_a_contact_share_is_in_a_hundred() -> None:
    run = made([30], [contact(1, 0, HOME), contact(2, 0, HOME, FRAILTY, 1), contact(3, 0, ADMITTED)])
    driven = Counted(services={"a_and_e": ()}, tracked=True)
    assert ContactShare(kind="contact_share", counted=driven, among=A_AND_E).parts(run) == (100.0, 3.0)


def test_users_are_different_residents_of_each_year() -> None:
    run = made([30, 30], [contact(w, 0, HOME) for w in (1, 2, 60)] + [contact(5, 1, HOME)])
    assert Users(kind="users", counted=A_AND_E, per=1.0).parts(run) == (3.0, pytest.approx(4.0))
    assert Users(kind="users", counted=A_AND_E, per=1.0, times=2).parts(run) == (1.0, pytest.approx(4.0))
    assert users(np.array([0, 1, 5, 9]), 5) == 2


def test_the_top_is_picked_anew_each_year() -> None:
    first = [contact(w, 0, HOME) for w in (1, 2, 3)] + [contact(4, 1, HOME)]
    second = [contact(w, 1, HOME) for w in (60, 61)] + [contact(62, 0, HOME)]
    run = made([30] * 4, first + second)
    assert TopShare(kind="top_share", counted=A_AND_E, top=0.25).parts(run) == ((3 + 2) * 100.0, 7.0)


@pytest.mark.parametrize(("number", "sum_of_top"), [(0, 0.0), (1, 9.0), (2, 14.0), (9, 15.0)])
def test_the_top_is_those_with_most(number: int, sum_of_top: float) -> None:
    assert top_contacts(np.array([1, 9, 0, 5]), number) == sum_of_top


def test_overlap_counts_systems_within_a_year() -> None:
    # Resident 0 is in both in the first year; resident 1 in one in each.
    run = made(
        [30, 30],
        [contact(1, 0, HOME), contact(9, 0, SUPPORT_WEEK), contact(2, 1, HOME), contact(70, 1, SUPPORT_WEEK)],
    )
    systems = (A_AND_E, Counted(services={"support": ()}))
    for exactly, number in ((1, 2.0), (2, 1.0)):
        overlap = Overlap(kind="overlap", systems=systems, exactly=exactly, per=1.0)
        assert overlap.parts(run) == (number, pytest.approx(4.0))


def test_in_exactly_counts_rows() -> None:
    had = [np.array([True, True, False]), np.array([True, False, False]), np.array([True, False, False])]
    assert [in_exactly(had, number) for number in (0, 1, 2, 3)] == [1, 1, 0, 1]
