"""Outcomes in both arms, and contacts by quarter."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.unit.analysis.fakes import SAVING, TOWN, FakeRecord, compared, policy

from demandsim.analysis.comparison import Comparison, Pair
from demandsim.analysis.flows import window
from demandsim.analysis.intervals import reach
from demandsim.analysis.outcomes import (
    few_told,
    last_year_frame,
    most_moved,
    outcomes_frame,
    timeline_frame,
    timelines,
)
from demandsim.errors import ComparisonError
from demandsim.scenario.policy import Change


def with_outcomes(*arms: tuple[dict[str, float], dict[str, float]]) -> Comparison:
    """A comparison of two recorded years with the outcomes given: baseline and policy for each pair."""
    pairs = []
    for seed, (before, after) in enumerate(arms, start=1):
        baseline: Any = FakeRecord({}, seed=seed, outcomes=before)
        changed: Any = FakeRecord({}, seed=seed, outcomes=after)
        pairs.append(Pair(baseline, changed))
    return Comparison(TOWN, (policy(),), tuple(pairs))


def test_counts_are_a_year_and_shares_are_shares() -> None:
    comparison = with_outcomes(
        ({"crises": 100.0, "failure_demand_share": 0.4}, {"crises": 120.0, "failure_demand_share": 0.5}),
        ({"crises": 200.0, "failure_demand_share": 0.6}, {"crises": 260.0, "failure_demand_share": 0.7}),
    )
    frame = outcomes_frame(comparison)
    assert frame.columns.tolist() == [
        "measure",
        "unit",
        "baseline",
        "policy",
        "mean",
        "low",
        "high",
        "interval",
        "quoted_from",
    ]
    crises, share = frame.to_dict("records")
    assert crises["unit"] == "things a year"
    assert (crises["baseline"], crises["policy"]) == (75.0, 95.0)
    wide = 10 * reach(2)  # two that are 20 apart: the standard error of their mean is 10
    assert (crises["mean"], crises["low"], crises["high"]) == pytest.approx((20.0, 20 - wide, 20 + wide))
    assert share["unit"] == "things"
    assert share["baseline"] == pytest.approx(0.5)
    assert share["mean"] == pytest.approx(0.1)


class Counted(FakeRecord):
    """Has ten crises a week, and one more from a week on."""

    more_from = 10_000

    def outcomes(self, *, from_week: int = 0) -> pd.DataFrame:
        weeks = range(from_week, self.weeks)
        crises = float(sum(10 + (week >= self.more_from) for week in weeks))
        rows = [
            ("crises", "crises", crises, 0),
            ("failure_demand_share", "share", crises / (20 * len(weeks)), 0),
        ]
        return pd.DataFrame(rows, columns=["measure", "unit", "value", "quoted_from"])


def test_outcomes_are_over_the_weeks_of_the_money() -> None:
    """A policy from week 208 of 260: a crisis a week more is 52 more a year, not a fifth of that."""
    pairs = []
    for seed in (1, 2):
        baseline: Any = Counted({}, seed=seed, weeks=260)
        changed: Any = Counted({}, seed=seed, weeks=260)
        changed.more_from = 208
        pairs.append(Pair(baseline, changed))
    late = policy(change=(Change(close="custody", from_week=208),))
    comparison = Comparison(TOWN, (late,), tuple(pairs))
    crises, share = comparison.outcomes().to_dict("records")
    assert (crises["baseline"], crises["policy"], crises["mean"]) == (520.0, 572.0, 52.0)
    assert share["mean"] == pytest.approx(1 / 20)
    assert window(comparison).years == 1.0


def test_what_has_nothing_to_divide_by_is_not_a_number() -> None:
    wait = {"weeks_to_help": float("nan")}
    frame = outcomes_frame(with_outcomes((wait, wait), (wait, wait)))
    assert frame[["baseline", "policy", "mean", "low", "high"]].isna().all(axis=None)


def test_records_with_different_measures_are_refused() -> None:
    with pytest.raises(ComparisonError, match="different measures"):
        outcomes_frame(with_outcomes(({"crises": 1.0}, {"deaths": 1.0})))


def quoted(**measures: int) -> pd.DataFrame:
    """An outcomes frame of measures, each with the residents from which on it is quoted."""
    return pd.DataFrame({"measure": list(measures), "quoted_from": list(measures.values())})


QUOTED = quoted(crises=20_000, helped=20_000, deaths=20_000, bounces=100_000, gave_up=400_000)


@pytest.mark.parametrize(
    ("frame", "residents", "told"),
    [
        (QUOTED, 400_000, ""),
        (QUOTED.iloc[:0], 10, ""),
        (
            QUOTED,
            100_000,
            "With 100,000 residents some measures only show which way things go: Gave up (quoted from 400,000 "
            "residents on).",
        ),
        (
            QUOTED,
            20_000,
            "With 20,000 residents some measures only show which way things go: Bounces (quoted from 100,000 residents "
            "on); Gave up (from 400,000).",
        ),
        (
            QUOTED,
            2_000,
            "With 2,000 residents these measures only show which way things go; they are quoted from 20,000 residents "
            "on (Bounces from 100,000; Gave up from 400,000).",
        ),
        (
            QUOTED.iloc[:3],
            2_000,
            "With 2,000 residents these measures only show which way things go; they are quoted from 20,000 residents "
            "on.",
        ),
        (
            quoted(crises=500, helped=20_000, deaths=20_000, bounces=100_000),
            2_000,
            "With 2,000 residents these measures, but for Crises, only show which way things go; they are quoted from "
            "20,000 residents on (Bounces from 100,000).",
        ),
    ],
)
def test_what_few_residents_only_hint_at_is_said_in_one_sentence(
    frame: pd.DataFrame, residents: int, told: str
) -> None:
    """Few measures are named; where they are most or all, only what is otherwise is."""
    assert few_told(frame, residents) == told


def test_contacts_by_quarter() -> None:
    frame = timeline_frame(compared(SAVING, policy(), weeks=58), ("hospital",))
    assert frame["service"].tolist() == ["hospital"] * 4  # the fifth quarter is short
    assert frame["week"].tolist() == [0, 13, 26, 39]
    assert frame["baseline"].sum() == pytest.approx(1000, abs=1)
    assert frame["policy"].sum() == pytest.approx(1200, abs=1)
    assert np.allclose(frame["mean"], frame["policy"] - frame["baseline"])
    assert (frame["low"] <= frame["mean"]).all()


def test_contacts_in_the_last_year() -> None:
    comparison = compared(SAVING, policy(), weeks=110)
    last, quarters = last_year_frame(comparison, ("hospital",)), timeline_frame(comparison, ("hospital",))
    assert quarters["quarter"].max() == 7  # the ninth quarter is short
    assert last["service"].tolist() == ["hospital"]
    assert last["baseline"].item() == pytest.approx(quarters["baseline"].tail(4).sum())
    assert last["policy"].item() == pytest.approx(1200, abs=1)
    assert last["mean"].item() == pytest.approx(200, abs=1)
    assert 0 < last["low"].item() < last["mean"].item() < last["high"].item() < 400
    both = timelines(comparison)
    assert both[0].equals(timeline_frame(comparison))
    assert both[1].equals(last_year_frame(comparison))
    assert last_year_frame(compared(SAVING, policy(), weeks=9)).empty


def test_the_services_that_moved_most_come_first() -> None:
    comparison = compared(SAVING, policy())
    assert most_moved(comparison, 4) == ("home_care", "hospital")
    assert timeline_frame(comparison)["service"].unique().tolist() == ["home_care", "hospital"]
    nothing: Any = [dict.fromkeys(SAVING[0], 0.0)]
    assert timeline_frame(compared(nothing, policy())).empty
