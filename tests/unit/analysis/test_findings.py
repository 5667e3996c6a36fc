"""What charts say they show: only what is more than chance, and the right way round."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from demandsim.analysis import findings


def shunt(*rows: tuple[str, float, float, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["sector", "mean", "low", "high"])


def test_who_paid_names_only_what_is_clear() -> None:
    frame = shunt(
        ("council", -5e5, -6e5, -4e5),
        ("nhs", 9e5, -1e5, 2e6),  # the largest, but within chance
        ("police", 2e5, 1e5, 3e5),
        ("public purse", -3e5, -7e5, 1e5),
        ("residents and families", 5e6, 4e6, 6e6),
    )
    told = findings.who_paid(frame, {"council": "councils", "police": "Police"})
    assert told == (
        "Pays less: councils (£500,000 a year); pays more: Police (£200,000 a year); "
        "public purse: within chance"
    )
    small = findings.who_paid(frame, {"council": "Councils"}, pounds=False)
    assert small == "Pays less: Councils; pays more: police; public purse: within chance"


def test_nobody_moved() -> None:
    frame = shunt(("council", 1.0, -1.0, 2.0), ("public purse", 1.0, -1.0, 2.0))
    assert findings.who_paid(frame, {}) == "Nobody's spending moved by more than chance"


def test_one_pair_tells_what_differs() -> None:
    row = pd.Series({"mean": 1.0, "low": math.nan, "high": math.nan})
    assert findings.clear(row)
    assert not findings.clear(row.replace(1.0, 0.0))


def test_money_views() -> None:
    less, more = shunt(("public purse", -2e6, -3e6, -1e6)), shunt(("public purse", 4e5, 1e5, 9e5))
    assert findings.money_views({"Cash": less, "Full": more}) == (
        "The public purse, a year: −£2m in cash, +£400k in full"
    )
    told = findings.money_views({"Cash": less, "Full": more}, pounds=False)
    assert told == "The public purse, by view: less in cash, more in full"
    same = findings.money_views({"Cash": less, "Full": less}, pounds=False)
    assert same == "The public purse, in every view of the money: less"


def test_timelines() -> None:
    rows = [("x", 100.0, 100.0)] * 4 + [("x", 100.0, 90.0)] * 4
    frame = pd.DataFrame(rows, columns=["service", "baseline", "policy"])
    assert findings.timelines(frame, {"x": "Home care"}) == (
        "Home care: 10.0% fewer contacts in the last year than without the policy"
    )
    assert findings.timelines(frame.assign(baseline=0.0), {}) == "x: contacts begin with the policy"
    assert findings.timelines(frame.iloc[:0], {}) == "No service's contacts moved"


def test_failure() -> None:
    rows = [("policy", "a", "a", 30.0), ("policy", "b", "a", 10.0), ("baseline", "b", "a", 99.0)]
    frame = pd.DataFrame(rows, columns=["arm", "payer", "cause", "contacts"])
    assert findings.failure(frame) == (
        "25% of failure demand falls on others than the agency it is traced to"
    )
    assert "No contact is traced" in findings.failure(frame.iloc[:0])


def test_gaps() -> None:
    columns = ["measure", "baseline", "mean", "low", "high"]

    def told(*rows: Any) -> str:
        return findings.gaps(pd.DataFrame(rows, columns=columns))

    assert told(("crises_gap", 9.0, 1.0, 0.5, 2.0)) == (
        "The gap between most and least deprived fifth in crises widens"
    )
    assert "narrows" in told(("crises_gap", 9.0, -1.0, -2.0, -0.5))
    assert "narrows" in told(("crises_gap", -9.0, 1.0, 0.5, 2.0))  # the other way round to begin with
    assert "does not move" in told(("qalys_lost_gap", 9.0, 1.0, -0.5, 2.0))
    assert findings.gap_name("qalys_lost_gap") == "QALYs lost"


def test_matrix() -> None:
    frame = pd.DataFrame(
        {"policy": ["one", "together", "interaction"], "saver": "", "public purse": [-3e6, -2e6, 1e6]}
    )
    assert findings.matrix(frame) == (
        "Together, the public purse pays £2 million a year less; added up one by one, £3 million less"
    )
    assert findings.matrix(frame, pounds=False) == "Together, the public purse pays less"
    assert findings.matrix(frame.iloc[1:2]) == "Together, the public purse pays £2 million a year less"
