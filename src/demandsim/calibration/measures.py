"""Every kind of measure that a target may name, and how what it takes from runs becomes one number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from demandsim.calibration.compared import Discrimination, KnownRatio, OddsRatio, SeverityRatio
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
from demandsim.calibration.rates import ContactShare, Overlap, Rate, RateRatio, TopShare, Users
from demandsim.calibration.selection import BACKGROUND
from demandsim.calibration.sequences import Fading, KnownBefore, Refused, Repeat, Returned, Unanswered
from demandsim.calibration.watched import YEARS

Measure = Annotated[
    ContactShare
    | Discrimination
    | Fading
    | HolderShare
    | KnownBefore
    | KnownRatio
    | Living
    | OddsRatio
    | Onset
    | Overlap
    | Prevalence
    | PrevalenceRatio
    | Rate
    | RateRatio
    | Refused
    | Repeat
    | Returned
    | Served
    | ServedRatio
    | SeverityRatio
    | TopShare
    | Treated
    | Unanswered
    | Users,
    Field(discriminator="kind"),
]


def years_needed(measure: Measure) -> int:
    """Recorded years that a run must have for a measure."""
    return max(YEARS, measure.years_on + 1) if isinstance(measure, Fading) else YEARS


def kept_later(measures: Sequence[Measure]) -> set[tuple[str, str]]:
    """Service and kind of the contacts that measures look at after the years in which nearly all is measured."""
    late = [one for one in measures if years_needed(one) > YEARS and isinstance(one, Fading)]
    return {
        (service, kind) for one in late for service, kinds in one.counted.services.items() for kind in kinds
    }


def named(measure: Measure) -> tuple[set[str], set[str]]:
    """Services and needs that a measure names."""
    services: set[str] = set()
    needs: set[str] = set()
    _names(measure.model_dump(), services, needs)
    return services, needs - {BACKGROUND}


def _names(given: Any, services: set[str], needs: set[str]) -> None:
    """Collect names, however deep they stand."""
    if isinstance(given, tuple):
        for inner in given:
            _names(inner, services, needs)
    if not isinstance(given, dict):
        return
    for key, inner in given.items():
        if key in ("services", "service", "leads_to", "while_open"):
            services.update([inner] if isinstance(inner, str) else inner)
        elif key in ("need", "needs"):
            needs.update([inner] if isinstance(inner, str) else inner or ())
        else:
            _names(inner, services, needs)


def value_of(parts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn parts into what the target is compared with.

    Parameters
    ----------
    parts : [..., 2] or [..., 4]
        A part and its whole, or two such pairs; of one run, or added up over runs.

    Returns
    -------
    [...]
        Part ÷ whole, or the first pair's over the second's; NaN where there is nothing to divide by.
    """
    given = np.asarray(parts, np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = given[..., 0] / given[..., 1]
        if given.shape[-1] == 4:
            value = value / (given[..., 2] / given[..., 3])
    return np.where(np.isfinite(value), value, np.nan)
