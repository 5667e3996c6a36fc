"""The trace is what the model did: the same residents in both worlds, week by week."""

from __future__ import annotations

import base64
import threading

import numpy as np
import pytest

from demandsim.faces.dashboard.question import Question
from demandsim.faces.dashboard.trace import BOUNCED, FOLLOWED, GONE, Trace, traced
from demandsim.faces.dashboard.watch import sample_said

TOWN = Question("small-town", "", "small-town-council-saves", 1, 2_000, 1, 2)


@pytest.fixture(scope="module")
def trace() -> Trace:
    found = traced(TOWN, threading.Event(), lambda part: None)
    assert found is not None
    return found


def test_both_worlds_follow_the_same_residents_with_the_same_first_weeks(trace: Trace) -> None:
    assert trace.residents.size == FOLLOWED
    assert (np.diff(trace.residents) > 0).all()
    one, other = trace.weeks
    assert one.shape == other.shape == (52, FOLLOWED)
    late = Question(**{**TOWN.__dict__, "second": ""})
    same = traced(late, threading.Event(), lambda part: None)
    assert same is not None
    assert np.array_equal(same.weeks[0], same.weeks[1])
    assert np.array_equal(same.weeks[0], one)


def test_who_is_followed_is_said_not_to_be_like_everybody(trace: Trace) -> None:
    told = sample_said(trace)
    assert "not like everybody: 3 of 4 were picked for having a need" in told
    picked = float(((trace.weeks[0][0] & 7) > 0).mean())
    assert 0 < trace.needy < picked
    assert f"of all residents {trace.needy:.0%} have one" in told


def test_a_bounce_in_the_trace_is_one_in_the_journey(trace: Trace) -> None:
    frame = trace.records[1].journeys()
    away = frame[frame["event"].isin(["turned away", "handed on", "lost in a hand-off"])]
    told = {(week, resident) for week, resident in zip(away["week"], away["resident"], strict=True)}
    weeks, who = np.nonzero(trace.weeks[1] & BOUNCED)
    assert {(int(w), int(trace.residents[r])) for w, r in zip(weeks, who, strict=True)} == told
    assert told


def test_who_has_gone_stays_gone(trace: Trace) -> None:
    gone = (trace.weeks[1] >> 4) == GONE
    assert (gone[1:] >= gone[:-1]).all()


def test_what_the_browser_is_sent_is_small_and_whole(trace: Trace) -> None:
    data = trace.data()
    assert base64.b64decode(data["worlds"][0]) == trace.weeks[0].tobytes()
    assert sum(len(text) for text in data["worlds"]) < 40_000


def test_it_stops_when_told() -> None:
    stop = threading.Event()
    assert traced(TOWN, stop, lambda part: stop.set()) is None
