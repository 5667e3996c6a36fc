"""Sums to two figures, and who is who."""

from __future__ import annotations

import math

import pytest
from tests.unit.analysis.fakes import TOWN

from demandsim.analysis.words import (
    at_service,
    boomerang_said,
    differences,
    each_pound,
    grain,
    measure_title,
    pairs_said,
    points,
    ratio_said,
    said,
    service_title,
    short,
    sums_said,
    weeks_said,
    who,
    who_said,
)


@pytest.mark.parametrize(
    ("pounds", "spoken", "written"),
    [
        (0.0, "£0", "£0"),
        (84.6, "£85", "+£85"),
        (-1234.0, "£1,200", "−£1.2k"),
        (149_500.0, "£150,000", "+£150k"),
        (996_000.0, "£1 million", "+£1m"),
        (-12_340_000.0, "£12 million", "−£12m"),
        (1_234_000_000.0, "£1.2 billion", "+£1.2bn"),
    ],
)
def test_sums(pounds: float, spoken: str, written: str) -> None:
    assert said(pounds) == spoken
    assert short(pounds) == written


def test_no_sum() -> None:
    assert short(math.nan) == "n/a"


def test_who_is_who() -> None:
    assert who("council", TOWN) == "Small town council"
    assert who_said("council", TOWN) == "the small town council"
    assert who("nhs", TOWN) == "NHS"
    assert who("public purse", TOWN) == "Public purse"
    assert service_title("home_care", TOWN) == "Home care"
    assert who("a_and_b", TOWN) == "A and b"
    assert (pairs_said(1), pairs_said(10)) == ("one pair", "10 pairs")
    assert (weeks_said(1), weeks_said(260)) == ("one week", "260 weeks")


@pytest.mark.parametrize(
    ("pounds", "grain_", "told"),
    [
        (940.0, 1000.0, "+£1k"),
        (19.0, 100.0, "£0"),
        (-62.0, 100.0, "−£100"),
        (-49.0, 100.0, "£0"),
        (44_049.0, 10_000.0, "+£40k"),
        (2_149.0, 100.0, "+£2.1k"),
    ],
)
def test_sums_are_no_finer_than_their_grain(pounds: float, grain_: float, told: str) -> None:
    assert short(pounds, grain_) == told


@pytest.mark.parametrize(
    ("sums", "told"),
    [
        ((-1.1e6, -1.12e6, -1.07e6), ("−£1.1m", "−£1.12m", "−£1.07m")),
        ((-1.1e6, -1.2e6, -1.07e6), ("−£1.1m", "−£1.2m", "−£1.1m")),
        ((-1.1e6, -1.1e6, -1.1e6), ("−£1.1m", "−£1.1m", "−£1.1m")),  # every pair alike
        ((400.0, 100.0, 1200.0), ("£0", "", "")),
        ((600.0, 300.0, 1200.0), ("+£1k", "£0", "+£1k")),
        ((100.0, -1900.0, 1200.0), ("£0", "−£2k", "+£1k")),
        ((100.0, math.nan, math.nan), ("£0", "", "")),
        ((5e6, math.nan, math.nan), ("+£5m", "", "")),
    ],
)
def test_an_interval_is_told_where_it_says_something(
    sums: tuple[float, float, float], told: tuple[str, str, str]
) -> None:
    assert sums_said(*sums, grain=1000.0) == told


def test_the_grain_is_about_one_contact_of_one_simulated_resident() -> None:
    assert [grain(scale) for scale in (1.0, 15.6, 312.7, 0.001)] == [100, 1000, 10_000, 1]


def test_ratios_can_be_read_aloud() -> None:
    told = [
        each_pound(ratio) for ratio in (0.00999, 0.0443, 0.4, 0.0004, 0.996, 1.35, -0.02, math.inf, math.nan)
    ]
    assert told == ["1p", "4.4p", "40p", "0p", "£1.00", "£1.35", "−2p", "unbounded", "n/a"]
    assert [boomerang_said(lost) for lost in (-0.637, 0.38, 0.001, math.nan)] == [
        "saved 64% more than expected",
        "38% lost again",
        "as expected",
        "n/a",
    ]
    row = {"measure": "boomerang", "mean": -0.637, "low": -1.71, "high": 0.458}
    assert ratio_said(row) == ("saved 64% more than expected", "171% more saved", "46% lost")
    assert ratio_said({**row, "measure": "shunt", "low": 0.1}) == ("−64p", "10p", "46p")


def test_differences_are_no_finer_than_the_largest_of_their_row() -> None:
    row = {"measure": "qalys_lost", "mean": 2.0234, "low": 0.00336, "high": 4.0412}
    assert differences(row) == ("+2.02", "0", "+4.04")
    assert differences({**row, "mean": 0.0, "low": 0.0, "high": 0.0}) == ("0", "0", "0")
    assert differences({**row, "low": math.nan, "high": math.nan}) == ("+2.02", "n/a", "n/a")


def test_bounds_that_would_read_the_same_have_one_figure_more() -> None:
    row = {"measure": "qalys_lost", "mean": 12.33, "low": 12.31, "high": 12.34}
    assert differences(row) == ("+12.3", "+12.31", "+12.34")
    row = {"measure": "crises", "mean": -1_234_000.0, "low": -1_234_400.0, "high": -1_233_600.0}
    assert differences(row) == ("−1,230,000", "−1,234,000", "−1,234,000")  # one more, and no finer
    row = {"measure": "crises_share", "mean": 0.0017, "low": 0.00168, "high": 0.00172}
    assert differences(row) == ("+0.17 points", "+0.168", "+0.172 points")


def test_a_difference_of_shares_is_in_percentage_points() -> None:
    assert (points(-0.000942), points(0.0171), points(0.0), points(math.nan)) == (
        "−0.094 points",
        "+1.7 points",
        "0",
        "n/a",
    )
    row = {"measure": "failure_demand_share", "mean": 0.0017, "low": 0.0015, "high": 0.0019}
    assert differences(row) == ("+0.17 points", "+0.15", "+0.19 points")


@pytest.mark.parametrize(
    ("key", "title"),
    [
        ("a_and_e_attendances", "A&E attendances"),
        ("gp_visits", "GP visits"),
        ("qalys_lost", "QALYs lost"),
        ("qalys_lost_gap", "QALYs lost: gap"),
        ("childrens_referrals", "Children's referrals"),
        ("hand_offs", "Hand-offs"),
        ("unmet_need_weeks", "Weeks of unmet need"),
    ],
)
def test_measures_have_titles(key: str, title: str) -> None:
    assert measure_title(key) == title


def test_a_landing_is_told_in_words() -> None:
    assert at_service("hospital", TOWN) == "at the hospital"
    assert at_service("home_care", TOWN) == "at home care"
