"""What a run leaves: the integer ledger and weekly counts, with the prices that turn them into pounds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from demandsim.records.ledger import Counts, Shape
from demandsim.records.panel import Quarter
from demandsim.records.prices import Prices
from demandsim.scenario.policy import Policy
from demandsim.scenario.schema import Scenario

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class FixedLine:
    """A sum without a contact that a policy spends: whole pence a recorded week for the simulated residents."""

    agency: int
    kind: str
    pence: NDArray[np.int64]  # [week]


@dataclass(frozen=True)
class RunRecord:
    """One run, as counts: everything shown is worked out from these.

    ``scale`` turns simulated residents into the place's. ``digest`` is a hex digest of the integer ledger and the
    resident columns: equal digests mean the same run.
    """

    scenario: Scenario
    policies: tuple[Policy, ...]
    seed: int
    settled: bool
    digest: str
    shape: Shape
    counts: Counts
    weekly: dict[str, NDArray[np.int64]]  # see ledger.Weekly.NAMES; weeks first
    prices: tuple[tuple[int, Prices], ...]  # from which week
    mechanism_pence: tuple[
        tuple[int, NDArray[np.int64]], ...
    ]  # from which week: [per, agency] pence for each
    lines: tuple[FixedLine, ...]
    journal: NDArray[np.int32]
    quarters: tuple[Quarter, ...]

    @property
    def weeks(self) -> int:
        """Weeks recorded so far."""
        return int(self.weekly["here"].shape[0])

    @property
    def scale(self) -> float:
        """People of the place each simulated resident stands for."""
        return self.scenario.place.population / self.scenario.residents

    def ledger(self, by: Any = (), *, view: str = "full", scaled: bool = True) -> pd.DataFrame:
        """See ``records.views.ledger_frame``."""
        from demandsim.records.views import ledger_frame

        return ledger_frame(self, by, view=view, scaled=scaled)

    def outcomes(self, *, from_week: int = 0) -> pd.DataFrame:
        """See ``records.outcomes.outcomes_frame``."""
        from demandsim.records.outcomes import outcomes_frame

        return outcomes_frame(self, from_week=from_week)

    def journeys(self) -> pd.DataFrame:
        """See ``records.journeys.journeys_frame``."""
        from demandsim.records.journeys import journeys_frame

        return journeys_frame(self)

    def panel(self, group: Any = None) -> pd.DataFrame:
        """See ``records.panel_frame.panel_frame``."""
        from demandsim.records.panel_frame import panel_frame

        return panel_frame(self, group)
