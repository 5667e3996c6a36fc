"""The report: one web page in one file that can be mailed, printed and read without the internet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed_version
from pathlib import Path

import pandas as pd
from pandas.api.types import is_numeric_dtype

from demandsim.analysis.arms import Compared
from demandsim.analysis.cautions import NO_FORECAST, assumed_said, beyond_the_law
from demandsim.analysis.drift import CONTACTS, REST_OF_SERVICE, SPEND, drift_frame, drift_said, times
from demandsim.analysis.intervals import COVER
from demandsim.analysis.pages import Cell, bullets, element, page, table, terms
from demandsim.analysis.sections import section, title
from demandsim.analysis.sentence import MONEY_FROM, sentence
from demandsim.analysis.words import measure_title, pairs_said, plain, quantity, service_title, weeks_said
from demandsim.errors import ComparisonError
from demandsim.records.whole_file import write_whole
from demandsim.scenario.words import pounds
from demandsim.units import WEEKS_A_YEAR

PACKAGE = "demandsim"

DRIFT_ROWS = 14
"""Rows of the table of how the baseline moves, the two totals included."""

HOW_TO_READ = (
    (
        "Two arms, the same people, the same luck",
        "Each pair runs the place twice from one seed: as it is (baseline) and with the policy. The same "
        "residents live in both, with the same chances, so whatever differs is due to the policy.",
    ),
    (
        "Intervals: chance only",
        f"Of intervals made like these, {COVER:.0%} hold what endlessly many pairs would give, however few there are "
        "(Student's t): the fewer the pairs, the wider. They tell how far chance alone could move a number. How far "
        "the evidence behind the model could move it is not in them.",
    ),
    (
        "Money views, never added together",
        "Cash is what payers spend: staff and beds are paid whether or not they are busy, and only a share of "
        "each unit cost follows contacts within the year. That share is not well known, so cash stands at its "
        "low, central and high value. Full is every contact at its unit cost, as published studies count. "
        "Capacity is staff time taken up, which is not money until hours are cut.",
    ),
    (
        "Shunt, landing, boomerang",
        "Shunt: what all other payers pay more, net, for each pound the saver saves net. Landing: the gross "
        "extra cost at one service for each pound cut from the services the policy changes. Boomerang: the "
        "part of the saving expected in the weeks that were run, its ramp allowed for, that the saver loses again. "
        "Where the saver's interval holds zero there is no ratio: the saving did not appear.",
    ),
    (
        "Traced and causal",
        "Traced counts contacts that follow a refusal, a lost hand-off, a closed door, a long wait or an "
        "episode that ended with the need no better. Causal is the difference between the arms. The two "
        "answer different questions and need not agree.",
    ),
    (
        "Gaps",
        "The figure for the most deprived fifth of neighbourhoods less that for the least deprived fifth.",
    ),
)
"""What a reader needs to know, term by term."""

CANNOT_TELL = (
    NO_FORECAST,
    "Many numbers are judged where nothing was published; the evidence list says which.",
    f"Sums are quoted from {MONEY_FROM:,} simulated residents on; smaller runs show which way things go.",
    "What happens after the last simulated week is not counted.",
    "The baseline itself moves from year to year: its levels are no forecast, only differences from it are told.",
    "Changes that no number in the model stands for, such as trust or morale, do not show.",
)
"""What the report cannot tell."""


def write_report(
    comparisons: Sequence[Compared],
    path: str | Path,
    *,
    published: pd.DataFrame | None = None,
    unlawful: Sequence[str] | None = None,
    version: str = "",
    note: str = "",
) -> Path:
    """Write one or several comparisons as one self-contained HTML file.

    Parameters
    ----------
    comparisons
        One or more, as a rule of one scenario.
    path
        Where to; a file there is replaced only when the new one is whole.
    published
        A year of baseline contacts beside England's published figures, as
        ``records.published.published_frame`` gives it; any frame will do, a column each.
    unlawful
        What goes beyond the law, a sentence or name each; worked out from the policies without it.
    version
        Of this package; the installed one's without it.
    note
        What a reader must know of how it was run that no scenario or policy says, such as numbers of the evidence
        that were changed; said at the head and under what was run.

    Returns
    -------
    Path
        Where the file is.

    Raises
    ------
    ComparisonError
        If there is no comparison, or one without a finished pair.
    SaveError
        If the file cannot be written.
    """
    text = report_text(comparisons, published=published, unlawful=unlawful, version=version, note=note)
    return write_whole(path, lambda file: file.write(text.encode("utf-8")))


def report_text(
    comparisons: Sequence[Compared],
    *,
    published: pd.DataFrame | None = None,
    unlawful: Sequence[str] | None = None,
    version: str = "",
    note: str = "",
) -> str:
    """Give the report's HTML; parameters and errors as ``write_report``."""
    if not comparisons or not all(comparison.pairs for comparison in comparisons):
        raise ComparisonError("report: no finished pair to report on")
    body: list[str] = ["<header>", *_head(comparisons, note), "</header>", "<main>"]
    for number, comparison in enumerate(comparisons, start=1):
        marks = beyond_the_law(comparison) if unlawful is None else tuple(unlawful)
        body += [f'<section id="policy-{number}">', *section(comparison, marks), "</section>"]
    body += ['<section id="baseline">', *_baseline(comparisons[0], published), "</section>"]
    body += ['<section id="how-to-read">', *_how_to_read(comparisons), "</section>"]
    body += [
        '<section id="what-was-run">',
        *_what_was_run(comparisons, version or _installed(), note),
        "</section>",
    ]
    return page(_title(comparisons), [*body, "</main>"])


def _title(comparisons: Sequence[Compared]) -> str:
    """What the page is called."""
    places = dict.fromkeys(comparison.scenario.place.title for comparison in comparisons)
    return f"Who saved, who paid: {', '.join(places)}"


def _head(comparisons: Sequence[Compared], note: str) -> Iterator[Cell]:
    """The title, what was run, a note on it, and the sentences of all comparisons where there are several."""
    yield element("h1", _title(comparisons))
    first = comparisons[0]
    years = quantity(first.pairs[0].baseline.weeks / WEEKS_A_YEAR)
    yield element(
        "p",
        f"{first.scenario.title}: {first.scenario.residents:,} simulated residents who stand for "
        f"{first.scenario.place.population:,}, over {years} {'year' if years == '1' else 'years'}, in "
        f"{pairs_said(len(first.pairs))} of runs that share residents and luck.",
        kind="soft",
    )
    if note:
        yield element("p", note, kind="mark")
    if len(comparisons) > 1:
        links = [
            f'<li><a href="#policy-{number}">{element("span", sentence(comparison))}</a></li>'
            for number, comparison in enumerate(comparisons, start=1)
        ]
        yield Cell(f'<nav aria-label="Policies"><ol>{"".join(links)}</ol></nav>')


def _baseline(comparison: Compared, published: pd.DataFrame | None) -> Iterator[Cell]:
    """The baseline by itself: beside published figures, and its last year beside its first."""
    drift = drift_frame([pair.baseline for pair in comparison.pairs])
    if (published is None or published.empty) and drift.empty:
        return
    yield element("h2", "The baseline by itself")
    if published is not None and len(published):
        yield element("h3", "Beside England's published figures")
        yield _published(published)
    if len(drift):
        yield element("h3", "From its first year to its last")
        yield element("p", drift_said(drift, comparison.scenario), kind="mark")
        yield _drift(drift, comparison)


def _drift(frame: pd.DataFrame, comparison: Compared) -> Cell:
    """What the baseline's money, contacts and services come to in its first year and its last."""
    totals = {SPEND: "What payers spend, cash", CONTACTS: "All contacts"}
    moved = frame[frame["row"].isin(totals) | ((frame["ratio"] - 1).abs() > REST_OF_SERVICE)].head(DRIFT_ROWS)
    rows = []
    for row in moved.to_dict("records"):
        name = totals.get(row["row"]) or service_title(row["row"], comparison.scenario)
        shown = pounds if row["row"] == SPEND else quantity
        rows.append([name, row["unit"], shown(row["first"]), shown(row["last"]), times(row["ratio"], 3)])
    return table(
        "The baseline's first year and its last, for the place, means over pairs; below the totals the services that "
        "rise or fall by most, of those with enough contacts to tell",
        ["", "unit", "first year", "last year", "last ÷ first"],
        rows,
        words=[1],
        sums=[0, 1],
    )


def _published(frame: pd.DataFrame) -> Cell:
    """The baseline beside published figures."""
    columns = [str(name) for name in frame.columns]
    numbers = [name for name in columns if is_numeric_dtype(frame[name])]

    def shown(name: str, value: object) -> str:
        if name in numbers:
            return quantity(float(str(value)), share=name.endswith("share"))
        return measure_title(str(value)) if name == "measure" else str(value)

    return table(
        "A year of contacts in the baseline, and the share of them that is due to tracked needs",
        [plain(name).capitalize() for name in columns],
        [[shown(name, row[name]) for name in columns] for row in frame.to_dict("records")],
        words=[place for place, name in enumerate(columns) if name not in numbers],
    )


def _how_to_read(comparisons: Sequence[Compared]) -> Iterator[Cell]:
    """What the numbers mean, and what they cannot tell."""
    yield element("h2", "How to read this")
    yield terms(HOW_TO_READ)
    if told := assumed_said(comparisons):
        yield element("p", told, kind="mark")
    yield element("h3", "What it cannot tell you")
    yield bullets(CANNOT_TELL)


def _what_was_run(comparisons: Sequence[Compared], version: str, note: str) -> Iterator[Cell]:
    """Scenario, policies, seeds and version: what it takes to run it again."""
    yield element("h2", "What was run")
    scenarios = {one.scenario.name: one.scenario for one in comparisons}
    told = [
        ("Scenario", f"{name}: {one.title}, {one.residents:,} residents, {weeks_said(one.weeks)}")
        for name, one in scenarios.items()
    ]
    noted = [("Note", note)] if note else []
    yield terms([("Program", f"{PACKAGE} {version}"), *told, *noted])
    for comparison in comparisons:
        yield element("h3", title(comparison))
        policies = [one for policy in comparison.policies for one in policy.whole()]
        seeds = ", ".join(str(pair.baseline.seed) for pair in comparison.pairs)
        yield terms(
            [
                *(
                    (f"{one.title} ({one.name})", f"{one.about} Source: {one.source}".strip())
                    for one in policies
                ),
                ("Seeds", seeds),
            ]
        )


def _installed() -> str:
    """The installed package's version."""
    try:
        return installed_version(PACKAGE)
    except PackageNotFoundError:
        return "(not installed)"
