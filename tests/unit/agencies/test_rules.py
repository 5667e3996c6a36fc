"""The tables the kernels read: whole numbers only, one length an axis, numbers that point at something."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from demandsim.agencies.doors import kinds
from demandsim.agencies.rules import Rules
from demandsim.agencies.timetable import timetable
from demandsim.scenario.read import read_scenario
from demandsim.scenario.schema import Scenario


@pytest.fixture(scope="module", params=["small-town", "essex"])
def scenario(request: pytest.FixtureRequest) -> Scenario:
    """The places shipped that differ in needs and services."""
    return read_scenario(request.param)


@pytest.fixture(scope="module")
def rules(scenario: Scenario) -> Rules:
    """The place's rules."""
    return timetable(scenario).at(0).rules


def arrays(rules: Rules) -> Iterator[tuple[str, np.ndarray]]:
    """Every array and its name."""
    for part in rules:
        for name, array in part._asdict().items():
            yield f"{type(part).__name__}.{name}", array


def test_rules_hold_whole_numbers_only_in_order_and_writable(rules: Rules) -> None:
    for name, array in arrays(rules):
        assert np.issubdtype(array.dtype, np.integer), name
        assert array.flags.c_contiguous, name


def test_chances_lie_between_nought_and_one(rules: Rules) -> None:
    needs, doors = rules.needs, rules.doors
    for chances in (
        needs.start,
        needs.worsen,
        needs.ease,
        needs.approach,
        needs.emergency,
        needs.ordinary_rate,
        needs.refer_rate,
        doors.gives_up,
        doors.loss,
        doors.tells,
        doors.finds,
        doors.settles,
        doors.ready,
        doors.refer_share,
        doors.await_share,
        doors.outcome_upto,
        rules.routes.upto,
        rules.programmes.take_up,
        rules.life.death,
    ):
        assert chances.min(initial=0) >= 0
        assert chances.max(initial=0) <= 2**32


def test_what_points_at_a_service_a_kind_or_a_group_points_at_one(scenario: Scenario, rules: Rules) -> None:
    services, groups = len(scenario.services), rules.groups.share.size
    doors, needs, routes = rules.doors, rules.needs, rules.routes
    for pointers in (
        doors.hand_on,
        doors.refer_to,
        doors.await_service,
        doors.outcome_next,
        doors.outcome_refer,
        needs.refer_to,
        needs.ordinary_service,
        routes.service,
        rules.background.service,
        rules.programmes.refer_to,
    ):
        assert -1 <= pointers.min(initial=0) <= pointers.max(initial=0) < services
    for pointers in (
        doors.open_to,
        doors.closed_to,
        doors.remit,
        doors.refer_group,
        needs.refer_group,
        routes.group,
    ):
        assert -1 <= pointers.min(initial=0) <= pointers.max(initial=0) < groups
    assert doors.main_kind.max() < len(kinds(scenario))
    assert (doors.kind_service[doors.main_kind] == np.arange(services)).all()


def test_lists_laid_end_to_end_begin_and_end_where_they_should(scenario: Scenario, rules: Rules) -> None:
    services, needs = len(scenario.services), len(scenario.needs)
    doors = rules.doors
    for first, length, rows in (
        (doors.refer_first, services, doors.refer_to),
        (doors.await_first, services, doors.await_service),
        (rules.needs.ordinary_first, needs, rules.needs.ordinary_service),
        (rules.needs.refer_first, needs, rules.needs.refer_to),
    ):
        assert first.size == length + 1
        assert first[0] == 0
        assert (np.diff(first) >= 0).all()
        assert first[-1] == rows.shape[0]


def test_the_outcomes_of_every_emergency_service_close_at_one(scenario: Scenario, rules: Rules) -> None:
    doors = rules.doors
    for at, service in enumerate(scenario.services.values()):
        for column in range(len(scenario.needs) + 1):
            first, last = doors.outcome_first[at, column], doors.outcome_last[at, column]
            assert (last > first) == (service.mode == "emergency")
            if last > first:
                upto = doors.outcome_upto[first:last]
                assert (np.diff(upto, axis=0) >= 0).all()
                assert upto[-1] == pytest.approx(2**32, abs=8)
