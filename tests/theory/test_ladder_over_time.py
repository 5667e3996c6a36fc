"""Week by week the severity ladder follows the matrix of the scenario's own weekly chances, from nought or a start."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.unit.simulation.scenes import changed, quiet_town

from demandsim.population.columns import OPEN
from demandsim.scenario.need import Need
from demandsim.scenario.read import read_scenario
from demandsim.simulation.model import DemandModel

Chances = NDArray[np.float64]

WEEKS = 78
RESIDENTS = 30_000
LONE = ("mental_health", "frailty", "child_safety")
"""Needs that move by themselves here: one held from childhood on, one from 50, one outgrown at 18."""
TEAM = "community_mental_health"


def weekly(yearly: Any) -> Chances:
    """Chance in a week, from a yearly rate, in plain floating point: the model's own is a whole number of 2^-32."""
    return 1 - np.exp(-np.asarray(yearly, float) / 52)


def town(**settings: Any) -> DemandModel:
    """The quiet town, where needs move at the small town's own chances and nobody does anything about them."""
    stated = read_scenario("small-town").needs
    moving: dict[str, Any] = {"residents": RESIDENTS, "weeks": WEEKS}
    for name in LONE:
        for key in ("start", "worsen", "ease", "support_eases"):
            moving[f"needs.{name}.{key}"] = getattr(stated[name], key)
    return DemandModel(changed(quiet_town(), {**moving, **settings}), seed=17)


def rising(model: DemandModel, need: Need, week: int) -> Chances:
    """Each resident's chances of starting and of worsening from 1, 2, 3 in a week: [resident, level]."""
    state = model.state
    years = (week - state.born_week) // 52
    by_age = np.searchsorted(need.start.age, years, side="right") - 1
    yearly = np.where(state.sex == 0, np.take(need.start.female, by_age), np.take(need.start.male, by_age))
    start = weekly(yearly * np.take(need.start.decile, state.decile.astype(int) - 1))
    start[(years < need.age[0]) | (years > need.age[1])] = 0.0
    up = np.column_stack([start, np.broadcast_to(weekly(need.worsen), (start.size, 3))])
    vulnerability = model.rules.life.grade[state.grade] / 65_536
    support = 1 - need.support_eases * state.support / 65_536
    return up * (vulnerability * support)[:, None]


def moved(shares: Chances, up: Chances, down: Chances) -> Chances:
    """Shares of each resident at 0 to 4 a week later: [resident, 5], by ``up`` [.., 4] and ``down`` [.., 4]."""
    after = shares.copy()
    after[:, :4] -= shares[:, :4] * up
    after[:, 1:] += shares[:, :4] * up
    after[:, 1:] -= shares[:, 1:] * down
    after[:, :4] += shares[:, 1:] * down
    return after


def at_levels(levels: NDArray[Any]) -> Chances:
    """Shares of residents whose severity is known."""
    return np.eye(5)[levels.astype(int)]


def agrees(found: NDArray[Any], shares: Chances) -> bool:
    """Tell whether as many are at each level as their shares add up to: 4 standard errors, and two residents.

    Residents are independent, each with shares of its own: the variance is the sum of p (1 - p). The two residents are
    for levels where almost nobody is yet. Their number is all but Poisson, and passes 4 standard errors and two more
    with a chance of at most 1 in 12,000 whatever its mean; a normal number passes 4 standard errors with 1 in 16,000.
    """
    number = np.bincount(found, minlength=5)
    error = np.sqrt((shares * (1 - shares)).sum(axis=0))
    return bool(np.all(np.abs(number - shares.sum(axis=0)) <= 4 * error + 2))


def expect_agreement(model: DemandModel, needs: tuple[str, ...] = LONE) -> None:
    """Run to the end, comparing each week's shares with those the matrix makes of the first."""
    column = {name: list(model.place_scenario.needs).index(name) for name in needs}
    shares = {name: at_levels(model.state.severity[:, at]) for name, at in column.items()}
    for week in range(WEEKS):
        model.step()
        for name, at in column.items():
            need = model.place_scenario.needs[name]
            shares[name] = moved(shares[name], rising(model, need, week), weekly(need.ease))
            outgrown = (week - model.state.born_week) // 52 > need.age[1]
            shares[name][outgrown] = [1.0, 0, 0, 0, 0]
            assert agrees(model.state.severity[:, at], shares[name]), (name, week)


def test_from_nought_shares_follow_the_matrix_every_week() -> None:
    """Margin: see ``agrees``; 3 needs x 78 weeks x 5 shares at 1 in 12,000 each: at most 1 seed in 10 would fail.

    Weeks are close to one another, so that far fewer would; the seed is fixed.
    """
    model = town()
    model.state.severity[:] = 0
    expect_agreement(model)
    assert (model.state.severity[:, 0] == 3).sum() > 50, "there has been time to get to the upper levels"


def test_from_the_made_start_shares_follow_the_matrix_every_week() -> None:
    """Margin: as from nought. The start is whatever levels were drawn; from there on the matrix holds."""
    model = town()
    assert all((model.state.severity[:, 0] == level).sum() > 50 for level in range(5))
    expect_agreement(model)


@pytest.mark.parametrize("level", [1, 2, 3, 4])
def test_from_one_level_shares_follow_the_matrix_every_week(level: int) -> None:
    """Margin: see ``agrees``; 78 weeks x 5 shares: at most 1 seed in 30 would fail at each level."""
    model = town()
    model.state.severity[:] = 0
    model.state.severity[:, 0] = level
    expect_agreement(model, LONE[:1])


@pytest.mark.parametrize("package", [1.0, 0.5])
def test_served_without_a_limit_shares_follow_the_served_matrix(package: float) -> None:
    """Everybody has support with 0.6 of its full effect, until the need is gone; none starts again.

    The full effect is x 0.5 on worsening and x 1.8 on easing; 0.6 of it x (1 - 0.6 x 0.5) = 0.7 and
    x (1 + 0.6 x 0.8) = 1.48. A package of a half gives support in the episode's first week and every other one after
    it: weeks 0, 2, 4, ... of this run.

    Margin: see ``agrees``; 78 weeks x 5 shares: at most 1 seed in 30 would fail for each package.
    """
    never = {"age": (0,), "female": (0.0,), "male": (0.0,), "decile": (1.0,) * 10}
    model = town(
        **{
            f"services.{TEAM}.hours_a_week": None,
            f"services.{TEAM}.weeks": 0,
            f"services.{TEAM}.ends_below": 1,
            f"services.{TEAM}.package": package,
            f"services.{TEAM}.helps": {"mental_health": 0.6},
            "needs.mental_health.start": never,
        }
    )
    need = model.place_scenario.needs["mental_health"]
    assert (need.served.worsen, need.served.ease) == (0.5, 1.8)
    state = model.state
    state.severity[:] = 0
    state.severity[:, 0] = 1 + np.arange(state.severity.shape[0]) % 4
    state.status[:, 0] = OPEN
    state.service[:, 0] = list(model.place_scenario.services).index(TEAM)
    state.since[:, 0] = 0
    state.opened_at[:, 0] = state.severity[:, 0]
    shares = at_levels(state.severity[:, 0])
    for week in range(WEEKS):
        model.step()
        given = package == 1.0 or week % 2 == 0
        up, down = (0.7, 1.48) if given else (1.0, 1.0)
        shares = moved(shares, rising(model, need, week) * up, weekly(need.ease) * down)
        assert agrees(state.severity[:, 0], shares), week
    assert np.array_equal(state.status[:, 0] == OPEN, state.severity[:, 0] > 0)
