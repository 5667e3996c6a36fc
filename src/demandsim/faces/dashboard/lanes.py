"""One resident's two lives as swim-lanes: a picture in the page itself, with its title and what it shows in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from typing import Any, NamedTuple

import numpy as np

from demandsim.analysis.words import who
from demandsim.faces.dashboard.journey import Life, event_said, plural, when, where
from demandsim.records.labels import NONE
from demandsim.scenario.schema import Scenario

WIDE, LEFT, ROW, TOP, GAP = 1000, 210, 30, 30, 26
"""Units of the picture: its width, where the weeks begin, a lane, a world's title, what is between the worlds."""
AWAY = ("turned away", "handed on", "lost in a hand-off")
WAIT_ENDS = ("support opened", "stay began", "gave up waiting", "need ended")
LEFT_FOR_GOOD = ("died", "moved out")
WEEKLY = ("episode_week", "stay_week")
INK, SOFT, LINE = "var(--ink,#222)", "var(--soft,#555)", "var(--line,#ddd)"
BLUE, ORANGE, PURPLE = "var(--blue,#0072b2)", "var(--orange,#d55e00)", "#b052ab"
HOME = ""
"""The lane of what happens at home."""


class Mark(NamedTuple):
    """One mark: what it is, in which lane, from which week to which, and what to say of it."""

    what: str  # contact, weeks, wait, bounce, crisis, gone
    lane: str  # an agency, or home
    week: int
    until: int
    said: str


def lanes(pair: tuple[Life, Life], identity: int, week: int) -> str:
    """Draw both lives over the same weeks, a lane for home and each agency that either of them met.

    Parameters
    ----------
    pair
        The resident in both worlds.
    identity
        Whose lives they are.
    week
        Week that is marked by a line.
    """
    scenario, weeks = pair[0].record.scenario, pair[0].record.weeks
    marks = [list(marked(life, scenario)) for life in pair]
    met = {mark.lane for each in marks for mark in each}
    rows = [HOME, *(agency for agency in scenario.agencies if agency in met)]
    deep = TOP + ROW * len(rows)
    high = 2 * deep + GAP + 24
    parts = []
    for world, (life, each) in enumerate(zip(pair, marks, strict=True)):
        top = world * (deep + GAP)
        parts.append(_text(0, top + 18, f"{'AB'[world]}: {life.title}", INK, weight=600, size=15))
        parts += _empty(rows, scenario, weeks, top + TOP)
        parts += [_drawn(mark, rows.index(mark.lane), weeks, top + TOP) for mark in each]
        x = _x(week + 0.5, weeks)
        parts.append(
            f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{top + TOP}" y2="{top + deep}" style="stroke:{INK};'
            f'stroke-width:1.5;stroke-dasharray:5 4"><title>{when(week)}</title></line>'
        )
    parts += _axis(weeks, high)
    title = f"Resident {identity:,} in two worlds, week by week"
    return (
        f'<svg viewBox="0 0 {WIDE} {high}" role="img" aria-labelledby="lanes-title lanes-desc" '
        f'style="width:100%;min-width:44rem;max-width:84em;height:auto;font-family:inherit">'
        f'<title id="lanes-title">{title}</title>'
        f'<desc id="lanes-desc">{escape(described(pair, marks))}</desc>{"".join(parts)}</svg>'
    )


def described(pair: tuple[Life, Life], marks: Iterable[list[Mark]]) -> str:
    """Say what the picture shows: in each world, how many marks of each kind."""
    said = []
    for name, life, each in zip("AB", pair, marks, strict=True):
        number = {
            what: sum(mark.what == what for mark in each)
            for what in ("contact", "weeks", "wait", "bounce", "crisis")
        }
        said.append(
            f"World {name}, {life.title}: {plural(number['contact'], 'single contact')}, "
            f"{plural(number['weeks'], 'spell')} of support or stay, {plural(number['wait'], 'wait')}, "
            f"{plural(number['bounce'], 'bounce')}, {plural(number['crisis'], 'crisis', 'crises')}."
        )
    return " ".join(said) + " The list below tells them one by one."


def key() -> str:
    """Say in words what each mark means, each beside its shape."""
    one = {
        "contact": "a contact",
        "weeks": "weeks of support or stay",
        "wait": "waiting, until first seen there",
        "bounce": "turned away, handed on or lost",
        "crisis": "a need reaches crisis",
        "gone": "died or moved out",
    }
    items = []
    for what, said in one.items():
        long = what in ("weeks", "wait")
        shape = _shape(what, 2, 26, 10 if what == "weeks" else 4) if long else _shape(what, 14, 14, 10)
        items.append(
            f'<li style="display:flex;align-items:center;gap:.4rem"><svg viewBox="0 0 28 20" width="28" height="20" '
            f'aria-hidden="true">{shape}</svg>{said}</li>'
        )
    style = "display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;list-style:none;padding:0;margin:.3rem 0"
    return f'<ul style="{style}">{"".join(items)}</ul>'


def marked(life: Life, scenario: Scenario) -> Iterator[Mark]:
    """Turn one life's events into marks: runs of weekly support and stays into one mark, waits from end to end."""
    rows = life.events.to_dict("records")
    agency = {name: service.agency for name, service in scenario.services.items()}
    yield from _runs(rows, agency, scenario)
    yield from _waits(rows, agency, scenario, life.record.weeks)
    for row in rows:
        event, lane = row["event"], agency.get(row["service"], HOME)
        at = f"{when(row['week'])}: {event_said(row, scenario)}"
        said = f"{at}, {where(row['service'], scenario)}" if row["service"] != NONE else at
        if event == "contact" and row["kind"] not in WEEKLY:
            yield Mark("contact", lane, row["week"], row["week"], said)
        elif event in AWAY:
            yield Mark("bounce", lane, row["week"], row["week"], said)
        elif event in ("need started", "need worsened") and row["severity"] == 4:
            yield Mark("crisis", HOME, row["week"], row["week"], said)
        elif event in LEFT_FOR_GOOD:
            yield Mark("gone", HOME, row["week"], row["week"], said)


def _runs(rows: list[dict[Any, Any]], agency: dict[str, str], scenario: Scenario) -> Iterator[Mark]:
    """Weeks of support or stay that follow on one another, each run as one mark."""
    weeks: dict[str, list[int]] = {}
    for row in rows:
        if row["event"] == "contact" and row["kind"] in WEEKLY:
            weeks.setdefault(row["service"], []).append(row["week"])
    for service, those in weeks.items():
        each = np.unique(those)
        for run in np.split(each, np.flatnonzero(np.diff(each) > 1) + 1):
            first, last = int(run[0]), int(run[-1])
            said = f"{when(first)} to {when(last)}: {where(service, scenario)}"
            yield Mark("weeks", agency[service], first, last, said)


def _waits(
    rows: list[dict[Any, Any]], agency: dict[str, str], scenario: Scenario, weeks: int
) -> Iterator[Mark]:
    """Each wait, from joining a queue to being seen there, giving up, the need's end, leaving, or the last week."""
    for number, joined in enumerate(rows):
        if joined["event"] != "joined a queue":
            continue
        until = next((row["week"] for row in rows[number + 1 :] if _ends(row, joined)), weeks - 1)
        said = f"{when(joined['week'])} to {when(until)}: waiting, {where(joined['service'], scenario)}"
        yield Mark("wait", agency[joined["service"]], joined["week"], until, said)


def _ends(row: dict[Any, Any], joined: dict[Any, Any]) -> bool:
    """Tell whether an event ends a wait."""
    if row["event"] in LEFT_FOR_GOOD:
        return True
    if row["need"] != joined["need"]:
        return False
    seen = row["event"] == "contact" and row["service"] == joined["service"] and row["kind"] != "assessment"
    return seen or row["event"] in WAIT_ENDS or row["event"] == "joined a queue"


def _x(week: float, weeks: int) -> float:
    """Place a week on the axis both worlds share."""
    return LEFT + (WIDE - LEFT - 10) * week / weeks


def _empty(rows: list[str], scenario: Scenario, weeks: int, top: int) -> Iterator[str]:
    """Lanes with nothing in them, and their names."""
    for number, agency in enumerate(rows):
        y = top + ROW * (number + 1)
        yield f'<line x1="0" x2="{WIDE}" y1="{y}" y2="{y}" style="stroke:{LINE}"></line>'
        name = who(agency, scenario) if agency else "Home"
        for word in ("in", "serving", "for", "of"):
            name = name.removesuffix(f" {word} {scenario.title}")
        short = name if len(name) <= 30 else name[:29] + "…"
        yield f"<g><title>{escape(name)}</title>{_text(0, y - 10, short, SOFT)}</g>"
    for year in range(0, weeks + 1, 52):
        x = _x(year, weeks)
        yield (
            f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{top}" y2="{top + ROW * len(rows)}" style="stroke:{LINE}"></line>'
        )


def _axis(weeks: int, high: int) -> Iterator[str]:
    """Name the years under both worlds."""
    for year in range((weeks + 51) // 52):
        yield _text(_x(52 * year, weeks) + 3, high - 8, f"year {year + 1}", SOFT)


def _drawn(mark: Mark, row: int, weeks: int, top: int) -> str:
    """Draw one mark in its lane."""
    y = top + ROW * row + ROW / 2
    ends = (
        (mark.week, mark.until + 1) if mark.what in ("weeks", "wait") else (mark.week + 0.5, mark.week + 0.5)
    )
    first, last = (_x(end, weeks) for end in ends)
    return f"<g><title>{escape(mark.said)}</title>{_shape(mark.what, first, last, y)}</g>"


def _shape(what: str, first: float, last: float, y: float) -> str:
    """Draw a mark's shape, which tells it from the others without its colour."""
    if what == "contact":
        return f'<circle cx="{first:.1f}" cy="{y:.1f}" r="4" style="fill:{BLUE};fill-opacity:.75"></circle>'
    if what in ("weeks", "wait"):
        style = (
            f"fill:{BLUE};fill-opacity:.45"
            if what == "weeks"
            else f"fill:none;stroke:{SOFT};stroke-dasharray:3 2"
        )
        tall, low = (12, y - 6) if what == "weeks" else (8, y + 5)
        wide = max(last - first, 2)
        return (
            f'<rect x="{first:.1f}" y="{low:.1f}" width="{wide:.1f}" height="{tall}" style="{style}"></rect>'
        )
    if what == "bounce":
        path, style = (
            f"M{first - 5:.1f} {y - 5:.1f}l10 10m-10 0l10 -10",
            f"stroke:{ORANGE};stroke-width:2.5;fill:none",
        )
    elif what == "crisis":
        path, style = f"M{first:.1f} {y - 8:.1f}l7 14h-14z", f"fill:{PURPLE}"
    else:
        path, style = f"M{first:.1f} {y - 9:.1f}v18m-6 -12h12", f"stroke:{INK};stroke-width:2;fill:none"
    return f'<path d="{path}" style="{style}"></path>'


def _text(x: float, y: float, text: str, colour: str, *, weight: int = 400, size: int = 13) -> str:
    """Write a few words."""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" style="fill:{colour};font-size:{size}px;font-weight:{weight}">'
        f"{escape(text)}</text>"
    )
