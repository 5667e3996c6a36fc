"""Plain words for tables, charts and sentences: sums to two figures, and who is who."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from demandsim.analysis.flows import COMMUNITY, PURSE, RESIDENTS
from demandsim.scenario.contents import Contents
from demandsim.scenario.words import the_agency, the_service

SECTOR_TITLES = {
    "council": "Councils",
    "nhs": "NHS",
    "police": "Police",
    "community": "Charities",
    "other_public": "Courts, prison, benefits, schools",
}
ROW_TITLES = {
    PURSE: "Public purse",
    COMMUNITY: "Community (charitable money)",
    RESIDENTS: "Residents and families",
}
VIEW_TITLES = {
    "cash": "Cash",
    "cash_low_r": "Cash, low responsive share",
    "cash_high_r": "Cash, high responsive share",
    "full": "Full (unit costs)",
    "capacity": "Capacity (staff time)",
}
_MEASURES = {
    "unmet_need_weeks": "Weeks of unmet need",
    "hand_offs": "Hand-offs",
    "lost_hand_offs": "Lost hand-offs",
    "weeks_to_help": "Weeks to help, for those helped",
    "refusals": "Turned away",
    "failure_demand_share": "Failure demand",
    "delayed_discharge_weeks": "Weeks of delayed discharge",
    "resident_weeks": "Weeks lived in the place",
    "unpaid_care_weeks": "Weeks of unpaid care",
    "overrun_hours": "Hours over what was funded",
    "childrens_referrals": "Children's referrals",
    "social_care_requests_65_and_over": "Social care requests, 65 and over",
    "social_care_requests_18_to_64": "Social care requests, 18 to 64",
    "crises_gap": "Crises: gap",
    "qalys_lost_gap": "QALYs lost: gap",
}
"""Measures whose key does not read well as it is."""
UNITS = ((1e9, " billion", "bn"), (1e6, " million", "m"), (1e3, "", "k"))


def two_figures(value: float, figures: int = 2) -> float:
    """Round to two figures, or as many as told: 1,234,567 to 1,200,000."""
    return float(f"{value:.{figures}g}")


def said(pounds: float) -> str:
    """A sum as it would be said, to two figures and without its sign: "£1.2 million", "£150,000", "£85"."""
    size = abs(two_figures(pounds))
    for unit, name, _ in UNITS[:2]:
        if size >= unit:
            return f"£{size / unit:.3g}{name}"
    return f"£{size:,.0f}"


def short(pounds: float, grain: float = 1.0, figures: int = 2) -> str:
    """A sum for a table or a bar, to two figures, with its sign: "+£1.2m", "−£150k", "£0"; "n/a" for none.

    Sums are rounded to whole multiples of ``grain`` pounds first.
    """
    if math.isnan(pounds):
        return "n/a"
    size = abs(two_figures(round(pounds / grain) * grain, figures))
    sign = "+" if pounds > 0 else "−"
    if size < 0.5:
        return "£0"
    for unit, _, letter in UNITS:
        if size >= unit:
            return f"{sign}£{size / unit:.3g}{letter}"
    return f"{sign}£{size:,.0f}"


def sums_said(mean: float, low: float, high: float, grain: float = 1.0) -> tuple[str, str, str]:
    """A sum for a table, and the ends of its interval, which are empty where they would say nothing.

    They do if there are none (NaN), or if the sum reads "£0" and both lie within one ``grain`` of it. Ends that
    would read the same are given one figure more.
    """
    told, ends = short(mean, grain), [short(low, grain), short(high, grain)]
    if "n/a" in ends or (told == "£0" and max(abs(round(end / grain)) for end in (low, high)) <= 1):
        return told, "", ""
    if ends[0] == ends[1] and low != high:
        ends = [short(end, grain, figures=3) for end in (low, high)]
    return told, ends[0], ends[1]


def grain(scale: float) -> float:
    """Pounds to which a table of sums is rounded: the power of ten at or under a £100 contact of one resident.

    Smaller sums are less than a single visit more or less of one simulated resident, who stands for ``scale``
    people of the place.
    """
    return float(10 ** max(0, math.floor(math.log10(100 * scale))))


def each_pound(ratio: float) -> str:
    """So much for each pound, as it would be said: "4.4p", "40p", "£1.35", "−2p"; "n/a" for none."""
    if math.isnan(ratio):
        return "n/a"
    if math.isinf(ratio):
        return "unbounded"
    size, sign = abs(ratio), "−" if ratio < 0 else ""
    if size >= 0.995:
        return f"{sign}£{size:,.2f}"
    pence = f"{size * 100:.1f}" if size < 0.0995 else f"{size * 100:.0f}"
    return "0p" if float(pence) == 0 else f"{sign}{pence.removesuffix('.0')}p"


def boomerang_said(lost: float, *, briefly: bool = False) -> str:
    """What became of an expected saving: "38% lost again", "saved 64% more than expected"; "n/a" for none.

    ``briefly``, for a bound: "38% lost", "64% more saved".
    """
    if math.isnan(lost):
        return "n/a"
    share = f"{abs(lost):.0%}"
    if share == "0%":
        return "as expected"
    if lost > 0:
        return f"{share} lost" if briefly else f"{share} lost again"
    return f"{share} more saved" if briefly else f"saved {share} more than expected"


def ratio_said(row: Mapping[Any, Any]) -> tuple[str, str, str]:
    """A row of ``shunt.ratios_frame`` as it would be said: its mean, low and high."""
    if row["measure"] == "boomerang":
        low, high = (boomerang_said(row[end], briefly=True) for end in ("low", "high"))
        return boomerang_said(row["mean"]), low, high
    return each_pound(row["mean"]), each_pound(row["low"]), each_pound(row["high"])


def who(name: str, scenario: Contents) -> str:
    """A payer, provider, sector or last row as a table calls it; else the name without underscores."""
    if name in scenario.agencies:
        return scenario.agencies[name].title
    return ROW_TITLES.get(name) or SECTOR_TITLES.get(name) or plain(name).capitalize()


def who_said(name: str, scenario: Contents) -> str:
    """An agency as it stands inside a sentence: "the county council"."""
    return the_agency(scenario.agencies[name])


def service_title(name: str, scenario: Contents) -> str:
    """A service as a table calls it."""
    return scenario.services[name].title if name in scenario.services else plain(name).capitalize()


def plain(name: str) -> str:
    """A key with its underscores opened."""
    return name.replace("_", " ")


def at_service(name: str, scenario: Contents) -> str:
    """Where a cost lands, inside a sentence: "at the hospital", "at general practice"."""
    return f"at {the_service(scenario.services[name])}"


def pairs_said(pairs: int) -> str:
    """How many pairs: "one pair", "10 pairs"."""
    return "one pair" if pairs == 1 else f"{pairs:,} pairs"


def weeks_said(weeks: int) -> str:
    """How many weeks: "one week", "260 weeks"."""
    return "one week" if weeks == 1 else f"{weeks:,} weeks"


def quantity(value: float, *, sign: bool = False, share: bool = False, figures: int = 3) -> str:
    """A number for a table: whole from 100 on, else to three figures; a share in per cent; "n/a" for none.

    The difference of two shares is told in percentage points (``points``), not so.
    """
    if math.isnan(value):
        return "n/a"
    if math.isinf(value):
        return "unbounded"
    size = abs(value) * (100 if share else 1)
    text = f"{size:,.0f}" if size >= 99.95 else f"{size:.{figures}g}" if size >= 0.0005 else "0"
    before = "" if text == "0" else "−" if value < 0 else "+" if sign else ""
    return f"{before}{text}{'%' if share else ''}"


def contacts_said(change: float, scale: float) -> str:
    """A change in contacts, to whole simulated residents' own, of whom each stands for ``scale``: "+1,234", "0"."""
    return "n/a" if math.isnan(change) else quantity(round(change / scale) * scale, sign=True)


def points(difference: float, figures: int = 2) -> str:
    """A difference of two shares in percentage points, to two figures: "+0.17 points", "0"; "n/a" for none."""
    if math.isnan(difference):
        return "n/a"
    size = abs(two_figures(difference * 100, figures))
    return "0" if size < 0.0005 else f"{'−' if difference < 0 else '+'}{size:.3g} points"


def differences(row: Mapping[Any, Any]) -> tuple[str, str, str]:
    """A row's ``mean``, ``low`` and ``high`` for a table, none finer than three figures of the largest.

    The ``measure`` says what they are: of shares in percentage points, whose bounds do not repeat the word.
    Bounds that would read the same are given one figure more.
    """
    values = [row[name] for name in ("mean", "low", "high")]
    largest = max((abs(value) for value in values if math.isfinite(value)), default=0.0)
    digits = 2 - math.floor(math.log10(largest)) if largest else 0

    def written(value: float, more: int = 0) -> str:
        if str(row["measure"]).endswith("_share"):
            return points(value, 2 + more)
        rounded = round(value, digits + more) if math.isfinite(value) else value
        return quantity(rounded, sign=True, figures=3 + more)

    mean, low, high = (written(value) for value in values)
    if low == high and values[1] != values[2]:
        low, high = (written(value, more=1) for value in values[1:])
    return mean, low if low == high else low.removesuffix(" points"), high


def measure_title(key: str) -> str:
    """A measure as a table calls it: "A&E attendances", "QALYs lost", "Crises: gap"."""
    if key in _MEASURES:
        return _MEASURES[key]
    words = plain(key.replace("a_and_e", "A&E")).replace("qalys", "QALYs").replace("gp ", "GP ")
    return words[:1].upper() + words[1:]
