"""The form of the first page: numbers are read as people type them, and a file that is gone stops nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

solara = pytest.importorskip("solara")
vuetify = pytest.importorskip("ipyvuetify")

from demandsim.faces.dashboard.asking import all_there, asking, at_hand, read_box  # noqa: E402
from demandsim.faces.dashboard.evidence import entered  # noqa: E402
from demandsim.faces.dashboard.own import Own, taken  # noqa: E402
from demandsim.faces.dashboard.question import Question  # noqa: E402
from demandsim.scenario.files import shipped  # noqa: E402
from demandsim.scenario.numbers import Range  # noqa: E402

TOWN = Question(place="small-town", second="small-town-council-saves", residents=2_000)
POLICY = taken("policy", "mine.toml", (shipped() / "policies" / "small-town-council-saves.toml").read_bytes())
PLACE = taken("scenario", "town.toml", b"extends = 'small-town'\ntitle = 'A town of mine'\n")


@pytest.mark.parametrize(
    ("name", "text", "number"),
    [
        ("residents", "2000", 2_000),
        ("residents", "20,000", 20_000),
        ("residents", " 200,000 ", 200_000),
        ("pairs", "30", 30),
        ("seed", "0", 0),
    ],
)
def test_a_number_is_read_with_commas_or_without(name: str, text: str, number: int) -> None:
    assert read_box(name, text) == (number, "")


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("residents", "500", "'500' cannot be run; type a whole number from 2,000 to 200,000."),
        ("residents", "999999", "from 2,000 to 200,000."),
        ("residents", "3k", "'3k' cannot be run"),
        ("residents", "", "nothing is typed; type a whole number from 2,000 to 200,000."),
        ("residents", "-3000", "cannot be run"),
        ("residents", "2000.5", "cannot be run"),
        ("residents", "٣٠٠٠", "cannot be run"),
        ("pairs", "99", "Pairs of runs: '99' cannot be run; type a whole number from 1 to 30."),
        ("pairs", "0", "from 1 to 30."),
        ("seed", "9" * 5_000, "from 0 to 999,999."),
    ],
)
def test_what_cannot_be_run_is_said_with_what_would_do(name: str, text: str, said: str) -> None:
    number, line = read_box(name, text)
    assert number is None
    assert said in line
    assert len(line) < 140


def test_a_file_of_one_name_can_be_chosen_once_and_is_the_last() -> None:
    newer = Own("policy", "mine", POLICY.raw + b"\n")
    assert at_hand((POLICY, PLACE), (newer,)) == (newer, PLACE)
    draft = TOWN.with_world("second", "own:mine")
    assert all_there(draft, (POLICY,))
    assert not all_there(draft, ())
    assert not all_there(replace(TOWN, place="own:town"), ())


def form(question: Question) -> Any:
    """Draw the form for a question, and give what draws it."""
    asked: list[Question] = []
    _, drawn = solara.render(asking(question, asked.append, "9"), handle_error=False)
    return drawn, asked


@pytest.mark.parametrize(
    "before",
    [
        TOWN.with_world("second", "own:mine").using((POLICY,)),
        replace(TOWN, place="own:town").using((PLACE,)),
    ],
    ids=["policy", "place"],
)
def test_another_question_is_drawn_after_one_with_a_file_of_the_visitors_and_back(before: Question) -> None:
    drawn, asked = form(TOWN)
    for question in (before, TOWN, before, TOWN):
        drawn.render(asking(question, asked.append, "9"))
    drawn.close()


def test_nothing_runs_while_a_box_shows_what_cannot_be_run() -> None:
    drawn, asked = form(TOWN)

    def box() -> Any:
        return next(
            one for one in drawn.find(vuetify.TextField) if one.widget.label.startswith("Residents")
        ).widget

    def button() -> Any:
        return next(
            one.widget for one in drawn.find(vuetify.Btn) if one.widget.children == ["Run both worlds"]
        )

    def type_in(text: str) -> None:
        box().v_model = text
        box().fire_event("focusout", None)

    type_in("500")
    assert button().disabled
    button().click()
    assert asked == []
    assert box().v_model == "500"
    type_in("20,000")
    assert not button().disabled
    button().click()
    assert [one.residents for one in asked] == [20_000]
    drawn.close()


@pytest.mark.parametrize("given", [None, "", "7", float("nan"), float("inf"), [1]])
def test_what_is_no_number_changes_no_number_of_the_evidence(given: object) -> None:
    assert entered(given, Range(1.0, 0.5, 2.0), 1.5) == 1.5


def test_the_end_that_is_typed_is_the_end_of_the_range() -> None:
    range_ = Range(1.58, 1.2640000000000002, 1.896)
    assert entered(1.264, range_, 1.58) == range_.low
    assert entered(1.2, range_, 1.58) == 1.2
