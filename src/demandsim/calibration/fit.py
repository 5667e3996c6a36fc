"""Fitting: knobs are turned until the baseline comes as near to its targets as the ranges of the evidence allow."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from demandsim.calibration.knobs import Board
from demandsim.calibration.observed import observe
from demandsim.calibration.targets import Target
from demandsim.errors import RunError

SEEDS = (101, 102)
"""Seeds of every run of the fit: the same residents with the same luck, so that only knobs make a difference."""
STEP = 0.10
"""How far a knob is turned to see what it does, as a log: about a tenth."""
HELD = 0.5
"""How strongly a knob is held to what is published: at an end of its range it costs as much as this many bands off."""
FAR = 100.0
"""The most bands that one target counts as being off."""

Progress = Callable[[int, float], None]


class Fit(NamedTuple):
    """Where the knobs came to rest."""

    logs: NDArray[np.float64]  # [knob]
    off: NDArray[np.float64]  # [target] bands off: within 1 either way passes
    slopes: NDArray[np.float64]  # [target, knob] bands for a log of one
    loss: float  # sum over targets of 2 (sqrt(1 + off^2) - 1), and what the knobs' own ranges add
    tries: int

    @property
    def passed(self) -> int:
        """How many targets are within their bands."""
        return int((np.abs(self.off) <= 1).sum())


class Tries:
    """Every setting that was run and what came of it, kept in a folder: a fit that is begun again goes on from there.

    Parameters
    ----------
    board
        The scenario and its knobs.
    targets
        Those that count.
    seeds
        Of every run.
    folder
        Where what was run is kept, a file a setting.
    progress
        Called after each run with (settings run, their loss).
    """

    def __init__(
        self,
        board: Board,
        targets: Sequence[Target],
        *,
        seeds: Sequence[int],
        folder: Path,
        threads: int | None = None,
        progress: Progress | None = None,
    ) -> None:
        self.board, self.targets, self.seeds, self.folder = board, tuple(targets), tuple(seeds), folder
        self.threads, self.progress = threads, progress
        self.count = 0
        folder.mkdir(parents=True, exist_ok=True)

    def off(self, logs: Sequence[float]) -> NDArray[np.float64]:
        """Tell how many bands each target is off with the knobs turned so far."""
        path = self.folder / f"{self._name(logs)}.json"
        if path.is_file():
            simulated = json.loads(path.read_text(encoding="utf-8"))
        else:
            seen = observe(self.board.turned(logs), self.targets, seeds=self.seeds, threads=self.threads)
            simulated = {key: one.mean for key, one in seen.items()}
            half = path.with_suffix(".part")
            half.write_text(json.dumps(simulated), encoding="utf-8")
            half.replace(path)
        found = np.array([bands_off(one, simulated[one.key]) for one in self.targets])
        self.count += 1
        if self.progress:
            self.progress(self.count, loss_of(found))
        return found

    def _name(self, logs: Sequence[float]) -> str:
        """Name a setting by all that decides what comes of it."""
        content = [
            self.board.turned(logs).model_dump_json(),
            json.dumps([one.model_dump_json() for one in self.targets]),
            json.dumps(self.seeds),
        ]
        return hashlib.sha256("\n".join(content).encode()).hexdigest()[:24]


def bands_off(target: Target, simulated: float) -> float:
    """Tell how far a simulated figure is from the published one: 1 is at the end of the band, above 0 too high.

    Figures are compared by their logs: half and double are as far off.
    """
    if not np.isfinite(simulated) or simulated <= 0:
        return -FAR
    low, high = target.band
    end = high if simulated > target.value else low
    width = abs(np.log(max(end, target.value / 100) / target.value))
    return float(np.clip(np.log(simulated / target.value) / max(width, 0.01), -FAR, FAR))


def loss_of(off: NDArray[np.float64]) -> float:
    """Sum what is off: by its square where it is little, by itself where it is much, so that no one target rules."""
    return float((2 * (np.sqrt(1 + off**2) - 1)).sum())


def fit(tries: Tries, *, rounds: int, begin: Sequence[float] | None = None) -> Fit:
    """Turn the knobs, by SciPy's trust-region least squares, each within its range.

    Parameters
    ----------
    tries
        What runs a setting.
    rounds
        How many settings beside those that measure slopes; each round measures every knob's slope once.
    begin
        Logs to begin with; as published without them.

    Raises
    ------
    RunError
        If SciPy is not there, or there are more knobs than targets.
    """
    try:
        from scipy.optimize import least_squares
    except ImportError:
        raise RunError("calibrate: fitting needs SciPy; pip install 'demandsim[analysis]' would do") from None
    board = tries.board
    if len(board.knobs) > len(tries.targets):
        raise RunError(f"{len(board.knobs)} knobs and {len(tries.targets)} targets: fewer knobs would do")
    low, high = np.array(board.low), np.array(board.high)
    hold = HELD / np.maximum(np.maximum(-low, high), 0.05)
    start = np.zeros(low.size) if begin is None else np.clip(begin, low + 1e-6, high - 1e-6)

    def residuals(logs: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.concatenate([tries.off(tuple(logs)), hold * logs])

    def slopes(logs: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.concatenate([slopes_of(tries, logs), np.diag(hold)])

    found = least_squares(
        residuals,
        start,
        jac=slopes,
        bounds=(low, high),
        loss="soft_l1",
        x_scale=0.3,
        max_nfev=rounds,
        xtol=1e-3,
        ftol=1e-3,
    )
    off = tries.off(tuple(found.x))
    return Fit(found.x, off, found.jac[: off.size], float(2 * found.cost), tries.count)


def slopes_of(tries: Tries, logs: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn each knob by a step, towards the far end of its range, and see what it does: [target, knob]."""
    here, columns = tries.off(tuple(logs)), []
    for number, (low, high) in enumerate(zip(tries.board.low, tries.board.high, strict=True)):
        step = STEP if high - logs[number] >= logs[number] - low else -STEP
        turned = logs.copy()
        turned[number] += step
        columns.append((tries.off(tuple(turned)) - here) / step)
    return np.array(columns).T


def as_factors(board: Board, logs: Sequence[float]) -> Mapping[str, float]:
    """Say how far each knob is turned: its factor, or what is added to the power of its gradient."""
    return {
        knob.key: float(turn if knob.tilts else np.exp(turn))
        for knob, turn in zip(board.knobs, logs, strict=True)
    }
