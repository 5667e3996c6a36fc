"""What a page draws of a comparison, as options of ECharts, each with its table: functions of comparisons alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from demandsim.analysis.attribution import failure_frame
from demandsim.analysis.comparison import Comparison
from demandsim.analysis.outcomes import timeline_frame
from demandsim.analysis.pages import Cell, table
from demandsim.analysis.sections import names_of
from demandsim.faces.dashboard.terms import explained

BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#767676"
"""Told apart by those who do not see red and green alike; grey is the place as it is."""

MOST_FLOWS = 24
"""Flows that a Sankey can show a room."""
TEXT, LINE, ROWS = 12, 14, 3
"""Pixels of a picture's text and of a line of it on a desk, and the lines that a name may take."""
NOT_FROM_NOUGHT = "the axis does not begin at nought"
NEAR = 0.6
"""Where the least is more than this share of the most, an axis from nought would hide what differs."""


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
                "nodeGap": ROWS * LINE * scale,  # a name is as high as the gap, and no two stand in one
                "lineStyle": {"color": "source", "opacity": 0.35},
                "label": {
                    "fontSize": TEXT * scale,
                    "lineHeight": LINE * scale,
                    "width": 180 * scale,
                    "overflow": "break",
                },
                "levels": [{"depth": 0, "label": {"width": 150 * scale}}],
            }
        ],
    }


def flows_height(options: Mapping[str, Any], scale: float) -> int:
    """Pixels that a Sankey needs so that the names of its ends stand clear of one another."""
    ends: list[str] = [end["name"] for end in options["series"][0]["data"]]
    most = max(sum(end.startswith(side) for end in ends) for side in ("from", "to"))
    return round(max(420, most * (ROWS * LINE + 14)) * scale)


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
    every = [float(value) for _, _, _, values in series for value in values]
    far = min(every, default=0.0) > NEAR * max(every, default=0.0)
    told = f"A picture of lines: contacts a quarter, from the first quarter to the last. {ends}."
    told += f" {NOT_FROM_NOUGHT.capitalize()}." if far else ""
    upright = f"contacts a quarter{f' ({NOT_FROM_NOUGHT})' if far else ''}"
    return {
        **_in_words(f"{told} The table below it holds the same numbers."),
        "tooltip": {"trigger": "axis"},
        "animation": False,
        "legend": {"top": 0, "textStyle": {"fontSize": TEXT * scale}},
        "grid": {"left": 80 * scale, "right": 20, "top": 40 * scale, "bottom": 50 * scale},
        "xAxis": {"type": "category", "data": _quarters(frames[0]), **_axis("year and quarter", 30, scale)},
        "yAxis": {"type": "value", "scale": far, **_axis(upright, 62, scale)},
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
