"""Outcomes of one run, by hand."""

from __future__ import annotations

import math

import pytest
from tests.unit.records.made import A_AND_E, ADVICE, record, rows, weekly

from demandsim.errors import ViewError
from demandsim.records import measures
from demandsim.records.outcomes import outcomes_frame, overrun_minutes, yearly_rates
from demandsim.records.record import RunRecord


@pytest.fixture(scope="module")
def run() -> RunRecord:
    """Twelve contacts, a fortnight of measures and one overrun."""
    counted = weekly()
    counted["measure"][0, measures.CRISES] = [4, 0, 0, 0, 1]
    counted["measure"][1, measures.WAITED] = [6, 0, 0, 0, 4]
    counted["measure"][1, measures.HELPED] = [3, 0, 0, 0, 1]
    counted["measure"][1, measures.HEALTH] = [65_536 * 26, 0, 0, 0, 0]
    counted["measure"][:2, measures.RESIDENT_WEEKS] = [260, 0, 0, 0, 520]
    counted["funded"][:, A_AND_E] = 100
    counted["used"][0, A_AND_E], counted["carried"][0, A_AND_E] = 160, -60
    counted["used"][1:, A_AND_E], counted["carried"][1:, A_AND_E] = 100, -60
    return record(
        [
            (0, ("advice", "visit"), "drink", 2, "none", 3),
            (0, ("a_and_e", "home"), "background", 0, "none", 4),
            (0, ("a_and_e", "admitted"), "debt", 4, "council", 1),
            (1, ("hospital", "admission"), "debt", 4, "council", 1),
            (1, ("hospital", "stay_week"), "debt", 4, "none", 3),
        ],
        counted=counted,
    )


def test_counts_are_of_the_place_and_shares_are_shares(run: RunRecord) -> None:
    value = outcomes_frame(run).set_index("measure")["value"]
    assert value["crises"] == 5 * 2.5
    assert value["qalys_lost"] == 0.5 * 2.5
    assert value["weeks_to_help"] == 10 / 4
    assert value["failure_demand_share"] == 2 / 8
    assert value["contacts"] == 12 * 2.5
    assert value["a_and_e_attendances"] == 5 * 2.5
    assert value["emergency_admissions"] == 1 * 2.5
    assert value["overrun_hours"] == 1 * 2.5
    # Quintile 1 lived 520 resident-weeks, ten years; quintile 5 twice that.
    assert value["crises_gap"] == 4 / 10 * 1000 - 1 / 20 * 1000
    assert value["qalys_lost_gap"] == pytest.approx(0.5 / 10 * 1000)


def test_weeks_before_the_first_that_counts_are_left_out(run: RunRecord) -> None:
    value = outcomes_frame(run, from_week=1).set_index("measure")["value"]
    assert run.outcomes(from_week=1).set_index("measure")["value"].equals(value)
    assert value["crises"] == 0
    assert value["qalys_lost"] == 0.5 * 2.5
    assert value["contacts"] == 4 * 2.5
    assert value["failure_demand_share"] == 1 / 4
    assert value["a_and_e_attendances"] == 0
    assert value["emergency_admissions"] == 1 * 2.5
    assert value["overrun_hours"] == 0  # it came up in week 0 and was carried on
    assert value["resident_weeks"] == 780 * 2.5
    assert outcomes_frame(run, from_week=0).equals(outcomes_frame(run))
    later = outcomes_frame(run, from_week=53).set_index("measure")["value"]
    assert later["contacts"] == 0
    assert math.isnan(later["crises_gap"])


def test_a_week_that_is_none_is_refused(run: RunRecord) -> None:
    for wrong in (-1, run.weeks + 1, 500, 1.5, "1", True, None):
        with pytest.raises(
            ViewError, match=f"from_week: given {wrong!r}; a whole number from 0 to {run.weeks}, the weeks of"
        ):
            outcomes_frame(run, from_week=wrong)


def test_every_weekly_count_is_there_and_no_key_comes_twice(run: RunRecord) -> None:
    frame = outcomes_frame(run)
    assert list(frame.columns) == ["measure", "unit", "value", "quoted_from"]
    assert [str(t) for t in frame.dtypes] == ["str", "str", "float64", "int64"]
    assert frame["measure"].is_unique
    assert len(frame) == len(measures.MEASURES) + 8
    assert {"lost_hand_offs", "delayed_discharge_weeks", "unmet_need_weeks", "bounces", "deaths"} <= set(
        frame["measure"]
    )
    assert (frame["unit"] != "").all()


def test_what_cannot_be_divided_is_not_a_number() -> None:
    value = outcomes_frame(record(counted=weekly(0))).set_index("measure")["value"]
    nothing = {"weeks_to_help", "failure_demand_share", "crises_gap", "qalys_lost_gap"}
    assert {name for name in value.index if math.isnan(value[name])} == nothing


def test_a_place_without_a_hospital_has_no_admissions(run: RunRecord) -> None:
    services = dict(run.scenario.services)
    services["clinic"] = services.pop("hospital")
    other = record()
    other.scenario.services = services
    assert "emergency_admissions" not in set(outcomes_frame(other)["measure"])
    assert "a_and_e_attendances" in set(outcomes_frame(other)["measure"])


def test_an_overrun_counts_when_it_comes_up_and_not_while_it_is_carried() -> None:
    counted = weekly()
    counted["funded"][:, ADVICE] = 100
    for week, (used, left) in enumerate([(130, -30), (100, -30), (120, -50), (40, 10), (115, -5), (0, 20)]):
        counted["used"][week, ADVICE], counted["carried"][week, ADVICE] = used, left
    assert overrun_minutes(record(counted=counted)) == 30 + 0 + 20 + 5


def test_an_overrun_from_before_the_first_recorded_week_is_not_this_runs() -> None:
    counted = weekly()
    counted["funded"][:, ADVICE] = 100
    counted["used"][0, ADVICE], counted["carried"][0, ADVICE] = 90, -40  # it began 50 short
    assert overrun_minutes(record(counted=counted)) == 0


def test_yearly_rates_and_what_needs_drive(run: RunRecord) -> None:
    frame = yearly_rates(run)
    # 1,560 resident-weeks are 30 years.
    assert rows(frame)[1] == ("advice", "visit", 3 / 30 * 1000, 1.0)
    assert rows(frame)[3:5] == [
        ("a_and_e", "home", pytest.approx(4 / 30 * 1000), 0.2),
        ("a_and_e", "admitted", pytest.approx(1 / 30 * 1000), 0.2),
    ]
    assert len(frame) == 7
    assert math.isnan(frame.set_index("service")["need_driven_share"]["hostel"])
