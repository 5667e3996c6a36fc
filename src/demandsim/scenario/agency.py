"""An agency as a scenario file states it, and the mechanisms of system leadership it can use."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from demandsim.scenario.base import Frozen, Key, Pounds, Rate, Share, Weeks
from demandsim.scenario.group import Group

MECHANISMS = (
    "whole_needs_assessment",
    "warm_hand_over",
    "shared_records",
    "discretion",
    "community_support",
)
RESERVED_MECHANISMS = ("learning", "joint_teams", "staff_practice", "pooled_budgets")
"""Named in the design, refused with "not yet"."""

FOR_THE_PLACE = "resident_year"
"""What a mechanism is paid for that is bought once for a whole place, by its residents and the year."""


class Leadership(Frozen):
    """How far an agency uses each mechanism of system leadership, from 0 (not at all) to 1 (everywhere)."""

    whole_needs_assessment: Share = 0.0
    warm_hand_over: Share = 0.0
    shared_records: Share = 0.0
    discretion: Share = 0.0
    community_support: Share = 0.0


class Mechanism(Frozen):
    """What one mechanism does at full strength, and what it costs, whether or not it does anything.

    ``effect`` is a share: of hand-off losses and re-assessments avoided (warm hand-over), of other needs
    found at an opening (whole-needs assessment), of refusals outside the remit settled on the spot
    (discretion), added to residents' community support (community support); shared records have no number of
    their own: programmes may pick on needs that other sectors have seen. ``running`` is pounds for each
    ``per``: an opening, a hand-off or a matter outside the remit is paid by the agency it happens at; a resident
    and year is priced for the whole place, and paid once, at the strength of the agency that does most, by all
    that use it in proportion to their strengths.
    """

    effect: Share = 0.0
    lag_weeks: Weeks = 0
    running: Pounds = 0.0
    per: Literal["opening", "hand_off", "outside_remit", "resident_year"]
    helped_weeks: Weeks = 0  # how long help lasts where discretion settles a need


class Refers(Frozen):
    """Referrals an agency makes: a person-year at severity 1, 2, 3 of a need, to a service."""

    need: Key
    to: Key
    rates: Annotated[tuple[Rate, ...], Field(min_length=3, max_length=3)]
    group: Group = Group()


class Agency(Frozen):
    """One body within a sector: provides services, pays for them, or both; a referrer may have neither."""

    title: str
    sector: Literal["council", "nhs", "police", "community", "other_public"]
    about: str = ""
    leadership: Leadership = Leadership()
    refers: tuple[Refers, ...] = ()
