"""The plain twin: the model once more, as an ordinary Mesa model with one object for each resident, home and service.

It is written for reading, from the model's description, and shares with the package only its draws, the scenario as
read, the population as made, the whole-number rule tables and the shape of the records. It is slow, and right.
"""

from __future__ import annotations

from collections.abc import Sequence

import mesa
from tests.twin.book import Book, Records
from tests.twin.change_needs import change_needs
from tests.twin.live import live
from tests.twin.luck import Luck
from tests.twin.people import Need, Resident, settle_in
from tests.twin.post import post
from tests.twin.reach_out import reach_out
from tests.twin.reading import Reader
from tests.twin.seek_help import seek_help
from tests.twin.serve import serve
from tests.twin.service import Service
from tests.twin.start import start_needs
from tests.twin.triage import triage

from demandsim.agencies.timetable import timetable
from demandsim.population.columns import HERE
from demandsim.population.make import make_population, sizes
from demandsim.records.ledger import Shape
from demandsim.scenario.policy import Policy
from demandsim.scenario.schema import Scenario


class Town(mesa.Model):
    """Residents with several needs, moving between services, one week a step.

    Parameters
    ----------
    scenario, seed, policies, first_week
        As of ``DemandModel``.
    """

    def __init__(
        self, scenario: Scenario, *, seed: int, policies: Sequence[Policy] = (), first_week: int = 0
    ) -> None:
        super().__init__(rng=seed)
        self.week = first_week
        self.scenario_needs = list(scenario.needs)
        self.timetable = timetable(scenario, policies)
        self.services = [Service(self, number, name) for number, name in enumerate(scenario.services)]
        columns, homes = make_population(scenario, seed, before=-first_week)
        self.luck = Luck(seed, homes.first.size)
        self.luck.begin_week(first_week)
        self.residents, self.homes = settle_in(self, columns, homes)
        self.homes_there = sizes(columns, homes).reserved
        self.arrived = self.people_at_start = sizes(columns, homes).residents
        self.people_now = int((columns.presence == HERE).sum())
        self.would_have_died: list[Resident] = []
        kinds = sum(len(service.kinds) for service in scenario.services.values())
        self.shape = Shape(kinds, len(scenario.needs) + 1, len(scenario.agencies) + 1)
        self.agency_names = list(scenario.agencies)
        self.records = Records()
        self.asks: list[tuple[Resident, Need]] = []
        self.version = -1
        self.frozen: set[int] = set()
        self.take_up_rules()
        start_needs(self)
        self.freeze_at_the_start()

    def service_of(self, number: int) -> Service | None:
        """Give the service of a number; -1 is none."""
        return self.services[number] if number >= 0 else None

    def step(self) -> None:
        """Run one week."""
        self.begin_week()
        live(self)
        change_needs(self)
        seek_help(self)
        triage(self)
        serve(self)
        reach_out(self)
        post(self)
        self.end_week()

    def begin_week(self) -> None:
        """Take up the rules of the week, freeze the groups they fix, and open a new page."""
        self.take_up_rules()
        if self.week == 0:
            self.freeze_anew()
        self.freeze_groups()
        self.luck.begin_week(self.week)
        self.book = Book(self.shape, len(self.agency_names))
        for service in self.services:
            service.used = 0

    def take_up_rules(self) -> None:
        """Read the version of the rules that holds this week, where it is a new one."""
        version = self.timetable.number(self.week)
        if version != self.version:
            self.version = version
            self.terms = Reader(self.timetable.versions[version].rules, self.services).terms()

    def freeze_groups(self) -> None:
        """Freeze who is in each group of fixed membership, in the first week in which the group counts."""
        for group in self.terms.groups:
            if group.bit >= 0 and group.bit not in self.frozen:
                self.frozen.add(group.bit)
                for resident in self.residents:
                    if resident.here and resident.meets(group):
                        resident.member |= 1 << group.bit

    def freeze_anew(self) -> None:
        """Freeze the scenario's own groups once more: they count from the first recorded week."""
        for resident in self.residents:
            resident.member &= ~sum(1 << bit for bit in self.own_groups)
        self.frozen -= self.own_groups

    def freeze_at_the_start(self) -> None:
        """Freeze the groups of every version there has been by now, the scenario's own first."""
        for version in range(self.version + 1):
            self.terms = Reader(self.timetable.versions[version].rules, self.services).terms()
            self.freeze_groups()
            if version == 0:
                self.own_groups = set(self.frozen)

    def end_week(self) -> None:
        """Keep the week if it is recorded, and turn the page."""
        if self.week >= 0:
            self.records.keep(self)
        self.week += 1
