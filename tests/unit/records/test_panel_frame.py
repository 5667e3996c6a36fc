"""The panel as a frame, by hand and against the ledger of a run."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.unit.records.made import record

import demandsim as ds
from demandsim.errors import ViewError
from demandsim.records.labels import LINES
from demandsim.records.panel import Quarter
from demandsim.records.panel_frame import panel_frame
from demandsim.records.record import RunRecord
from demandsim.scenario.group import ContactWith, Group


def quarter(number: int, *, age: tuple[int, ...] = (70, 30, 8), severity: Any = None) -> Quarter:
    """Three residents: an old woman in the north, a man and a girl in the south."""
    levels = [[3, 0], [0, 2], [0, 0]] if severity is None else severity
    marks = np.array([[1], [0], [0]], np.uint8)
    return Quarter(
        number=number,
        weeks=13,
        resident=np.array([4, 9, 11], np.int32),
        household=np.array([1, 2, 2], np.int32),
        age=np.array(age, np.int16),
        sex=np.array([0, 1, 0], np.uint8),
        decile=np.array([1, 10, 4], np.uint8),
        district=np.array([0, 1, 1], np.uint8),
        tenure=np.array([1, 0, 2], np.uint8),
        alive=np.array([1, 1, 0], np.uint8),
        contacts=np.array([[1, 2, 0, 3, 4, 1, 6], [0] * 7, [0, 0, 5, 0, 0, 0, 0]], np.int32),
        pence=np.array([[150, 20_000], [0, 0], [1, 0]], np.int64),
        severity=np.array(levels, np.uint8),
        eligible=marks,
        offered=marks,
        reached=1 - marks,
    )


def test_a_row_in_words() -> None:
    frame = panel_frame(record(quarters=(quarter(0), quarter(1))))
    assert len(frame) == 6
    assert frame.iloc[0].to_dict() == {
        "resident": 4,
        "household": 1,
        "quarter": 0,
        "age": 70,
        "sex": "female",
        "quintile": 1,
        "district": "north",
        "tenure": "social",
        "alive": True,
        "contacts_advice": 3,
        "contacts_hostel": 0,
        "contacts_a_and_e": 7,
        "contacts_hospital": 7,
        "stay_weeks_hospital": 6,
        "stay_weeks_hostel": 0,
        "pounds_council": 1.5,
        "pounds_trust": 200.0,
        "severity_drink": 3,
        "severity_debt": 0,
        "eligible_advice": True,
        "offered_advice": True,
        "reached_advice": False,
    }
    assert frame["quarter"].tolist() == [0, 0, 0, 1, 1, 1]
    assert frame["quintile"].tolist()[:3] == [1, 5, 2]
    assert frame["sex"].dtype == "str"
    assert frame["alive"].dtype == np.bool_


@pytest.mark.parametrize(
    ("group", "residents"),
    [
        (Group(), [4, 9, 11]),
        (Group(age=(8, 30)), [9, 11]),
        (Group(sex="female"), [4, 11]),
        (Group(quintile=(1, 5)), [4, 9]),
        (Group(district=("south",)), [9, 11]),
        (Group(tenure=("social", "owned")), [4, 9]),
        (Group(need={"drink": (3, 4)}), [4]),
        (Group(need={"drink": (0, 0), "debt": (1, 2)}), [9]),
        (Group(sex="female", age=(60, 120), district=("south",)), []),
    ],
)
def test_groups_pick_rows(group: Group, residents: list[int]) -> None:
    assert panel_frame(record(quarters=(quarter(0),)), group)["resident"].tolist() == residents


def test_a_fixed_group_keeps_those_who_belong_in_their_first_quarter() -> None:
    later = quarter(1, severity=[[0, 0], [3, 0], [0, 0]])
    run = record(quarters=(quarter(0), later))
    need = {"drink": (3, 4)}
    rolling = panel_frame(run, Group(need=need))
    fixed = panel_frame(run, Group(need=need, membership="fixed"))
    assert list(zip(rolling["resident"], rolling["quarter"], strict=True)) == [(4, 0), (9, 1)]
    assert list(zip(fixed["resident"], fixed["quarter"], strict=True)) == [(4, 0), (4, 1)]


def test_who_is_not_born_yet_has_no_row() -> None:
    run = record(quarters=(quarter(0, age=(70, 30, -1)), quarter(1, age=(70, 30, 0))))
    assert panel_frame(run)["resident"].tolist() == [4, 9, 4, 9, 11]
    babies = panel_frame(run, Group(age=(0, 0), membership="fixed"))
    assert list(zip(babies["resident"], babies["quarter"], strict=True)) == [(11, 1)]


@pytest.mark.parametrize(
    ("group", "line"),
    [
        (Group(role=("adult",)), "a panel does not hold 'role'; a group of age, sex"),
        (Group(place=("home",)), "a panel does not hold 'place'"),
        (Group(share=0.5), "a panel does not hold 'share'"),
        (Group(contact=ContactWith(service="a_and_e", weeks=4)), "a panel does not hold 'contact'"),
        (Group(district=("east",)), "no district 'east'; one of north, south would do"),
        (Group(need={"gambling": (1, 4)}), "no need 'gambling'; one of drink, debt would do"),
        ({"age": (1, 2)}, "a Group would do"),
    ],
)
def test_a_group_that_a_panel_cannot_answer_is_refused(group: Any, line: str) -> None:
    with pytest.raises(ViewError) as refused:
        record(quarters=(quarter(0),)).panel(group)
    assert line in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_run_without_a_panel_says_what_would_keep_one() -> None:
    with pytest.raises(ViewError, match=r"kept none; run\(\.\.\., panel=Group\(\)\) would keep"):
        record().panel()


@pytest.fixture(scope="module")
def run(small_town: ds.Scenario) -> RunRecord:
    """Five months of a quarter of the small town, everyone watched, two followed."""
    scenario = small_town.replace(residents=500, weeks=20)
    model = ds.DemandModel(scenario, seed=3, panel=Group(), followed=(1, 2))
    model.run()
    return model.record


def test_residents_bills_add_up_to_the_ledgers_contacts(run: RunRecord) -> None:
    panel = run.panel()
    ledger = run.ledger(("payer", "service", "kind"), scaled=False)
    ledger = ledger[~ledger["kind"].isin(LINES)]
    pence = ledger.groupby("payer")["pence"].sum()
    contacts = ledger.groupby("service")["contacts"].sum()
    assert contacts.sum() > 1000
    for payer in run.scenario.agencies:
        # Pounds are floats; their pence are whole.
        assert np.rint(panel[f"pounds_{payer}"] * 100).sum() == pence.get(payer, 0)
    for service in run.scenario.services:
        assert panel[f"contacts_{service}"].sum() == contacts.get(service, 0)


def test_followed_residents_contacts_are_those_of_their_panel(run: RunRecord) -> None:
    journeys, panel = run.journeys(), run.panel()
    told = journeys[journeys["event"] == "contact"].groupby(["resident", "service"]).size()
    shown = panel[panel["resident"].isin([1, 2])].set_index("resident").filter(like="contacts_")
    shown = shown.groupby(level=0).sum().rename(columns=lambda name: name.removeprefix("contacts_")).stack()
    pd.testing.assert_series_equal(
        shown[shown > 0].sort_index(), told.sort_index(), check_names=False, check_index_type=False
    )
