"""The twin and the model come to the same: ledger, weekly counts, deaths, events and every resident's last state."""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pytest
from tests.twin.cases import CASES, MADE_UP, policy, run_case, run_made_up, town
from tests.twin.comparing import differences, of_pence, run_both
from tests.twin.people import Resident
from tests.twin.queues import LONGEST
from tests.twin.service import Service
from tests.twin.town import Town

from demandsim.agencies.rules import MODES, STAY
from demandsim.chance import QUEUE, USES
from demandsim.population.columns import DEAD, WAITING
from demandsim.population.make import make_population
from demandsim.records.measures import EVENTS, MEASURES
from demandsim.scenario.policy import VERBS
from demandsim.simulation.model import DemandModel

FROM_THE_PACKAGE = {
    "demandsim.agencies",  # from demandsim.agencies import rules
    "demandsim.agencies.rules",
    "demandsim.agencies.timetable",
    "demandsim.chance",
    "demandsim.population.columns",
    "demandsim.population.make",
    "demandsim.records",
    "demandsim.records.ledger",
    "demandsim.records.measures",
    "demandsim.scenario.base",
    "demandsim.scenario.policy",
    "demandsim.scenario.schema",
    "demandsim",  # from demandsim import chance
}
"""What the twin may share with the package."""

COMPARING = {"cases.py", "comparing.py", "made_up.py"}
"""Files that hold the twin against the model; they are no part of the twin."""


@pytest.mark.parametrize("name", CASES)
def test_the_twin_agrees(name: str) -> None:
    twin, model = run_case(name)
    assert differences(twin, model)[:10] == []


@pytest.mark.parametrize("number", MADE_UP)
def test_the_twin_agrees_in_a_made_up_town(number: int) -> None:
    twin, model = run_made_up(number)
    assert differences(twin, model)[:10] == []


@pytest.mark.parametrize("name", CASES)
def test_the_twins_contacts_cost_the_same_to_the_penny(name: str) -> None:
    assert of_pence(*run_case(name))[:10] == []


@pytest.mark.parametrize("number", MADE_UP)
def test_the_twins_contacts_cost_the_same_in_a_made_up_town(number: int) -> None:
    assert of_pence(*run_made_up(number))[:10] == []


def test_between_them_the_cases_share_prices_charge_and_move_who_pays() -> None:
    """What the comparison in pence is for: joint payers, odd pence, charges, prices and payers that change."""
    stood = [version.scenario for name in CASES for version in run_case(name)[1].timetable.versions]
    services = [service for scenario in stood for service in scenario.services.values()]
    assert any(len(service.payers) == 3 for service in services)
    assert any(service.charge for service in services)
    changes = [c for name in CASES for p in run_case(name)[1].timetable.policies for c in p.change]
    moved = [change.move_service for change in changes if change.move_service is not None]
    assert any(move.payers for move in moved)
    assert any(move.agency for move in moved)
    assert any("unit_cost" in path for change in changes for path in change.set)


def test_the_twin_agrees_with_a_settled_start_and_with_a_fork() -> None:
    settled = DemandModel(town(500, 20), seed=4, first_week=-6)
    settled.run(6)
    policies = [policy({"from_week": 4, "set": {"services.home_care.threshold": 3}})]
    begun = DemandModel(town(500, 20), seed=4, policies=policies, start=settled)
    forked = settled.fork()
    forked.run(4)
    forked = forked.fork(policies)
    twin = Town(town(500, 20), seed=4, policies=policies, first_week=-6)
    for _ in range(26):
        twin.step()
    for model in (begun, forked):
        model.run()
        assert differences(twin, model)[:10] == []


def test_the_twin_is_an_ordinary_mesa_model() -> None:
    twin, model = run_case("as_it_is")
    assert set(twin.agents_by_type) == {Resident, Service}
    assert len(twin.agents_by_type[Resident]) == model.state.identity.size
    born = twin.agents.select(lambda agent: isinstance(agent, Resident) and agent.born_week >= 0)
    assert 0 < len(born) < 100


def test_between_them_the_cases_use_every_mode_measure_event_and_verb() -> None:
    used = [run_case(name) for name in CASES]
    weekly = [twin.records.weekly.arrays() for twin, _ in used]
    measured = sum(each["measure"].sum(axis=(0, 2)) for each in weekly)
    assert [m.name for m, n in zip(MEASURES, measured, strict=True) if n == 0] == []
    happened = sum(each["event"].sum(axis=(0, 2)) for each in weekly[:7])
    assert [name for name, n in zip(EVENTS, happened, strict=True) if n == 0] == []
    by_mode = dict.fromkeys(MODES, 0)
    for (twin, model), each in zip(used, weekly, strict=True):
        services = list(model.place_scenario.services.values())
        kinds = [service.mode for service in services for _ in service.kinds]
        assert len(twin.services) == len(services)
        for mode, contacts in zip(kinds, each["by_age"].sum(axis=(0, 2, 3)), strict=True):
            by_mode[mode] += int(contacts)
    assert min(by_mode.values()) > 0, by_mode
    changes = [change for _, model in used for p in model.timetable.policies for change in p.change]
    assert {change.verb for change in changes} == set(VERBS)
    assert {change.group.membership for change in changes} == {"fixed", "rolling"}
    assert any(change.ramp_weeks for change in changes)
    assert any(change.until_week for change in changes)
    assert any(change.group.share for change in changes)


def test_between_them_the_cases_draw_every_word_there_is() -> None:
    drawn = {use for name in CASES for use in run_case(name)[0].luck.decisions_used}
    made_before = {"traits", "traits_more"}  # and an arrival's household: by the population, as it is made
    words = {
        (use.decision, word) for use in USES if use.name not in made_before for word in use.words if word
    }
    undrawn = {
        (use.name, word) for use in USES for word in use.words if (use.decision, word) in words - drawn
    }
    assert undrawn == {("arrival", "household"), ("arrival", "template")}


def test_queues_are_cut_by_ticket_and_waits_pass_the_longest_told_apart() -> None:
    twin, _ = run_case("cramped")
    hours = {service.number for service in twin.services if service.door.mode != STAY}
    tickets = [
        item for _, _, decision, item, _ in twin.luck.lasting if decision == QUEUE and item // 16 in hours
    ]
    assert len(tickets) > 30
    twin, _ = run_case("ages_of_waiting")
    needs = [need for resident in twin.residents if resident.here for need in resident.needs]
    assert max(twin.week - need.since for need in needs if need.status == WAITING) > LONGEST


def test_people_move_as_the_case_says() -> None:
    twin, _ = run_case("on_the_move")
    made, _ = make_population(CASES["on_the_move"]().scenario, 11, before=0)
    born = [
        resident
        for resident in twin.residents
        if resident.here and resident.born_week == resident.arrives_week
    ]
    assert any(baby.home.number != made.household[baby.row] for baby in born), (
        "every mother's home had an adult"
    )
    assert any(resident.home.number >= twin.homes_there for resident in twin.residents), "nobody left home"
    assert any(resident.presence == DEAD and resident.stay_need >= 0 for resident in twin.residents)


def test_the_twin_shares_only_what_it_may() -> None:
    for file in Path(__file__).parent.glob("*.py"):
        if file.name in COMPARING or file.name.startswith("test_"):
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("demandsim"):
                assert node.module in FROM_THE_PACKAGE, f"{file.name} imports {node.module}"
            if isinstance(node, ast.Import):
                assert not any(alias.name.startswith("demandsim") for alias in node.names), file.name
        assert "_most" not in file.read_text(encoding="utf-8").replace("``..._most``", ""), file.name


def test_a_cell_out_of_place_is_told() -> None:
    """The comparison itself: one contact moved, one resident changed, and it says which, and what it costs whom."""
    twin, model = run_both(CASES["as_it_is"]().scenario.replace(residents=500, weeks=2), seed=1)
    assert differences(twin, model) == []
    week, cells, counts = twin.records.ledger._weeks[1]
    twin.records.ledger._weeks[1] = (week, cells, counts + (np.arange(counts.size) == 3))
    twin.residents[4].support += 1
    told = differences(twin, model)
    assert len(told) == 2
    assert told[0].startswith("week 1: ")
    assert told[1].startswith("resident 4: support")
    costs = of_pence(twin, model)
    assert costs
    assert all(line.startswith("week 1: ") for line in costs)
