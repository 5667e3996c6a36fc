"""Step, fork, save, load, apply a policy, undo it, on one thread or two, in any order: what holds, holds throughout."""

from __future__ import annotations

import hashlib
import tempfile
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

import demandsim as ds
from demandsim.agencies.rules import CONTACT, EPISODE, STAY
from demandsim.errors import RunError
from demandsim.population.columns import DEAD, HERE, LEFT, NOT_YET, OPEN, WAITING
from demandsim.records.measures import BIRTHS, DEATHS, MOVED_IN, MOVED_OUT
from demandsim.records.views import VIEWS
from demandsim.scenario.group import Group
from demandsim.scenario.policy import Change, Money, MoveService, Policy
from demandsim.simulation import chunks
from demandsim.simulation.chunks import Team
from demandsim.simulation.model import DemandModel

WEEKS = 24
SEEDS = (3, 13, 23)
"""In each of them one stay takes over from another within the weeks run, which is rare among 500 residents."""
SOME = st.integers(0, 5)
MANY = 5
"""Models kept at once; each is looked at after every step."""


def one(name: str, *changes: Change) -> Policy:
    """A policy of the council's."""
    return Policy(name=name, title=name, source="a test", maker="council", change=changes)


LOT = Group(age=(18, 64), share=0.5, membership="fixed")
POLICIES = {
    policy.name: policy
    for policy in (
        one(
            "cut",
            Change(from_week=3, set={"services.home_care.threshold": 3}),
            Change(from_week=3, ramp_weeks=8, money=Money(service="home_care", pounds_a_year=-40_000)),
        ),
        one("lot", Change(from_week=6, until_week=14, close="voluntary_support", group=LOT)),
        one(
            "move",
            Change(from_week=9, open="tenancy_support"),
            Change(
                from_week=9,
                move_service=MoveService(service="custody", payers={"council": 0.4, "police": 0.6}),
            ),
            Change(from_week=9, money=Money(agency="council", kind="set_up", pounds=1234.56)),
        ),
    )
}
NAMES = st.sampled_from([["lot"], ["cut", "lot"], ["lot", "move"], ["move", "cut"], []])


@lru_cache
def start(seed: int) -> DemandModel:
    """The small town with 500 of its people, settled, before its first week."""
    town = ds.read_scenario("small-town").replace(residents=500, weeks=WEEKS)
    return ds.settle(town, seed=seed)


class Town(RuleBasedStateMachine):
    """Some models of one town, each with a seed and some policies, at some week.

    A run is a function of the seed, the policies that have begun and the week: ``known`` holds what was first seen
    for each (see ``everything``), and every model that comes to the same by another way must have it too.
    """

    models = Bundle("models")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.alive: list[DemandModel] = []
        self.known: dict[tuple[int, tuple[str, ...], int], str] = {}

    def teardown(self) -> None:
        """Add up the money of every run at the end; equal runs need it once."""
        for model in {model.digest: model for model in self.alive}.values():
            adds_up(model)
        self.folder.cleanup()

    def keep(self, model: DemandModel) -> DemandModel:
        """Look after a model from now on, and let the oldest go where there are too many."""
        self.alive = [*self.alive, model][-MANY:]
        return model

    @precondition(lambda self: len(self.alive) < 2)
    @rule(target=models, seed=st.sampled_from(SEEDS), threads=st.sampled_from([1, 2]), names=NAMES)
    def begin(self, seed: int, threads: int, names: list[str]) -> DemandModel:
        """Begin anew from a settled town; everyone is followed and in the panel."""
        settled, policies = start(seed), [POLICIES[name] for name in names]
        watch = {"followed": range(settled.state.identity.size), "panel": Group()}
        town = settled.place_scenario
        return self.keep(
            DemandModel(town, seed=seed, policies=policies, start=settled, threads=threads, **watch)
        )

    @rule(model=models, weeks=st.integers(1, 6))
    def step(self, model: DemandModel, weeks: int) -> None:
        """Run some weeks, as far as there are any."""
        go_on(model, weeks)

    @rule(week=st.integers(1, WEEKS))
    def catch_up(self, week: int) -> None:
        """Run every model to one week, those that are not beyond it."""
        for model in self.alive:
            go_on(model, max(0, week - model.week))

    @rule(target=models, model=models, weeks=SOME)
    def fork(self, model: DemandModel, weeks: int) -> DemandModel:
        """Copy a model and let the copy go on, the model staying where it is; left alone, both go on alike."""
        twin = model.fork()
        assert twin.digest == model.digest
        assert not any(np.shares_memory(a, b) for a, b in zip(twin.state, model.state, strict=True) if a.size)
        before = model.digest
        go_on(twin, weeks)
        assert model.digest == before
        return self.keep(twin)

    @rule(target=models, model=models, weeks=SOME)
    def save_and_load(self, model: DemandModel, weeks: int) -> DemandModel:
        """Put a model away, take it out again, and let what was taken out go on."""
        path = Path(self.folder.name) / "town"
        model.save(path)
        loaded = DemandModel.load(path)
        assert (loaded.digest, loaded.week) == (model.digest, model.week)
        assert loaded.timetable.policies == model.timetable.policies
        go_on(loaded, weeks)
        return self.keep(loaded)

    @rule(target=models, model=models, name=st.sampled_from(sorted(POLICIES)), weeks=SOME)
    def apply(self, model: DemandModel, name: str, weeks: int) -> DemandModel:
        """Fork a model under one policy more; refused where it would have begun already."""
        policy, others = POLICIES[name], model.timetable.policies
        together = others if policy in others else (*others, policy)
        if policy not in others and policy.first_week is not None and policy.first_week < model.week:
            with pytest.raises(RunError, match="begins before week"):
                model.fork(together)
            return model
        twin = model.fork(together)
        go_on(twin, weeks)
        return self.keep(twin)

    @rule(target=models, model=models, name=st.sampled_from(sorted(POLICIES)))
    def undo(self, model: DemandModel, name: str) -> DemandModel:
        """Fork a model without a policy; refused where it has begun."""
        policy = POLICIES[name]
        without = [p for p in model.timetable.policies if p != policy]
        begun = policy.first_week is not None and policy.first_week < model.week
        if policy in model.timetable.policies and begun:
            with pytest.raises(RunError, match="cannot undo"):
                model.fork(without)
            return model
        return self.keep(model.fork(without))

    @rule(target=models, model=models, weeks=SOME)
    def other_threads(self, model: DemandModel, weeks: int) -> DemandModel:
        """Fork a model and go on with two threads where it had one, or one where it had two."""
        twin = model.fork()
        twin.threads = 3 - model.threads
        go_on(twin, weeks)
        return self.keep(twin)

    @precondition(lambda self: any(model.week > 6 for model in self.alive))
    @rule(model=models)
    def money_adds_up(self, model: DemandModel) -> None:
        """Ask for the ledger in the middle of a run."""
        adds_up(model)

    @invariant()
    def the_same_by_whatever_way(self) -> None:
        """Equal policies begun and equal weeks are equal runs, however they came about."""
        for model in self.alive:
            policies = model.timetable.policies
            begun = tuple(p.name for p in policies if p.first_week is not None and p.first_week < model.week)
            found = everything(model)
            known = self.known.setdefault((model.key, begun, model.week), found)
            assert known == found, (begun, model.week)

    @invariant()
    def every_home_lists_its_members_once(self) -> None:
        """Walk through every home at once: whoever has come is met once, in the home they name; nobody else is."""
        for model in self.alive:
            state, homes = model.state, model.homes
            home = np.flatnonzero(homes.first >= 0)
            row, met = homes.first[home], np.zeros(state.identity.size, np.int64)
            while row.size:
                assert np.array_equal(state.household[row], home)
                met[row] += 1
                row = state.next_in_home[row]
                home, row = home[row >= 0], row[row >= 0]
            assert np.array_equal(met, state.presence != NOT_YET)

    @invariant()
    def residents_own_totals_are_the_ledgers(self) -> None:
        """What all residents' own panels hold so far is the ledger's contacts by kind, and their price by payer."""
        for model in self.alive:
            counts, panel = model.ledger.counts(), model.panel
            first = [version.from_week for version in model.timetable.versions]
            version = np.searchsorted(first, counts.week, side="right") - 1
            kinds = model.book.contacts.shape[0]
            kind = counts.cell // model.book.contacts[0].size
            price = np.stack([each.prices.full for each in model.timetable.versions])[version, kind]
            contacts = panel._contacts.sum(axis=0) + sum(q.contacts.sum(axis=0) for q in panel.quarters)
            pence = panel._pence.sum(axis=0) + sum(q.pence.sum(axis=0) for q in panel.quarters)
            assert np.array_equal(contacts, np.bincount(kind, counts.contacts, kinds))
            assert np.array_equal(pence, (counts.contacts[:, None] * price).sum(axis=0))

    @invariant()
    def nobody_is_lost(self) -> None:
        """Everyone is here, dead, gone or not yet here, and numbers change by births, deaths and moves alone."""
        for model in self.alive:
            presence, before = model.state.presence, start(model.key).state.presence
            here, dead, left, not_yet = ((presence == p).sum() for p in (HERE, DEAD, LEFT, NOT_YET))
            assert here + dead + left + not_yet == presence.size
            assert not_yet == (model.state.arrives_week >= model.week).sum()
            assert model.book.here[0] == here
            measure = model.weekly.arrays()["measure"]
            if measure.size:
                total = measure.sum(axis=(0, 2))
                change = total[BIRTHS] + total[MOVED_IN] - total[DEATHS] - total[MOVED_OUT]
                assert here - (before == HERE).sum() == change
                assert dead - (before == DEAD).sum() == total[DEATHS]
                assert left - (before == LEFT).sum() == total[MOVED_OUT]


def everything(model: DemandModel) -> tuple[str, str]:
    """Tell a run from any other: its digest, and one of the journals, the panel and what is carried over."""
    digest = hashlib.sha256(b"".join(week.tobytes() for week in model.journal))
    kept = [column for quarter in model.panel.quarters for column in quarter[2:]]
    book = model.book
    for column in (*kept, model.panel._contacts, model.panel._pence, book.carried, book.fraction, book.here):
        digest.update(np.ascontiguousarray(column).tobytes())
    return model.digest, digest.hexdigest()


def go_on(model: DemandModel, weeks: int) -> None:
    """Run some weeks, as far as there are any, looking at each; beyond the last is refused."""
    for _ in range(min(weeks, WEEKS - model.week)):
        model.step()
        stands_as_booked(model)
    if model.week == WEEKS:
        with pytest.raises(RunError, match="beyond"):
            model.step()


def stands_as_booked(model: DemandModel) -> None:
    """Hold a model's columns to one another and to the week's book.

    Severities, queues, episodes and stays are what can be, and are counted as they are.
    """
    state, book, doors = model.state, model.book, model.rules.doors
    services = len(model.place_scenario.services)
    assert state.severity.max() <= 4
    busy = (state.status == WAITING) | (state.status == OPEN)
    assert np.array_equal(busy, state.service >= 0), "a service is named just where one is waited for or open"
    assert set(np.unique(state.status)) <= {0, WAITING, OPEN}
    assert np.all(doors.mode[state.service[state.status == OPEN]] == EPISODE)
    assert np.isin(doors.mode[state.service[state.status == WAITING]], (CONTACT, EPISODE, STAY)).all()
    here = state.presence == HERE
    for status, counted in ((WAITING, book.waiting), (OPEN, book.opened)):
        held = state.service[here[:, None] & (state.status == status)]
        assert np.array_equal(np.bincount(held, minlength=services), counted)
    in_stay, kept = here & (state.stay_service >= 0), here & (state.back_to >= 0)
    taken = np.bincount(state.stay_service[in_stay], minlength=services)
    taken += np.bincount(state.back_to[kept], minlength=services)
    assert np.array_equal(taken, book.taken), "a bed is taken by whoever is in it, or will come back to it"
    assert np.all(doors.mode[state.stay_service[in_stay]] == STAY)
    assert np.array_equal(doors.place[state.stay_service[in_stay]], state.place[in_stay])
    assert np.all(state.place[~here] == 0)
    assert np.all(in_stay[kept]), "a bed is kept only for those who are in another"


def adds_up(model: DemandModel) -> None:
    """Residents' totals and lines are what agencies spend and what payers pay, view by view."""
    record = model.record
    contacts = int(record.counts.contacts.sum())
    prices = np.stack([p.full.sum(axis=1) for _, p in record.prices])
    version = np.searchsorted([week for week, _ in record.prices], record.counts.week, side="right") - 1
    kind = record.shape.parts(record.counts.cell)[0]
    worth = record.counts.contacts * prices[version, kind]
    for view in VIEWS:
        if view == "social":
            continue
        frames = {by: record.ledger((by,), view=view, scaled=False) for by in ("payer", "agency", "kind")}
        sums = {(int(frame["pence"].sum()), int(frame["contacts"].sum())) for frame in frames.values()}
        assert len(sums) == 1, view
        pence, counted = sums.pop()
        assert counted == contacts
        kinds = frames["kind"].set_index("kind")["pence"]
        assert kinds.get("capacity", 0) == 0 or view.startswith("cash")
        if view == "full":
            lines = record.ledger(("kind", "service"), view=view, scaled=False)
            lines = lines[lines["kind"].isin(["set_up", "running", "grant", "benefit", "charge"])]
            assert pence == int(worth.sum()) + int(lines["pence"].sum())
    done = record.counts.week < sum(quarter.weeks for quarter in record.quarters)
    assert sum(int(q.contacts.sum()) for q in record.quarters) == record.counts.contacts[done].sum()
    assert sum(int(q.pence.sum()) for q in record.quarters) == worth[done].sum(), (
        "residents' own totals, in full"
    )


@pytest.fixture
def _threads_that_are_real(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give two threads a chunk each, although 500 residents are not worth it."""
    monkeypatch.setattr(chunks, "LEAST_ROWS", 100)
    town = start(SEEDS[0])
    assert Team(town.rules, town.book, 2).threads == 2


@pytest.mark.usefixtures("_threads_that_are_real")
def test_whatever_is_done_in_whatever_order() -> None:
    """Examples are derived from the test itself, the same in every run: nothing here fails by chance."""
    run_state_machine_as_test(
        Town,
        settings=settings(
            max_examples=22,
            stateful_step_count=25,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=[
                HealthCheck.too_slow,
                HealthCheck.data_too_large,
                HealthCheck.filter_too_much,
            ],
        ),
    )
