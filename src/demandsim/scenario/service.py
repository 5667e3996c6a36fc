"""A service as a scenario file states it: its door, remit, capacity, price, and what it does for whom."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from demandsim.scenario.base import (
    Frozen,
    Key,
    Level,
    Pounds,
    Rate,
    RatesByAge,
    ReadOnly,
    Share,
    Shares,
    Weeks,
)
from demandsim.scenario.group import Group

FiveShares = Annotated[tuple[Share, ...], Field(min_length=5, max_length=5)]
LevelRange = Annotated[tuple[Level, ...], Field(min_length=2, max_length=2)]
Hours = Annotated[float, Field(ge=0, le=10_000)]


class Kind(Frozen):
    """One kind of contact: what it costs, and the staff time it takes, waiting with a resident included.

    ``unit_cost`` is pounds a contact in the price base, ``hours`` staff hours a contact. ``counts`` says in
    words the published count this price goes with.
    """

    unit_cost: Pounds
    hours: Hours = 0.0
    counts: str = ""


class Responsive(Frozen):
    """Share of the unit cost that follows contacts within the year, up or down alike; with its range."""

    low: Share
    central: Share
    high: Share

    @model_validator(mode="after")
    def _in_order(self) -> Responsive:
        if not self.low <= self.central <= self.high:
            raise ValueError(
                f"central {self.central:g} must lie between low {self.low:g} and high {self.high:g}"
            )
        return self


class Outcome(Frozen):
    """How a contact at an emergency service ends: a kind, how often, and what follows at once or next week.

    ``share`` is by severity: background, then 1 to 4; the shares of one need's rows add up to one at each.
    ``needs`` empty means every need without rows of its own. ``next`` is the service the contact chains on to
    this week, ``refers_to`` the service the need is referred to, to arrive next week.
    """

    kind: Key
    share: FiveShares
    needs: tuple[Key, ...] = ()
    next: Key | None = None
    refers_to: Key | None = None


class Referral(Frozen):
    """After a contact: residents with ``need`` in the range are referred to ``to`` with chance ``share``."""

    need: Key
    severity: LevelRange = (1, 4)
    to: Key
    share: Share
    group: Group = Group()


class Await(Frozen):
    """What residents ready to leave a stay wait for: ``share`` of those with ``need`` in range."""

    need: Key
    severity: LevelRange = (1, 4)
    service: Key
    share: Share


class Background(Frozen):
    """Ordinary demand: contacts a person-year by age, sex and decile, at most one a week.

    Multiplied by vulnerability to the power ``vulnerability`` and, in a bad spell, by ``spell``.
    """

    rates: RatesByAge
    vulnerability: Annotated[float, Field(ge=0, le=3)] = 1.0
    spell: Annotated[float, Field(ge=1, le=50)] = 1.0


class EarlyHelp(Frozen):
    """What a programme does for one need of a resident it reaches; all zero is no effect."""

    ease: Share = 0.0  # chance that the need eases one level at once
    helped_weeks: Weeks = 0  # how long the need's hazards stay lowered (see the need's ``helped``)
    find: Share = 0.0  # chance that an unknown need is found and referred


class Programme(Frozen):
    """An offer of early help: for whom, how many take it up, what it does, where found need is referred.

    The group may name only what the agency's records hold. ``again_weeks`` is the least time between two
    offers.
    """

    group: Group
    take_up: Share
    again_weeks: Annotated[Weeks, Field(ge=1)] = 52
    help: Annotated[dict[str, EarlyHelp], *ReadOnly]
    refers_to: Annotated[dict[str, str], *ReadOnly] = Field(default_factory=dict)
    vulnerability_steps: Annotated[int, Field(ge=0, le=16)] = 0  # grades lowered for good, once, if under 5


class Service(Frozen):
    """One service of one agency.

    Capacity is ``hours_a_week`` of staff (or ``beds``) per 1,000 residents; absent means that demand is
    always met. ``expected_contacts`` per 1,000 residents a year of each kind fix what an hour (or a bed-week)
    costs in the cash view. ``threshold`` is the lowest severity accepted; ``lawful_threshold`` the highest
    threshold the law allows.
    """

    title: str
    about: str = ""
    agency: Key
    payers: Shares = Field(default_factory=dict)
    mode: Literal["contact", "episode", "stay", "emergency", "outreach"]
    closed: bool = False
    open_to: Group = Group()
    closed_to: Group | None = None
    remit: Group = Group()
    takes: tuple[Key, ...] = ()  # needs within the remit; none named: every need
    threshold: Level = 1
    lawful_threshold: Level | None = None
    kinds: Annotated[dict[Key, Kind], *ReadOnly]
    expected_contacts: Annotated[dict[str, Annotated[float, Field(ge=0, le=100_000)]], *ReadOnly] = Field(
        default_factory=dict
    )
    responsive: Responsive
    hours_a_week: Annotated[float, Field(ge=0, le=10_000)] | None = None
    beds: Annotated[float, Field(ge=0, le=1000)] | None = None
    grows_with_population: bool = True
    charge: Pounds = 0.0  # pounds a contact, paid by residents and families to the payers
    helps: Annotated[dict[Key, Share], *ReadOnly] = Field(
        default_factory=dict
    )  # share of the need's served effect
    weeks: Weeks = 0  # length of an episode; 0 lasts until the need is below ends_below
    ends_below: Level = 1  # an episode or stay ends when the need is below this severity
    package: Annotated[float, Field(gt=0, le=1)] = (
        1.0  # share of an episode's weeks in which support is given
    )
    helped_weeks: Weeks = 0  # how long help lasts after a contact or a completed episode
    standard_weeks: Weeks = 520  # the service's own standard for a wait
    gives_up: Rate = 0.0  # those waiting who give up, a person-year
    hand_on: Annotated[dict[Key, Key], *ReadOnly] = Field(
        default_factory=dict
    )  # outside the remit: need to service
    hand_off_loss: Share = 0.0  # share lost in hand-offs and referrals made by this service
    refers: tuple[Referral, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    background: Background | None = None
    place: str | None = None  # of a stay
    ready_weeks: Annotated[float, Field(ge=1, le=5200)] | None = (
        None  # mean weeks until ready to leave a stay
    )
    awaits: tuple[Await, ...] = ()
    whole_household: bool = False
    programme: Programme | None = None

    @property
    def main_kind(self) -> str:
        """The kind posted at a contact, in a week of an episode or of a stay: the one that is charged for."""
        for usual in ("episode_week", "stay_week"):
            if usual in self.kinds:
                return usual
        return next((kind for kind in self.kinds if kind not in ("assessment", "admission")), "")
