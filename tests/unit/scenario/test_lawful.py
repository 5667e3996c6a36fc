"""Which changes have a service turn away residents whom the law protects."""

from __future__ import annotations

from typing import Any

import pytest

from demandsim.scenario.group import Group
from demandsim.scenario.lawful import beyond_the_law, within
from demandsim.scenario.policy import Change
from demandsim.scenario.read import read_scenario

TOWN = read_scenario("small-town")  # the law protects home care's residents from severity 3
GP = "general_practice"  # no law

BEYOND: list[dict[str, Any]] = [
    {"set": {"services.home_care.threshold": 4}},
    {"close": "home_care"},
    {"close": "home_care", "group": {"age": (18, 30)}},
    {"set": {"services.home_care.takes": ("housing",)}},
    {"set": {"services.home_care.remit": {"age": (90, 120)}}},
    {"set": {"services.home_care.remit.age": (90, 120)}},
    {"set": {"services.home_care.open_to": {"tenure": ("owned",)}}},
    {"set": {"services.home_care.closed_to": {"tenure": ("owned",)}}},
]
WITHIN: list[dict[str, Any]] = [
    {"set": {"services.home_care.threshold": 3}},
    {"set": {"services.home_care.takes": tuple(TOWN.needs)}},
    {"set": {"services.home_care.remit": {}}},
    {"set": {"services.home_care.package": 0.4}},
    {"set": {f"services.{GP}.threshold": 4, f"services.{GP}.remit": {"age": (90, 120)}}},
    {"set": {"agencies.police.leadership.discretion": 0.5}},
    {"open": "home_care"},
    {"close": GP},
    {"money": {"service": "home_care", "pounds_a_year": -5.0}},
]


@pytest.mark.parametrize("change", BEYOND, ids=str)
def test_what_turns_away_whom_the_law_protects(change: dict[str, Any]) -> None:
    assert beyond_the_law(TOWN, [Change(**change)]) == ("home_care",)


@pytest.mark.parametrize("change", WITHIN, ids=str)
def test_what_the_law_lets_a_service_do(change: dict[str, Any]) -> None:
    assert beyond_the_law(TOWN, [Change(**change)]) == ()


def test_each_service_once_in_the_order_of_the_changes() -> None:
    changes = [Change(**one) for one in ({"close": "home_care"}, {"close": "adult_social_care"}, *BEYOND)]
    assert beyond_the_law(TOWN, changes) == ("home_care", "adult_social_care")


def test_a_service_that_is_closed_anyway_turns_nobody_away() -> None:
    data = TOWN.model_dump()["services"]
    home_care = {**data["home_care"], "closed": True}
    town = TOWN.replace(services={**data, "home_care": home_care})
    assert beyond_the_law(town, [Change(close="home_care")]) == ()


def test_a_narrow_remit_may_widen_and_not_move() -> None:
    data = TOWN.model_dump()["services"]
    home_care = {**data["home_care"], "takes": ("frailty",), "remit": {"age": (65, 120)}}
    town = TOWN.replace(services={**data, "home_care": home_care})

    def marked(**set_: Any) -> bool:
        return bool(
            beyond_the_law(town, [Change(set={f"services.home_care.{k}": v for k, v in set_.items()})])
        )

    assert not marked(takes=())
    assert not marked(takes=("housing", "frailty"), remit={"age": (60, 120)})
    assert marked(takes=("housing",))
    assert marked(remit={"age": (60, 90)})


@pytest.mark.parametrize(
    ("inner", "outer", "answer"),
    [
        ({}, {}, True),
        ({"age": (20, 30)}, {}, True),
        ({}, {"age": (20, 30)}, False),
        ({"age": (20, 30)}, {"age": (20, 40)}, True),
        ({"need": {"frailty": (3, 4)}}, {"need": {"frailty": (2, 4)}}, True),
        ({"need": {"frailty": (1, 4)}}, {"need": {"frailty": (2, 4)}}, False),
        ({"need": {"housing": (3, 4)}}, {"need": {"frailty": (2, 4)}}, False),
        ({"quintile": (1,)}, {"quintile": (1, 2)}, True),
        ({"quintile": (1, 3)}, {"quintile": (1, 2)}, False),
        ({"sex": "female", "age": (20, 30)}, {"sex": "female"}, True),
        ({"sex": "male"}, {"sex": "female"}, False),
        ({"share": 0.2}, {"share": 0.5}, True),
        ({"share": 0.5}, {"share": 0.2}, False),
        (
            {"contact": {"service": "a_and_e", "weeks": 4}},
            {"contact": {"service": "a_and_e", "weeks": 4}},
            True,
        ),
        (
            {"contact": {"service": "a_and_e", "weeks": 4}},
            {"contact": {"service": "a_and_e", "weeks": 2}},
            False,
        ),
        ({"age": (20, 30), "membership": "fixed"}, {"age": (20, 40)}, False),
    ],
    ids=str,
)
def test_one_group_within_another(inner: dict[str, Any], outer: dict[str, Any], answer: bool) -> None:
    assert within(Group(**inner), Group(**outer)) is answer
