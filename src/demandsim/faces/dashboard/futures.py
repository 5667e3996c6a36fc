"""Two futures of one world, as it would have gone and with a lever pulled: a picture, a sentence and a table."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from math import ceil, floor, log10
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from demandsim.analysis.pages import element, table
from demandsim.analysis.sentence import MONEY_FROM
from demandsim.analysis.words import quantity, short, weeks_said
from demandsim.faces.dashboard.branch import PERIOD, Measure, periods
from demandsim.faces.dashboard.journey import when
from demandsim.faces.dashboard.pictures import NEAR, NOT_FROM_NOUGHT

WIDE, HIGH, LEFT, RIGHT, TOP, LOW = 1000, 380, 90, 14, 14, 44
"""Units of the picture and its margins."""
INK, SOFT, LINE = "var(--ink,#222)", "var(--soft,#555)", "var(--line,#ddd)"
COLOURS = ("var(--blue,#0072b2)", "var(--orange,#d55e00)")
LEVER = "#b052ab"
LIMITS = (
    "This is one run of luck, the same in both futures: another would show another difference, and there is no "
    "interval to give. “Two worlds” runs many."
)


class Futures(NamedTuple):
    """One measure week by week: in both worlds, and in one of them with a lever pulled at a week."""

    measure: Measure
    worlds: tuple[NDArray[np.float64], NDArray[np.float64]]  # [week] each
    titles: tuple[str, str]
    chosen: int  # the world in which the lever is, or may be, pulled
    week: int
    pulled: NDArray[np.float64] | None = None  # [week], the same as the world's before the lever's week
    lever: str = ""
    left_out: str = ""  # what of the lever falls after the run, in a sentence
    residents: int = MONEY_FROM  # simulated

    @property
    def name(self) -> str:
        """What the chosen world is called."""
        return f"world {'AB'[self.chosen]}, “{self.titles[self.chosen]}”"

    @property
    def mark(self) -> str:
        """What must be said of sums in pounds of so few residents; empty where there are enough, or none are shown."""
        few = self.measure.unit == "pounds" and self.residents < MONEY_FROM
        return f"Indicative only: {self.residents:,} residents were simulated." if few else ""


def drawn(futures: Futures) -> str:
    """Draw the lines so far, then both futures, with a title and what it shows in words."""
    first = futures.week // PERIOD  # the period in which the futures part
    own = periods(futures.worlds[futures.chosen])
    other = periods(futures.worlds[1 - futures.chosen])
    pulled = None if futures.pulled is None else periods(futures.pulled)
    every = np.concatenate([own, other, *([] if pulled is None else [pulled])])
    scale = _Scale.of(every, len(own))
    colour, grey = COLOURS[futures.chosen], COLOURS[1 - futures.chosen]
    x = scale.x(futures.week / PERIOD)
    start = max(first - 1, 0)  # so that a future hangs on the line so far
    parts = [
        *_grid(scale),
        _path(scale, other, 0, f"stroke:{grey};stroke-width:1.5;stroke-dasharray:2 4"),
        _path(scale, own[: start + 1], 0, f"stroke:{colour};stroke-width:3.5"),
        _path(
            scale,
            own[start:],
            start,
            f"stroke:{colour};stroke-width:2;stroke-opacity:{0.45 if pulled is None else 0.9}",
        ),
        *(
            []
            if pulled is None
            else [
                _path(scale, pulled[start:], start, f"stroke:{LEVER};stroke-width:3.5;stroke-dasharray:9 5")
            ]
        ),
        f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{HIGH - LOW}" '
        f'style="stroke:{INK};stroke-dasharray:5 4"></line>',
        _text(x - 5, TOP + 12, when(futures.week), INK, anchor="end")
        if x > WIDE - 130  # where there is no room to its right
        else _text(x + 5, TOP + 12, when(futures.week), INK),
    ]
    title = f"{_titled(futures.measure)} every {PERIOD} weeks for the place"
    known = " ".join(
        part for part in (futures.mark, f"{NOT_FROM_NOUGHT.capitalize()}." if scale.low else "") if part
    )
    return (
        f'<p style="font-weight:600;margin:.4rem 0">{escape(title)}</p>'
        f"{element('p', known, kind='soft') if known else ''}"
        f'<svg viewBox="0 0 {WIDE} {HIGH}" role="img" aria-labelledby="future-title future-desc" '
        f'style="width:100%;min-width:36rem;max-width:80em;height:auto">'
        f'<title id="future-title">{escape(title)}</title>'
        f'<desc id="future-desc">{escape(f"{sentence(futures)} {known}".rstrip())}</desc>'
        f"{''.join(parts)}</svg>{_key(futures)}"
    )


def sentence(futures: Futures) -> str:
    """Say the difference in one sentence: that of one run, whose sums in pounds are not told from too few residents."""
    name = f"{futures.name[0].upper()}{futures.name[1:]}"
    if futures.pulled is None:
        return f"{name}, up to {when(futures.week)} and as it goes on; no lever is pulled yet."
    before, after = (
        float(one[futures.week :].sum()) for one in (futures.worlds[futures.chosen], futures.pulled)
    )
    begun = f"{name}, with “{futures.lever}” from {when(futures.week)}"
    told = f"{begun}: {_differs(futures, before, after)}."
    return f"{told} {futures.left_out}".rstrip()


def _differs(futures: Futures, before: float, after: float) -> str:
    """Say what a measure comes to in the weeks that are left, as it would have gone and with the lever."""
    number, money = len(futures.worlds[futures.chosen]) - futures.week, futures.measure.unit == "pounds"
    left = f"in the {weeks_said(number)} that {'is' if number == 1 else 'are'} left"
    title = futures.measure.title[:1].lower() + futures.measure.title[1:]
    measure = futures.measure.said or title + ("," if "," in title else "")
    if before == after:
        stays = "stays exactly as it was" if money else "stay exactly as they were"
        return f"{measure} {stays} {left}"
    if futures.mark:
        return f"{measure} differs {left}; one run of so few residents cannot tell whether to more or to less"
    if money:
        return f"in this one run, {measure} comes to {short(after - before)} {left}"
    return (
        f"in this one run, {title}, {_rounded(after)} instead of {_rounded(before)} "
        f"({_rounded(after - before, sign=True)}) {left}"
    )


def numbers(futures: Futures) -> str:
    """Both futures year by year, as a table."""
    pulled = futures.pulled
    if pulled is None:
        return ""
    own, weeks = futures.worlds[futures.chosen], len(pulled)
    money = futures.measure.unit == "pounds"
    rows = []
    for year in range(futures.week // 52, ceil(weeks / 52)):
        span = slice(max(52 * year, futures.week), min(52 * year + 52, weeks))
        before, after = float(own[span].sum()), float(pulled[span].sum())
        cells = [before, after, after - before]
        part = f", from week {span.start % 52 + 1}" if span.start % 52 else ""
        told = [short(cell) if money else _rounded(cell, sign=i == 2) for i, cell in enumerate(cells)]
        rows.append(
            [
                f"Year {year + 1}{part}",
                *(text.removeprefix("+") if i < 2 else text for i, text in enumerate(told)),
            ]
        )
    caption = f"{_titled(futures.measure)} for the place, one run of luck. {futures.mark}".rstrip()
    return table(caption, ["When", "as it would have gone", "with the lever", "difference"], rows)


def _rounded(value: float, *, sign: bool = False) -> str:
    """Write a count to four figures, a difference to three: more would be one resident's."""
    return quantity(float(f"{value:.{3 if sign else 4}g}"), sign=sign)


def _titled(measure: Measure) -> str:
    """Name a measure with its unit, unless the name says it."""
    named = measure.unit in measure.title.lower()
    return measure.title if named else f"{measure.title}, {measure.unit}"


class _Scale(NamedTuple):
    """Where numbers stand in the picture."""

    low: float
    high: float
    step: float
    periods: int

    @classmethod
    def of(cls, values: NDArray[np.float64], number: int) -> _Scale:
        """Fit the axis around numbers; from nought where that leaves room to see them."""
        most, least = (
            float(values.max(initial=0.0)),
            float(values.min(initial=0.0) if not values.size else values.min()),
        )
        least = 0.0 if least < NEAR * most else least
        rough = max(most - least, 1e-9) / 4
        step = 10 ** floor(log10(rough))
        step *= next(each for each in (1, 2, 5, 10) if each * step >= rough)
        return cls(floor(least / step) * step, max(ceil(most / step), 1) * step, step, max(number, 1))

    def x(self, period: float) -> float:
        """Across: periods from the first."""
        return LEFT + (WIDE - LEFT - RIGHT) * period / self.periods

    def y(self, value: float) -> float:
        """Down: from the highest."""
        return TOP + (HIGH - TOP - LOW) * (self.high - value) / (self.high - self.low)


def _grid(scale: _Scale) -> Iterator[str]:
    """Lines at round numbers and at the years, with their names."""
    for number in range(round((scale.high - scale.low) / scale.step) + 1):
        value = scale.low + number * scale.step
        y = scale.y(value)
        yield f'<line x1="{LEFT}" x2="{WIDE - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" style="stroke:{LINE}"></line>'
        yield _text(
            LEFT - 8, y + 4, f"{value:,.6g}" if scale.step < 1 else f"{value:,.0f}", SOFT, anchor="end"
        )
    for year in range(scale.periods * PERIOD // 52 + 1):
        x = scale.x(52 * year / PERIOD)
        yield f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{HIGH - LOW + 6}" style="stroke:{LINE}"></line>'
        if x < WIDE - 60:
            yield _text(x + 3, HIGH - LOW + 20, f"year {year + 1}", SOFT)


def _path(scale: _Scale, values: NDArray[np.float64], first: int, style: str) -> str:
    """Draw a line through the middles of its periods."""
    points = " ".join(f"{scale.x(first + i + 0.5):.1f},{scale.y(float(v)):.1f}" for i, v in enumerate(values))
    return f'<polyline points="{points}" style="fill:none;stroke-linejoin:round;{style}"></polyline>'


def _key(futures: Futures) -> str:
    """Say in words what each line is."""
    own, other = futures.chosen, 1 - futures.chosen
    lines = [
        (COLOURS[own], "", f"{'AB'[own]}: {futures.titles[own]}"),
        (COLOURS[other], "2 4", f"{'AB'[other]}: {futures.titles[other]}"),
        *([(LEVER, "9 5", f"{'AB'[own]} with “{futures.lever}”")] if futures.lever else []),
    ]
    items = [
        f'<li style="display:flex;align-items:center;gap:.4rem"><svg viewBox="0 0 34 8" width="34" height="8" '
        f'aria-hidden="true"><line x1="0" x2="34" y1="4" y2="4" style="stroke:{colour};stroke-width:3;'
        f'stroke-dasharray:{dash or "none"}"></line></svg>{escape(said)}</li>'
        for colour, dash, said in lines
    ]
    style = "display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;list-style:none;padding:0;margin:.3rem 0"
    return f'<ul style="{style}">{"".join(items)}</ul>'


def _text(x: float, y: float, text: str, colour: str, *, anchor: str = "start") -> str:
    """Write a few words."""
    style = f"fill:{colour};font-size:13px;text-anchor:{anchor}"
    return f'<text x="{x:.1f}" y="{y:.1f}" style="{style}">{escape(text)}</text>'
