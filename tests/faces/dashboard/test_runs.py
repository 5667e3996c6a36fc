"""Runs behind the page: the same numbers as ``compare``, one run a question, stopped at a word."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

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
    found = waited(Runs().ask(replace(TOWN, first="small-town-early-help")).state)
    assert [world.policies[0].name for world in found.worlds] == ["small-town-early-help", TOWN.second]
    ours, theirs = ([pair.baseline for pair in world.pairs] for world in found.worlds)
    assert all(one is other for one, other in zip(ours, theirs, strict=True))


def test_those_who_ask_the_same_share_a_run_and_others_have_their_own() -> None:
    every = Runs()
    one = every.ask(TOWN)
    assert every.ask(replace(TOWN)).run is one.run
    assert every.ask(replace(TOWN, seed=5)).run is not one.run


def test_one_who_stops_does_not_stop_those_who_ask_the_same() -> None:
    every, long = Runs(), replace(TOWN, years=10, pairs=30)
    one, other = every.ask(long), every.ask(long)
    while one.state().weeks_done < 5:
        time.sleep(0.01)
    one.stop()
    assert (one.state().running, one.state().told) == (False, runs.STOPPED)
    done = other.state().weeks_done
    assert other.state().running
    while other.state().weeks_done <= done:
        time.sleep(0.01)
    other.stop()
    assert not other.run.state().running, "nobody listens any more"


def test_a_page_that_is_closed_lets_go_and_a_run_that_nobody_hears_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    every, long = Runs(), replace(TOWN, years=10, pairs=30)
    visit = every.ask(long)
    visit.leave()
    visit.leave()
    assert visit.run.state().running, "a page that is refreshed comes back to it"
    again = every.ask(long)
    assert again.run is visit.run
    assert again.run.heard
    again.leave()
    monkeypatch.setattr(runs, "GRACE", 0.0)
    assert not waited(visit.run.state, 20).running


def test_a_run_that_was_left_goes_on_from_its_finished_pairs_and_shows_them_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seeds: list[int] = []
    whole = Run._records
    monkeypatch.setattr(
        Run, "_records", lambda run, scenario, seed: [seeds.append(seed), whole(run, scenario, seed)][1]
    )
    every, asked = Runs(), replace(TOWN, pairs=4)
    visit = every.ask(asked)
    while sum(visit.state().pairs_done) < 2:
        time.sleep(0.005)
    visit.stop()  # as a run ends that nobody has heard for a while
    done = sum(visit.run.state().pairs_done)
    assert 2 <= done < 4
    again = every.ask(asked)
    assert len(again.state().worlds[0].pairs) == done, "what was finished is shown before anything is run"
    found = waited(again.state)
    assert (found.told, found.weeks_done) == ("", found.weeks_in_all)
    assert len(seeds) <= 5, "only the pair that was under way is begun again"
    same = ds.compare(asked.scenario(), ds.read_policy(asked.second), seeds=4)
    assert found.worlds[0].shunt(view="cash").equals(same.shunt(view="cash"))


def test_a_large_run_that_was_left_keeps_its_quick_answer_and_goes_on_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(runs, "stages", lambda question: (Stage(2_000, (1, 2)), Stage(2_500, (1, 2, 3, 4))))
    every = Runs()
    visit = every.ask(TOWN)
    while visit.state().pairs_done[1] < 1:
        time.sleep(0.005)
    visit.stop()
    again = every.ask(TOWN)
    assert again.state().pairs_done[0] == 2
    assert again.state().worlds
    found = waited(again.state)
    assert [pair.baseline.seed for pair in found.worlds[0].pairs] == [1, 2, 3, 4]
    assert found.worlds[0].scenario.residents == 2_500
    assert found.weeks_done == found.weeks_in_all


def test_pairs_are_counted_and_what_comes_next_is_known() -> None:
    found = waited(Runs().ask(TOWN).state)
    assert found.stages == (Stage(2_000, (1, 2)),)
    assert found.pairs_done == (2,)


def test_questions_take_turns_pair_by_pair(monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[int] = []
    monkeypatch.setattr(Run, "_records", lambda run, scenario, seed: order.append(run.question.years))
    monkeypatch.setattr(Run, "_show", lambda *_: None)
    with ThreadPoolExecutor(1) as threads:
        held = threading.Event()
        threads.submit(held.wait)
        both = [Run(replace(TOWN, years=years, pairs=3), threads) for years in (1, 2)]
        held.set()
        for run in both:
            waited(run.state)
    assert order == [1, 2, 1, 2, 1, 2]


def test_a_run_is_stopped_within_half_a_second_and_asked_again_begins_anew() -> None:
    every = Runs()
    long = replace(TOWN, years=10, pairs=30)
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
    assert every.ask(long).run is not run.run


def test_only_a_few_answers_are_kept_and_none_that_is_listened_to_is_stopped() -> None:
    every = Runs()
    begun = [every.ask(replace(TOWN, years=9, seed=seed)) for seed in range(runs.MOST_KEPT)]
    begun[2].leave()
    begun += [every.ask(replace(TOWN, years=9, seed=seed)) for seed in (100, 101)]
    assert len(every._kept) == runs.MOST_KEPT
    assert begun[2].run.state().told == runs.STOPPED, "nobody listened"
    assert not begun[0].state().told, "it is forgotten, and goes on for the page that shows it"
    for visit in begun:
        visit.stop()


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
