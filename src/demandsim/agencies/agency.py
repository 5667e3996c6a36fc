"""An agency as a Mesa agent: its sector, its services, what it may spend and has used this week."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar
from weakref import WeakKeyDictionary

import mesa

if TYPE_CHECKING:
    from demandsim.simulation.model import DemandModel


class Counters:
    """A counter for each model, which does not keep the model: a model dropped takes its counter along."""

    def __init__(self) -> None:
        self._counters: WeakKeyDictionary[mesa.Model, Iterator[int]] = WeakKeyDictionary()

    def __getitem__(self, model: mesa.Model) -> Iterator[int]:
        return self._counters.setdefault(model, itertools.count(1))

    def __len__(self) -> int:
        return len(self._counters)


class Agency(mesa.Agent):
    """One body within a sector. It takes part in no draw: what it does stands in the rules."""

    # Mesa 3.3 numbers agents from a mapping on the class that keeps every model for good; 3.5 has none.
    _ids: ClassVar[Counters] = Counters()

    def __init__(self, model: DemandModel, name: str) -> None:
        super().__init__(model)
        self.name = name
        stated = model.place_scenario.agencies[name]
        self.title = stated.title
        self.sector = stated.sector

    @property
    def services(self) -> tuple[str, ...]:
        """Services it provides this week."""
        now = self.model.version.scenario.services
        return tuple(key for key, service in now.items() if service.agency == self.name)

    @property
    def hours_funded(self) -> float:
        """Staff hours its services have this week, those without a stated limit left out."""
        return self._minutes("funded") / 60

    @property
    def hours_used(self) -> float:
        """Staff hours its services have used this week."""
        return self._minutes("used") / 60

    @property
    def waiting(self) -> int:
        """Needs waiting at its doors."""
        return self._sum("waiting")

    def _minutes(self, column: str) -> int:
        """Minutes over its services that are not stays (whose capacity is beds)."""
        return self._sum(column, stays=False)

    def _sum(self, column: str, *, stays: bool = True) -> int:
        """Add a column of the week's book over its services."""
        table = self.model.version.scenario.services
        values = getattr(self.model.book, column)
        return sum(
            max(0, int(values[i]))
            for i, service in enumerate(table.values())
            if service.agency == self.name and (stays or service.mode != "stay")
        )
