"""Matched controls: residents as likely to take part who did not, found by a propensity score."""

from __future__ import annotations

from bisect import bisect_left
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from demandsim.analysis.evaluation.effects import Effect, effect, standard_error
from demandsim.errors import ViewError

ROUNDS = 50
"""Steps of reweighting at most; it settles in under ten unless a covariate tells the groups apart."""
SETTLED = 1e-10
RIDGE = 1e-6
"""Added to each slope's information: keeps slopes finite where a covariate tells the groups apart."""
WHOLE_POINTS = 1e6
"""A score is rounded to millionths before it is used: the last digits of a fit differ between machines."""
CALIPER = 0.2
"""Standard deviations of the score within which a match must lie (Austin 2011)."""


class Matches(NamedTuple):
    """Pairs: position of each matched treated resident, and of the control found for them."""

    treated: NDArray[np.int64]
    control: NDArray[np.int64]


def logistic(covariates: NDArray[np.float64], happened: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Fit a logistic regression by iteratively reweighted least squares.

    Parameters
    ----------
    covariates : [resident, covariate]
        Without a column for the intercept, which is fitted first.
    happened : [resident]
        What is to be told.

    Returns
    -------
    [1 + covariate]
        Intercept and slopes, log odds for each unit.

    Raises
    ------
    ViewError
        If it happened to everybody or nobody: there is nothing to tell apart.

    Notes
    -----
    Slopes carry a ridge of a millionth, too small to see unless a covariate tells the two groups apart wholly.
    """
    if happened.all() or not happened.any():
        raise ViewError("a propensity score needs residents who took part and residents who did not")
    design = np.column_stack([np.ones(len(happened)), covariates])
    slopes = np.zeros(design.shape[1])
    ridge = RIDGE * np.eye(design.shape[1])
    ridge[0, 0] = 0.0
    for _ in range(ROUNDS):
        chance = 1 / (1 + np.exp(-np.clip(design @ slopes, -30, 30)))
        weight = chance * (1 - chance)
        gradient = design.T @ (happened - chance) - ridge @ slopes
        step = np.linalg.solve((design * weight[:, None]).T @ design + ridge, gradient)
        slopes = slopes + step
        if float(np.abs(step).max()) < SETTLED:
            break
    return slopes


def covariates(people: pd.DataFrame) -> NDArray[np.float64]:
    """Make the columns of a propensity score from what ``effects.around`` lays out.

    Returns
    -------
    [resident, covariate]
        Age, its square, sex, quintile, the root of contacts before and the root of the outcome before (high use is
        heavy-tailed; below zero it is taken as zero), each with mean 0 and standard deviation 1. One that is the
        same for everybody is left out.
    """
    age = people["age"].to_numpy(float)
    columns = np.column_stack(
        [
            age,
            (age - age.mean()) ** 2 if len(age) else age,
            (people["sex"] == "male").to_numpy(float),
            people["quintile"].to_numpy(float),
            np.sqrt(people["used"].to_numpy(float)),
            np.sqrt(np.maximum(0.0, people["before"].to_numpy(float))),
        ]
    )
    spread = columns.std(axis=0)
    kept = spread > 0
    return np.asarray((columns[:, kept] - columns[:, kept].mean(axis=0)) / spread[kept], np.float64)


def nearest(treated: NDArray[np.float64], controls: NDArray[np.float64], *, within: float) -> Matches:
    """Give each treated resident the nearest control who is left, the highest score first.

    Parameters
    ----------
    treated, controls : [resident]
        Scores.
    within
        How far apart a pair may lie.

    Returns
    -------
    Matches
        No control is used twice. Equal scores go in the order given; of two controls equally near, the one with the
        lower score is taken.
    """
    order = np.argsort(controls, kind="stable")
    scores, places = controls[order].tolist(), order.tolist()
    pairs: list[tuple[int, int]] = []
    for one in np.argsort(-treated, kind="stable").tolist():
        score = float(treated[one])
        above = bisect_left(scores, score)
        near = [at for at in (above - 1, above) if 0 <= at < len(scores)]
        if not near:
            break
        best = min(near, key=lambda at: (abs(scores[at] - score), at))
        if abs(scores[best] - score) <= within:
            pairs.append((one, places.pop(best)))
            scores.pop(best)
    table = np.array(sorted(pairs), np.int64).reshape(-1, 2)
    return Matches(table[:, 0], table[:, 1])


def matched_controls(treated: pd.DataFrame, controls: pd.DataFrame) -> Effect:
    """Compare those treated with residents as likely to be, who were not.

    Parameters
    ----------
    treated
        Who took part, as ``effects.around`` lays them out.
    controls
        Who did not, about every quarter in which somebody began; a resident is used once at most.

    Returns
    -------
    Effect
        Mean after of those matched less mean after of their controls, within pairs. Right where nothing but
        age, sex, quintile and use before tells who takes part: what an evaluator cannot see is not matched.

    Raises
    ------
    ViewError
        If one of the two is empty.

    Notes
    -----
    Nearest neighbour without replacement on the logit of the propensity score, within 0.2 standard deviations of it,
    and within the quarter. Whoever has no control so near is left out: the estimate is for those matched.
    """
    people = pd.concat([treated, controls], ignore_index=True)
    took_part = np.arange(len(people)) < len(treated)
    made = covariates(people)
    score = np.column_stack([np.ones(len(people)), made]) @ logistic(made, took_part)
    score = np.round(score * WHOLE_POINTS) / WHOLE_POINTS
    within = CALIPER * float(score.std())
    apart: list[NDArray[np.float64]] = []
    used: set[int] = set()
    begin, resident = people["begin"].to_numpy(np.int64), people["resident"].to_numpy(np.int64)
    after = people["after"].to_numpy(float)
    for quarter in np.unique(begin[took_part]):
        free = ~np.isin(resident, np.array(sorted(used), np.int64))
        ones = np.flatnonzero(took_part & (begin == quarter))
        others = np.flatnonzero(~took_part & (begin == quarter) & free)
        pairs = nearest(score[ones], score[others], within=within)
        apart.append(after[ones[pairs.treated]] - after[others[pairs.control]])
        used.update(resident[others[pairs.control]].tolist())
    differences = np.concatenate(apart)
    return effect(
        "matched controls: those treated less their nearest by propensity score (age, sex, quintile, use before)",
        float(differences.mean()) if len(differences) else float("nan"),
        standard_error(differences),
        treated=len(differences),
        controls=len(differences),
    )
