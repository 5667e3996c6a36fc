"""What a page tells of a comparison as tables, and what must be known before them: functions of comparisons alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from demandsim.analysis.cautions import (
    assumed_said,
    beyond_the_law,
    drift_of,
    judged_said,
    law_said,
    size_said,
)
from demandsim.analysis.comparison import Comparison
from demandsim.analysis.findings import clear
from demandsim.analysis.flows import PURSE
from demandsim.analysis.intervals import label
from demandsim.analysis.outcomes import MAIN, WAITS_NOTE, few_told, outcomes_frame
from demandsim.analysis.pages import Cell, element, table
from demandsim.analysis.quintiles import PER, QUINTILES, quintiles_frame
from demandsim.analysis.sections import money_cell, names_of
from demandsim.analysis.sentence import MONEY_FROM
from demandsim.analysis.shunt import shunt_each_r, shunt_frame
from demandsim.analysis.words import (
    ROW_TITLES,
    SECTOR_TITLES,
    differences,
    grain,
    measure_title,
    quantity,
    short,
    who,
)
from demandsim.faces.dashboard.terms import explained
from demandsim.faces.dashboard.worlds import between, weeks_told

VIEWS = {
    "cash": "Cash within the year",
    "full": "Every contact at its unit cost",
    "capacity": "Staff time taken up",
}
APART = ", and in the last column world B less world A"
"""What the difference of the two worlds is, in a caption."""
SHARES = " Below it cash at the low and the high share of a unit cost that follows contacts, which is not well known."
"""What the second line of small print is, in a caption."""


def cautions(worlds: Sequence[Comparison], titles: Sequence[str]) -> str:
    """Everything the report says must be known before any number is read, in the same words.

    Parameters
    ----------
    worlds, titles
        Each against the place as it is, and what it is called.
    """
    told = [" ".join(size_said(worlds[0])), drift_of(worlds[0]), assumed_said(worlds)]
    law = [
        line
        for world, title in zip(worlds, titles, strict=True)
        for line in law_said(beyond_the_law(world), f"“{title}”")
    ]
    marks = [element("p", explained(line), kind="mark") for line in told if line]
    return "".join([*law, *marks, element("p", judged_said(), kind="soft")])


def money(worlds: Sequence[Comparison], titles: Sequence[str], *, view: str, by: str) -> str:
    """Who saved and who paid: a row a payer, a column a world, and the difference where there are two.

    Parameters
    ----------
    worlds
        Each against the place as it is.
    titles
        What each is called; each column is over its own policy's weeks, as ``Comparison`` tells it.
    view, by
        As ``shunt_frame``; without enough residents the table says that it is indicative.
    """
    columns = [*worlds, *([both] if (both := between(worlds)) else [])]
    heads = [*titles, *(["The second less the first"] if len(columns) > len(worlds) else [])]
    frames = [shunt_frame(one, view=view, by=by) for one in columns]
    ends = [shunt_each_r(one, by=by) for one in columns] if view == "cash" else []
    first, names = frames[0], names_of(worlds[0])
    least = grain(worlds[0].pairs[0].baseline.scale)
    kept = [row for row in range(len(first)) if _moves(frames, row, least)]
    keys = [str(first[by].iloc[row]) for row in kept]
    rows = [
        [
            explained(_called(key, names, worlds[0])),
            *(
                Cell(
                    money_cell(*_ends(frame, row), grain=least) + _at_each_share(ends, column, key, by, least)
                )
                for column, frame in enumerate(frames)
            ),
        ]
        for row, key in zip(kept, keys, strict=True)
    ]
    kinds = {
        (line, column): "saves" if frame["mean"].iloc[row] < 0 else "pays"
        for line, row in enumerate(kept)
        for column, frame in enumerate(frames, start=1)
        if len(worlds[0].pairs) > 1 and clear(frame.iloc[row])
    }
    caption = (
        f"{VIEWS[view]}: pounds a year for the place, less (−) or more (+) than as it is now"
        f"{APART if len(columns) > len(worlds) else ''}; 90% interval in small print "
        f"({label(len(worlds[0].pairs))}).{SHARES if ends else ''} Shaded where chance alone would not do it."
        f"{weeks_told(worlds, titles)}{_mark(worlds[0])}"
    )
    return table(
        explained(caption),
        ["Who pays", *heads],
        rows,
        sums=[keys.index(PURSE)] if PURSE in keys else [],
        kinds=kinds,
    )


def _mark(world: Comparison) -> str:
    """Say in a caption that too few residents are simulated for its sums; nothing where there are enough."""
    residents = world.scenario.residents
    return "" if residents >= MONEY_FROM else f" Indicative only: {residents:,} residents were simulated."


def _at_each_share(ends: Sequence[pd.DataFrame], column: int, key: str, by: str, least: float) -> str:
    """A payer's cash at the low and the high share in a line of small print; nothing in other views or for nothing."""
    if not ends:
        return ""
    frame = ends[column][ends[column][by] == key].set_index("responsive_share")["mean"]
    low, high = (short(float(frame[share]), least) for share in ("low", "high"))
    return "" if low == high == "£0" else f"<small>{element('span', f'low {low}, high {high}')}</small>"


def _called(key: str, names: Mapping[str, str], comparison: Comparison) -> str:
    """Name a payer, a sector or a sum."""
    return {**SECTOR_TITLES, **names, **ROW_TITLES}.get(key) or who(key, comparison.scenario)


def _ends(frame: pd.DataFrame, row: int) -> tuple[float, float, float]:
    """Mean and bounds of a row."""
    mean, low, high = (float(frame[name].iloc[row]) for name in ("mean", "low", "high"))
    return mean, low, high


def _moves(frames: Sequence[pd.DataFrame], row: int, least: float) -> bool:
    """Tell whether anything in a row is more than rounding."""
    return any(abs(number) >= least / 2 for frame in frames for number in _ends(frame, row))


def outcomes(worlds: Sequence[Comparison], titles: Sequence[str]) -> str:
    """What each world does to residents, a row a measure."""
    frames = [outcomes_frame(one).set_index("measure", drop=False) for one in worlds]
    there = [name for name in MAIN if name in frames[0].index]
    rows = []
    for name in there:
        now = quantity(float(frames[0]["baseline"][name]), share=name.endswith("_share"))
        cells = [_moved(frame.loc[[name]].iloc[0]) for frame in frames]
        rows.append([explained(measure_title(name)), str(frames[0]["unit"][name]), now, *cells])
    caption = (
        f"What it does to residents, for the place; 90% interval in small print ({label(len(worlds[0].pairs))})."
        f"{weeks_told(worlds, titles, now=True)}"
    )
    shown = table(caption, ["Measure", "unit", "as it is now", *titles], rows, words=[1])
    waits = element("p", WAITS_NOTE, kind="soft") if "weeks_to_help" in there else ""
    return shown + waits + _few(frames[0].loc[there], worlds[0])


def outcomes_by_quintile(worlds: Sequence[Comparison], titles: Sequence[str]) -> str:
    """What each world does to residents of each fifth of neighbourhoods, from the most deprived to the least.

    Parameters
    ----------
    worlds
        Each against the place as it is.
    titles
        What each is called.
    """
    frames = [quintiles_frame(one) for one in worlds]
    first, rows = frames[0], []
    for row, (measure, quintile) in enumerate(zip(first["measure"], first["quintile"], strict=True)):
        cells = [_moved(frame.iloc[row]) for frame in frames]
        name = measure_title(measure)
        said = (
            explained(name) if quintile == 1 else Cell(f'<span class="again">{element("span", name)}</span>')
        )
        rows.append([said, _fifth(quintile), quantity(float(first["baseline"].iloc[row])), *cells])
    caption = (
        f"What it does to residents by deprivation of their neighbourhood, {PER} of each fifth; change and its 90% "
        f"interval in small print ({label(len(worlds[0].pairs))}).{weeks_told(worlds, titles, now=True)}"
    )
    heads = ["Measure", "fifth of neighbourhoods", "as it is now", *titles]
    return table(caption, heads, rows, words=[1]) + _few(first.drop_duplicates("measure"), worlds[0])


def _fifth(quintile: int) -> str:
    """Name a fifth of neighbourhoods."""
    return {1: "1, most deprived", QUINTILES: f"{QUINTILES}, least deprived"}.get(quintile, str(quintile))


def _moved(row: pd.Series) -> Cell:
    """How a measure differs, with its interval in small print where there is one."""
    mean, low, high = differences(row.to_dict())
    return Cell(f"{mean}<small>{low} to {high}</small>" if "n/a" not in (low, high) else mean)


def _few(frame: pd.DataFrame, comparison: Comparison) -> str:
    """Say which measures of a table so few residents only hint at, and nothing of those that are not in it."""
    told = few_told(frame, comparison.scenario.residents)
    return element("p", told, kind="soft") if told else ""
