"""Money without a contact, by hand."""

from __future__ import annotations

import numpy as np
from tests.unit.records.made import (
    ADVICE,
    COUNCIL,
    HOSPITAL,
    HOSTEL,
    PRICES,
    TRUST,
    record,
    scenario,
    weekly,
    whole,
)

from demandsim.records.labels import labels
from demandsim.records.lines import PER, line_entries, mechanism_pence, split_weekly, whole_pence
from demandsim.records.measures import OPENING, OUTSIDE_REMIT, UNPAID
from demandsim.records.money import Entries
from demandsim.records.record import FixedLine, RunRecord
from demandsim.scenario.read import read_scenario
from demandsim.scenario.schema import Scenario

WORDS = labels(scenario())


def lines(run: RunRecord, view: str = "full") -> list[tuple[str, str, str, str, list[int], list[int]]]:
    """Lines as provider, payer, service and kind, weeks and pence."""
    return [
        (
            WORDS.agency[e.agency[0]],
            WORDS.payer[e.payer[0]],
            WORDS.service[e.service[0]],
            WORDS.kind[e.kind[0]],
            e.week.tolist(),
            e.pence.tolist(),
        )
        for e in line_entries(run, WORDS, view)
        if e.week.size
    ]


def test_what_is_left_over_is_carried() -> None:
    assert whole_pence(whole([50, 50, 50, 10]), 60).tolist() == [0, 1, 1, 0]
    assert whole_pence(whole([[50, 1], [50, 1]]), whole([60, 1])).tolist() == [[0, 1], [1, 1]]


def test_a_split_adds_up_each_week_and_runs_on() -> None:
    shares = np.tile(whole([333_333, 333_333, 333_334]), (6, 1))
    parts = split_weekly(whole([1] * 6), shares)
    assert parts.sum(axis=1).tolist() == [1] * 6
    missing = shares.cumsum(axis=0) - parts.cumsum(axis=0) * 1_000_000  # millionths of a penny
    assert np.all(abs(missing) < 1_000_000)


def test_who_has_no_share_any_more_pays_nothing() -> None:
    shares = whole([[500_000, 500_000]] * 3 + [[1_000_000, 0]] * 3)
    parts = split_weekly(whole([5] * 6), shares)
    assert parts[:3].tolist() == [[2, 3], [3, 2], [2, 3]]
    assert parts[3:].tolist() == [[5, 0]] * 3


def test_a_split_of_billions_a_week_does_not_overflow() -> None:
    pence = whole([10**13] * 300)  # a hundred billion pounds a week
    parts = split_weekly(pence, np.tile(whole([1, 999_999]), (300, 1)))
    assert parts.sum(axis=0).tolist() == [300 * 10**7, 300 * (10**13 - 10**7)]


def test_funded_minutes_cost_their_part_of_an_hour() -> None:
    counted = weekly()
    counted["funded"][:3, ADVICE] = 90  # 1.5 hours at £30.01 is 4501.5 pence
    run = record(counted=counted)
    # 4501, 9003 and 13504 (.5 left) pence by the end of each week; 60% of them 2700, 5401 and 8102.
    assert lines(run, "cash") == [
        ("council", "council", "advice", "capacity", [0, 1, 2], [2700, 2701, 2701]),
        ("council", "trust", "advice", "capacity", [0, 1, 2], [1801, 1801, 1800]),
    ]
    assert lines(run, "cash_low_r")[0][-1] == [3150, 3150, 3150]
    assert lines(run, "full") == lines(run, "capacity") == []


def test_funded_beds_cost_by_the_week_and_no_limit_has_no_line() -> None:
    counted = weekly()
    counted["funded"][7, HOSPITAL] = 3
    counted["funded"][7, HOSTEL] = 2  # at no cost beside the part that follows contacts
    assert lines(record(counted=counted), "cash") == [
        ("trust", "trust", "hospital", "capacity", [7], [24000])
    ]


def test_an_hour_is_the_providers_and_payers_of_its_week() -> None:
    moved = PRICES._replace(agency=whole([TRUST] * 4), shares=PRICES.shares.copy())
    moved.shares[ADVICE] = [0, 1_000_000]
    counted = weekly()
    counted["funded"][:4, ADVICE] = 60
    run = record(counted=counted, prices=((0, PRICES), (2, moved)))
    council, trust = line_entries(run, WORDS, "cash")[-2:]
    assert council.week.tolist() == [0, 1]
    assert trust.pence[2:].tolist() == [3001, 3001]
    assert trust.agency.tolist() == [COUNCIL, COUNCIL, TRUST, TRUST]


def test_mechanisms_cost_by_event_and_by_resident_year() -> None:
    counted = weekly()
    counted["event"][0, OPENING] = [2, 9]
    counted["event"][3, OUTSIDE_REMIT] = [4, 1]
    price = whole(
        [[7, 0], [0, 0], [0, 5], [10, 0]]
    )  # openings and residents cost the council, refusals the trust
    council, trust = lines(record(counted=counted, mechanism_pence=price))
    assert council[:4] == ("council", "council", "none", "running")
    # 100 residents at 10 pence a year are 1000/52 pence a week: 19, 38, 57, 76, 96 by the end of each.
    assert council[5][:5] == [14 + 19, 19, 19, 19, 20]
    assert sum(council[5]) == 14 + 1000 * 53 // 52
    assert trust == ("trust", "trust", "none", "running", [3], [5])


def test_sums_that_policies_spend_keep_their_kind() -> None:
    spent = FixedLine(TRUST, "set_up", np.where(np.arange(53) == 10, 5000, 0))
    assert lines(record(lines=(spent,))) == [("trust", "trust", "none", "set_up", [10], [5000])]


def test_care_given_unpaid_is_borne_by_families() -> None:
    counted = weekly()
    counted["measure"][2, UNPAID] = [1, 0, 0, 0, 2]
    expected = [("none", "residents_and_families", "unpaid_care", "charge", [2], [999])]
    assert lines(record(counted=counted)) == lines(record(counted=counted), "cash") == expected
    assert lines(record(counted=counted), "capacity") == []


def test_unpaid_care_costs_what_it_costs_in_its_week() -> None:
    counted = weekly()
    counted["measure"][[1, 2], UNPAID, 0] = 1
    run = record(counted=counted, prices=((0, PRICES), (2, PRICES._replace(unpaid=PRICES.unpaid + 7))))
    (found,) = lines(run)
    assert (found[4], found[5]) == ([1, 2], [PRICES.unpaid, PRICES.unpaid + 7])


def test_lines_are_about_no_resident_and_have_no_contact() -> None:
    counted = weekly()
    counted["measure"][2, UNPAID] = 1
    found: Entries = line_entries(record(counted=counted), WORDS, "full")[-1]
    assert [WORDS.need[n] for n in found.need] == ["none"]
    assert [*found.severity, *found.cause, *found.contacts] == [0, 0, 0]


def test_before_the_first_week_there_is_no_line() -> None:
    assert line_entries(record(counted=weekly(0)), WORDS, "cash") == []


def led(**strengths: dict[str, float]) -> Scenario:
    """England with some agencies' use of the mechanisms set."""
    england = read_scenario("england")
    agencies = england.model_dump()["agencies"]
    for mechanism, used in strengths.items():
        for agency, strength in used.items():
            agencies[agency]["leadership"][mechanism] = strength
    return england.replace(agencies=agencies)


def paid(scenario: Scenario, per: str) -> dict[str, int]:
    """Pence for each of something, by the agencies that pay any."""
    row = mechanism_pence(scenario)[PER.index(per)].tolist()
    return {name: sum_ for name, sum_ in zip(scenario.agencies, row, strict=True) if sum_}


def test_what_is_bought_for_the_whole_place_is_paid_once_at_the_strongest_strength() -> None:
    many = led(
        shared_records={"county_council": 0.8, "police": 0.8, "acute_trusts": 0.6, "primary_care": 0.2}
    )
    # £1.20 a resident and year x 0.8 is 96 pence: 32, 24 and 8 for 0.8, 0.6 and 0.2 of 2.4 in all.
    assert paid(many, "resident_year") == {
        "county_council": 32,
        "police": 32,
        "acute_trusts": 24,
        "primary_care": 8,
    }
    assert paid(led(shared_records={"police": 0.8}), "resident_year") == {"police": 96}
    uneven = led(community_support=dict.fromkeys(("county_council", "police", "dwp"), 1.0))
    assert paid(uneven, "resident_year") == {"county_council": 134, "police": 133, "dwp": 133}
    assert paid(read_scenario("england"), "resident_year") == {}


def test_what_is_done_at_a_door_is_paid_by_each_agency_that_does_it() -> None:
    both = led(warm_hand_over={"county_council": 1.0, "police": 0.5})
    assert paid(both, "hand_off") == {"county_council": 3200, "police": 1600}
    assert paid(led(discretion={"police": 0.5}), "outside_remit") == {"police": 3000}
    assert paid(led(whole_needs_assessment={"dwp": 1.0}), "opening") == {"dwp": 4200}
