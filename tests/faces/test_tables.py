"""Tables for the screen and the files say what the frames hold."""

from __future__ import annotations

import math

import pytest

import demandsim as ds
from demandsim.analysis.comparison import Comparison
from demandsim.faces import tables
from demandsim.faces.output import rows
from demandsim.faces.progress import lasted

SAVES = "small-town-council-saves"


@pytest.fixture(scope="module")
def compared(small_town: ds.Scenario) -> Comparison:
    """Two pairs."""
    town = small_town.replace(residents=500, weeks=60)
    return ds.compare(town, ds.read_policy(SAVES), seeds=2)


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
    outcomes = frame[frame["table"] == "outcomes"]
    assert outcomes["row"].tolist() == compared.outcomes()["measure"].tolist()
    assert not frame.duplicated(["policy", "table", "row"]).any()


def test_the_outcomes_shown_are_outcomes(compared: Comparison) -> None:
    assert set(tables.OUTCOMES) <= set(compared.outcomes()["measure"])


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
    assert tables.between("n/a", "n/a") == ""
    assert tables.between("1", "2") == "1 to 2"
