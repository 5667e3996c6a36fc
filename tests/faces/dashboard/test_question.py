"""A link says a question and is read back; rubbish in an address is put right and said."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demandsim.faces.dashboard.question import (
    AS_IT_IS,
    LONGEST_YEARS,
    MOST_PAIRS,
    MOST_RESIDENTS,
    Question,
    asked,
    places,
    presets,
)

VERSION = "9.9.9"
ANY = st.sampled_from(
    [
        "place",
        "first",
        "second",
        "years",
        "residents",
        "seed",
        "pairs",
        "version",
        "other",
        "../../etc/passwd",
    ]
)


def test_an_empty_address_asks_the_usual_and_says_nothing() -> None:
    assert asked("", VERSION) == (Question(), [])


@given(
    place=st.sampled_from(["essex", "england", "small-town"]),
    years=st.integers(1, LONGEST_YEARS),
    residents=st.integers(2_000, MOST_RESIDENTS),
    seed=st.integers(0, 999_999),
    pairs=st.integers(1, MOST_PAIRS),
    data=st.data(),
)
@settings(derandomize=True, max_examples=60, deadline=None)
def test_a_link_is_read_back_as_it_was(
    place: str, years: int, residents: int, seed: int, pairs: int, data: st.DataObject
) -> None:
    first, second = (data.draw(st.sampled_from(sorted(presets(place)))) for _ in range(2))
    question = Question(place, first, second, years, residents, seed, pairs)
    assert asked(question.link(VERSION), VERSION) == (question, [])


@given(st.dictionaries(ANY, st.text(max_size=40)))
@settings(derandomize=True, max_examples=150, deadline=None)
def test_any_address_asks_something_that_can_be_run(given: dict[str, str]) -> None:
    from urllib.parse import urlencode

    question, _ = asked(urlencode(given), VERSION)
    again, said = asked(question.link(VERSION), VERSION)
    assert (again, said) == (question, [])
    assert question.place in places()
    assert {question.first, question.second} <= set(presets(question.place))


@given(st.text(max_size=200))
@settings(derandomize=True, max_examples=150, deadline=None)
def test_any_text_is_read(address: str) -> None:
    question, _ = asked(address, VERSION)
    assert question.place in places()


@pytest.mark.parametrize(
    ("address", "part"),
    [
        ("years=many", "no whole number"),
        ("years=99", "10 is used"),
        ("residents=-5", "2,000 is used"),
        ("place=/etc/passwd", "There is no place"),
        ("second=..%2F..%2Fsecrets", "There is no policy"),
        ("version=0.0.1", "another version"),
    ],
)
def test_what_was_put_right_is_said(address: str, part: str) -> None:
    _, said = asked(address, VERSION)
    assert len(said) == 1
    assert part in said[0]


def test_policies_that_name_what_a_place_has_not_are_not_offered() -> None:
    assert "system-leadership" in presets("essex")
    assert "system-leadership" not in presets("small-town")
    assert all(AS_IT_IS in presets(place) for place in places())


def test_the_version_is_in_the_link() -> None:
    assert dict(parse_qsl(Question().link(VERSION)))["version"] == VERSION
