"""One resident's two lives: what happened, what their contacts are priced at, how often they told their story."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from demandsim.analysis.pages import Cell, element, table
from demandsim.analysis.words import plain, service_title, who
from demandsim.faces.dashboard.trace import BOUNCED, Trace
from demandsim.records.journal import CONTACT, FIELDS
from demandsim.records.labels import FAMILIES, NONE, labels
from demandsim.records.ledger import Counts
from demandsim.records.money import charge_entries, contact_entries, contacts_by
from demandsim.records.record import RunRecord
from demandsim.scenario.schema import Scenario

MOST_EVENTS = 400
"""Events of one journey that a page lists."""
LEVELS = ("", "emerging", "established", "complex", "crisis")
KINDS = {
    "admission": "admitted",
    "admitted": "then admitted",
    "arrested": "an arrest",
    "assessed": "assessed, then kept or let go",
    "attended": "officers came",
    "charged": "charged with an offence",
    "conveyed": "taken to hospital",
    "detained": "detained under the Mental Health Act",
    "episode_week": "a week of help",
    "home": "then sent home",
    "on_scene": "treated where they were",
    "passed_on": "passed on to another service",
    "reached": "reached by the team",
    "referred": "then referred on",
    "released": "then released",
    "stay_week": "a week of a stay",
    "telephone": "helped by telephone",
}
"""Kinds of contact whose own word does not say what happened."""
STORY = (
    "The story is told at every assessment, and at every door that then hands the need on; where one service passes "
    "the history along, the next does not assess again, and it is not counted."
)
AT_UNIT_COST = (
    "What these contacts are priced at, not what would be saved without them: most of a service's cost does not follow "
    "one resident's contacts. In small print: the part that follows them within the year (cash)."
)


class Life(NamedTuple):
    """One resident in one world."""

    title: str
    record: RunRecord  # the world's, its journal cut down to this resident
    events: pd.DataFrame  # as ``RunRecord.journeys``


class Stories(NamedTuple):
    """How often a resident told their story, and how many of these times were for a need told before."""

    told: int
    again: int


def lives(trace: Trace, identity: int) -> tuple[Life, Life]:
    """Cut one resident's two lives out of a trace.

    Parameters
    ----------
    trace
        Both worlds.
    identity
        Of a resident who was followed.
    """
    found = []
    for title, record in zip(trace.titles, trace.records, strict=True):
        own = record.journal[record.journal[:, FIELDS.index("resident")] == identity]
        cut = replace(record, journal=own)
        found.append(Life(title, cut, cut.journeys()))
    return found[0], found[1]


def most_changed(trace: Trace) -> int:
    """Pick the resident with most weeks that differ between the worlds; of several the lowest identity."""
    return int(trace.residents[np.argmax((trace.weeks[0] != trace.weeks[1]).sum(axis=0))])


def most_bounced(trace: Trace) -> int:
    """Pick the resident bounced in most weeks, both worlds added up; of several the lowest identity."""
    bounced: NDArray[np.int64] = sum(((weeks & BOUNCED) > 0).sum(axis=0) for weeks in trace.weeks)
    return int(trace.residents[np.argmax(bounced)])


def by_lot(trace: Trace, seed: int, lot: int) -> int:
    """Draw a resident: the same seed and number of the draw give the same one."""
    return int(np.random.default_rng([seed, lot]).choice(trace.residents))


def paid(life: Life, view: str = "full") -> dict[str, int]:
    """Price one resident's contacts, payer by payer, as the record prices everybody's.

    Parameters
    ----------
    life
        The resident in one world.
    view
        ``full`` at unit cost, ``cash`` the part that follows contacts within the year.

    Returns
    -------
    dict
        Whole pence of this one resident by the payer's key, charges taken from residents and families and given
        to those who collect them; payers without a penny are left out.
    """
    record, words = life.record, labels(life.record.scenario)
    journal = record.journal[record.journal[:, FIELDS.index("event")] == CONTACT].astype(np.int64)
    week, _, _, _, need, severity, kind, cause = journal.T
    shape = record.shape
    cell = ((kind * shape.needs + need + 1) * 5 + severity) * shape.causes + cause
    own = replace(record, counts=Counts(week.astype(np.int32), cell, np.ones(week.size, np.int64)))
    contacts = contacts_by(own, ("week",))
    due: Counter[str] = Counter()
    for entries in contact_entries(own, words, contacts, view) + charge_entries(own, words, contacts):
        for payer in np.unique(entries.payer).tolist():
            due[words.payer[payer]] += int(entries.pence[entries.payer == payer].sum())
    return {payer: pence for payer, pence in due.items() if pence}


def stories(events: pd.DataFrame) -> Stories:
    """Count how often a story was told, as ``STORY`` says.

    Parameters
    ----------
    events
        One resident's, as ``RunRecord.journeys``.
    """
    assessed = (events["event"] == "contact") & (events["kind"] == "assessment")
    needs = events["need"][assessed | (events["event"] == "handed on")]
    return Stories(len(needs), len(needs) - int(needs.nunique()))


def summed_up(pair: tuple[Life, Life], identity: int) -> str:
    """Say in a sentence a world how often a resident was bounced, in crisis, seen, and told their story."""
    lines = []
    for name, life in zip("AB", pair, strict=True):
        events = life.events["event"]
        bounced = int(events.isin(["turned away", "handed on", "lost in a hand-off"]).sum())
        crises = int(((life.events["severity"] == 4) & events.isin(["need started", "need worsened"])).sum())
        told = stories(life.events)
        again = f", {told.again:,} of them again for the same need" if told.again else ""
        lines.append(
            f"In world {name}, “{life.title}”: {plural(int((events == 'contact').sum()), 'contact')}, bounced "
            f"{times(bounced)}, {plural(crises, 'crisis', 'crises')}, and the story told {times(told.told)}{again}."
        )
    alike = pair[0].record.journal.tobytes() == pair[1].record.journal.tobytes()
    same = (
        ["Both lives are the same: nothing that differs between the worlds reached this resident."]
        if alike
        else []
    )
    return "".join(element("p", line) for line in [*lines, *same]) + element("p", STORY, kind="soft")


def times(number: int) -> str:
    """Say how often: "once", "3 times"."""
    return {0: "never", 1: "once", 2: "twice"}.get(number, f"{number:,} times")


def plural(number: int, one: str, many: str = "") -> str:
    """Say how many: "1 crisis", "3 crises"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def bill(pair: tuple[Life, Life], identity: int) -> str:
    """Who paid what for one resident in each world, a row a payer: contacts at their unit cost."""
    scenario = pair[0].record.scenario
    full, cash = ([paid(life, view) for life in pair] for view in ("full", "cash"))
    payers = [name for name in (*scenario.agencies, FAMILIES) if any(name in due for due in full)]
    rows = [_row(who(name, scenario), *(_pair(one, [name]) for one in (full, cash))) for name in payers]
    rows.append(_row("Everybody together", *(_pair(one, payers) for one in (full, cash))))
    years = pair[0].record.weeks / 52
    caption = (
        f"Contacts of resident {identity:,} at their unit cost, pounds over {plural(round(years), 'year')}"
    )
    heads = [
        "Who pays",
        *(f"{name}: {life.title}" for name, life in zip("AB", pair, strict=True)),
        "B less A",
    ]
    return table(caption, heads, rows, sums=[len(rows) - 1]) + element("p", AT_UNIT_COST, kind="soft")


def _pair(due: list[dict[str, int]], payers: Iterable[str]) -> tuple[int, int]:
    """Add up what some payers pay in each world."""
    names = list(payers)
    one, other = (sum(world.get(name, 0) for name in names) for world in due)
    return one, other


def _row(name: str, full: tuple[int, int], cash: tuple[int, int]) -> list[str]:
    """One payer's row: each world, and what the second is more or less."""
    cells = [
        Cell(f"{_pounds(each)}<small>{_pounds(part)}</small>") for each, part in zip(full, cash, strict=True)
    ]
    return [name, *cells, _pounds(full[1] - full[0], sign=True)]


def _pounds(pence: int, *, sign: bool = False) -> str:
    """Write whole pence as whole pounds."""
    pounds = round(abs(pence) / 100)
    before = "−" if pence < 0 and pounds else "+" if sign and pounds else ""
    return f"{before}£{pounds:,}"


def told(pair: tuple[Life, Life], identity: int) -> str:
    """Tell one resident's journey in both worlds, a table each, side by side."""
    tables = []
    for name, life in zip("AB", pair, strict=True):
        scenario, own = life.record.scenario, life.events.head(MOST_EVENTS)
        rows = [
            [when(row["week"]), event_said(row, scenario), where(row["service"], scenario)]
            for row in own.to_dict("records")
        ]
        first = f"; the first {MOST_EVENTS} are listed" if len(life.events) > MOST_EVENTS else ""
        caption = f"Resident {identity:,} in world {name}, “{life.title}”: {plural(len(life.events), 'event')}{first}"
        tables.append(table(caption, ["When", "what happened", "where"], rows, words=[1, 2]))
    columns = "display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr));gap:1.5rem"
    return f'<div style="{columns}">{"".join(tables)}</div>'


def when(week: int) -> str:
    """Name a week."""
    return f"year {week // 52 + 1}, week {week % 52 + 1}"


def event_said(row: dict[Any, Any], scenario: Scenario) -> str:
    """Say what happened, to which need and how bad, and due to whom."""
    need, kind = row["need"], row["kind"]
    what = f"{row['event']}: {KINDS.get(kind, plain(kind))}" if kind not in (NONE, "") else str(row["event"])
    if need not in (NONE, "background"):
        level = LEVELS[int(row["severity"])]
        before = ", " if kind not in (NONE, "") else ": "
        what += f"{before}{scenario.needs[need].title.lower()}{f', {level}' if level else ''}"
    if row["cause_agency"] != NONE:
        what += f"; follows from {who(row['cause_agency'], scenario)}"
    return what


def where(service: str, scenario: Scenario) -> str:
    """Name a service."""
    return "" if service == NONE else service_title(service, scenario)
