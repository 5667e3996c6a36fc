"""Journeys in words."""

from __future__ import annotations

from tests.unit.records.made import record, rows

from demandsim.records.journal import CONTACT, DIED, OPENED, STARTED, STAY_BEGAN
from demandsim.records.journeys import journeys_frame

COLUMNS = ["week", "year", "resident", "event", "service", "need", "severity", "kind", "cause_agency"]


def test_events_are_told_in_order_and_in_words() -> None:
    run = record(
        journal=[
            (0, 7, STARTED, -1, 0, 1, -1, 0),
            (0, 3, CONTACT, 2, -1, 0, 3, 0),
            (51, 7, OPENED, 0, 0, 2, -1, 2),
            (52, 7, STAY_BEGAN, 3, -1, 0, -1, 0),
            (60, 7, DIED, -1, -1, 0, -1, 0),
        ]
    )
    frame = journeys_frame(run)
    assert list(frame.columns) == COLUMNS
    assert rows(frame) == [
        (0, 1, 7, "need started", "none", "drink", 1, "none", "none"),
        (0, 1, 3, "contact", "a_and_e", "background", 0, "home", "none"),
        (51, 1, 7, "support opened", "advice", "drink", 2, "none", "trust"),
        (52, 2, 7, "stay began", "hospital", "background", 0, "none", "none"),
        (60, 2, 7, "died", "none", "none", 0, "none", "none"),
    ]


def test_nobody_followed_is_an_empty_frame_of_the_same_columns() -> None:
    frame = journeys_frame(record())
    assert list(frame.columns) == COLUMNS
    assert frame.empty
    assert frame["event"].dtype == "str"
