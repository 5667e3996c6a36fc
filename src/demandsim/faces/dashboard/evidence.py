"""The evidence page: every number the model uses, why we believe it, and what follows if it is another."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import solara

from demandsim.analysis.pages import element
from demandsim.evidence.parameter import Parameter
from demandsim.evidence.tables import find, parameters
from demandsim.faces.dashboard.question import Question, asked
from demandsim.faces.dashboard.shown import note, noted
from demandsim.scenario.numbers import Numbers, Range, changeable, numbers_from, put_on_end

ROWS = 40
"""Rows that are shown at first, and with each further press."""
ANY = "any grade"
HEADS = ["Number", "value", "range", "unit", "prices of", "grade", "source"]
MEANT = {
    "measured": "taken as published",
    "adapted": "worked out from a published figure",
    "calibrated": "fitted to published figures",
    "judged": "our judgement, no source found",
}
STEPS = 100
"""Steps of the slider from one end of a range to the other."""
VERSION = str(sys.modules["demandsim"].__version__)


def listed(found: Sequence[Parameter], may: Mapping[str, Range], numbers: Numbers) -> list[dict[str, Any]]:
    """Give a row a number: what it is, its value and range, its grade, and why we believe it.

    Parameters
    ----------
    found
        As published.
    may
        What of them can be changed in the place that is shown, by path.
    numbers
        What is changed now.
    """
    rows = []
    for one in found:
        paths = entries(one, may)
        changed = [f"{value:.6g}{_which(path, one)}" for path, value in numbers if path in paths]
        rows.append(
            {
                "path": one.path,
                "name": called(one.path),
                "value": said(one.value),
                "range": f"{said(one.low)} to {said(one.high)}" if one.low != one.high else "none",
                "unit": one.unit,
                "year": one.price_year or "",
                "grade": str(one.grade),
                "source": f"{one.source} {one.note}".strip(),
                "may": bool(paths),
                "changed": ", ".join(changed),
            }
        )
    return rows


def entries(one: Parameter, may: Mapping[str, Range]) -> list[str]:
    """Give the paths under which a number, or each of a row, can be changed; none where its range is a point."""
    row = len(one.value) if isinstance(one.value, tuple) else 0
    paths = [f"{one.path}.{place}" for place in range(1, row + 1)] or [one.path]
    return [path for path in paths if path in may and may[path].low < may[path].high]


def _which(path: str, one: Parameter) -> str:
    """Say which of a row it is: nothing for a number that stands alone."""
    return f" ({place_said(path)})" if isinstance(one.value, tuple) else ""


def place_said(path: str) -> str:
    """Name the place in a row that a path ends with: "number 2"."""
    return f"number {path.rpartition('.')[2]}"


def called(path: str) -> str:
    """Name a number in words: "services › home care › unit cost"."""
    return " › ".join(part.replace("_", " ") for part in path.split("."))


def said(value: object) -> str:
    """A number, or a row of them."""
    return ", ".join(f"{each:,.6g}" for each in (value if isinstance(value, tuple) else (value,)))


@solara.component_vue("numbers.vue")
def numbers_table(
    caption: str, heads: list[str], rows: list[dict[str, Any]], chosen: str, event_pick: Callable[[str], None]
) -> None:
    """List numbers, with a button on those that can be changed."""


@solara.component
def evidence() -> None:
    """Let a visitor look any number up, and ask what follows if it is another within its range."""
    router = solara.use_router()
    question, put_right = solara.use_memo(lambda: asked(router.search or "", VERSION), [router.search])
    place = question.scenario()
    may = solara.use_memo(lambda: changeable(replace(question, numbers=()).scenario()), [question.place])
    words = noted(router.search, "words")
    grade = known if (known := noted(router.search, "grade")) in MEANT else ANY
    most, set_most = solara.use_state(ROWS)
    (chosen, turn), choose = solara.use_state(("", 0))  # a number that is asked for again is gone to again
    only, set_only = solara.use_state(False)

    def go(page: str, numbers: Numbers) -> None:
        """Go to a page with these numbers changed, and no others."""
        router.push(f"{page}?{replace(question, numbers=numbers).link(VERSION)}")

    def search(text: str | None) -> None:
        """Look for other words, from the first number on."""
        note(words=text or "")
        set_most(ROWS)

    for line in put_right:
        solara.HTML(tag="p", unsafe_innerHTML=element("span", line), classes=["mark"])
    introduced(place.title, may)
    if question.numbers:
        changed_now(question, lambda: go("/evidence", ()))
    if chosen in parameters():
        changing(parameters()[chosen], may, question, turn, lambda numbers: go("/", numbers)).key(chosen)
    with solara.Row(style={"flex-wrap": "wrap"}):
        solara.InputText(
            "Words in its name, unit or source",
            words,
            on_value=search,
            continuous_update=True,
        )
        solara.Select("Grade", [ANY, *MEANT], grade, on_value=lambda new: note(grade=new))
        solara.Checkbox(label="Only what can be changed", value=only, on_value=set_only)
    found = [one for one in find(words) if grade in (ANY, str(one.grade)) and (entries(one, may) or not only)]
    more = f"; the first {most} are shown" if len(found) > most else ""
    numbers_table(
        caption=f"{len(found):,} numbers{more}",
        heads=HEADS,
        rows=listed(found[:most], may, question.numbers),
        chosen=chosen,
        event_pick=lambda path: choose((path, turn + 1)),
    )
    if more:
        solara.Button(f"Show {ROWS} more", on_click=lambda: set_most(most + ROWS), outlined=True)


@solara.component
def introduced(place: str, may: Mapping[str, Range]) -> None:
    """Say how many numbers there are, of which grade, and what can be changed."""
    counts = Counter(str(one.grade) for one in parameters().values())
    told = "; ".join(f"{counts[name]:,} {name} ({meant})" for name, meant in MEANT.items() if counts[name])
    solara.HTML(
        tag="p",
        unsafe_innerHTML=element(
            "span",
            f"The model uses {sum(counts.values()):,} numbers: {told}. Each has a range within which it may well lie. "
            f"“Change” puts another number of its range in its place, and runs both worlds of {place} with it. Numbers "
            "that the place states for itself, or has no use for, cannot be changed here.",
        ),
    )


@solara.component
def changed_now(question: Question, back: Callable[[], None]) -> None:
    """Say which numbers are not as published, and offer the way back."""
    published = changeable(replace(question, numbers=()).scenario())
    told = "; ".join(
        f"{called(path)} is {value:.6g} instead of {published[path].value:.6g}"
        for path, value in question.numbers
    )
    with solara.v.Html(tag="div", class_="mark", attributes={"role": "status"}):
        solara.HTML(
            tag="p", unsafe_innerHTML=element("span", f"Changed now, by you and not by evidence: {told}.")
        )
        solara.Button("All as published", on_click=back, outlined=True)


@solara.component
def changing(
    one: Parameter, may: Mapping[str, Range], question: Question, turn: int, run: Callable[[Numbers], None]
) -> None:
    """Let a visitor put another number in the place of one, within its range, and run both worlds with it."""
    paths = entries(one, may)
    path, set_path = solara.use_state(paths[0])
    now = dict(question.numbers)
    value, set_value = solara.use_state(now.get(path, may[path].value))
    range_ = may[path]

    def take(told: str) -> None:
        """Go on to another number of the row."""
        new = next(each for each in paths if place_said(each) == told)
        set_path(new)
        set_value(now.get(new, may[new].value))

    numbers, refused = wanted(question, {**now, path: value}, range_, value)
    with solara.v.Html(tag="section", class_="ds-changing", attributes={"aria-label": "Change a number"}):
        arrived().key(f"arrived {turn}")
        solara.HTML(tag="h2", unsafe_innerHTML=element("span", f"Change: {called(one.path)}"))
        about = f"{one.unit}{', in 2024/25 prices' if one.is_price else ''}. {one.source}"
        solara.HTML(tag="p", unsafe_innerHTML=element("span", about), classes=["soft"])
        if len(paths) > 1:
            solara.Select(
                "Which of the row", [place_said(each) for each in paths], place_said(path), on_value=take
            )
        published = f"{range_.value:.6g} as published; from {range_.low:.6g} to {range_.high:.6g}."
        solara.HTML(tag="p", unsafe_innerHTML=element("span", published))
        between(
            low=range_.low,
            high=range_.high,
            step=step(range_),
            value=value,
            event_enter=lambda number: set_value(entered(number, range_, value)),
        )
        for line in refused:
            solara.HTML(tag="p", unsafe_innerHTML=element("span", line), classes=["mark"])
        solara.Button(
            "Run with this number", color="primary", on_click=lambda: run(numbers), disabled=bool(refused)
        )


@solara.component_vue("arrived.vue")
def arrived() -> None:
    """Bring the section that this stands in before the eye, and the keyboard into it."""


def entered(given: object, range_: Range, value: float) -> float:
    """Give the number that was entered, to six digits; the one that holds where it is none."""
    if not isinstance(given, (int, float)) or not abs(given) < float("inf"):
        return value
    return put_on_end(float(f"{given:.6g}"), range_)


def wanted(
    question: Question, numbers: Mapping[str, float], range_: Range, value: float
) -> tuple[Numbers, list[str]]:
    """Give the numbers to run with, or say why they cannot be run."""
    if not range_.low <= value <= range_.high:
        return (), [f"{value:.6g} is outside the range, {range_.low:.6g} to {range_.high:.6g}."]
    place = replace(question, numbers=()).scenario()
    return numbers_from(place, [f"{name}:{each!r}" for name, each in numbers.items()])


@solara.component_vue("between.vue")
def between(low: float, high: float, step: float, value: float, event_enter: Callable[[float], None]) -> None:
    """Slide between the ends of a range, or type."""


def step(range_: Range) -> float:
    """How far the slider goes at a press: one, where the number and its ends are whole."""
    whole = all(float(each).is_integer() for each in range_)
    return 1.0 if whole and range_.high - range_.low >= 2 else (range_.high - range_.low) / STEPS
