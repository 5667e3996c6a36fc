"""Charts of demand and of what it did to residents: contacts over time, failure demand, gaps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
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
    page,
    rows,
    styled,
    thousands,
    titled,
    with_key,
    wrapped,
)
from demandsim.analysis.findings import Names, clear
from demandsim.analysis.flows import ALL
from demandsim.analysis.words import quantity

LEAST_OF_LEVEL = 0.1
"""An axis of levels spans at least this share of the baseline, so that a hair's breadth does not look like a mile."""


@styled
def timelines(
    frame: pd.DataFrame,
    last_year: pd.DataFrame,
    names: Names,
    *,
    first_week: int = 0,
    sizes: bool = True,
    note: str = "",
) -> Figure:
    """Lines: contacts a quarter with chosen services, in both arms.

    Parameters
    ----------
    frame
        As ``outcomes.timeline_frame`` gives it.
    last_year
        As ``outcomes.last_year_frame`` gives it, of the same services.
    names
        What services are called.
    first_week
        The policy's first week, marked.
    sizes
        False for a title that speaks of direction only, for runs too small for sizes.
    note
        What more to say under the chart.
    """
    services = list(dict.fromkeys(frame["service"]))
    across = 2 if len(services) > 1 else 1
    down = max(1, -(-len(services) // across))
    figure = page(WIDTH, 2.5 * down + 1.6)
    *grid, key = with_key(figure, down, across, 0.1)
    for axes, service in zip(grid, services, strict=False):
        _two_lines(axes, frame[frame["service"] == service], first_week)
        axes.set_title(wrapped(names.get(service, service), 44), fontsize=11, loc="left")
    for axes in grid[len(services) :]:
        axes.set_visible(False)
    if services:
        handles, labels = grid[0].get_legend_handles_labels()
        key.legend(handles, labels, fontsize=9.5, loc="center left", ncols=3, frameon=False)
    told = "Contacts a quarter for the place, means over pairs. Upright axes may not begin at zero."
    titled(figure, findings.timelines(last_year, names, sizes=sizes), f"{told} {note}".strip())
    return figure


@styled
def failure_by_cause(frame: pd.DataFrame, change: pd.DataFrame, names: Names, *, note: str = "") -> Figure:
    """Stacked bars: contacts that are due to an agency, by who pays for them, in both arms, and the change.

    Parameters
    ----------
    frame
        As ``attribution.failure_frame`` gives it.
    change
        As ``attribution.failure_change`` gives it.
    names
        What agencies are called.
    note
        As ``timelines``.
    """
    arms = _stacks(frame)
    moved = change[change["payer"] != ALL].set_index("payer")
    moved = moved[(moved[["baseline", "policy"]] > 0).any(axis=1)].sort_values("policy", kind="stable")
    causes = [wrapped(names.get(cause, str(cause)), 30) for cause in arms.columns]
    strip = 0.35 + sum(0.13 + 0.17 * (1 + name.count("\n")) for name in causes[: -(-len(causes) // 2)])
    tall = 0.62 * len(moved) + 0.5
    figure = page(WIDTH, tall + strip + 1.6)
    axes, key = with_key(figure, 1, 1, strip / tall)
    for arm, up, pale in (("policy", -0.2, 1.0), ("baseline", 0.2, 0.4)):
        table = arms.reindex([(arm, payer) for payer in moved.index], fill_value=0.0).to_numpy(np.float64)
        left = table.cumsum(axis=1) - table
        for place, cause in enumerate(causes):
            axes.barh(
                np.arange(len(table)) + up,
                table[:, place],
                height=0.38,
                left=left[:, place],
                color=CAUSES[min(place, len(CAUSES) - 1)],
                alpha=pale,
                label=cause if arm == "policy" else None,
                edgecolor="white",
                linewidth=0.5,
            )
    _changes(axes, moved)
    rows(axes, [names.get(str(payer), str(payer)) for payer in moved.index])
    thousands(axes.xaxis)
    axes.margins(x=0.16)
    axes.set_xlabel("Contacts a year for the place, by who pays", fontsize=10)
    if len(moved):
        handles, labels = axes.get_legend_handles_labels()
        look: dict[str, Any] = {"fontsize": 9.5, "alignment": "left", "ncols": 2, "loc": "upper left"}
        key.legend(handles, labels, title="Traced to", frameon=False, **look)
    told = (
        "Contacts that follow an earlier refusal, wait, closed door or lost hand-off. Pale: baseline; full: with the "
        "policy, and beside it what the policy changes."
    )
    titled(figure, findings.failure(frame, change), f"{told} {note}".strip())
    return figure


@styled
def quintile_gaps(frame: pd.DataFrame, *, note: str = "") -> Figure:
    """Dots: how much worse the most deprived fifth fares than the least, in both arms.

    Parameters
    ----------
    frame
        As ``outcomes.outcomes_frame`` gives it; rows whose measure ends in ``_gap`` are shown.
    note
        As ``timelines``.
    """
    gaps = frame[frame["measure"].str.endswith("_gap")]
    figure = page(WIDTH, 1.35 * len(gaps) + 1.5)
    grid = figure.subplots(max(1, len(gaps)), 1, squeeze=False)[:, 0]
    for axes, (_, row) in zip(grid, gaps.iterrows(), strict=False):
        _two_dots(axes, row)
    told = "Grey diamond: within chance. Line: 90% interval of the difference from the baseline"
    interval = "" if gaps.empty else f" ({gaps['interval'].iloc[0]})"
    titled(figure, findings.gaps(gaps), f"{told}{interval}. Axes do not begin at zero. {note}".strip())
    return figure


def _stacks(frame: pd.DataFrame) -> pd.DataFrame:
    """Contacts by arm and payer, a column a cause, the largest first; those for whom no colour is left together."""
    arms = frame.pivot_table(
        index=["arm", "payer"], columns="cause", values="contacts", aggfunc="sum", fill_value=0.0
    )
    arms = arms[arms.sum().sort_values(ascending=False).index]
    most = len(CAUSES) - 1
    if arms.shape[1] <= most + 1:
        return arms
    return arms.iloc[:, :most].assign(**{"all others": arms.iloc[:, most:].sum(axis=1)})


def _changes(axes: Axes, moved: pd.DataFrame) -> None:
    """Write beside each payer's bars how far they moved, and whether by more than chance."""
    space = 0.01 * float(moved[["baseline", "policy"]].to_numpy().max(initial=0.0))
    for place, (_, row) in enumerate(moved.iterrows()):
        sure, nil = clear(row), row["low"] == row["mean"] == row["high"] == 0
        told = "no change" if nil else quantity(row["mean"], sign=True) + ("" if sure else ", within chance")
        axes.text(
            row["policy"] + space, place - 0.2, told, va="center", fontsize=9.5, color=INK if sure else SOFT
        )


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
    least = LEAST_OF_LEVEL * abs(row["baseline"])
    low, high = axes.get_xlim()
    if high - low < least:
        axes.set_xlim((low + high - least) / 2, (low + high + least) / 2)
    axes.grid(axis="x", color=FAINT)
    axes.set_axisbelow(True)
    axes.set_xlabel(f"Gap: {row['unit']}", fontsize=10)
    axes.set_yticks([1, 0], ["Baseline", "Policy"])
    axes.tick_params(axis="y", length=0)
    axes.spines[["top", "right", "left"]].set_visible(False)
