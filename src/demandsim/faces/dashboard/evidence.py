"""The evidence page: every number the model uses, with its range, its grade and where it comes from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import solara

from demandsim.analysis.pages import element, table
from demandsim.evidence.parameter import Parameter
from demandsim.evidence.tables import find, parameters

MOST_ROWS = 60
"""Rows that a page shows; the words above it narrow them down."""


def listed(found: Sequence[Parameter]) -> str:
    """A row a number: what it is, its value and range, its grade, and why we believe it."""
    rows = [
        [
            one.path,
            _said(one.value),
            f"{_said(one.low)} to {_said(one.high)}",
            one.unit,
            str(one.grade),
            one.source,
        ]
        for one in found[:MOST_ROWS]
    ]
    more = f"; the first {MOST_ROWS} of {len(found):,} are shown" if len(found) > MOST_ROWS else ""
    caption = f"{len(found):,} numbers{more}. Graded measured, adapted, calibrated or judged"
    heads = ["Number", "value", "range", "unit", "grade", "source"]
    return table(caption, heads, rows, words=[3, 4, 5])


def _said(value: object) -> str:
    """A number, or a row of them cut short."""
    row = value if isinstance(value, tuple) else (value,)
    told = ", ".join(f"{each:.6g}" for each in row[:4])
    return f"{told}, ..." if len(row) > 4 else told


@solara.component
def evidence() -> None:
    """Let a visitor look any number up."""
    words, set_words = solara.use_state("")
    grade, set_grade = solara.use_state("any grade")
    every = list(parameters().values())
    counts = Counter(str(one.grade) for one in every)
    told = ", ".join(f"{number:,} {name}" for name, number in counts.items())
    solara.HTML(tag="p", unsafe_innerHTML=element("span", f"The model uses {len(every):,} numbers: {told}."))
    with solara.Row():
        solara.InputText(
            "Words in its name, unit or source", words, on_value=lambda text: set_words(text or "")
        )
        solara.Select("Grade", ["any grade", *counts], grade, on_value=set_grade)
    found = [
        one for one in (find(words) if words.strip() else every) if grade in ("any grade", str(one.grade))
    ]
    solara.HTML(unsafe_innerHTML=listed(found), classes=["wide"])
