"""How far the baseline moves by itself, by hand."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.analysis.fakes import FAMILIES, TOWN, FakeRecord

from demandsim.analysis.drift import drift_frame, drift_said, times

FIRST = {("council", "home_care"): 1000.0, ("health_trust", "hospital"): 2000.0, ("council", "none"): 500.0}


def runs(last: dict[tuple[str, str], float], *, weeks: int = 156) -> list[Any]:
    """Two runs that spend as ``FIRST`` says for two years, then as ``last`` says."""
    return [FakeRecord(last, seed=seed, weeks=weeks, until=FIRST, changed_from=104) for seed in (1, 2)]


def test_money_contacts_and_services_are_set_beside_the_first_year() -> None:
    last = {
        ("council", "home_care"): 3000.0,
        ("health_trust", "hospital"): 1000.0,
        ("council", "none"): 500.0,
    }
    frame = drift_frame(runs(last))
    assert frame.columns.tolist() == ["row", "unit", "first", "last", "ratio"]
    assert frame["row"].tolist() == ["spend", "contacts", "home_care", "hospital"]  # by the larger factor
    assert frame["first"].tolist() == pytest.approx([3500, 3000, 1000, 2000])  # a pound is a contact
    assert frame["last"].tolist() == pytest.approx([4500, 4000, 3000, 1000])
    assert frame["ratio"].tolist() == pytest.approx([9 / 7, 4 / 3, 3.0, 0.5])
    assert drift_said(frame, TOWN) == (
        "The baseline is not at rest: without any policy, its last year has 29% more cash spending and 33% more "
        "contacts than its first; most of all move home care × 3 and hospital × 0.5. Policies are compared with this "
        "moving baseline, week by week; it is no forecast."
    )


def test_what_families_pay_is_no_spending() -> None:
    frame = drift_frame(runs({**FIRST, (FAMILIES, "home_care"): 9000.0}))
    assert frame["ratio"].tolist()[0] == pytest.approx(1.0)


def test_a_service_with_few_contacts_is_not_told_of() -> None:
    first = {("council", "home_care"): 1000.0, ("police", "custody"): 40.0}
    rare: Any = [FakeRecord({**first, ("police", "custody"): 120.0}, until=first, changed_from=52, weeks=104)]
    assert drift_frame(rare)["row"].tolist() == ["spend", "contacts", "home_care"]


def test_a_baseline_that_stays_as_it_is_is_said_to_rest() -> None:
    told = drift_said(drift_frame(runs(FIRST)), TOWN)
    assert told.startswith(
        "The baseline is about at rest: without any policy, its last year has no more cash"
    )
    assert "most of all" not in told


def test_less_than_two_years_tell_nothing() -> None:
    frame = drift_frame(runs(FIRST, weeks=103))
    assert frame.empty
    assert drift_said(frame, TOWN) == ""
    assert drift_frame([]).empty


def test_ratios_are_short() -> None:
    assert (times(3.815), times(0.8519), times(1.134, 3)) == ("× 3.8", "× 0.85", "× 1.13")
