"""Imports point one way, and importing the package costs next to nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

LATER = ("numba", "mesa", "matplotlib", "pandas", "numpy", "solara", "pydantic")
"""Libraries that are loaded when a public name is first used, not when the package is imported."""

SECONDS = 0.3
"""The most that `import demandsim` may add to starting Python."""

TIMED = """
import sys, time
before = time.perf_counter()
import demandsim
print(time.perf_counter() - before)
print(" ".join(sys.modules))
"""


def import_in_a_new_process() -> tuple[float, set[str]]:
    """Seconds that `import demandsim` took, and every module loaded after it."""
    done = subprocess.run([sys.executable, "-c", TIMED], capture_output=True, text=True, check=True)
    seconds, modules = done.stdout.splitlines()
    return float(seconds), set(modules.split())


def test_the_import_contracts_hold(repository: Path) -> None:
    check = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))"
    done = subprocess.run([sys.executable, "-c", check], cwd=repository, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_importing_the_package_loads_no_large_library() -> None:
    _, modules = import_in_a_new_process()
    assert not modules.intersection(LATER)


def test_importing_the_package_is_quick() -> None:
    # The best of five: a busy machine makes a start slower, never faster.
    assert min(import_in_a_new_process()[0] for _ in range(5)) < SECONDS
