"""Cohorts: who enters, where they live and what they use since, worked out by hand and against a model's own state."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.unit.records import made

from demandsim.analysis.cohorts import (
    Cohort,
    Entry,
    cohort_frame,
    cohort_quarters,
    entrants,
    entrants_by_group,
    living_in,
    watched,
)
from demandsim.errors import ViewError
from demandsim.population.columns import HERE
from demandsim.records.journal import (
    CONTACT,
    DIED,
    OPENED,
    STAY_BEGAN,
    STAY_ENDED,
    WENT,
)
from demandsim.scenario.base import PLACES
from demandsim.scenario.group import Group
from demandsim.scenario.schema import Scenario
from demandsim.simulation.model import DemandModel

ADVICE, HOSTEL, A_AND_E, HOSPITAL = range(4)


def record(*lines: tuple[int, int, int, int]) -> Any:
    """A run of 53 weeks whose journal holds (week, resident, event, service)."""
    return made.record(journal=[(*line, 0, 1, -1, 0) for line in sorted(lines, key=lambda one: one[0])])


def cohort(**weeks: int) -> Cohort:
    """Entrants r7=3: resident 7 in week 3."""
    return Cohort(
        np.array([int(name[1:]) for name in weeks], np.int64), np.array(list(weeks.values()), np.int64)
    )


def test_each_enters_once_the_first_time() -> None:
    run = record(
        (2, 7, OPENED, ADVICE), (9, 7, OPENED, ADVICE), (5, 3, OPENED, ADVICE), (1, 4, OPENED, HOSTEL)
    )
    found = entrants(run, Entry("advice"))
    assert (found.resident.tolist(), found.week.tolist()) == ([3, 7], [5, 2])


def test_who_met_the_rule_before_does_not_enter_later() -> None:
    run = record(
        (2, 7, OPENED, ADVICE), (9, 7, OPENED, ADVICE), (5, 3, OPENED, ADVICE), (20, 4, OPENED, ADVICE)
    )
    found = entrants(run, Entry("advice", from_week=4, until_week=20))
    assert found.resident.tolist() == [3]


def test_another_event_can_be_the_entry() -> None:
    run = record((2, 7, CONTACT, A_AND_E), (9, 8, OPENED, A_AND_E))
    assert entrants(run, Entry("a_and_e", event="contact")).resident.tolist() == [7]


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        (Entry("dentist"), "no service 'dentist'"),
        (Entry("advice", event="fell over"), "no event 'fell over'"),
    ],
)
def test_a_rule_that_names_what_is_not_there_is_refused(entry: Entry, told: str) -> None:
    with pytest.raises(ViewError, match=told):
        entrants(record((2, 7, OPENED, ADVICE)), entry)


def test_a_run_that_followed_nobody_is_refused() -> None:
    with pytest.raises(ViewError, match="followed nobody"):
        entrants(made.record(), Entry("advice"))


def test_who_moves_out_or_has_too_few_weeks_left_cannot_be_followed() -> None:
    run = record((4, 7, WENT, -1), (30, 8, WENT, -1))
    found = watched(run, cohort(r7=2, r8=2, r9=42, r10=43), weeks=10)
    assert found.resident.tolist() == [8, 9]  # 53 weeks: week 42 + 10 is the last


def test_where_they_live_so_many_weeks_later() -> None:
    run = record(
        (3, 1, STAY_BEGAN, HOSTEL),  # and stays
        (3, 2, STAY_BEGAN, HOSTEL),
        (9, 2, STAY_ENDED, HOSTEL),
        (3, 3, STAY_BEGAN, HOSTEL),
        (5, 3, STAY_BEGAN, HOSPITAL),  # hospital interrupts and does not end it
        (3, 4, STAY_BEGAN, HOSTEL),
        (6, 4, DIED, -1),
        (13, 5, STAY_BEGAN, HOSTEL),  # too late
    )
    all_five = cohort(r1=2, r2=2, r3=2, r4=2, r5=2)
    assert living_in(run, all_five, ["hostel"], weeks=10).tolist() == [True, False, True, False, False]
    assert living_in(run, all_five, ["hostel"], weeks=6).tolist() == [True, True, True, False, False]
    assert living_in(run, all_five, ["hospital", "hostel"], weeks=11).tolist()[4]


def test_outcomes_for_each_100_entrants_by_hand() -> None:
    lines = [(1, who, OPENED, ADVICE) for who in range(40)]
    lines += [(1, 0, CONTACT, A_AND_E), (2, 0, CONTACT, A_AND_E), (12, 1, CONTACT, A_AND_E)]
    lines += [(11, who, CONTACT, A_AND_E) for who in range(10)]  # the last week that counts
    lines += [(5, 11, DIED, -1), (6, 39, WENT, -1), (8, 12, STAY_BEGAN, HOSTEL)]
    run = record(*lines)
    entered = entrants(run, Entry("advice"))
    frame = cohort_frame([(run, entered)], weeks=10).set_index("measure")
    assert frame.loc["ever_used_a_and_e", "value"] == pytest.approx(100 * 10 / 39)
    assert frame.loc["contacts_a_and_e", "value"] == pytest.approx(100 * 11 / 39)
    assert frame.loc["died", "value"] == pytest.approx(100 / 39)
    assert frame.loc["living_in_hostel", "value"] == pytest.approx(100 / 39)
    assert frame.loc["moved_out", ["n", "value"]].tolist() == [40, 2.5]
    assert set(frame["n"].drop("moved_out")) == {39}
    # Wilson's bounds of 10 in 39, by the roots of (p - q)^2 = z^2 q (1 - q) / n.
    for bound in ("low", "high"):
        q = frame.loc["ever_used_a_and_e", bound] / 100
        assert (10 / 39 - q) ** 2 == pytest.approx(1.644854**2 * q * (1 - q) / 39)


def test_seeds_are_pooled_and_nothing_is_scaled() -> None:
    runs = [record(*[(1, who, OPENED, ADVICE) for who in range(20)]) for _ in range(2)]
    frame = cohort_frame([(run, entrants(run, Entry("advice"))) for run in runs], weeks=10)
    assert frame["n"].tolist() == [40] * len(frame)  # 100 residents stand for 250 people: 40, not 100


def test_too_few_entrants_are_refused() -> None:
    run = record(*[(1, who, OPENED, ADVICE) for who in range(29)])
    with pytest.raises(ViewError, match="29 entrants with 10 weeks after; 30 or more would do"):
        cohort_frame([(run, entrants(run, Entry("advice")))], weeks=10)


def test_quarters_since_entry_by_hand() -> None:
    rows = [
        {"resident": who, "quarter": quarter, "contacts_advice": quarter + who % 2, "pounds_council": 2.0}
        for who in range(40)
        for quarter in range(6)
    ]
    panel = pd.DataFrame(rows)
    entered = Cohort(np.arange(40), np.full(40, 27))  # week 27 is in quarter 2
    found = cohort_quarters(panel[~((panel["resident"] == 0) & (panel["quarter"] == 3))], entered, quarters=2)
    assert found["quarter"].tolist() == [0, 1, 2]
    assert found["n"].tolist() == [39] * 3
    assert found["contacts_advice"].tolist() == pytest.approx([100 * (q + 20 / 39) for q in (2, 3, 4)])
    assert found["pounds_council"].tolist() == pytest.approx([200.0] * 3)
    with pytest.raises(ViewError, match="0 entrants with 9 quarters after"):
        cohort_quarters(panel, entered, quarters=9)


@pytest.fixture(scope="module")
def town(small_town: Scenario) -> DemandModel:
    """A year of 2,000 people of the small town, all followed and in a panel."""
    scenario = small_town.replace(residents=2000, weeks=52)
    bare = DemandModel(scenario, seed=3)
    rows = range(len(bare.state.identity))
    model = DemandModel(scenario, seed=3, followed=tuple(rows), panel=Group())
    model.run()
    return model


def test_where_they_live_agrees_with_the_model(town: DemandModel) -> None:
    everyone = Cohort(np.arange(len(town.state.identity)), np.zeros(len(town.state.identity), np.int64))
    services = list(town.place_scenario.services)
    here = town.state.presence == HERE
    place = {name: service.place for name, service in town.place_scenario.services.items()}
    checked = 0
    for name in (name for name in services if place[name]):
        found = living_in(town.record, everyone, [name], weeks=51) & here
        # In a stay, or to go back to it when hospital lets them go.
        at = services.index(name)
        state = (town.state.stay_service == at) | (town.state.back_to == at)
        assert found.tolist() == (state & here).tolist(), name
        checked += int(found.sum())
    assert checked > 10
    assert place["hospital"] in PLACES


def test_who_enters_a_group_is_seen_at_the_end_of_a_quarter(town: DemandModel) -> None:
    group = Group(need={"frailty": (2, 4)})
    found = entrants_by_group(town.record, group)
    panel = town.record.panel()
    assert set(found.week.tolist()) <= {25, 38, 51}
    for resident, week in zip(found.resident.tolist(), found.week.tolist(), strict=True):
        own = panel[panel["resident"] == resident].set_index("quarter")["severity_frailty"]
        quarter = (week + 1) // 13 - 1
        assert own[quarter] >= 2
        assert (own[own.index < quarter] < 2).all()
        assert len(own[own.index < quarter])
    assert len(found.resident) > 0
    assert not math.isnan(cohort_quarters(panel, found, quarters=0, least=1)["n"][0])
