"""The rules of a week as objects to read: the package's whole-number tables, taken apart into doors, needs and groups.

Chances are whole numbers of 2^-32 and factors whole numbers of 1/65,536, as in ``demandsim.agencies.rules``. None of
the tables of bounds (``..._most``) is read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.twin.service import Service

ONE = 65_536
CERTAIN = 1 << 32


@dataclass(slots=True)
class Group:
    """Who is meant; group 0 is everyone."""

    number: int
    youngest: int  # weeks
    oldest: int
    sexes: int  # a bit each
    quintiles: int
    districts: int
    tenures: int
    roles: int
    places: int
    asks_needs: int
    need_low: list[int]
    need_high: list[int]
    contact: int  # column of remembered contacts, -1 none
    contact_weeks: int
    share: int
    share_item: int
    bit: int  # of frozen membership, -1 rolling
    sees: int  # sectors whose records count, 0 the needs themselves


@dataclass(slots=True)
class NeedTerms:
    """How one need starts, changes and seeks help."""

    number: int
    start: list[int]  # by cell
    first_week: int
    last_week: int
    worsen: list[int]  # from severity 1 to 3
    ease: list[int]  # from severity 1 to 4
    served_worsen: int
    served_ease: int
    helped_start: int
    helped_worsen: int
    support_cut: int
    push: list[int]  # by need that pushes
    home_push: list[int]  # by need of an adult at home; empty where the household does not push
    approach: list[list[int]]  # [status][severity - 1]
    emergency: list[list[int]]  # [status][severity - 3]
    ordinary: list[tuple[Service, list[int]]]
    ordinary_open: int
    referred: list[tuple[Group, Service, list[int]]]
    driven: list[tuple[Group, Group, int]]
    death: list[int]
    health: list[int]
    unpaid_from: int
    routes: list[Route]
    emergency_routes: list[Route]


@dataclass(slots=True)
class Route:
    """Services that a group of residents goes to; ``upto`` cumulates their shares."""

    group: Group
    shares: list[tuple[int, Service]]


@dataclass(slots=True)
class Referral:
    """Whom a service refers on, after a contact or an episode."""

    need: int
    low: int
    high: int
    to: Service
    share: int
    group: Group


@dataclass(slots=True)
class Await:
    """What residents ready to leave a stay wait for."""

    need: int
    low: int
    high: int
    service: Service
    share: int


@dataclass(slots=True)
class Outcome:
    """One way in which an emergency contact ends."""

    kind: int
    upto: list[int]  # by severity
    next: Service | None
    refer: Service | None


@dataclass(slots=True)
class Door:
    """What a service does this week, and for whom."""

    agency: int
    sector_bit: int
    mode: int
    place: int
    closed: int
    known_to: Group | None
    open_to: Group
    closed_to: Group | None
    remit: Group
    takes: list[int]
    threshold: int
    main_kind: int
    assessment: int
    admission: int
    largest: int
    capacity: int
    grows: int
    helps: list[int]
    weeks: int
    ends_below: int
    package: int
    helped_weeks: int
    standard: int
    gives_up: int
    hand_on: list[Service | None]
    loss: int
    tells: int
    finds: int
    settles: int
    settled_weeks: int
    ready: int
    whole: int
    refers: list[Referral]
    awaits: list[Await]
    outcomes: list[list[Outcome]]  # background first, then by need
    remembered: int


@dataclass(slots=True)
class Programme:
    """An offer of early help."""

    number: int
    service: Service
    group: Group
    take_up: int
    again: int
    ease: list[int]
    helped: list[int]
    find: list[int]
    refer_to: list[Service | None]
    steps: int
    offer_kind: int
    reached_kind: int


@dataclass(slots=True)
class Ordinary:
    """The ordinary demand for one service."""

    line: int
    service: Service
    rate: list[int]  # by cell
    power: list[int]  # by vulnerability grade
    spell: list[int]  # out of and in a bad spell


@dataclass(slots=True)
class Life:
    """Birth to death, homes and bad spells."""

    death: list[Any]  # [age][sex][decile - 1]
    vulnerability: list[int]  # by grade
    together: list[int]  # by place, 1 where a whole household is housed together
    leave_home: int
    moves_out: int
    spell_start: int
    spell_end: int
    support_added: int


@dataclass(slots=True)
class Terms:
    """Everything that holds in a week."""

    needs: list[NeedTerms]
    programmes: list[Programme]
    ordinary: list[Ordinary]
    groups: list[Group]
    life: Life
    kind_minutes: list[int]
    kind_service: list[Service]
