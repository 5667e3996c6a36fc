"""A comparison: the same residents with the same luck under two arms, and what differs between them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from demandsim.errors import ComparisonError
from demandsim.records.record import RunRecord
from demandsim.scenario.policy import Policy
from demandsim.scenario.schema import Scenario

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Pair:
    """One seed's two arms."""

    baseline: RunRecord
    policy: RunRecord

    def __post_init__(self) -> None:
        a, b = self.baseline, self.policy
        if (a.scenario, a.seed, a.settled, a.weeks) != (b.scenario, b.seed, b.settled, b.weeks):
            raise ComparisonError("the two arms differ in more than their policies")


@dataclass(frozen=True)
class Comparison:
    """Pairs of arms over seeds, and the answer to who saved and who paid.

    ``parts`` holds, for a policy made of several savings, each saver's own change run alone on the same seeds.
    """

    scenario: Scenario
    policies: tuple[Policy, ...]
    pairs: tuple[Pair, ...]
    parts: tuple[Comparison, ...] = field(default=())

    def shunt(self, view: str = "cash", by: str = "sector") -> pd.DataFrame:
        """See ``analysis.shunt.shunt_frame``."""
        from demandsim.analysis.shunt import shunt_frame

        return shunt_frame(self, view=view, by=by)

    def ratios(self, view: str = "cash") -> pd.DataFrame:
        """See ``analysis.shunt.ratios_frame``."""
        from demandsim.analysis.shunt import ratios_frame

        return ratios_frame(self, view=view)

    def matrix(self, view: str = "cash") -> pd.DataFrame:
        """See ``analysis.shunt.matrix_frame``."""
        from demandsim.analysis.shunt import matrix_frame

        return matrix_frame(self, view=view)

    def outcomes(self) -> pd.DataFrame:
        """Give outcomes over the weeks of the money: the policy's first to the end of the run, in both arms.

        See ``analysis.outcomes.outcomes_frame``.
        """
        from demandsim.analysis.outcomes import outcomes_frame

        return outcomes_frame(self)

    def sentence(self) -> str:
        """See ``analysis.sentence.sentence``."""
        from demandsim.analysis.sentence import sentence

        return sentence(self)

    def report(self, path: str | Path) -> Path:
        """See ``analysis.report.write_report``."""
        from demandsim.analysis.report import write_report

        return write_report((self,), Path(path))
