"""What residents used, one by one, is what agencies provided and what payers paid, to the penny and view by view."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

import demandsim as ds
from demandsim.population.columns import DEAD, HERE, LEFT, NEVER
from demandsim.records.journal import (
    ARRIVED,
    CLOSED,
    CONTACT,
    DIED,
    GAVE_UP_WAITING,
    JOINED,
    OPENED,
    STAY_BEGAN,
    WENT,
)
from demandsim.records.labels import LINES
from demandsim.records.measures import BIRTHS, DEATHS, MOVED_IN, MOVED_OUT
from demandsim.records.record import RunRecord
from demandsim.scenario.group import Group
from demandsim.simulation.model import DemandModel
from demandsim.units import split_by_largest_remainder

Whole = NDArray[np.int64]

CASES = {
    "small-town, every verb": (
        "small-town",
        ("small-town-every-verb", "small-town-early-help"),
        1000,
        104,
        5,
    ),
    "essex, everyone saves": ("essex", ("everyone-saves-alone",), 1500, 78, 6),
    "essex, as a system": ("essex", ("system-leadership", "early-help-for-the-whole-system"), 1500, 78, 7),
}
"""Scenario, policies, residents, weeks and seed; prices, payers and providers change on the way."""
VIEWS = {"full": None, "cash_low_r": 0, "cash": 1, "cash_high_r": 2, "capacity": 1}
"""Views, and which responsive share each takes."""


class Lives(NamedTuple):
    """A run in which everybody is followed and in the panel."""

    model: DemandModel
    record: RunRecord
    journal: Whole  # [event, field], see records.journal.FIELDS
    presence: NDArray[np.uint8]  # [week, resident] as each week ends; the first is the start

    @property
    def contacts(self) -> Whole:
        """Journal of contacts alone."""
        return self.journal[self.journal[:, 2] == CONTACT]


@pytest.fixture(scope="module", params=CASES)
def lives(request: pytest.FixtureRequest) -> Lives:
    """Run a case from a settled start, and keep who was there each week."""
    name, policies, residents, weeks, seed = CASES[request.param]
    scenario = ds.read_scenario(name).replace(residents=residents, weeks=weeks)
    start = ds.settle(scenario, seed=seed)
    model = DemandModel(
        scenario,
        seed=seed,
        policies=[ds.read_policy(policy) for policy in policies],
        start=start,
        followed=range(start.state.identity.size),
        panel=Group(),
    )
    presence = [model.state.presence.copy()]
    for _ in range(weeks):
        model.step()
        presence.append(model.state.presence.copy())
    return Lives(model, model.record, model.record.journal.astype(np.int64), np.stack(presence))


def version_of(record: RunRecord, week: Whole) -> Whole:
    """Number of the price list that holds in each week."""
    return np.searchsorted([first for first, _ in record.prices], week, side="right") - 1


def used_by_each(lives: Lives, view: str) -> Whole:
    """Pence of each resident's own contacts, from the journal alone: [resident, payer]."""
    record, contacts = lives.record, lives.contacts
    version, kind = version_of(record, contacts[:, 0]), contacts[:, 6]
    full = np.stack([prices.full for _, prices in record.prices])[version, kind]
    which = VIEWS[view]
    if which is not None:
        follows = np.stack([prices.responsive[which] for _, prices in record.prices])[version, kind]
        full = full - follows if view == "capacity" else follows
    total = np.zeros((lives.model.state.identity.size, full.shape[1]), np.int64)
    np.add.at(total, contacts[:, 1], full)
    return total


def charged_to_each(lives: Lives) -> tuple[Whole, Whole]:
    """Pence each resident was charged for contacts, [resident], and what each payer had of it, [payer]."""
    record, contacts = lives.record, lives.contacts
    charged = np.zeros(lives.model.state.identity.size, np.int64)
    received = np.zeros(len(record.scenario.agencies), np.int64)
    service_of = lives.model.rules.doors.kind_service
    versions = version_of(record, contacts[:, 0])
    for (version, kind), number in Counter(
        zip(versions.tolist(), contacts[:, 6].tolist(), strict=True)
    ).items():
        prices = record.prices[version][1]
        if charge := int(prices.charge[kind]):
            shares = prices.shares[service_of[kind]].tolist()
            received += number * np.array(split_by_largest_remainder(charge, shares))
    charge = np.stack([prices.charge for _, prices in record.prices])[versions, contacts[:, 6]]
    np.add.at(charged, contacts[:, 1], charge)
    return charged, received


def pence_by(record: RunRecord, view: str, *by: str) -> Counter[tuple[str, ...]]:
    """Pence in a view by some columns of the ledger."""
    frame = record.ledger(by, view=view, scaled=False)
    return Counter(
        dict(zip(zip(*(frame[column] for column in by), strict=True), frame["pence"], strict=True))
    )


def test_the_journals_hold_every_contact_of_the_ledger_and_no_other(lives: Lives) -> None:
    """By week, kind, need, severity and cause, cell by cell."""
    shape, counts, contacts = lives.record.shape, lives.record.counts, lives.contacts
    week, _, _, service, need, severity, kind, cause = contacts.T
    cell = ((kind * shape.needs + need + 1) * 5 + severity) * shape.causes + cause
    there, number = np.unique(np.stack([week, cell]), axis=1, return_counts=True)
    assert np.array_equal(there[0], counts.week)
    assert np.array_equal(there[1], counts.cell)
    assert np.array_equal(number, counts.contacts)
    assert np.array_equal(service, lives.model.rules.doors.kind_service[kind])
    assert number.sum() > 10_000


@pytest.mark.parametrize("view", VIEWS)
def test_residents_totals_and_lines_are_what_payers_pay_and_agencies_provide(lives: Lives, view: str) -> None:
    """For every payer by itself: residents' own contacts, less charges received, and the lines nobody asked for."""
    record = lives.record
    agencies = list(record.scenario.agencies)
    each = used_by_each(lives, view)
    charged, received = charged_to_each(lives)
    if view == "capacity":
        charged, received = 0 * charged, 0 * received
    paid = pence_by(record, view, "payer")
    lines = pence_by(record, view, "payer", "kind")
    without = Counter(dict.fromkeys(agencies, 0))
    for (payer, kind), pence in lines.items():
        if kind in LINES and kind != "charge":
            without[payer] += pence
    for number, payer in enumerate(agencies):
        owed = int(each[:, number].sum()) - int(received[number]) + without[payer]
        assert owed == paid[payer,], payer
    unpaid = pence_by(record, view, "service")["unpaid_care",]
    assert paid["residents_and_families",] == charged.sum() + unpaid
    assert sum(paid.values()) == sum(pence_by(record, view, "agency").values())
    assert sum(paid.values()) == each.sum() + sum(without.values()) + unpaid
    assert (each.sum(axis=1) > 0).sum() > 0.9 * record.scenario.residents
    charges = view != "capacity" and any(prices.charge.any() for _, prices in record.prices)
    assert bool(charged.sum() > 0) is charges


def test_each_residents_panel_is_the_sum_of_their_own_journal(lives: Lives) -> None:
    """Resident by resident, quarter by quarter: contacts by kind, and pence by payer in the full view."""
    record, contacts = lives.record, lives.contacts
    version = version_of(record, contacts[:, 0])
    price = np.stack([prices.full for _, prices in record.prices])[version, contacts[:, 6]]
    rows, kinds = lives.model.state.identity.size, record.shape.kinds
    for quarter in record.quarters:
        inside = contacts[:, 0] // 13 == quarter.number
        used = np.zeros((rows, kinds), np.int64)
        np.add.at(used, (contacts[inside, 1], contacts[inside, 6]), 1)
        pence = np.zeros((rows, price.shape[1]), np.int64)
        np.add.at(pence, contacts[inside, 1], price[inside])
        assert np.array_equal(quarter.contacts, used[quarter.resident])
        assert np.array_equal(quarter.pence, pence[quarter.resident])
        left_out = np.setdiff1d(np.arange(rows), quarter.resident)
        assert used[left_out].sum() == 0, "nobody without a row used anything"
    assert sum(quarter.weeks for quarter in record.quarters) == record.weeks


def test_nobody_is_lost_and_numbers_change_by_births_deaths_and_moves_week_by_week(lives: Lives) -> None:
    """Who is there after a week is who was there before it, less who died or went, and who arrived, one by one."""
    measure = lives.record.weekly["measure"].sum(axis=2)
    arrives = lives.model.state.arrives_week
    for week in range(lives.record.weeks):
        events = lives.journal[lives.journal[:, 0] == week]
        died, went, came = (set(events[events[:, 2] == what, 1].tolist()) for what in (DIED, WENT, ARRIVED))
        before, after = (lives.presence[week + later] for later in (0, 1))
        here = set(np.flatnonzero(before == HERE).tolist())
        assert died | went <= here
        assert not died & went
        assert came == set(np.flatnonzero(arrives == week).tolist())
        assert set(np.flatnonzero(after == HERE).tolist()) == (here - died - went) | came
        assert set(np.flatnonzero((after == DEAD) & (before != DEAD)).tolist()) == died
        assert set(np.flatnonzero((after == LEFT) & (before != LEFT)).tolist()) == went
        assert np.all(after[np.isin(before, (DEAD, LEFT))] == before[np.isin(before, (DEAD, LEFT))])
        change = measure[week, [BIRTHS, MOVED_IN]].sum() - measure[week, [DEATHS, MOVED_OUT]].sum()
        assert int((after == HERE).sum()) - len(here) == change == len(came) - len(died) - len(went)
        assert lives.record.weekly["here"][week, 0] == (after == HERE).sum()
    assert measure.sum(axis=0)[[BIRTHS, DEATHS, MOVED_IN, MOVED_OUT]].min() > 0


def test_nothing_happens_to_who_is_not_there(lives: Lives) -> None:
    """Every event is of somebody who was there as the week began or arrived in it, and ends with death or leaving."""
    journal = lives.journal
    here = lives.presence[journal[:, 0], journal[:, 1]] == HERE
    arrived = lives.model.state.arrives_week[journal[:, 1]] == journal[:, 0]
    assert np.all(here | arrived)
    last: dict[int, int] = {}
    for line, (row, what) in enumerate(zip(journal[:, 1].tolist(), journal[:, 2].tolist(), strict=True)):
        assert row not in last, (row, line)
        if what in (DIED, WENT):
            last[row] = line
    assert len(last) > 10


def test_nobody_has_two_episodes_or_two_places_in_queues_for_one_need(lives: Lives) -> None:
    """An episode opens where none is open, ends where it was open, and meets a need at most once a week.

    An episode may also end without a word, where a place to live takes over from support at home (its stay began), and
    a wait where the need ends; so a queue is asked only that nobody joins it twice in one week.
    """
    scenario, doors = lives.record.scenario, lives.model.rules.doors
    services = list(scenario.services.values())
    opened: dict[tuple[int, int], int] = {}
    for week, row, what, service, need, *_ in lives.journal.tolist():
        at = row, need
        if what == OPENED:
            assert at not in opened, (week, at)
            opened[at] = service
        elif what == CLOSED:
            # Those that were open at the start have no opening in the journal.
            assert opened.pop(at, service) == service, (week, at)
        elif what == STAY_BEGAN and need >= 0 and doors.helps[service, need] > 0:
            opened.pop(at, None)
    episode = np.array([services[s].mode == "episode" for s in doors.kind_service]) & np.isin(
        np.arange(doors.kind_service.size), doors.main_kind
    )
    weekly = lives.contacts[episode[lives.contacts[:, 6]]]
    assert weekly.shape[0] > 300
    assert np.unique(weekly[:, [0, 1, 4]], axis=0).shape[0] == weekly.shape[0]
    joined = lives.journal[np.isin(lives.journal[:, 2], (JOINED, GAVE_UP_WAITING))]
    assert np.unique(joined[:, [0, 1, 2, 4]], axis=0).shape[0] == joined.shape[0]


def test_whoever_never_left_and_never_died_is_there(lives: Lives) -> None:
    """Everyone of the start and every arrival, accounted for by one word each."""
    state = lives.model.state
    ends = dict(lives.journal[np.isin(lives.journal[:, 2], (DIED, WENT))][:, 1:3].tolist())
    started = (state.arrives_week == NEVER) | (state.arrives_week < 0)
    for row in range(state.identity.size):
        if started[row] and lives.presence[0, row] != HERE:
            continue  # died or went while the town was settled
        if state.arrives_week[row] >= lives.record.weeks:
            assert state.presence[row] == 0
        else:
            assert state.presence[row] == {DIED: DEAD, WENT: LEFT}.get(ends.get(row, -1), HERE), row
