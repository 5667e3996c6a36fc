"""Charts of residents: outcomes by deprivation of their neighbourhood, and one resident's journey in each arm."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from demandsim.analysis import findings
from demandsim.analysis.drawing import (
    FAINT,
    INK,
    LESS,
    MORE,
    SOFT,
    UNCLEAR,
    WIDTH,
    page,
    rows,
    styled,
    titled,
    with_key,
    wrapped,
)
from demandsim.analysis.findings import BOUNCED, Names, clear
from demandsim.analysis.words import measure_title
from demandsim.records.labels import NONE
from demandsim.units import WEEKS_A_YEAR

MOST_LANES = 16
"""Services of one journey that have a lane; the rest are used least."""

CRISIS = 4
"""Severity of a need in crisis."""


@styled
def by_quintile(frame: pd.DataFrame, *, sizes: bool = True, note: str = "") -> Figure:
    """Bars: what changes for residents of each fifth of neighbourhoods, a picture a measure.

    Parameters
    ----------
    frame
        As ``quintiles.quintiles_frame`` gives it.
    sizes
        False for a title that speaks of direction only, for runs too small for sizes.
    note
        What more to say under the chart.
    """
    measures = list(dict.fromkeys(frame["measure"]))
    across = min(3, max(1, len(measures)))
    down = max(1, -(-len(measures) // across))
    figure = page(WIDTH, 2.5 * down + 1.4)
    grid = figure.subplots(down, across, squeeze=False).ravel()
    for axes, measure in zip(grid, measures, strict=False):
        _five_bars(axes, frame[frame["measure"] == measure].reset_index(drop=True))
        axes.set_title(wrapped(measure_title(measure), 30), fontsize=11, loc="left")
    for axes in grid[len(measures) :]:
        axes.set_visible(False)
    interval = "" if frame.empty else f" ({frame['interval'].iloc[0]})"
    told = (
        "Change for each 1,000 residents a year, policy less baseline, by fifth of neighbourhoods: 1 is the most "
        f"deprived. Lines: 90% interval{interval}. Blue is fewer, orange more, grey within chance."
    )
    titled(figure, findings.by_quintile(frame, sizes=sizes), f"{told} {note}".strip())
    return figure


@styled
def journeys(arms: Mapping[str, pd.DataFrame], names: Names, *, weeks: int, note: str = "") -> Figure:
    """Swim-lanes: one resident's contacts, bounces, stays and crises in each arm, a lane a service.

    Parameters
    ----------
    arms
        One resident's rows of ``RunRecord.journeys`` by what the arm is called, each with the same residents.
    names
        What services and needs are called.
    weeks
        How long the run is.
    note
        What more to say under the chart.
    """
    every = pd.concat(list(arms.values()), ignore_index=True)
    used = every[every["service"] != NONE]["service"].value_counts().index[:MOST_LANES]
    lanes = [name for name in dict.fromkeys(every.sort_values("week")["service"]) if name in used]
    tall = 0.3 * (len(lanes) + 1) + 0.7
    figure = page(WIDTH + 1.0, tall * len(arms) + 1.9)
    *grid, key = with_key(figure, len(arms), 1, 0.35 / tall)
    for axes, (title, frame) in zip(grid, arms.items(), strict=True):
        _lanes(axes, frame, lanes, names, weeks)
        axes.set_title(title, fontsize=11, loc="left")
    handles, labels = grid[0].get_legend_handles_labels()
    key.legend(handles, labels, fontsize=9.5, loc="center left", ncols=5, frameon=False)
    told = "Each mark is a week in which something happened, from the first recorded week on the left to the last."
    titled(figure, findings.journeys(arms), f"{told} {note}".strip())
    return figure


def _five_bars(axes: Axes, frame: pd.DataFrame) -> None:
    """Draw one measure's change in each fifth, with its interval."""
    mean = frame["mean"].to_numpy(np.float64)
    low, high = (frame[bound].fillna(frame["mean"]).to_numpy(np.float64) for bound in ("low", "high"))
    colours = [(LESS if row["mean"] < 0 else MORE) if clear(row) else UNCLEAR for _, row in frame.iterrows()]
    axes.bar(frame["quintile"], mean, color=colours, width=0.7)
    error = np.maximum([mean - low, high - mean], 0)
    axes.errorbar(frame["quintile"], mean, yerr=error, fmt="none", ecolor=INK, elinewidth=1.1, capsize=3)
    axes.axhline(0, color=INK, linewidth=0.9)
    axes.set_xticks(frame["quintile"])
    axes.set_xlabel("← most deprived    least →", fontsize=9)
    axes.set_ylabel("per 1,000 a year", fontsize=9)
    axes.grid(axis="y", color=FAINT)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)


def _lanes(axes: Axes, frame: pd.DataFrame, lanes: list[str], names: Names, weeks: int) -> None:
    """Draw one arm: needs on top, then a lane a service."""
    place = {name: len(lanes) - 1 - row for row, name in enumerate(lanes)}
    lane = frame["service"].map(place)

    def marks(rows_of: pd.Series, at: pd.Series, **look: object) -> None:
        shown = rows_of & at.notna()
        axes.scatter(frame["week"][shown], at[shown], **look)  # type: ignore[arg-type]

    for began, ended, row in _stays(frame, lane, weeks):
        axes.barh(row, ended - began, left=began, height=0.5, color=FAINT, edgecolor=SOFT, linewidth=0.6)
    top = pd.Series(float(len(lanes)), index=frame.index)
    crisis = frame["event"].isin(["need started", "need worsened"]) & (frame["severity"] == CRISIS)
    marks(frame["event"] == "contact", lane, marker="o", s=16, color=LESS, label="contact")
    marks(frame["event"].isin(BOUNCED), lane, marker="x", s=34, color=MORE, linewidths=1.6, label="bounced")
    marks(frame["event"] == "support opened", lane, marker="|", s=130, color=INK, label="support opened")
    marks(crisis, top, marker="^", s=46, color=INK, label="a need becomes a crisis")
    axes.add_patch(
        Rectangle((-1, -1), 0.5, 0.5, facecolor=FAINT, edgecolor=SOFT, linewidth=0.6, label="stay")
    )
    axes.set_xlim(0, weeks)
    axes.set_ylim(-0.7, len(lanes) + 0.7)
    years = np.arange(0, weeks, WEEKS_A_YEAR)
    axes.set_xticks(years, [f"Year {week // WEEKS_A_YEAR + 1}" for week in years], ha="left")
    rows(axes, [*(names.get(name, name) for name in reversed(lanes)), "Needs"])
    for row in range(len(lanes) + 1):
        axes.axhline(row, color=FAINT, linewidth=0.8, zorder=0)


def _stays(frame: pd.DataFrame, lane: pd.Series, weeks: int) -> list[tuple[int, int, float]]:
    """When each stay began and ended, and its lane; one still open lasts to the end."""
    found: list[tuple[int, int, float]] = []
    began: dict[float, int] = {}
    for week, event, row in zip(frame["week"], frame["event"], lane, strict=True):
        if event == "stay began" and row == row:
            began[row] = week
        elif event == "stay ended" and row in began:
            found.append((began.pop(row), week, row))
    return found + [(week, weeks, row) for row, week in began.items()]
