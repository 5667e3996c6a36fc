"""A service: its door this week, its hours or beds, who used them, and how many it may still take in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa

from demandsim.agencies.rules import STAY

if TYPE_CHECKING:
    from tests.twin.terms import Door
    from tests.twin.town import Town

NO_LIMIT = 1 << 40
MILLION = 1_000_000


class Service(mesa.Agent):
    """One service of one agency."""

    door: Door

    def __init__(self, model: Town, number: int, name: str) -> None:
        super().__init__(model)
        self.number = number
        self.name = name
        self.carried = 0  # minutes left from last week; below zero an overrun
        self.fraction = 0  # millionths of a minute left from last week
        self.funded = 0  # minutes, or beds, of this week; -1 no limit
        self.used = 0  # minutes
        self.taken = 0  # beds
        self.waiting = self.opened = self.delayed = 0

    def fund(self, people_now: int, people_at_start: int) -> None:
        """Work out the week's minutes (fractions are carried) or beds (rounded to whole ones)."""
        people = people_now if self.door.grows else people_at_start
        if self.door.capacity < 0:
            self.funded = -1
        elif self.door.mode == STAY:
            self.funded = (self.door.capacity * people + MILLION // 2) // MILLION
        else:
            self.funded, self.fraction = divmod(self.door.capacity * people + self.fraction, MILLION)

    @property
    def minutes_left(self) -> int:
        """Minutes of this week, and of what was carried, that nothing has used yet."""
        return self.funded + self.carried - self.used

    def places_left(self, minutes: int) -> int:
        """Count who may still come in: beds, or contacts of so many minutes each."""
        if self.door.capacity < 0:
            return NO_LIMIT
        if self.door.mode == STAY:
            return max(0, self.funded - self.taken)
        return NO_LIMIT if minutes == 0 else max(0, self.minutes_left // minutes)

    def carry_over(self) -> None:
        """Carry an overrun whole, and of what is left no more than the longest contact takes."""
        if self.door.capacity >= 0 and self.door.mode != STAY:
            self.carried = min(self.minutes_left, self.door.largest)
