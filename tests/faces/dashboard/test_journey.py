"""A resident's two lives agree with the record: what is drawn, what is priced, how often the story is told."""

from __future__ import annotations

import re
import threading
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from demandsim.experiment.settle import settle
from demandsim.faces.dashboard import journey
from demandsim.faces.dashboard.lanes import AWAY, described, lanes, marked
from demandsim.faces.dashboard.question import Question
from demandsim.faces.dashboard.trace import Trace, traced
from demandsim.records.labels import FAMILIES, NONE
from demandsim.records.record import RunRecord
from demandsim.scenario.group import Group
from demandsim.scenario.read import read_scenario
from demandsim.simulation.model import DemandModel

TOWN = Question("small-town", "", "small-town-council-saves", 1, 2_000, 1, 2)


@pytest.fixture(scope="module")
def trace() -> Trace:
    found = traced(TOWN, threading.Event(), lambda part: None)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def everyone() -> RunRecord:
    """A short run in which everyone is followed, and everyone is in the panel."""
    scenario = TOWN.scenario().replace(weeks=39)
    start = settle(scenario, seed=1)
    rows = start.state.identity.shape[0]
    model = DemandModel(
        scenario,
        seed=1,
        policies=TOWN.policies("second"),
        start=start,
        followed=range(rows),
        panel=Group(),
    )
    model.run()
    return model.record


def life(record: RunRecord, resident: int) -> journey.Life:
    """Cut one resident's life out of a record."""
    own = replace(record, journal=record.journal[record.journal[:, 1] == resident])
    return journey.Life("", own, own.journeys())


def made(*rows: tuple[str, str, str]) -> pd.DataFrame:
    """Make a journey of events, needs and kinds."""
    return pd.DataFrame(rows, columns=["event", "need", "kind"])


def test_a_story_is_told_at_each_assessment_and_to_each_door_that_hands_it_on() -> None:
    events = made(
        ("need started", "housing", "none"),
        ("handed on", "housing", "none"),  # told once, to the door that hands it on
        ("contact", "housing", "assessment"),  # told again: nobody passed it along
        ("contact", "housing", "episode_week"),
        ("referred", "housing", "none"),  # a referral after help is no telling
        ("turned away", "frailty", "none"),
        ("contact", "frailty", "assessment"),  # the first time for this need
        ("contact", "background", "visit"),
        ("lost in a hand-off", "housing", "none"),
    )
    assert journey.stories(events) == journey.Stories(told=3, again=1)
    assert journey.stories(events.head(0)) == journey.Stories(told=0, again=0)


def test_pounds_of_one_resident_are_those_of_the_panel(everyone: RunRecord) -> None:
    """The panel prices contacts as they happen, without charges; charges only move money between payers."""
    panel = everyone.panel().groupby("resident").sum(numeric_only=True)
    busiest = panel.filter(like="contacts_").sum(axis=1).nlargest(12).index
    for resident in busiest:
        due = journey.paid(life(everyone, int(resident)))
        stated = {name: panel.loc[resident, f"pounds_{name}"] for name in everyone.scenario.agencies}
        assert sum(due.values()) == round(100 * sum(stated.values()))
        if FAMILIES not in due:
            assert due == {name: round(100 * pounds) for name, pounds in stated.items() if pounds}


@pytest.mark.parametrize("view", ["full", "cash"])
def test_pounds_of_all_residents_add_up_to_the_ledger(everyone: RunRecord, view: str) -> None:
    due = journey.paid(journey.Life("", everyone, everyone.journeys()), view)
    ledger = everyone.ledger(("payer", "service", "kind"), view=view, scaled=False)
    without = ["capacity", "set_up", "running", "grant", "benefit"]
    ledger = ledger[~ledger["kind"].isin(without) & (ledger["service"] != "unpaid_care")]
    stated = ledger.groupby("payer")["pence"].sum()
    assert "charge" in set(ledger["kind"])
    assert due == {payer: pence for payer, pence in stated.items() if pence}


def test_lanes_draw_every_contact_bounce_and_crisis_of_the_journey(trace: Trace) -> None:
    for resident in {journey.most_changed(trace), journey.most_bounced(trace), journey.by_lot(trace, 1, 1)}:
        for one in journey.lives(trace, resident):
            marks = list(marked(one, trace.scenario))
            events = one.events
            weekly = events["kind"].isin(["episode_week", "stay_week"])
            contacts = events[events["event"] == "contact"]
            assert sum(mark.what == "contact" for mark in marks) == int((~weekly[contacts.index]).sum())
            assert sum(mark.what == "bounce" for mark in marks) == int(events["event"].isin(AWAY).sum())
            crises = (events["severity"] == 4) & events["event"].isin(["need started", "need worsened"])
            assert sum(mark.what == "crisis" for mark in marks) == int(crises.sum())
            weeks = contacts[weekly[contacts.index]].drop_duplicates(["service", "week"])
            assert sum(m.until - m.week + 1 for m in marks if m.what == "weeks") == len(weeks)
            waits = [mark for mark in marks if mark.what == "wait"]
            assert len(waits) == int((events["event"] == "joined a queue").sum())
            assert all(0 <= mark.week <= mark.until < one.record.weeks for mark in waits)


def test_the_picture_says_in_words_what_it_shows(trace: Trace) -> None:
    resident = journey.most_bounced(trace)
    pair = journey.lives(trace, resident)
    drawn = lanes(pair, resident, 7)
    marks = [list(marked(one, trace.scenario)) for one in pair]
    assert f"Resident {resident:,} in two worlds" in drawn
    assert 'role="img"' in drawn
    assert re.search(r"<desc id=\"lanes-desc\">World A, .*?World B, .*?</desc>", drawn)
    bounces = sum(mark.what == "bounce" for mark in marks[0])
    assert f"{bounces:,} bounce" in described(pair, marks)
    assert drawn.count("<title>year 1, week 8</title>") >= 2


def test_picks_are_what_they_say_and_come_again(trace: Trace) -> None:
    changed, bounced = journey.most_changed(trace), journey.most_bounced(trace)
    at = trace.residents.tolist().index(changed)
    differ = (trace.weeks[0] != trace.weeks[1]).sum(axis=0)
    assert differ[at] == differ.max() > 0
    times = [
        int(one.events["week"][one.events["event"].isin(AWAY)].nunique())
        for one in journey.lives(trace, bounced)
    ]
    assert sum(times) > 0
    assert journey.by_lot(trace, 1, 3) == journey.by_lot(trace, 1, 3)
    assert len({journey.by_lot(trace, 1, lot) for lot in range(1, 9)}) > 4


def test_what_is_told_is_escaped_and_says_that_it_is_no_saving(trace: Trace) -> None:
    resident = journey.most_changed(trace)
    first, second = journey.lives(trace, resident)
    pair = (first._replace(title="<b>bold</b>"), second)
    told = journey.summed_up(pair, resident) + journey.bill(pair, resident) + journey.told(pair, resident)
    assert "<b>" not in told + lanes(pair, resident, 0)
    assert "not what would be saved" in told
    assert "The story is told at every assessment" in told
    assert np.isin(resident, trace.residents)


def test_the_same_world_twice_is_the_same_life_twice(trace: Trace) -> None:
    pair = journey.lives(trace, journey.by_lot(trace, 1, 1))
    told = journey.summed_up((pair[0], pair[0]), 1)
    assert "Both lives are the same" in told


def test_contacts_are_told_as_a_room_would_say_them() -> None:
    essex = read_scenario("essex")

    def told(kind: str, need: str = NONE) -> str:
        row = {"event": "contact", "need": need, "kind": kind, "severity": 3, "cause_agency": NONE}
        return journey.event_said(row, essex)

    assert told("home") == "contact: then sent home"
    assert told("charged", "mental_health") == "contact: charged with an offence, mental ill health, complex"
    kinds = {kind for service in essex.services.values() for kind in service.kinds}
    assert set(journey.KINDS) <= kinds
    assert not any("(" in told(kind) or "_" in told(kind) for kind in kinds)
