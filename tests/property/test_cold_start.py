"""The first seconds: the package is imported, and what was compiled is loaded, in the time that is promised."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROMISED_IMPORT = 0.3
PROMISED_LOADING = 2.0
TRIES = 5
"""The best of so many fresh processes counts: a busy machine makes some slow, and none quick."""

HEAVY = {
    "matplotlib",
    "mesa",
    "numba",
    "numpy",
    "pandas",
    "pyarrow",
    "pydantic",
    "rich",
    "scipy",
    "solara",
    "typer",
}
IMPORT = """
import sys, time
began = time.perf_counter()
import demandsim
print(time.perf_counter() - began)
print(*{name.partition(".")[0] for name in sys.modules})
"""
LOADING = """
import time
import demandsim as ds
from demandsim.simulation.model import DemandModel
scenario = ds.read_scenario("small-town").replace(residents=500, weeks=2)
took = []
for _ in range(2):
    began = time.perf_counter()
    DemandModel(scenario, seed=1, first_week=-1).run(2)
    took.append(time.perf_counter() - began)
print(took[0] - took[1])
"""


def said(code: str) -> list[str]:
    """What a fresh process prints, line by line."""
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


def test_the_import_is_quick_and_brings_nothing_heavy() -> None:
    runs = [said(IMPORT) for _ in range(TRIES)]
    assert min(float(seconds) for seconds, _ in runs) < PROMISED_IMPORT
    assert HEAVY.isdisjoint(runs[0][1].split())


def test_what_was_compiled_is_loaded_quickly() -> None:
    if pytest.importorskip("numba").config.DISABLE_JIT:
        pytest.skip("nothing is compiled")
    said(LOADING)  # compiles whatever is not kept yet
    assert min(float(said(LOADING)[0]) for _ in range(TRIES)) < PROMISED_LOADING
