"""A number cannot be loaded without unit, range and reason; prices move to one base."""

from __future__ import annotations

from typing import Any

import pytest

from demandsim.errors import EvidenceError
from demandsim.evidence.deflators import to_base_prices
from demandsim.evidence.parameter import Grade, Parameter, parameter

WHOLE: dict[str, Any] = {
    "value": 100,
    "unit": "pounds a visit",
    "low": 50,
    "high": 200,
    "price_year": "2024/25",
    "grade": "measured",
    "source": "Unit Costs of Health and Social Care 2025, table 1",
}
JUDGED: dict[str, Any] = {
    "value": 0.4,
    "unit": "share of unit cost",
    "grade": "judged",
    "source": "Contracts are paid whether taken up or not",
}


def made(**changes: Any) -> Parameter:
    """The whole table with changes; a None takes a key away."""
    table = {key: value for key, value in (WHOLE | changes).items() if value is not None}
    return parameter(table, path="services.x.kinds.visit.unit_cost", file="prices.toml")


def test_a_whole_table_is_a_parameter() -> None:
    one = made()
    assert (one.value, one.low, one.high, one.grade) == (100.0, 50.0, 200.0, Grade.MEASURED)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"unit": None}, "unit: is missing"),
        ({"source": None}, "source: is missing"),
        ({"grade": None}, "grade: is missing"),
        ({"value": None}, "value: is missing"),
        ({"source": "unknown"}, "source must say in words"),
        ({"source": "http://example.example/report"}, "source must say in words"),
        ({"low": 101}, "value 100 must lie between low 101 and high 200"),
        ({"low": None}, "low and high go together"),
        ({"low": None, "high": None, "grade": "judged"}, "a judged number needs a range"),
        ({"range": 2}, "give either range, or low and high"),
        ({"price_year": None}, "a price needs its price_year"),
        ({"price_year": "2024"}, "not a financial year: '2024'"),
        ({"price_year": "n/a"}, "not a financial year: 'n/a'"),
        ({"price_year": "1998/99"}, "no deflator row for '1998/99'"),
        ({"unit": "hours"}, "price_year is for prices"),
        ({"divided_by": 0}, "divided_by: "),
        ({"grade": "guessed"}, "grade: "),
        ({"value": "100"}, "value: "),
        ({"value": True}, "value: "),
        ({"value": [100, 200]}, "low and high must be as long as value"),
        ({"value": float("nan")}, "value: "),
        ({"sauce": "x"}, "sauce: is no part of a number"),
        ({"path": "elsewhere"}, "path is where the table stands"),
    ],
)
def test_what_is_refused_says_where_and_why(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(EvidenceError) as refused:
        made(**changes)
    text = str(refused.value)
    assert text.startswith("prices.toml [services.x.kinds.visit.unit_cost]: ")
    assert message in text
    assert "\n" not in text


@pytest.mark.parametrize(
    ("short", "low", "high"),
    [
        ("half to double", 0.2, 0.8),
        ("third to triple", 0.4 / 3, 1.0),
        ("20% either way", 0.32, 0.48),
        (2, 0.2, 0.8),
        ([0.5, 1.5], 0.2, 0.6),
    ],
)
def test_a_range_can_be_given_in_short_and_a_share_stays_below_one(
    short: Any, low: float, high: float
) -> None:
    one = parameter({**JUDGED, "range": short}, path="a.b", file="x.toml")
    assert (one.low, one.high) == (pytest.approx(low), pytest.approx(high))


@pytest.mark.parametrize("short", ["wide", 0.5, 1, [2, 3], [0.5], True, "200% either way", float("inf")])
def test_a_range_that_is_not_understood_is_refused(short: Any) -> None:
    with pytest.raises(EvidenceError, match="is not understood"):
        parameter({**JUDGED, "range": short}, path="a.b", file="x.toml")


def test_a_range_of_a_row_has_its_shape() -> None:
    one = parameter({**JUDGED, "value": [0.1, 0.2], "range": "half to double"}, path="a.b", file="x.toml")
    assert one.low == (0.05, 0.1)
    assert one.high == (0.2, 0.4)


def test_a_price_moves_to_the_base_and_is_divided_once() -> None:
    one = made(price_year="2013/14", divided_by=4).in_base_prices()
    assert one.value == pytest.approx(100 * 1.356 * 1.0026 / 4)
    assert one.low == pytest.approx(50 * 1.356 * 1.0026 / 4)
    assert (one.price_year, one.divided_by) == ("2024/25", 1.0)
    assert one.in_base_prices() == one


def test_the_base_year_is_one_and_prices_only_rose() -> None:
    assert to_base_prices("2024/25") == 1
    assert to_base_prices("2023/24") == pytest.approx(1.029 * 1.0026)
    assert to_base_prices("2002/03") > to_base_prices("2019/20") > 1
