"""A constant of a helper is changed in a copy of the package: the compiled kernels that use it are made anew."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

WORDS = """
import hashlib
import numpy as np
from demandsim import kernels
from demandsim.chance import CHANGE_NEEDS
from demandsim.simulation.strips import STRIP, draw_blocks
words, identity = np.zeros((8, STRIP), np.int64), np.arange(STRIP, dtype=np.int64)
draw_blocks(5, identity, 0, STRIP, 3, CHANGE_NEEDS, 2, words)
hits = sum(draw_blocks.stats.cache_hits.values()) if hasattr(draw_blocks, "stats") else None
print(hashlib.sha256(words.tobytes()).hexdigest(), kernels._FOLDER, hits)
"""
"""Two blocks of words for each of a strip of residents: a kernel, in a kernel, in two helpers of another file."""


@pytest.fixture
def copy(package: Path, tmp_path: Path) -> Path:
    """The whole package, copied to where it may be changed."""
    to = tmp_path / "src" / "demandsim"
    shutil.copytree(package, to, ignore=shutil.ignore_patterns("__pycache__"))
    return to


def run(package: Path, **settings: str) -> list[str]:
    """Draw the words in a process of its own, with a cache beside the copy: digest, cache folder, cache hits."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("NUMBA_", "XDG_"))}
    kept |= {
        # Python's own compiled files go by whole seconds and size, too coarse for edits as quick as a test's.
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": str(package.parent),
        "XDG_CACHE_HOME": str(package.parent.parent / "cache"),
    }
    command = [sys.executable, "-c", WORDS]
    done = subprocess.run(command, env=kept | settings, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_a_changed_constant_of_the_packages_own_chance_is_never_stale(copy: Path) -> None:
    """The digest moves, to what plain Python makes of the change; put back, it is the first, kept all the while."""
    first, folder, hits = run(copy)
    assert hits == "0"
    chance = copy / "chance.py"
    text = chance.read_text(encoding="utf-8")
    assert text.count("_WEYL_0 = 0x9E3779B9\n") == 1

    chance.write_text(text.replace("_WEYL_0 = 0x9E3779B9\n", "_WEYL_0 = 0x9E3779BA\n"), encoding="utf-8")
    changed, other, hits = run(copy)
    assert (changed != first, other != folder, hits) == (True, True, "0")
    assert run(copy, NUMBA_DISABLE_JIT="1") == [changed, "None", "None"]

    chance.write_text(text, encoding="utf-8")
    assert run(copy) == [first, folder, "1"]
