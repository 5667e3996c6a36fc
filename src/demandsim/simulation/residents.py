"""Residents, reached through Mesa's verbs at column speed."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from demandsim.agencies.grouping import FrozenBits, GroupTable
from demandsim.errors import RunError, shown
from demandsim.packing import packed
from demandsim.population.columns import HERE
from demandsim.scenario.group import Group
from demandsim.scenario.problems import refuse
from demandsim.scenario.references import group_names
from demandsim.simulation.groups import members
from demandsim.simulation.panel import PANEL
from demandsim.simulation.resident import CHANGES, Resident, ResidentsError, find, named, refused

if TYPE_CHECKING:
    from demandsim.simulation.model import DemandModel

__all__ = ["Resident", "ResidentGroups", "ResidentSet", "ResidentsError"]

Rows = NDArray[np.int64]
Asked = Callable[[Resident], Any]

CHANCE = "chance is drawn at addresses, never in turn; sort(...) or a group with a share would do"
LOOP = f"{CHANGES}; a loop over the residents, or get(...), would do"
_QUICK: tuple[tuple[Any, Any], ...] = ((sum, np.sum), (min, np.min), (max, np.max))


class ResidentSet:
    """Everyone who is here, with the verbs of Mesa's ``AgentSet`` over the model's columns.

    ``model.residents`` follows the model, as ``model.agents`` does: who is here is asked anew at each use. A
    set made by a verb keeps its members and their order, and loses those who die or leave. Members come in
    order of identity unless sorted. A set cannot be indexed; ``to_list()`` can.

    Names are those of ``population.columns.Residents``, with codes in words (``sex, district, tenure, role,
    place, status, service, cause, ...``; "none" for no service, need or cause), and ``age`` (whole years) and
    ``quintile`` (1 most deprived). A column with one entry a need can be asked for one of them:
    ``severity_housing``, ``status_housing``, ``service_housing``; likewise ``last_contact_<service>`` for
    remembered services and ``offered_<service>``, ``reached_<service>`` for programmes. ``dir(resident)``
    lists them all.

    Column names and groups take nanoseconds a resident; a callable is called once a resident and takes about
    2 microseconds each.

    Parameters
    ----------
    model
        The model they live in.
    rows
        Rows of its columns to keep to, in this order; without it, everyone.
    """

    def __init__(self, model: DemandModel, rows: Rows | None = None) -> None:
        self.model = model
        self._kept = rows
        self._columns = named(model.place_scenario)

    @property
    def rows(self) -> Rows:
        """Rows of ``model.state`` of its members who are here now, in order."""
        here = self.model.state.presence == HERE
        return np.flatnonzero(here) if self._kept is None else self._kept[here[self._kept]]

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Resident]:
        return (Resident(self.model, row, columns=self._columns) for row in self.rows.tolist())

    def __contains__(self, resident: object) -> bool:
        if not isinstance(resident, Resident) or resident.model is not self.model:
            return False
        kept = self._kept is None or bool(np.any(self._kept == resident.row))
        return kept and bool(self.model.state.presence[resident.row] == HERE)

    def __repr__(self) -> str:
        return f"<ResidentSet: {len(self):,} residents in week {self.model.week}>"

    def to_list(self) -> list[Resident]:
        """List them: a view each."""
        return list(self)

    def copy(self) -> ResidentSet:
        """Keep those who are here now as a set of their own."""
        return ResidentSet(self.model, self.rows)

    def get(
        self, attr_names: str | Iterable[str], handle_missing: str = "error", default_value: Any = None
    ) -> NDArray[Any] | list[list[Any]]:
        """Read one column, or several side by side.

        Parameters
        ----------
        attr_names
            A name, or several.
        handle_missing
            "error", or "default" to put ``default_value`` for a name that is no column.
        default_value
            What to put.

        Returns
        -------
        array [resident] or list of lists
            For one name a fresh array, int64 or words (two axes for a whole column by need): where Mesa gives
            a list, equal to it entry by entry. For several names a list a resident, as Mesa gives; slower.

        Raises
        ------
        ResidentsError
            For a name that is no column.
        RunError
            If ``handle_missing`` is neither word.
        """
        if handle_missing not in ("error", "default"):
            raise RunError(f"handle_missing: given {shown(handle_missing)}; 'error' or 'default' would do")
        rows = self.rows

        def read(name: str) -> NDArray[Any]:
            if handle_missing == "default" and name not in self._columns:
                absent = np.empty(len(rows), object)
                absent.fill(default_value)
                return absent
            return find(name, self._columns).all(self.model, rows)

        if isinstance(attr_names, str):
            return read(attr_names)
        columns = [read(name).tolist() for name in attr_names]
        return [[column[i] for column in columns] for i in range(len(rows))]

    def select(
        self,
        filter_func: Asked | NDArray[np.bool_] | Group | None = None,
        at_most: float = math.inf,
        inplace: bool = False,
        agent_type: type[Any] | None = None,
        *,
        group: Group | None = None,
    ) -> ResidentSet:
        """Pick some of them.

        Parameters
        ----------
        filter_func
            A group; a boolean column, one entry a member in order, such as ``residents.get("age") >= 65``; or
            a callable, called once a resident.
        at_most
            The first so many of those picked; a fraction up to 1.0 is of the members before picking, rounded
            down.
        inplace
            Refused: a new set is returned.
        agent_type
            Only residents that are of this type: all, or for a type that residents are not, none.
        group
            A group they must be in as well, as the needs themselves stand, its membership asked now. A random
            share is the share that ``DemandModel(panel=group)`` would watch.

        Raises
        ------
        RunError
            If ``filter_func`` is none of these, or ``inplace``.
        ScenarioError
            If a group names what the scenario does not have.
        """
        if inplace:
            raise ResidentsError(f"residents: no select(inplace=True): {CHANGES}; the set returned would do")
        rows = self.rows
        fraction = not isinstance(at_most, int) and at_most <= 1
        most = math.floor(len(rows) * at_most) if fraction else at_most
        keep = np.full(len(rows), agent_type is None or issubclass(Resident, agent_type))
        for asked in (group, filter_func if isinstance(filter_func, Group) else None):
            if asked is not None:
                keep &= self._members(asked)[rows]
        limit = math.ceil(min(max(most, 0), len(rows)))
        if isinstance(filter_func, Group) or filter_func is None:
            chosen = rows[keep][:limit]
        elif callable(filter_func):
            one = partial(Resident, self.model, columns=self._columns)
            found = (row for row in rows[keep].tolist() if filter_func(one(row)))
            chosen = np.fromiter(islice(found, limit), np.int64)
        else:
            chosen = rows[keep & _marks(filter_func, len(rows))][:limit]
        return ResidentSet(self.model, chosen)

    def count(self, value: object = None, *, group: Group | None = None) -> int:
        """Count them: all, those in a group, or (as Mesa does) how often one resident is among them."""
        if value is not None:
            return int(value in self)
        return len(self) if group is None else len(self.select(group=group))

    def agg(self, attribute: str, func: Callable[..., Any] | Iterable[Callable[..., Any]]) -> Any:
        """Put a column through a function, or through each of several; ``sum``, ``min``, ``max`` go fast."""
        values = find(attribute, self._columns).all(self.model, self.rows)
        return _applied(func, values) if callable(func) else [_applied(one, values) for one in func]

    def groupby(self, by: str | Asked, result_type: str = "agentset") -> ResidentGroups:
        """Split them by a column, or by what a callable says of each (called once a resident).

        Parameters
        ----------
        by
            A column with one entry a resident, or a callable.
        result_type
            "agentset" gives a ``ResidentSet`` a group, "list" a list of residents.

        Raises
        ------
        RunError
            For a column with an entry a need, and for another ``result_type``.
        """
        if result_type not in ("agentset", "list"):
            raise RunError(f"result_type: given {shown(result_type)}; 'agentset' or 'list' would do")
        rows = self.rows
        if callable(by):
            lists: dict[Any, list[int]] = {}
            for resident in self:
                lists.setdefault(by(resident), []).append(resident.row)
            parts = {key: np.array(part, np.int64) for key, part in lists.items()}
        else:
            column = find(by, self._columns, narrow=True)
            codes, first, group = np.unique(
                column.read(self.model, rows), return_index=True, return_inverse=True
            )
            ends = np.cumsum(np.bincount(group, minlength=len(codes)))[:-1]
            split = np.split(rows[np.argsort(group, kind="stable")], ends)
            # Groups come as Mesa's do: in the order in which their first members come.
            parts = {column.told(codes[k]): split[k] for k in np.argsort(first)}
        sets = {key: ResidentSet(self.model, part) for key, part in parts.items()}
        return ResidentGroups(sets, as_lists=result_type == "list")

    def sort(self, key: str | Asked, ascending: bool = False, inplace: bool = False) -> ResidentSet:
        """Put them in order, highest first unless ``ascending``; ties stay in the order they were in.

        Parameters
        ----------
        key
            A column with one entry a resident (words go by the alphabet), or a callable, called once a
            resident.
        ascending
            Lowest first.
        inplace
            Refused: a new set is returned.
        """
        if inplace:
            raise ResidentsError(f"residents: no sort(inplace=True): {CHANGES}; the set returned would do")
        rows = self.rows
        if callable(key):
            keys = [key(resident) for resident in self]
            order = np.array(sorted(range(len(rows)), key=keys.__getitem__, reverse=not ascending), np.int64)
        else:
            rank = find(key, self._columns, narrow=True).ranks(self.model, rows)
            order = np.argsort(rank if ascending else -rank, kind="stable")
        return ResidentSet(self.model, rows[order])

    def _members(self, group: Group) -> NDArray[np.bool_]:
        """Tell of every row of the model whether it is here and in the group now."""
        model = self.model
        if problems := list(group_names(model.place_scenario, group, ())):
            refuse(problems, file="group")
        table = GroupTable(model.place_scenario, FrozenBits())
        number = table.add(group.model_copy(update={"membership": "rolling"}), name=PANEL)
        return members(packed(model.state), packed(table.columns()), number, model.key, model.week)


_VERBS = {"do": LOOP, "shuffle_do": LOOP, "map": LOOP, "shuffle": CHANCE}
_VERBS |= dict.fromkeys(("set", "add", "remove", "discard", "pop", "clear"), CHANGES)
for _verb, _why in _VERBS.items():
    setattr(ResidentSet, _verb, refused(_verb, _why))


class ResidentGroups:
    """Residents split into groups, with the verbs of Mesa's ``GroupBy``; iterating gives (name, group).

    Parameters
    ----------
    sets
        Members by the group's name.
    as_lists
        Whether ``groups`` holds lists of residents.
    """

    def __init__(self, sets: dict[Any, ResidentSet], *, as_lists: bool = False) -> None:
        self._sets = sets
        self.groups: dict[Any, Any] = {k: list(v) for k, v in sets.items()} if as_lists else sets

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        return iter(self.groups.items())

    def __len__(self) -> int:
        return len(self.groups)

    def count(self) -> dict[Any, int]:
        """Count the residents of each group."""
        return {key: len(group) for key, group in self.groups.items()}

    def agg(self, attr_name: str, func: Callable[..., Any] | Iterable[Callable[..., Any]]) -> dict[Any, Any]:
        """Put a column of each group through a function, or through each of several."""
        return {key: group.agg(attr_name, func) for key, group in self._sets.items()}

    def map(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> dict[Any, Any]:
        """Call a function with each group, or a group's own method by name, and keep what it returns."""
        if callable(method):
            return {key: method(group, *args, **kwargs) for key, group in self.groups.items()}
        return {key: getattr(group, method)(*args, **kwargs) for key, group in self.groups.items()}

    do = refused("do", f"{CHANGES}; map(...) keeps what a function returns")


def _marks(marks: object, members: int) -> NDArray[np.bool_]:
    """Take a boolean column, one entry a member."""
    column = np.asarray(marks)
    if column.dtype != np.bool_ or column.shape != (members,):
        raise RunError(
            f"select: given {shown(marks)}; a group, a callable or a boolean column of {members:,} would do"
        )
    return column


def _applied(func: Callable[..., Any], values: NDArray[Any]) -> Any:
    """Call a function with a column; Python's own sums and ends have quick equals for a column of numbers."""
    if values.ndim == 1 and values.dtype == np.int64:
        func = next((quick for slow, quick in _QUICK if func is slow), func)
    return func(values)
