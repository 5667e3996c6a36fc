"""The twin's book: what happened in a week, counted in plain dictionaries, and the record of all weeks."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from demandsim.records.ledger import Ledger, Shape, Weekly
from demandsim.records.measures import EVENTS, MEASURES
from demandsim.scenario.base import AGE_BANDS

if TYPE_CHECKING:
    from tests.twin.people import Resident
    from tests.twin.town import Town

CELLS = len(AGE_BANDS) * 2 * 10


class Book:
    """Counts of one week."""

    def __init__(self, shape: Shape, agencies: int) -> None:
        self.shape = shape
        self.contacts: Counter[int] = Counter()  # ledger cell: contacts
        self.measure = np.zeros((len(MEASURES), 5), np.int64)
        self.event = np.zeros((len(EVENTS), agencies), np.int64)
        self.by_age = np.zeros((shape.kinds, len(AGE_BANDS), 2), np.int64)
        self.deaths = np.zeros(CELLS, np.int64)

    def tally(self, measure: int, resident: Resident, amount: int = 1) -> None:
        """Add to a measure, under the resident's quintile."""
        self.measure[measure, resident.quintile] += amount

    def contact(self, resident: Resident, kind: int, need: int, severity: int, cause: int) -> None:
        """Count one contact in its cell; need -1 is ordinary demand, cause 0 none."""
        cell = ((kind * self.shape.needs + need + 1) * 5 + severity) * self.shape.causes + cause
        self.contacts[cell] += 1
        self.by_age[kind, resident.cell // 20, 1 if need >= 0 else 0] += 1


class Records:
    """The ledger and the weekly counts of all recorded weeks, in the shape the package keeps them."""

    def __init__(self) -> None:
        self.ledger = Ledger()
        self.weekly = Weekly()

    def keep(self, town: Town) -> None:
        """Keep the week just run."""
        cells = np.array(sorted(town.book.contacts), np.int64)
        counts = np.array([town.book.contacts[cell] for cell in cells.tolist()], np.int64)
        self.ledger.post(town.week, cells, counts)
        by_service = {
            name: np.array([getattr(service, name) for service in town.services], np.int64)
            for name in ("funded", "used", "carried", "waiting", "opened", "taken", "delayed")
        }
        self.weekly.post(
            **by_service,
            measure=town.book.measure,
            event=town.book.event,
            by_age=town.book.by_age,
            deaths=town.book.deaths,
            here=np.array([town.people_now, town.people_at_start, town.arrived], np.int64),
        )
