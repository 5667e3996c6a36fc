"""Sums to two figures, and who is who."""

from __future__ import annotations

import math

import pytest
from tests.unit.analysis.fakes import TOWN

from demandsim.analysis.words import pairs_said, said, service_title, short, who, who_said


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
    assert who_said("nhs", TOWN) == "the NHS"
    assert who("public purse", TOWN) == "Public purse"
    assert service_title("home_care", TOWN) == "Home care"
    assert who("a_and_b", TOWN) == "A and b"
    assert (pairs_said(1), pairs_said(10)) == ("one pair", "10 pairs")
