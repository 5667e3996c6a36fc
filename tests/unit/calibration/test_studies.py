"""Published beside simulated: verdicts, tables and the words for a miss."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from demandsim.calibration import studies as whole
from demandsim.calibration.pairs import How, OneSeed, Simulated, Told
from demandsim.calibration.studies import (
    COLUMNS,
    NONE_EXPECTED,
    RERUNS,
    RIGHT,
    UNCLEAR,
    WRONG,
    Rerun,
    Verdict,
    lines,
    rerun,
    studies_frame,
    verdict,
)
from demandsim.calibration.study import studies
from demandsim.scenario.policy import Policy
from demandsim.scenario.schema import Scenario

V01 = studies()["v01"]
VISITS, ADMISSIONS = V01.measures["a_and_e_visits"], V01.measures["emergency_admissions"]


def simulated(mean: float, reach: float) -> Simulated:
    """A figure with as much on either side."""
    return Simulated(mean, mean - reach, mean + reach, 12, "pairs")


@pytest.mark.parametrize(
    ("mean", "reach", "found", "hit"),
    [
        (0.06, 0.01, Verdict(RIGHT, True, True), True),
        (0.06, 0.05, Verdict(RIGHT, True, False), False),
        (0.06, 0.07, Verdict(UNCLEAR, True, False), False),
        (0.02, 0.01, Verdict(RIGHT, False, True), False),
        (-0.02, 0.01, Verdict(WRONG, False, True), False),
        (0.11, 0.01, Verdict(RIGHT, False, True), False),
    ],
)
def test_a_figure_with_a_sign(mean: float, reach: float, found: Verdict, hit: bool) -> None:
    assert verdict(VISITS, simulated(mean, reach)) == found  # published 0.07, 0.04 to 0.10
    assert found.hit is hit


def test_what_was_published_as_nothing_has_no_sign_to_have() -> None:
    assert verdict(ADMISSIONS, simulated(-1.0, 0.5)) == Verdict(NONE_EXPECTED, True, True)
    assert not verdict(ADMISSIONS, simulated(-9.0, 0.5)).inside


def told(visits: Simulated) -> Rerun:
    """V01 with these visits, and admissions that hit."""
    measures = {"a_and_e_visits": visits, "emergency_admissions": simulated(0.0, 0.5)}
    return Rerun(V01, Told(measures, ("councils spend less",)))


def test_the_table_has_a_row_a_figure() -> None:
    frame = studies_frame([told(simulated(-0.01, 0.001))])
    assert frame.columns.tolist() == list(COLUMNS)
    one = frame.iloc[0]
    assert one[["study", "measure", "published", "simulated", "n", "sign", "inside", "sure"]].tolist() == [
        "v01",
        "a_and_e_visits",
        0.07,
        -0.01,
        12,
        WRONG,
        False,
        True,
    ]


def test_a_miss_is_told_with_what_stands_in_the_way_and_a_hit_without() -> None:
    missed, hit = ("\n".join(lines(told(simulated(mean, 0.001)))) for mean in (-0.01, 0.06))
    assert VISITS.stands_in_the_way in missed
    assert "sign WRONG; OUTSIDE the published bounds" in missed
    assert VISITS.stands_in_the_way not in hit
    assert "(391 to 391)" not in hit
    assert "391 pounds a resident aged 65 and over and year (2016/17 prices)" in hit
    assert "beside: councils spend less" in hit


def test_few_pairs_are_marked() -> None:
    few = Simulated(0.06, 0.05, 0.07, 9, "pairs")
    assert "9 pairs (few: wide)" in "\n".join(lines(told(few)))


def test_every_study_can_be_run() -> None:
    assert {study.run_as for study in studies().values()} <= set(RERUNS)


def test_a_rerun_hands_each_seed_on_and_puts_them_together(monkeypatch: pytest.MonkeyPatch) -> None:
    def one_seed(scenario: Scenario, policy: Policy, seed: int) -> OneSeed:
        assert (scenario.residents, scenario.weeks) == (V01.short.residents, V01.weeks)
        assert policy.name == "v01-cut-in-older-peoples-care"
        return OneSeed({"seed": np.array([seed, seed])}, pd.DataFrame())

    def together(seeds: list[OneSeed]) -> Told:
        return Told({}, tuple(str(int(one.numbers["seed"][0])) for one in seeds))

    monkeypatch.setattr(whole, "RERUNS", {V01.run_as: How(one_seed, together)})
    done = rerun(V01, short=True, seed=5, jobs=2)
    assert done.told.beside == tuple(str(seed) for seed in range(5, 5 + V01.short.seeds))


def test_all_are_run_and_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    monkeypatch.setattr(whole, "studies", lambda: {"v01": V01})
    monkeypatch.setattr(whole, "rerun", lambda study, **_: told(simulated(0.06, 0.001)))
    assert [one.study.name for one in whole.run_all(short=True, show=shown.append)] == ["v01"]
    assert shown[0] == f"{V01.title} [{V01.citation}]"
