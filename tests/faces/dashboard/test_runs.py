"""Runs behind the page: the same numbers as ``compare``, one run a question, stopped at a word."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

import demandsim as ds
from demandsim.faces.dashboard import runs
from demandsim.faces.dashboard.question import Question
from demandsim.faces.dashboard.runs import Run, Runs, Stage, State

TOWN = Question("small-town", "", "small-town-council-saves", 1, 2_000, 1, 2)


@pytest.fixture(autouse=True)
def no_large_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """The visitor's own size alone."""
    monkeypatch.setattr(runs, "stages", lambda question: (Stage(question.residents, question.seeds),))


def waited(state: Callable[[], State], seconds: float = 120) -> State:
    """Wait until a run has ended."""
    end = time.monotonic() + seconds
    while state().running and time.monotonic() < end:
        time.sleep(0.02)
    return state()


def test_a_run_says_what_compare_says() -> None:
    found = waited(Runs().ask(TOWN).state)
    assert (found.running, found.told, found.weeks_done) == (False, "", found.weeks_in_all)
    (world,) = found.worlds
    same = ds.compare(TOWN.scenario(), ds.read_policy(TOWN.second), seeds=[1, 2])
    assert world.sentence() == same.sentence()
    for view in ("cash", "full", "capacity"):
        assert world.shunt(view=view).equals(same.shunt(view=view))


def test_two_worlds_are_run_on_the_same_pairs() -> None:
    found = waited(Runs().ask(Question(**{**TOWN.__dict__, "first": "small-town-early-help"})).state)
    assert [world.policies[0].name for world in found.worlds] == ["small-town-early-help", TOWN.second]
    ours, theirs = ([pair.baseline for pair in world.pairs] for world in found.worlds)
    assert all(one is other for one, other in zip(ours, theirs, strict=True))


def test_those_who_ask_the_same_share_a_run_and_others_have_their_own() -> None:
    every = Runs()
    one = every.ask(TOWN)
    assert every.ask(Question(**TOWN.__dict__)) is one
    assert every.ask(Question(**{**TOWN.__dict__, "seed": 5})) is not one


def test_a_run_is_stopped_within_half_a_second_and_asked_again_begins_anew() -> None:
    every = Runs()
    long = Question(**{**TOWN.__dict__, "years": 10, "pairs": 30})
    run = every.ask(long)
    while run.state().weeks_done < 5:
        time.sleep(0.01)
    run.stop()
    assert not run.state().running
    assert "Stopped" in run.state().told
    time.sleep(0.5)
    done = run.state().weeks_done
    time.sleep(0.3)
    assert run.state().weeks_done == done, "no week is run after it was stopped"
    assert every.ask(long) is not run


def test_only_a_few_answers_are_kept() -> None:
    every = Runs()
    asked = [Question(**{**TOWN.__dict__, "seed": seed}) for seed in range(runs.MOST_KEPT + 3)]
    begun = [every.ask(question) for question in asked]
    assert len(every._kept) == runs.MOST_KEPT
    assert all(run.state().told for run in begun[:3]), "those let go are stopped"
    for run in begun:
        run.stop()


def test_what_goes_wrong_is_told_and_nobody_waits_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ds.RunError("seed: given -1; a whole number would do")

    monkeypatch.setattr(Run, "_records", broken)
    with ThreadPoolExecutor(1) as threads:
        found = waited(Run(TOWN, threads).state)
    assert (found.running, found.told) == (False, "seed: given -1; a whole number would do")


def test_the_large_run_follows_where_sums_may_not_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert [stage.residents for stage in runs.stages(Question())] == [20_000, 100_000]
    assert [stage.residents for stage in runs.stages(Question(residents=100_000))] == [100_000]
