"""Reading the rules of a week: the package's whole-number tables taken apart into objects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from tests.twin.terms import (
    Await,
    Door,
    Group,
    Life,
    NeedTerms,
    Ordinary,
    Outcome,
    Programme,
    Referral,
    Route,
    Terms,
)

from demandsim.agencies.rules import Rules

if TYPE_CHECKING:
    from tests.twin.service import Service


class Reader:
    """Takes one version of the rules apart.

    Parameters
    ----------
    rules
        The tables; none of the bounds (``..._most``) is read.
    services
        Every service, in order: tables name them by number.
    """

    def __init__(self, rules: Rules, services: Sequence[Service]) -> None:
        self.rules = rules
        self.services = services
        table = plain(rules.groups)
        self.groups = [row(Group, table, at, number=at) for at in range(len(table.bit))]

    def terms(self) -> Terms:
        """Read everything, and hang each service's door on it."""
        doors, needs, routes = plain(self.rules.doors), plain(self.rules.needs), plain(self.rules.routes)
        life = plain(self.rules.life)
        for service in self.services:
            service.door = self.door(doors, service.number)
        return Terms(
            needs=[self.need(needs, routes, at) for at in range(len(needs.first_week))],
            programmes=self.programmes(),
            ordinary=self.ordinary(),
            groups=self.groups,
            life=Life(life.death, life.grade, life.together, *life.numbers),
            kind_minutes=doors.kind_minutes,
            kind_service=[self.services[number] for number in doors.kind_service],
        )

    def service(self, number: int) -> Service | None:
        """Give the service of a number; -1 is none."""
        return self.services[number] if number >= 0 else None

    def door(self, doors: Any, at: int) -> Door:
        """Read one service's door."""
        return row(
            Door,
            doors,
            at,
            open_to=self.groups[doors.open_to[at]],
            known_to=self.groups[doors.known_to[at]] if doors.known_to[at] >= 0 else None,
            closed_to=self.groups[doors.closed_to[at]] if doors.closed_to[at] >= 0 else None,
            remit=self.groups[doors.remit[at]],
            hand_on=[self.service(number) for number in doors.hand_on[at]],
            refers=[
                Referral(
                    need=doors.refer_need[line],
                    low=doors.refer_low[line],
                    high=doors.refer_high[line],
                    to=self.services[doors.refer_to[line]],
                    share=doors.refer_share[line],
                    group=self.groups[doors.refer_group[line]],
                )
                for line in range(doors.refer_first[at], doors.refer_first[at + 1])
            ],
            awaits=[
                Await(
                    need=doors.await_need[line],
                    low=doors.await_low[line],
                    high=doors.await_high[line],
                    service=self.services[doors.await_service[line]],
                    share=doors.await_share[line],
                )
                for line in range(doors.await_first[at], doors.await_first[at + 1])
            ],
            outcomes=[
                [self.outcome(doors, line) for line in range(first, last)]
                for first, last in zip(doors.outcome_first[at], doors.outcome_last[at], strict=True)
            ],
        )

    def outcome(self, doors: Any, line: int) -> Outcome:
        """Read one way in which an emergency contact ends."""
        return Outcome(
            kind=doors.outcome_kind[line],
            upto=doors.outcome_upto[line],
            next=self.service(doors.outcome_next[line]),
            refer=self.service(doors.outcome_refer[line]),
        )

    def need(self, needs: Any, routes: Any, at: int) -> NeedTerms:
        """Read one need."""
        ordinary = range(needs.ordinary_first[at], needs.ordinary_first[at + 1])
        referred = range(needs.refer_first[at], needs.refer_first[at + 1])
        driven = range(needs.driver_first[at], needs.driver_first[at + 1])
        return row(
            NeedTerms,
            needs,
            at,
            number=at,
            start=[cell[at] for cell in needs.start],
            home_push=needs.home_push[needs.held[at]] if needs.held[at] >= 0 else [],
            ordinary=[
                (self.services[needs.ordinary_service[line]], needs.ordinary_rate[line]) for line in ordinary
            ],
            referred=[
                (
                    self.groups[needs.refer_group[line]],
                    self.services[needs.refer_to[line]],
                    needs.refer_rate[line],
                )
                for line in referred
            ],
            driven=[
                (
                    self.groups[needs.driver_group[line]],
                    self.groups[needs.driver_for[line]],
                    needs.driver_adds[line],
                )
                for line in driven
            ],
            routes=self.routes(routes, 0, at),
            emergency_routes=self.routes(routes, 1, at),
        )

    def routes(self, routes: Any, kind: int, need: int) -> list[Route]:
        """Read where approaches (kind 0) or emergencies (kind 1) for a need go."""
        return [
            Route(
                group=self.groups[routes.group[at]],
                shares=[
                    (routes.upto[share], self.services[routes.service[share]])
                    for share in range(routes.share_first[at], routes.share_first[at + 1])
                ],
            )
            for at in range(routes.first[kind][need], routes.first[kind][need + 1])
        ]

    def programmes(self) -> list[Programme]:
        """Read the offers of early help."""
        table = plain(self.rules.programmes)
        return [
            row(
                Programme,
                table,
                at,
                number=at,
                service=self.services[number],
                group=self.groups[table.group[at]],
                refer_to=[self.service(to) for to in table.refer_to[at]],
            )
            for at, number in enumerate(table.service)
        ]

    def ordinary(self) -> list[Ordinary]:
        """Read the ordinary demand of each service that has some; lines that only fill a block have no service."""
        table = plain(self.rules.background)
        return [
            Ordinary(
                line=line,
                service=self.services[number],
                rate=[cell[line] for cell in table.rate],
                power=[grade[line] for grade in table.power],
                spell=[factor[line] for factor in table.spell],
            )
            for line, number in enumerate(table.service)
        ]


def plain(table: Any) -> Any:
    """Copy a table of arrays as lists, so that every number in it is an ordinary integer."""
    return SimpleNamespace(**{name: getattr(table, name).tolist() for name in table._fields})


def row(kind: Any, table: Any, at: int, **others: Any) -> Any:
    """Make an object from row ``at`` of a table's columns; what is not a column of that length is given beside."""
    named = {f.name: getattr(table, f.name)[at] for f in fields(kind) if f.name not in others}
    return kind(**named, **others)
