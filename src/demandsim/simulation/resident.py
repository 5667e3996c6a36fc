"""One resident as a Mesa agent: a view of a row, and the names that rows are read by."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import mesa
import numpy as np
from numpy.typing import NDArray

from demandsim.errors import RunError
from demandsim.population.columns import Residents, declared
from demandsim.scenario.base import PLACES, ROLES, SEXES, TENURES
from demandsim.scenario.contents import Contents
from demandsim.scenario.problems import near
from demandsim.units import WEEKS_A_YEAR

if TYPE_CHECKING:
    from demandsim.simulation.model import DemandModel

CHANGES = "residents change only in model.step()"
ARRIVALS = "all who will ever arrive are made with the model"
NONE = "none"
PRESENCE = ("not_yet", "here", "dead", "left")
STATUS = ("unserved", "waiting", "open")
_DECLARED = declared(Residents)


class ResidentsError(RunError, AttributeError):
    """A name or a verb that residents do not have; an ``AttributeError`` to Mesa and to ``getattr``."""


def refused(verb: str, why: str) -> Any:
    """Make a verb of Mesa's that is refused when it is called."""

    def refuse_it(self: object, *args: object, **kwargs: object) -> None:
        raise ResidentsError(f"residents: no {verb}: {why}")

    refuse_it.__name__ = verb
    refuse_it.__doc__ = f"Refused: {why}."
    return refuse_it


class Resident(mesa.Agent):
    """One resident: a view of a row, whose attributes are the columns, by the names ``ResidentSet`` lists.

    What is read is what holds now, in the week the model stands at; nothing can be set. It is not registered
    with Mesa (``model.agents`` holds the agencies alone). Two views of one row of one model are equal.

    Raises
    ------
    ResidentsError
        An ``AttributeError``: for a name that is no column, and for setting or deleting any.
    """

    def __init__(self, model: DemandModel, row: int, *, columns: Names | None = None) -> None:
        # Not Mesa's own: that would number, register and keep a Python object for each resident.
        self.__dict__.update(model=model, row=row, _columns=columns or named(model.place_scenario))

    @property
    def unique_id(self) -> int:
        """The resident's identity, the same in every arm and fork."""
        return int(self.model.state.identity[self.row])

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):  # the protocols of copying and pickling ask before there is anything to read
            raise AttributeError(name)
        column = self._columns.get(name)
        return (column or find(name, self._columns)).one(self.model, self.row)

    def __setattr__(self, name: str, value: object) -> None:
        raise ResidentsError(f"resident {self.unique_id}: {name} cannot be set: {CHANGES}")

    def __delattr__(self, name: str) -> None:
        raise ResidentsError(f"resident {self.unique_id}: {name} cannot be deleted: {CHANGES}")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Resident) and self.model is other.model and self.row == other.row

    def __hash__(self) -> int:
        return hash((id(self.model), self.row))

    def __repr__(self) -> str:
        return f"<Resident {self.unique_id}: {self.sex}, {self.age}, {self.district}, {self.presence}>"

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self._columns})

    step = refused("step", CHANGES)
    advance = refused("advance", CHANGES)
    remove = refused("remove", "they die or leave in model.step() only")
    create_agents: Any = classmethod(refused("create_agents", ARRIVALS))
    from_dataframe: Any = classmethod(refused("from_dataframe", ARRIVALS))


class Named(NamedTuple):
    """How a name is read: its whole numbers at some rows, and the words they stand for, if they are codes."""

    read: Callable[[DemandModel, Any], Any]
    words: NDArray[np.object_] | None
    wide: str  # what it has an entry for beside the resident: "need", "remembered", "programme"; "" nothing

    def all(self, model: DemandModel, rows: NDArray[np.int64]) -> NDArray[Any]:
        """Read many rows: a fresh array, int64 (sums of the state's own small types would wrap) or words."""
        numbers: NDArray[Any] = self.read(model, rows)
        return numbers.astype(np.int64) if self.words is None else self.words[numbers]

    def one(self, model: DemandModel, row: int) -> Any:
        """Read one row: an int or a word; an array if it is wide."""
        number = self.read(model, row)
        if self.words is not None:
            return self.words[number]
        return number.astype(np.int64) if self.wide else int(number)

    def told(self, code: Any) -> Any:
        """Say what a number of the column stands for: an int or a word."""
        return int(code) if self.words is None else self.words[code]

    def ranks(self, model: DemandModel, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Numbers that sort as the values do: words by the alphabet."""
        numbers: NDArray[np.int64] = self.read(model, rows).astype(np.int64)
        if self.words is None:
            return numbers
        rank = np.empty(len(self.words), np.int64)
        rank[np.argsort(self.words)] = np.arange(len(self.words))
        ranked: NDArray[np.int64] = rank[numbers]
        return ranked


Names = MappingProxyType[str, Named]


class _Lists(NamedTuple):
    """A scenario's lists of names, in their order."""

    districts: tuple[str, ...]
    needs: tuple[str, ...]
    services: tuple[str, ...]
    agencies: tuple[str, ...]
    remembered: tuple[str, ...]
    programmes: tuple[str, ...]


def named(scenario: Contents) -> Names:
    """List every name that residents of a scenario can be read by."""
    return _named(
        _Lists(
            tuple(scenario.place.districts),
            tuple(scenario.needs),
            tuple(scenario.services),
            tuple(scenario.agencies),
            tuple(scenario.remembered),
            tuple(key for key, service in scenario.services.items() if service.programme),
        )
    )


def find(name: str, columns: Names, *, narrow: bool = False) -> Named:
    """Find a name, one entry a resident if ``narrow``.

    Raises
    ------
    ResidentsError
        If there is no such name, with the nearest there is.
    RunError
        If it has an entry for each need (or service) and is asked to be ``narrow``.
    """
    column = columns.get(name)
    if column is None:
        raise ResidentsError(f"residents: no column '{name}'; {near(name, columns)}")
    if narrow and column.wide:
        one = next((key for key in columns if key.startswith(f"{name}_")), name)
        raise RunError(f"residents: '{name}' has an entry for each {column.wide}; one, as '{one}', would do")
    return column


@lru_cache(maxsize=16)
def _named(lists: _Lists) -> Names:
    """Lay out the names, once for each set of lists."""
    words, axes = _words(lists), _axes(lists)
    names: dict[str, Named] = {}
    for field, column in _DECLARED.items():
        wide = column.axes.partition(" ")[2]
        names[field] = Named(_reader(field), words.get(field), wide)
        for item, key in enumerate(axes.get(wide, ())):
            names[f"{field}_{key}"] = Named(_reader(field, item), words.get(field), "")
    names["age"] = Named(_age, None, "")
    names["quintile"] = Named(_quintile, None, "")
    return MappingProxyType(names)


def _axes(lists: _Lists) -> dict[str, tuple[str, ...]]:
    """Names along each axis a column may have beside the resident."""
    return {"need": lists.needs, "remembered": lists.remembered, "programme": lists.programmes}


def _words(lists: _Lists) -> dict[str, NDArray[np.object_]]:
    """Words for the codes of each column that holds codes; -1, where it is a code, is the last of them."""
    service, need, agency = (*lists.services, NONE), (*lists.needs, NONE), (NONE, *lists.agencies)
    by_field: dict[str, Sequence[str]] = {
        "presence": PRESENCE,
        "sex": SEXES,
        "district": lists.districts,
        "role": ROLES,
        "tenure": TENURES,
        "place": PLACES,
        "status": STATUS,
        **dict.fromkeys(("stay_service", "wants_stay", "back_to", "awaits", "service", "hand_off"), service),
        **dict.fromkeys(("stay_need", "wants_need", "back_need"), need),
        **dict.fromkeys(("cause", "worse_cause"), agency),
    }
    return {field: np.array(words, dtype=object) for field, words in by_field.items()}


def _reader(field: str, item: int | None = None) -> Callable[[DemandModel, Any], Any]:
    """Make the reading of a column of the state, or of one entry along its second axis."""
    if item is None:
        return lambda model, at: getattr(model.state, field)[at]
    return lambda model, at: getattr(model.state, field)[at, item]


def _age(model: DemandModel, at: Any) -> Any:
    """Whole years since birth."""
    return (model.week - model.state.born_week[at]) // WEEKS_A_YEAR


def _quintile(model: DemandModel, at: Any) -> Any:
    """Fifth of places by deprivation, 1 most deprived."""
    return (model.state.decile[at] + 1) // 2
