"""What a page shows of a comparison, as markup and as options of ECharts: functions of comparisons alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from demandsim.analysis.attribution import failure_frame
from demandsim.analysis.comparison import Comparison
from demandsim.analysis.findings import clear
from demandsim.analysis.flows import PURSE
from demandsim.analysis.intervals import label
from demandsim.analysis.outcomes import MAIN, few_told, outcomes_frame, timeline_frame
from demandsim.analysis.pages import Cell, element, table
from demandsim.analysis.quintiles import PER, QUINTILES, quintiles_frame
from demandsim.analysis.sections import money_cell, names_of
from demandsim.analysis.sentence import MONEY_FROM
from demandsim.analysis.shunt import shunt_frame
from demandsim.analysis.words import (
    ROW_TITLES,
    SECTOR_TITLES,
    differences,
    grain,
    measure_title,
    quantity,
    who,
)
from demandsim.faces.dashboard.terms import explained
from demandsim.faces.dashboard.worlds import between, weeks_told

BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#767676"
"""Told apart by those who do not see red and green alike; grey is the place as it is."""

VIEWS = {
    "cash": "Cash within the year",
    "full": "Every contact at its unit cost",
    "capacity": "Staff time taken up",
}
MOST_FLOWS = 24
"""Flows that a Sankey can show a room."""
TEXT = 12
"""Pixels of a picture's text on a desk."""


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
    first, names = frames[0], names_of(worlds[0])
    least = grain(worlds[0].pairs[0].baseline.scale)
    kept = [row for row in range(len(first)) if _moves(frames, row, least)]
    keys = [str(first[by].iloc[row]) for row in kept]
    rows = [
        [
            explained(_called(key, names, worlds[0])),
            *(money_cell(*_ends(frame, row), grain=least) for frame in frames),
        ]
        for row, key in zip(kept, keys, strict=True)
    ]
    kinds = {
        (line, column): "saves" if frame["mean"].iloc[row] < 0 else "pays"
        for line, row in enumerate(kept)
        for column, frame in enumerate(frames, start=1)
        if len(worlds[0].pairs) > 1 and clear(frame.iloc[row])
    }
    residents = worlds[0].scenario.residents
    mark = "" if residents >= MONEY_FROM else f" Indicative only: {residents:,} residents were simulated."
    caption = (
        f"{VIEWS[view]}: pounds a year for the place, less (−) or more (+) than as it is now; 90% interval in "
        f"small print ({label(len(worlds[0].pairs))}). Shaded where chance alone would not do it."
        f"{weeks_told(worlds, titles)}{mark}"
    )
    return table(
        explained(caption),
        ["Who pays", *heads],
        rows,
        sums=[keys.index(PURSE)] if PURSE in keys else [],
        kinds=kinds,
    )


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
    return shown + _few(frames[0].loc[there], worlds[0])


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


def flows(comparison: Comparison, arm: str, title: str, *, scale: float = 1.0) -> dict[str, Any]:
    """Contacts traced to an agency, from the one they are traced to, to the one that pays: a Sankey.

    Parameters
    ----------
    comparison
        A world against the place as it is.
    arm
        ``baseline`` or ``policy``.
    title
        What the world of that arm is called.
    scale
        How many times as large as usual its text is.
    """
    frame, names = failure_frame(comparison), names_of(comparison)
    frame = frame[frame["arm"] == arm].nlargest(MOST_FLOWS, "contacts")
    links = [
        {
            "source": f"from {_briefly(names[row['cause']], comparison)}",
            "target": f"to {_briefly(names[row['payer']], comparison)}",
            "value": round(row["contacts"]),
        }
        for row in frame.to_dict("records")
    ]
    ends = dict.fromkeys(end for link in links for end in (link["source"], link["target"]))
    return {
        **_in_words(_flows_in_words(links, title)),
        "tooltip": {"trigger": "item"},
        "animation": False,
        "series": [
            {
                "type": "sankey",
                "left": 10,
                "right": 190 * scale,
                "data": [
                    {"name": end, "itemStyle": {"color": BLUE if end.startswith("from") else ORANGE}}
                    for end in ends
                ],
                "links": links,
                "lineStyle": {"color": "source", "opacity": 0.35},
                "label": {
                    "fontSize": TEXT * scale,
                    "lineHeight": 14 * scale,
                    "width": 180 * scale,
                    "overflow": "break",
                },
                "levels": [{"depth": 0, "label": {"width": 150 * scale}}],
            }
        ],
    }


def _briefly(name: str, comparison: Comparison) -> str:
    """Leave the place out of a name that a picture has little room for."""
    for word in ("in", "serving", "for", "of"):
        name = name.removesuffix(f" {word} {comparison.scenario.title}")
    return name


def flows_said(comparison: Comparison, arm: str, title: str) -> str:
    """Give the Sankey's numbers as a table, for those who do not see it."""
    frame, names = failure_frame(comparison), names_of(comparison)
    frame = frame[frame["arm"] == arm].nlargest(MOST_FLOWS, "contacts")
    rows = [
        [names[row["cause"]], names[row["payer"]], f"{row['contacts']:,.0f}"]
        for row in frame.to_dict("records")
    ]
    caption = (
        f"{title}: contacts a year in this world, not the change, that follow a refusal, a lost hand-off, a closed "
        "door or a long wait: the largest. Traced: how they came about, not how many a policy could spare"
    )
    shown = table(explained(caption), ["Traced to", "paid for by", "contacts a year"], rows, words=[1])
    return _folded(shown)


def _flows_in_words(links: Sequence[Mapping[str, Any]], title: str) -> str:
    """Say what a Sankey shows: of which world, its largest flow, and how many there are."""
    if not links:
        return f"A picture of flows, empty: no contact is traced to an agency in this world ({title})."
    first = links[0]
    return (
        f"{title}: a picture of {len(links)} flows of contacts in this world, not the change, from the agency they are "
        f"traced to, to the one that pays. The largest goes {first['source']} {first['target']}: {first['value']:,} "
        "contacts a year. The table below it holds the same numbers."
    )


def _in_words(told: str) -> dict[str, Any]:
    """What makes ECharts name its picture for those who do not see it."""
    return {"aria": {"enabled": True, "label": {"description": told}}}


def _folded(shown: str) -> Cell:
    """Fold a picture's numbers away until they are asked for."""
    return Cell(f"<details><summary>Show as a table</summary>{shown}</details>")


def lines(
    worlds: Sequence[Comparison], titles: Sequence[str], service: str, *, scale: float = 1.0
) -> dict[str, Any]:
    """Contacts of one service quarter by quarter: the place as it is and each world on one axis; scale as ``flows``."""
    frames = [timeline_frame(one, (service,)) for one in worlds]
    series = [("As it is now", GREY, "dashed", frames[0]["baseline"])]
    series += [
        (title, colour, "solid", frame["policy"])
        for title, colour, frame in zip(titles, (BLUE, ORANGE), frames, strict=False)
    ]
    ends = "; ".join(
        f"{name}: from {values.iloc[0]:,.0f} to {values.iloc[-1]:,.0f}"
        for name, _, _, values in series
        if len(values)
    )
    told = f"A picture of lines: contacts a quarter, from the first quarter to the last. {ends}."
    return {
        **_in_words(f"{told} The table below it holds the same numbers."),
        "tooltip": {"trigger": "axis"},
        "animation": False,
        "legend": {"top": 0, "textStyle": {"fontSize": TEXT * scale}},
        "grid": {"left": 80 * scale, "right": 20, "top": 40 * scale, "bottom": 50 * scale},
        "xAxis": {"type": "category", "data": _quarters(frames[0]), **_axis("year and quarter", 30, scale)},
        "yAxis": {"type": "value", "scale": True, **_axis("contacts a quarter", 62, scale)},
        "series": [
            _line(name, colour, kind, [round(n) for n in values]) for name, colour, kind, values in series
        ],
    }


def lines_said(worlds: Sequence[Comparison], titles: Sequence[str], service: str) -> str:
    """Give the numbers of ``lines`` as a table, for those who do not see it."""
    frames = [timeline_frame(one, (service,)) for one in worlds]
    columns = [frames[0]["baseline"], *(frame["policy"] for frame in frames)]
    rows = [
        [when, *(f"{column.iloc[row]:,.0f}" for column in columns)]
        for row, when in enumerate(_quarters(frames[0]))
    ]
    caption = "Contacts a quarter for the place, means over pairs"
    return _folded(table(caption, ["Year and quarter", "as it is now", *titles], rows))


def _quarters(frame: pd.DataFrame) -> list[str]:
    """Name quarters: year 2's first is "Y2 Q1"."""
    return [f"Y{row // 4 + 1} Q{row % 4 + 1}" for row in frame["quarter"]]


def _axis(name: str, gap: int, scale: float) -> dict[str, Any]:
    """Name an axis in its middle."""
    text = {"fontSize": TEXT * scale}
    where = {"nameLocation": "middle", "nameGap": gap * scale}
    return {"name": name, **where, "nameTextStyle": text, "axisLabel": text}


def _line(name: str, colour: str, kind: str, values: list[int]) -> dict[str, Any]:
    """Draw one line."""
    style = {"width": 3, "type": kind, "color": colour}
    return {
        "type": "line",
        "name": name,
        "data": values,
        "symbol": "none",
        "lineStyle": style,
        "itemStyle": {"color": colour},
    }
