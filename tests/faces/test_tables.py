"""Tables for the screen and the files say what the frames hold."""

from __future__ import annotations

import io
import math
import re

import pytest
from rich.console import Console
from rich.table import Table
from rich.text import Text

import demandsim as ds
from demandsim.analysis.comparison import Comparison
from demandsim.analysis.outcomes import MAIN, WAITS_NOTE
from demandsim.analysis.sentence import MONEY_FROM
from demandsim.faces import tables
from demandsim.faces.output import rows
from demandsim.faces.progress import lasted

SAVES = "small-town-council-saves"


def printed(*shown: Table | Text) -> str:
    """What the screen shows of some tables."""
    out = io.StringIO()
    console = Console(file=out, width=140, highlight=False, markup=False, emoji=False)
    for table in shown:
        console.print(table)
    return out.getvalue()


@pytest.fixture(scope="module")
def compared(small_town: ds.Scenario) -> Comparison:
    """Six pairs."""
    town = small_town.replace(residents=500, weeks=60)
    return ds.compare(town, ds.read_policy(SAVES), seeds=6)


def test_what_agencies_provide_and_pay_adds_up(compared: Comparison) -> None:
    record = compared.pairs[0].policy
    frame = tables.agencies_frame(record)
    a_year = 52 / record.weeks
    assert frame["contacts"].sum() == pytest.approx(record.ledger()["contacts"].sum() * a_year)
    assert frame["provides"].sum() == pytest.approx(record.ledger(view="full")["pounds"].sum() * a_year)
    assert frame["pays"].sum() == pytest.approx(record.ledger(view="cash")["pounds"].sum() * a_year)
    assert frame["agency"].is_unique


def test_one_tidy_table_holds_money_and_outcomes(compared: Comparison) -> None:
    frame = tables.comparison_frame(compared)
    assert set(frame["policy"]) == {SAVES}
    cash = compared.shunt(view="cash", by="payer")
    told = frame[frame["table"] == "cash"]
    assert told["row"].tolist() == cash["payer"].tolist()
    assert told["mean"].tolist() == cash["mean"].tolist()
    assert told["baseline"].isna().all()
    assert set(told["quoted_from"]) == {MONEY_FROM}
    outcomes = frame[frame["table"] == "outcomes"]
    assert outcomes["row"].tolist() == compared.outcomes()["measure"].tolist()
    assert outcomes["quoted_from"].tolist() == compared.outcomes()["quoted_from"].tolist()
    assert set(frame["residents"]) == {compared.scenario.residents}
    assert (frame["residents"] < frame["quoted_from"]).all(), "500 residents are few: every row is indicative"
    assert not frame.duplicated(["policy", "table", "row"]).any()


def test_the_outcomes_shown_are_outcomes(compared: Comparison) -> None:
    assert set(MAIN) <= set(compared.outcomes()["measure"])
    told = printed(*tables.comparison(compared))
    for title in ("Turned away", "Helped", "Weeks to help, for", "Hand-offs", "Weeks of unmet need"):
        assert title in told
    assert WAITS_NOTE in " ".join(told.split())
    assert "From the policy's first week to the end." in told
    assert " points" in told  # how the share of failure demand differs


def test_ratios_are_told_in_pence_and_words(compared: Comparison) -> None:
    frame = compared.ratios()
    told = printed(tables.ratios(compared))
    assert frame["mean"].notna().any(), "where there are none, see the next test"
    assert any(word in told for word in ("lost again", "more than expected", "as expected"))
    assert "÷" not in told


def test_no_table_of_ratios_where_there_are_none(compared: Comparison) -> None:
    alone = Comparison(compared.scenario, compared.policies, compared.pairs[:1])
    assert isinstance(tables.ratios(alone), Text)
    assert "no ratios: one pair cannot tell a saving from chance." in printed(tables.ratios(alone))
    nobody = compared.policies[0].model_copy(update={"saver": None})
    hopes = Comparison(compared.scenario, (nobody,), compared.pairs)
    assert [table.title for table in tables.comparison(hopes) if isinstance(table, Table)] == [
        "Who saved (−) and who paid (+): pounds a year",
        "What it did to residents",
    ]


def test_the_matrix_has_intervals_and_families(compared: Comparison) -> None:
    whole = Comparison(compared.scenario, compared.policies, compared.pairs, (compared, compared))
    made = tables.matrix(whole)
    told = printed(made)
    assert "Residents and families" in told
    assert "Public purse" in told
    assert " to" in told
    assert "90% intervals (chance only)" in " ".join(told.split())
    assert [column.header for column in made.columns] == ["payer", "1", "2", "together", "interaction"]


def test_sums_are_no_finer_than_one_contact(compared: Comparison) -> None:
    told = printed(tables.money(compared))
    assert "Rounded to £100." in told
    sums = re.findall(r"£([\d.,]+)(?![\d.,k mbn])", told.replace("£100.", ""))
    assert all(float(sum_.replace(",", "")) % 100 == 0 for sum_ in sums)


def test_what_is_no_number_is_null_in_json(compared: Comparison) -> None:
    frame = compared.ratios().assign(mean=[math.nan, math.inf, 1.5])
    assert [row["mean"] for row in rows(frame)] == [None, None, 1.5]


@pytest.mark.parametrize(
    ("sum_", "told"),
    [(0, "£0"), (949, "£949"), (1_234, "£1.23k"), (-5_678_900, "−£5.68m"), (2.5e9, "£2.5bn")],
)
def test_sums_have_three_figures(sum_: float, told: str) -> None:
    assert tables.pounds(sum_) == told


@pytest.mark.parametrize(("seconds", "told"), [(0.84, "0.8 s"), (75.4, "75 s"), (250, "4 min 10 s")])
def test_times_are_told_as_one_would(seconds: float, told: str) -> None:
    assert lasted(seconds) == told


def test_an_interval_that_is_not_known_is_left_out() -> None:
    assert tables.between("n/a", "n/a") == tables.between("", "") == ""
    assert tables.between("1", "2") == "1 to 2"
