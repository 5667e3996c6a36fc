"""Turning a model into the record it leaves."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from demandsim.agencies.changes import Line
from demandsim.records.ledger import Shape
from demandsim.records.lines import mechanism_pence
from demandsim.records.record import FixedLine, RunRecord
from demandsim.scenario.schema import Scenario
from demandsim.units import WEEKS_A_YEAR

if TYPE_CHECKING:
    from demandsim.simulation.model import DemandModel


def record_of(model: DemandModel) -> RunRecord:
    """Make the record of what a model has run so far."""
    scenario = model.place_scenario
    weeks = max(0, model.week)
    agencies = list(scenario.agencies)
    return RunRecord(
        scenario=scenario,
        policies=model.timetable.policies,
        seed=model.key,
        settled=model.settled,
        digest=model.digest,
        shape=Shape(model.book.contacts.shape[0], len(scenario.needs) + 1, len(agencies) + 1),
        counts=model.ledger.counts(),
        weekly=model.weekly.arrays(),
        prices=tuple((v.from_week, v.prices) for v in model.timetable.versions),
        mechanism_pence=tuple((v.from_week, mechanism_pence(v.scenario)) for v in model.timetable.versions),
        lines=tuple(
            FixedLine(agencies.index(line.agency), line.kind, line_pence(line, scenario, weeks))
            for line in model.timetable.lines
        ),
        journal=np.concatenate(model.journal) if model.journal else np.zeros((0, 8), np.int32),
        quarters=tuple(model.panel.quarters),
    )


def line_pence(line: Line, scenario: Scenario, weeks: int) -> NDArray[np.int64]:
    """Spread a policy's sum for the place over weeks, in whole pence for the simulated residents.

    What is left over from one week's whole pence is carried to the next, so that the total is exact.
    """
    share = Fraction(scenario.residents, scenario.place.population)
    weekly = Fraction(repr(float(line.pounds_a_year))) * 100 * share / WEEKS_A_YEAR
    once = Fraction(repr(float(line.pounds))) * 100 * share
    total, paid, out = Fraction(0), 0, np.zeros(weeks, np.int64)
    for week in range(weeks):
        since = week - line.from_week
        if since >= 0 and (line.until_week is None or week < line.until_week):
            done = (
                Fraction(min(since + 1, line.ramp_weeks), line.ramp_weeks) if line.ramp_weeks else Fraction(1)
            )
            total += weekly * done + (once if since == 0 else 0)
        out[week] = round(total) - paid
        paid = round(total)
    return out
