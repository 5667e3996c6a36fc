"""What a visitor takes home: a link that shows the same digits again, the report, numbers, charts, and the files."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import solara

from demandsim.analysis import charts
from demandsim.analysis.comparison import Comparison
from demandsim.analysis.drawing import png
from demandsim.analysis.pages import element
from demandsim.analysis.report import write_report
from demandsim.analysis.sections import names_of
from demandsim.analysis.sentence import MONEY_FROM, brackets
from demandsim.analysis.shunt import shunt_frame
from demandsim.analysis.words import grain, pairs_said
from demandsim.faces.dashboard.asking import numbers_said
from demandsim.faces.dashboard.question import Question
from demandsim.faces.dashboard.runs import stages
from demandsim.faces.dashboard.shown import whole_address
from demandsim.faces.dashboard.worlds import title_of, told_apart
from demandsim.faces.tables import comparison_frame
from demandsim.scenario.policy import Policy
from demandsim.scenario.write import policy_toml, scenario_toml

LINK = "A link that shows this again, digit for digit, with the same version"


def link_said(question: Question, world: Comparison) -> str:
    """Say what the link does: shows the answer again or, of an answer that is not whole, asks all of it again.

    Parameters
    ----------
    question
        What was asked.
    world
        A world as far as it is shown.
    """
    last = stages(question)[-1]
    residents, pairs = world.scenario.residents, len(world.pairs)
    if (residents, pairs) == (last.residents, len(last.seeds)):
        return LINK
    return (
        f"A link that asks the whole question again, {pairs_said(len(last.seeds))} at {last.residents:,} residents; "
        f"what is shown now comes from {pairs_said(pairs)} at {residents:,}, so the link will end at other digits"
    )


def report(worlds: Sequence[Comparison], note: str = "") -> bytes:
    """Write the report of every world as one web page, with a note on numbers that were changed."""
    with tempfile.TemporaryDirectory() as folder:
        return write_report(told_apart(worlds), Path(folder) / "report.html", note=note).read_bytes()


def numbers(worlds: Sequence[Comparison], note: str = "") -> str:
    """Write money and outcomes of every world as one tidy CSV table, which begins with what the world is called."""
    frames = []
    for one in told_apart(worlds):
        frames.append(comparison_frame(one))
        frames[-1].insert(0, "world", title_of(one))
        frames[-1]["changed_numbers"] = note
    return pd.concat(frames, ignore_index=True).to_csv(index=False)


def chart(world: Comparison) -> bytes:
    """Draw who saved and who paid in one world, as PNG; its note says how it was run."""
    figure = charts.who_paid(
        shunt_frame(world, view="cash", by="payer"),
        names_of(world),
        pounds=world.scenario.residents >= MONEY_FROM,
        note=f"{title_of(world)} {brackets(world)}",
        grain=grain(world.pairs[0].baseline.scale),
    )
    return png(figure)


def left_out_said(question: Question, version: str) -> str:
    """Say which of the visitor's own files the link is too short for; empty if it holds all."""
    files = question.left_out(version)
    if not files:
        return ""
    told = " and ".join(f"{one.name}.toml (SHA-256 begins {one.digits})" for one in files)
    return f"The link is too short to hold {told}: send the file along, to be added on the page."


@solara.component_vue("copy_link.vue")
def copy_link(question: str, label: str) -> None:
    """Show the link as the browser sees it, and copy it."""


@solara.component
def take_away(question: Question, worlds: Sequence[Comparison], version: str) -> None:
    """Offer the link, the report, the numbers, the charts and the files."""
    names = stems(worlds)
    apart = told_apart(worlds)
    place = worlds[0].scenario.name
    name = "-".join(["demandsim", place, *names])[:80]
    note = numbers_said(question) if question.numbers else ""
    with solara.Card("Take away", margin=0):
        link, said = solara.use_memo(
            lambda: (question.link(version), left_out_said(question, version)), [question, version]
        )
        copy_link(question=whole_address(link), label=link_said(question, worlds[0]))
        if said:
            solara.HTML(tag="p", unsafe_innerHTML=element("span", said), classes=["mark"])
        with solara.Row(style={"flex-wrap": "wrap"}):
            solara.FileDownload(
                lambda: report(worlds, note), f"{name}.html", label="The report (one web page)"
            )
            solara.FileDownload(lambda: numbers(worlds, note), f"{name}.csv", label="The numbers (CSV)")
            for world, its in zip(apart, names, strict=True):
                solara.FileDownload(
                    lambda world=world: chart(world),
                    f"demandsim-{place}-{its}.png",
                    label=f"Chart: {title_of(world)} (PNG)",
                )
        with solara.Row(style={"flex-wrap": "wrap"}):
            solara.FileDownload(
                lambda: scenario_toml(worlds[0].scenario), f"{place}.toml", label="The scenario (TOML)"
            )
            for world, shown, its in zip(worlds, apart, names, strict=True):
                policy = world.policies[0]  # as it was run, under its own title
                solara.FileDownload(
                    lambda policy=policy: policy_toml(policy),
                    f"{its}.toml",
                    label=f"Policy: {title_of(shown)} (TOML)",
                )


def stems(worlds: Sequence[Comparison]) -> list[str]:
    """What the files of each world are called: after its policy, with -a and -b where that is the same."""
    found = [stem(one.policies[0]) for one in worlds]
    if len(set(found)) == len(found):
        return found
    return [f"{name}-{letter}" for name, letter in zip(found, "ab", strict=True)]


def stem(policy: Policy) -> str:
    """What a policy's file is called: its name, and that it is adjusted."""
    return f"{policy.name}-adjusted" if policy.title.endswith("(adjusted)") else policy.name
