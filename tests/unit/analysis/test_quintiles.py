"""Outcomes by fifth of neighbourhoods: rates per 1,000 a year, their differences, and what is quoted from when."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.unit.analysis.fakes import TOWN, FakeRecord, policy

import demandsim as ds
from demandsim.analysis.comparison import Comparison, Pair
from demandsim.analysis.flows import first_week
from demandsim.analysis.intervals import reach
from demandsim.analysis.quintiles import TOLD, quintiles_frame
from demandsim.records.measures import CRISES, HEALTH, MEASURES, RESIDENT_WEEKS
from demandsim.units import MULTIPLIER_ONE


def counted(crises: int, *, seed: int = 1, lived: int = 1000) -> Any:
    """Two years in which each fifth has so many residents, and the most deprived so many crises a week."""
    record: Any = FakeRecord({}, seed=seed)
    weekly = np.zeros((104, len(MEASURES), 5), np.int64)
    weekly[:, RESIDENT_WEEKS] = lived
    weekly[:, CRISES, 0] = crises
    weekly[:, HEALTH, 4] = MULTIPLIER_ONE * 52
    record.weekly = {"measure": weekly}
    return record


def test_rates_are_for_a_thousand_residents_a_year() -> None:
    pairs = (Pair(counted(10), counted(12)), Pair(counted(10, seed=2), counted(16, seed=2)))
    frame = quintiles_frame(Comparison(TOWN, (policy(),), pairs)).set_index(["measure", "quintile"])
    crises = frame.loc[("crises", 1)]
    assert crises["baseline"] == pytest.approx(520)  # 10 a week of 1,000 residents
    wide = 2 * 52 * reach(2)  # two that are 4 x 52 apart: the standard error of their mean is half of that
    assert (crises["mean"], crises["low"], crises["high"]) == pytest.approx((208, 208 - wide, 208 + wide))
    assert frame.loc[("crises", 5)]["policy"] == 0
    assert frame.loc[("qalys_lost", 5)]["baseline"] == pytest.approx(52)
    assert len(frame) == 5 * len(TOLD)


def test_a_fifth_where_nobody_lives_has_no_rate() -> None:
    frame = quintiles_frame(Comparison(TOWN, (policy(),), (Pair(counted(1, lived=0), counted(1, lived=0)),)))
    assert frame["baseline"].isna().all()
    assert set(frame["interval"]) == {"one pair: no interval"}


def test_fifths_add_up_to_the_whole(small_town: ds.Scenario) -> None:
    town = small_town.replace(weeks=52)
    pair = ds.compare(town, ds.read_policy("small-town-council-saves"), seeds=1)
    record, start = pair.pairs[0].policy, first_week(pair)
    lived = record.weekly["measure"][start:, RESIDENT_WEEKS].sum(axis=0)
    frame = quintiles_frame(pair)
    rates = frame[frame["measure"] == "crises"]["policy"].to_numpy()
    total = record.outcomes(from_week=start).set_index("measure")["value"]["crises"]
    assert (rates * lived / 52 / 1000).sum() * record.scale == pytest.approx(total)
