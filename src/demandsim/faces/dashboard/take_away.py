"""What a visitor takes home: the report, the numbers, and a link that shows the same digits again."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import solara

from demandsim.analysis.comparison import Comparison
from demandsim.analysis.report import write_report
from demandsim.faces.dashboard.question import Question
from demandsim.faces.tables import comparison_frame


def report(worlds: Sequence[Comparison]) -> bytes:
    """Write the report of every world as one web page."""
    with tempfile.TemporaryDirectory() as folder:
        return write_report(worlds, Path(folder) / "report.html").read_bytes()


def numbers(worlds: Sequence[Comparison]) -> str:
    """Write money and outcomes of every world as one tidy CSV table."""
    return pd.concat([comparison_frame(one) for one in worlds], ignore_index=True).to_csv(index=False)


@solara.component
def take_away(question: Question, worlds: Sequence[Comparison], version: str) -> None:
    """Offer the report, the numbers and the link."""
    name = "-".join(["demandsim", question.place, *(one.policies[0].name for one in worlds)])[:80]
    with solara.Card("Take away", margin=0):
        with solara.Row():
            solara.FileDownload(lambda: report(worlds), f"{name}.html", label="The report (one web page)")
            solara.FileDownload(lambda: numbers(worlds), f"{name}.csv", label="The numbers (CSV)")
        solara.InputText(
            "A link that shows this again, digit for digit, with the same version",
            value=f"/?{question.link(version)}",
        )
