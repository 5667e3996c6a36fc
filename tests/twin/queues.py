"""Who is admitted while capacity lasts: by severity, then weeks waited, then ticket."""

from __future__ import annotations

from collections import Counter

from tests.twin.people import Need, Resident

from demandsim.chance import QUEUE

LONGEST = 127
"""Weeks waited are told apart up to here."""

Place = tuple[int, int]
"""Where somebody stands in a queue: less is nearer the door."""


class Queue:
    """Those who could be admitted to one service this week, and where its places run out."""

    def __init__(self) -> None:
        self._standing: Counter[Place] = Counter()
        self._cut: Place | None = None  # the first place in the queue not wholly admitted
        self.places = 0  # left for those who stand there

    @staticmethod
    def place(severity: int, waited: int) -> Place:
        """Give the place in the queue: the worst first, then the longest wait."""
        return -severity, -min(waited, LONGEST)

    def join(self, severity: int, waited: int) -> None:
        """Add one who could be admitted."""
        self._standing[self.place(severity, waited)] += 1

    def cut(self, places: int) -> None:
        """Find where so many places run out."""
        for place in sorted(self._standing):
            if self._standing[place] > places:
                self._cut, self.places = place, places
                return
            places -= self._standing[place]

    def is_before_cut(self, place: Place) -> bool:
        """Tell whether everybody who stands there is admitted."""
        return self._cut is None or place < self._cut

    def is_at_cut(self, place: Place) -> bool:
        """Tell whether some who stand there are admitted, by ticket."""
        return place == self._cut and self.places > 0


def ticket(resident: Resident, need: Need) -> int:
    """Give the resident's own ticket for the queue it stands in, drawn at the week it joined."""
    return resident.word(
        QUEUE, need.service.number * 16 + need.number, "ticket", week=need.since, about="queue"
    )


def can_be_admitted(resident: Resident, need: Need) -> bool:
    """Tell whether a place can be taken up: not from hospital, ward or prison, unless to leave there for it."""
    return resident.at_large or resident.awaits is need.service
