"""What a page tells as tables: every caution of the report, cash at both shares, and what each column is."""

from __future__ import annotations

import re

import pytest

import demandsim as ds
from demandsim.analysis.report import report_text
from demandsim.analysis.words import contacts_said, grain, short
from demandsim.faces.dashboard import answer_tables
from demandsim.faces.dashboard.traced import traced

TITLES = ["The council saves", "Early help"]


@pytest.fixture(scope="module")
def worlds(small_town: ds.Scenario) -> list[ds.Comparison]:
    town = small_town.replace(residents=2_000, weeks=104)
    policies = (ds.read_policy(name) for name in ("small-town-council-saves", "small-town-early-help"))
    return [ds.compare(town, policy, seeds=3) for policy in policies]


def words(markup: str) -> str:
    """Text of some markup."""
    return re.sub(r"<[^>]*>", "", markup)


def test_whatever_the_report_marks_the_page_marks(worlds: list[ds.Comparison]) -> None:
    page = words(answer_tables.cautions(worlds, TITLES))
    marks = re.findall(r'<p class="mark">(.*?)</p>', report_text(worlds[:1]))
    assert any("The baseline is" in mark for mark in marks), "two years tell how the place moves by itself"
    assert [mark for mark in marks if words(mark) not in page] == []
    assert "forecasts nothing" in page


def test_the_page_says_which_policy_goes_beyond_the_law(worlds: list[ds.Comparison]) -> None:
    essex = ds.read_scenario("essex").replace(residents=2_000, weeks=26)
    raised = ds.compare(essex, ds.read_policy("council-raises-threshold"), seeds=1)
    told = words(answer_tables.cautions([raised], ["The council raises its threshold"]))
    assert "Beyond the law. “The council raises its threshold” was run all the same" in told
    assert "Beyond the law" not in answer_tables.cautions(worlds, TITLES)


def test_cash_stands_at_the_low_and_the_high_share_too(worlds: list[ds.Comparison]) -> None:
    markup = answer_tables.money(worlds, TITLES, view="cash", by="payer")
    least = grain(worlds[0].pairs[0].baseline.scale)
    ends = (worlds[0].shunt(view=view, by="payer") for view in ("cash_low_r", "cash_high_r"))
    low, high = (float(frame[frame["payer"] == "council"]["mean"].iloc[0]) for frame in ends)
    assert f"<span>low {short(low, least)}, high {short(high, least)}</span>" in markup
    assert "low and the high share" in words(markup)
    full = answer_tables.money(worlds, TITLES, view="full", by="payer")
    assert "<span>low " not in full
    assert "high share" not in words(full)


def test_the_last_column_is_said_to_be_the_second_world_less_the_first(worlds: list[ds.Comparison]) -> None:
    told = words(answer_tables.money(worlds, TITLES, view="full", by="payer"))
    assert "than as it is now, and in the last column world B less world A" in told
    alone = words(answer_tables.money(worlds[:1], TITLES[:1], view="full", by="payer"))
    assert "last column" not in alone


def test_weeks_to_help_are_said_to_be_those_of_needs_that_were_helped(worlds: list[ds.Comparison]) -> None:
    assert "Weeks to help are those of needs that were helped" in answer_tables.outcomes(worlds, TITLES)


def test_contacts_are_told_to_whole_residents_own(worlds: list[ds.Comparison]) -> None:
    assert contacts_said(-2.93, 78.0) == "0"
    assert contacts_said(-60.0, 78.0) == "−78"
    assert contacts_said(1233.7, 1.0) == "+1,234"
    assert contacts_said(float("nan"), 78.0) == "n/a"
    cells = re.findall(r"<td>([^<]*)</td>", traced(worlds, TITLES))
    assert cells
    assert [cell for cell in cells if "." in cell] == []
