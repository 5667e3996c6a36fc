"""A policy changes nothing before its first week, and afterwards nothing in the lives of those it never reaches."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from tests.twin.made_up import made_up

from demandsim.population.columns import HERE
from demandsim.records.panel import Quarter
from demandsim.scenario.group import Group
from demandsim.scenario.policy import Change, Money, MoveDriver, MoveService, Policy
from demandsim.scenario.schema import Scenario
from demandsim.scenario.service import Responsive
from demandsim.simulation.model import DemandModel

Rows = NDArray[np.bool_]

WEEKS, FIRST = 60, 8
SOUTH = Group(district=("south",))
LOT = Group(share=0.15, membership="fixed")

CHANGES: dict[str, tuple[Change, ...]] = {
    "a setting": (Change(set={"services.home_care.threshold": 4}),),
    "a setting bit by bit": (Change(ramp_weeks=30, set={"services.home_care.package": 0.3}),),
    "a way of working": (
        Change(set={"agencies.council.leadership.discretion": 1.0}),
        Change(set={"agencies.health_trust.leadership.warm_hand_over": 1.0}),
    ),
    "a service closed by lot": (Change(close="voluntary_support", group=LOT),),
    "a service opened": (Change(open="tenancy_support"),),
    "a driver": (Change(group=SOUTH, move_driver=MoveDriver(driver="rents", by=2.0)),),
    "money": (Change(money=Money(service="home_care", pounds_a_year=-40_000)),),
    "money spent once": (Change(money=Money(agency="council", kind="set_up", pounds=9_999.99)),),
    "who pays": (
        Change(move_service=MoveService(service="custody", payers={"council": 0.4, "police": 0.6})),
    ),
}
"""Kinds of change; each alone makes a policy."""

REACH: dict[str, tuple[Change, ...]] = {
    "rents in the south": CHANGES["a driver"],
    "shut in the south": tuple(
        Change(close=service, group=SOUTH)
        for service in ("voluntary_support", "general_practice", "home_care")
    ),
    "shut by lot": CHANGES["a service closed by lot"] + (Change(close="home_care", group=LOT),),
    "for a while, by lot": (Change(until_week=20, close="general_practice", group=LOT),),
    "opened in the south": (Change(open="tenancy_support", group=SOUTH),),
    "a trial for a while": (Change(until_week=20, open="tenancy_support", group=LOT),),
}
"""Changes that reach some residents, and no others but through a home or a queue they share."""


def policy(changes: tuple[Change, ...], first: int) -> Policy:
    """A policy of the council's whose changes begin in one week."""
    begun = tuple(change.model_copy(update={"from_week": first}) for change in changes)
    return Policy(name="a-test", title="A test", source="a test", maker="council", change=begun)


def later(of: Policy, weeks: int) -> Policy:
    """The same policy, so many weeks later."""
    changes = [
        change.model_copy(
            update={
                "from_week": change.from_week + weeks,
                "until_week": None if change.until_week is None else change.until_week + weeks,
            }
        )
        for change in of.change
    ]
    return of.model_copy(update={"change": tuple(changes)})


def watched(scenario: Scenario, seed: int, *policies: Policy) -> DemandModel:
    """A model in which everybody is followed and in the panel."""
    rows = DemandModel(scenario, seed=seed).state.identity.size
    return DemandModel(scenario, seed=seed, policies=policies, followed=range(rows), panel=Group())


def expect_equal_before(bare: DemandModel, arm: DemandModel, first: int) -> None:
    """Step both to the policy's first week; ledger, columns, weekly counts, journals and carried minutes are equal."""
    while bare.week < first:
        bare.step()
        arm.step()
        assert bare.digest == arm.digest, bare.week
    assert np.array_equal(bare.record.journal, arm.record.journal)
    for name in ("carried", "fraction", "taken", "waiting", "funded"):
        assert np.array_equal(getattr(bare.book, name), getattr(arm.book, name)), name


@pytest.mark.parametrize("kind", CHANGES)
def test_arms_are_the_same_run_until_the_first_change_of_any_kind(small_town: Scenario, kind: str) -> None:
    """And then they part: in the run, or where only money moves, in the ledger's pence."""
    town = small_town.replace(residents=1000, weeks=WEEKS)
    change = policy(CHANGES[kind], FIRST)
    bare, arm = watched(town, 3), watched(town, 3, change)
    expect_equal_before(bare, arm, FIRST)
    bare.run()
    arm.run()
    money = [model.record.ledger(("week", "payer"), view="cash", scaled=False) for model in (bare, arm)]
    before = [frame[frame["week"] < FIRST].reset_index(drop=True) for frame in money]
    assert before[0].equals(before[1])
    assert bare.digest != arm.digest or not money[0].equals(money[1])


@pytest.mark.parametrize("number", range(4))
def test_arms_are_the_same_run_until_the_first_change_of_a_made_up_policy(number: int) -> None:
    """A made-up policy in a made-up town, moved to begin in its sixth week."""
    place, made = made_up(number)
    place = place.replace(weeks=place.weeks + 5)
    assert made.first_week is not None
    change = later(made, 5 - made.first_week)
    assert change.first_week == 5
    bare, arm = watched(place, number), watched(place, number, change)
    expect_equal_before(bare, arm, 5)


class Arms(NamedTuple):
    """Two arms, and whom the policy could have reached in either: [resident]."""

    bare: DemandModel
    arm: DemandModel
    touched: Rows


def without_queues(town: Scenario) -> Scenario:
    """The town with hours and beds for all, so that nobody waits for anybody."""
    every = Responsive(low=1.0, central=1.0, high=1.0)  # no capacity stated: every pound follows contacts
    free = {
        name: service.model_copy(update={"hours_a_week": None, "beds": None, "responsive": every})
        for name, service in town.services.items()
    }
    return town.model_copy(update={"services": free})


def run_arms(town: Scenario, changes: tuple[Change, ...]) -> Arms:
    """Run both arms. Touched is whoever the change names, and all who ever shared a home with one who is touched."""
    bare, arm = watched(town, 5), watched(town, 5, policy(changes, 2))
    homes = {(row, home) for model in (bare, arm) for row, home in enumerate(model.state.household.tolist())}
    while arm.week < WEEKS:
        for model in (bare, arm):
            model.step()
            homes |= set(enumerate(model.state.household.tolist()))
    rows = arm.state.identity.size
    if any(change.group is SOUTH for change in changes):
        named = arm.state.district == 1
    else:
        named = arm.state.member != 0
    row, home = np.array(sorted(homes)).T
    size = rows + home.max() + 1
    edges = coo_array((np.ones(row.size), (row, rows + home)), shape=(size, size))
    part = connected_components(edges, directed=False)[1][:rows]
    return Arms(bare, arm, np.isin(part, np.unique(part[named])))


def kept(model: DemandModel, rows: Rows) -> list[Any]:
    """Everything a model holds about some residents: columns, journal, and panel quarter by quarter."""
    journal = model.record.journal
    held: list[Any] = [column[rows] for column in model.state]
    held.append(journal[rows[journal[:, 1]]])
    for quarter in model.record.quarters:
        inside = rows[quarter.resident]
        held += [
            getattr(quarter, field)[inside] for field in Quarter._fields if field not in ("number", "weeks")
        ]
    return held


@pytest.mark.parametrize("kind", REACH)
def test_a_resident_whom_a_policy_never_reaches_lives_the_same_life(small_town: Scenario, kind: str) -> None:
    """Every column, event and quarter, where nobody waits for anybody: nothing else joins two residents but a home."""
    town = without_queues(small_town.replace(weeks=WEEKS))
    bare, arm, touched = run_arms(town, REACH[kind])
    here = arm.state.presence == HERE
    assert (here & ~touched).sum() > 200
    assert (here & touched).sum() > 200
    for one, other in zip(kept(bare, ~touched), kept(arm, ~touched), strict=True):
        assert np.array_equal(one, other)
    journal = kept(bare, ~touched)[len(bare.state)]
    assert journal.shape[0] > 3_000, "there is a life to compare"
    pairs = zip(kept(bare, touched), kept(arm, touched), strict=True)
    assert not all(np.array_equal(one, other) for one, other in pairs), "the policy reaches the others"


def test_with_shared_queues_a_policy_for_some_does_reach_others(small_town: Scenario) -> None:
    """The comparison itself could tell: in the town as it is, those the policy does not name wait longer or less."""
    bare, arm, touched = run_arms(small_town.replace(weeks=WEEKS), REACH["rents in the south"])
    pairs = zip(kept(bare, ~touched), kept(arm, ~touched), strict=True)
    assert not all(np.array_equal(one, other) for one, other in pairs)


def visits(town: Scenario, *policies: Policy) -> tuple[int, ...]:
    """Contacts of tenancy support in a run, by week."""
    model = DemandModel(town, seed=5, policies=policies)
    model.run()
    ledger = model.record.ledger(("week", "service"), scaled=False)
    ours = ledger[ledger["service"] == "tenancy_support"].groupby("week")["contacts"].sum()
    return tuple(int(ours.get(week, 0)) for week in range(town.weeks))


def test_closing_for_next_to_nobody_leaves_those_it_was_opened_for(small_town: Scenario) -> None:
    """Half of all are let in by one policy's lot; another, which shuts out one in 10,000, draws no lot but its own."""
    service = small_town.services["tenancy_support"].model_copy(update={"closed_to": None})
    town = small_town.replace(weeks=WEEKS)
    town = town.model_copy(update={"services": {**town.services, "tenancy_support": service}})
    opened = policy((Change(open="tenancy_support", group=Group(share=0.5)),), 0)
    shut = policy((Change(close="tenancy_support", group=Group(share=0.0001)),), 10)
    alone, both = visits(town, opened), visits(town, opened, shut.model_copy(update={"name": "shuts"}))
    assert sum(alone) > 80
    assert both == alone, "of 2,000 nobody is drawn"
