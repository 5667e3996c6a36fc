"""Plain comparisons: answers known by hand, biases known in closed form, intervals that cover."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from tests.unit.analysis.evaluation.panels import from_table

from demandsim.analysis.evaluation.comparisons import (
    before_and_after,
    difference_in_differences,
    randomised,
    unit_and_time_effects,
)
from demandsim.analysis.evaluation.effects import Effect, around, at_quarters
from demandsim.errors import ViewError

RUNS, COVERED = 400, 0.9
MARGIN = 4 * math.sqrt(COVERED * (1 - COVERED) / RUNS)
"""Four standard errors of a share of 400 runs: 6 points; a true 90% interval fails one test in 16,000."""


def laid_out(rows: list[tuple[int, int, float, float]]) -> pd.DataFrame:
    """Residents, their quarters, before and after."""
    return pd.DataFrame(rows, columns=["resident", "begin", "before", "after"])


def about(table: NDArray[np.float64], residents: NDArray[np.int64], begin: int) -> pd.DataFrame:
    """Residents of a table about one quarter, with all quarters on either side."""
    at = at_quarters(residents, np.array([begin]))
    sides = {"before": begin, "after": table.shape[1] - begin}
    return around(from_table(table), at, outcome="contacts_clinic", **sides)


def test_before_and_after_by_hand() -> None:
    found = before_and_after(laid_out([(1, 4, 2, 5), (2, 4, 1, 2), (3, 4, 6, 8)]))
    assert (found.estimate, found.treated, found.controls) == (2.0, 3, 0)  # changes 3, 1, 2
    assert found.high - found.low == pytest.approx(2 * 1.644854 * 1.0 / math.sqrt(3))


def test_nobody_has_no_effect_to_tell() -> None:
    assert math.isnan(before_and_after(laid_out([])).estimate)


def test_a_lot_by_hand() -> None:
    lot = pd.Series({1: True, 2: True, 3: False, 4: False, 5: True})
    found = randomised(lot, pd.Series({1: 3.0, 2: 5.0, 3: 1.0, 4: 1.0, 9: 100.0}))
    assert (found.estimate, found.treated, found.controls) == (3.0, 2, 2)
    assert found.high - found.estimate == pytest.approx(1.644854 * 1.0)  # errors 1 and 0


def test_change_against_change_by_hand() -> None:
    treated = laid_out([(1, 4, 2, 6), (2, 5, 1, 3)])  # changes 4 and 2: mean 3
    controls = laid_out([(7, 4, 1, 2), (8, 4, 1, 4), (7, 5, 0, 1), (8, 5, 5, 5)])  # by quarter 2 and 0.5
    found = difference_in_differences(treated, controls)
    assert found.estimate == pytest.approx(3 - (2 + 0.5) / 2)
    assert (found.treated, found.controls) == (2, 2)
    # Resident 7 pulls (-1 + 0.5) / 2 / 2, resident 8 the other way; the treated's error is 1.
    assert found.high - found.estimate == pytest.approx(1.644854 * math.hypot(1, math.sqrt(2 * 0.125**2 * 2)))


def test_a_quarter_without_controls_is_refused() -> None:
    with pytest.raises(ViewError, match="no controls about quarter 4"):
        difference_in_differences(laid_out([(1, 4, 2, 6)]), laid_out([(7, 5, 1, 2)]))


def test_with_two_periods_both_kinds_of_change_against_change_agree() -> None:
    table = np.array([[1.0, 4.0], [2.0, 3.0], [0.0, 1.0], [5.0, 5.0], [3.0, 2.0]])
    plain = difference_in_differences(about(table, np.array([0, 1]), 1), about(table, np.array([2, 3, 4]), 1))
    fitted = unit_and_time_effects(from_table(table), pd.Series({0: 1, 1: 1}), outcome="contacts_clinic")
    assert fitted.estimate == pytest.approx(plain.estimate)
    assert (fitted.treated, fitted.controls) == (2, 3)


def test_effects_of_residents_and_quarters_are_taken_out_exactly() -> None:
    resident, quarter = np.arange(6.0)[:, None] * 3, np.array([[0.0, 2.0, 1.0, 7.0]])
    table = resident + quarter
    table[:2, 2:] += 1.5
    found = unit_and_time_effects(from_table(table), pd.Series({0: 2, 1: 2}), outcome="contacts_clinic")
    assert found.estimate == pytest.approx(1.5)
    assert found.high - found.low == pytest.approx(0.0, abs=1e-9)


def test_nobody_treated_has_no_effect_to_fit() -> None:
    found = unit_and_time_effects(
        from_table(np.ones((3, 2))), pd.Series(dtype=float), outcome="contacts_clinic"
    )
    assert math.isnan(found.estimate)
    assert (found.treated, found.controls) == (0, 3)


def test_picked_at_their_worst_residents_get_better_by_themselves() -> None:
    """Regression to the mean: of standard normals picked above c, the mean is the hazard at c, and then 0."""
    luck = np.random.default_rng(5)
    first, then = luck.standard_normal((2, 20_000))
    picked = np.flatnonzero(first > 1.0)
    found = before_and_after(about(np.column_stack([first, then]), picked, 1))
    hazard = math.exp(-0.5) / math.sqrt(2 * math.pi) / (0.5 * math.erfc(1 / math.sqrt(2)))
    assert found.high < 0  # sure of an effect that is not there
    assert found.estimate == pytest.approx(-hazard, abs=4 / math.sqrt(len(picked)))


def test_where_trends_are_not_parallel_the_estimate_is_off_by_their_gap() -> None:
    """Treated grow by 1 a quarter, others by 0.25: over centres 3 quarters apart the bias is 3 x 0.75."""
    quarters = np.arange(6.0)
    table = np.concatenate([np.tile(quarters, (10, 1)), np.tile(0.25 * quarters, (30, 1))])
    found = difference_in_differences(about(table, np.arange(10), 3), about(table, np.arange(10, 40), 3))
    assert found.estimate == pytest.approx(3 * 0.75)
    assert found.low == pytest.approx(found.high)  # and is quite sure of it


def made(luck: np.random.Generator) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """80 residents who differ for life, 8 quarters that differ for all; a lot of 40 has 0.5 added in the last 4."""
    lot = np.isin(np.arange(80), luck.choice(80, 40, replace=False))
    table = luck.normal(0, 2, (80, 1)) + luck.normal(0, 1, (1, 8)) + luck.normal(0, 1, (80, 8))
    table[lot, 4:] += 0.5
    return table, lot


def halves(table: NDArray[np.float64], residents: NDArray[np.int64]) -> pd.DataFrame:
    """Residents of a table, the first half of its quarters against the second."""
    rows = table[residents]
    middle = rows.shape[1] // 2
    before, after = rows[:, :middle].mean(axis=1), rows[:, middle:].mean(axis=1)
    return pd.DataFrame({"resident": residents, "begin": middle, "before": before, "after": after})


def estimates(luck: np.random.Generator) -> dict[str, Effect]:
    """Every comparison that is right for what ``made`` makes."""
    table, lot = made(luck)
    ones, others = np.flatnonzero(lot), np.flatnonzero(~lot)
    bare = pd.DataFrame({"resident": np.repeat(np.arange(80), 8), "quarter": np.tile(np.arange(8), 80)})
    return {
        "lot": randomised(pd.Series(lot), pd.Series(table[:, 4:].mean(axis=1))),
        "change": difference_in_differences(halves(table, ones), halves(table, others)),
        "fitted": unit_and_time_effects(
            bare.assign(use=table.ravel()), pd.Series(4, index=ones), outcome="use"
        ),
    }


def test_intervals_hold_the_truth_nine_times_in_ten() -> None:
    luck = np.random.default_rng(11)
    runs = [estimates(luck) for _ in range(RUNS)]
    for name in runs[0]:
        held = np.mean([run[name].low <= 0.5 <= run[name].high for run in runs])
        assert abs(held - COVERED) < MARGIN, f"{name}: {held:.3f} of {RUNS} intervals"


def test_before_and_after_covers_where_nothing_else_changes() -> None:
    luck = np.random.default_rng(12)
    held = 0
    for _ in range(RUNS):
        before = luck.normal(3, 2, 60)
        after = before + 0.5 + luck.normal(0, 1, 60)
        rows = pd.DataFrame({"before": before, "after": after})
        found = before_and_after(rows)
        held += found.low <= 0.5 <= found.high
    assert abs(held / RUNS - COVERED) < MARGIN
