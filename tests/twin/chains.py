"""Contacts seen at once, and what they lead to in the same week: ambulance to A&E to hospital, arrest to custody."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.twin.doors import (
    can_be_referred,
    count_hand_off,
    in_remit,
    is_known,
    is_open_to,
    post,
    refuse,
    send,
)
from tests.twin.people import Need, Resident
from tests.twin.terms import Outcome

from demandsim.agencies.rules import EMERGENCY, EPISODE, STAY
from demandsim.chance import PASS_ON
from demandsim.records import measures

if TYPE_CHECKING:
    from tests.twin.service import Service
    from tests.twin.town import Town

DRAWN = ("first", "second", "third")
"""Names of the words that decide how a chain goes on: contacts after these are posted, and lead nowhere."""
LONGEST = 8
"""Doors in one chain, those passed on from included."""


class Chain:
    """One resident's way through doors in one week.

    Parameters
    ----------
    need
        The need it is for; None is ordinary demand.
    severity, cause
        What its contacts are posted with.
    word
        Gives the word of a name of the chain's own decision.
    name
        What brought the resident: tells the words of one chain's referrals from another's.
    """

    def __init__(
        self, town: Town, resident: Resident, need: Need | None, *, cause: int, word: Callable[[str], int], name: str
    ) -> None:  # fmt: skip
        self.town, self.resident, self.need = town, resident, need
        self.severity = 0 if need is None else need.severity
        self.cause = cause
        self.word = word
        self.name = name
        self.drawn = 0

    def go(self, service: Service) -> None:
        """Go from door to door until one leads no further."""
        for _ in range(LONGEST):
            following = self.step(service)
            if following is None:
                return
            service = following
        if self.need is not None:  # doors that pass on in a circle: the last turns the caller away
            refuse(self.town, self.resident, self.need, service)

    def step(self, service: Service) -> Service | None:
        """Be seen at one door, or passed on from it; return the next door, None where the chain ends."""
        open_here = is_open_to(service, self.resident)
        if self.need is None and not open_here:
            return None  # a broken wrist at a shut door goes uncounted
        if self.need is not None and not (open_here and in_remit(service, self.resident, self.need)):
            return self.passed_on(self.need, service)
        mode = service.door.mode
        if mode == STAY:
            self.ask_for_a_bed(service)
            return None
        if mode == EPISODE:
            self.refer(service, service)
            return None
        if mode != EMERGENCY or self.drawn == len(DRAWN):
            self.post(service.door.main_kind)
            return None
        outcome = self.outcome(service)
        self.post(outcome.kind)
        if outcome.refer is not None:
            self.refer(service, outcome.refer)
        return outcome.next

    def outcome(self, service: Service) -> Outcome:
        """Draw how the contact ends, by severity."""
        word = self.word(DRAWN[self.drawn])
        self.drawn += 1
        ways = service.door.outcomes[0 if self.need is None else self.need.number + 1]
        return next((way for way in ways if word < way.upto[self.severity]), ways[-1])

    def post(self, kind: int) -> None:
        """Post a contact of the chain."""
        post(self.town, self.resident, kind, self.need, severity=self.severity, cause=self.cause)

    def passed_on(self, need: Need, service: Service) -> Service | None:
        """Pass a caller on in the same week, or turn them away; at a door never opened nothing is counted."""
        if not is_known(service, self.resident):
            return None
        target = service.door.hand_on[need.number]
        if target is None or not is_known(target, self.resident):
            refuse(self.town, self.resident, need, service)
            return None
        count_hand_off(self.town, self.resident, service)
        self.town.book.tally(measures.BOUNCES, self.resident)
        need.blame(service.door.agency)
        return target

    def ask_for_a_bed(self, service: Service) -> None:
        """Ask for a bed; serve decides when everyone who asks is known. The first ask of the week stands."""
        resident = self.resident
        if resident.wants_stay is None and resident.stay_service is not service:
            resident.wants_stay = service
            resident.wants_need = -1 if self.need is None else self.need.number
            resident.wants_cause = self.cause

    def refer(self, service: Service, target: Service) -> None:
        """Refer a need that nobody serves, awaits or was asked about this week."""
        if self.need is None or not can_be_referred(self.resident, self.need):
            return
        chain = 1 if self.name == "emergency" else 0  # a need may begin both in one week
        item = (service.number * 16 + self.need.number) * 2 + chain
        about = (self.name, self.drawn)
        lost, told = (self.resident.word(PASS_ON, item, name, about=about) for name in ("lost", "told"))
        send(self.town, self.resident, self.need, service, target, lost=lost, told=told)
