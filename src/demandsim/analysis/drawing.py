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
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from demandsim.analysis.findings import Names, clear
from demandsim.analysis.words import UNITS, short

P = ParamSpec("P")

LESS, MORE, UNCLEAR, INK, SOFT, FAINT = "#0072B2", "#D55E00", "#B8B8B8", "#222222", "#666666", "#E5E5E5"
"""Okabe and Ito's blue and vermilion, which no kind of colour blindness confuses; greys."""

CAUSES = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#8C8C8C")
"""Okabe and Ito's colours, for agencies; the last is for all the rest."""

WIDTH = 9.0
"""Inches: a chart is as wide as a page."""

LETTER = 0.08
"""Inches that a letter of a sum takes, about."""

SHORT = 0.008
"""A bar or line shorter than this share of the axis is not seen."""

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


def with_key(figure: Figure, down: int, across: int, key: float) -> list[Axes]:
    """Divide a figure into axes, row by row, and a strip under them for a key: it comes last.

    ``key`` is how high the strip is, as a share of a row.
    """
    grid = figure.add_gridspec(down + 1, across, height_ratios=[1.0] * down + [key])
    axes = [figure.add_subplot(grid[row, column]) for row in range(down) for column in range(across)]
    strip = figure.add_subplot(grid[down, :])
    strip.set_axis_off()
    return [*axes, strip]


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
        f"({frame['interval'].iloc[0]}). Blue pays less, orange pays more, grey is within chance; a dot stands for "
        "a bar too short to see."
    )


def bars(
    axes: Axes,
    frame: pd.DataFrame,
    names: Names,
    *,
    grain: float = 1.0,
    whole: tuple[float, float] | None = None,
    inches: float = 6.0,
    ends: tuple[str, str] = ("← pays less", "pays more →"),
) -> None:
    """Draw one bar a row with its interval, and its sum beside it; a dot where a bar is too short to see.

    Parameters
    ----------
    axes
        Where.
    frame
        The first column, ``mean``, ``low`` and ``high``, in pounds; the last row on top.
    names
        What the first column's keys are called.
    grain
        Pounds to which sums are rounded.
    whole
        How far the axis goes, in pounds, where several stand side by side: sums are not written then.
    inches
        About how wide the axis is, so that sums find room.
    ends
        What stands under the ends of the axis.
    """
    mean = frame["mean"].to_numpy(np.float64)
    low, high = (frame[bound].fillna(frame["mean"]).to_numpy(np.float64) for bound in ("low", "high"))
    moved = [clear(row) for _, row in frame.iterrows()]
    colours = [(LESS if m < 0 else MORE) if sure else UNCLEAR for m, sure in zip(mean, moved, strict=True)]
    first, last = whole or reach(frame)
    span = (last - first) or 1.0
    axes.barh(range(len(frame)), mean, color=colours, height=0.66)
    error = np.maximum([mean - low, high - mean], 0)
    wide = (high - low) > SHORT * span
    axes.errorbar(
        mean[wide],
        np.flatnonzero(wide),
        xerr=error[:, wide],
        fmt="none",
        ecolor=INK,
        elinewidth=1.2,
        capsize=3,
    )
    for place in np.flatnonzero((np.abs(mean) < SHORT * span) & (np.abs(mean) >= grain / 2)):
        axes.plot([mean[place]], [place], "o", color=colours[place], markersize=7, zorder=3)
    if whole is None:
        first, last = _sums(axes, mean, low, high, moved, grain=grain, inches=inches)
    axes.set_xlim(first - 0.04 * span, last + 0.04 * span)
    axes.axvline(0, color=INK, linewidth=1.0)
    axes.grid(axis="x", color=FAINT)
    axes.set_axisbelow(True)
    sterling(axes.xaxis, most=6 if whole is None else 3)
    _ends(axes, ends)
    rows(axes, [names.get(name, str(name)) for name in frame.iloc[:, 0]])


def _ends(axes: Axes, ends: tuple[str, str]) -> None:
    """Say under each end of an axis which way it goes."""
    for at, text, side in ((0.0, ends[0], "left"), (1.0, ends[1], "right")):
        ink = LESS if at == 0 else MORE
        axes.annotate(
            text,
            (at, 0),
            (0, -24),
            "axes fraction",
            "offset points",
            ha=side,
            va="top",
            fontsize=10,
            color=ink,
        )


def _sums(
    axes: Axes,
    mean: NDArray[np.float64],
    low: NDArray[np.float64],
    high: NDArray[np.float64],
    moved: list[bool],
    *,
    grain: float,
    inches: float,
) -> tuple[float, float]:
    """Write each bar's sum beyond the end of its interval, and whether it is within chance.

    Returns
    -------
    first, last : float
        From where to where the axis must go, in pounds, for all to find room.
    """
    right = mean >= 0
    end = np.where(right, np.maximum(high, 0), np.minimum(low, 0))
    told = [short(pounds, grain) for pounds in mean]
    for place, text in enumerate(told):
        nil = {text, short(low[place], grain), short(high[place], grain)} == {"£0"}
        told[place] = text if moved[place] or nil else f"{text}, within chance"
        axes.annotate(
            told[place],
            (end[place], place),
            (7 if right[place] else -7, 0),
            textcoords="offset points",
            ha="left" if right[place] else "right",
            va="center",
            fontsize=10.5 if moved[place] else 9.5,
            color=INK if moved[place] else SOFT,
        )
    wide = np.array([0.16 + LETTER * len(text) for text in told]) / inches * np.where(right, 1, -1)
    first, last = min(0.0, float(end.min())), max(0.0, float(end.max()))
    for _ in range(8):  # the wider the axis, the more pounds a letter takes: a few rounds settle it
        reached = end + wide * ((last - first) or 1.0)
        first, last = min(first, float(reached.min())), max(last, float(reached.max()))
    return first, last


def rows(axes: Axes, titles: list[str]) -> None:
    """Name the rows, wrapped so that long names do not crowd the bars out."""
    axes.set_yticks(range(len(titles)), [wrapped(title, 30) for title in titles])
    axes.tick_params(axis="y", length=0)
    axes.spines[["top", "right", "left"]].set_visible(False)


def thousands(axis: Axis) -> None:
    """Write an axis's numbers with commas."""
    axis.set_major_formatter(lambda value, _: f"{value:,.10g}")


def reach(*frames: pd.DataFrame) -> tuple[float, float]:
    """How far the bars and intervals of some frames go, below zero and above."""
    ends = [frame[["mean", "low", "high"]].to_numpy(np.float64) for frame in frames]
    low = min(float(np.nanmin(one, initial=0.0)) for one in ends)
    return low, max(float(np.nanmax(one, initial=0.0)) for one in ends)


def sterling(axis: Axis, *, most: int) -> None:
    """Write an axis's numbers as sums, with at most so many steps: "−£20m", "£0", "+£2.5m"."""
    axis.set_major_locator(MaxNLocator(nbins=most, steps=[1, 2, 2.5, 5, 10]))
    axis.set_major_formatter(lambda value, _: tick(value))


def tick(pounds: float) -> str:
    """A sum on an axis, which is not rounded."""
    size = abs(pounds)
    unit, letter = next(((unit, letter) for unit, _, letter in UNITS if size >= unit * 0.9999), (1.0, ""))
    sign = "" if size == 0 else "+" if pounds > 0 else "−"
    return f"{sign}£{size / unit:.6g}{letter}"


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
