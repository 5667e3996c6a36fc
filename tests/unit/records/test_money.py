"""Contacts into money, by hand."""

from __future__ import annotations

import numpy as np
import pytest
from tests.unit.records.made import PRICES, record, scenario, whole

from demandsim.records import money
from demandsim.records.labels import labels
from demandsim.records.money import charge_entries, contact_entries, contacts_by, summed, unit_pence

WORDS = labels(scenario())
VISIT, HOME = ("advice", "visit"), ("a_and_e", "home")


@pytest.mark.parametrize("dense", [0, 1 << 22])
def test_sums_by_code_are_the_same_counted_or_sorted(monkeypatch: pytest.MonkeyPatch, dense: int) -> None:
    monkeypatch.setattr(money, "DENSE", dense)
    code = whole([7, 2, 7, 2, 0])
    row, first, second = summed(code, 9, whole([1, 2, 3, 4, 5]), whole([10, 0, 0, -1, 0]))
    assert code[row].tolist() == [0, 2, 7]
    assert first.tolist() == [5, 6, 4]
    assert second.tolist() == [0, -1, 10]


def test_sums_are_exact_beyond_what_a_float_holds() -> None:
    _, total = summed(whole([0, 0, 0]), 1, whole([1 << 53, 1, 1]))
    assert total.tolist() == [(1 << 53) + 2]


def test_cells_are_added_up_over_what_nobody_asked_for() -> None:
    run = record(
        [
            (0, VISIT, "drink", 2, "none", 3),
            (1, VISIT, "debt", 4, "trust", 5),
            (1, HOME, "debt", 4, "none", 7),
        ]
    )
    assert contacts_by(run, ()).number.tolist() == [8, 7]
    assert contacts_by(run, ("need",)).number.tolist() == [3, 5, 7]
    assert contacts_by(run, ("week",)).number.tolist() == [3, 5, 7]
    assert contacts_by(run, ("cause_sector",)).cause.tolist() == [0, 2, 0]


def test_years_and_price_versions_are_kept_apart() -> None:
    run = record([(w, VISIT, "drink", 2, "none", 1) for w in range(53)], prices=((0, PRICES), (10, PRICES)))
    assert contacts_by(run, ()).number.tolist() == [10, 43]
    assert contacts_by(run, ("year",)).number.tolist() == [10, 42, 1]


def test_unit_pence_of_each_view() -> None:
    run = record()
    assert unit_pence(run, "full")[0, 0].tolist() == [601, 400]
    assert [unit_pence(run, v)[0, 0].tolist() for v in ("cash_low_r", "cash", "cash_high_r")] == [
        [60, 40],
        [120, 80],
        [240, 160],
    ]
    assert unit_pence(run, "capacity")[0, 0].tolist() == [601 - 120, 400 - 80]


def test_a_joint_contact_counts_once_and_is_paid_by_both() -> None:
    run = record([(0, VISIT, "drink", 2, "none", 3)])
    council, trust = contact_entries(run, WORDS, contacts_by(run, ()), "full")
    assert (council.contacts.tolist(), council.pence.tolist()) == ([3], [900])
    assert (trust.contacts.tolist(), trust.pence.tolist()) == ([0], [600])


def test_of_equal_payers_the_first_counts_and_a_free_contact_counts_too() -> None:
    halves = PRICES._replace(shares=PRICES.shares.copy(), full=PRICES.full * 0)
    halves.shares[0] = 500_000
    run = record([(0, VISIT, "drink", 2, "none", 3)], prices=((0, halves),))
    council, trust = contact_entries(run, WORDS, contacts_by(run, ()), "full")
    assert (council.contacts.tolist(), council.pence.tolist()) == ([3], [0])
    assert trust.contacts.size == 0


def test_a_contact_costs_what_it_costs_in_its_week_and_is_its_providers_then() -> None:
    dearer = PRICES._replace(full=PRICES.full * 2, agency=whole([1, 0, 1, 1]))
    run = record(
        [(4, VISIT, "drink", 2, "none", 1), (5, VISIT, "drink", 2, "none", 1)],
        prices=((0, PRICES), (5, dearer)),
    )
    council, _ = contact_entries(run, WORDS, contacts_by(run, ()), "full")
    assert council.pence.tolist() == [300, 600]
    assert council.agency.tolist() == [0, 1]


def test_a_charge_goes_out_of_one_pocket_and_into_others() -> None:
    run = record([(0, VISIT, "drink", 2, "none", 4), (0, ("advice", "assessment"), "drink", 2, "none", 9)])
    found = charge_entries(run, WORDS, contacts_by(run, ()))
    paid = {WORDS.payer[int(e.payer[0])]: e.pence.tolist() for e in found if e.payer.size}
    # 101 pence split 60 to 40: 60.6 and 40.4, the odd penny to the larger remainder; four times.
    assert paid == {"residents_and_families": [404], "council": [-244], "trust": [-160]}
    assert {WORDS.agency[int(a)] for e in found for a in e.agency} == {"council"}
    assert all(np.all(e.contacts == 0) for e in found)


def test_the_odd_penny_of_a_charge_goes_to_the_first_of_equal_payers() -> None:
    halves = PRICES._replace(shares=PRICES.shares.copy())
    halves.shares[0] = 500_000
    run = record([(0, VISIT, "drink", 2, "none", 4)], prices=((0, halves),))
    found = charge_entries(run, WORDS, contacts_by(run, ()))
    paid = {WORDS.payer[int(e.payer[0])]: e.pence.tolist() for e in found if e.payer.size}
    assert paid == {"residents_and_families": [404], "council": [-204], "trust": [-200]}
