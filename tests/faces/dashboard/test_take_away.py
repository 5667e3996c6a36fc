"""What is taken home reads back as what was on screen: the files, the numbers, the charts and the report."""

from __future__ import annotations

import io

import pandas as pd
import pytest

import demandsim as ds
from demandsim.analysis.comparison import Comparison
from demandsim.faces.dashboard.levers import Moved
from demandsim.faces.dashboard.own import taken
from demandsim.faces.dashboard.question import Question
from demandsim.faces.dashboard.runs import Stage, State
from demandsim.faces.dashboard.take_away import (
    LINK,
    chart,
    left_out_said,
    link_said,
    numbers,
    report,
    stem,
    stems,
)
from demandsim.faces.dashboard.traced import traced
from demandsim.faces.dashboard.two_worlds import how_far
from demandsim.scenario.read_text import policy_from_text, scenario_from_text
from demandsim.scenario.write import policy_toml, scenario_toml

CUT = Moved(1, "money.pounds_a_year", -40_000.0)
QUESTION = Question(
    "small-town", "small-town-early-help", "small-town-council-saves", 1, 2_000, 1, 2
).with_world("second", "small-town-council-saves", (CUT,))


@pytest.fixture(scope="module")
def worlds() -> list[Comparison]:
    """Both worlds of a question, as a run shows them."""
    return [ds.compare(QUESTION.scenario(), list(arm), seeds=[1, 2]) for arm in QUESTION.arms()]


def test_files_taken_home_give_the_digest_on_screen(worlds: list[Comparison]) -> None:
    for world in worlds:
        scenario = scenario_from_text(scenario_toml(world.scenario), name="taken-home")
        policy = policy_from_text(policy_toml(world.policies[0]), name="taken-home")
        assert (scenario, policy) == (world.scenario, world.policies[0])
        again = ds.compare(scenario, policy, seeds=[1])
        assert again.pairs[0].policy.digest == world.pairs[0].policy.digest
        assert again.pairs[0].baseline.digest == world.pairs[0].baseline.digest


def test_the_link_promises_the_digits_of_a_whole_answer_alone(worlds: list[Comparison]) -> None:
    told = link_said(QUESTION, worlds[0])
    assert "asks the whole question again, 2 pairs at 100,000 residents" in told
    assert "shown now comes from 2 pairs at 2,000" in told
    large = worlds[0].scenario.replace(residents=100_000)
    whole = Comparison(large, worlds[0].policies, worlds[0].pairs)
    assert link_said(QUESTION, whole) == LINK
    stopped = Comparison(large, worlds[0].policies, worlds[0].pairs[:1])
    assert "one pair at 100,000" in link_said(QUESTION, stopped)


def test_the_report_and_the_numbers_hold_every_world(worlds: list[Comparison]) -> None:
    page = report(worlds).decode()
    assert "Small town: early help with housing" in page
    assert "Small town: the council saves on care (adjusted)" in page
    frame = pd.read_csv(io.StringIO(numbers(worlds)))
    assert len(frame) > 100


def test_the_numbers_are_those_of_each_comparison(worlds: list[Comparison]) -> None:
    frame = pd.read_csv(io.StringIO(numbers(worlds)))
    for world in worlds:
        own = frame[frame["world"] == world.policies[0].title]
        money = own[own["table"] == "cash"].set_index("row")["mean"]
        expected = world.shunt(view="cash", by="payer").set_index("payer")["mean"]
        assert money.to_dict() == pytest.approx(expected.to_dict())


def test_one_policy_adjusted_in_two_ways_is_told_apart_in_all_that_is_taken_home(
    worlds: list[Comparison],
) -> None:
    twice = [worlds[1], worlds[1]]
    assert stems(twice) == ["small-town-council-saves-adjusted-a", "small-town-council-saves-adjusted-b"]
    assert stems(worlds) == [stem(world.policies[0]) for world in worlds]
    title = worlds[1].policies[0].title
    called = {f"World A: {title}", f"World B: {title}"}
    assert set(pd.read_csv(io.StringIO(numbers(twice)))["world"]) == called
    page = report(twice).decode()
    assert all(name in page for name in called)


def test_changed_numbers_go_along_with_the_report_and_the_numbers(worlds: list[Comparison]) -> None:
    note = "Numbers of the evidence changed: needs.frailty.support eases is 0.2."
    assert report(worlds, note).decode().count(note) == 2
    assert set(pd.read_csv(io.StringIO(numbers(worlds, note)))["changed_numbers"]) == {note}
    assert pd.read_csv(io.StringIO(numbers(worlds)))["changed_numbers"].isna().all()


def test_a_chart_is_a_picture(worlds: list[Comparison]) -> None:
    assert chart(worlds[0]).startswith(b"\x89PNG")


def test_an_adjusted_policy_is_called_so(worlds: list[Comparison]) -> None:
    assert [stem(world.policies[0]) for world in worlds] == [
        "small-town-early-help",
        "small-town-council-saves-adjusted",
    ]


def test_traced_stands_beside_causal_and_is_marked_where_residents_are_few(worlds: list[Comparison]) -> None:
    shown = traced(worlds, ["One", "Other"])
    assert shown.count("<table>") == 2
    assert shown.count("Indicative only: 2,000 residents were simulated.") == 2
    assert "90% interval in small print (chance only)" in shown
    assert "The pairs are the answer." in shown


def test_a_file_that_must_go_along_is_named() -> None:
    assert left_out_said(QUESTION, "1") == ""
    from random import Random

    noise = "".join(Random(1).choices("abcdefghijklmnopqrstuvwxyz", k=20_000))
    own = taken("scenario", "mine.toml", f"extends = 'small-town'\n# {noise}\n".encode())
    said = left_out_said(Question(place=own.key, second="small-town-early-help").using([own]), "1")
    assert f"mine.toml (SHA-256 begins {own.digits})" in said


def test_how_far_says_weeks_pairs_and_what_comes_next() -> None:
    stages = Stage(20_000, tuple(range(10))), Stage(100_000, tuple(range(10)))
    first = State(1, 1_200, 9_000, (), 0, True, "", stages, (4, 0))
    assert how_far(first) == (
        "1,200 of 9,000 weeks run; 4 of 10 pairs at 20,000 residents; "
        "then 10 pairs at 100,000 residents, for sums in pounds"
    )
    then = first._replace(pairs_done=(10, 3))
    assert how_far(then) == "1,200 of 9,000 weeks run; 3 of 10 pairs at 100,000 residents, for sums in pounds"
    alone = first._replace(stages=(Stage(100_000, (1,)),), pairs_done=(0,))
    assert how_far(alone) == "1,200 of 9,000 weeks run; 0 of 1 pair at 100,000 residents"
