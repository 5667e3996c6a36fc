"""The same residents in both worlds, week by week, small enough to send to a browser once."""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from demandsim.faces.dashboard.errand import Runner, Tell
from demandsim.faces.dashboard.question import WORLDS, Question
from demandsim.population.columns import HERE
from demandsim.records.journal import CONTACT, HANDED_ON, LOST_ON_THE_WAY, STAY_BEGAN, TURNED_AWAY
from demandsim.records.record import RunRecord
from demandsim.scenario.schema import Scenario
from demandsim.simulation.model import DemandModel
from demandsim.simulation.settling import SETTLING

FOLLOWED = 240
"""Residents that two pictures side by side can show a room."""
WITH_NEEDS = 3
"""Of four followed, how many have a need when the first week begins: there is more to see."""
BOUNCED, GONE, MOST_DOORS = 8, 15, 14
"""Bits of a resident's byte: severity (0 to 4) + bounced (8) + 16 x where: 0 home, 1 + agency, 15 gone."""
_AWAY = (TURNED_AWAY, HANDED_ON, LOST_ON_THE_WAY)


@dataclass(frozen=True, eq=False)
class Trace:
    """Two worlds of the same residents."""

    scenario: Scenario
    titles: tuple[str, str]
    people: int  # identities run from 0 to one less, those yet to come included
    residents: NDArray[np.int64]  # identities, rising
    weeks: tuple[NDArray[np.uint8], NDArray[np.uint8]]  # [week, resident], a byte as above
    records: tuple[RunRecord, RunRecord]  # with the journeys of these residents
    needy: float  # share of everyone who lives there that has a need when the first week begins

    def data(self) -> dict[str, Any]:
        """Write it for the player in the browser."""
        return {
            "residents": self.residents.tolist(),
            "titles": list(self.titles),
            "doors": [_briefly(agency.title, self.scenario) for agency in self.scenario.agencies.values()][
                :MOST_DOORS
            ],
            "weeks": int(self.weeks[0].shape[0]),
            "worlds": [base64.b64encode(week.tobytes()).decode("ascii") for week in self.weeks],
        }


def traced(question: Question, stop: threading.Event, tell: Tell, also: int = -1) -> Trace | None:
    """Run both worlds with some residents followed; None if it was stopped.

    Parameters
    ----------
    question
        What is asked; the first pair's seed is used.
    stop
        Set to stop within a week's run.
    tell
        Called with the share that is done.
    also
        One more resident to follow, if there is one of this number.
    """
    scenario = question.scenario()
    ran = Runner(stop, tell, SETTLING + 2 * scenario.weeks)
    start = ran.settled(scenario, seed=question.seed)
    if start is None:
        return None
    people = int(start.state.identity.shape[0])
    residents = chosen(start, question.seed)
    needy = float(in_need(start).sum() / (start.state.presence == HERE).sum())
    if 0 <= also < people:
        residents = np.union1d(residents, [also])
    found = []
    for world in WORLDS:
        model = DemandModel(
            scenario,
            seed=question.seed,
            policies=question.policies(world),
            start=start,
            followed=residents.tolist(),
        )
        if (weeks := _weeks(model, residents, ran)) is None:
            return None
        found.append((weeks, model.record))
    (one, record), (other, its_record) = found
    titles = question.title("first"), question.title("second")
    return Trace(scenario, titles, people, residents, (one, other), (record, its_record), needy)


def _weeks(
    model: DemandModel, residents: NDArray[np.int64], ran: Callable[[DemandModel, int], bool]
) -> NDArray[np.uint8] | None:
    """Run a world to its end; every week of the residents, or None if it was stopped."""
    weeks = np.zeros((model.place_scenario.weeks, residents.size), np.uint8)
    for week in weeks:
        if not ran(model, model.week + 1):
            return None
        week[:] = this_week(model, residents)
    return weeks


def chosen(start: DemandModel, seed: int) -> NDArray[np.int64]:
    """Pick the residents to follow: three of four have a need to begin with; the same seed picks the same."""
    lot = np.random.default_rng(seed)
    here = start.state.presence == HERE
    needy = in_need(start)
    picked = [
        lot.choice(np.flatnonzero(rows), min(number, int(rows.sum())), replace=False)
        for rows, number in (
            (needy, FOLLOWED * WITH_NEEDS // 4),
            (here & ~needy, FOLLOWED - FOLLOWED * WITH_NEEDS // 4),
        )
    ]
    return np.sort(np.concatenate(picked)).astype(np.int64)


def in_need(model: DemandModel) -> NDArray[np.bool_]:
    """Tell of each resident whether they live there and have a need: [resident]."""
    found: NDArray[np.bool_] = (model.state.presence == HERE) & (model.state.severity > 0).any(axis=1)
    return found


def this_week(model: DemandModel, residents: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Tell of each followed resident how bad the worst need is, where the week was spent, and whether they bounced."""
    state, scenario = model.state, model.place_scenario
    agency_of = _agency_of(scenario)
    here = state.presence[residents] == HERE
    where = np.zeros(residents.size, np.int64)
    stays = state.stay_service[residents].astype(np.int64)
    where[stays >= 0] = agency_of[stays[stays >= 0]] + 1
    bounced = np.zeros(residents.size, np.int64)
    for _, resident, event, service, *_ in model.journal[-1].tolist():
        at = int(np.searchsorted(residents, resident))
        if event in (CONTACT, STAY_BEGAN) and stays[at] < 0:
            where[at] = agency_of[service] + 1
        elif event in _AWAY:
            bounced[at] = BOUNCED
            where[at] = where[at] or agency_of[service] + 1
    where = np.where(here, np.minimum(where, MOST_DOORS), GONE)
    worst = np.where(here, state.severity[residents].max(axis=1), 0)
    return (worst + bounced + 16 * where).astype(np.uint8)


def _briefly(title: str, scenario: Scenario) -> str:
    """Leave the place out of a name that a picture has little room for."""
    for word in ("in", "serving", "for", "of"):
        title = title.removesuffix(f" {word} {scenario.title}")
    return title


def _agency_of(scenario: Scenario) -> NDArray[np.int64]:
    """Number the agency of each service."""
    agencies = list(scenario.agencies)
    return np.array([agencies.index(service.agency) for service in scenario.services.values()], np.int64)
