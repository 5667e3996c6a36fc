"""Severities at the start are the ladder's resting shares, worked out here as a Markov chain's own."""

from __future__ import annotations

import numpy as np
import pytest
from tests.unit.simulation.scenes import Scene, changed, quiet_town

from demandsim.packing import packed
from demandsim.population.columns import HERE
from demandsim.simulation.model import DemandModel
from demandsim.simulation.start import resting_level

MIND = "mental_health"
LADDER = {
    "worsen": (3.0, 2.0, 1.5),
    "ease": (4.0, 3.0, 2.0, 2.5),
    "start": {"age": (0,), "female": (2.0,), "male": (2.0,)},
}


def ladder_town(residents: int) -> DemandModel:
    """A town in which one need moves by one ladder for everyone of five and over."""
    settings = {f"needs.{MIND}.{key}": value for key, value in LADDER.items()}
    return DemandModel(changed(quiet_town(), {**settings, "residents": residents, "weeks": 30}), seed=3)


def weekly(rate: float) -> float:
    """Weekly chance of a yearly rate."""
    return float(1 - np.exp(-rate / 52))


def resting(grade: float) -> np.ndarray:
    """Left eigenvector of the ladder's weekly chances at a vulnerability."""
    ups = [weekly(r) for r in (2.0, *LADDER["worsen"])]
    downs = [weekly(r) for r in LADDER["ease"]]
    moves = np.eye(5)
    for level in range(4):
        moves[level, level] -= ups[level] * grade
        moves[level, level + 1] += ups[level] * grade
        moves[level + 1, level + 1] -= downs[level]
        moves[level + 1, level] += downs[level]
    values, vectors = np.linalg.eig(moves.T)
    vector = np.real(vectors[:, np.argmax(np.real(values))])
    return vector / vector.sum()


@pytest.mark.parametrize("grade", [0.2, 1.0, 3.0])
def test_the_words_fall_on_the_levels_in_their_resting_shares(grade: float) -> None:
    """Evenly spaced words: each share within the spacing and the whole numbers' rounding."""
    needs = ladder_town(500).rules.needs
    start = int(needs.start[:, 0].max())
    table = packed(needs)
    levels = [resting_level(table, 0, start, round(grade * 65_536), w << 20) for w in range(4096)]
    shares = np.bincount(levels, minlength=5) / 4096
    assert shares == pytest.approx(resting(grade), abs=1 / 2000)


def test_where_a_ladder_rests_near_its_top_the_words_do_not_overflow() -> None:
    """Vulnerability 40 on a steep ladder: nearly everyone is in crisis, and a higher word is never a lower level."""
    needs = ladder_town(500).rules.needs
    start, table = int(needs.start[:, 0].max()), packed(needs)
    levels = [resting_level(table, 0, start, 40 * 65_536, w << 24) for w in range(256)]
    assert levels == sorted(levels)
    ups, downs = [weekly(r) for r in (2.0, *LADDER["worsen"])], [weekly(r) for r in LADDER["ease"]]
    odds = np.cumprod([1.0, *(40 * up / down for up, down in zip(ups, downs, strict=True))])
    assert np.bincount(levels, minlength=5) / 256 == pytest.approx(odds / odds.sum(), abs=1 / 100)


def test_a_town_starts_at_its_resting_shares_and_stays_there() -> None:
    """4,000 residents: the margin is four standard errors of each share, at the start and 30 weeks on."""
    model = ladder_town(4000)
    state = model.state
    old = (state.presence == HERE) & (-state.born_week // 52 >= 5)
    grades = model.rules.life.grade[state.grade[old]] / 65_536
    expected = np.mean([resting(g) for g in grades], axis=0)
    for _ in range(2):
        shares = np.bincount(state.severity[old, 0], minlength=5) / old.sum()
        assert np.all(np.abs(shares - expected) < 4 * np.sqrt(expected * (1 - expected) / old.sum()))
        if model.week == 0:
            model.run(30)


def test_whoever_is_too_young_or_too_old_for_a_need_starts_without_it() -> None:
    settings = {f"needs.child_safety.{key}": value for key, value in LADDER.items()}
    scene_model = DemandModel(changed(quiet_town(), settings), seed=3)
    state = scene_model.state
    at = list(scene_model.place_scenario.needs).index("child_safety")
    held = state.severity[:, at] > 0
    assert held.sum() > 20
    assert (-state.born_week[held] // 52).max() <= 17


def test_nobody_has_a_need_that_never_starts() -> None:
    assert not Scene().model.state.severity.any()
