"""Which settings a policy may set by path, and that kinds of contact are the scenario's."""

from __future__ import annotations

from typing import Any

import pytest

from demandsim.errors import PolicyError
from demandsim.scenario.read import read_scenario
from demandsim.scenario.settings import apply_set, setting

TOWN = read_scenario("small-town").model_dump()
KINDS = TOWN["services"]["general_practice"]["kinds"]
SECOND = {"unit_cost": 1.0, "hours": 1.0}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("services.general_practice.kinds", {**KINDS, "second": SECOND}),
        ("services.general_practice.kinds.second", SECOND),
        ("services.ambulance.kinds", dict(reversed(TOWN["services"]["ambulance"]["kinds"].items()))),
        ("services.home_care.kinds", {"episode_week": SECOND}),
        ("services.home_care.kinds.extra", SECOND),
        ("services.home_care.kinds.episode_week", SECOND),
    ],
)
def test_kinds_of_contact_are_not_added_left_out_reordered_or_replaced(path: str, value: Any) -> None:
    """The ledger's cells are numbered by them once, as the file has them."""
    with pytest.raises(PolicyError) as refused:
        apply_set(TOWN, path, value, file="a-policy", place="change #1.set")
    assert str(refused.value) == (
        f"a-policy [change #1.set]: '{path}' is not changed by set; set the price or the hours of one kind of "
        'contact: "services.x.kinds.visit.hours"'
    )


def test_what_a_kind_costs_and_takes_is_set_by_its_whole_path() -> None:
    for path in (
        "services.home_care.kinds.episode_week.hours",
        "services.home_care.kinds.assessment.unit_cost",
    ):
        made = apply_set(TOWN, path, 3.5)
        assert setting(made, path) == 3.5
        assert setting(TOWN, path) != 3.5
        assert list(made["services"]["home_care"]["kinds"]) == list(TOWN["services"]["home_care"]["kinds"])
    with pytest.raises(PolicyError, match=r"no setting 'visit' in services\.home_care\.kinds; it is one of"):
        apply_set(TOWN, "services.home_care.kinds.visit.hours", 1.0)


def test_one_payers_share_is_not_set_apart_from_the_others() -> None:
    """Shares that a policy moved one by one would not add up to one while the first had moved."""
    for path, value in (("payers", {"police": 1.0}), ("payers.police", 0.3), ("payers.council", 0.1)):
        with pytest.raises(PolicyError, match="is not changed by set; use move_service"):
            apply_set(TOWN, f"services.place_of_safety.{path}", value)
