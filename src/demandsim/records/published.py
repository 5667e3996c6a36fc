"""A year of contacts beside England's published figures, and how much of each is due to tracked needs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import pandas as pd

from demandsim.evidence.parameter import Parameter
from demandsim.evidence.tables import read_table
from demandsim.records.labels import Recorded, labels
from demandsim.records.measures import RESIDENT_WEEKS
from demandsim.records.outcomes import weekly_totals
from demandsim.scenario.base import AGE_BANDS
from demandsim.scenario.place import FIVE_YEAR_BANDS, Place
from demandsim.units import WEEKS_A_YEAR

EVERYONE, CHILDREN, WORKING_AGE, OLDER, HOMES = (
    "residents",
    "children",
    "residents aged 18 to 64",
    "residents aged 65 and over",
    "households",
)
"""Whom a rate is of."""

Counted = Mapping[str, tuple[str, ...]]
"""Kinds of contact that count, by service."""


class Measure(NamedTuple):
    """One measure, by the name of its published figure: what is counted, and for how many of whom."""

    name: str
    unit: str
    counted: Counted
    per: int = 1000
    of: str = EVERYONE
    bands: slice = slice(None)  # of AGE_BANDS: whose contacts count


ALL_MEASURES = (
    Measure(
        "a_and_e_attendances",
        "attendances per 1,000 residents a year",
        {"a_and_e": ("home", "referred", "admitted")},
    ),
    Measure(
        "ambulance_incidents",
        "incidents per 1,000 residents a year",
        {"ambulance": ("telephone", "on_scene", "conveyed")},
    ),
    Measure("emergency_admissions", "spells per 1,000 residents a year", {"hospital": ("admission",)}),
    Measure("gp_visits", "visits per 1,000 residents a year", {"general_practice": ("visit",)}),
    Measure(
        "police_incidents",
        "incidents per 1,000 residents a year",
        {
            "neighbourhood_policing": ("incident",),
            "police_response": ("attended", "referred", "arrested", "detained"),
        },
    ),
    Measure(
        "social_care_requests_65_and_over",
        "requests per 1,000 residents aged 65 and over a year",
        {"adult_social_care_front_door": ("request",)},
        of=OLDER,
        bands=slice(AGE_BANDS.index(65), None),
    ),
    Measure(
        "social_care_requests_18_to_64",
        "requests per 1,000 residents aged 18 to 64 a year",
        {"adult_social_care_front_door": ("request",)},
        of=WORKING_AGE,
        bands=slice(AGE_BANDS.index(18), AGE_BANDS.index(65)),
    ),
    Measure(
        "childrens_referrals",
        "referrals per 10,000 children a year",
        {"childrens_front_door": ("referral",)},
        per=10_000,
        of=CHILDREN,
    ),
    Measure(
        "homelessness_duties",
        "duties per 1,000 households a year",
        {"housing_options": ("duty",)},
        of=HOMES,
    ),
)


@cache
def published() -> Mapping[str, Parameter]:
    """England's published figures by name, each with its unit, range, grade and source."""
    text = (files("demandsim.records") / "published.toml").read_text(encoding="utf-8")
    return MappingProxyType({one.path: one for one in read_table(text, "published.toml")})


def published_frame(record: Recorded, *more: Recorded) -> pd.DataFrame:
    """Set a year of contacts beside England's published figures.

    Parameters
    ----------
    record, more
        Runs of one scenario, as a rule the baseline of each seed: their contacts are added up.

    Returns
    -------
    DataFrame
        ``measure, unit, published, low, high, simulated, ratio, need_driven_share``: a row a measure whose
        services the scenario has; no rows for an invented place. Rates are a year, for the people the unit
        names; ``ratio`` is simulated ÷ published, ``need_driven_share`` the share of the measure's contacts
        that are for tracked needs; NaN where nothing was run.
    """
    words = labels(record.scenario)
    pairs = [(words.service[service], words.kind[kind]) for kind, service in enumerate(words.service_of)]
    by_age = np.zeros((words.kinds, len(AGE_BANDS), 2), np.int64)
    lived = 0
    for one in (record, *more):
        if one.weeks:
            by_age += one.weekly["by_age"].sum(axis=0)
        lived += int(weekly_totals(one)[RESIDENT_WEEKS].sum())
    parts = shares(record.scenario.place)
    rows = []
    for each in () if record.scenario.place.invented else ALL_MEASURES:
        at = [pairs.index(pair) for pair in _pairs(each) if pair in pairs]
        if len(at) < len(_pairs(each)):
            continue
        figure = published()[each.name]
        background, driven = (int(n) for n in by_age[at, each.bands].sum(axis=(0, 1)))
        rate = _divided((background + driven) * each.per * WEEKS_A_YEAR, lived * parts[each.of])
        share = _divided(driven, background + driven)
        bounds = np.array([figure.value, figure.low, figure.high], np.float64).tolist()
        rows.append((each.name, each.unit, *bounds, rate, rate / bounds[0], share))
    numbers = ["published", "low", "high", "simulated", "ratio", "need_driven_share"]
    frame = pd.DataFrame(rows, columns=["measure", "unit", *numbers])
    return frame.astype({"measure": "str", "unit": "str", **dict.fromkeys(numbers, "float64")})


def shares(place: Place) -> dict[str, float]:
    """How many there are of each kind of people, and homes, to one resident of a place at the start."""
    everyone = sum(district.population for district in place.districts.values())
    people = np.zeros(len(FIVE_YEAR_BANDS))
    for district in place.districts.values():
        bands = np.array(district.people, np.float64).sum(axis=0)
        people += bands / bands.sum() * district.population / everyone
    first = np.array(FIVE_YEAR_BANDS)
    # Of those aged 15 to 19 three fifths are taken to be under 18.
    children = float(people[first < 15].sum() + people[first == 15].sum() * 3 / 5)
    older = float(people[first >= 65].sum())
    return {
        EVERYONE: 1.0,
        CHILDREN: children,
        WORKING_AGE: 1 - children - older,
        OLDER: older,
        HOMES: sum(district.households for district in place.districts.values()) / everyone,
    }


def _pairs(each: Measure) -> list[tuple[str, str]]:
    """Service and kind of every contact that counts."""
    return [(service, kind) for service, kinds in each.counted.items() for kind in kinds]


def _divided(part: float, whole: float) -> float:
    """Divide; nothing of nothing is not a number."""
    return part / whole if whole else float("nan")
