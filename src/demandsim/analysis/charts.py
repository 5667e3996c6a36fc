"""Charts of a comparison as matplotlib figures: functions of frames alone, each titled with what it shows."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, TwoSlopeNorm
from matplotlib.figure import Figure

from demandsim.analysis import findings
from demandsim.analysis.drawing import (
    CAUSES,
    FAINT,
    INK,
    LESS,
    MORE,
    SOFT,
    UNCLEAR,
    WIDTH,
    bars,
    furthest,
    money_note,
    page,
    rows,
    styled,
    thousands,
    titled,
    unit_of,
    wrapped,
)
from demandsim.analysis.findings import LAST, Names, clear
from demandsim.analysis.flows import PURSE
from demandsim.analysis.words import short


@styled
def who_paid(frame: pd.DataFrame, names: Names, *, pounds: bool = True, note: str = "") -> Figure:
    """Bars: who spends less and who more, with intervals.

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
    """
    there = (frame[["mean", "low", "high"]] != 0).any(axis=1) | frame.iloc[:, 0].isin(LAST)
    shown = frame[there].iloc[::-1].reset_index(drop=True)
    figure = page(WIDTH, 0.46 * len(shown) + 2.0)
    axes = figure.subplots()
    bars(axes, shown, names, unit=unit_of(furthest(frame)), sums=True)
    axes.axhline(int(shown.iloc[:, 0].isin(LAST).sum()) - 0.5, color=SOFT, linewidth=0.8)
    titled(figure, findings.who_paid(frame, names, pounds=pounds), f"{money_note(frame)} {note}".strip())
    return figure


@styled
def money_views(
    frames: Mapping[str, pd.DataFrame], names: Names, *, pounds: bool = True, note: str = ""
) -> Figure:
    """Bars side by side: the same differences in several views of the money.

    Parameters
    ----------
    frames
        ``shunt_frame`` by the name of its view; the same rows in each.
    names, pounds, note
        As ``who_paid``.
    """
    first = next(iter(frames.values()))
    figure = page(WIDTH + 1.0, 0.46 * len(first) + 2.2)
    sides = figure.subplots(1, len(frames), sharey=True, squeeze=False)[0]
    unit = unit_of(max(furthest(frame) for frame in frames.values()))
    for axes, (view, frame) in zip(sides, frames.items(), strict=True):
        bars(axes, frame.iloc[::-1].reset_index(drop=True), names, unit=unit, sums=False)
        axes.set_title(view, fontsize=11, loc="left")
        axes.set_xlabel(f"{unit[1]} a year", fontsize=10)
    ends = np.array([axes.get_xlim() for axes in sides])
    for axes in sides:
        axes.set_xlim(ends[:, 0].min(), ends[:, 1].max())
    titled(figure, findings.money_views(frames, pounds=pounds), f"{money_note(first)} {note}".strip())
    return figure


@styled
def timelines(frame: pd.DataFrame, names: Names, *, first_week: int = 0, note: str = "") -> Figure:
    """Lines: contacts a quarter with chosen services, in both arms.

    Parameters
    ----------
    frame
        As ``outcomes.timeline_frame`` gives it.
    names
        What services are called.
    first_week
        The policy's first week, marked.
    note
        As ``who_paid``.
    """
    services = list(dict.fromkeys(frame["service"]))
    across = 2 if len(services) > 1 else 1
    down = max(1, -(-len(services) // across))
    figure = page(WIDTH, 2.5 * down + 1.3)
    grid = figure.subplots(down, across, squeeze=False).ravel()
    for axes, service in zip(grid, services, strict=False):
        _two_lines(axes, frame[frame["service"] == service], first_week)
        axes.set_title(wrapped(names.get(service, service), 44), fontsize=11, loc="left")
    for axes in grid[len(services) :]:
        axes.set_visible(False)
    if services:
        grid[0].legend(fontsize=9, loc="best", framealpha=0.9, edgecolor="none")
    told = "Contacts a quarter for the place, means over pairs. Upright axes may not begin at zero."
    titled(figure, findings.timelines(frame, names), f"{told} {note}".strip())
    return figure


@styled
def failure_by_cause(frame: pd.DataFrame, names: Names, *, note: str = "") -> Figure:
    """Stacked bars: contacts in the policy arm that are due to an agency, by who pays for them.

    Parameters
    ----------
    frame
        As ``attribution.failure_frame`` gives it.
    names
        What agencies are called.
    note
        As ``who_paid``.
    """
    policy = frame[frame["arm"] == "policy"]
    table = policy.pivot_table(
        index="payer", columns="cause", values="contacts", aggfunc="sum", fill_value=0.0
    )
    table = table.loc[table.sum(axis=1).sort_values().index, table.sum().sort_values(ascending=False).index]
    most = len(CAUSES) - 1
    if table.shape[1] > most + 1:
        table = table.iloc[:, :most].assign(**{"all others": table.iloc[:, most:].sum(axis=1)})
    figure = page(WIDTH, 0.5 * len(table) + 2.8)
    axes = figure.subplots()
    left = np.zeros(len(table))
    for place, cause in enumerate(table.columns):
        name = wrapped(names.get(cause, str(cause)), 34)
        colour = CAUSES[min(place, most)]
        axes.barh(range(len(table)), table[cause], left=left, color=colour, label=name, edgecolor="white")
        left = left + table[cause].to_numpy(np.float64)
    rows(axes, [names.get(payer, str(payer)) for payer in table.index])
    thousands(axes.xaxis)
    axes.set_xlabel("Contacts a year for the place, by who pays", fontsize=10)
    if len(table):
        axes.legend(title="Traced to", frameon=False, fontsize=9, alignment="left", loc="lower right")
    told = "Contacts that follow an earlier refusal, wait, closed door or lost hand-off, in the policy arm."
    titled(figure, findings.failure(frame), f"{told} {note}".strip())
    return figure


@styled
def quintile_gaps(frame: pd.DataFrame, *, note: str = "") -> Figure:
    """Dots: how much worse the most deprived fifth fares than the least, in both arms.

    Parameters
    ----------
    frame
        As ``outcomes.outcomes_frame`` gives it; rows whose measure ends in ``_gap`` are shown.
    note
        As ``who_paid``.
    """
    gaps = frame[frame["measure"].str.endswith("_gap")]
    figure = page(WIDTH, 1.35 * len(gaps) + 1.5)
    grid = figure.subplots(max(1, len(gaps)), 1, squeeze=False)[:, 0]
    for axes, (_, row) in zip(grid, gaps.iterrows(), strict=False):
        _two_dots(axes, row)
    told = "Grey diamond: within chance. Line: 90% interval of the difference from the baseline"
    interval = "" if gaps.empty else f" ({gaps['interval'].iloc[0]})"
    titled(figure, findings.gaps(gaps), f"{told}{interval}. {note}".strip())
    return figure


@styled
def matrix(frame: pd.DataFrame, names: Names, *, pounds: bool = True, note: str = "") -> Figure:
    """A table in colour: each saver's change alone, together, and what that adds, by who pays.

    Parameters
    ----------
    frame
        As ``shunt.matrix_frame`` gives it.
    names
        What payers and policies are called.
    pounds, note
        As ``who_paid``.
    """
    values = frame.drop(columns=["policy", "saver"])
    values = values.loc[:, (values != 0).any() | (values.columns == PURSE)]
    reach = max(float(values.abs().to_numpy().max(initial=0.0)), 1.0)
    figure = page(max(WIDTH, 3.2 + 1.05 * values.shape[1]), 0.62 * len(values) + 2.6)
    axes = figure.subplots()
    colours = LinearSegmentedColormap.from_list("less_more", [LESS, "#FFFFFF", MORE])
    down, across = (np.arange(size + 1) - 0.5 for size in values.shape)
    shades = TwoSlopeNorm(0, -reach, reach)
    axes.pcolormesh(
        across, down, values.to_numpy(np.float64), cmap=colours, norm=shades, edgecolors="white", linewidth=1
    )
    axes.invert_yaxis()
    for (row, column), sum_ in np.ndenumerate(values.to_numpy(np.float64)):
        ink = "white" if abs(sum_) > 0.62 * reach else INK
        axes.text(column, row, short(sum_), ha="center", va="center", color=ink, fontsize=10)
    titles = [wrapped(names.get(name, name), 15) for name in values.columns]
    axes.set_xticks(range(values.shape[1]), titles, fontsize=9)
    axes.xaxis.tick_top()
    rows(axes, [names.get(name, name.capitalize()) for name in frame["policy"]])
    if len(values) > 2:
        for line in (len(values) - 2.5, len(values) - 1.5):
            axes.axhline(line, color=INK, linewidth=1.0)
    axes.axvline(values.shape[1] - 1.5, color=INK, linewidth=1.0)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    told = "Pounds a year for the place, mean over pairs: blue pays less, orange pays more."
    titled(figure, findings.matrix(frame, pounds=pounds), f"{told} {note}".strip())
    return figure


def _two_lines(axes: Axes, frame: pd.DataFrame, first_week: int) -> None:
    """Draw one service's contacts by quarter in both arms."""
    middle = frame["quarter"].to_numpy(np.float64) + 0.5
    axes.plot(middle, frame["baseline"], color=SOFT, linestyle="--", linewidth=2, label="Baseline")
    axes.plot(middle, frame["policy"], color=LESS, linewidth=2, label="Policy")
    axes.axvline(first_week / 13, color=INK, linewidth=1, linestyle=":", label="First week of the policy")
    last = int(frame["quarter"].max()) + 1
    axes.set_xlim(-0.1, last + 0.1)
    years = np.arange(0, last, 4)
    axes.set_xticks(years, [f"Year {quarter // 4 + 1}" for quarter in years], ha="left")
    thousands(axes.yaxis)
    axes.set_ylabel("Contacts a quarter", fontsize=9)
    axes.margins(y=0.25)
    axes.set_ylim(bottom=max(0.0, axes.get_ylim()[0]))
    axes.grid(axis="y", color=FAINT)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)


def _two_dots(axes: Axes, row: pd.Series) -> None:
    """Draw one gap in both arms, with the interval of its difference."""
    error = np.array([[row["mean"] - row["low"]], [row["high"] - row["mean"]]])
    shown = None if np.isnan(error).any() else np.maximum(error, 0)
    colour = UNCLEAR if not clear(row) else MORE if row["mean"] > 0 else LESS
    axes.axvline(row["baseline"], color=SOFT, linewidth=0.8, linestyle=":")
    axes.plot([row["baseline"]], [1], "o", color=SOFT, markersize=9)
    axes.errorbar(
        [row["policy"]], [0], xerr=shown, fmt="D", color=colour, ecolor=INK, capsize=4, markersize=9
    )
    axes.set_ylim(-0.6, 1.6)
    axes.margins(x=0.25)
    axes.grid(axis="x", color=FAINT)
    axes.set_axisbelow(True)
    axes.set_xlabel(f"Gap: {row['unit']}", fontsize=10)
    axes.set_yticks([1, 0], ["Baseline", "Policy"])
    axes.tick_params(axis="y", length=0)
    axes.spines[["top", "right", "left"]].set_visible(False)
