"""Who hopes to save, and at which services."""

from __future__ import annotations

import pytest
from tests.unit.analysis.fakes import SAVING, compared, policy

from demandsim.analysis.flows import Window, window
from demandsim.analysis.savers import (
    budget_cut,
    expected_saving,
    made,
    others_extra,
    own_saving,
    savers,
    touched_services,
)
from demandsim.scenario.policy import Change, Money, MoveService


def test_savers_come_in_order_with_what_they_expect() -> None:
    inner = policy("inner", saver="police", expected_saving=10.0)
    outer = policy("outer", parts=(inner,), saver="council", expected_saving=5.0)
    found = savers(compared(SAVING, outer, policy("more", saver="police", expected_saving=1.0)))
    assert found == (("police", 11.0), ("council", 5.0))


def test_own_saving_and_what_others_pay() -> None:
    comparison = compared(SAVING, policy(saver="council"))
    (saver,) = savers(comparison)
    weeks = window(comparison)
    assert own_saving(comparison, saver, "cash", weeks).tolist() == pytest.approx([400, 600, 500])
    assert others_extra(comparison, saver, "cash", weeks).tolist() == pytest.approx([100, 300, 200])
    assert budget_cut(comparison, saver, "cash", weeks).tolist() == pytest.approx([400, 600, 500])


def test_a_policy_that_changes_none_of_the_savers_services_is_taken_net() -> None:
    elsewhere = policy(saver="council", change=(Change(close="custody"),))
    comparison = compared(SAVING, elsewhere)
    (saver,) = savers(comparison)
    cut = budget_cut(comparison, saver, "cash", window(comparison))
    assert cut.tolist() == pytest.approx([400, 600, 500])


def test_every_verb_names_its_service() -> None:
    changes = (
        Change(set={"services.home_care.threshold": 3, "agencies.council.leadership.discretion": 0.5}),
        Change(open="tenancy_support"),
        Change(close="voluntary_support"),
        Change(money=Money(service="hospital", pounds_a_year=-1.0)),
        Change(money=Money(agency="council", kind="grant", pounds_a_year=1.0)),
        Change(move_service=MoveService(service="custody", agency="council")),
    )
    assert touched_services(policy(change=changes)) == {
        "home_care",
        "tenancy_support",
        "voluntary_support",
        "hospital",
        "custody",
    }


def cut(pounds: float, **dates: int) -> Change:
    """A sum taken out of home care."""
    return Change(money=Money(service="home_care", pounds_a_year=-pounds), **dates)


YEARS = Window(0, 104)


def test_a_saving_is_expected_as_far_as_its_cuts_are_made() -> None:
    # Half made on average over the first year's even ramp of 52 weeks (1/52, 2/52, ... 1), wholly in the second.
    ramp = policy(change=(cut(80.0, ramp_weeks=52),), expected_saving=80.0)
    assert made(ramp, YEARS) == pytest.approx((53 / 104 + 1) / 2)
    assert made(ramp, Window(52, 104)) == 1.0
    assert made(policy(change=(cut(80.0, from_week=26, until_week=52),), expected_saving=80.0), YEARS) == 0.25


def test_larger_cuts_weigh_more_and_spending_does_not_count() -> None:
    spent = Change(money=Money(agency="council", kind="set_up", pounds=500.0), from_week=100)
    more = Change(money=Money(service="hospital", pounds_a_year=40.0), from_week=100)
    changes = (cut(30.0), cut(90.0, from_week=52), spent, more)
    assert made(policy(change=changes, expected_saving=120.0), YEARS) == pytest.approx((30 + 90 / 2) / 120)


def test_what_is_expected_beyond_the_cuts_is_laid_on_the_other_changes_alike() -> None:
    others = (Change(close="custody"), Change(close="voluntary_support", from_week=52))
    assert made(policy(change=others, expected_saving=10.0), YEARS) == pytest.approx(0.75)
    both = (*others, cut(30.0, from_week=78))
    assert made(policy(change=both, expected_saving=40.0), YEARS) == pytest.approx(
        (10 * 0.75 + 30 * 0.25) / 40
    )
    assert made(policy(change=both, expected_saving=30.0), YEARS) == pytest.approx(0.25)
    assert made(policy(change=(), expected_saving=30.0), YEARS) == 1.0


def test_each_policy_of_a_saver_is_dated_by_its_own_changes() -> None:
    inner = policy("inner", saver="council", expected_saving=100.0, change=(cut(100.0, from_week=52),))
    outer = policy(
        "outer", parts=(inner,), change=(*inner.change, cut(8.0)), saver="council", expected_saving=8.0
    )
    other = policy("other", saver="police", expected_saving=1000.0)
    comparison = compared(SAVING, outer, other)
    assert expected_saving(comparison, savers(comparison)[0], YEARS) == pytest.approx(100 / 2 + 8)
