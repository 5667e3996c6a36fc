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
        "Paying less: councils (£500,000 a year); paying more: Police (£200,000 a year); "
        "public purse: within chance"
    )
    small = findings.who_paid(frame, {"council": "Councils"}, pounds=False)
    assert small == "Paying less: Councils; paying more: police; public purse: within chance"


def test_who_paid_counts_all_others_each_way() -> None:
    frame = shunt(
        ("council", -5e5, -6e5, -4e5),
        ("nhs", -4e5, -5e5, -1e5),
        ("community", -1e5, -2e5, -1e4),  # charities are among the last rows, not the payers
        ("police", 2e5, 1e5, 3e5),
        ("dwp", 1e5, 1e4, 2e5),
        ("courts", 3e4, 1e4, 2e5),
        ("schools", 400.0, 300.0, 500.0),
        ("public purse", -5e5, -7e5, -1e5),
    )
    assert findings.who_paid(frame, {}, grain=1000.0) == (
        "Paying less: council (£500,000 a year) and one other (£400,000); paying more: police (£200,000 a year) and "
        "2 others (£130,000); public purse: £500,000 a year less"
    )
    assert findings.who_paid(frame, {}, pounds=False) == (
        "Paying less: council and one other; paying more: police and 3 others; public purse: less"
    )


def test_nobody_moved() -> None:
    frame = shunt(("council", 1.0, -1.0, 2.0), ("public purse", 1.0, -1.0, 2.0))
    assert findings.who_paid(frame, {}) == "Nobody's spending moved by more than chance"


def test_one_pair_tells_what_differs() -> None:
    row = pd.Series({"mean": 1.0, "low": math.nan, "high": math.nan})
    assert findings.clear(row)
    assert not findings.clear(row.replace(1.0, 0.0))


def test_who_paid_names_no_direction_with_one_pair() -> None:
    frame = shunt(("council", -5e5, math.nan, math.nan), ("public purse", -5e5, math.nan, math.nan))
    told = findings.who_paid(frame, {})
    assert told == "One run of luck: who pays more and who less is told from two pairs on"
    assert findings.who_paid(frame.assign(mean=0.0), {}).startswith("Nobody's spending moved")


def test_money_views() -> None:
    less, more = shunt(("public purse", -2e6, -3e6, -1e6)), shunt(("public purse", 4e5, 1e5, 9e5))
    assert findings.money_views({"Cash": less, "Full": more}) == (
        "The public purse, a year: −£2m in cash, +£400k in full"
    )
    unclear = shunt(("public purse", 4e5, -1e5, 9e5))
    assert (
        findings.money_views({"Full": unclear}) == "The public purse, a year: +£400k in full (within chance)"
    )
    told = findings.money_views({"Cash": less, "Full": more}, pounds=False)
    assert told == "The public purse, by view: less in cash, more in full"
    same = findings.money_views({"Cash": less, "Full": less}, pounds=False)
    assert same == "The public purse, in every view of the money: less"


def last_year(*rows: tuple[str, float, float, float, float]) -> pd.DataFrame:
    """Contacts of the last year, and how they differ."""
    return pd.DataFrame(rows, columns=["service", "baseline", "mean", "low", "high"])


def test_timelines() -> None:
    frame = last_year(("x", 400.0, -40.0, -50.0, -30.0), ("y", 100.0, 9.0, 8.0, 10.0))
    assert findings.timelines(frame, {"x": "Home care"}) == (
        "Home care: 10.0% fewer contacts in the last year than without the policy"
    )
    assert findings.timelines(frame, {}, sizes=False) == (
        "x: fewer contacts in the last year than without the policy"
    )
    assert findings.timelines(frame.assign(baseline=0.0), {}) == "x: contacts begin with the policy"
    assert findings.timelines(frame.iloc[:0], {}) == "No service's contacts moved"
    hair = last_year(("x", 1e6, 90.0, 80.0, 100.0))
    assert "x: less than 0.1% more contacts" in findings.timelines(hair, {})


def test_timelines_tell_no_noise() -> None:
    noise = ("x", 400.0, 0.4, -5.0, 6.0)
    within = "Contacts in the last year: within chance of those without the policy"
    assert findings.timelines(last_year(noise), {}) == within
    assert findings.timelines(last_year(noise), {}, sizes=False) == within
    both = last_year(noise, ("y", 100.0, 9.0, 8.0, 10.0))
    assert findings.timelines(both, {}) == "y: 9.0% more contacts in the last year than without the policy"
    one_pair = last_year(("x", 400.0, 0.4, math.nan, math.nan))
    assert findings.timelines(one_pair, {}).startswith("x: 0.1% more contacts")


def failing(mean: float, low: float, high: float, baseline: float = 50.0) -> pd.DataFrame:
    """How failure demand moved."""
    columns = ["payer", "baseline", "policy", "mean", "low", "high"]
    return pd.DataFrame([("all", baseline, baseline + mean, mean, low, high)], columns=columns)


def test_failure() -> None:
    rows = [
        ("policy", "a", "a", 30.0),
        ("policy", "b", "a", 10.0),
        ("baseline", "b", "a", 20.0),
        ("baseline", "b", "b", 30.0),
    ]
    frame = pd.DataFrame(rows, columns=["arm", "payer", "cause", "contacts"])
    others = "25% of it falls on others than the agency it is traced to (40% without the policy)"
    assert findings.failure(frame, failing(-10.0, -12.0, -8.0)) == f"Failure demand falls by 20%; {others}"
    assert findings.failure(frame, failing(1.0, 0.5, 2.0)) == f"Failure demand rises by 2.0%; {others}"
    assert "does not move by more than chance;" in findings.failure(frame, failing(1.0, -1.0, 2.0))
    begins = findings.failure(frame[frame["arm"] == "policy"], failing(40.0, 30.0, 50.0, baseline=0.0))
    assert begins.startswith("Failure demand begins with the policy; 25% of it")
    assert begins.endswith("(none without the policy)")
    assert "No contact is traced" in findings.failure(frame.iloc[:0], failing(0.0, 0.0, 0.0))


def test_gaps() -> None:
    columns = ["measure", "baseline", "mean", "low", "high"]

    def told(*rows: Any) -> str:
        return findings.gaps(pd.DataFrame(rows, columns=columns))

    assert told(("crises_gap", 8.0, 1.0, 0.5, 2.0)) == (
        "The gap between the most and the least deprived fifth: widens by 12.5% in crises"
    )
    assert "narrows" in told(("crises_gap", 9.0, -1.0, -2.0, -0.5))
    assert "narrows" in told(("crises_gap", -9.0, 1.0, 0.5, 2.0))  # the other way round to begin with
    both = told(("crises_gap", 9.0, 1.0, -0.5, 2.0), ("qalys_lost_gap", 9.0, 1.0, -0.5, 2.0))
    assert both.endswith(": no change beyond chance in crises and QALYs lost")
    assert findings.gap_name("qalys_lost_gap") == "QALYs lost"


def purse(together: float, interaction: float) -> pd.DataFrame:
    """A matrix of one part, of which only the public purse matters."""
    rows = ["one", "together", "interaction"]
    return pd.DataFrame(
        {"policy": rows, "saver": "", "public purse": [together - interaction, together, interaction]}
    )


def test_matrix() -> None:
    frame = purse(-2e6, 1e6)
    told = "Together, the public purse pays £2 million a year less"
    more = f"{told}; it pays £1 million more than the parts, each run alone, add up to"
    assert findings.matrix(frame) == more
    assert findings.matrix(frame, bounds=(purse(-3e6, 5e5), purse(-1e6, 2e6))) == more
    assert findings.matrix(frame, pounds=False) == "Together, the public purse pays less"
    assert findings.matrix(frame.iloc[1:2]) == told
    unknown = purse(math.nan, math.nan)  # one pair
    assert findings.matrix(frame, bounds=(unknown, unknown)) == more


def test_the_matrix_tells_no_noise() -> None:
    frame, low, high = purse(-2e6, 1e6), purse(-3e6, -1e6), purse(-1e6, 2e6)
    told = "Together, the public purse pays £2 million a year less"
    assert findings.matrix(frame, bounds=(low, high)) == (
        f"{told}; the parts, each run alone, add up to the same within chance"
    )
    unclear = "Together, what the public purse pays does not move by more than chance"
    low, high = purse(-5e6, 5e5), purse(1e6, 2e6)
    assert findings.matrix(frame, bounds=(low, high), pounds=False) == unclear
    assert findings.matrix(frame, bounds=(low, high)).startswith(f"{unclear}; it pays £1 million more than")
    crumbs = purse(-2e6, 400.0)
    assert findings.matrix(crumbs, bounds=(crumbs, crumbs), grain=1000.0) == (
        f"{told}; the parts, each run alone, add up to the same"
    )
