"""What a contact, an hour and a bed-week cost whom: whole pence, split so that the parts always add up."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from demandsim.scenario.schema import Scenario
from demandsim.scenario.service import Service
from demandsim.units import pence, split_by_largest_remainder

RESPONSIVE = ("low", "central", "high")


class Prices(NamedTuple):
    """Prices in whole pence. Axes: r (low, central, high), kind of contact, service, payer (agency)."""

    full: NDArray[np.int64]  # [kind, payer] unit cost
    responsive: NDArray[np.int64]  # [r, kind, payer] part that follows contacts
    hour: NDArray[np.int64]  # [r, service] cost of a funded hour; of a bed-week for stays
    shares: NDArray[np.int64]  # [service, payer] whole parts of a million of what the service costs
    charge: NDArray[np.int64]  # [kind] paid by residents and families
    agency: NDArray[np.int64]  # [service] who provides
    unpaid: int  # cost of a week of care that families give unpaid


_split = lru_cache(maxsize=4096)(split_by_largest_remainder)


def payer_shares(scenario: Scenario, service: Service) -> tuple[Decimal, ...]:
    """Give each agency's share of what a service costs, in the scenario's order."""
    payers = service.payers or {service.agency: 1.0}
    return tuple(Decimal(repr(float(payers.get(agency, 0.0)))) for agency in scenario.agencies)


def hour_cost(service: Service, r: float) -> Decimal:
    """Pounds an hour (or a bed-week) costs: what does not follow contacts, spread over what is funded.

    Worked out from what the file states alone: (1 - r) x expected contacts x unit cost / funded hours, both for
    1,000 residents and a year.
    """
    funded = service.beds if service.mode == "stay" else service.hours_a_week
    if not funded:
        return Decimal(0)
    expected = sum(
        (
            Decimal(repr(float(service.expected_contacts.get(name, 0.0))))
            * Decimal(repr(float(kind.unit_cost)))
            for name, kind in service.kinds.items()
        ),
        Decimal(0),
    )
    return (1 - Decimal(repr(float(r)))) * expected / (Decimal(repr(float(funded))) * 52)


def prices(scenario: Scenario, stated: Scenario) -> Prices:
    """Work out prices.

    Parameters
    ----------
    scenario
        As it stands in the week: unit costs, payers and providers are read from it.
    stated
        The scenario file itself, without policies: hour costs come from it alone.
    """
    agencies = list(scenario.agencies)
    full, responsive, charge = [], [[], [], []], []  # type: ignore[var-annotated]
    for service in scenario.services.values():
        shares = payer_shares(scenario, service)
        main = service.main_kind
        for name, kind in service.kinds.items():
            by_payer = _split(pence(kind.unit_cost), shares)
            full.append(by_payer)
            charge.append(pence(service.charge) if name == main else 0)
            for i, which in enumerate(RESPONSIVE):
                r = Decimal(repr(float(getattr(service.responsive, which))))
                responsive[i].append([_split(p, (r, 1 - r))[0] if p else 0 for p in by_payer])
    return Prices(
        full=np.array(full, np.int64),
        responsive=np.array(responsive, np.int64),
        hour=np.array(
            [
                [pence(hour_cost(s, getattr(s.responsive, which))) for s in stated.services.values()]
                for which in RESPONSIVE
            ],
            np.int64,
        ),
        shares=np.array(
            [_split(1_000_000, payer_shares(scenario, s)) for s in scenario.services.values()],
            np.int64,
        ),
        charge=np.array(charge, np.int64),
        agency=np.array([agencies.index(s.agency) for s in scenario.services.values()], np.int64),
        unpaid=_unpaid(scenario),
    )


def _unpaid(scenario: Scenario) -> int:
    """Price a week of care that families give unpaid, whole pence."""
    if scenario.unpaid_care is None:
        return 0
    service = scenario.services[scenario.unpaid_care.priced_as]
    return round(pence(service.kinds[service.main_kind].unit_cost) * scenario.unpaid_care.share)
