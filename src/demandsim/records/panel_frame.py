"""The panel as a frame: a row a watched resident and quarter, with what each used, at whose cost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from demandsim.errors import ViewError, shown
from demandsim.records.labels import Labels, Recorded, labels, named
from demandsim.records.panel import Quarter
from demandsim.scenario.base import PLACES, SEXES, TENURES
from demandsim.scenario.group import Group
from demandsim.scenario.schema import Scenario

HELD = ("age", "sex", "quintile", "district", "tenure", "need")
"""Keys of a group that a panel can answer."""
PENCE_A_POUND = 100


def panel_frame(record: Recorded, group: Group | None = None) -> pd.DataFrame:
    """Lay the panel out, one row a resident and quarter.

    Parameters
    ----------
    record
        The run; ``panel=`` says whom it watches.
    group
        Whose rows to give, by age, sex, quintile, district, tenure and need; everyone watched without it.
        Rows are asked one by one, as the quarter ends; a ``fixed`` group keeps every row of those who belong
        in their first.

    Returns
    -------
    DataFrame
        ``resident``, ``household``, ``quarter`` (13 weeks, from 0), ``age``, ``sex``, ``quintile`` (1 most
        deprived), ``district``, ``tenure``, ``alive``; ``contacts_<service>``; ``stay_weeks_<place>`` (weeks
        paid for); ``pounds_<payer>`` (contacts in the full view, the resident's own, not scaled);
        ``severity_<need>`` at the quarter's end; ``eligible_<programme>`` then, ``offered_<programme>`` and
        ``reached_<programme>`` within the quarter. Who is not born yet has no row.

    Raises
    ------
    ViewError
        If the run kept no panel, or the group asks what a panel does not hold.
    """
    if not record.quarters:
        raise ViewError("panel: this run kept none; run(..., panel=Group()) would keep one of everyone")
    words = labels(record.scenario)
    chosen = _chooser(record, group)
    kept = [(quarter, chosen(quarter)) for quarter in record.quarters]
    programmes = [name for name, s in record.scenario.services.items() if s.programme]

    def column(field: str) -> NDArray[Any]:
        return np.concatenate([getattr(quarter, field)[rows] for quarter, rows in kept])

    contacts = column("contacts")
    number = np.repeat([quarter.number for quarter, _ in kept], [len(rows) for _, rows in kept])
    frame = {
        "resident": column("resident").astype(np.int64),
        "household": column("household").astype(np.int64),
        "quarter": number.astype(np.int64),
        "age": column("age").astype(np.int64),
        "sex": named(SEXES, column("sex")),
        "quintile": _quintile(column("decile")),
        "district": named(tuple(record.scenario.place.districts), column("district")),
        "tenure": named(TENURES, column("tenure")),
        "alive": column("alive").astype(np.bool_),
        **_contacts(contacts, words),
        **_stay_weeks(contacts, record.scenario, words),
        **_spread("pounds", words.agency[:-1], column("pence") / PENCE_A_POUND),
        **_spread("severity", words.need[1:-1], column("severity").astype(np.int8)),
    }
    for field in ("eligible", "offered", "reached"):
        frame.update(_spread(field, programmes, column(field).astype(np.bool_)))
    return pd.DataFrame(frame)


def _quintile(decile: NDArray[Any]) -> NDArray[np.int64]:
    """Deprivation quintile, 1 most deprived, of a decile."""
    return (decile.astype(np.int64) + 1) // 2


def _spread(prefix: str, names: tuple[str, ...] | list[str], table: NDArray[Any]) -> dict[str, NDArray[Any]]:
    """Make a column of each column of a table: [row, name]."""
    return {f"{prefix}_{name}": table[:, i] for i, name in enumerate(names)}


def _contacts(contacts: NDArray[Any], words: Labels) -> dict[str, NDArray[Any]]:
    """Contacts with each service, all kinds of it: from [row, kind]."""
    services = words.service[: words.no_service]
    return {
        f"contacts_{name}": contacts[:, words.service_of == i].sum(axis=1) for i, name in enumerate(services)
    }


def _stay_weeks(contacts: NDArray[Any], scenario: Scenario, words: Labels) -> dict[str, NDArray[Any]]:
    """Weeks paid for in each place that a service of the scenario offers: from [row, kind]."""
    place_of = [service.place for service in scenario.services.values()]
    place = [place_of[service] for service in words.service_of]
    week = [kind == "stay_week" for kind in words.kind[: words.kinds]]
    found = {}
    for name in PLACES:
        kinds = [k for k in range(words.kinds) if place[k] == name and week[k]]
        if kinds:
            found[f"stay_weeks_{name}"] = contacts[:, kinds].sum(axis=1)
    return found


def _chooser(record: Recorded, group: Group | None) -> Callable[[Quarter], NDArray[np.int64]]:
    """Give what picks the rows of a quarter."""
    if group is None:
        return lambda quarter: np.flatnonzero(quarter.age >= 0)
    _check(record.scenario, group)
    if group.membership == "rolling":
        return lambda quarter: np.flatnonzero((quarter.age >= 0) & _fits(record.scenario, group, quarter))
    born = [np.flatnonzero(quarter.age >= 0) for quarter in record.quarters]
    resident = np.concatenate([q.resident[rows] for q, rows in zip(record.quarters, born, strict=True)])
    fits = [_fits(record.scenario, group, q)[rows] for q, rows in zip(record.quarters, born, strict=True)]
    each, first = np.unique(resident, return_index=True)
    belong = each[np.concatenate(fits)[first]]
    return lambda quarter: np.flatnonzero((quarter.age >= 0) & np.isin(quarter.resident, belong))


def _check(scenario: Scenario, group: Group) -> None:
    """Refuse a group that a panel cannot answer."""
    if not isinstance(group, Group):
        raise ViewError(f"panel: given {shown(group)}; a Group would do, such as Group(age=(65, 120))")
    keys = [name for name in Group.model_fields if name != "membership"]
    if unheld := [k for k in keys if k not in HELD and getattr(group, k) not in (None, {})]:
        raise ViewError(f"panel: a panel does not hold {unheld[0]!r}; a group of {', '.join(HELD)} would do")
    for key, given, known in (
        ("district", group.district or (), scenario.place.districts),
        ("need", group.need, scenario.needs),
    ):
        if wrong := [name for name in given if name not in known]:
            raise ViewError(f"panel: no {key} {shown(wrong[0])}; one of {', '.join(known)} would do")


def _fits(scenario: Scenario, group: Group, quarter: Quarter) -> NDArray[np.bool_]:
    """Tell of each row of a quarter whether it is in the group."""
    fits = np.ones(quarter.resident.shape, np.bool_)
    if group.age is not None:
        fits &= (quarter.age >= group.age[0]) & (quarter.age <= group.age[1])
    if group.sex is not None:
        fits &= quarter.sex == SEXES.index(group.sex)
    if group.quintile is not None:
        fits &= np.isin(_quintile(quarter.decile), group.quintile)
    if group.district is not None:
        places = list(scenario.place.districts)
        fits &= np.isin(quarter.district, [places.index(d) for d in group.district])
    if group.tenure is not None:
        fits &= np.isin(quarter.tenure, [TENURES.index(t) for t in group.tenure])
    needs = list(scenario.needs)
    for need, (low, high) in group.need.items():
        severity = quarter.severity[:, needs.index(need)]
        fits &= (severity >= low) & (severity <= high)
    return fits
