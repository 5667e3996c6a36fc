"""The package's tables load whole, each row sourced, no path twice."""

from __future__ import annotations

import pytest

from demandsim.errors import EvidenceError
from demandsim.evidence.parameter import Grade
from demandsim.evidence.tables import find, parameters, plain, read_table, values


def test_every_row_of_the_package_has_unit_range_and_reason() -> None:
    rows = parameters()
    assert rows
    for path, row in rows.items():
        assert path == row.path
        assert row.unit
        assert len(row.source) >= 20
        if row.grade is Grade.JUDGED and row.value not in (0, 0.0):
            assert row.low != row.high, path


def test_every_price_is_in_the_base_once_read() -> None:
    assert {row.in_base_prices().price_year for row in parameters().values() if row.is_price} <= {"2024/25"}


def test_values_are_nested_as_a_scenario_holds_them() -> None:
    nested = values()
    assert nested["deflators"]["from_2013_14"] == 1.356
    assert values("low")["deflators"]["from_2013_14"] < values("high")["deflators"]["from_2013_14"]


def test_whole_numbers_are_whole() -> None:
    assert plain(26.0) == 26
    assert isinstance(plain(26.0), int)
    assert plain((0.0, 0.5)) == (0, 0.5)


def test_find_looks_for_every_word_anywhere() -> None:
    assert [one.path for one in find("DEFLATOR 2013 14")] == ["deflators.from_2013_14"]
    assert len(find("")) == len(parameters())
    assert find("nothing at all like this") == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[services.x]\nweeks = 12\n", r"x.toml \[services.x.weeks\]: 12 has no unit, range or source"),
        ("[services.x]\nweeks = [", "x.toml: not TOML"),
        (
            "[a.b]\nunit = 'weeks'\nsource = 'a long enough source, 2020'\n",
            r"x.toml \[a.b\]: value: is missing",
        ),
    ],
)
def test_a_bare_or_broken_row_is_refused(text: str, message: str) -> None:
    with pytest.raises(EvidenceError, match=message):
        list(read_table(text, "x.toml"))
