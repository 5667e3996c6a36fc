"""An agency is an ordinary Mesa agent that reports on its services, and does not keep its model alive."""

from __future__ import annotations

import gc
import tracemalloc
import weakref
from typing import Any

import mesa
import pytest

import demandsim as ds
from demandsim.agencies.agency import Agency, Counters


@pytest.fixture(scope="module")
def model(small_town: ds.Scenario) -> ds.DemandModel:
    """A quarter of a small town."""
    model = ds.DemandModel(small_town.replace(residents=500, weeks=30), seed=2)
    model.run(13)
    return model


def bytes_of(model: ds.DemandModel) -> int:
    """Size of a model's own arrays."""
    return sum(array.nbytes for table in (model.state, model.homes, model.book) for array in table)


def test_each_of_the_scenarios_agencies_is_one_agent(model: ds.DemandModel) -> None:
    stated = model.place_scenario.agencies
    agencies = list(model.agents)
    assert [a.name for a in agencies] == list(stated)
    assert [a.title for a in agencies] == [s.title for s in stated.values()]
    assert [a.sector for a in agencies] == [s.sector for s in stated.values()]
    assert all(type(a) is Agency and isinstance(a, mesa.Agent) and a.model is model for a in agencies)


def test_agencies_are_numbered_from_one_in_every_model(model: ds.DemandModel) -> None:
    numbers = list(range(1, len(model.place_scenario.agencies) + 1))
    assert [a.unique_id for a in model.agents] == numbers
    assert [a.unique_id for a in model.fork().agents] == numbers


def test_what_its_services_have_used_and_who_waits(model: ds.DemandModel) -> None:
    services = model.place_scenario.services
    book = model.book
    assert sorted(s for a in model.agents for s in a.services) == sorted(services)
    assert sum(a.waiting for a in model.agents) == book.waiting.sum() > 0
    busy = [i for i, s in enumerate(services.values()) if s.mode != "stay"]
    used, funded = book.used[busy].sum() / 60, book.funded[busy][book.funded[busy] > 0].sum() / 60
    assert sum(a.hours_used for a in model.agents) == pytest.approx(used)
    assert sum(a.hours_funded for a in model.agents) == pytest.approx(funded)
    assert used > 0
    for agency in model.agents:
        own = [i for i, s in enumerate(services.values()) if s.agency == agency.name]
        assert agency.services == tuple(list(services)[i] for i in own)
        assert agency.waiting == book.waiting[own].sum()


def test_counters_count_each_model_and_keep_none() -> None:
    counters, first, second = Counters(), mesa.Model(rng=1), mesa.Model(rng=1)
    assert [next(counters[first]), next(counters[first]), next(counters[second])] == [1, 2, 1]
    assert len(counters) == 2
    del first
    gc.collect()
    assert len(counters) == 1
    assert next(counters[second]) == 2


def test_a_model_dropped_is_freed_and_memory_is_flat(small_town: ds.Scenario) -> None:
    """Two hundred models made, stepped, looked at and dropped; the margin is what one model's arrays take."""
    scenario = small_town.replace(residents=500, weeks=4)
    start = ds.DemandModel(scenario, seed=1)
    dropped: list[weakref.ref[Any]] = []

    def make_and_drop() -> None:
        # One in ten is made from nothing, which takes ten times as long as from a settled start.
        model = ds.DemandModel(scenario, seed=1, start=start if len(dropped) % 10 else None)
        model.step()
        assert next(iter(model.residents)).age >= 0
        assert len(model.agents_by_type[Agency]) == len(scenario.agencies)
        dropped.append(weakref.ref(model))

    def memory_after(models: int) -> int:
        while len(dropped) < models:
            make_and_drop()
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    memory_after(5)
    tracemalloc.start()
    try:
        growth = -memory_after(10) + memory_after(200)
    finally:
        tracemalloc.stop()
    assert [ref for ref in dropped if ref() is not None] == []
    assert growth < bytes_of(start)
