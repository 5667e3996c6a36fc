"""Charts of money as matplotlib figures: functions of frames alone, each titled with what it shows."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, TwoSlopeNorm
from matplotlib.figure import Figure
from numpy.typing import NDArray

from demandsim.analysis import findings
from demandsim.analysis.drawing import (
    INK,
    LESS,
    MORE,
    SOFT,
    WIDTH,
    bars,
    money_note,
    page,
    reach,
    rows,
    styled,
    titled,
    wrapped,
)
from demandsim.analysis.findings import LAST, Names, clear
from demandsim.analysis.flows import PURSE
from demandsim.analysis.words import short

NUMBERS = ["mean", "low", "high"]

MAGNIFIED_FROM = 8
"""Bars that go less far than the longest by this factor may be drawn again, larger, beside it,"""

FEW = 2
"""if no more payers than these go further."""


@styled
def who_paid(
    frame: pd.DataFrame, names: Names, *, pounds: bool = True, note: str = "", grain: float = 1.0
) -> Figure:
    """Bars: who spends less and who more, with intervals; payers from the largest saving to the largest cost.

    Parameters
    ----------
    frame
        As ``shunt.shunt_frame`` gives it.
    names
        What its first column's keys are called.
    pounds
        False for a title without sums, for runs too small for them.
    note
        What more to say under the chart.
    grain
        Pounds to which sums are rounded; payers for whom all comes to less are left out.
    """
    by = frame.columns[0]
    there = (frame[NUMBERS].abs() >= grain / 2).any(axis=1)
    payers = frame[there & ~frame[by].isin(LAST)].sort_values("mean", kind="stable")
    last = frame[frame[by].isin(LAST)]
    shown = pd.concat([payers, last]).iloc[::-1].reset_index(drop=True)
    small = _small(shown, grain)
    two = small is not None
    figure = page(WIDTH + 2.0 * two, 0.46 * len(shown) + 2.0)
    sides = figure.subplots(1, 1 + two, sharey=True, squeeze=False, width_ratios=[3, 2][: 1 + two])[0]
    bars(sides[0], shown, names, grain=grain, inches=4.6 if two else 6.0)
    if small is not None:
        _magnified(sides[1], shown, small, names, grain=grain)
    for axes in sides:
        axes.axhline(len(last) - 0.5, color=SOFT, linewidth=0.8)
    title = findings.who_paid(frame, names, pounds=pounds, grain=grain)
    titled(figure, title, f"{money_note(frame)} {note}".strip())
    return figure


@styled
def money_views(
    frames: Mapping[str, pd.DataFrame],
    names: Names,
    *,
    pounds: bool = True,
    note: str = "",
    grain: float = 1.0,
) -> Figure:
    """Bars side by side: the same differences in several views of the money.

    Parameters
    ----------
    frames
        ``shunt_frame`` by the name of its view; the same rows in each.
    names, pounds, note, grain
        As ``who_paid``.
    """
    first = next(iter(frames.values()))
    figure = page(WIDTH + 1.0, 0.46 * len(first) + 2.2)
    sides = figure.subplots(1, len(frames), sharey=True, squeeze=False)[0]
    whole = reach(*frames.values())
    for axes, (view, frame) in zip(sides, frames.items(), strict=True):
        turned = frame.iloc[::-1].reset_index(drop=True)
        bars(axes, turned, names, grain=grain, whole=whole, ends=("← less", "more →"))
        axes.set_title(view, fontsize=11, loc="left")
    titled(figure, findings.money_views(frames, pounds=pounds), f"{money_note(first)} {note}".strip())
    return figure


@styled
def matrix(
    frame: pd.DataFrame,
    names: Names,
    *,
    bounds: tuple[pd.DataFrame, pd.DataFrame] | None = None,
    pounds: bool = True,
    note: str = "",
    grain: float = 1.0,
) -> Figure:
    """A table in colour: each saver's change alone, together, and what that adds (a column each), by who pays.

    Parameters
    ----------
    frame
        As ``shunt.matrix_frame`` gives it.
    names
        What payers and policies are called.
    bounds
        The same at ``low`` and at ``high``: sums whose interval holds zero are then grey on white.
    pounds, note, grain
        As ``who_paid``.
    """
    values = frame.set_index("policy").drop(columns="saver").T
    values = values[(values.abs() >= grain / 2).any(axis=1) | values.index.isin(LAST)]
    sums = values.to_numpy(np.float64)
    sure = np.ones(sums.shape, np.bool_)
    if bounds is not None:
        low, high = (one[values.index].to_numpy(np.float64).T for one in bounds)
        sure = (low > 0) | (high < 0) | np.isnan(low)
    figure = page(max(WIDTH, 2.8 + 1.0 * sums.shape[1]), 0.5 * len(sums) + 3.0)
    axes = figure.subplots()
    _coloured(axes, sums, sure, grain=grain)
    heads = [wrapped(names.get(name, str(name).capitalize()), 14) for name in values.columns]
    axes.set_xticks(range(len(heads)), heads, fontsize=9)
    axes.xaxis.tick_top()
    rows(axes, [names.get(name, name) for name in values.index])
    if len(heads) > 2:
        for line in (len(heads) - 2.5, len(heads) - 1.5):
            axes.axvline(line, color=INK, linewidth=1.0)
    axes.axhline(list(values.index).index(PURSE) - 0.5, color=INK, linewidth=1.0)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    told = "Pounds a year for the place, mean over pairs: blue pays less, orange pays more, grey is within chance."
    title = findings.matrix(frame, bounds=bounds, pounds=pounds, grain=grain)
    titled(figure, title, f"{told} {note}".strip())
    return figure


def _coloured(axes: Axes, sums: NDArray[np.float64], sure: NDArray[np.bool_], *, grain: float) -> None:
    """Draw a table of sums, the larger the stronger in colour; what is within chance grey on white."""
    largest = max(float(np.abs(sums).max(initial=0.0)), 1.0)
    colours = LinearSegmentedColormap.from_list("less_more", [LESS, "#FFFFFF", MORE])
    down, across = (np.arange(size + 1) - 0.5 for size in sums.shape)
    shades = TwoSlopeNorm(0, -largest, largest)
    axes.pcolormesh(
        across, down, np.where(sure, sums, 0.0), cmap=colours, norm=shades, edgecolors="white", linewidth=1
    )
    axes.invert_yaxis()
    for (row, column), sum_ in np.ndenumerate(sums):
        told = short(sum_, grain)
        ink = "white" if abs(sum_) > 0.62 * largest else INK
        ink = ink if sure[row, column] and told != "£0" else SOFT
        axes.text(column, row, told, ha="center", va="center", color=ink, fontsize=10)


def _small(shown: pd.DataFrame, grain: float) -> NDArray[np.bool_] | None:
    """Which bars are worth drawing again, larger: where one or two payers dwarf others who move beyond chance."""
    far = shown[NUMBERS].abs().max(axis=1).to_numpy(np.float64)
    small = far * MAGNIFIED_FROM <= far.max(initial=0.0)
    payers = ~shown.iloc[:, 0].isin(LAST).to_numpy()
    told = [clear(row) and abs(row["mean"]) >= grain for _, row in shown.iterrows()]
    return small if (small & payers & told).any() and (~small & payers).sum() <= FEW else None


def _magnified(
    axes: Axes, shown: pd.DataFrame, small: NDArray[np.bool_], names: Names, *, grain: float
) -> None:
    """Draw the small bars alone on an axis of their own, and say where a bar is too long for it."""
    kept = shown.assign(**{name: shown[name].where(small, 0.0) for name in NUMBERS})
    whole = reach(kept)
    bars(axes, kept, names, grain=grain, whole=whole, ends=("← less", "more →"))
    axes.set_title(f"The small ones, {_times(reach(shown), whole)}", fontsize=11, loc="left")
    right = whole[1] >= -whole[0]
    for place in np.flatnonzero(~small):
        axes.annotate(
            "too long to show here",
            (0, place),
            (6 if right else -6, 0),
            textcoords="offset points",
            ha="left" if right else "right",
            va="center",
            fontsize=9.5,
            color=SOFT,
        )


def _times(whole: tuple[float, float], part: tuple[float, float]) -> str:
    """How much longer a bar is on the axis of the small ones: "some 30 times as long"."""
    size = (whole[1] - whole[0]) / ((part[1] - part[0]) or 1.0)
    return f"some {float(f'{size:.1g}'):,.0f} times as long"
