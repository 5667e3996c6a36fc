"""The model: residents with several needs moving between agencies, a Mesa model that steps by a week."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from numbers import Integral
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from demandsim.agencies.agency import Agency
from demandsim.agencies.rules import Rules
from demandsim.agencies.timetable import Timetable, Version, timetable
from demandsim.chance import check_seed
from demandsim.errors import RunError, shown
from demandsim.packing import packed
from demandsim.population.columns import Homes, Residents
from demandsim.population.make import make_population
from demandsim.records.ledger import Ledger, Weekly
from demandsim.records.record import RunRecord
from demandsim.scenario.check import check_given
from demandsim.scenario.group import Group
from demandsim.scenario.policy import Policy
from demandsim.scenario.problems import refuse
from demandsim.scenario.references import group_names
from demandsim.scenario.schema import Scenario
from demandsim.simulation.book import Book, Here, clear, entries, open_book, watching
from demandsim.simulation.change_needs import change_needs
from demandsim.simulation.chunks import Team, check_threads
from demandsim.simulation.clock import SteadyClock
from demandsim.simulation.groups import freeze
from demandsim.simulation.live import live
from demandsim.simulation.panel import PanelKeeper
from demandsim.simulation.post import post
from demandsim.simulation.reach_out import reach_out
from demandsim.simulation.residents import Resident, ResidentSet
from demandsim.simulation.seek_help import seek_help
from demandsim.simulation.serve import serve
from demandsim.simulation.settling import SETTLING
from demandsim.simulation.start import start_severities
from demandsim.simulation.triage import triage
from demandsim.units import WEEKS_A_YEAR


class DemandModel(SteadyClock):
    """Residents with several needs, moving between agencies, one week a step.

    Each week, in this order:

    1. live          residents age, die, are born, leave home, move in and out; outside drivers move
    2. change_needs  needs start, worsen, ease or end; bad spells come and go
    3. seek_help     residents approach doors; emergencies and ordinary demand arrive
    4. triage        each door accepts, queues, hands on or turns away
    5. serve         queues are admitted while capacity lasts; episodes and stays run and end
    6. reach_out     programmes offer early help to residents they pick
    7. post          everything that happened goes in the ledger, in integers

    Parameters
    ----------
    scenario
        The place and everything in it.
    seed
        A whole number from 0; the same seed gives the same residents with the same luck, whatever the policies.
    policies
        What changes, and when.
    start
        A settled model (from ``demandsim.settle``) of the same scenario and seed to begin from; without it the
        run begins unsettled: queues and stays empty, needs at their resting shares.
    followed
        Identities whose every event is kept.
    panel
        Group of whom a row a resident and quarter is kept; none by default.
    first_week
        Week to begin in without ``start``; weeks before 0 are run and not recorded.
    threads
        How many threads may look through the residents; the run is the same with any number.

    Raises
    ------
    RunError
        If the seed or ``threads`` is not a whole number, ``followed`` no list of identities or ``panel`` no group,
        or ``start`` is of another scenario or seed, or has been run on.
    ScenarioError
        If ``panel`` names what the scenario does not have.
    PolicyError
        If a policy cannot be run on the scenario.
    """

    def __init__(
        self,
        scenario: Scenario,
        *,
        seed: int,
        policies: Policy | Sequence[Policy] = (),
        start: DemandModel | Here | None = None,
        followed: Sequence[int] = (),
        panel: Group | None = None,
        first_week: int = 0,
        threads: int = 1,
    ) -> None:
        check_given(scenario, policies)
        self.key = check_seed(seed)
        self.threads = check_threads(threads)
        watched = check_watched(scenario, followed, panel)
        check_first_week(first_week)
        super().__init__(rng=self.key)
        self.place_scenario = scenario
        together = (policies,) if isinstance(policies, Policy) else tuple(policies)
        self.timetable: Timetable = timetable(scenario, together)
        if start is None:
            self.settled = first_week <= -SETTLING
            self.week = first_week
            self.state, self.homes = make_population(scenario, self.key, before=-first_week)
            book = open_book(self.rules, self.state, len(scenario.agencies))
            state, rules = packed(self.state), packed(self.rules)
            start_severities(state, rules, self.key, first_week)
            for version in self.timetable.versions[: self.timetable.number(first_week) + 1]:
                freeze_groups(state, version, self.key, first_week)
        else:
            if not isinstance(start, Here):
                check_start(start, scenario, self.key)
            self.settled, self.week = start.settled, start.week
            self.state, self.homes, book = copied(start.state), copied(start.homes), copied(start.book)
        self.panel = PanelKeeper(self, panel)
        self.book: Book = watching(book, watched, self.panel.rows)
        self._packed_version: Version | None = None
        self.ledger, self.weekly = Ledger(), Weekly()
        self.journal: list[NDArray[np.int32]] = []
        self.running = self.week < scenario.weeks
        self._week_open = False
        for name in scenario.agencies:
            Agency(self, name)

    def step(self) -> None:
        """Run one week."""
        if self.week >= self.place_scenario.weeks:
            refuse_beyond(self.place_scenario, self.week)
        if self._week_open:
            raise RunError(f"week {self.week} was broken off half way; a saved model or another run would do")
        state, homes, rules, book, team = self._begin_week()
        key, week = self.key, self.week
        live(state, homes, rules, book, team, key, week)
        change_needs(state, homes, rules, book, team, key, week)
        seek_help(state, rules, book, team, key, week)
        triage(state, rules, book, key, week)
        serve(state, homes, rules, book, team, key, week)
        reach_out(state, rules, book, key, week)
        post(state, rules, book, team)
        self._end_week()

    def run(self, weeks: int | None = None) -> None:
        """Run some weeks, or all that are left.

        Raises
        ------
        RunError
            If ``weeks`` is not a whole number from 0, or goes beyond the scenario's weeks.
        """
        whole = isinstance(weeks, Integral) and not isinstance(weeks, bool) and weeks >= 0
        if weeks is not None and not whole:
            raise RunError(f"weeks: given {shown(weeks)}; a whole number from 0 would do")
        left = self.place_scenario.weeks - self.week
        asked = left if weeks is None else int(weeks)
        if asked > left:
            refuse_beyond(self.place_scenario, self.place_scenario.weeks)
        for _ in range(asked):
            self.step()

    @property
    def rules(self) -> Rules:
        """The rules that hold this week."""
        return self.version.rules

    @property
    def version(self) -> Version:
        """The version of the scenario under its policies that holds this week."""
        return self.timetable.at(self.week)

    @property
    def residents(self) -> ResidentSet:
        """Everyone who is here, with Mesa's verbs at column speed."""
        return ResidentSet(self)

    @property
    def record(self) -> RunRecord:
        """What the run has left so far."""
        from demandsim.simulation.leaving import record_of  # it reads the model; the model only this name

        return record_of(self)

    @property
    def digest(self) -> str:
        """Hex digest of the integer ledger and the resident columns: equal digests are the same run."""
        digest = hashlib.sha256()
        columns: list[NDArray[Any]] = [*self.ledger.counts(), *self.weekly.arrays().values(), *self.state]
        for array in columns:
            digest.update(np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<")).tobytes())
        return digest.hexdigest()

    def fork(self, policies: Policy | Sequence[Policy] | None = None) -> DemandModel:
        """Copy the running model exactly; with ``policies``, run on under those from this week.

        Raises
        ------
        RunError
            If what is given is no policies, or would have changed weeks that have already been run.
        """
        if self._week_open:
            raise RunError(f"week {self.week} was broken off half way; it cannot be forked")
        chosen = self.timetable.policies
        if policies is not None:
            check_given(self.place_scenario, policies)
            chosen = (policies,) if isinstance(policies, Policy) else tuple(policies)
            check_fork(self.timetable.policies, chosen, self.week)
        here = Here(self.key, self.place_scenario, self.week, self.settled, self.state, self.homes, self.book)
        twin = DemandModel(
            self.place_scenario, seed=self.key, policies=chosen, start=here, threads=self.threads
        )
        twin.book = copied(self.book)
        twin._packed_version = None
        twin.panel = self.panel.copy_for(twin)
        twin.ledger, twin.weekly = self.ledger.copy(), self.weekly.copy()
        twin.journal = list(self.journal)
        twin.running, twin.steps = self.running, self.steps
        return twin

    def save(self, path: str | Path) -> None:
        """Write the whole model to a file; a file already there is replaced only by a whole new one."""
        from demandsim.simulation.saving import save  # saving knows the model; the model only this name

        save(self, Path(path))

    @classmethod
    def load(cls, path: str | Path) -> DemandModel:
        """Read a model back; it goes on to the same digest."""
        from demandsim.simulation.saving import load

        return load(Path(path), cls)

    @property
    def agent_types(self) -> list[type]:
        """Residents and agencies."""
        return [Resident, *(t for t in super().agent_types if t is not Resident)]

    @property
    def agents_by_type(self) -> dict[type, Any]:
        """Residents, reached through Mesa's verbs, and agencies."""
        return {**super().agents_by_type, Resident: self.residents}

    def _begin_week(self) -> tuple[Residents, Homes, Rules, Book, Team]:
        """Freeze the groups whose membership is fixed from this week on, clear the counters, hand out the tables."""
        version = self.version
        self._week_open = True
        if version is not self._packed_version:
            tables = packed(self.state), packed(self.homes), packed(version.rules), packed(self.book)
            self._packed = (*tables, Team(version.rules, self.book, self.threads))
            self._packed_version = version
        if self.week == 0:  # the scenario's own groups count from the first recorded week
            freeze_groups(self._packed[0], self.timetable.versions[0], self.key, self.week)
        if version.from_week == self.week:
            freeze_groups(self._packed[0], version, self.key, self.week)
        clear(self.book)
        return self._packed

    def _end_week(self) -> None:
        """Keep the week's counts if it is recorded, and turn to the next."""
        if self.week >= 0:
            cells = self.book.touched[: self.book.touches[0]].copy()
            self.ledger.post(self.week, cells, self.book.contacts.reshape(-1)[cells].astype(np.int64))
            self.weekly.post(**{name: getattr(self.book, name) for name in Weekly.NAMES})
            self.journal.append(entries(self.book))
            self.panel.end_week(self)
        self.week += 1
        self._week_open = False
        self.running = self.week < self.place_scenario.weeks


def freeze_groups(state: Residents, version: Version, key: int, week: int) -> None:
    """Freeze the groups whose membership is fixed from a version on, as they stand in a week."""
    for group in version.frozen:
        freeze(state, packed(version.rules.groups), group, key, week)


def copied(table: Any) -> Any:
    """Copy every array of a table."""
    return type(table)(*(array.copy() for array in table))


def refuse_beyond(scenario: Scenario, week: int) -> NoReturn:
    """Refuse a week that the scenario has not."""
    raise RunError(
        f"week {week} is beyond the scenario's {scenario.weeks} weeks; "
        "a scenario with more weeks would do: scenario.replace(weeks=...)"
    )


def check_start(start: object, scenario: Scenario, key: int) -> None:
    """Refuse to begin from a model of another scenario or seed, or one that has been run on or under policies."""
    if not isinstance(start, DemandModel):
        raise RunError(f"start: given {shown(start)}; a model from settle(scenario, seed=...) would do")
    if start._week_open:
        raise RunError(f"start: week {start.week} was broken off half way; a whole week would do")
    if start.key != key or start.place_scenario != scenario:
        raise RunError(
            "start: settled from another scenario or seed; settle(scenario, seed=...) with these would do"
        )
    if start.week != 0 or start.timetable.policies:
        raise RunError(
            "start: has been run beyond week 0, or under policies; settle(scenario, seed=...) would do, or fork()"
        )


def check_watched(scenario: Scenario, followed: object, panel: object) -> tuple[Any, ...]:
    """Refuse what is no list of identities to follow, or no group of the scenario to keep a panel of."""
    if isinstance(followed, str | bytes) or not isinstance(followed, Iterable):
        raise RunError(f"followed: given {shown(followed)}; a list of identities would do")
    if panel is not None and not isinstance(panel, Group):
        raise RunError(f"panel: given {shown(panel)}; a Group would do, and Group() is everyone")
    if panel is not None and (problems := list(group_names(scenario, panel, ()))):
        refuse(problems, file="panel")
    return tuple(followed)


def check_first_week(first_week: object) -> None:
    """Refuse a first week that is no whole number, or not one of the fifty years up to week 0, the first recorded."""
    whole = isinstance(first_week, Integral) and not isinstance(first_week, bool)
    if not whole or not -50 * WEEKS_A_YEAR <= int(first_week) <= 0:  # type: ignore[call-overload]
        raise RunError(f"first_week: given {shown(first_week)}; a whole number from -2600 to 0 would do")


def check_fork(before: Sequence[Policy], chosen: Sequence[Policy], week: int) -> None:
    """Refuse to run on under policies that would have made the weeks already run other than they were."""
    gone = [policy for policy in before if policy not in chosen]
    if begun := [p.name for p in gone if p.first_week is not None and p.first_week < week]:
        raise RunError(f"policy {begun[0]!r} has begun before week {week}; a fork cannot undo it")
    new = [policy for policy in chosen if policy not in before]
    if early := [p.name for p in new if p.first_week is not None and p.first_week < week]:
        raise RunError(f"policy {early[0]!r} begins before week {week}, where this model stands")
    if len(set(names := [p.name for p in chosen])) < len(names):
        return  # given twice: the timetable refuses it
    if [p for p in chosen if p in before] != [p for p in before if p in chosen]:
        raise RunError("policies: in another order than they were run in; the order they had would do")
