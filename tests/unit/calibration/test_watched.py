"""What is kept of a run is what happened in it."""

from __future__ import annotations

import numpy as np
import pytest

from demandsim.calibration.watched import Watched, watch
from demandsim.experiment.run import run
from demandsim.records.journal import CONTACT, STARTED
from demandsim.records.measures import RESIDENT_WEEKS
from demandsim.records.outcomes import weekly_totals
from demandsim.records.record import RunRecord
from demandsim.scenario.read import read_scenario

TOWN = read_scenario("small-town").replace(residents=1_000, weeks=104)


@pytest.fixture(scope="module")
def watched() -> Watched:
    """Two years of the invented town."""
    return watch(TOWN, seed=3)


@pytest.fixture(scope="module")
def record() -> RunRecord:
    """The same run, as anybody has it."""
    return run(TOWN, seed=3)


def test_contacts_are_those_of_the_ledger(watched: Watched, record: RunRecord) -> None:
    ledger = record.ledger(("service", "kind"), scaled=False)
    ledger = ledger[ledger["contacts"] > 0]
    numbers = [len(watched.contacts([number]).week) for number in range(len(watched.names.kinds))]
    kept = {pair: number for pair, number in zip(watched.names.kinds, numbers, strict=True) if number}
    rows = zip(ledger["service"], ledger["kind"], ledger["contacts"], strict=True)
    assert kept == {(service, kind): contacts for service, kind, contacts in rows}


def test_looks_are_a_quarter_apart_and_hold_everyone(watched: Watched, record: RunRecord) -> None:
    assert [look.week for look in watched.looks] == list(range(0, 105, 13))
    assert watched.years == 2
    here = np.array([look.here.sum() for look in watched.looks])
    lived = ((here[:-1] + here[1:]) / 2 * 13).sum()
    # Numbers move by less than one in a hundred within a quarter.
    assert lived == pytest.approx(weekly_totals(record)[RESIDENT_WEEKS].sum(), rel=0.01)


def test_a_need_started_between_looks_is_held_or_has_ended(watched: Watched) -> None:
    started = watched.happened(STARTED)
    assert (started.severity == 1).all()
    assert (started.what == STARTED).all()
    assert len(started.week) > 100


def test_of_later_years_only_what_is_asked_for_is_kept() -> None:
    town = TOWN.replace(weeks=52)  # its own number of weeks is not used
    pair = ("a_and_e", "home")
    assert pair in [(s, k) for s, service in TOWN.services.items() for k in service.kinds]
    longer = watch(town, seed=3, years=3, later=[pair])
    late = longer.events.where(longer.events.week >= 104)
    assert len(late.week) > 0
    assert set(late.what.tolist()) == {CONTACT}
    assert {longer.names.kinds[kind] for kind in late.kind.tolist()} == {pair}
    assert len(longer.looks) == 9
