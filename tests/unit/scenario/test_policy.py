"""Dates of a change: how much of it has been made by a week."""

from __future__ import annotations

from demandsim.scenario.group import Group
from demandsim.scenario.policy import Change


def test_a_change_rises_evenly_over_its_ramp_and_ends() -> None:
    ramp = Change(close="custody", from_week=3, ramp_weeks=4, until_week=12)
    assert [ramp.part_done(week) for week in range(14)] == [0, 0, 0, 0.25, 0.5, 0.75, *[1] * 5, 1, 0, 0]
    assert [ramp.part_done(week, lag=3) for week in (5, 6, 7, 14, 15)] == [0, 0.25, 0.5, 1, 0]


def test_a_change_without_a_ramp_is_made_at_once() -> None:
    sudden = Change(close="custody", from_week=2)
    assert [sudden.part_done(week) for week in range(4)] == [0, 0, 1, 1]


def test_groups_that_ask_the_same_are_written_alike_whatever_the_order_of_their_needs() -> None:
    one, other = (
        Group(need={"housing": (1, 4), "frailty": (2, 3)}),
        Group(need={"frailty": (2, 3), "housing": (1, 4)}),
    )
    assert one == other
    assert one.model_dump_json() == other.model_dump_json()
