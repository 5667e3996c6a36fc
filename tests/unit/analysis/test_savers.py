"""Who hopes to save, and at which services."""

from __future__ import annotations

import pytest
from tests.unit.analysis.fakes import SAVING, TOWN, compared, policy

from demandsim.analysis.flows import window
from demandsim.analysis.savers import budget_cut, others_extra, own_saving, savers, touched_services
from demandsim.scenario.policy import Change, Money, MoveService


def test_savers_come_in_order_with_what_they_expect() -> None:
    inner = policy("inner", saver="police", expected_saving=10.0)
    outer = policy("outer", parts=(inner,), saver="council", expected_saving=5.0)
    found = savers(compared(SAVING, outer, policy("more", saver="police", expected_saving=1.0)))
    assert [(one.name, one.agencies, one.expected) for one in found] == [
        ("police", ("police",), 11.0),
        ("council", ("council",), 5.0),
    ]


def test_a_sector_stands_for_its_agencies() -> None:
    (saver,) = savers(compared(SAVING, policy(saver="nhs")))
    assert saver.agencies == tuple(n for n, a in TOWN.agencies.items() if a.sector == "nhs")


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
