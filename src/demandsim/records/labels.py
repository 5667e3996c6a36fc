"""What the frames read of a record, and what its codes are called: the keys of the scenario file."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from demandsim.records.ledger import Counts, Shape
from demandsim.records.panel import Quarter
from demandsim.records.prices import Prices
from demandsim.scenario.base import SECTORS
from demandsim.scenario.schema import Scenario

NONE = "none"
BACKGROUND = "background"
FAMILIES = "residents_and_families"
UNPAID_CARE = "unpaid_care"
LINES = ("capacity", "set_up", "running", "grant", "benefit", "charge")
"""Kinds of line without a contact."""


class Spent(Protocol):
    """A sum without a contact, as ``records.record.FixedLine`` holds it."""

    @property
    def agency(self) -> int:
        """Number of the agency that pays."""

    @property
    def kind(self) -> str:
        """Kind of line."""

    @property
    def pence(self) -> NDArray[np.int64]:
        """Whole pence a recorded week."""


class Recorded(Protocol):
    """What the frames read of ``records.record.RunRecord``; that file names them, so they cannot name it."""

    @property
    def scenario(self) -> Scenario:
        """The scenario file, without policies."""

    @property
    def shape(self) -> Shape:
        """How cells are numbered."""

    @property
    def counts(self) -> Counts:
        """Contacts."""

    @property
    def weekly(self) -> dict[str, NDArray[np.int64]]:
        """What was kept for every week, weeks first."""

    @property
    def prices(self) -> tuple[tuple[int, Prices], ...]:
        """Prices, and from which week they hold."""

    @property
    def mechanism_pence(self) -> tuple[tuple[int, NDArray[np.int64]], ...]:
        """Pence for each event and agency, and from which week they hold."""

    @property
    def lines(self) -> tuple[Spent, ...]:
        """Sums without a contact that policies spend."""

    @property
    def journal(self) -> NDArray[np.int32]:
        """Events of followed residents."""

    @property
    def quarters(self) -> tuple[Quarter, ...]:
        """The panel."""

    @property
    def weeks(self) -> int:
        """Weeks recorded."""

    @property
    def scale(self) -> float:
        """People of the place each simulated resident stands for."""


class Labels(NamedTuple):
    """Names by code, and what belongs to what.

    Agencies, services and needs are numbered as in the scenario; what stands for none of them comes last. A
    need of 0 is background and a cause of 0 none, as in the ledger's cells.
    """

    sector: tuple[str, ...]  # five sectors, none
    agency: tuple[str, ...]  # agencies, none
    payer: tuple[str, ...]  # agencies, residents and families
    service: tuple[str, ...]  # services, none, unpaid care
    need: tuple[str, ...]  # background, needs, none
    kind: tuple[str, ...]  # kinds of contact (one name may stand under several services), kinds of line
    cause: tuple[str, ...]  # none, agencies
    sector_of: NDArray[np.int64]  # [agency, none]
    service_of: NDArray[np.int64]  # [kind of contact]

    @property
    def kinds(self) -> int:
        """How many kinds of contact there are; kinds of line are numbered on from here."""
        return len(self.service_of)

    @property
    def no_agency(self) -> int:
        """Code of an agency that is none; of residents and families among payers."""
        return len(self.agency) - 1

    @property
    def no_service(self) -> int:
        """Code of a service that is none; unpaid care is the next."""
        return len(self.service) - 2

    @property
    def no_need(self) -> int:
        """Code of what is not about any resident."""
        return len(self.need) - 1

    def line(self, kind: str) -> int:
        """Code of a kind of line."""
        return self.kinds + LINES.index(kind)


def labels(scenario: Scenario) -> Labels:
    """Name every code of the records of a scenario."""
    agencies, services = tuple(scenario.agencies), tuple(scenario.services)
    pairs = [(s, kind) for s, service in enumerate(scenario.services.values()) for kind in service.kinds]
    sectors = [SECTORS.index(agency.sector) for agency in scenario.agencies.values()]
    return Labels(
        sector=(*SECTORS, NONE),
        agency=(*agencies, NONE),
        payer=(*agencies, FAMILIES),
        service=(*services, NONE, UNPAID_CARE),
        need=(BACKGROUND, *scenario.needs, NONE),
        kind=(*(kind for _, kind in pairs), *LINES),
        cause=(NONE, *agencies),
        sector_of=np.array([*sectors, len(SECTORS)], np.int64),
        service_of=np.array([service for service, _ in pairs], np.int64),
    )


def named(
    names: tuple[str, ...] | list[str] | NDArray[Any], code: NDArray[Any]
) -> pd.api.extensions.ExtensionArray:
    """Turn codes into a column of words.

    Parameters
    ----------
    names
        Word of each code.
    code : any length, integers
        From 0, all below the number of names.

    Returns
    -------
    same length
        Of pandas' own string type.
    """
    return pd.array(list(names), dtype="str").take(code)


def in_force(versions: tuple[tuple[int, Any], ...], weeks: int) -> NDArray[np.int64]:
    """Number the version that holds in each recorded week.

    Parameters
    ----------
    versions
        From which week each holds, rising, the first from week 0 or before.
    weeks
        How many weeks.
    """
    starts = np.array([week for week, _ in versions], np.int64)
    return np.maximum(0, np.searchsorted(starts, np.arange(weeks), side="right") - 1)
