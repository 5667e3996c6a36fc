"""A made-up watched run of a few residents, small enough to count by hand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from demandsim.calibration.watched import Events, Look, Names, People, Watched
from demandsim.scenario.base import PLACES

NEEDS = ("frailty", "housing")
SERVICES = ("a_and_e", "hospital", "front_door", "support", "stay_house")
KINDS = (
    ("a_and_e", "home"),
    ("a_and_e", "admitted"),
    ("hospital", "admission"),
    ("front_door", "referral"),
    ("support", "episode_week"),
    ("stay_house", "stay_week"),
)
HOME, ADMITTED, ADMISSION, REFERRAL, SUPPORT_WEEK, STAY_WEEK = range(len(KINDS))
BACKGROUND, FRAILTY, HOUSING = -1, 0, 1
LOOKS = range(0, 105, 13)

Event = tuple[int, int, int, int, int, int, int]


def contact(week: int, row: int, kind: int, need: int = BACKGROUND, severity: int = 0) -> Event:
    """One contact, its service that of the kind."""
    return week, row, 0, SERVICES.index(KINDS[kind][0]), need, severity, kind


def event(what: int, week: int, row: int, service: str = "", need: int = HOUSING, severity: int = 2) -> Event:
    """One event that is no contact."""
    return week, row, what, SERVICES.index(service) if service else -1, need, severity, -1


def made(
    ages: Sequence[int],
    events: Sequence[Event] = (),
    *,
    sexes: Sequence[int] | None = None,
    deciles: Sequence[int] | None = None,
    severity: dict[tuple[int, int], int] | None = None,
    opened: dict[tuple[int, int], str] | None = None,
    places: dict[int, str] | None = None,
    households: Sequence[int] | None = None,
    gone_from: dict[int, int] | None = None,
) -> Watched:
    """Make a run of two years.

    Ages are those in week 0, and birthdays fall in weeks 51, 103, ...; what is given of needs, episodes and places
    holds at every look, by row (and need); ``gone_from`` says from which week a row is no longer there.
    """
    rows = len(ages)
    levels = np.zeros((rows, len(NEEDS)), np.uint8)
    status, service = np.zeros((rows, len(NEEDS)), np.uint8), np.full((rows, len(NEEDS)), -1, np.int8)
    place = np.zeros(rows, np.uint8)
    for at, level in (severity or {}).items():
        levels[at] = level
    for at, name in (opened or {}).items():
        status[at], service[at] = 2, SERVICES.index(name)
    for row, name in (places or {}).items():
        place[row] = PLACES.index(name)
    last = gone_from or {}
    looks = tuple(
        Look(
            week=week,
            here=np.array([week < last.get(row, 999) for row in range(rows)]),
            severity=levels,
            status=status,
            service=service,
            place=place,
            stay_service=np.full(rows, -1, np.int8),
            household=np.array(range(rows) if households is None else households, np.int32),
        )
        for week in LOOKS
    )
    columns = np.array(list(events), np.int32).reshape(-1, 7).T
    people = People(
        born_week=np.array([-age * 52 - 1 for age in ages], np.int32),
        sex=np.array([0] * rows if sexes is None else sexes, np.uint8),
        decile=np.array([5] * rows if deciles is None else deciles, np.uint8),
    )
    return Watched(Names(NEEDS, SERVICES, KINDS), people, looks, Events(*columns))
