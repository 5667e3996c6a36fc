"""A quiet town for tests of single rules: nothing happens in it but what a test sets by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from demandsim.chance import Words, address, draw
from demandsim.population.columns import OPEN, WAITING
from demandsim.records.journal import WHAT
from demandsim.records.measures import NAMES
from demandsim.scenario.base import PLACES
from demandsim.scenario.policy import Change, Policy
from demandsim.scenario.read import read_scenario
from demandsim.scenario.schema import Scenario
from demandsim.simulation.model import DemandModel

Rows = NDArray[np.int64]

OFTEN = 520.0
"""The highest rate a scenario may state: 0.99995 a week."""
ONE = 65_536
CERTAIN = 1 << 32


def changed(scenario: Scenario, changes: Mapping[str, Any]) -> Scenario:
    """Copy a scenario with settings replaced, each named by its path."""
    data = scenario.model_dump()
    for path, value in changes.items():
        table: Any = data
        *way, last = path.split(".")
        for part in way:
            table = table[part]
        table[last] = value
    return Scenario.model_validate(data)


@lru_cache
def quiet_town() -> Scenario:
    """The small town, 500 of its people, where nobody is born, dies, moves, has a need or asks for anything.

    Every door is open to everyone for every need, without threshold, standard or loss, and with room for all.
    """
    town = read_scenario("small-town")
    quiet: dict[str, Any] = {
        "residents": 500,
        "bad_spells.start": 0.0,
        "place.moves_out": 0.0,
        "place.households.leave_home": 0.0,
        "place.births.female": (0.0,) * len(town.place.births.female),
        "place.deaths.female": (0.0,) * len(town.place.deaths.female),
        "place.deaths.male": (0.0,) * len(town.place.deaths.male),
        "remembered": ("a_and_e", "housing_options"),
    }
    for district in town.place.districts:
        quiet[f"place.districts.{district}.growth"] = 0.0
    for name, need in town.needs.items():
        none = (0.0,) * len(need.start.age)
        still = {
            "worsen": (0.0,) * 3,
            "ease": (0.0,) * 4,
            "support_eases": 0.0,
            "ordinary": {},
            "pushed_by": {},
            "pushed_by_household": {},
            "death": (1.0,) * 4,
            "start.female": none,
            "start.male": none,
        }
        for status in ("unserved", "waiting", "open"):
            still[f"approach.{status}"] = (0.0,) * 3
            still[f"emergency.{status}"] = (0.0,) * 2
        quiet |= {f"needs.{name}.{key}": value for key, value in still.items()}
    for name in town.agencies:
        quiet |= {f"agencies.{name}.refers": (), f"agencies.{name}.leadership": {}}
    for name, service in town.services.items():
        open_door = {
            "threshold": 1,
            "lawful_threshold": None,
            "remit": {},
            "open_to": {},
            "closed_to": None,
            "hours_a_week": None if service.hours_a_week is None else 10_000.0,
            "beds": None if service.beds is None else 1000.0,
            "gives_up": 0.0,
            "standard_weeks": 520,
            "hand_on": {},
            "hand_off_loss": 0.0,
            "refers": tuple(row.model_copy(update={"share": 0.0}) for row in service.refers),
            "awaits": tuple(row.model_copy(update={"share": 0.0}) for row in service.awaits),
            "background": None,
            "grows_with_population": True,
            "closed": service.closed or service.mode == "outreach",
        }
        quiet |= {f"services.{name}.{key}": value for key, value in open_door.items()}
    return changed(town, quiet)


class Scene:
    """A model of the quiet town with some settings changed, and short ways to set and read its columns."""

    def __init__(
        self,
        settings: Mapping[str, Any] | None = None,
        *,
        policies: Iterable[Policy] = (),
        seed: int = 1,
        weeks: int = 104,
    ) -> None:
        self.scenario = changed(quiet_town(), {"weeks": weeks, **(settings or {})})
        followed = range(self.scenario.residents)
        self.model = DemandModel(self.scenario, seed=seed, policies=tuple(policies), followed=followed)
        self.state, self.homes, self.book = self.model.state, self.model.homes, self.model.book
        self.state.severity[:] = 0  # a need with a rate of starting was held by some at the start
        self.needs, self.services = list(self.scenario.needs), list(self.scenario.services)
        self.agencies = list(self.scenario.agencies)
        self.kinds = [(s, k) for s, service in self.scenario.services.items() for k in service.kinds]

    @property
    def week(self) -> int:
        """Week that the next step runs."""
        return self.model.week

    def adults(self, count: int, *, skip: int = 0) -> Rows:
        """Rows of adults of 25 to 64, one a household, the lowest rows first."""
        age = (self.week - self.state.born_week) // 52
        fit = np.flatnonzero((age >= 25) & (age < 65) & (self.state.role == 0))
        assert fit.size >= skip + count
        return fit[skip : skip + count]

    def give(self, rows: Any, need: str, severity: Any) -> None:
        """Let residents have a need."""
        self.state.severity[rows, self.needs.index(need)] = severity

    def ask(self, rows: Any, need: str, service: str) -> None:
        """Let residents stand at a door next week: a hand-off under way."""
        self.state.hand_off[rows, self.needs.index(need)] = self.services.index(service)

    def put(self, rows: Any, need: str, service: str, *, status: int, since: Any) -> None:
        """Put residents in a queue or an episode."""
        at = self.needs.index(need)
        self.state.status[rows, at] = status
        self.state.service[rows, at] = self.services.index(service)
        self.state.since[rows, at] = since
        if status == OPEN:
            self.state.opened_at[rows, at] = self.state.severity[rows, at]

    def queue(self, rows: Any, need: str, service: str, *, since: Any) -> None:
        """Put residents in a queue."""
        self.put(rows, need, service, status=WAITING, since=since)

    def open(self, rows: Any, need: str, service: str, *, since: Any) -> None:
        """Put residents in an episode, opened at the severity they have."""
        self.put(rows, need, service, status=OPEN, since=since)

    def stay(self, rows: Any, service: str, *, need: str | None = None, since: int = -1) -> None:
        """Put residents in a place of stay, for a need or for none."""
        self.state.place[rows] = PLACES.index(self.scenario.services[service].place or "home")
        self.state.stay_service[rows] = self.services.index(service)
        self.state.stay_need[rows] = -1 if need is None else self.needs.index(need)
        self.state.stay_since[rows] = since

    def column(self, name: str, need: str) -> NDArray[Any]:
        """One need's column of the residents' table."""
        column: NDArray[Any] = getattr(self.state, name)[:, self.needs.index(need)]
        return column

    def cause(self, agency: str) -> int:
        """Cause number of an agency."""
        return 1 + self.agencies.index(agency)

    def step(self, weeks: int = 1) -> None:
        """Run some weeks."""
        self.model.run(weeks)

    def measured(self, name: str) -> int:
        """A measure of the week just run, over quintiles."""
        return int(self.book.measure[NAMES.index(name)].sum())

    def contacts(
        self, service: str, kind: str | None = None, *, need: str | None = None, cause: int | None = None
    ) -> int:
        """Contacts of the week just run; ``need`` may be "background"."""
        total = 0
        for number, (s, k) in enumerate(self.kinds):
            if s == service and kind in (None, k):
                cells = self.book.contacts[number]
                if need is not None:
                    row = 0 if need == "background" else 1 + self.needs.index(need)
                    cells = cells[row : row + 1]
                total += int((cells if cause is None else cells[:, :, cause]).sum())
        return total

    def happened(self, what: str, *, service: str | None = None, kind: str | None = None) -> Rows:
        """Rows of residents to whom something happened in the week just run, once for each time."""
        lines = self.book.journal[: self.book.journal_rows[0]]
        lines = lines[lines[:, 2] == WHAT.index(what)]
        if service is not None:
            lines = lines[lines[:, 3] == self.services.index(service)]
        if kind is not None:
            assert service is not None
            lines = lines[lines[:, 6] == self.kinds.index((service, kind))]
        return lines[:, 1].astype(np.int64)

    def drawn(self, row: Any, decision: int, item: int, week: int | None = None) -> Words:
        """The four words a resident draws, in the coming week unless told."""
        at = self.week if week is None else week
        return draw(self.model.key, int(row), at, address(decision, item))


def policy(*changes: Mapping[str, Any], name: str = "a-test") -> Policy:
    """A policy of the changes given."""
    return Policy(
        name=name,
        title="A test",
        source="a test",
        maker="council",
        change=tuple(Change(**change) for change in changes),
    )


def margin(share: float, number: int, errors: float = 4.0) -> float:
    """Four standard errors of a share among so many: one test in 16,000 fails by chance, once a seed is chosen."""
    return errors * float(np.sqrt(share * (1 - share) / number))
