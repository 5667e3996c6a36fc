"""The model is an ordinary Mesa model to Mesa's own tools: agents by type, DataCollector, batch_run."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mesa
import numpy as np
import pandas as pd
import pytest
from mesa.batchrunner import batch_run

import demandsim as ds
from demandsim.agencies.agency import Agency
from demandsim.population.columns import HERE
from demandsim.simulation.residents import Resident, ResidentSet

MESA = tuple(int(part) for part in mesa.__version__.split(".")[:2])
WEEKS = 5


class Watched(ds.DemandModel):
    """The model with a collector, as a user would write it: collected at the start and after each step."""

    def __init__(self, scenario: ds.Scenario, *, seed: int, policies: tuple[ds.Policy, ...] = ()) -> None:
        super().__init__(scenario, seed=seed, policies=policies)
        self.datacollector = mesa.DataCollector(
            model_reporters={
                "week": "week",
                "people": lambda m: len(m.residents),
                "old": lambda m: int((m.residents.get("age") >= 65).sum()),
                "waiting": lambda m: m.agents.agg("waiting", sum),
            },
            agent_reporters={"name": "name", "waiting": "waiting"},
            agenttype_reporters={
                Resident: {"age": "age", "housing": "severity_housing", "place": lambda r: r.place},
                Agency: {"title": "title", "used": "hours_used"},
            },
        )
        self.datacollector.collect(self)

    def step(self) -> None:
        super().step()
        self.datacollector.collect(self)


@pytest.fixture(scope="module")
def scenario(small_town: ds.Scenario) -> ds.Scenario:
    """Five weeks of a small town."""
    return small_town.replace(residents=500, weeks=WEEKS)


@pytest.fixture(scope="module")
def watched(scenario: ds.Scenario) -> Watched:
    """Run to its end."""
    model = Watched(scenario, seed=1)
    model.run()
    return model


def swept(scenario: ds.Scenario | list[ds.Scenario], seeds: list[int], **settings: Any) -> pd.DataFrame:
    """Run a batch over seeds as this version of Mesa asks for it."""
    parameters: dict[str, Any] = {"scenario": scenario}
    if MESA >= (3, 5):
        settings["rng"] = seeds
    else:
        parameters["seed"] = seeds
    return pd.DataFrame(batch_run(Watched, parameters, display_progress=False, **settings))


def test_agents_by_type_knows_residents_and_agencies(watched: Watched) -> None:
    assert set(watched.agent_types) == set(watched.agents_by_type) == {Resident, Agency}
    assert isinstance(watched.agents_by_type[Resident], ResidentSet)
    assert watched.agents_by_type[Resident].rows.tolist() == watched.residents.rows.tolist()
    assert [a.name for a in watched.agents_by_type[Agency]] == list(watched.place_scenario.agencies)
    assert len(watched.agents) == len(watched.place_scenario.agencies)


def test_the_collectors_frames(watched: Watched, scenario: ds.Scenario) -> None:
    collected = watched.datacollector
    by_model = collected.get_model_vars_dataframe()
    assert by_model["week"].tolist() == list(range(WEEKS + 1))
    by_agent = collected.get_agent_vars_dataframe()
    by_agency = collected.get_agenttype_vars_dataframe(Agency)
    assert by_agent.loc[WEEKS, "name"].tolist() == list(scenario.agencies)
    assert len(by_agent) == len(by_agency) == (WEEKS + 1) * len(scenario.agencies)
    assert by_agent.groupby("Step")["waiting"].sum().tolist() == by_model["waiting"].tolist()
    assert by_agency.loc[WEEKS, "used"].tolist() == [a.hours_used for a in watched.agents]

    by_resident = collected.get_agenttype_vars_dataframe(Resident)
    assert by_resident.groupby("Step").size().tolist() == by_model["people"].tolist()
    assert (by_resident["age"] >= 65).groupby("Step").sum().tolist() == by_model["old"].tolist()
    last = by_resident.loc[WEEKS]
    assert last.index.tolist() == watched.residents.get("identity").tolist()
    assert last["housing"].tolist() == watched.residents.get("severity_housing").tolist()
    assert last["place"].tolist() == watched.residents.get("place").tolist()


def test_collecting_leaves_the_run_as_it_was(watched: Watched, scenario: ds.Scenario) -> None:
    plain = ds.DemandModel(scenario, seed=1)
    plain.run()
    assert plain.digest == watched.digest


def test_a_batch_stops_at_the_horizon(watched: Watched, scenario: ds.Scenario) -> None:
    frame = swept(scenario, [1, 2], max_steps=1000)
    assert frame["seed"].unique().tolist() == [1, 2]
    assert all(given is scenario for given in frame["scenario"])
    # Mesa 3.3 reports the collection numbered steps - 1: the last but one, where one is made at the start.
    last = watched.datacollector.get_model_vars_dataframe().iloc[WEEKS if MESA >= (3, 5) else WEEKS - 1]
    first = frame[(frame["seed"] == 1) & frame["name"].notna()]
    assert first["name"].tolist() == list(scenario.agencies)
    for reporter in ("week", "people", "old"):
        assert first[reporter].unique().tolist() == [last[reporter]]


def test_a_batch_of_fewer_steps(scenario: ds.Scenario) -> None:
    """Mesa 3.3 takes one step more than asked; its last report is of the step asked for either way."""
    frame = swept(scenario, [1], max_steps=3, data_collection_period=1)
    assert sorted(frame["week"].unique()) == [0, 1, 2, 3]


def test_a_batch_over_scenarios_and_seeds(scenario: ds.Scenario) -> None:
    frame = swept([scenario, scenario.replace(residents=600)], [3, 4, 5], max_steps=2)
    people = frame.groupby("RunId")["people"]
    assert people.nunique().tolist() == [1] * 6
    assert sorted(round(n, -2) for n in people.first()) == [500] * 3 + [600] * 3


def test_a_seed_of_none_is_refused_with_what_would_do(scenario: ds.Scenario) -> None:
    with pytest.raises(ds.RunError, match=r"use rng=\[\.\.\.\] there"):
        ds.DemandModel(scenario, seed=None)  # type: ignore[arg-type]


@pytest.mark.skipif(MESA < (3, 5), reason="Mesa 3.3 passes the seeds swept")
def test_a_swept_seed_that_mesa_overwrites_is_refused(scenario: ds.Scenario) -> None:
    with pytest.raises(ds.RunError, match=r"use rng=\[\.\.\.\] there"):
        batch_run(Watched, {"scenario": scenario, "seed": [1, 2]}, display_progress=False)


def test_running_ends_at_the_horizon(scenario: ds.Scenario) -> None:
    model = ds.DemandModel(scenario, seed=1)
    for week in range(WEEKS):
        assert model.running
        assert model.week == model.steps == week
        model.step()
    assert not model.running
    other = ds.DemandModel(scenario, seed=1)
    other.run_model()
    assert other.digest == model.digest
    assert other.week == WEEKS


def test_a_step_beyond_the_horizon_is_refused_and_changes_nothing(scenario: ds.Scenario) -> None:
    model = ds.DemandModel(scenario, seed=1)
    model.run()
    before = model.digest
    with pytest.raises(ds.RunError, match="week 5 is beyond the scenario's 5 weeks"):
        model.step()
    assert (model.week, model.digest, model.running) == (WEEKS, before, False)


class Plain(mesa.Agent):
    """An ordinary agent with given attributes."""

    def __init__(self, model: mesa.Model, values: dict[str, Any]) -> None:
        super().__init__(model)
        self.__dict__.update(values)


AGENCY = ("name", "title", "sector", "services", "hours_funded", "hours_used", "waiting")
ON_AGENCIES: dict[str, Callable[[mesa.agent.AgentSet], Any]] = {
    "get": lambda agents: agents.get(list(AGENCY)),
    "get one": lambda agents: agents.get("waiting"),
    "get what is missing": lambda agents: agents.get("height", handle_missing="default", default_value=3),
    "select": lambda agents: agents.select(lambda a: a.waiting > 0, at_most=2).get("name"),
    "select a share": lambda agents: agents.select(at_most=0.5).get("name"),
    "sort": lambda agents: agents.sort("hours_used", ascending=True).get("name"),
    "sort by a function": lambda agents: agents.sort(lambda a: (a.sector, a.name)).get("name"),
    "agg": lambda agents: agents.agg("waiting", [sum, max, min, np.mean]),
    "groupby": lambda agents: {k: g.get("name") for k, g in agents.groupby("sector")},
    "groupby and count": lambda agents: agents.groupby(lambda a: a.waiting > 0).count(),
    "groupby and agg": lambda agents: agents.groupby("sector").agg("waiting", sum),
    "map": lambda agents: agents.map(lambda a: (a.name, a.waiting)),
    "shuffle": lambda agents: sorted(agents.shuffle().get("name")),
    "do": lambda agents: agents.do(lambda a: setattr(a, "seen", a.waiting + 1)).get("seen"),
    "shuffle and do": lambda agents: agents.shuffle_do(lambda a: setattr(a, "seen", -a.waiting)).get("seen"),
    "set": lambda agents: agents.set("mark", 7).get("mark"),
    "len, in and iteration": lambda agents: [len(agents), [a in agents for a in agents]],
}
"""What is done to all agents, and what comes of it."""


@pytest.mark.parametrize("verb", ON_AGENCIES)
def test_verbs_on_agencies_are_those_of_ordinary_agents(watched: Watched, verb: str) -> None:
    """``model.agents`` against agents of Mesa's own with the same attributes; the run is left as it was."""
    model = watched.fork()
    world = mesa.Model(rng=1)
    for agency in model.agents:
        Plain(world, {name: getattr(agency, name) for name in AGENCY})
    before = model.digest
    act = ON_AGENCIES[verb]
    assert act(model.agents) == act(world.agents)
    assert act(model.agents_by_type[Agency]) == act(world.agents_by_type[Plain])
    assert model.digest == before


def test_whatever_is_done_with_mesas_agents_and_luck_the_run_goes_on_the_same(scenario: ds.Scenario) -> None:
    """The model draws nothing from ``model.random`` or ``model.rng``, and asks no agent in turn."""
    left, played = ds.DemandModel(scenario, seed=1), ds.DemandModel(scenario, seed=1)
    for _ in range(WEEKS):
        for act in ON_AGENCIES.values():
            act(played.agents)
        played.random.random()
        played.rng.random(7)
        played.random.seed(played.week)
        np.random.seed(played.week)  # noqa: NPY002  (the global state is what must not matter)
        left.step()
        played.step()
        assert played.digest == left.digest


def test_the_collectors_reporters_of_every_kind_agree_with_ordinary_agents(watched: Watched) -> None:
    """One collector on the model; one on a plain Mesa model whose agents hold the residents' and agencies' values."""
    residents, agencies = ("age", "sex", "severity_housing", "place"), ("title", "waiting", "hours_used")

    class PlainResident(Plain):
        """Stands for a resident."""

    class PlainAgency(Plain):
        """Stands for an agency."""

    model, world = watched.fork(), mesa.Model(rng=1)
    for row in np.flatnonzero(model.state.presence == HERE).tolist():
        PlainResident(world, {name: getattr(Resident(model, row), name) for name in residents})
    for agency in model.agents:
        PlainAgency(world, {name: getattr(agency, name) for name in agencies})
    frames = {}
    for which, of, kinds in (
        ("ours", model, (Resident, Agency)),
        ("plain", world, (PlainResident, PlainAgency)),
    ):
        named = dict(zip(kinds, (residents, agencies), strict=True))
        collector = mesa.DataCollector(
            model_reporters={
                "old": lambda m, kind=kinds[0]: m.agents_by_type[kind].agg("age", max),
                "homes": lambda m, kind=kinds[0]: m.agents_by_type[kind].groupby("place").count(),
                "queue": lambda m, kind=kinds[1]: sum(m.agents_by_type[kind].get("waiting")),
            },
            agenttype_reporters={kind: {name: name for name in names} for kind, names in named.items()},
        )
        collector.collect(of)
        by_type = [collector.get_agenttype_vars_dataframe(kind).to_numpy().tolist() for kind in kinds]
        frames[which] = [collector.get_model_vars_dataframe().to_dict("list"), *by_type]
    assert frames["ours"] == frames["plain"]
    assert len(frames["ours"][1]) == len(model.residents)


BATCH = """
import mesa
from mesa.batchrunner import batch_run
import demandsim as ds

class Counted(ds.DemandModel):
    def __init__(self, scenario, *, seed):
        super().__init__(scenario, seed=seed)
        self.datacollector = mesa.DataCollector(model_reporters={"digest": "digest"})

    def step(self):
        super().step()
        self.datacollector.collect(self)

if __name__ == "__main__":
    town = ds.read_scenario("small-town").replace(residents=500, weeks=3)
    newer = tuple(map(int, mesa.__version__.split(".")[:2])) >= (3, 5)
    parameters, settings = ({"scenario": town}, {"rng": [1, 2]}) if newer else ({"scenario": town, "seed": [1, 2]}, {})
    rows = batch_run(Counted, parameters, number_processes=2, max_steps=3, display_progress=False, **settings)
    models = [ds.DemandModel(town, seed=seed) for seed in (1, 2)]
    for model in models:
        model.run()
    assert [row["digest"] for row in sorted(rows, key=lambda row: row["seed"])] == [m.digest for m in models]
    print("equal")
"""


def test_a_batch_on_two_processes_is_the_same_runs(tmp_path: Path) -> None:
    """Mesa starts processes of its own, to which the model's class and the scenario go pickled."""
    (tmp_path / "batch.py").write_text(BATCH, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "batch.py"], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120
    )
    assert (done.returncode, done.stdout) == (0, "equal\n"), done.stderr
