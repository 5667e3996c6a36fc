"""Whom a target is about, and which contacts count."""

from __future__ import annotations

import numpy as np
import pytest
from tests.unit.calibration.made import (
    ADMITTED,
    BACKGROUND,
    FRAILTY,
    HOME,
    REFERRAL,
    contact,
    made,
)

from demandsim.calibration.selection import (
    Counted,
    Who,
    a_resident,
    age_at,
    counted,
    fits,
    lived,
    members,
    person_years,
    within,
)

RUN = made(
    [10, 40, 70],
    [
        contact(0, 0, HOME),
        contact(5, 1, ADMITTED, FRAILTY, 2),
        contact(60, 1, HOME, FRAILTY, 1),
        contact(70, 2, REFERRAL),
    ],
    sexes=[0, 1, 0],
    deciles=[1, 5, 10],
)


def test_age_is_in_whole_years_and_rises_on_the_birthday() -> None:
    assert age_at(RUN.people, np.array([0, 0, 0]), np.array([0, 50, 51])).tolist() == [10, 10, 11]


@pytest.mark.parametrize(
    ("who", "belong"),
    [
        (Who(), [True, True, True]),
        (Who(age=(10, 40)), [True, True, False]),
        (Who(sex="male"), [False, True, False]),
        (Who(decile=(1, 5)), [True, True, False]),
        (Who(age=(0, 50), sex="female", decile=(1, 1)), [True, False, False]),
    ],
)
def test_keys_are_joined_by_and(who: Who, belong: list[bool]) -> None:
    assert fits(who, RUN.people, slice(None), 0).tolist() == belong


def test_members_are_those_who_are_there() -> None:
    run = made([20, 20], gone_from={1: 26})
    assert [int(members(Who(), run, look).sum()) for look in run.looks] == [2, 2, 1, 1, 1, 1, 1, 1, 1]


@pytest.mark.parametrize(
    ("wanted", "weeks"),
    [
        (Counted(services={"a_and_e": ()}), [0, 60, 5]),  # kind after kind
        (Counted(services={"a_and_e": ("home",)}), [0, 60]),
        (Counted(services={"a_and_e": (), "front_door": ()}), [0, 60, 5, 70]),
        (Counted(services={"a_and_e": ()}, needs=("frailty",)), [60, 5]),
        (Counted(services={"a_and_e": ()}, needs=("background",)), [0]),
        (Counted(services={"a_and_e": (), "front_door": ()}, tracked=False), [0, 70]),
        (Counted(services={"a_and_e": ()}, tracked=True), [60, 5]),
        (Counted(services={"a_and_e": ()}, severity=(2, 4)), [5]),
        (Counted(services={"prison": ()}), []),
    ],
)
def test_contacts_are_picked_by_service_kind_need_and_severity(wanted: Counted, weeks: list[int]) -> None:
    assert counted(RUN, wanted).week.tolist() == weeks


def test_contacts_belong_to_those_who_fit_in_their_week() -> None:
    found = counted(RUN, Counted(services={"a_and_e": ()}), Who(age=(40, 40)))
    assert found.week.tolist() == [5]  # in week 60 the resident is 41


def test_weeks_hold_their_first_and_not_their_last() -> None:
    found = counted(RUN, Counted(services={"a_and_e": ()}))
    assert within(found, 0, 5).week.tolist() == [0]
    assert within(found, 5, 61).week.tolist() == [60, 5]


def test_years_are_lived_between_looks() -> None:
    assert lived([4, 4, 4], [0, 26, 52]) == pytest.approx(4.0)
    assert lived([4, 0], [0, 52]) == pytest.approx(2.0)
    assert person_years(RUN, Who()) == pytest.approx(6.0)
    # 39 until week 51: five looks of nine belong (52 to 104), the step into them counts half.
    assert person_years(made([39]), Who(age=(40, 50))) == pytest.approx((13 / 2 + 52) / 52)


def test_events_are_counted_a_resident() -> None:
    assert a_resident(RUN, counted(RUN, Counted(services={"a_and_e": ()}))).tolist() == [1, 2, 0]
    assert BACKGROUND == -1
