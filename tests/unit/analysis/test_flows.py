"""Weekly money read once, weeks counted rightly, differences exact."""

from __future__ import annotations

import gc
from typing import Any

import pytest
from tests.unit.analysis.fakes import FAMILIES, SAVING, TOWN, FakeRecord, compared, policy

from demandsim.analysis import flows as flows_file
from demandsim.analysis.flows import (
    BY,
    COMMUNITY,
    PURSE,
    RESIDENTS,
    Window,
    first_week,
    flows,
    landings,
    payers,
    tabled,
    window,
)
from demandsim.errors import ComparisonError
from demandsim.scenario.policy import Change

LATE = Change(from_week=30, set={"services.home_care.threshold": 3})
LATER = Change(from_week=60, set={"services.home_care.threshold": 2})


def test_weeks_run_from_the_first_change_to_the_end() -> None:
    comparison = compared(SAVING, policy(change=(LATER,)), policy("b", change=(LATE, LATER)))
    assert first_week(comparison) == 30
    assert window(comparison) == Window(30, 104)
    assert window(comparison, 52) == Window(52, 104)
    assert window(comparison, 100) == Window(30, 104)
    assert window(comparison).years == pytest.approx(74 / 52)


def test_a_null_policy_counts_the_whole_run() -> None:
    assert window(compared(SAVING, policy(change=()))) == Window(0, 104)


def test_a_policy_after_the_end_still_has_a_week() -> None:
    assert window(compared(SAVING, policy(change=(LATER,)), weeks=10)) == Window(9, 10)


def test_nothing_to_compare_is_refused() -> None:
    with pytest.raises(ComparisonError, match="no pair"):
        window(compared([], policy()))


def test_a_record_is_read_once_for_each_view_and_let_go_with_it() -> None:
    record: Any = FakeRecord({("council", "home_care"): 52.0}, weeks=4)
    assert flows(record, "full") is flows(record, "full")
    key = (id(record), "full")
    assert key in flows_file._KEPT
    del record
    gc.collect()
    assert key not in flows_file._KEPT


def test_residents_and_lines_without_a_service_have_no_number() -> None:
    record: Any = FakeRecord({(FAMILIES, "home_care"): 52.0, ("charity", "none"): 52.0}, weeks=1)
    money = flows(record, "full")
    assert sorted(money.payer.tolist()) == [-1, list(TOWN.agencies).index("charity")]
    assert -1 in money.service.tolist()
    assert money.pence.tolist() == [100, 100]


def test_differences_by_payer_and_by_service_agree() -> None:
    comparison = compared(SAVING, policy())
    weeks = window(comparison)
    paid = payers(comparison, "full", weeks)
    landed = landings(comparison, "full", weeks, ["health_trust"])
    assert paid.of("health_trust").tolist() == pytest.approx([100, 300, 200])
    assert landed.of("hospital").tolist() == paid.of("health_trust").tolist()
    assert not landed.of("home_care").any()
    sectors = tabled(comparison, "full", "sector", weeks)
    assert sectors.of(PURSE).tolist() == pytest.approx([-300, -300, -300])


def test_every_way_to_tell_it_ends_in_the_same_three_sums() -> None:
    comparison = compared(SAVING, policy())
    weeks = window(comparison)
    tables = {by: tabled(comparison, "full", by, weeks) for by in BY}
    assert len(tables) == 4
    for table in tables.values():
        assert table.names[-3:] == (PURSE, COMMUNITY, RESIDENTS)
        assert table.values[:, -3:] == pytest.approx(tables["payer"].values[:, -3:])
        assert table.values.shape == (len(SAVING), len(table.names))


def test_by_service_a_line_without_one_has_a_row_and_what_families_pay_has_none() -> None:
    changes: list[Any] = [{("charity", "none"): 5.0, (FAMILIES, "home_care"): 7.0}]
    comparison = compared(changes, policy())
    table = tabled(comparison, "full", "service", window(comparison))
    assert table.names[: len(TOWN.services) + 1] == (*TOWN.services, "none")
    assert (table.of("none")[0], table.of("home_care")[0]) == pytest.approx((5, 0))
    assert (table.of(COMMUNITY)[0], table.of(RESIDENTS)[0]) == pytest.approx((5, 7))


def test_a_window_ends_before_its_last_week_so_that_two_halves_count_each_week_once() -> None:
    """Money that moves from week 26 on is no part of weeks 0 to 25."""
    comparison = compared(SAVING, policy(), changed_from=26)
    early, late, whole = (payers(comparison, "full", Window(*ends)) for ends in ((0, 26), (26, 52), (0, 52)))
    assert not early.values.any()
    assert late.of("health_trust").tolist() == pytest.approx([100, 300, 200])
    assert (early.values / 2 + late.values / 2) == pytest.approx(whole.values)


def test_the_scale_of_the_place_is_counted() -> None:
    comparison = compared(SAVING, policy())
    for pair in comparison.pairs:
        for arm in (pair.baseline, pair.policy):
            arm.scale = 10.0  # type: ignore[misc]
    assert payers(comparison, "full", window(comparison)).of("council")[0] == pytest.approx(-4000)
