"""Settled starts kept on disk: a place and seed settle once, whatever is run from them afterwards.

A file is named by all that decides what is in it: the scenario, the seed, the code that makes residents and runs them,
and the versions of what that code stands on. Deleting the folder changes no result.
"""

from __future__ import annotations

import hashlib
import os
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path

import numba
import numpy as np

from demandsim.errors import DemandSimError
from demandsim.scenario.schema import Scenario
from demandsim.simulation.model import DemandModel

KEPT_FROM = 10_000
"""Residents from which a start is kept: fewer settle as quickly as a file is read."""

MOST_BYTES = 2 * 1024**3
"""How much is kept at most; those used longest ago go first."""

_DECIDES = (
    "agencies",
    "population",
    "scenario",
    "simulation",
    "chance.py",
    "kernels.py",
    "packing.py",
    "units.py",
)


def kept_start(scenario: Scenario, *, seed: int) -> DemandModel | None:
    """Read a settled start from disk; None where there is none, or none that can be read."""
    folder = _folder()
    if folder is None or scenario.residents < KEPT_FROM:
        return None
    path = folder / _name(scenario, seed)
    if not path.is_file():
        return None
    try:
        start = DemandModel.load(path)
        os.utime(path)
    except (DemandSimError, OSError):
        with suppress(OSError):
            path.unlink()
        return None
    same = start.key == seed and start.place_scenario == scenario and start.week == 0 and start.settled
    return start if same else None


def keep_start(start: DemandModel) -> None:
    """Write a settled start to disk, and make room for it; where nothing can be written, nothing is kept."""
    folder = _folder()
    if folder is None or start.place_scenario.residents < KEPT_FROM:
        return
    with suppress(DemandSimError, OSError):
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / _name(start.place_scenario, start.key)
        start.save(path)
        make_room(folder, MOST_BYTES, but=path)


def make_room(folder: Path, most: int, *, but: Path) -> None:
    """Remove the starts used longest ago until the others take no more than so many bytes; one is never removed."""
    files = sorted(folder.glob("*.start"), key=lambda file: file.stat().st_mtime, reverse=True)
    so_far = 0
    for file in files:
        so_far += file.stat().st_size
        if so_far > most and file != but:
            file.unlink(missing_ok=True)


def _folder() -> Path | None:
    """Find the folder that starts are kept in, made or not; None where there is no home."""
    named = os.environ.get("XDG_CACHE_HOME", "")
    try:
        return (Path(named) if os.path.isabs(named) else Path.home() / ".cache") / "demandsim" / "starts"
    except RuntimeError:
        return None


def _name(scenario: Scenario, seed: int) -> str:
    """Name a file by all that decides what is in it."""
    content = f"{scenario.model_dump_json()}\n{seed}\n{_code()}"
    return f"{hashlib.sha256(content.encode()).hexdigest()[:32]}.start"


@cache
def _code() -> str:
    """Hash the code and the versions that a settled start depends on."""
    package = Path(__file__).resolve().parent.parent
    digest = hashlib.sha256(repr((sys.version, np.__version__, numba.__version__)).encode())
    for part in _DECIDES:
        place = package / part
        for file in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            digest.update(f"\n{file.relative_to(package).as_posix()}\n".encode() + file.read_bytes())
    return digest.hexdigest()
