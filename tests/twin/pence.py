"""What the twin's contacts cost whom, in whole pence, worked out by hand from the scenario as it stands in the week.

A contact of one kind has one price, in whole pence. It is split among the service's payers, who are its agency
unless it says otherwise, by largest remainder: each has the whole pence of its share, and those with the largest
fractions left have one more, of equal ones the first in the file. Where a service charges, each contact of its
main kind is charged for once: residents and families pay, and the payers have so much less to pay, shared likewise.
A week of care that families give unpaid is charged to them at a share of what a week of the service would have cost.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING

from demandsim.records.measures import UNPAID

if TYPE_CHECKING:
    from tests.twin.town import Town

FAMILIES = "residents_and_families"
NOBODY = "none"
"""Who provides care that families give."""
BESIDE = ("assessment", "admission")
"""Kinds that come before a contact, and are not charged for."""


def pence_by_payer(town: Town) -> dict[tuple[int, str, str], int]:
    """Give what contacts, charges and unpaid care come to in the full view, by week, payer and agency that provides."""

    @cache
    def priced(version: int, kind: int) -> tuple[str, dict[str, int]]:
        return price(town, version, kind)

    found: Counter[tuple[int, str, str]] = Counter()
    counts = town.records.ledger.counts()
    kinds, *_ = town.shape.parts(counts.cell)
    for week, kind, contacts in zip(
        counts.week.tolist(), kinds.tolist(), counts.contacts.tolist(), strict=True
    ):
        agency, by_payer = priced(town.timetable.number(week), kind)
        for payer, pence in by_payer.items():
            found[week, payer, agency] += contacts * pence
    cared = town.records.weekly.arrays()["measure"][:, UNPAID].sum(axis=1).tolist()
    for week, weeks_of_care in enumerate(cared):
        found[week, FAMILIES, NOBODY] += weeks_of_care * unpaid_week(town, town.timetable.number(week))
    return dict(found)


def unpaid_week(town: Town, version: int) -> int:
    """Price a week of care that families give unpaid, in whole pence."""
    scenario = town.timetable.versions[version].scenario
    if scenario.unpaid_care is None:
        return 0
    service = scenario.services[scenario.unpaid_care.priced_as]
    week = whole_pence(service.kinds[charged_for(list(service.kinds))].unit_cost)
    return round(week * Fraction(repr(float(scenario.unpaid_care.share))))


def price(town: Town, version: int, kind: int) -> tuple[str, dict[str, int]]:
    """Give the agency that provides a kind of contact, and what one contact costs each payer in pence."""
    scenario = town.timetable.versions[version].scenario
    file = town.timetable.scenario  # kinds are numbered once, as the file has them
    numbered = [(name, each) for name, service in file.services.items() for each in service.kinds]
    name, what = numbered[kind]
    service = scenario.services[name]
    payers = dict(service.payers) or {service.agency: 1.0}
    in_order = {agency: payers[agency] for agency in scenario.agencies if agency in payers}
    costs = Counter(shared(whole_pence(service.kinds[what].unit_cost), in_order))
    if what == charged_for(list(service.kinds)):
        charge = whole_pence(service.charge)
        costs[FAMILIES] += charge
        costs.subtract(shared(charge, in_order))
    return service.agency, dict(costs)


def whole_pence(pounds: float) -> int:
    """Turn pounds as they are written into whole pence, halves to the even one."""
    return round(Fraction(repr(float(pounds))) * 100)


def charged_for(kinds: list[str]) -> str:
    """Pick the kind that is charged for: a week of support or of a stay, else the first that is a contact proper."""
    weekly = [kind for kind in ("episode_week", "stay_week") if kind in kinds]
    return [*weekly, *(kind for kind in kinds if kind not in BESIDE), ""][0]


def shared(pence: int, shares: Mapping[str, float]) -> dict[str, int]:
    """Split pence by shares, so that the parts add up to them."""
    exact = {payer: Fraction(repr(float(share))) for payer, share in shares.items()}
    whole = sum(exact.values())
    parts = {payer: pence * share / whole for payer, share in exact.items()}
    out = {payer: int(part) for payer, part in parts.items()}
    largest = sorted(parts, key=lambda payer: out[payer] - parts[payer])  # keeps the order of equals
    for payer in largest[: pence - sum(out.values())]:
        out[payer] += 1
    return out
