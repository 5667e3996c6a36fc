"""Verdicts, and how many of the targets that count pass."""

from __future__ import annotations

import numpy as np
import pytest

from demandsim.calibration.check import Mark, check_frame, mark, verdict
from demandsim.calibration.observed import Observed
from demandsim.calibration.targets import Target, targets

TARGET = targets()["frailty_65"]  # 43.7, and 10% either way: 39.33 to 48.07
TOTAL, ABSENT = targets()["a_and_e_attendances"], targets()["safeguarding_concerns"]
NAN = float("nan")


def seen(mean: float, low: float, high: float) -> Observed:
    """What a target came to."""
    return Observed(mean, low, high, np.array([mean]))


@pytest.mark.parametrize(
    ("observed", "told"),
    [
        (seen(43.0, 42.0, 44.0), "pass"),
        (seen(39.34, 38.0, 40.0), "pass"),  # the interval may reach over the edge
        (seen(39.3, 39.0, 40.0), "too low"),
        (seen(48.1, 48.0, 49.0), "too high"),
        (seen(43.0, 39.0, 47.73), "pass"),
        (seen(43.0, 39.0, 47.75), "too uncertain"),  # the band is 8.74 wide
        (seen(43.0, NAN, NAN), "too uncertain"),
        (seen(NAN, NAN, NAN), "no value"),
        (None, "not modelled"),
    ],
)
def test_a_target_passes_inside_its_band_and_no_wider_than_it(observed: Observed | None, told: str) -> None:
    assert verdict(TARGET, observed) == told


def test_the_frame_has_a_row_a_target() -> None:
    rows: list[Target] = [TARGET, TOTAL, ABSENT]
    frame = check_frame(rows, {TARGET.key: seen(43.7, 43.0, 44.0), TOTAL.key: seen(410.0, 409.0, 411.0)})
    assert frame["verdict"].tolist() == ["pass", "pass", "not modelled"]
    assert frame["counts"].tolist() == [True, False, False]
    assert frame["ratio"].iloc[0] == pytest.approx(1.0)
    assert frame["simulated"].isna().tolist() == [False, False, True]
    assert mark(frame) == Mark(1, 1)


@pytest.mark.parametrize(("passed", "met"), [(9, True), (8, False)])
def test_nine_in_ten_are_asked(passed: int, met: bool) -> None:
    assert Mark(passed, 10).met is met


def test_of_nothing_there_is_no_mark() -> None:
    assert np.isnan(Mark(0, 0).share)
    assert not Mark(0, 0).met
