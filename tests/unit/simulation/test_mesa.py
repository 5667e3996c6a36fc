"""The model is an ordinary Mesa model to Mesa's own tools: agents by type, DataCollector, batch_run."""

from __future__ import annotations

from typing import Any

import mesa
import pandas as pd
import pytest
from mesa.batchrunner import batch_run

import demandsim as ds
from demandsim.agencies.agency import Agency
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
