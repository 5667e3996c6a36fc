"""The ledger as a frame, by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.unit.records.made import A_AND_E, record, rows, weekly

from demandsim.errors import ViewError
from demandsim.records import views
from demandsim.records.measures import UNPAID
from demandsim.records.record import RunRecord
from demandsim.records.views import COLUMNS, ledger_frame


@pytest.fixture(scope="module")
def run() -> RunRecord:
    """Advice, a hostel and A&E in three weeks of two years, ten hours of A&E, and a week of unpaid care."""
    counted = weekly()
    counted["measure"][2, UNPAID] = [1, 0, 0, 0, 0]
    counted["funded"][0, A_AND_E] = 600
    return record(
        [
            (0, ("advice", "visit"), "drink", 2, "none", 3),
            (0, ("a_and_e", "home"), "background", 0, "none", 5),
            (1, ("hostel", "stay_week"), "debt", 3, "trust", 2),
            (52, ("advice", "visit"), "drink", 2, "council", 1),
        ],
        counted=counted,
    )


def test_every_column_of_a_full_ledger(run: RunRecord) -> None:
    frame = ledger_frame(run, COLUMNS, scaled=False)
    council, trust, families = "council", "trust", "residents_and_families"
    free, nobody = ("none", "none"), ("none", 0, "charge", "none", "none", 0)
    assert rows(frame) == [
        (0, 1, "council", council, "council", "advice", "drink", 2, "visit", *free, 3, 900),
        (0, 1, "council", council, "council", "advice", *nobody, -183),
        (0, 1, "council", council, families, "advice", *nobody, 303),
        (0, 1, "council", council, "trust", "advice", "drink", 2, "visit", *free, 0, 600),
        (0, 1, "council", council, "trust", "advice", *nobody, -120),
        (0, 1, "nhs", trust, "trust", "a_and_e", "background", 0, "home", *free, 5, 125_000),
        (1, 1, "council", council, "council", "hostel", "debt", 3, "stay_week", "nhs", "trust", 2, 14_000),
        (1, 1, "council", council, "council", "hostel", *nobody, -500),
        (1, 1, "council", council, families, "hostel", *nobody, 500),
        (2, 1, "none", "none", families, "unpaid_care", *nobody, 333),
        (52, 2, "council", council, "council", "advice", "drink", 2, "visit", "council", "council", 1, 300),
        (52, 2, "council", council, "council", "advice", *nobody, -61),
        (52, 2, "council", council, families, "advice", *nobody, 101),
        (52, 2, "council", council, "trust", "advice", "drink", 2, "visit", "council", "council", 0, 200),
        (52, 2, "council", council, "trust", "advice", *nobody, -40),
    ]


def test_who_pays_in_each_view(run: RunRecord) -> None:
    def pence(view: str) -> list[tuple[Any, ...]]:
        return rows(ledger_frame(run, ("payer",), view=view, scaled=False))

    families = ("residents_and_families", 0, 904 + 333)
    council, trust = -244 - 500, -160  # charges received
    assert pence("full") == [
        ("council", 6, 4 * 300 + 2 * 7000 + council),
        families,
        ("trust", 5, 4 * 200 + 5 * 25_000 + trust),
    ]
    assert pence("cash") == [
        ("council", 6, 4 * 60 + 2 * 7000 + council),
        families,
        ("trust", 5, 4 * 40 + 5 * 2500 + 10 * 4500 + trust),
    ]
    assert pence("cash_low_r")[2] == ("trust", 5, 4 * 20 + 10 * 5000 + trust)
    assert pence("cash_high_r")[2] == ("trust", 5, 4 * 80 + 5 * 5000 + 10 * 4000 + trust)
    assert pence("capacity") == [("council", 6, 4 * 240), ("trust", 5, 4 * 160 + 5 * 22_500)]


def test_totals_are_one_row_scaled_to_the_place(run: RunRecord) -> None:
    frame = ledger_frame(run)
    assert list(frame.columns) == ["contacts", "pounds"]
    assert rows(frame) == [(11 * 2.5, (2000 + 14_000 + 125_000 + 333) * 2.5 / 100)]


def test_columns_come_in_the_order_asked_and_rows_sorted(run: RunRecord) -> None:
    frame = ledger_frame(run, ["service", "year"])
    assert list(frame.columns) == ["service", "year", "contacts", "pounds"]
    assert [row[:2] for row in rows(frame)] == [
        ("a_and_e", 1),
        ("advice", 1),
        ("advice", 2),
        ("hostel", 1),
        ("unpaid_care", 1),
    ]
    assert rows(ledger_frame(run, "service")) == rows(ledger_frame(run, ("service",)))


def test_a_charge_that_cancels_is_still_shown(run: RunRecord) -> None:
    frame = ledger_frame(run, ("service", "kind"), scaled=False)
    assert ("hostel", "charge", 0, 0) in rows(frame)


def test_types_of_columns(run: RunRecord) -> None:
    frame = ledger_frame(run, ("week", "payer", "severity"), scaled=False)
    assert [str(t) for t in frame.dtypes] == ["int64", "str", "int64", "int64", "int64"]
    assert [str(t) for t in ledger_frame(run, "payer").dtypes] == ["str", "float64", "float64"]


def test_more_groups_than_a_whole_number_can_tell_apart(
    monkeypatch: pytest.MonkeyPatch, run: RunRecord
) -> None:
    usual = ledger_frame(run, COLUMNS)
    monkeypatch.setattr(views, "MOST", 50)
    pd.testing.assert_frame_equal(ledger_frame(run, COLUMNS), usual)


@pytest.mark.parametrize("by", [(), ("payer",), ("week", "need", "cause_sector")])
@pytest.mark.parametrize("weeks", [0, 53])
def test_a_run_in_which_nothing_happened(by: tuple[str, ...], weeks: int) -> None:
    frame = ledger_frame(record(counted=weekly(weeks)), by, view="cash", scaled=False)
    assert list(frame.columns) == [*by, "contacts", "pence"]
    assert rows(frame) == ([] if by else [(0, 0)])
    assert frame["pence"].dtype == np.int64


@pytest.mark.parametrize(
    ("asked", "line"),
    [
        ({"view": "social"}, "view: 'social' is not there yet; one of full, cash"),
        (
            {"view": "fulll"},
            "view: no view 'fulll'; one of full, cash_low_r, cash, cash_high_r, capacity would do",
        ),
        ({"view": ["full"]}, "view: no view ['full']; one of"),
        ({"by": ("payer", "need", "weeks")}, "by: no column 'weeks' in the ledger; it has week, year"),
        ({"by": "payers"}, "by: no column 'payers' in the ledger"),
        ({"by": ([],)}, "by: no column [] in the ledger"),
        ({"by": ("payer", "payer")}, "by: given ['payer', 'payer']; each column once would do"),
        ({"by": 3}, "by: given 3; a list out of week"),
        ({"by": None}, "by: given None; a list out of week"),
    ],
)
def test_what_a_record_does_not_have_is_refused_in_one_line(
    run: RunRecord, asked: dict[str, Any], line: str
) -> None:
    with pytest.raises(ViewError) as refused:
        run.ledger(**asked)
    message = str(refused.value)
    assert line in message
    assert "\n" not in message
