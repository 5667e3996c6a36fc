"""Measures of what follows what, each on a few events counted by hand."""

from __future__ import annotations

import numpy as np
import pytest
from tests.unit.calibration.made import ADMISSION, HOME, HOUSING, REFERRAL, contact, event, made

from demandsim.calibration.selection import Counted
from demandsim.calibration.sequences import (
    Fading,
    KnownBefore,
    Refused,
    Repeat,
    Returned,
    Unanswered,
    came_again,
    first_of_each,
    fresh,
    number_between,
)
from demandsim.records.journal import CLOSED, JOINED, OPENED, REFERRED, TURNED_AWAY

FRONT_DOOR = Counted(services={"front_door": ()})


def ints(*values: int) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    """A column."""
    return np.array(values, np.int32)


def test_events_between_weeks_are_counted_by_row() -> None:
    row, week = ints(0, 0, 0, 1), ints(3, 5, 9, 5)
    found = number_between(row, week, ints(0, 0, 1, 2), ints(3, 4, -9, 0), ints(9, 5, 6, 99))
    assert found.tolist() == [2, 0, 1, 0]


def test_contacts_that_come_again_within_a_year() -> None:
    # From week 52: 53 comes 52 weeks after 1, 105 comes 52 after 53, 106 one after; resident 1 comes 53 weeks after 0.
    assert came_again(ints(0, 0, 0, 0, 1, 1), ints(1, 53, 105, 106, 0, 53), from_week=52) == (3, 4)


def test_repeats_of_the_last_year_look_back_on_the_first() -> None:
    run = made([8, 8, 8], [contact(40, 0, REFERRAL), contact(60, 0, REFERRAL), contact(70, 1, REFERRAL)])
    assert Repeat(kind="repeat", counted=FRONT_DOOR).parts(run) == (100.0, 2.0)


def test_what_comes_while_served_is_left_out() -> None:
    events = [
        contact(10, 0, REFERRAL),
        event(OPENED, 12, 0, "support"),
        contact(20, 0, REFERRAL),  # open
        event(CLOSED, 30, 0, "support"),
        contact(30, 0, REFERRAL),  # closed within this week: still counts as open
        contact(31, 0, REFERRAL),
        contact(12, 1, REFERRAL),  # opened in a run's first look, and never closed
    ]
    run = made([8, 8], events, opened={(1, HOUSING): "support"})
    found = fresh(run, run.contacts([REFERRAL]), ("support",))
    assert sorted(zip(found.row.tolist(), found.week.tolist(), strict=True)) == [(0, 10), (0, 31)]
    assert len(fresh(run, run.contacts([REFERRAL]), ()).week) == 5


def test_contacts_that_lead_nowhere() -> None:
    events = [
        contact(10, 0, REFERRAL),
        event(REFERRED, 10, 0, "support"),
        contact(11, 0, REFERRAL),  # referred the week before
        contact(12, 1, REFERRAL),
        event(REFERRED, 12, 1, "hospital"),  # elsewhere
    ]
    unanswered = Unanswered(kind="unanswered", counted=FRONT_DOOR, leads_to=("support",))
    assert unanswered.parts(made([8, 8], events)) == (200.0, 3.0)


def test_refusals_are_of_all_who_came_to_the_door() -> None:
    events = [
        event(TURNED_AWAY, 3, 0, "support"),
        event(JOINED, 4, 0, "support"),
        event(JOINED, 5, 1, "support"),
        event(TURNED_AWAY, 6, 1, "hospital"),
    ]
    assert Refused(kind="refused", service="support").parts(made([8, 8], events)) == (100.0, 3.0)


def test_openings_of_those_who_had_been_seen_before() -> None:
    events = [
        contact(30, 0, HOME, HOUSING, 2),
        event(OPENED, 80, 0, "support"),
        contact(20, 1, HOME, HOUSING, 2),  # 53 weeks before
        event(OPENED, 73, 1, "support"),
        contact(90, 2, HOME, HOUSING, 2),  # in the week itself
        event(OPENED, 90, 2, "support"),
        event(OPENED, 20, 2, "support"),  # in the first year: too early to look back
    ]
    known = KnownBefore(
        kind="known_before", service="support", counted=Counted(services={"a_and_e": ()}, needs=("housing",))
    )
    assert known.parts(made([30] * 3, events)) == (200.0, 3.0)


def test_returns_are_within_a_year_of_the_first() -> None:
    weeks = {
        0: [5, 57],
        1: [5, 58],
        2: [5],
        3: [60, 61],
    }  # 52 weeks on, 53 on, never, first in the second year
    run = made([30] * 4, [contact(w, row, HOME) for row, some in weeks.items() for w in some])
    returned = Returned(kind="returned", counted=Counted(services={"a_and_e": ()}))
    assert returned.parts(run) == (100.0, 3.0)
    row, week = first_of_each(run.contacts([HOME]))
    assert (row.tolist(), week.tolist()) == ([0, 1, 2, 3], [5, 5, 5, 60])


@pytest.mark.parametrize(("years_on", "parts"), [(0, (200.0, 3.0)), (1, (100.0, 3.0))])
def test_use_fades_among_those_who_used_most(years_on: int, parts: tuple[float, float]) -> None:
    first = [contact(w, 0, ADMISSION) for w in (1, 2)] + [contact(3, 1, ADMISSION)]
    second = [contact(60, 0, ADMISSION)] + [contact(w, 2, ADMISSION) for w in (61, 62)]
    young = [contact(w, 3, ADMISSION) for w in (4, 5, 63)]
    run = made([70, 70, 70, 30], first + second + young)
    fading = Fading(
        kind="fading", counted=Counted(services={"hospital": ()}), age=65, times=2, years_on=years_on
    )
    assert fading.parts(run) == parts
