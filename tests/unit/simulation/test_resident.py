"""A resident is a view of a row: it reads what holds now, cannot be changed, and costs Mesa nothing."""

from __future__ import annotations

import copy

import mesa
import numpy as np
import pytest

import demandsim as ds
from demandsim.population.columns import DEAD, NEVER, Residents
from demandsim.scenario.base import PLACES, ROLES, SEXES, TENURES
from demandsim.simulation.resident import PRESENCE, STATUS, Resident, named


@pytest.fixture(scope="module")
def model(small_town: ds.Scenario) -> ds.DemandModel:
    """Half a year of a small town."""
    model = ds.DemandModel(small_town.replace(residents=500, weeks=52), seed=4)
    model.run(26)
    return model


def test_plain_columns_are_read_as_they_stand(model: ds.DemandModel) -> None:
    state = model.state
    for row in (0, 17, len(state.identity) - 1):
        resident = Resident(model, row)
        assert resident.unique_id == resident.identity == state.identity[row]
        assert resident.household == state.household[row]
        assert resident.support == state.support[row]
        assert resident.age == (model.week - state.born_week[row]) // 52
        assert resident.quintile == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5][state.decile[row] - 1]
        assert resident.severity.tolist() == state.severity[row].tolist()
        assert type(resident.age) is type(resident.decile) is int


def test_codes_are_read_in_words(model: ds.DemandModel) -> None:
    state, scenario = model.state, model.place_scenario
    services, agencies = list(scenario.services), list(scenario.agencies)
    needs = list(scenario.needs)
    for row in range(len(state.identity)):
        resident = Resident(model, row)
        assert resident.sex == SEXES[state.sex[row]]
        assert resident.district == list(scenario.place.districts)[state.district[row]]
        assert resident.tenure == TENURES[state.tenure[row]]
        assert resident.role == ROLES[state.role[row]]
        assert resident.place == PLACES[state.place[row]]
        assert resident.presence == PRESENCE[state.presence[row]]
        for number, need in enumerate(needs):
            assert getattr(resident, f"status_{need}") == STATUS[state.status[row, number]]
            service, cause = state.service[row, number], state.cause[row, number]
            assert getattr(resident, f"service_{need}") == ("none" if service < 0 else services[service])
            assert getattr(resident, f"cause_{need}") == ("none" if cause == 0 else agencies[cause - 1])
        paid = state.stay_service[row]
        assert resident.stay_service == ("none" if paid < 0 else services[paid])
    assert {*np.unique(state.status)} == {0, 1, 2}
    assert state.cause.any()
    assert (state.stay_service >= 0).any()


def test_names_along_every_axis(model: ds.DemandModel) -> None:
    scenario, names = model.place_scenario, named(model.place_scenario)
    programmes = [key for key, service in scenario.services.items() if service.programme]
    assert programmes
    assert names.keys() >= {*Residents._fields, "age", "quintile"}
    for axis, keys in (
        ("severity", scenario.needs),
        ("last_contact", scenario.remembered),
        ("offered", programmes),
    ):
        wide = model.residents.get(axis)
        assert wide.shape[1] == len(keys)
        for item, key in enumerate(keys):
            assert (model.residents.get(f"{axis}_{key}") == wide[:, item]).all()
    assert (model.residents.get("reached") > NEVER).any()


def test_it_reads_what_holds_now(model: ds.DemandModel) -> None:
    later = model.fork()
    resident = Resident(later, 0)
    age = resident.age
    later.run(26)
    assert resident.age - age == (later.week - later.state.born_week[0]) // 52 - age
    later.state.presence[0] = DEAD
    assert resident.presence == "dead"
    assert "dead" in repr(resident)


def test_it_cannot_be_changed(model: ds.DemandModel) -> None:
    before = model.digest
    resident = Resident(model, 0)
    for name in ("age", "severity_housing", "model", "anything"):
        with pytest.raises(AttributeError, match=f"{name} cannot be set"):
            setattr(resident, name, 1)
        with pytest.raises(ds.RunError, match=f"{name} cannot be deleted"):
            delattr(resident, name)
    resident.severity[:] = 4
    resident.status[:] = "open"
    for verb in ("step", "advance", "remove"):
        with pytest.raises(ds.RunError, match=f"no {verb}: "):
            getattr(resident, verb)()
    for verb in ("create_agents", "from_dataframe"):
        with pytest.raises(ds.RunError, match=f"no {verb}: "):
            getattr(Resident, verb)(model, 3)
    assert model.digest == before


def test_unknown_names_suggest_the_nearest(model: ds.DemandModel) -> None:
    resident = Resident(model, 0)
    with pytest.raises(AttributeError, match="no column 'quintle'; did you mean 'quintile'"):
        _ = resident.quintle
    assert not hasattr(resident, "height")
    assert not hasattr(resident, "_height")
    assert getattr(resident, "height", 7) == 7
    assert {"age", "severity_housing", "unique_id"} <= set(dir(resident))


def test_equal_by_model_and_row(model: ds.DemandModel) -> None:
    twin = model.fork()
    assert Resident(model, 3) == Resident(model, 3) == next(r for r in model.residents if r.row == 3)
    assert Resident(model, 3) != Resident(model, 4)
    assert Resident(model, 3) != Resident(twin, 3)
    assert Resident(model, 3) != 3
    assert len({Resident(model, 3), Resident(model, 3), Resident(twin, 3)}) == 2
    assert copy.copy(Resident(model, 3)) == Resident(model, 3)


def test_mesa_never_hears_of_it(model: ds.DemandModel) -> None:
    agents = len(model.agents)
    resident = Resident(model, 0)
    assert isinstance(resident, mesa.Agent)
    assert len(model.agents) == agents
    assert resident not in model.agents
