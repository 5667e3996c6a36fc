"""No stale code: a constant of a helper is changed in a copy of the package, and a whole run's digest moves with it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import demandsim

RUN = """
import demandsim as ds
from demandsim import kernels
town = ds.read_scenario("small-town").replace(residents=500, weeks=12)
model = ds.DemandModel(town, seed=1)
model.run()
print(model.digest, kernels._FOLDER)
"""
FILE, BEFORE, AFTER = "chance.py", "_WEYL_0 = 0x9E3779B9\n", "_WEYL_0 = 0x9E3779BA\n"
"""A constant of the helper that every phase draws its words by."""


def digest(source: Path, **settings: str) -> list[str]:
    """Run the copy in a process of its own: the run's digest, and the cache folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("NUMBA_", "XDG_"))}
    kept |= {
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": str(source),
        "XDG_CACHE_HOME": str(source.parent / "cache"),
    }
    command = [sys.executable, "-c", RUN]
    done = subprocess.run(command, env=kept | settings, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return done.stdout.splitlines()[-1].split()


def run(*, short: bool, seed: int, jobs: int) -> list[str] | None:
    """Run as it is, changed, and put back; all kernels are compiled twice, about a minute each."""
    if short:
        return None
    package = Path(demandsim.__file__).resolve().parent
    failed = []
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "src"
        unwanted = shutil.ignore_patterns("__pycache__")
        shutil.copytree(package, source / "demandsim", ignore=unwanted)
        if not (package / "scenarios").is_dir():  # a checkout, where they lie beside src
            shutil.copytree(package.parent.parent / "scenarios", Path(folder) / "scenarios")
        first = digest(source)
        print(f"  as it is: {first[0][:12]}")
        file = source / "demandsim" / FILE
        text = file.read_text(encoding="utf-8")
        if text.count(BEFORE) != 1:
            return [f"{FILE}: no {BEFORE.strip()} in it any more"]
        file.write_text(text.replace(BEFORE, AFTER), encoding="utf-8")
        changed, plain = digest(source), digest(source, NUMBA_DISABLE_JIT="1")
        file.write_text(text, encoding="utf-8")
        print(f"  {FILE} with {AFTER.strip()}: {changed[0][:12]} compiled, {plain[0][:12]} in plain Python")
        if changed[0] == first[0] or changed[1] == first[1]:
            failed.append(f"{FILE}: {AFTER.strip()} leaves the digest, or the cache folder, as it was")
        if changed[0] != plain[0]:
            failed.append(f"{FILE}: compiled and plain Python differ, so that something is stale")
        if digest(source) != first:
            failed.append("put back as it was, the run is another")
    return failed
