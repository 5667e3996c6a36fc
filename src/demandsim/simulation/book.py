"""The week's book: integer counters the phases write to, cleared by touching only what was used."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from demandsim.agencies.rules import Rules
from demandsim.errors import RunError
from demandsim.population.columns import HERE, NEVER, Homes, Residents
from demandsim.records.journal import FIELDS
from demandsim.records.measures import EVENTS, MEASURES
from demandsim.scenario.base import AGE_BANDS
from demandsim.scenario.schema import Scenario

Array = NDArray[Any]
JOURNAL_ROWS = 65_536


class Book(NamedTuple):
    """Counters of one week, and what is carried from week to week. Cell = see ``post``."""

    contacts: Array  # int32 [kind, need + 1, severity, cause]: contacts; need 0 is background
    touched: Array  # int64 [cells], flat cells used this week, first ``touches[0]`` of them
    touches: Array  # int64 [1]
    used: Array  # int64 [service], minutes used this week
    funded: Array  # int64 [service], minutes (or beds) there are this week, what was carried left out; -1 no limit
    carried: Array  # int64 [service], minutes carried over from last week; below zero an overrun
    fraction: Array  # int64 [service], millionths of a minute left over
    taken: Array  # int64 [service], beds taken
    waiting: Array  # int64 [service], needs waiting at the end of the week
    ready: Array  # int64 [service], those of them who can take a place up this week
    opened: Array  # int64 [service], needs with an open episode at the end of the week
    delayed: Array  # int64 [service], stay-weeks waiting for this service
    measure: Array  # int64 [measure, quintile]
    event: Array  # int64 [event, agency]
    by_age: Array  # int64 [kind, age band, 2]: contacts of background, of tracked needs
    deaths: Array  # int64 [cell: age band, sex, decile]
    here: Array  # int64 [3]: residents now, residents of week 0, next arrival's row
    ask: Array  # int8 [resident, need], service asked at this week, -1 none; cleared by triage
    asking: Array  # int32 [resident], rows that ask at any door this week; before that, who would have died in settling
    asks: Array  # int64 [1], how many rows ask
    want_row: Array  # int32 [resident], rows that an emergency wants to admit this week
    wants: Array  # int64 [1]
    bucket: Array  # int64 [service, 4 severities x 128 weeks], the queue by counting
    cut: Array  # int64 [service, 2]: first bucket not wholly admitted, places left in it
    queueing: Array  # int32 [resident], rows with a need that could be admitted this week
    queues: Array  # int64 [1], how many rows queue
    tie_order: Array  # int64 [tie], service x 2^32 + ticket; a week with more ties makes its own room
    tie_need: Array  # int64 [tie], row x 16 + need
    panel: Array  # int32 [panel row, kind], contacts of the quarter; no rows when there is no panel
    panel_row: Array  # int32 [resident], row of the panel, -1 not in it; no rows when there is no panel
    followed: Array  # uint8 [resident], 1 where every event is kept; no rows when nobody is followed
    journal: Array  # int32 [event, 8], see records.journal.FIELDS
    journal_rows: Array  # int64 [1]


class Here(NamedTuple):
    """Where a model stands: what another needs to go on from there."""

    key: int
    place_scenario: Scenario
    week: int
    settled: bool
    state: Residents
    homes: Homes
    book: Book


def open_book(rules: Rules, residents: Residents, agencies: int) -> Book:
    """Make an empty book for a population as it was made."""
    services, needs = rules.doors.helps.shape
    kinds = rules.doors.kind_service.shape[0]
    cells = (kinds, needs + 1, 5, agencies + 1)
    rows = residents.identity.shape[0]
    here, people = int((residents.presence == HERE).sum()), int((residents.arrives_week == NEVER).sum())

    def zeros(*shape: int, dtype: Any = np.int64) -> Array:
        return np.zeros(shape, dtype)

    return Book(
        contacts=zeros(*cells, dtype=np.int32),
        touched=zeros(int(np.prod(cells))),
        touches=zeros(1),
        used=zeros(services),
        funded=zeros(services),
        carried=zeros(services),
        fraction=zeros(services),
        taken=zeros(services),
        waiting=zeros(services),
        ready=zeros(services),
        opened=zeros(services),
        delayed=zeros(services),
        measure=zeros(len(MEASURES), 5),
        event=zeros(len(EVENTS), agencies),
        by_age=zeros(kinds, len(AGE_BANDS), 2),
        deaths=zeros(240),
        here=np.array([here, people, people], np.int64),
        ask=np.full((rows, needs), -1, np.int8),
        asking=zeros(rows, dtype=np.int32),
        asks=zeros(1),
        want_row=zeros(rows, dtype=np.int32),
        wants=zeros(1),
        bucket=zeros(services, 5 * 128),
        cut=zeros(services, 2),
        queueing=zeros(rows, dtype=np.int32),
        queues=zeros(1),
        tie_order=zeros(rows // 8 + 256),
        tie_need=zeros(rows // 8 + 256),
        panel=zeros(0, kinds, dtype=np.int32),
        panel_row=zeros(0, dtype=np.int32),
        followed=zeros(0, dtype=np.uint8),
        journal=zeros(0, len(FIELDS), dtype=np.int32),
        journal_rows=zeros(1),
    )


def watching(book: Book, followed: Sequence[int], panel_row: NDArray[np.int32]) -> Book:
    """Return the book with followed residents marked and a panel of the rows given (-1 not in it; none: no panel).

    Raises
    ------
    RunError
        If a followed resident is not a row of the population.
    """
    rows = book.want_row.shape[0]
    if wrong := [
        f for f in followed if isinstance(f, bool) or not hasattr(f, "__index__") or not 0 <= f < rows
    ]:
        raise RunError(f"no resident {wrong[0]} to follow; identities run from 0 to {rows - 1}")
    marks = np.zeros(rows if len(followed) else 0, np.uint8)
    marks[list(followed)] = 1
    watched = int((panel_row >= 0).sum())
    return book._replace(
        followed=marks,
        journal=np.zeros((JOURNAL_ROWS if len(followed) else 0, len(FIELDS)), np.int32),
        panel_row=panel_row,
        panel=np.zeros((watched, book.panel.shape[1]), np.int32),
    )


def clear(book: Book) -> None:
    """Clear the week's counters, touching only what was used."""
    book.contacts.reshape(-1)[book.touched[: book.touches[0]]] = 0
    for counter in (
        book.touches,
        book.used,
        book.measure,
        book.event,
        book.deaths,
        book.by_age,
        book.journal_rows,
        book.asks,
    ):
        counter[:] = 0


def entries(book: Book) -> NDArray[np.int32]:
    """Copy the week's journal.

    Raises
    ------
    RunError
        If more happened to the followed residents in one week than the journal holds.
    """
    rows = int(book.journal_rows[0])
    if rows > book.journal.shape[0]:
        raise RunError(f"{rows} events in one week; fewer followed residents would do")
    return book.journal[:rows].copy()
