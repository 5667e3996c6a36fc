"""The true effect, which only a simulator sees: the same residents with and without, and the rest of the place."""

from __future__ import annotations

import numpy as np
import pandas as pd

from demandsim.analysis.evaluation.comparisons import (
    before_and_after,
    difference_in_differences,
    unit_and_time_effects,
)
from demandsim.analysis.evaluation.effects import (
    KEYS,
    Effect,
    around,
    at_quarters,
    effect,
    first_quarter,
    never_true,
    standard_error,
)
from demandsim.analysis.evaluation.matching import matched_controls
from demandsim.errors import ViewError

COLUMNS = ["method", "estimate", "low", "high", "treated", "controls", "bias"]


def true_effect(
    panel: pd.DataFrame, without: pd.DataFrame, begins: pd.Series, *, outcome: str, after: int = 4
) -> Effect:
    """Compare those treated with themselves in the arm without the programme.

    Parameters
    ----------
    panel, without
        A row a resident and quarter of the two arms of a pair: the same residents with the same luck.
    begins
        By resident, the first quarter of treatment in the policy arm.
    outcome
        A column of both.
    after
        Quarters from then on that count.

    Returns
    -------
    Effect
        Mean paired difference a quarter over those with a row in all of these quarters in both arms. Its interval
        is from how much the effect differs between residents.
    """
    means = [_after(arm, begins, outcome=outcome, quarters=after) for arm in (panel, without)]
    both = means[0].index.intersection(means[1].index)
    apart = (means[0].loc[both] - means[1].loc[both]).to_numpy(float)
    return effect(
        "TRUE effect on those treated: the same residents with and without",
        float(apart.mean()) if len(apart) else float("nan"),
        standard_error(apart),
        treated=len(apart),
        controls=len(apart),
    )


def spill_over(
    panel: pd.DataFrame, without: pd.DataFrame, residents: pd.Index, *, outcome: str, from_quarter: int
) -> Effect:
    """Tell what the programme did to residents whom it never treated.

    Parameters
    ----------
    panel, without
        Both arms of a pair.
    residents
        Whom it never treated.
    outcome
        A column of both.
    from_quarter
        First quarter of the programme; before it the arms are the same.

    Returns
    -------
    Effect
        Mean paired difference a resident and quarter, over the quarters in which they have a row in both arms.
        ``controls`` counts these residents. Nobody in an evaluation's comparison group is quite untouched.
    """
    kept = [
        arm[(arm["quarter"] >= from_quarter) & arm["resident"].isin(residents)][[*KEYS, outcome]]
        for arm in (panel, without)
    ]
    both = kept[0].merge(kept[1], on=list(KEYS), suffixes=("", "_without"))
    apart = both[outcome].astype(float) - both[f"{outcome}_without"].astype(float)
    by_resident = apart.groupby(both["resident"]).agg(["sum", "size"])
    mean = float(apart.mean()) if len(apart) else float("nan")
    pull = (by_resident["sum"] - mean * by_resident["size"]).to_numpy(float)
    many = len(pull)
    error = float(np.sqrt((pull**2).sum() * many / (many - 1)) / len(apart)) if many > 1 else float("nan")
    return effect("spill-over on those never treated", mean, error, treated=0, controls=many)


def evaluation_frame(
    panel: pd.DataFrame,
    without: pd.DataFrame,
    *,
    programme: str,
    outcome: str,
    quarters: tuple[int, int] | None = None,
    before: int = 4,
    after: int = 4,
) -> pd.DataFrame:
    """Set the usual estimates of a programme's effect beside the true one.

    Parameters
    ----------
    panel, without
        The panels of a pair's two arms: with the programme, and without.
    programme
        Name of the outreach service; whoever it reached counts as treated.
    outcome
        A column of the panel.
    quarters
        Those first reached in these quarters, ends included, are evaluated; without it all who have the quarters
        before and after.
    before, after
        Quarters on either side of the first reached.

    Returns
    -------
    DataFrame
        ``method, estimate, low, high, treated, controls, bias`` (estimate less the true effect; NaN for the last two
        rows): before and after, matched controls, difference in differences, the same with unit and time effects,
        then the true effect and the spill-over. A quarter; bounds hold 90%.

    Raises
    ------
    ViewError
        If the panel lacks a column, or nobody was reached with enough quarters on either side.
    """
    begins = first_quarter(panel, f"reached_{programme}")
    low, high = quarters if quarters is not None else (before, int(panel["quarter"].max()) + 1 - after)
    chosen = begins[(begins >= low) & (begins <= high)]
    treated = around(panel, chosen, outcome=outcome, before=before, after=after)
    if treated.empty:
        raise ViewError(
            f"evaluation: {programme} reached nobody with {before} quarters before and {after} after"
        )
    never = never_true(panel, f"reached_{programme}")
    at = at_quarters(never, treated["begin"].to_numpy(np.int64))
    controls = around(panel, at, outcome=outcome, before=before, after=after)
    watched = panel[panel["resident"].isin(chosen.index) | panel["resident"].isin(never)]
    evaluated = chosen.loc[treated["resident"]]
    truth = true_effect(panel, without, evaluated, outcome=outcome, after=after)
    told = [
        before_and_after(treated),
        matched_controls(treated, controls),
        difference_in_differences(treated, controls),
        unit_and_time_effects(watched, chosen, outcome=outcome),
    ]
    rest = spill_over(panel, without, pd.Index(never), outcome=outcome, from_quarter=int(begins.min()))
    rows = [(*one, one.estimate - truth.estimate) for one in told]
    rows += [(*one, float("nan")) for one in (truth, rest)]
    return pd.DataFrame(rows, columns=COLUMNS)


def _after(arm: pd.DataFrame, begins: pd.Series, *, outcome: str, quarters: int) -> pd.Series:
    """Give the mean outcome of each resident over the quarters from their own on, where they have all of them."""
    rows = arm[arm["resident"].isin(begins.index)][[*KEYS, outcome]]
    since = rows["quarter"] - rows["resident"].map(begins)
    kept = rows[(since >= 0) & (since < quarters)]
    found = kept[outcome].astype(float).groupby(kept["resident"]).agg(["mean", "size"])
    return found.loc[found["size"] == quarters, "mean"]
