"""Records whose money is known by hand, for what is worked out from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from demandsim.analysis.comparison import Comparison, Pair
from demandsim.records.measures import MEASURES, RESIDENT_WEEKS
from demandsim.scenario.policy import Change, Policy
from demandsim.scenario.read import read_scenario
from demandsim.scenario.schema import Scenario

TOWN = read_scenario("small-town")
CITY = TOWN.model_copy(
    update={"residents": 100_000, "place": TOWN.place.model_copy(update={"population": 100_000})}
)
"""The same, large enough to speak of pounds."""

VIEWS = {"full": 1.0, "cash": 1.0, "cash_low_r": 0.5, "cash_high_r": 1.5, "capacity": 0.25}
"""What a pound is worth in each view."""

Money = Mapping[tuple[str, str], float]
"""Pounds a year by payer and service; the service "none" is a line without one."""

FAMILIES = "residents_and_families"
NOTHING: Mapping[Any, float] = MappingProxyType({})


def this_week(week: int, a_year: float) -> int:
    """A week's part of what comes to so much a year, in whole numbers; what is left over is carried."""
    return round(a_year * (week + 1) / 52) - round(a_year * week / 52)


class FakeRecord:
    """Spends the same every week: a contact a pound, of which a share is due to a cause."""

    def __init__(
        self,
        money: Money,
        *,
        seed: int = 1,
        scenario: Scenario = TOWN,
        weeks: int = 104,
        policies: tuple[Policy, ...] = (),
        causes: Mapping[tuple[str, str], float] = NOTHING,
        outcomes: Mapping[str, float] = NOTHING,
        until: Money = NOTHING,
        changed_from: int = 0,
    ) -> None:
        self.scenario, self.seed, self.weeks, self.policies = scenario, seed, weeks, policies
        self.settled, self.digest, self._outcomes = True, f"{seed:064x}", outcomes
        self.scale = 1.0
        weekly = np.zeros((weeks, len(MEASURES), 5), np.int64)
        weekly[:, RESIDENT_WEEKS] = 100
        self.weekly = {"measure": weekly}
        self._causes, self._money, self._until, self._changed = causes, money, until, changed_from

    def ledger(self, by: Any = (), *, view: str = "full", scaled: bool = True) -> pd.DataFrame:
        assert not scaled, "analysis counts in whole pence"
        rows = []
        for week in range(self.weeks):
            for (payer, service), pounds in (self._until if week < self._changed else self._money).items():
                known = service in self.scenario.services
                provider = self.scenario.services[service].agency if known else payer
                parts = {cause: part for (who, cause), part in self._causes.items() if who == payer}
                for cause, part in {**parts, "none": 1.0 - sum(parts.values())}.items():
                    where = (week, payer, provider, service, cause)
                    pence = self.pence(week, pounds * part, view)
                    rows.append((*where, this_week(week, pounds * part), this_week(week, pence)))
        columns = ["week", "payer", "agency", "service", "cause_agency", "contacts", "pence"]
        frame = pd.DataFrame(rows, columns=columns)
        return frame.groupby(list(by), as_index=False)[["contacts", "pence"]].sum()

    def pence(self, week: int, pounds: float, view: str) -> float:
        """Pence a year, as they stand in a week."""
        return pounds * 100 * VIEWS[view]

    def outcomes(self, *, from_week: int = 0) -> pd.DataFrame:
        rows = [(name, "things", value, 0) for name, value in self._outcomes.items()]
        return pd.DataFrame(rows, columns=["measure", "unit", "value", "quoted_from"])


def policy(name: str = "a-policy", **settings: Any) -> Policy:
    """A policy that raises the home-care threshold from the first week, unless told otherwise."""
    change = (Change(set={"services.home_care.threshold": 3}),)
    whole = {"title": "The council saves", "source": "Invented", "maker": "council", "change": change}
    return Policy(name=name, **{**whole, **settings})


def compared(
    changes: Sequence[Money],
    *policies: Policy,
    scenario: Scenario = TOWN,
    parts: tuple[Comparison, ...] = (),
    **settings: Any,
) -> Comparison:
    """One pair for each change in money from a baseline in which everything costs £1,000."""
    pairs = []
    for seed, change in enumerate(changes, start=1):
        start = dict.fromkeys(change, 1000.0)
        money = {key: 1000.0 + pounds for key, pounds in change.items()}
        given = {"seed": seed, "scenario": scenario, **settings}
        baseline: Any = FakeRecord(start, **{**given, "causes": {}, "changed_from": 0})
        changed: Any = FakeRecord(money, policies=policies, until=start, **given)
        pairs.append(Pair(baseline, changed))
    return Comparison(scenario, policies, tuple(pairs), parts)


SAVING: tuple[Money, ...] = (
    {("council", "home_care"): -400.0, ("health_trust", "hospital"): 100.0, (FAMILIES, "home_care"): 50.0},
    {("council", "home_care"): -600.0, ("health_trust", "hospital"): 300.0, (FAMILIES, "home_care"): 70.0},
    {("council", "home_care"): -500.0, ("health_trust", "hospital"): 200.0, (FAMILIES, "home_care"): 60.0},
)
"""The council saves 500 a year on average, the trust pays 200 more, families 60: public purse 300 less."""
