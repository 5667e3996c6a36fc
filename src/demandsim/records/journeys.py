"""Journeys: every event of the followed residents, in order and in words."""

from __future__ import annotations

import numpy as np
import pandas as pd

from demandsim.records.journal import CONTACT, FIELDS, READY, STAY_BEGAN, STAY_ENDED, WHAT
from demandsim.records.labels import NONE, Recorded, labels, named
from demandsim.units import WEEKS_A_YEAR

FOR_SOMETHING = (CONTACT, STAY_BEGAN, READY, STAY_ENDED)
"""Events that are for background demand where they name no need; others are about no need at all."""


def journeys_frame(record: Recorded) -> pd.DataFrame:
    """Tell what happened to the followed residents.

    Parameters
    ----------
    record
        The run; ``followed=`` says whose events it keeps.

    Returns
    -------
    DataFrame
        ``week`` (from 0), ``year`` (from 1), ``resident`` (identity), ``event`` (in words), ``service``,
        ``need``, ``severity``, ``kind`` (of a contact) and ``cause_agency``: keys of the scenario, "none"
        where there is none. A row an event, in the order they happened; no rows where nobody was followed.
    """
    words = labels(record.scenario)
    at = {field: record.journal[:, column].astype(np.int64) for column, field in enumerate(FIELDS)}
    nothing = np.where(np.isin(at["event"], FOR_SOMETHING), 0, words.no_need)
    no_kind = words.kinds
    return pd.DataFrame(
        {
            "week": at["week"],
            "year": at["week"] // WEEKS_A_YEAR + 1,
            "resident": at["resident"],
            "event": named(WHAT, at["event"]),
            "service": named(words.service, np.where(at["service"] < 0, words.no_service, at["service"])),
            "need": named(words.need, np.where(at["need"] < 0, nothing, at["need"] + 1)),
            "severity": at["severity"],
            "kind": named((*words.kind[:no_kind], NONE), np.where(at["kind"] < 0, no_kind, at["kind"])),
            "cause_agency": named(words.cause, at["cause"]),
        }
    )
