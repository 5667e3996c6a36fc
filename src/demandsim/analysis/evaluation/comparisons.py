"""Three plain comparisons: before and after, a lot drawn, and change against change."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from demandsim.analysis.evaluation.effects import KEYS, Effect, effect, standard_error
from demandsim.errors import ViewError


def before_and_after(treated: pd.DataFrame) -> Effect:
    """Compare the treated with themselves.

    Parameters
    ----------
    treated
        Who took part, as ``effects.around`` lays them out.

    Returns
    -------
    Effect
        Mean of after less before. Who is picked at their worst gets better by themselves (regression to the
        mean), and what happens to everybody meanwhile is counted too.
    """
    change = (treated["after"] - treated["before"]).to_numpy(float)
    return effect(
        "before and after: mean change of those treated",
        _mean(change),
        standard_error(change),
        treated=len(change),
    )


def randomised(offered: pd.Series, outcome: pd.Series) -> Effect:
    """Compare those a lot gave the offer with those it did not.

    Parameters
    ----------
    offered
        True or false by resident: what the lot said, whether or not the offer was taken up.
    outcome
        A number by resident; residents who are in one of the two only are left out.

    Returns
    -------
    Effect
        Difference of means, intention to treat, in the outcome's unit.

    Notes
    -----
    The interval is Welch's, with a normal's quantile: the groups may differ in spread. It is too narrow with fewer
    than some 30 residents in a group.
    """
    both = offered.index.intersection(outcome.index)
    lot, value = offered.loc[both].to_numpy(bool), outcome.loc[both].to_numpy(float)
    one, other = value[lot], value[~lot]
    return effect(
        "randomised: those offered less those not, by lot",
        _mean(one) - _mean(other),
        float(np.hypot(standard_error(one), standard_error(other))),
        treated=len(one),
        controls=len(other),
    )


def difference_in_differences(treated: pd.DataFrame, controls: pd.DataFrame) -> Effect:
    """Compare the change of those treated with the change of others over the same quarters.

    Parameters
    ----------
    treated
        Who took part, as ``effects.around`` lays them out, each about their own quarter.
    controls
        Who did not, about every quarter in which somebody began (``effects.at_quarters``).

    Returns
    -------
    Effect
        Right where both would have changed alike without the programme (parallel trends).

    Raises
    ------
    ViewError
        If somebody began in a quarter that has no controls.

    Notes
    -----
    Controls' mean change in each quarter is weighted by how many began in it. The interval is robust to one resident
    being a control in several quarters: what each adds to the estimate is summed by resident before squaring.
    """
    change = (treated["after"] - treated["before"]).to_numpy(float)
    quarters, counts = np.unique(treated["begin"].to_numpy(np.int64), return_counts=True)
    weight = dict(zip(quarters.tolist(), (counts / max(1, counts.sum())).tolist(), strict=True))
    rows = controls[controls["begin"].isin(quarters)]
    by_quarter = (rows["after"] - rows["before"]).groupby(rows["begin"])
    means, sizes = by_quarter.mean(), by_quarter.size()
    if missing := [quarter for quarter in weight if quarter not in means.index]:
        raise ViewError(f"difference in differences: no controls about quarter {missing[0]}")
    counterfactual = sum(weight[quarter] * float(means[quarter]) for quarter in weight)
    apart = rows["after"] - rows["before"] - rows["begin"].map(means)
    pull = (apart * rows["begin"].map(weight) / rows["begin"].map(sizes)).groupby(rows["resident"]).sum()
    of_controls = _clustered(pull.to_numpy(float))
    return effect(
        "difference in differences: change of those treated less change of others, same quarters",
        _mean(change) - counterfactual,
        float(np.hypot(standard_error(change), of_controls)),
        treated=len(change),
        controls=len(pull),
    )


def unit_and_time_effects(panel: pd.DataFrame, begins: pd.Series, *, outcome: str) -> Effect:
    """Regress the outcome on being treated, with an effect of each resident and of each quarter.

    Parameters
    ----------
    panel
        A row a resident and quarter: those treated and those they are compared with.
    begins
        Quarter from which each treated resident counts as treated; whoever is not in it is a control.
    outcome
        A column of the panel.

    Returns
    -------
    Effect
        Of residents with a row in every quarter of the panel (a balanced one). NaN where nobody's treatment begins
        within it.

    Notes
    -----
    The interval is clustered by resident (Liang and Zeger), times residents / (residents − 1). Where residents begin
    in different quarters and effects grow, those treated early serve as controls for those treated late, and the
    estimate is biased (Goodman-Bacon 2021).
    """
    rows = panel[[*KEYS, outcome]].sort_values(list(KEYS))
    quarters = rows["quarter"].unique()
    rows = rows[rows.groupby("resident")["quarter"].transform("size") == len(quarters)]
    people = rows["resident"].unique()
    begin = pd.Series(people, index=people).map(begins).to_numpy(float)
    value = rows[outcome].to_numpy(float).reshape(len(people), len(quarters))
    when = rows["quarter"].to_numpy(np.int64).reshape(value.shape)
    on = (when >= begin[:, None]).astype(float)  # NaN, never treated, compares as false
    treated, outcome_left = _demeaned(on), _demeaned(value)
    spread = float((treated**2).sum())
    method = "difference in differences with an effect of each resident and quarter"
    taking_part = int((on.any(axis=1)).sum())
    counted = {"treated": taking_part, "controls": len(people) - taking_part}
    if spread <= 0:
        return effect(method, float("nan"), float("nan"), **counted)
    estimate = float((treated * outcome_left).sum()) / spread
    left = outcome_left - estimate * treated
    error = _clustered((treated * left).sum(axis=1) / spread)
    return effect(method, estimate, error, **counted)


def _demeaned(table: NDArray[np.float64]) -> NDArray[np.float64]:
    """Take a balanced table's row means and column means out: [resident, quarter]."""
    if not table.size:
        return table
    rows, columns = table.mean(axis=1, keepdims=True), table.mean(axis=0, keepdims=True)
    return np.asarray(table - rows - columns + table.mean(), np.float64)


def _clustered(pulls: NDArray[np.float64]) -> float:
    """Give the standard error of an estimate from what each resident adds to it."""
    many = len(pulls)
    if many < 2:
        return float("nan")
    return float(np.sqrt((pulls**2).sum() * many / (many - 1)))


def _mean(values: NDArray[np.float64]) -> float:
    """Take a mean; nothing has none."""
    return float(values.mean()) if len(values) else float("nan")
