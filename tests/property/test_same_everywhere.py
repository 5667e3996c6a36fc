"""The same scenario and seed give the same integers whatever runs them: threads, processes, order, compiler."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import demandsim as ds

RESIDENTS, WEEKS, SEED = 500, 44, 11
POLICY = "small-town-every-verb"

RUN = f"""
import demandsim as ds
town = ds.read_scenario("small-town").replace(residents={RESIDENTS})
model = ds.DemandModel(town, seed={SEED}, policies=[ds.read_policy("{POLICY}")])
model.run({WEEKS})
print(model.digest)
"""

LAST_FIRST = """
import importlib, pkgutil, demandsim
names = sorted(m.name for m in pkgutil.walk_packages(demandsim.__path__, "demandsim.") if "__main__" not in m.name)
for name in reversed(names):
    importlib.import_module(name)
"""


@pytest.fixture(scope="module")
def expected() -> str:
    """What this process makes of it."""
    return digest()


def digest() -> str:
    """Run it here."""
    town = ds.read_scenario("small-town").replace(residents=RESIDENTS)
    model = ds.DemandModel(town, seed=SEED, policies=[ds.read_policy(POLICY)])
    model.run(WEEKS)
    return model.digest


def elsewhere(code: str, **settings: str) -> str:
    """Run code in a process of its own, and give the last line it prints."""
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | settings, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1]


@pytest.mark.parametrize("hash_seed", ["0", "1", "4242"])
def test_in_processes_of_any_hash_order(hash_seed: str, expected: str) -> None:
    assert elsewhere(RUN, PYTHONHASHSEED=hash_seed) == expected


def test_whatever_is_imported_first(expected: str) -> None:
    assert elsewhere(LAST_FIRST + RUN) == expected


def test_on_several_threads_at_once(expected: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(lambda _: digest(), range(8))) == {expected}


def test_with_nothing_compiled(expected: str) -> None:
    """Plain Python, a thousand times slower, comes to the same integers, overflow and rounding included."""
    assert elsewhere(RUN, NUMBA_DISABLE_JIT="1") == expected


def test_with_nothing_compiled_and_more_fixed_groups_than_a_byte_has_bits() -> None:
    code = """
import demandsim as ds
town = ds.read_scenario("small-town").replace(residents=500)
names = [name for name, service in town.services.items() if service.closed_to is None][:12]
closing = tuple(
    {"close": name, "group": {"age": (0, 30 + 5 * number), "membership": "fixed"}}
    for number, name in enumerate(names)
)
policy = ds.Policy(name="many", title="Many groups", source="a test", maker="council", change=closing)
model = ds.DemandModel(town, seed=11, policies=[policy])
model.run(3)
print(int(model.state.member.max()) >= 1 << 9, model.digest)
"""
    compiled = elsewhere(code)
    assert compiled.startswith("True ")
    assert elsewhere(code, NUMBA_DISABLE_JIT="1") == compiled


def test_from_another_folder_and_language(expected: str, tmp_path: Path) -> None:
    code = f"import os; os.chdir({str(tmp_path)!r})\n" + RUN
    assert elsewhere(code, LC_ALL="C", TZ="Asia/Kathmandu", COLUMNS="20") == expected
