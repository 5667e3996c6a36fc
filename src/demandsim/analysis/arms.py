"""What analysis reads of records and comparisons; ``comparison`` calls these files: they cannot name it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from demandsim.scenario.policy import Policy
from demandsim.scenario.schema import Scenario


class Arm(Protocol):
    """What is read of ``records.record.RunRecord``."""

    @property
    def scenario(self) -> Scenario:
        """The scenario file, without policies."""

    @property
    def policies(self) -> tuple[Policy, ...]:
        """What changed in it."""

    @property
    def seed(self) -> int:
        """The seed."""

    @property
    def weeks(self) -> int:
        """Weeks recorded."""

    @property
    def weekly(self) -> Mapping[str, NDArray[np.int64]]:
        """What was counted every week, weeks first; ``measure``: [week, measure, quintile]."""

    @property
    def scale(self) -> float:
        """People of the place each simulated resident stands for."""

    def ledger(self, by: Any = (), *, view: str = "full", scaled: bool = True) -> pd.DataFrame:
        """Contacts and pounds by the columns asked for."""

    def outcomes(self, *, from_week: int = 0) -> pd.DataFrame:
        """Outcomes of the run from a week on, a row a measure."""


class Arms(Protocol):
    """What is read of ``comparison.Pair``: one seed's two arms."""

    @property
    def baseline(self) -> Arm:
        """Without the policies."""

    @property
    def policy(self) -> Arm:
        """With them."""


class Compared(Protocol):
    """What is read of ``comparison.Comparison``."""

    @property
    def scenario(self) -> Scenario:
        """The scenario file both arms run."""

    @property
    def policies(self) -> tuple[Policy, ...]:
        """What the policy arm adds."""

    @property
    def pairs(self) -> Sequence[Arms]:
        """One pair a seed."""

    @property
    def parts(self) -> Sequence[Compared]:
        """Each saver's own change run alone on the same seeds; none for a policy that includes no others."""
