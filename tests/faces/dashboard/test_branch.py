"""A future that branches off is the run that the dated policy makes, and nothing before the lever differs."""

from __future__ import annotations

import gc
import threading
import weakref
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from demandsim.errors import DemandSimError, PolicyError
from demandsim.experiment.run import run
from demandsim.faces.dashboard.branch import (
    MOST_POUNDS,
    PERIOD,
    Both,
    Lever,
    Measure,
    begun_in,
    both,
    branch,
    costs,
    left_out_said,
    lever_from,
    line,
    measures,
    open_services,
    periods,
    pulled,
    said,
)
from demandsim.faces.dashboard.choices import policy_of
from demandsim.faces.dashboard.futures import Futures, drawn, numbers, sentence
from demandsim.faces.dashboard.journey import when
from demandsim.faces.dashboard.question import Question
from demandsim.faces.dashboard.what_if import Paused, paused
from demandsim.records.record import RunRecord
from demandsim.scenario.policy import Policy

TOWN = Question("small-town", "", "small-town-council-saves", 1, 2_000, 1, 2)
WEEK = 20
SAVES, CLOSES = Lever("policy", "small-town-council-saves"), Lever("close", "voluntary_support")
CUTS = Lever("money", "home_care", -40_000)
NOTHING = threading.Event()


@pytest.fixture(scope="module")
def worlds() -> Both:
    found = both(TOWN, NOTHING, lambda part: None)
    assert found is not None
    return found


def future(worlds: Both, world: str, week: int, lever: Lever) -> RunRecord:
    """Pull a lever and run to the end."""
    found = branch(worlds, world, week, lever, NOTHING, lambda part: None)
    assert found is not None
    return found


@pytest.mark.parametrize(("world", "lever"), [("first", SAVES), ("first", CLOSES), ("second", CUTS)])
def test_a_branch_is_an_unbroken_run_under_the_same_dated_policies(
    worlds: Both, world: str, lever: Lever
) -> None:
    policies = [*worlds.arm(world), pulled(lever, worlds, world, WEEK)]
    unbroken = run(worlds.scenario, policies=policies, seed=TOWN.seed)
    assert future(worlds, world, WEEK, lever).digest == unbroken.digest


def test_both_worlds_are_the_runs_that_anybody_would_get(worlds: Both) -> None:
    for world in ("first", "second"):
        alone = run(worlds.scenario, policies=list(worlds.arm(world)), seed=TOWN.seed)
        assert worlds.record(world).digest == alone.digest


def test_no_week_before_the_lever_differs_and_some_after_it_do(worlds: Both) -> None:
    own, after = worlds.record("first"), future(worlds, "first", WEEK, SAVES)
    for name, before in own.weekly.items():
        assert np.array_equal(before[:WEEK], after.weekly[name][:WEEK]), name
    differ = [
        key
        for key, measure in measures(worlds.scenario).items()
        if not np.array_equal(line(own, measure), line(after, measure))
    ]
    assert "contacts:home_care" in differ
    for key in differ:
        one, other = (line(record, measures(worlds.scenario)[key]) for record in (own, after))
        assert np.array_equal(one[:WEEK], other[:WEEK]), key


def test_a_policy_is_moved_whole_and_what_would_come_too_late_is_left_out() -> None:
    policy = policy_of("small-town-every-verb")
    moved = begun_in(policy, 30, 104)
    assert moved.first_week == 30
    by = 30 - policy.first_week  # type: ignore[operator]
    kept = [change for change in policy.change if change.from_week + by < 104]
    assert [change.from_week for change in moved.change] == [change.from_week + by for change in kept]
    assert all(change.until_week is None or change.until_week <= 104 for change in moved.change)
    assert len(begun_in(policy, 100, 104).change) < len(policy.change)
    whole = begun_in(policy_of("everyone-saves-alone"), 60, 260)
    assert whole.first_week == 60
    assert len(whole.change) == sum(len(one.own) for one in whole.whole())


@pytest.mark.parametrize(
    "lever",
    [
        Lever("policy", "small-town-council-saves"),
        Lever("policy", "no-such-policy"),
        Lever("policy", "../../etc/passwd"),
        Lever("policy", "/etc/passwd"),
        Lever("policy", "🏠" * 190),
        Lever("open", "home_care"),
        Lever("close", "no_such_service"),
        Lever("money", "home_care", -MOST_POUNDS),
        Lever("money", "voluntary_support", 0),
    ],
)
def test_what_cannot_be_pulled_is_refused_in_a_line(worlds: Both, lever: Lever) -> None:
    with pytest.raises(DemandSimError) as refused:
        pulled(lever, worlds, "second", WEEK)
    assert "\n" not in str(refused.value)


def test_a_refusal_names_what_is_wrong(worlds: Both) -> None:
    with pytest.raises(PolicyError, match="is in this world already"):
        pulled(SAVES, worlds, "second", WEEK)


def test_no_path_is_looked_at_for_a_policy_that_is_not_shipped(
    worlds: Both, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []
    monkeypatch.setattr(Path, "is_file", lambda path: bool(looked.append(str(path))))
    for name in ("/etc/passwd", "🏠" * 190):
        with pytest.raises(PolicyError, match="there is no such policy"):
            pulled(Lever("policy", name), worlds, "first", WEEK)
    assert looked == []


def test_a_service_that_is_open_already_cannot_be_opened(worlds: Both) -> None:
    with pytest.raises(PolicyError, match="it is open already at that week"):
        pulled(Lever("open", "home_care"), worlds, "first", WEEK)
    shut = pulled(CLOSES, worlds, "first", WEEK).model_copy(update={"name": "its-own"})
    closed = replace(worlds, question=_Fixed(shut))  # type: ignore[arg-type]
    assert pulled(Lever("open", CLOSES.name), closed, "first", WEEK + 1).change[0].open == CLOSES.name
    with pytest.raises(PolicyError, match="it is closed already at that week"):
        pulled(CLOSES, closed, "first", WEEK + 1)


class _Fixed:
    """A question both of whose worlds have one policy."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy

    def policies(self, world: str) -> tuple[Policy, ...]:
        """Policies of a world."""
        return (self.policy,)


def test_what_of_a_policy_comes_too_late_is_counted() -> None:
    policy = policy_of("small-town-every-verb")
    every, kept = len(policy.change), len(begun_in(policy, 100, 104).change)
    assert 1 < every - kept < every
    told = left_out_said(Lever("policy", "small-town-every-verb"), 100, 104)
    assert told == f"{every - kept} of its {every} changes fall after the last week and are left out."
    assert left_out_said(Lever("policy", "small-town-every-verb"), 0, 520) == ""
    assert left_out_said(CLOSES, 100, 104) == ""


@pytest.mark.parametrize("lever", [SAVES, CLOSES, CUTS, Lever("open", "tenancy_support")])
def test_a_lever_comes_back_from_its_link(lever: Lever) -> None:
    assert lever_from(lever.link()) == lever
    where = Paused("second", 7, lever, "crises")
    assert paused(where.link(TOWN), TOWN) == (where, [])


@pytest.mark.parametrize(
    "text", ["", "x", "close", "money:a:b", "money:a:1e5", "money:a:٣", "shell:rm", ":::", "money:a:"]
)
def test_rubbish_is_no_lever(text: str) -> None:
    assert lever_from(text) is None
    where, told = paused(f"week=99999999999&world=third&lever={text}&show=<script>", TOWN)
    assert where.world == "first"
    assert 0 <= where.week < 52
    assert len(told) == (1 if text else 0)


def test_weeks_and_pounds_are_brought_within_bounds() -> None:
    assert paused("week=51000", TOWN)[0].week == 51
    assert lever_from("money:home_care:-99999999999") == Lever("money", "home_care", -MOST_POUNDS)


def test_it_stops_when_told(worlds: Both) -> None:
    stop = threading.Event()
    assert both(replace(TOWN, seed=99), stop, lambda part: stop.set()) is None
    assert branch(worlds, "first", WEEK, CLOSES, stop, lambda part: None) is None


def test_lines_add_up_to_the_ledger(worlds: Both) -> None:
    record, every = worlds.record("second"), measures(worlds.scenario)
    cash = record.ledger(("payer",), view="cash").set_index("payer")["pounds"]
    contacts = record.ledger(("service",)).set_index("service")["contacts"]
    assert line(record, every["cash:council"]).sum() == pytest.approx(cash["council"])
    assert line(record, every["contacts:a_and_e"]).sum() == pytest.approx(contacts["a_and_e"])
    outcomes = record.outcomes().set_index("measure")["value"]
    assert line(record, every["crises"]).sum() == pytest.approx(outcomes["crises"])
    weekly = line(record, every["crises"])
    assert periods(weekly).sum() == pytest.approx(weekly[: 52 // PERIOD * PERIOD].sum())


def test_the_sentence_is_of_one_run_and_keeps_from_pounds_and_their_direction_when_few_live_there(
    worlds: Both,
) -> None:
    after = future(worlds, "first", WEEK, CLOSES)
    every = measures(worlds.scenario)

    def futures(key: str, future: RunRecord | None, residents: int = 2_000) -> Futures:
        one, other = (line(record, every[key]) for record in worlds.records)
        lever = said(CLOSES, worlds.scenario) if future else ""
        new = line(future, every[key]) if future else None
        return Futures(
            every[key], (one, other), ("As it is", "<i>Other</i>"), 0, WEEK, new, lever, "", residents
        )

    shut = sentence(futures("contacts:voluntary_support", after))
    assert shut.startswith("World A, “As it is”, with “Close: ")
    assert "instead of" in shut
    assert "in this one run, contacts" in shut
    money = sentence(futures("cash:charity", after))
    assert "£" not in money
    assert "differs in the 32 weeks that are left; one run of so few residents cannot tell" in money
    large = sentence(futures("cash:charity", after, 100_000))
    assert "in this one run, spending" in large
    assert "£" in large
    assert "(more)" not in large + money
    same = sentence(futures("crises", worlds.record("first")))
    assert "crises stay exactly as they were in the 32 weeks that are left." in same
    still = sentence(futures("cash:charity", worlds.record("first")))
    assert "spending (cash) by the" in still
    assert "stays exactly as it was" in still
    last = futures("crises", after)._replace(week=51, left_out="2 of its 3 changes fall after it.")
    assert sentence(last).endswith("in the one week that is left. 2 of its 3 changes fall after it.")
    for week, side in ((WEEK, "start"), (50, "end")):
        named = drawn(futures("crises", after)._replace(week=week)).split(f">{when(week)}</text>")[0]
        assert named.endswith(f'text-anchor:{side}"')
    picture = drawn(futures("crises", after))
    assert "<i>" not in picture
    assert picture.count("<polyline") == 4
    assert drawn(futures("crises", None)).count("<polyline") == 3
    few = futures("cash:charity", after)
    assert "Indicative only" in numbers(few)
    assert "Indicative only: 2,000 residents were simulated." in drawn(few)
    assert "Indicative only" not in drawn(futures("cash:charity", after, 100_000)) + picture
    assert numbers(futures("crises", None)) == ""


def test_an_axis_that_does_not_begin_at_nought_says_so() -> None:
    measure, weeks = Measure("crises", "Crises", "crises"), np.arange(104) * 0.0
    far, near = (
        drawn(Futures(measure, (weeks + least, weeks + 100), ("A", "B"), 0, 20)) for least in (90, 10)
    )
    assert far.count("The axis does not begin at nought.") == 2, (
        "to be seen, and in the words for the picture"
    )
    assert "nought" not in near


def test_a_lever_that_cannot_be_pulled_is_said_in_a_room_s_words(worlds: Both) -> None:
    with pytest.raises(PolicyError) as refused:
        pulled(Lever("money", "home_care", -900_000_000), worlds, "first", WEEK)
    assert str(refused.value).startswith("Cut £900,000,000 a year: Home care: ")
    assert "what-if" not in str(refused.value)
    assert "change #" not in str(refused.value)


def test_pages_on_one_question_hold_its_worlds_once_and_a_page_that_is_gone_holds_none() -> None:
    asked = replace(TOWN, seed=77)
    one = both(asked, NOTHING, lambda part: None)
    assert both(replace(asked), NOTHING, lambda part: None) is one
    gone = weakref.ref(one)
    del one
    gc.collect()
    assert gone() is None


def test_only_open_services_may_be_closed(worlds: Both) -> None:
    shut = open_services(worlds.scenario, (), "open")
    assert set(shut) == {name for name, service in worlds.scenario.services.items() if service.closed}
    assert not set(shut) & set(open_services(worlds.scenario, (), "close"))
    assert costs(worlds.scenario, "home_care") > 0
