"""Residents before and after a quarter of their own."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from tests.unit.analysis.evaluation.panels import panel

from demandsim.analysis.evaluation.effects import (
    Z,
    around,
    at_quarters,
    effect,
    first_quarter,
    never_true,
    standard_error,
)
from demandsim.errors import ViewError

USES = {1: [1, 3, 5, 7], 2: [2, 2, 2, 2], 3: [9, None, 9, 9]}


def test_an_interval_reaches_one_point_six_four_errors_either_side() -> None:
    found = effect("m", 2.0, 1.0, treated=5)
    assert pytest.approx(1.6449, abs=1e-4) == Z
    assert (found.low, found.high) == (pytest.approx(2 - Z), pytest.approx(2 + Z))


def test_one_value_has_no_standard_error() -> None:
    assert math.isnan(standard_error(np.array([4.0])))
    assert standard_error(np.array([1.0, 3.0])) == pytest.approx(1.0)  # sd root 2, over root 2


def test_before_and_after_are_means_about_each_residents_own_quarter() -> None:
    found = around(panel(USES), pd.Series({1: 2, 2: 1}), outcome="contacts_clinic", before=1, after=2)
    one = found.set_index("resident").loc[1]
    assert (one["begin"], one["before"], one["after"], one["used"]) == (2, 3.0, 6.0, 3.0)
    assert one["age"] == 41
    assert found["resident"].tolist() == [1, 2]


def test_who_lacks_a_quarter_is_left_out() -> None:
    found = around(panel(USES), pd.Series({1: 2, 3: 2}), outcome="contacts_clinic", before=2, after=2)
    assert found["resident"].tolist() == [1]


def test_a_resident_can_stand_about_several_quarters() -> None:
    at = at_quarters(np.array([1, 2]), np.array([2, 1, 2]))
    found = around(panel(USES), at, outcome="contacts_clinic", before=1, after=1)
    assert found[["resident", "begin"]].to_numpy().tolist() == [[1, 1], [1, 2], [2, 1], [2, 2]]
    assert found["after"].tolist() == [3, 5, 2, 2]


def test_the_first_quarter_in_which_something_held() -> None:
    held = {1: [False, True, False, True], 2: [False] * 4, 3: [False] * 4}
    frame = panel(USES, reached_team=held)
    assert first_quarter(frame, "reached_team").to_dict() == {1: 1}
    assert never_true(frame, "reached_team").tolist() == [2, 3]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"outcome": "pounds_police"}, "no column 'pounds_police'"),
        ({"outcome": "contacts_clinic", "before": 0}, "given 0 quarters before"),
    ],
)
def test_what_a_panel_lacks_is_refused(given: dict[str, object], told: str) -> None:
    with pytest.raises(ViewError, match=told):
        around(panel(USES), pd.Series({1: 2}), **given)  # type: ignore[arg-type]


def test_what_is_no_panel_is_refused() -> None:
    with pytest.raises(ViewError, match="given 'panel'"):
        first_quarter("panel", "reached_team")  # type: ignore[arg-type]
