"""What a run did to residents, a row a measure; and how often each service is used in a year."""

from __future__ import annotations

from numbers import Integral
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from demandsim.errors import ViewError, shown
from demandsim.records.labels import Labels, Recorded, labels, named
from demandsim.records.measures import CRISES, HEALTH, HELPED, MEASURES, RESIDENT_WEEKS, WAITED
from demandsim.records.money import Contacts, contacts_by
from demandsim.units import MULTIPLIER_ONE, WEEKS_A_YEAR

MINUTES_AN_HOUR = 60
KEYS = {"lost": "lost_hand_offs", "delayed_weeks": "delayed_discharge_weeks", "health_lost": "qalys_lost"}
"""Weekly counts that are called something else here; the others keep their names."""

LEAST_RESIDENTS = 20_000
QUOTED_FROM = {
    "refusals": 100_000,
    "bounces": 100_000,
    "weeks_to_help": 100_000,
    "weeks_waited": 100_000,
    "delayed_discharge_weeks": 100_000,
}
ONLY_WHOLE = ("gave_up", "overrun_hours")
"""From how many simulated residents on a measure may be quoted: 20,000, or what is said here, or only all of them.

A place simulated with few residents has small services, and these have longer queues at the same load. Measured on
Essex at 20,000, 100,000, 400,000 and 600,000 (`make validate`): at 20,000 a wait is a third longer than at 400,000, at
100,000 a tenth; who gives up and what is overrun go on falling. All other measures are within a tenth from 20,000 on.
"""


class Outcome(NamedTuple):
    """One measure of a run: its key, its unit in words, and its value."""

    measure: str
    unit: str
    value: float


def quoted_from(measure: str, people: int) -> int:
    """Tell from how many simulated residents on a measure may be quoted, in a place of so many people."""
    return people if measure in ONLY_WHOLE else min(people, QUOTED_FROM.get(measure, LEAST_RESIDENTS))


def outcomes_frame(record: Recorded, *, from_week: int = 0) -> pd.DataFrame:
    """Give every outcome of a run.

    Parameters
    ----------
    record
        The run.
    from_week
        First recorded week that counts: the weeks before it are left out of counts, shares, waits and gaps
        alike.

    Returns
    -------
    DataFrame
        ``measure`` (a key that stays), ``unit`` (in words), ``value`` and ``quoted_from`` (simulated residents; with
        fewer the value is indicative), a row a measure. Counts are totals
        over those weeks, scaled to the place; shares, waits and gaps are not scaled, and NaN where there is
        nothing to divide by. A gap is quintile 1 (most deprived) less quintile 5.

    Raises
    ------
    ViewError
        If ``from_week`` is no whole number, or beyond the run.
    """
    whole = isinstance(from_week, Integral) and not isinstance(from_week, bool)
    if not whole or not 0 <= from_week <= record.weeks:
        would_do = f"a whole number from 0 to {record.weeks}, the weeks of the run, would do"
        raise ViewError(f"from_week: given {shown(from_week)}; {would_do}")
    by_quintile = weekly_totals(record, from_week=from_week)
    minutes = overrun_minutes(record, from_week=from_week)
    rows = [
        *_counts(by_quintile.sum(axis=1), record.scale),
        Outcome(
            "weeks_to_help",
            "weeks waited by each need that was helped",
            _share(*by_quintile[[WAITED, HELPED]].sum(axis=1)),
        ),
        *_contacts(record, labels(record.scenario), from_week),
        Outcome("overrun_hours", "hours", record.scale * minutes / MINUTES_AN_HOUR),
        *_gaps(by_quintile),
    ]
    frame = pd.DataFrame(rows, columns=list(Outcome._fields))
    people = record.scenario.place.population
    frame["quoted_from"] = [quoted_from(row.measure, people) for row in rows]
    return frame.astype({"measure": "str", "unit": "str", "value": "float64", "quoted_from": "int64"})


def weekly_totals(record: Recorded, *, from_week: int = 0) -> NDArray[np.int64]:
    """Add the weekly counts up over the recorded weeks: [measure, quintile], simulated residents' own."""
    if record.weeks == 0:
        return np.zeros((len(MEASURES), 5), np.int64)
    return np.asarray(record.weekly["measure"][from_week:].sum(axis=0), np.int64)


def overrun_minutes(record: Recorded, *, from_week: int = 0) -> int:
    """Minutes worked beyond what there was, each counted in the week it came up, not while carried."""
    if record.weeks == 0:
        return 0
    weekly = record.weekly
    after = weekly["carried"]
    # Where a week ended short, nothing was cut off, so what it began with follows from its own numbers.
    before = after - weekly["funded"] + weekly["used"]
    return int(np.where(after < 0, np.minimum(before, 0) - after, 0).clip(min=0)[from_week:].sum())


def yearly_rates(record: Recorded) -> pd.DataFrame:
    """Contacts for each 1,000 residents a year, and the share of each service's that tracked needs drive.

    Parameters
    ----------
    record
        The run.

    Returns
    -------
    DataFrame
        ``service``, ``kind``, ``contacts_per_1000_residents_a_year`` and ``need_driven_share`` (of all
        contacts of the service, whatever their kind; NaN where it has none): a row for each kind of contact
        of the scenario, in its order.
    """
    words = labels(record.scenario)
    contacts = contacts_by(record, ("need",))
    lived = int(weekly_totals(record)[RESIDENT_WEEKS].sum())
    of_kind = np.zeros(words.kinds, np.int64)
    np.add.at(of_kind, contacts.kind, contacts.number)
    driven, total = np.zeros((2, words.no_service), np.int64)
    np.add.at(total, words.service_of[contacts.kind], contacts.number)
    np.add.at(driven, words.service_of[contacts.kind], contacts.number * (contacts.need > 0))
    share = np.array([_share(d, t) for d, t in zip(driven, total, strict=True)])
    return pd.DataFrame(
        {
            "service": named(words.service, words.service_of),
            "kind": named(words.kind, np.arange(words.kinds)),
            "contacts_per_1000_residents_a_year": [
                _share(int(n) * 1000 * WEEKS_A_YEAR, lived) for n in of_kind
            ],
            "need_driven_share": share[words.service_of],
        }
    )


def _share(part: int, whole: int) -> float:
    """Divide; nothing of nothing is not a number."""
    return int(part) / int(whole) if whole else float("nan")


def _counts(totals: NDArray[np.int64], scale: float) -> list[Outcome]:
    """Give the weekly counts, for the place."""
    rows = []
    for number, (name, unit, _) in enumerate(MEASURES):
        value = int(totals[number]) * scale
        if number == HEALTH:  # kept in 65,536ths of a resident-week
            value /= MULTIPLIER_ONE * WEEKS_A_YEAR
        rows.append(Outcome(KEYS.get(name, name), unit, value))
    return rows


def _contacts(record: Recorded, words: Labels, from_week: int) -> list[Outcome]:
    """Give what the ledger's contacts say: failure demand, and hospital doors where the scenario has them."""
    columns = ("need", "cause_agency", "week") if from_week else ("need", "cause_agency")
    every = contacts_by(record, columns)
    contacts = Contacts(*(column[every.week >= from_week] for column in every))
    tracked = int(contacts.number[contacts.need > 0].sum())
    caused = int(contacts.number[(contacts.need > 0) & (contacts.cause > 0)].sum())
    rows = [
        Outcome("failure_demand_share", "share of contacts for tracked needs", _share(caused, tracked)),
        Outcome("contacts", "contacts", int(contacts.number.sum()) * record.scale),
    ]
    for measure, unit, service, kinds in (
        ("a_and_e_attendances", "attendances", "a_and_e", None),
        ("emergency_admissions", "admissions", "hospital", ("admission",)),
    ):
        if service in record.scenario.services:
            of_service = words.service_of == words.service.index(service)
            named_so = np.array([kinds is None or k in kinds for k in words.kind[: words.kinds]])
            count = int(contacts.number[(of_service & named_so)[contacts.kind]].sum())
            rows.append(Outcome(measure, unit, count * record.scale))
    return rows


def _gaps(by_quintile: NDArray[np.int64]) -> list[Outcome]:
    """Give how much worse the most deprived fifth fares than the least, for each 1,000 residents a year."""
    lived = by_quintile[RESIDENT_WEEKS]

    def gap(measure: int, parts: int) -> float:
        ends = [_share(by_quintile[measure, q] * 1000 * WEEKS_A_YEAR, lived[q] * parts) for q in (0, 4)]
        return ends[0] - ends[1]

    per = "for each 1,000 residents a year, quintile 1 less quintile 5"
    return [
        Outcome("crises_gap", f"crises {per}", gap(CRISES, 1)),
        Outcome("qalys_lost_gap", f"QALYs {per}", gap(HEALTH, MULTIPLIER_ONE * WEEKS_A_YEAR)),
    ]
