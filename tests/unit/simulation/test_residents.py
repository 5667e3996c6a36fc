"""Residents answer Mesa's verbs as ordinary agents made from the same columns do, and cannot be changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mesa
import numpy as np
import pytest

import demandsim as ds
from demandsim.population.columns import DEAD, HERE, LEFT, NEVER
from demandsim.scenario.group import ContactWith, Group
from demandsim.simulation.residents import Resident, ResidentsError, ResidentSet

NAMES = [
    *("identity", "age", "sex", "quintile", "decile", "district", "tenure", "role", "place", "household"),
    *("severity_housing", "status_housing", "service_housing", "cause_housing", "stay_service"),
]
"""Columns that the ordinary agents are given."""


class Plain(mesa.Agent):
    """An ordinary agent with a resident's columns as attributes."""

    def __init__(self, model: mesa.Model, values: dict[str, Any]) -> None:
        super().__init__(model)
        self.__dict__.update(values)


@pytest.fixture(scope="module")
def model(small_town: ds.Scenario) -> ds.DemandModel:
    """Half a year of a small town, in which some have died, left and arrived."""
    model = ds.DemandModel(small_town.replace(residents=500, weeks=30), seed=3)
    model.run(26)
    assert {DEAD, HERE, LEFT} <= set(model.state.presence.tolist())
    return model


@pytest.fixture(scope="module")
def world(model: ds.DemandModel) -> mesa.Model:
    """An ordinary Mesa model, one agent each resident, read from the state without the verbs under test."""
    world = mesa.Model(rng=1)
    for resident in map(int, np.flatnonzero(model.state.presence == HERE)):
        view = Resident(model, resident)
        Plain(world, {name: getattr(view, name) for name in NAMES})
    return world


def who(agents: Any) -> list[int]:
    """Identities, in order."""
    return [agent.identity for agent in agents]


def test_everyone_here_is_there(model: ds.DemandModel) -> None:
    here = np.flatnonzero(model.state.presence == HERE)
    assert len(model.residents) == model.residents.count() == len(here)
    assert [r.row for r in model.residents] == here.tolist() == model.residents.rows.tolist()
    assert model.residents.to_list() == list(model.residents)
    assert repr(model.residents) == f"<ResidentSet: {len(here)} residents in week 26>"


@pytest.mark.parametrize("name", NAMES)
def test_get_one(model: ds.DemandModel, world: mesa.Model, name: str) -> None:
    got = model.residents.get(name)
    assert isinstance(got, np.ndarray)
    assert got.tolist() == world.agents.get(name)


def test_get_several(model: ds.DemandModel, world: mesa.Model) -> None:
    assert model.residents.get(NAMES) == world.agents.get(NAMES)
    assert model.residents.get([]) == world.agents.get([])
    assert model.residents.get(("age",)) == world.agents.get(("age",))


def test_get_what_is_missing(model: ds.DemandModel, world: mesa.Model) -> None:
    with pytest.raises(AttributeError, match="no column 'sevrity_housing'; did you mean 'severity_housing'"):
        model.residents.get("sevrity_housing")
    with pytest.raises(ds.DemandSimError, match="did you mean 'tenure'"):
        model.residents.agg("tenur", sum)
    for names in ("height", ["age", "height"]):
        for default in (None, 0, [1, 2]):
            expected = world.agents.get(names, handle_missing="default", default_value=default)
            assert list(model.residents.get(names, "default", default)) == expected
    with pytest.raises(ds.RunError, match="'error' or 'default' would do"):
        model.residents.get("age", handle_missing="ignore")


def test_what_get_gives_is_a_copy_wide_enough_to_add_up(model: ds.DemandModel) -> None:
    before = model.digest
    for name in ("severity", "severity_housing", "decile"):
        column = model.residents.get(name)
        assert column.dtype == np.int64
        column[...] = 9
    assert model.digest == before
    assert model.residents.agg("age", sum) == sum(r.age for r in model.residents) > 255


def test_a_whole_column_by_need(model: ds.DemandModel) -> None:
    severity = model.residents.get("severity")
    needs = list(model.place_scenario.needs)
    assert severity.shape == (len(model.residents), len(needs))
    for item, need in enumerate(needs):
        assert (severity[:, item] == model.residents.get(f"severity_{need}")).all()
    assert model.residents.get(["severity"])[7] == [severity[7].tolist()]


def old(resident: Any) -> bool:
    return bool(resident.age >= 65)


def in_need_of_housing(resident: Any) -> bool:
    return bool(resident.severity_housing > 0)


SELECTIONS: list[dict[str, Any]] = [
    {},
    {"filter_func": old},
    {"filter_func": old, "at_most": 5},
    {"filter_func": in_need_of_housing, "at_most": 0.1},
    {"at_most": 7},
    {"at_most": 0},
    {"at_most": -1},
    {"at_most": 2.5},
    {"at_most": 1},
    {"at_most": 1.0},
    {"at_most": 0.999},
    {"at_most": 10**9},
    {"agent_type": mesa.Agent},
    {"agent_type": ds.DemandModel},
]


def named(asked: dict[str, Any]) -> str:
    """Name a test alike in every process: a function by its name, not by where it lies in memory."""
    return ", ".join(f"{key}={getattr(value, '__name__', value)}" for key, value in asked.items()) or "all"


@pytest.mark.parametrize("asked", SELECTIONS, ids=named)
def test_select_as_mesa(model: ds.DemandModel, world: mesa.Model, asked: dict[str, Any]) -> None:
    assert who(model.residents.select(**asked)) == who(world.agents.select(**asked))


def test_a_callable_is_called_no_more_than_needed(model: ds.DemandModel) -> None:
    calls: list[int] = []
    model.residents.select(lambda r: not calls.append(r.row), at_most=3)
    assert calls == model.residents.rows[:3].tolist()


def test_select_by_a_boolean_column(model: ds.DemandModel, world: mesa.Model) -> None:
    old = model.residents.get("age") >= 65
    assert who(model.residents.select(old)) == who(world.agents.select(lambda a: a.age >= 65))
    assert who(model.residents.select(old, 4)) == who(world.agents.select(lambda a: a.age >= 65, 4))
    backwards = model.residents.sort("identity")
    assert who(backwards.select(backwards.get("age") >= 65)) == who(model.residents.select(old))[::-1]
    for wrong in (old[:-1], model.residents.get("age"), "age >= 65", 5):
        with pytest.raises(ds.RunError, match=f"a boolean column of {len(old)} would do"):
            model.residents.select(wrong)


GROUPS: list[tuple[Group, Callable[[Any], bool]]] = [
    (Group(), lambda a: True),
    (Group(age=(65, 120), sex="female"), lambda a: a.age >= 65 and a.sex == "female"),
    (Group(quintile=(1, 2), district=("north",)), lambda a: a.quintile <= 2 and a.district == "north"),
    (Group(tenure=("social",), role=("adult",)), lambda a: a.tenure == "social" and a.role == "adult"),
    (
        Group(need={"housing": (1, 4)}, place=("home",)),
        lambda a: a.severity_housing > 0 and a.place == "home",
    ),
]


@pytest.mark.parametrize(("group", "rule"), GROUPS, ids=[str(n) for n in range(len(GROUPS))])
def test_select_by_a_group(model: ds.DemandModel, group: Group, rule: Callable[[Any], bool]) -> None:
    expected = who(model.residents.select(rule))
    assert expected
    fixed = group.model_copy(update={"membership": "fixed"})
    assert who(model.residents.select(group)) == who(model.residents.select(group=fixed)) == expected
    assert model.residents.count(group=group) == len(expected)
    young = model.residents.get("age") < 40
    both = who(model.residents.select(young, at_most=20, group=group))
    assert both == who(model.residents.select(lambda a: rule(a) and a.age < 40, at_most=20))
    assert who(model.residents.select(lambda a: a.age < 40, at_most=20, group=group)) == both


def test_select_by_contact(model: ds.DemandModel) -> None:
    seen = model.residents.select(group=Group(contact=ContactWith(service="a_and_e", weeks=4)))
    assert 0 < len(seen) < len(model.residents)
    assert (seen.get("last_contact_a_and_e") >= model.week - 4).all()


def test_a_share_is_the_share_a_panel_watches(model: ds.DemandModel) -> None:
    half = Group(share=0.5)
    watched = ds.DemandModel(model.place_scenario, seed=model.key, panel=half).panel.rows >= 0
    chosen = model.residents.select(group=half).rows
    stayed = model.residents.rows[model.state.arrives_week[model.residents.rows] == NEVER]
    assert (np.isin(stayed, chosen) == watched[stayed]).all()
    assert 0.4 < len(chosen) / len(model.residents) < 0.6  # four and a half standard deviations each way


def test_a_group_that_does_not_fit_the_place_is_refused(model: ds.DemandModel) -> None:
    for group, message in (
        (Group(district=("nroth",)), "did you mean 'north'"),
        (Group(need={"fire": (1, 4)}), "need"),
        (Group(contact=ContactWith(service="hospital", weeks=4)), "not remembered"),
    ):
        with pytest.raises(ds.ScenarioError, match=message):
            model.residents.select(group=group)


@pytest.mark.parametrize("key", ["age", "district", "tenure", "service_housing", lambda a: (a.sex, a.age)])
@pytest.mark.parametrize("ascending", [False, True])
def test_sort(model: ds.DemandModel, world: mesa.Model, key: Any, ascending: bool) -> None:
    assert who(model.residents.sort(key, ascending)) == who(world.agents.sort(key, ascending))
    again = model.residents.sort("identity").sort(key, ascending=ascending)
    assert who(again) == who(world.agents.sort("identity").sort(key, ascending=ascending))


@pytest.mark.parametrize(
    "by", ["district", "quintile", "household", "severity_housing", lambda a: a.age // 10]
)
def test_groupby(model: ds.DemandModel, world: mesa.Model, by: Any) -> None:
    ours, theirs = model.residents.groupby(by), world.agents.groupby(by)
    assert list(ours.groups) == list(theirs.groups)
    assert [type(key) for key in ours.groups] == [type(key) for key in theirs.groups]
    assert {key: who(group) for key, group in ours} == {key: who(group) for key, group in theirs}
    assert ours.count() == theirs.count()
    assert len(ours) == len(theirs)
    assert ours.agg("age", max) == theirs.agg("age", max)
    assert ours.agg("age", np.mean) == pytest.approx(theirs.agg("age", np.mean))
    assert ours.agg("district", sorted) == theirs.agg("district", sorted)
    assert ours.map(len) == theirs.map(len)
    assert ours.map("agg", "age", func=min) == theirs.map("agg", "age", func=min)


def test_groupby_lists(model: ds.DemandModel, world: mesa.Model) -> None:
    ours, theirs = (s.groupby("tenure", result_type="list") for s in (model.residents, world.agents))
    assert all(isinstance(group, list) for group in ours.groups.values())
    assert ours.map(who) == theirs.map(who)
    assert ours.agg("age", sum) == theirs.agg("age", sum)
    with pytest.raises(ds.RunError, match="'agentset' or 'list' would do"):
        model.residents.groupby("tenure", result_type="frame")


def test_groupby_of_a_sorted_set_and_of_nobody(model: ds.DemandModel, world: mesa.Model) -> None:
    ours, theirs = (s.sort("age").groupby("place") for s in (model.residents, world.agents))
    assert [(key, who(group)) for key, group in ours] == [(key, who(group)) for key, group in theirs]
    nobody = model.residents.select(at_most=0)
    assert nobody.groupby("place").groups == nobody.groupby(lambda r: r.age).groups == {}
    assert nobody.get(["age", "sex"]) == []
    assert len(nobody.sort("age")) == len(nobody.sort(lambda r: r.age)) == nobody.agg("age", sum) == 0


@pytest.mark.parametrize("func", [sum, min, max, len, np.median, [sum, np.std], (min, max)])
def test_agg(model: ds.DemandModel, world: mesa.Model, func: Any) -> None:
    assert model.residents.agg("age", func) == pytest.approx(world.agents.agg("age", func))


def test_agg_of_words(model: ds.DemandModel, world: mesa.Model) -> None:
    assert model.residents.agg("district", [min, max]) == world.agents.agg("district", [min, max])


def test_a_column_by_need_does_not_sort_or_group(model: ds.DemandModel) -> None:
    for verb in (model.residents.sort, model.residents.groupby):
        with pytest.raises(ds.RunError, match="'severity' has an entry for each need; one, as 'severity_"):
            verb("severity")


def test_in_and_count(model: ds.DemandModel) -> None:
    first, *_ = model.residents
    gone = Resident(model, int(np.flatnonzero(model.state.presence == DEAD)[0]))
    young = model.residents.select(model.residents.get("age") < 20)
    assert first in model.residents
    assert model.residents.count(first) == 1
    assert gone not in model.residents
    assert model.residents.count(gone) == 0
    assert first not in model.fork().residents
    assert [r in young for r in model.residents] == [r.age < 20 for r in model.residents]
    assert 3 not in young


def test_a_whole_set_follows_the_model_and_a_part_loses_members_only(model: ds.DemandModel) -> None:
    later = model.fork()
    everyone, some = later.residents, later.residents.select()
    later.run(4)
    here = np.flatnonzero(later.state.presence == HERE)
    assert everyone.rows.tolist() == here.tolist() != model.residents.rows.tolist()
    assert set(some.rows.tolist()) == set(here.tolist()) & set(model.residents.rows.tolist())
    assert len(some) < len(model.residents)
    assert len(some.get("age")) == len(some) == len(list(some))


REFUSED = ["do", "shuffle_do", "map", "shuffle", "set", "add", "remove", "discard", "pop", "clear"]


@pytest.mark.parametrize("verb", REFUSED)
def test_verbs_that_would_change_residents_are_refused_by_name(model: ds.DemandModel, verb: str) -> None:
    assert hasattr(mesa.Model(rng=1).agents, verb)
    before = model.digest
    for error in (ds.RunError, AttributeError):
        with pytest.raises(error, match=f"residents: no {verb}: "):
            getattr(model.residents, verb)("age", 3)
    assert model.digest == before
    assert verb in str(getattr(ResidentSet, verb).__name__)


def test_in_place_indexing_and_groups_do_are_refused(model: ds.DemandModel) -> None:
    with pytest.raises(ResidentsError, match="inplace"):
        model.residents.select(at_most=3, inplace=True)
    with pytest.raises(ResidentsError, match="inplace"):
        model.residents.sort("age", inplace=True)
    with pytest.raises(ResidentsError, match="no do: "):
        model.residents.groupby("sex").do(len)
    with pytest.raises(TypeError, match="not subscriptable"):
        model.residents[0]


def test_every_verb_of_mesas_is_there_or_refused(model: ds.DemandModel) -> None:
    """Whichever Mesa this is; comparing sets and putting them together are left out."""
    sets = {"isdisjoint", "index", "random"}
    verbs = {name for name in dir(mesa.Model(rng=1).agents) if not name.startswith("_")}
    assert verbs - sets <= set(dir(model.residents))


def test_reading_leaves_the_run_as_it_was(small_town: ds.Scenario) -> None:
    scenario = small_town.replace(residents=500, weeks=6)
    read, left = ds.DemandModel(scenario, seed=5), ds.DemandModel(scenario, seed=5)
    for _ in range(6):
        read.step()
        left.step()
        read.residents.select(lambda r: r.age > 50, at_most=9).sort("age").groupby("sex").agg("age", max)
        read.residents.count(group=Group(share=0.3, need={"housing": (1, 4)}))
        read.random.random()
        read.rng.random()
    assert read.digest == left.digest
