"""Outcomes told apart need by need; and shipped policies that copy a whole list change only what they mean to."""

from __future__ import annotations

from typing import Any

import pytest

from demandsim.scenario.endings import Ending, Shift, shifts, what_becomes
from demandsim.scenario.files import shipped
from demandsim.scenario.problems import tuples
from demandsim.scenario.read import read_policy, read_scenario

TOWN = read_scenario("small-town")
ROWS: list[dict[str, Any]] = [
    {"kind": "attended", "share": [0.9, 0.9, 0.8, 0.7, 0.6]},
    {"kind": "passed_on", "share": [0.1, 0.1, 0.2, 0.3, 0.4], "next": "general_practice"},
    {"kind": "attended", "needs": ["frailty"], "share": [0.0, 1.0, 1.0, 0.5, 0.5]},
    {"kind": "passed_on", "needs": ["frailty"], "share": [0.0, 0.0, 0.0, 0.5, 0.5], "refers_to": "home_care"},
]

MEANT = {
    ("police-narrows-remit", "police_response"): {"mental_health", "housing", "drugs_alcohol"},
    ("system-leadership", "police_response"): {"mental_health"},
    ("system-leadership", "a_and_e"): {"frailty"},
}
"""Whom each shipped policy means to fare otherwise; its rows for everybody else are the scenario's, copied."""


def changed(row: int, **settings: Any) -> list[dict[str, Any]]:
    """The rows with one changed."""
    return [{**one, **settings} if number == row else one for number, one in enumerate(ROWS)]


def test_the_same_rows_do_not_shift_whatever_their_order() -> None:
    assert list(shifts(ROWS, ROWS[::-1])) == []
    assert what_becomes(ROWS, ROWS, TOWN) == "what becomes of those who come stays as it is"


def test_rows_of_one_ending_count_together() -> None:
    halves = [{**ROWS[0], "share": [share / 2 for share in ROWS[0]["share"]]}] * 2
    assert list(shifts(ROWS, [*halves, *ROWS[1:]])) == []


def test_what_is_rarer_and_what_is_more_frequent_is_told_by_need() -> None:
    after = changed(2, share=[0.0, 1.0, 0.9, 0.5, 0.5])
    after.append({"kind": "passed_on", "needs": ["frailty"], "share": [0, 0, 0.1, 0, 0], "next": "hospital"})
    fewer, more = Ending("attended", None), Ending("passed_on", "hospital")
    assert list(shifts(ROWS, after)) == [Shift("frailty", (fewer,), (more,))]
    assert what_becomes(ROWS, after, TOWN) == (
        "of those who come about frailty, fewer are attended to and more are passed on to the hospital"
    )


def test_a_need_that_gets_rows_of_its_own_is_set_beside_those_of_everyone() -> None:
    own = {"kind": "attended", "needs": ["housing"], "share": [1.0] * 5}
    (shift,) = shifts(ROWS, [*ROWS, own])
    assert (shift.need, [one.kind for one in shift.fewer]) == ("housing", ["passed_on"])


def test_everyone_else_is_told_as_such() -> None:
    after = changed(0, share=[0.8] * 5)
    assert "of those who come about anything else, " in what_becomes(ROWS, after, TOWN)


@pytest.mark.parametrize(("name", "service"), MEANT, ids=str)
def test_a_shipped_policy_changes_the_outcomes_it_means_to_and_no_other(name: str, service: str) -> None:
    meant = MEANT[name, service]
    before = tuples(read_scenario("essex").services[service].outcomes)
    path = f"services.{service}.outcomes"
    (after,) = [change.set[path] for change in read_policy(name).own if path in change.set]
    assert {shift.need for shift in shifts(before, tuples(after))} == meant
    kept = [
        [_plain(row) for row in rows if not meant & set(row.get("needs", ()))] for rows in (before, after)
    ]
    assert kept[0] == kept[1]


def test_every_shipped_policy_that_sets_outcomes_says_what_it_means() -> None:
    paths = sorted((shipped() / "policies").glob("*.toml"))
    found = {
        (policy.name, path.split(".")[1])
        for policy in (read_policy(path) for path in paths if not path.stem.startswith("small-town"))
        for change in policy.own
        for path in change.set
        if path.endswith(".outcomes")
    }
    assert found == set(MEANT)


def _plain(row: Any) -> dict[str, Any]:
    """A row without what it leaves empty."""
    return {key: tuple(item) if isinstance(item, list) else item for key, item in row.items() if item}
