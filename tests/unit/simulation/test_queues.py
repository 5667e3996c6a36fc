"""Who is admitted while capacity lasts: severity, then weeks waited, then ticket, cut exactly at capacity."""

from __future__ import annotations

import numpy as np
import pytest
from tests.unit.simulation.scenes import Scene

from demandsim.chance import QUEUE, address, draw
from demandsim.population.columns import OPEN, WAITING
from demandsim.simulation.queues import bucket_of

MIND, TEAM = "mental_health", "community_mental_health"


def mixed_queue(places: int) -> tuple[Scene, np.ndarray]:
    """A hundred residents in one queue, with few severities and waits so that tickets must decide."""
    # An episode-week takes 1.2 hours; a thousand residents have twice the hours of these 500.
    scene = Scene({f"services.{TEAM}.hours_a_week": 2 * 1.2 * places})
    rows = np.arange(60, 160)
    scene.give(rows, MIND, 1 + rows % 3)
    scene.queue(rows, MIND, TEAM, since=-(rows % 7 % 3))
    return scene, rows


def in_order(scene: Scene, rows: np.ndarray) -> list[int]:
    """The queue as the rule writes it: severest first, then longest wait, then lowest ticket."""
    item = scene.services.index(TEAM) * 16 + scene.needs.index(MIND)

    def place(row: int) -> tuple[int, int, int]:
        joined = int(scene.column("since", MIND)[row])
        ticket = draw(1, int(scene.state.identity[row]), joined, address(QUEUE, item))[0]
        return -int(scene.column("severity", MIND)[row]), joined, ticket

    return sorted(map(int, rows), key=place)


@pytest.mark.parametrize("places", [0, 1, 7, 33, 34, 50, 99, 100, 101])
def test_as_many_as_there_is_room_for_are_admitted_the_first_in_the_queue(places: int) -> None:
    scene, rows = mixed_queue(places)
    expected = in_order(scene, rows)[:places]
    scene.step()
    admitted = np.flatnonzero(scene.column("status", MIND) == OPEN)
    assert sorted(admitted) == sorted(expected)
    assert scene.book.waiting[scene.services.index(TEAM)] == 100 - len(expected)
    assert scene.measured("helped") == len(expected)


def test_who_is_admitted_does_not_depend_on_the_order_of_rows() -> None:
    scene, _ = mixed_queue(40)
    other, _ = mixed_queue(40)
    order = np.random.default_rng(5).permutation(scene.state.identity.shape[0])
    for name in ("identity", "severity", "status", "service", "since"):
        column = getattr(other.state, name)
        column[:] = column[order]
    for each in (scene, other):
        each.step()
    first, second = (
        set(each.state.identity[each.column("status", MIND) == OPEN].tolist()) for each in (scene, other)
    )
    assert first == second
    assert len(first) == 40


def test_beds_cut_a_queue_as_hours_do() -> None:
    """3.4 beds for a thousand residents are 1.7 for 500: two, to the nearest bed."""
    scene = Scene({"services.care_home.beds": 3.4})
    rows = scene.adults(5)
    scene.give(rows, "frailty", [4, 3, 4, 4, 3])
    scene.queue(rows, "frailty", "care_home", since=[-1, -9, -2, -3, -9])
    scene.step()
    assert np.flatnonzero(scene.state.place > 0).tolist() == [rows[2], rows[3]]
    assert scene.book.taken[scene.services.index("care_home")] == 2


def test_without_a_limit_everyone_is_admitted() -> None:
    scene = Scene({f"services.{TEAM}.hours_a_week": None})
    rows = np.arange(300)
    scene.give(rows, MIND, 1)
    scene.queue(rows, MIND, TEAM, since=0)
    scene.step()
    assert (scene.column("status", MIND)[rows] == OPEN).all()


def test_a_kind_that_takes_no_time_is_never_short_of_it() -> None:
    scene = Scene({f"services.{TEAM}.hours_a_week": 0.0, f"services.{TEAM}.kinds.episode_week.hours": 0.0})
    rows = np.arange(20)
    scene.give(rows, MIND, 1)
    scene.queue(rows, MIND, TEAM, since=0)
    scene.step()
    assert (scene.column("status", MIND)[rows] == OPEN).all()


def test_two_queues_of_one_resident_are_cut_apart() -> None:
    scene = Scene({f"services.{TEAM}.hours_a_week": 0.0})
    row = scene.adults(1)
    for need, service in ((MIND, TEAM), ("housing", "housing_options")):
        scene.give(row, need, 2)
        scene.queue(row, need, service, since=-1)
    scene.step()
    assert scene.column("status", MIND)[row] == WAITING
    assert scene.contacts("housing_options") == 1


def test_buckets_run_from_the_severest_and_longest_to_the_mildest_and_newest() -> None:
    keys = [(-severity, -weeks) for severity in range(1, 5) for weeks in range(128)]
    numbers = [bucket_of(-severity, -weeks) for severity, weeks in sorted(keys)]
    assert numbers == list(range(4 * 128))
    assert bucket_of(2, 127) == bucket_of(2, 500), "waits of more than 127 weeks are not told apart"
