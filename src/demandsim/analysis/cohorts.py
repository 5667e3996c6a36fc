"""Cohorts: residents who meet an entry rule for the first time, followed from there, and never scaled to the place.

By the journals of followed residents entry and outcomes are known to the week. By the panel they are known to the
quarter: who fits a group is asked at a quarter's end, and what is used within it is added up.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from demandsim.analysis.evaluation.effects import Z, standard_error
from demandsim.errors import ViewError
from demandsim.records.journal import CONTACT, DIED, FIELDS, STAY_BEGAN, STAY_ENDED, WENT, WHAT
from demandsim.records.labels import Recorded
from demandsim.records.panel import QUARTER
from demandsim.records.panel_frame import panel_frame
from demandsim.scenario.base import PLACES
from demandsim.scenario.group import Group
from demandsim.units import WEEKS_A_YEAR

LEAST = 30
"""Entrants with whom an outcome may be quoted: with fewer, a share of a half is known to no better than 15 points."""

HUNDRED = 100
_WEEK, _RESIDENT, _EVENT, _SERVICE = (FIELDS.index(name) for name in ("week", "resident", "event", "service"))


class Entry(NamedTuple):
    """An entry rule: an event at a service, met for the first time.

    ``event`` is one of ``records.journal.WHAT``. Only entries from ``from_week`` on and before ``until_week`` count
    (None: to the end); whoever met the rule in a recorded week before ``from_week`` does not enter, so that a later
    ``from_week`` makes "first" mean more.
    """

    service: str
    event: str = "support opened"
    from_week: int = 0
    until_week: int | None = None


class Cohort(NamedTuple):
    """Entrants of one run: identity, and week of entry; in order of identity."""

    resident: NDArray[np.int64]
    week: NDArray[np.int64]


def entrants(record: Recorded, entry: Entry) -> Cohort:
    """Find who enters, among the residents a run followed.

    Parameters
    ----------
    record
        The run; ``followed=`` says whose events it keeps: whoever might enter.
    entry
        The rule.

    Returns
    -------
    Cohort
        By the week.

    Raises
    ------
    ViewError
        If the run followed nobody, or has no such service or event.
    """
    journal = _journal(record)
    service = _services(record, [entry.service])[0]
    if entry.event not in WHAT:
        raise ViewError(f"entry: no event {entry.event!r}; one of {', '.join(WHAT)} would do")
    meets = (journal[:, _SERVICE] == service) & (journal[:, _EVENT] == WHAT.index(entry.event))
    # The journal is in order, and `unique` gives the first row of each resident.
    resident, first = np.unique(journal[meets, _RESIDENT], return_index=True)
    week = journal[meets, _WEEK][first]
    until = record.weeks if entry.until_week is None else entry.until_week
    kept = (week >= entry.from_week) & (week < until)
    return Cohort(resident[kept], week[kept])


def entrants_by_group(record: Recorded, group: Group) -> Cohort:
    """Find who first belongs to a group at the end of a quarter, among the residents of a run's panel.

    Parameters
    ----------
    record
        The run; ``panel=`` says whom it watches.
    group
        By age, sex, quintile, district, tenure and need: what a panel holds.

    Returns
    -------
    Cohort
        Week is the last of the quarter. Whoever belongs in their first quarter in the panel has not been seen to
        enter, and is left out.

    Raises
    ------
    ViewError
        If the run kept no panel, or the group asks what a panel does not hold.
    """
    everyone = panel_frame(record)
    inside = panel_frame(record, group.model_copy(update={"membership": "rolling"}))
    entered = inside.groupby("resident")["quarter"].min()
    seen_from = everyone.groupby("resident")["quarter"].min()
    entered = entered[entered > seen_from.loc[entered.index]]
    week = (entered.to_numpy(np.int64) + 1) * QUARTER - 1
    return Cohort(entered.index.to_numpy(np.int64), week)


def watched(record: Recorded, cohort: Cohort, *, weeks: int) -> Cohort:
    """Keep those of a cohort who can be followed for so many weeks: the run goes on and they do not move out."""
    journal = _journal(record)
    gone = journal[journal[:, _EVENT] == WENT]
    left = pd.Series(gone[:, _WEEK], index=gone[:, _RESIDENT])
    moves = pd.Series(cohort.resident).map(left).to_numpy(float)
    kept = (cohort.week + weeks < record.weeks) & ~(moves <= cohort.week + weeks)
    return Cohort(cohort.resident[kept], cohort.week[kept])


def living_in(
    record: Recorded, cohort: Cohort, services: Collection[str], *, weeks: int
) -> NDArray[np.bool_]:
    """Tell of each entrant whether a stay of these services is theirs so many weeks after entry.

    Parameters
    ----------
    record
        The run.
    cohort
        Its entrants.
    services
        Services that offer stays, such as fostering and children's homes.
    weeks
        After entry; what counts is the end of that week.

    Returns
    -------
    [entrant]
        A stay in hospital interrupts another and does not end it. Who has died lives nowhere. A household that came
        along with a member's stay has none of its own.
    """
    journal = _of(_journal(record), cohort)
    at = _services(record, services)
    until = pd.Series(cohort.week + weeks, index=cohort.resident)
    events = np.isin(journal[:, _EVENT], (STAY_BEGAN, STAY_ENDED)) & np.isin(journal[:, _SERVICE], at)
    died = journal[:, _EVENT] == DIED
    rows = journal[events | died]
    rows = rows[rows[:, _WEEK] <= until.loc[pd.Index(rows[:, _RESIDENT])].to_numpy()]
    last = pd.Series(rows[:, _EVENT] == STAY_BEGAN, index=rows[:, _RESIDENT]).groupby(level=0).last()
    return np.asarray(last.reindex(cohort.resident, fill_value=False), np.bool_)


def cohort_frame(
    followed: Sequence[tuple[Recorded, Cohort]], *, weeks: int = WEEKS_A_YEAR, least: int = LEAST
) -> pd.DataFrame:
    """Give what became of each 100 entrants.

    Parameters
    ----------
    followed
        Runs of one scenario (of several seeds) and the entrants of each.
    weeks
        From each entrant's own entry on.
    least
        Entrants below which nothing is told.

    Returns
    -------
    DataFrame
        ``measure, unit, n, value, low, high``, each for 100 entrants: ``living_in_<place>`` (that many weeks after
        entry), ``ever_used_<service>`` and ``contacts_<service>`` (after the week of entry), ``died``, and
        ``moved_out``, of all whom the run is long enough for; those who moved are left out of the other measures.
        ``n`` residents, as simulated: nothing is scaled to the place. Bounds hold 90%, chance only: Wilson's for
        shares, a normal's for contacts.

    Raises
    ------
    ViewError
        If fewer entrants than ``least`` can be followed.
    """
    parts = [(record, cohort, watched(record, cohort, weeks=weeks)) for record, cohort in followed]
    stayed = sum(len(kept.resident) for _, _, kept in parts)
    if stayed < least:
        raise ViewError(
            f"cohort: {stayed} entrants with {weeks} weeks after; {least} or more would do: more residents, weeks "
            "or seeds"
        )
    in_time = sum(int((all_.week + weeks < record.weeks).sum()) for record, all_, _ in parts)
    scenario = parts[0][0].scenario
    rows = []
    for place in PLACES[1:]:
        names = [name for name, service in scenario.services.items() if service.place == place]
        if names:
            inside = sum(int(living_in(r, kept, names, weeks=weeks).sum()) for r, _, kept in parts)
            rows.append(_share(f"living_in_{place}", "entrants living there", inside, stayed))
    used = np.concatenate([_contacts(record, kept, weeks) for record, _, kept in parts])
    for number, name in enumerate(scenario.services):
        users = int((used[:, number] > 0).sum())
        rows.append(_share(f"ever_used_{name}", "entrants with a contact", users, stayed))
    for number, name in enumerate(scenario.services):
        rows.append(_mean(f"contacts_{name}", "contacts", used[:, number]))
    dead = sum(_died(record, kept, weeks) for record, _, kept in parts)
    rows.append(_share("died", "entrants", dead, stayed))
    rows.append(_share("moved_out", "entrants", in_time - stayed, in_time))
    return pd.DataFrame(rows, columns=["measure", "unit", "n", "value", "low", "high"])


def cohort_quarters(
    panel: pd.DataFrame, cohort: Cohort, *, quarters: int = 4, least: int = LEAST
) -> pd.DataFrame:
    """Give what each 100 entrants used and cost, by quarters since entry.

    Parameters
    ----------
    panel
        ``record.panel()`` of the run the entrants are of.
    cohort
        Its entrants.
    quarters
        After the one of entry, which is numbered 0.
    least
        Entrants below which nothing is told.

    Returns
    -------
    DataFrame
        ``quarter`` (since entry), ``n``, and every ``contacts_``, ``stay_weeks_`` and ``pounds_`` column of the panel
        for 100 entrants; of those with a row in all of these quarters.

    Raises
    ------
    ViewError
        If fewer entrants than ``least`` have them all.
    """
    entry = pd.Series(cohort.week // QUARTER, index=cohort.resident)
    rows = panel[panel["resident"].isin(cohort.resident)]
    since = rows["quarter"] - rows["resident"].map(entry)
    rows = rows.assign(since=since)[(since >= 0) & (since <= quarters)]
    rows = rows[rows.groupby("resident")["since"].transform("size") == quarters + 1]
    many = rows["resident"].nunique()
    if many < least:
        raise ViewError(f"cohort: {many} entrants with {quarters} quarters after; {least} or more would do")
    columns = [name for name in panel.columns if name.startswith(("contacts_", "stay_weeks_", "pounds_"))]
    found = rows.groupby("since")[columns].mean() * HUNDRED
    found.insert(0, "n", many)
    return found.rename_axis("quarter").reset_index()


def _journal(record: Recorded) -> NDArray[np.int64]:
    """Read the journal of a run that followed somebody."""
    if not len(record.journal):
        raise ViewError("cohort: this run followed nobody; run(..., followed=[...]) would keep their events")
    return record.journal.astype(np.int64)


def _services(record: Recorded, names: Collection[str]) -> list[int]:
    """Number services."""
    known = list(record.scenario.services)
    if wrong := [name for name in names if name not in known]:
        raise ViewError(f"cohort: no service {wrong[0]!r}; one of {', '.join(known)} would do")
    return [known.index(name) for name in names]


def _of(journal: NDArray[np.int64], cohort: Cohort) -> NDArray[np.int64]:
    """Keep the lines that are about a cohort."""
    return journal[np.isin(journal[:, _RESIDENT], cohort.resident)]


def _since(record: Recorded, cohort: Cohort, weeks: int) -> NDArray[np.int64]:
    """Keep a cohort's lines of so many weeks after the week of each one's entry."""
    journal = _of(_journal(record), cohort)
    entry = pd.Series(cohort.week, index=cohort.resident)
    after = journal[:, _WEEK] - entry.loc[pd.Index(journal[:, _RESIDENT])].to_numpy()
    return np.asarray(journal[(after > 0) & (after <= weeks)], np.int64)


def _contacts(record: Recorded, cohort: Cohort, weeks: int) -> NDArray[np.int64]:
    """Count contacts: [entrant, service]."""
    rows = _since(record, cohort, weeks)
    rows = rows[rows[:, _EVENT] == CONTACT]
    found = np.zeros((len(cohort.resident), len(record.scenario.services)), np.int64)
    np.add.at(found, (np.searchsorted(cohort.resident, rows[:, _RESIDENT]), rows[:, _SERVICE]), 1)
    return found


def _died(record: Recorded, cohort: Cohort, weeks: int) -> int:
    """Count deaths."""
    return int((_since(record, cohort, weeks)[:, _EVENT] == DIED).sum())


def _share(measure: str, unit: str, part: int, whole: int) -> tuple[str, str, int, float, float, float]:
    """Give a share for 100 entrants with Wilson's interval."""
    if not whole:
        return measure, unit, 0, float("nan"), float("nan"), float("nan")
    share = part / whole
    middle = (share + Z**2 / (2 * whole)) / (1 + Z**2 / whole)
    reach = Z / (1 + Z**2 / whole) * float(np.sqrt(share * (1 - share) / whole + Z**2 / (4 * whole**2)))
    return measure, unit, whole, HUNDRED * share, HUNDRED * (middle - reach), HUNDRED * (middle + reach)


def _mean(measure: str, unit: str, values: NDArray[np.int64]) -> tuple[str, str, int, float, float, float]:
    """Give a mean for 100 entrants with its interval."""
    mean, reach = float(values.mean()), Z * standard_error(values.astype(np.float64))
    return measure, unit, len(values), HUNDRED * mean, HUNDRED * (mean - reach), HUNDRED * (mean + reach)
