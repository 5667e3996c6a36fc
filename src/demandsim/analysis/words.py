"""Plain words for tables, charts and sentences: sums to two figures, and who is who."""

from __future__ import annotations

import math

from demandsim.analysis.flows import COMMUNITY, PURSE, RESIDENTS
from demandsim.scenario.contents import Contents
from demandsim.scenario.words import the_agency

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
_SECTORS_SAID = {
    "council": "the councils",
    "nhs": "the NHS",
    "police": "the police",
    "community": "the voluntary sector",
    "other_public": "courts, prison, benefits and schools",
}
UNITS = ((1e9, " billion", "bn"), (1e6, " million", "m"), (1e3, "", "k"))


def two_figures(value: float) -> float:
    """Round to two figures: 1,234,567 to 1,200,000."""
    return float(f"{value:.2g}")


def said(pounds: float) -> str:
    """A sum as it would be said, to two figures and without its sign: "£1.2 million", "£150,000", "£85"."""
    size = abs(two_figures(pounds))
    for unit, name, _ in UNITS[:2]:
        if size >= unit:
            return f"£{size / unit:.3g}{name}"
    return f"£{size:,.0f}"


def short(pounds: float) -> str:
    """A sum for a table or a bar, to two figures, with its sign: "+£1.2m", "−£150k", "£0"; "n/a" for none."""
    if math.isnan(pounds):
        return "n/a"
    size = abs(two_figures(pounds))
    sign = "+" if pounds > 0 else "−"
    if size < 0.5:
        return "£0"
    for unit, _, letter in UNITS:
        if size >= unit:
            return f"{sign}£{size / unit:.3g}{letter}"
    return f"{sign}£{size:,.0f}"


def who(name: str, scenario: Contents) -> str:
    """A payer, provider, sector or last row as a table calls it; else the name without underscores."""
    if name in scenario.agencies:
        return scenario.agencies[name].title
    return ROW_TITLES.get(name) or SECTOR_TITLES.get(name) or plain(name).capitalize()


def who_said(name: str, scenario: Contents) -> str:
    """The same, as it stands inside a sentence: "the county council", "the NHS"."""
    if name in scenario.agencies:
        return the_agency(scenario.agencies[name])
    return _SECTORS_SAID.get(name) or plain(name)


def service_title(name: str, scenario: Contents) -> str:
    """A service as a table calls it."""
    return scenario.services[name].title if name in scenario.services else plain(name).capitalize()


def plain(name: str) -> str:
    """A key with its underscores opened."""
    return name.replace("_", " ")


def pairs_said(pairs: int) -> str:
    """How many pairs: "one pair", "10 pairs"."""
    return "one pair" if pairs == 1 else f"{pairs:,} pairs"


def quantity(value: float, *, sign: bool = False, share: bool = False) -> str:
    """A number for a table: whole from 100 on, else to three figures; a share in per cent; "n/a" for none."""
    if math.isnan(value):
        return "n/a"
    if math.isinf(value):
        return "unbounded"
    size = abs(value) * (100 if share else 1)
    text = f"{size:,.0f}" if size >= 99.95 else f"{size:.3g}" if size >= 0.0005 else "0"
    before = "" if text == "0" else "−" if value < 0 else "+" if sign else ""
    return f"{before}{text}{'%' if share else ''}"


def measure_title(key: str) -> str:
    """A measure as a table calls it: "A&E attendances", "QALYs lost", "Crises: gap"."""
    words = (
        plain(key.replace("a_and_e", "A&E").removesuffix("_gap"))
        .replace("qalys", "QALYs")
        .replace("gp ", "GP ")
    )
    told = words[:1].upper() + words[1:]
    return f"{told}: gap" if key.endswith("_gap") else told
