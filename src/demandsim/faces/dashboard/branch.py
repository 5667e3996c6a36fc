"""What if, from here: both worlds of a question, a lever pulled in one at a week, and the future that follows."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple
from weakref import WeakValueDictionary

import numpy as np
from numpy.typing import NDArray

from demandsim.agencies.changes import as_changed
from demandsim.analysis.words import measure_title, service_title, who, who_said
from demandsim.errors import PolicyError, ScenarioError
from demandsim.faces.dashboard.choices import policy_of, shipped_policies
from demandsim.faces.dashboard.errand import Runner, Tell
from demandsim.faces.dashboard.question import WORLDS, Question
from demandsim.records.measures import NAMES
from demandsim.records.record import RunRecord
from demandsim.scenario.check import check_together
from demandsim.scenario.policy import Change, Money, Policy, Split
from demandsim.scenario.schema import Scenario
from demandsim.simulation.model import DemandModel
from demandsim.simulation.settling import SETTLING

PERIOD = 4
"""Weeks that a picture adds up: single weeks of one run are mostly chance."""
KINDS = ("policy", "close", "open", "money")
COUNTED = ("crises", "unmet_need_weeks", "bounces")
MOST_POUNDS = 10_000_000_000


class Lever(NamedTuple):
    """What is pulled: a shipped policy, a service closed or opened, or money cut or added."""

    kind: str  # out of KINDS
    name: str  # of the policy or the service
    pounds: int = 0  # a year for the place, below zero a cut

    def link(self) -> str:
        """Write it as it stands in a link."""
        return ":".join([self.kind, self.name, *([str(self.pounds)] if self.kind == "money" else [])])


class Measure(NamedTuple):
    """What a picture shows of a run, period by period."""

    key: str  # crises, ..., contacts:<service>, cash:<payer>
    title: str
    unit: str
    said: str = ""  # inside a sentence; the title without


@dataclass(frozen=True, eq=False)
class Both:
    """Both worlds of a question, run to their end from one settled start."""

    question: Question
    scenario: Scenario
    start: DemandModel
    records: tuple[RunRecord, RunRecord]

    def arm(self, world: str) -> tuple[Policy, ...]:
        """Policies of a world."""
        return self.question.policies(world)

    def record(self, world: str) -> RunRecord:
        """What a world's run left."""
        return self.records[tuple(WORLDS).index(world)]


_HELD: WeakValueDictionary[Question, Both] = WeakValueDictionary()
"""Worlds that some page holds, by what was asked: a room of pages on one question holds them once, none holds none."""


def lever_from(text: str) -> Lever | None:
    """Read a lever out of a link; None for what is none."""
    kind, name, pounds, *_ = (*text[:200].split(":"), "", "")
    digits = pounds.removeprefix("-")
    if kind not in KINDS or not name:
        return None
    if kind != "money":
        return Lever(kind, name)
    if not (digits.isascii() and digits.isdigit() and len(digits) < 12):
        return None
    return Lever(kind, name, max(-MOST_POUNDS, min(int(pounds), MOST_POUNDS)))


def both(question: Question, stop: threading.Event, tell: Tell) -> Both | None:
    """Run both worlds, or give those that another page holds; None if it was stopped.

    Parameters
    ----------
    question
        What is asked; the first pair's seed is used.
    stop
        Set to stop within a week's run.
    tell
        Called with the share that is done.
    """
    if held := _HELD.get(question):
        return held
    scenario = question.scenario()
    ran = Runner(stop, tell, SETTLING + 2 * scenario.weeks)
    start = ran.settled(scenario, seed=question.seed)
    if start is None:
        return None
    records = []
    for world in WORLDS:
        model = DemandModel(scenario, seed=question.seed, policies=question.policies(world), start=start)
        if not ran(model, scenario.weeks):
            return None
        records.append(model.record)
    return _HELD.setdefault(question, Both(question, scenario, start, (records[0], records[1])))


def branch(
    worlds: Both, world: str, week: int, lever: Lever, stop: threading.Event, tell: Tell
) -> RunRecord | None:
    """Run a world again to a week, pull a lever there, and run on; None if it was stopped.

    Parameters
    ----------
    worlds
        As ``both`` gives them.
    world
        ``first`` or ``second``: where the lever is pulled.
    week
        First week in which anything may differ.
    lever
        What is pulled.
    stop, tell
        As ``both``.

    Raises
    ------
    PolicyError
        If the lever cannot be pulled there and then.
    """
    scenario, arm = worlds.scenario, worlds.arm(world)
    policy = pulled(lever, worlds, world, week)
    model = DemandModel(scenario, seed=worlds.question.seed, policies=arm, start=worlds.start)
    ran = Runner(stop, tell, scenario.weeks)
    if not ran(model, week):
        return None
    future = model.fork([*arm, policy])
    return future.record if ran(future, scenario.weeks) else None


def pulled(lever: Lever, worlds: Both, world: str, week: int) -> Policy:
    """Make the policy a lever stands for, beginning in a week; errors as ``branch``."""
    scenario, arm = worlds.scenario, worlds.arm(world)
    if lever.kind == "policy":
        if lever.name in {one.name for policy in arm for one in policy.whole()}:
            raise PolicyError(lever.name, "", "is in this world already", would_do="choose another")
        policy = begun_in(_shipped(lever.name), week, scenario.weeks)
    else:
        policy = _made(lever, scenario, week)
    try:
        check_together(scenario, (*arm, policy))
    except ScenarioError as error:  # of a change that no file holds, and that has no name a visitor knows
        raise PolicyError(said(lever, scenario), "", error.problem, would_do=error.would_do) from None
    if lever.kind in ("close", "open"):
        before, after = (
            as_changed(scenario, policies, week).scenario.services[lever.name]
            for policies in (arm, (*arm, policy))
        )
        if before == after:
            state = "closed" if after.closed else "open"
            raise PolicyError(said(lever, scenario), "", f"it is {state} already at that week")
    return policy


def _shipped(name: str) -> Policy:
    """Find a shipped policy; no path is a name, and none is looked at."""
    if name not in shipped_policies():
        raise PolicyError(name[:60], "", "there is no such policy")
    return policy_of(name)


def left_out_said(lever: Lever, week: int, weeks: int) -> str:
    """Say how many changes of a policy, begun in a week, would fall after the run; empty where none do."""
    if lever.kind != "policy":
        return ""
    policy = _shipped(lever.name)
    by = week - (policy.first_week or 0)
    late = sum(change.from_week + by >= weeks for change in policy.change)
    if not late:
        return ""
    verbs = "falls after the last week and is" if late == 1 else "fall after the last week and are"
    return f"{late} of its {len(policy.change)} changes {verbs} left out."


def begun_in(policy: Policy, week: int, weeks: int) -> Policy:
    """Move a policy's dates so that its first change comes in a week.

    Parameters
    ----------
    policy
        As read, with those it includes.
    week
        When its first change is to come; all others come as much later as they were.
    weeks
        Of the run: what would begin after it is left out, what would end after it stays.
    """
    by = week - (policy.first_week or 0)

    def moved(one: Policy) -> Policy:
        parts = tuple(moved(part) for part in one.parts)
        own = tuple(_moved(change, by, weeks) for change in one.own if change.from_week + by < weeks)
        changes = (*(change for part in parts for change in part.change), *own)
        return one.model_copy(update={"parts": parts, "change": changes})

    return moved(policy)


def _moved(change: Change, by: int, weeks: int) -> Change:
    """Move one change's dates."""
    until = None if change.until_week is None or change.until_week + by > weeks else change.until_week + by
    return change.model_copy(update={"from_week": change.from_week + by, "until_week": until})


def _made(lever: Lever, scenario: Scenario, week: int) -> Policy:
    """Make a policy of one change out of what a visitor chose."""
    service = scenario.services.get(lever.name)
    if service is None:
        raise PolicyError("lever", lever.kind, f"there is no service {lever.name[:60]!r}")
    if lever.kind == "money":
        split = Split(places=1.0) if service.mode == "stay" else Split(hours=1.0)
        money = Money(service=lever.name, pounds_a_year=float(lever.pounds), split=split)
        change = Change(from_week=week, money=money)
    else:
        change = Change.model_validate({"from_week": week, lever.kind: lever.name})
    return Policy(
        name=f"what-if-{lever.kind}-{lever.name.replace('_', '-')}"[:60],
        title=said(lever, scenario),
        source="A visitor's own what-if",
        maker=service.agency,
        change=(change,),
    )


def said(lever: Lever, scenario: Scenario) -> str:
    """Say what a lever does: "Close tenancy support", "Cut £40,000 a year from home care"."""
    if lever.kind == "policy":
        return _shipped(lever.name).title
    title = service_title(lever.name, scenario)
    if lever.kind != "money":
        return f"{lever.kind.capitalize()}: {title}"
    what = "Add" if lever.pounds > 0 else "Cut"
    return f"{what} £{abs(lever.pounds):,} a year: {title}"


def costs(scenario: Scenario, name: str) -> float:
    """Pounds a year that a service costs the place, as the scenario file expects."""
    service = scenario.services[name]
    each = sum(
        service.expected_contacts.get(key, 0.0) * kind.unit_cost for key, kind in service.kinds.items()
    )
    return each * scenario.place.population / 1000


def measures(scenario: Scenario) -> dict[str, Measure]:
    """List what can be shown, by key."""
    found = [Measure(key, measure_title(key), "need-weeks" if "weeks" in key else key) for key in COUNTED]
    found += [
        Measure(f"contacts:{name}", f"Contacts, {service.title}", "contacts")
        for name, service in scenario.services.items()
    ]
    found += [
        Measure(
            f"cash:{name}",
            f"Spending (cash), {who(name, scenario)}",
            "pounds",
            f"spending (cash) by {who_said(name, scenario)}",
        )
        for name in scenario.agencies
    ]
    return {one.key: one for one in found}


def line(record: RunRecord, measure: Measure) -> NDArray[np.float64]:
    """Count a measure for the place week by week.

    Returns
    -------
    [week]
        In the measure's unit.
    """
    kind, _, name = measure.key.partition(":")
    if not name:
        own = record.weekly["measure"][:, NAMES.index(kind), :].sum(axis=1)
        return np.asarray(own * record.scale, np.float64)
    by, view, value = ("service", "full", "contacts") if kind == "contacts" else ("payer", "cash", "pounds")
    frame = record.ledger(("week", by), view=view)
    frame = frame[frame[by] == name]
    weeks = np.zeros(record.weeks)
    np.add.at(weeks, frame["week"].to_numpy(np.int64), frame[value].to_numpy(np.float64))
    return weeks


def periods(weekly: NDArray[np.float64]) -> NDArray[np.float64]:
    """Add weeks up to periods; what is left over at the end is left out."""
    whole = len(weekly) // PERIOD * PERIOD
    return np.asarray(weekly[:whole].reshape(-1, PERIOD).sum(axis=1))


def open_services(scenario: Scenario, policies: Sequence[Policy], kind: str) -> list[str]:
    """Services a lever may close, or open: those that are not so yet when the run begins."""
    opened = {change.open for policy in policies for change in policy.change if change.open}
    return [
        name
        for name, service in scenario.services.items()
        if (kind == "open") == (service.closed and name not in opened)
    ]
