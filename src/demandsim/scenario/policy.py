"""A policy: who makes it, who hopes to save what, and its dated changes, each with exactly one verb."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field, model_validator

from demandsim.scenario.base import Frozen, Key, Pounds, ReadOnly, Share, Shares
from demandsim.scenario.group import Group
from demandsim.scenario.problems import spelled

VERBS = ("set", "open", "close", "move_driver", "move_service", "money")

NAME = r"^[a-z0-9][a-z0-9-]{0,60}$"
"""What a policy may be called."""


class MoveDriver(Frozen):
    """Move a driver by ``by`` of its own units, for the change's group."""

    driver: Key
    by: Annotated[float, Field(ge=-1000, le=1000)]


class MoveService(Frozen):
    """Give a service to another agency, or change who pays for it."""

    service: Key
    agency: Key | None = None
    payers: Shares = Field(default_factory=dict)


class Split(Frozen):
    """How a sum falls on a service: shares of it taken from hours, places (beds) and package size."""

    hours: Share = 0.0
    places: Share = 0.0
    package: Share = 0.0


class Money(Frozen):
    """Cut or add a sum.

    With a ``service``, ``pounds_a_year`` for the place (below zero is a cut) changes its capacity by
    ``split``; with an ``agency`` and ``kind``, ``pounds_a_year`` (running, grant) or ``pounds`` once (set_up)
    is spent as a line without contacts.
    """

    service: Key | None = None
    agency: Key | None = None
    pounds_a_year: Annotated[float, Field(ge=-1e10, le=1e10)] = 0.0
    pounds: Pounds = 0.0
    kind: Literal["set_up", "running", "grant"] = "running"
    split: Split = Split(hours=1.0)


class Change(Frozen):
    """One dated change: exactly one verb, from ``from_week``, over ``ramp_weeks``, until ``until_week``."""

    from_week: Annotated[int, Field(ge=0, le=5200)] = 0
    ramp_weeks: Annotated[int, Field(ge=0, le=1040)] = 0
    until_week: Annotated[int, Field(ge=1, le=5200)] | None = None
    why: str = ""
    theme: str = ""  # a few words; the changes of one theme are told together
    group: Group = Group()
    set: Annotated[dict[str, Any], *ReadOnly] = Field(default_factory=dict)
    open: Key | None = None
    close: Key | None = None
    move_driver: MoveDriver | None = None
    move_service: MoveService | None = None
    money: Money | None = None

    @property
    def verb(self) -> str:
        """The one verb this change uses."""
        return next(v for v in VERBS if getattr(self, v))

    def part_done(self, week: int, *, lag: int = 0) -> float:
        """Share of the change that has been made by ``week``: nought before, rising evenly over the ramp to one.

        With ``lag``, what follows from it: everything that many weeks later.
        """
        since = week - self.from_week - lag
        if since < 0 or (self.until_week is not None and week >= self.until_week + lag):
            return 0.0
        return 1.0 if self.ramp_weeks == 0 else min(1.0, (since + 1) / self.ramp_weeks)

    @model_validator(mode="after")
    def _one_verb(self) -> Change:
        used = [v for v in VERBS if getattr(self, v)]
        if len(used) != 1:
            what = f"{len(used)} ({', '.join(used)})" if used else "none"
            raise ValueError(f"a change has exactly one of {', '.join(VERBS)}; this has {what}")
        if self.until_week is not None and self.until_week <= self.from_week:
            raise ValueError(f"until_week {self.until_week} is not after from_week {self.from_week}")
        return self


class Policy(Frozen):
    """A named list of dated changes to a scenario: a saving, an early intervention, a new way of working.

    ``includes`` names other policies made at the same time; as read, they stand whole in ``parts`` and their
    changes come first in ``change``. ``expected_saving`` is what its maker expects the saver to save, pounds
    a year for the place (0: none expected).
    """

    name: Annotated[str, Field(pattern=NAME)]
    title: str
    about: str = ""
    source: str
    maker: str
    saver: Key | None = None
    expected_saving: Pounds = 0.0
    includes: tuple[str, ...] = ()
    change: tuple[Change, ...] = ()
    parts: tuple[Policy, ...] = ()  # filled in as ``includes`` is read; a file does not write it

    @property
    def first_week(self) -> int | None:
        """First week in which anything may differ; None where nothing changes."""
        return min((c.from_week for c in self.change), default=None)

    def whole(self) -> Iterator[Policy]:
        """Give every policy made at the same time: those included, however deep, then this one."""
        for part in self.parts:
            yield from part.whole()
        yield self

    @property
    def own(self) -> tuple[Change, ...]:
        """The changes it makes beside those of the policies it includes."""
        return self.change[sum(len(part.change) for part in self.parts) :]


class Placed(NamedTuple):
    """A change, and where it is written: the policy's name and the row."""

    file: str
    row: int
    change: Change

    @property
    def place(self) -> str:
        """The row as it is shown, counted from 1."""
        return spelled(("change", self.row))
