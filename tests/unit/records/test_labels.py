"""Codes and what they are called."""

from __future__ import annotations

import numpy as np
from tests.unit.records.made import KINDS, scenario

from demandsim.records.labels import LINES, in_force, labels, named


def test_codes_follow_the_order_of_the_scenario() -> None:
    words = labels(scenario())
    assert words.agency == ("council", "trust", "none")
    assert words.payer == ("council", "trust", "residents_and_families")
    assert words.service == ("advice", "hostel", "a_and_e", "hospital", "none", "unpaid_care")
    assert words.need == ("background", "drink", "debt", "none")
    assert words.kind == (*(kind for _, kind in KINDS), *LINES)
    assert words.cause == ("none", "council", "trust")
    assert words.service_of.tolist() == [0, 0, 1, 2, 2, 3, 3]
    assert [words.sector[s] for s in words.sector_of] == ["council", "nhs", "none"]


def test_codes_of_what_stands_for_none() -> None:
    words = labels(scenario())
    assert (
        words.service[words.no_service]
        == words.need[words.no_need]
        == words.agency[words.no_agency]
        == "none"
    )
    assert words.kind[words.line("charge")] == "charge"
    assert words.kind[words.kinds :] == LINES


def test_words_are_of_pandas_own_string_type() -> None:
    column = named(("a", "b"), np.array([1, 0, 1]))
    assert list(column) == ["b", "a", "b"]
    assert column.dtype == "str"
    assert named(("a", "b"), np.zeros(0, np.int64)).dtype == "str"


def test_the_version_that_holds_is_the_last_that_has_begun() -> None:
    assert in_force(((0, "a"), (2, "b"), (3, "c")), 5).tolist() == [0, 0, 1, 2, 2]
    assert in_force(((0, "a"),), 0).tolist() == []
