"""Chunks on any number of threads come to the same run, in any amount of room."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise, product
from threading import Event
from typing import Any

import numpy as np
import pytest

from demandsim.errors import RunError
from demandsim.scenario.read import read_policy, read_scenario
from demandsim.scenario.schema import Scenario
from demandsim.simulation import chunks
from demandsim.simulation.model import DemandModel


@pytest.fixture(scope="module")
def town(small_town: Scenario) -> Scenario:
    return small_town.replace(residents=2000, weeks=12)


@pytest.mark.parametrize("threads", [2, 3, 7])
def test_the_run_is_the_same_on_any_number_of_threads(
    threads: int, town: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = DemandModel(town, seed=4)
    alone.run()
    monkeypatch.setattr(chunks, "LEAST_ROWS", 200)
    together = DemandModel(town, seed=4, threads=threads)
    together.run()
    assert together._packed[4].threads == threads
    assert together.digest == alone.digest
    assert together.record.outcomes().equals(alone.record.outcomes())


def test_threads_and_a_policy_on_essex(monkeypatch: pytest.MonkeyPatch) -> None:
    essex, policy = (
        read_scenario("essex").replace(residents=2000, weeks=36),
        read_policy("everyone-saves-alone"),
    )
    digests = set()
    for threads, least in ((1, chunks.LEAST_ROWS), (2, 500)):
        monkeypatch.setattr(chunks, "LEAST_ROWS", least)
        model = DemandModel(essex, seed=2, policies=[policy], threads=threads)
        model.run()
        digests.add(model.digest)
    assert len(digests) == 1


def one_by_one(
    team: Any, kernel: Callable[..., int], *given: Any, acting: float = 0.0
) -> Iterator[tuple[Any, int]]:
    """Look through each chunk only after the caller has acted on all before it."""
    team._cut(acting)
    for packed in team._packed:
        yield packed, kernel(*given, packed)


def all_first(
    team: Any, kernel: Callable[..., int], *given: Any, acting: float = 0.0
) -> list[tuple[Any, int]]:
    """Look through every chunk before the caller acts on any."""
    return list(one_by_one(team, kernel, *given, acting=acting))


def test_acting_on_a_chunk_moves_nothing_that_looking_at_another_reads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    essex, policy = (
        read_scenario("essex").replace(residents=10_000, weeks=40),
        read_policy("everyone-saves-alone"),
    )
    monkeypatch.setattr(chunks, "LEAST_ROWS", 500)
    digests = set()
    for way in (one_by_one, all_first):
        monkeypatch.setattr(chunks.Team, "as_looked", way)
        model = DemandModel(essex, seed=2, policies=[policy], threads=16)
        monkeypatch.setattr(chunks.Team, "look", all_first)
        model.run()
        assert model._packed[4].threads == 16
        digests.add(model.digest)
    assert len(digests) == 1


def test_whoever_leaves_off_waits_for_those_who_look(town: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "LEAST_ROWS", 500)
    model = DemandModel(town, seed=1, threads=3)
    model.step()
    team, done, begin = model._packed[4], [], Event()

    def slow(chunk: Any) -> int:
        if chunk is not team._packed[0]:
            begin.wait(5)
            done.append(chunk)
        return 0

    looking = team.as_looked(slow)
    next(looking)
    begin.set()
    looking.close()
    assert len(done) == 2


def test_a_week_with_more_finds_than_room_makes_room(town: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = DemandModel(town, seed=4)
    alone.run()
    made = chunks.open_chunk
    monkeypatch.setattr(chunks, "open_chunk", lambda rules, needs, room: made(rules, needs, 1))
    cramped = DemandModel(town, seed=4)
    cramped.step()
    assert cramped._packed[4]._chunks[0].picked.size > 1
    cramped.run()
    assert cramped.digest == alone.digest


def test_a_fork_goes_on_with_as_many_threads(town: Scenario) -> None:
    assert DemandModel(town, seed=1, threads=3).fork().threads == 3


def test_few_residents_are_looked_through_by_one_thread(town: Scenario) -> None:
    model = DemandModel(town, seed=1, threads=16)
    model.step()
    assert model._packed[4].threads == 1


@pytest.mark.parametrize("threads", [0, -1, True, 1.5, "2", None, 1025])
def test_threads_are_a_whole_number(town: Scenario, threads: object) -> None:
    with pytest.raises(RunError, match=r"threads: given .*; a whole number from 1 to 1,024 would do"):
        DemandModel(town, seed=1, threads=threads)  # type: ignore[arg-type]


def test_chunks_cover_every_row_once(town: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "LEAST_ROWS", 100)
    model = DemandModel(town, seed=1, threads=5)
    model.step()
    team = model._packed[4]
    for rows, acting in product((0, 1, 511, 512, 513, 2000), (0.0, 0.4, 2.0)):
        team.here = np.array([0, 0, rows])
        assert len(list(team.as_looked(lambda chunk: 0, acting=acting))) == 5
        bounds = [chunk.rows.tolist() for chunk in team._chunks]
        assert bounds[0][0] == 0
        assert bounds[-1][1] == rows
        assert all(before[1] == after[0] for before, after in pairwise(bounds))
