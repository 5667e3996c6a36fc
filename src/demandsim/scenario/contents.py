"""What a scenario holds, table by table; the checks across tables and ``Scenario`` itself are built on it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from demandsim.scenario.agency import Agency, Mechanism
from demandsim.scenario.base import Frozen, Key, ReadOnly
from demandsim.scenario.driver import BadSpells, Driver
from demandsim.scenario.need import Need
from demandsim.scenario.place import Place
from demandsim.scenario.service import Service


class UnpaidCare(Frozen):
    """Care that families give where a need is unmet at home: a share of what a service would have cost."""

    share: Annotated[float, Field(ge=0, le=1)]
    need: str
    from_severity: Annotated[int, Field(ge=1, le=4)]
    priced_as: str  # the service whose main kind of contact, a week, it is priced at


class Contents(Frozen):
    """Every table of a scenario file, each right in itself; whether they fit together is not yet known."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    title: str
    about: str = ""
    residents: Annotated[int, Field(ge=500, le=1_600_000)]
    weeks: Annotated[int, Field(ge=1, le=1560)]
    place: Place
    needs: Annotated[dict[Key, Need], *ReadOnly]
    agencies: Annotated[dict[Key, Agency], *ReadOnly]
    services: Annotated[dict[Key, Service], *ReadOnly]
    mechanisms: Annotated[dict[str, Mechanism], *ReadOnly]
    drivers: Annotated[dict[Key, Driver], *ReadOnly] = Field(default_factory=dict)
    bad_spells: BadSpells
    unpaid_care: UnpaidCare | None = None
    remembered: tuple[Key, ...] = ()

    __iter__ = None  # type: ignore[assignment]  # Mesa's batch_run sweeps over anything iterable
