"""How charts are drawn: colours, titles, bars with intervals, and figures as SVG or PNG."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from demandsim.analysis.findings import Names, clear
from demandsim.analysis.words import short

P = ParamSpec("P")

LESS, MORE, UNCLEAR, INK, SOFT, FAINT = "#0072B2", "#D55E00", "#B8B8B8", "#222222", "#666666", "#E5E5E5"
"""Okabe and Ito's blue and vermilion, which no kind of colour blindness confuses; greys."""

CAUSES = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#8C8C8C")
"""Okabe and Ito's colours, for agencies; the last is for all the rest."""

WIDTH = 9.0
"""Inches: a chart is as wide as a page."""

SETTINGS: dict[Any, Any] = {"font.size": 11.0, "svg.hashsalt": "demandsim", "svg.fonttype": "none"}


def styled(chart: Callable[P, Figure]) -> Callable[P, Figure]:
    """Draw a chart in this package's own style, whatever a notebook has set."""

    @wraps(chart)
    def drawn(*args: P.args, **settings: P.kwargs) -> Figure:
        with matplotlib.rc_context(_style()):
            return chart(*args, **settings)

    return drawn


def svg(figure: Figure) -> bytes:
    """Draw a figure as SVG, the same bytes for the same figure."""
    out = io.BytesIO()
    with matplotlib.rc_context(_style()):
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    return out.getvalue()


def png(figure: Figure, *, dpi: int = 150) -> bytes:
    """Draw a figure as PNG."""
    out = io.BytesIO()
    with matplotlib.rc_context(_style()):
        figure.savefig(out, format="png", dpi=dpi)
    return out.getvalue()


def page(width: float, height: float) -> Figure:
    """Make an empty figure with some air around it, in inches."""
    return Figure(figsize=(width, height), layout=ConstrainedLayoutEngine(w_pad=0.1, h_pad=0.1))


def titled(figure: Figure, title: str, note: str) -> None:
    """Put the finding over a figure, and what it is made of under it in smaller letters."""
    wide = figure.get_figwidth()
    told = balanced(title, int(wide * 8.6))
    figure.suptitle(told, x=0.012, ha="left", fontsize=13.5, fontweight="bold", color=INK)
    figure.supxlabel(wrapped(note, int(wide * 13)), x=0.012, ha="left", fontsize=9, color=SOFT)


def money_note(frame: pd.DataFrame) -> str:
    """What the bars and their bounds are."""
    return (
        "Pounds a year for the place, policy less baseline; lines: 90% interval "
        f"({frame['interval'].iloc[0]}). Blue pays less, orange pays more, grey is within chance."
    )


def bars(axes: Axes, frame: pd.DataFrame, names: Names, *, unit: tuple[float, str], sums: bool) -> None:
    """Draw one bar a row with its interval and, if asked, its sum beside it.

    Parameters
    ----------
    axes
        Where.
    frame
        The first column, ``mean``, ``low`` and ``high``, in pounds; the last row on top.
    names
        What the first column's keys are called.
    unit
        Pounds in a unit of the axis, and what it is called.
    sums
        Whether to write the sums.
    """
    size, word = unit
    mean = frame["mean"].to_numpy(np.float64) / size
    low, high = (frame[bound].fillna(frame["mean"]).to_numpy(np.float64) / size for bound in ("low", "high"))
    moved = [clear(row) for _, row in frame.iterrows()]
    colours = [(LESS if m < 0 else MORE) if sure else UNCLEAR for m, sure in zip(mean, moved, strict=True)]
    axes.barh(range(len(frame)), mean, color=colours, height=0.66)
    error = np.maximum([mean - low, high - mean], 0)
    axes.errorbar(mean, range(len(frame)), xerr=error, fmt="none", ecolor=INK, elinewidth=1.2, capsize=3)
    first, last = min(0.0, low.min(), mean.min()), max(0.0, high.max(), mean.max())
    span = (last - first) or 1.0
    for place, pounds in enumerate(frame["mean"]) if sums else ():
        right = pounds >= 0
        end = max(high[place], 0) + 0.015 * span if right else min(low[place], 0) - 0.015 * span
        ink, side = INK if moved[place] else SOFT, "left" if right else "right"
        axes.text(end, place, short(pounds), va="center", ha=side, fontsize=10.5, color=ink)
    room = 0.16 if sums else 0.04
    axes.set_xlim(first - room * span, last + room * span)
    axes.axvline(0, color=INK, linewidth=1.0)
    axes.grid(axis="x", color=FAINT)
    axes.set_axisbelow(True)
    axes.set_xlabel(f"← pays less   {word} a year   pays more →", fontsize=10)
    rows(axes, [names.get(name, str(name)) for name in frame.iloc[:, 0]])


def rows(axes: Axes, titles: list[str]) -> None:
    """Name the rows, wrapped so that long names do not crowd the bars out."""
    axes.set_yticks(range(len(titles)), [wrapped(title, 30) for title in titles])
    axes.tick_params(axis="y", length=0)
    axes.spines[["top", "right", "left"]].set_visible(False)


def thousands(axis: Axis) -> None:
    """Write an axis's numbers with commas."""
    axis.set_major_formatter(lambda value, _: f"{value:,.10g}")


def furthest(frame: pd.DataFrame) -> float:
    """The furthest that anything in a frame goes from zero."""
    return float(np.nanmax(frame[["mean", "low", "high"]].abs().to_numpy(), initial=0.0))


def unit_of(sum_: float) -> tuple[float, str]:
    """A unit in which the numbers on an axis are short."""
    for size, word in ((1e6, "£ million"), (1e3, "£ thousand")):
        if sum_ >= size:
            return size, word
    return 1.0, "£"


def _style() -> dict[Any, Any]:
    """Every setting of matplotlib's as it comes, but for a few of our own; never the backend."""
    kept = {name: value for name, value in matplotlib.rcParamsDefault.items() if "backend" not in name}
    return {**kept, **SETTINGS}


def balanced(text: str, width: int) -> str:
    """Break a text into as few lines as its width allows, of about one length: no word alone on the last."""
    lines = len(textwrap.wrap(text, width))
    narrow = -(-len(text) // lines) if lines else width
    while narrow < width and len(textwrap.wrap(text, narrow)) > lines:
        narrow += 1
    return wrapped(text, narrow)


def wrapped(text: str, width: int) -> str:
    """Break a text into lines."""
    return "\n".join(textwrap.wrap(text, width))
