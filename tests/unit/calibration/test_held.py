"""Measures of who holds, starts, lives and is served, each on a few residents counted by hand."""

from __future__ import annotations

import pytest
from tests.unit.calibration.made import FRAILTY, HOUSING, SUPPORT_WEEK, contact, event, made

from demandsim.calibration.held import (
    HolderShare,
    Living,
    Onset,
    Prevalence,
    PrevalenceRatio,
    Served,
    ServedRatio,
    Treated,
)
from demandsim.calibration.selection import Who
from demandsim.records.journal import JOINED, STARTED, WORSENED


def test_prevalence_is_a_mean_over_looks() -> None:
    run = made([70, 70, 70, 30], severity={(0, FRAILTY): 1, (1, FRAILTY): 3}, gone_from={1: 52})
    old = Who(age=(65, 120))
    # Nine looks: two holders of three at four of them, one of two at five.
    holders, people = Prevalence(kind="prevalence", need="frailty", who=old).parts(run)
    assert (holders, people) == (pytest.approx(100 * (4 * 2 + 5) / 9), pytest.approx((4 * 3 + 5 * 2) / 9))
    severe = Prevalence(kind="prevalence", need="frailty", severity=(3, 4), who=old, per=1.0)
    assert severe.parts(run)[0] == pytest.approx(4 / 9)


def test_prevalence_within_a_year_takes_in_what_came_up() -> None:
    come = [
        event(STARTED, 5, 1, severity=1),
        event(WORSENED, 60, 1, severity=2),
        event(STARTED, 60, 2, need=FRAILTY),
    ]
    run = made([30, 30, 30], come, severity={(0, HOUSING): 2})
    any_time = Prevalence(kind="prevalence", need="housing", per=1.0, within_year=True)
    assert any_time.parts(run) == (4.0, 6.0)  # residents 0 and 1 in both years
    worse = Prevalence(kind="prevalence", need="housing", severity=(2, 4), per=1.0, within_year=True)
    assert worse.parts(run) == (3.0, 6.0)  # resident 1 in the second alone


def test_prevalence_of_one_group_over_another() -> None:
    run = made([30, 30, 30], severity={(0, HOUSING): 1, (1, HOUSING): 1}, sexes=[0, 1, 1])
    ratio = PrevalenceRatio(
        kind="prevalence_ratio", need="housing", who=Who(sex="female"), against=Who(sex="male")
    )
    assert ratio.parts(run) == (1.0, 1.0, 1.0, 2.0)


def test_the_share_of_holders_in_a_group() -> None:
    run = made([20, 25, 60], severity={(row, HOUSING): 1 for row in range(3)})
    share = HolderShare(kind="holder_share", need="housing", who=Who(age=(18, 34)), among=Who(age=(18, 120)))
    assert share.parts(run) == (200.0, 3.0)


def test_onset_is_of_those_without_the_need() -> None:
    starts = [
        event(STARTED, 10, 1, need=FRAILTY, severity=1),
        event(STARTED, 10, 2, need=FRAILTY, severity=1),
    ]
    run = made([70, 70, 30], starts, severity={(0, FRAILTY): 2})
    onset = Onset(kind="onset", need="frailty", who=Who(age=(65, 120)))
    assert onset.parts(run) == (1000.0, pytest.approx(2.0))  # four years lived, half of them with the need


def test_living_somewhere_by_resident_and_by_home() -> None:
    there = {0: "temporary_accommodation", 1: "temporary_accommodation"}
    run = made([30, 5, 40], places=there, households=[7, 7, 8])
    places = ("temporary_accommodation",)
    one_in_three = Living(kind="living", places=places, per=1.0).parts(run)
    assert one_in_three == (pytest.approx(4.0), pytest.approx(6.0))
    assert Living(kind="living", places=places, per=1.0, homes=True).parts(run) == (
        pytest.approx(2.0),
        pytest.approx(4.0),
    )
    assert Living(kind="living", places=places, who=Who(age=(0, 17)), per=1.0).parts(run)[0] == pytest.approx(
        2.0
    )


def test_served_is_an_open_episode_or_a_place_counted_once() -> None:
    run = made(
        [8, 9, 10, 40],
        opened={(0, HOUSING): "support", (1, HOUSING): "support", (3, HOUSING): "support"},
        places={1: "foster_care", 2: "foster_care"},
    )
    served = Served(
        kind="served", services=("support",), places=("foster_care",), who=Who(age=(0, 17)), per=1.0
    )
    assert served.parts(run) == (pytest.approx(6.0), pytest.approx(6.0))
    alone = Served(kind="served", services=("support",), per=1.0)
    assert alone.parts(run)[0] == pytest.approx(6.0)


def test_served_of_one_group_over_another() -> None:
    run = made([8, 8, 8], opened={(0, HOUSING): "support", (1, HOUSING): "support"}, deciles=[1, 10, 10])
    ratio = ServedRatio(
        kind="served_ratio", services=("support",), who=Who(decile=(1, 1)), against=Who(decile=(10, 10))
    )
    assert ratio.parts(run) == (
        pytest.approx(2.0),
        pytest.approx(2.0),
        pytest.approx(2.0),
        pytest.approx(4.0),
    )


def test_treated_looks_a_year_back() -> None:
    held = {(0, HOUSING): 1, (1, HOUSING): 1}
    run = made(
        [30, 30],
        [contact(40, 0, SUPPORT_WEEK, HOUSING, 1), contact(40, 1, SUPPORT_WEEK, FRAILTY, 1)],
        severity=held,
    )
    # Looks at 52, 65, 78 and 91 have week 40 in the 52 before them; at 104 it is gone.
    treated = Treated(kind="treated", need="housing", services=("support",))
    assert treated.parts(run) == (400.0, 10.0)


def test_asked_is_on_a_list_or_open() -> None:
    held = {(row, HOUSING): 1 for row in range(3)}
    run = made(
        [30, 30, 30],
        [event(JOINED, 50, 0, "support"), contact(50, 1, SUPPORT_WEEK, HOUSING, 1)],
        severity=held,
        opened={(2, HOUSING): "support"},
    )
    treated = Treated(kind="treated", need="housing", services=("support",), asked=True)
    # Resident 0 at the looks in weeks 52 to 91: the one in 104 looks back to 52 alone. Resident 2 at all five.
    assert treated.parts(run) == ((4 + 5) * 100.0, 15.0)
