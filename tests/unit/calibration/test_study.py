"""Study files: what they say was changed is what their policies change, and what the model took is listed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from demandsim.calibration.older_care import CUT
from demandsim.calibration.study import FOLDER, Study, read_study, sourced_from, studies
from demandsim.errors import EvidenceError, ScenarioError
from demandsim.records.published import OLDER, shares
from demandsim.scenario.files import shipped
from demandsim.scenario.place import FIVE_YEAR_BANDS
from demandsim.scenario.policy_check import check_policy
from demandsim.scenario.read import read_scenario
from demandsim.scenario.schema import Scenario


@pytest.fixture(scope="module")
def england() -> Scenario:
    """The place the studies are run in."""
    return read_scenario("england")


def yearly_cost(england: Scenario, name: str) -> float:
    """Pounds a service costs for each 1,000 residents, as the scenario expects."""
    service = england.services[name]
    return sum(service.expected_contacts[key] * kind.unit_cost for key, kind in service.kinds.items())


def cuts(study: Study) -> dict[str, float]:
    """Pounds a year cut, by service."""
    moneys = [change.money for change in study.read_policy().change if change.money is not None]
    return {str(money.service): -money.pounds_a_year for money in moneys}


def test_three_studies_ship() -> None:
    assert list(studies()) == ["v01", "v02", "v10"]


@pytest.mark.parametrize("name", ["v01", "v02", "v10"])
def test_each_can_be_run_on_its_place(name: str) -> None:
    study = studies()[name]
    check_policy(study.scenario(study.short), study.read_policy())
    assert study.short.residents * study.short.seeds <= study.full.residents * study.full.seeds


@pytest.mark.parametrize("name", ["v01", "v02", "v10"])
def test_every_parameter_that_cites_a_study_is_listed_in_it(name: str) -> None:
    study = studies()[name]
    assert sorted(study.leans_on) == sorted(sourced_from(study))


def test_what_a_parameter_was_worked_out_from_is_never_called_a_test() -> None:
    """The programme's effect is worked out from V10: its difference and the level with it are inputs."""
    roles = {name: one.role for name, one in studies()["v10"].measures.items()}
    assert roles == {
        "looked_after_difference": "input",
        "looked_after_without": "leaned on",
        "looked_after_with": "input",
    }


def test_the_cut_in_care_is_the_published_sum_a_head_shared_by_cost(england: Scenario) -> None:
    study = studies()["v01"]
    older = england.place.population * shares(england.place)[OLDER]
    (a_head,) = (study.size.in_base_prices().value,)
    found = cuts(study)
    assert set(found) == set(CUT)
    assert sum(found.values()) == pytest.approx(a_head * older, rel=0.001)
    whole = sum(yearly_cost(england, name) for name in CUT)
    for name, pounds in found.items():
        part = yearly_cost(england, name) / whole
        assert pounds / sum(found.values()) == pytest.approx(part, rel=0.01), name


def test_the_cut_in_youth_work_is_the_published_sum_a_child(england: Scenario) -> None:
    study = studies()["v02"]
    people = np.array(england.place.districts["england"].people, np.float64).sum(axis=0)
    people *= england.place.population / people.sum()
    first = np.array(FIVE_YEAR_BANDS)
    # Aged 12 to 14 of those aged 10 to 14, and 15 to 17 of those aged 15 to 19: three years in five of each.
    children = people[(first == 10) | (first == 15)].sum() * 3 / 5
    found = cuts(study)
    assert list(found) == ["youth_services"]
    assert found["youth_services"] == pytest.approx(study.size.in_base_prices().value * children, rel=0.001)
    assert found["youth_services"] == study.read_policy().expected_saving


WHOLE = (shipped() / FOLDER / "v02.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('role = "test"', 'role = "hope"', "input"),
        ("weeks = 260", "weaks = 260", "weaks"),
        ("[size]", "[sise]", "size"),
    ],
)
def test_a_file_that_cannot_be_a_study_is_refused(old: str, new: str, told: str, tmp_path: Path) -> None:
    file = tmp_path / "v02.toml"
    file.write_text(WHOLE.replace(old, new), encoding="utf-8")
    with pytest.raises(ScenarioError, match=told):
        read_study(file)


def test_a_figure_without_its_source_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "v02.toml"
    lines = [line for line in WHOLE.splitlines() if not line.startswith("source = ")]
    file.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(EvidenceError, match="source"):
        read_study(file)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="cannot be read"):
        read_study(tmp_path / "none.toml")
