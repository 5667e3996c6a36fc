"""Saved in any week, a model goes on the same; whatever befalls the file, it loads whole or not at all."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from threading import Timer

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

import demandsim as ds
from demandsim.errors import SaveError
from demandsim.records.archive import read, write
from demandsim.scenario.group import Group
from demandsim.simulation.model import DemandModel

WEEKS = 28
POLICIES = ("small-town-council-saves", "small-town-early-help")

# A save and a load take a tenth of a second, a run a little more; a stalled test machine takes longer.
always = settings(derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
some = settings(always, max_examples=12)
many = settings(always, max_examples=120)

WHOLE = st.sampled_from([np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64, np.uint64])
TABLES = st.dictionaries(
    st.from_regex(r"[a-z]{1,8}(\.[a-z_]{1,8})?", fullmatch=True).filter(lambda name: name != "header"),
    WHOLE.flatmap(
        lambda dtype: arrays_of.arrays(
            dtype, arrays_of.array_shapes(min_dims=1, max_dims=4, min_side=0, max_side=6)
        )
    ),
    max_size=5,
)
CONTENT = st.dictionaries(
    st.text(max_size=8),
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(),
        lambda inner: st.lists(inner, max_size=3).map(tuple) | st.dictionaries(st.text(max_size=5), inner),
        max_leaves=8,
    ),
    max_size=5,
)


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """A folder for all examples: Hypothesis cannot have one each."""
    with tempfile.TemporaryDirectory() as made:
        yield Path(made)


@pytest.fixture(scope="session")
def start(small_town: ds.Scenario) -> DemandModel:
    """The small town, settled."""
    return ds.settle(small_town.replace(weeks=WEEKS), seed=23)


@pytest.fixture(scope="session")
def town(start: DemandModel, folder: Path) -> bytes:
    """A saved model's bytes."""
    model = start.fork()
    model.run(5)
    model.save(folder / "town")
    return (folder / "town").read_bytes()


@some
@given(
    at=st.integers(0, WEEKS),
    policy=st.none() | st.sampled_from(POLICIES),
    followed=st.sets(st.integers(0, 1999), max_size=3),
    panel=st.sampled_from([None, Group(), Group(age=(0, 17))]),
)
def test_a_model_saved_in_any_week_goes_on_the_same(
    start: DemandModel, folder: Path, at: int, policy: str | None, followed: set[int], panel: Group | None
) -> None:
    model = DemandModel(
        start.place_scenario,
        seed=23,
        policies=[ds.read_policy(policy)] if policy else (),
        start=start,
        followed=sorted(followed),
        panel=panel,
    )
    model.run(at)
    model.save(folder / "any")
    loaded = DemandModel.load(folder / "any")
    model.run()
    loaded.run()
    assert loaded.digest == model.digest
    assert loaded.record.journal.tolist() == model.record.journal.tolist()
    assert len(loaded.record.quarters) == len(model.record.quarters)


@many
@given(table=TABLES, content=CONTENT)
def test_whatever_is_kept_comes_back(folder: Path, table: dict[str, np.ndarray], content: dict) -> None:
    write(folder / "box", kind="box", content=content, arrays=table)
    found, arrays = read(folder / "box", kind="box")
    assert found == content
    assert list(arrays) == list(table)
    for name, array in table.items():
        assert arrays[name].dtype == array.dtype
        np.testing.assert_array_equal(arrays[name], array)


@many
@given(data=st.data())
def test_a_small_file_changed_anywhere_is_whole_or_refused(folder: Path, data: st.DataObject) -> None:
    table = {"a": np.arange(6).reshape(2, 3), "b": np.zeros((0, 2), np.uint8), "c": np.ones(4, np.int16)}
    write(folder / "box", kind="box", content={"seed": 1}, arrays=table)
    whole = (folder / "box").read_bytes()
    (folder / "spoilt").write_bytes(spoilt(whole, data))
    refused = ""
    try:
        content, arrays = read(folder / "spoilt", kind="box")
    except SaveError as error:
        refused = str(error)
    if refused:
        assert refused.startswith(f"{folder / 'spoilt'}: ")
        assert "\n" not in refused
    else:  # a byte that means nothing, such as a date in the archive's own tables
        assert content == {"seed": 1}
        for name, array in table.items():
            np.testing.assert_array_equal(arrays[name], array)


@settings(some, max_examples=40)
@given(data=st.data())
def test_a_saved_model_changed_anywhere_is_whole_or_refused(
    folder: Path, town: bytes, start: DemandModel, data: st.DataObject
) -> None:
    expected = start.fork()
    expected.run(5)
    (folder / "spoilt").write_bytes(spoilt(town, data))
    refused = ""
    try:
        loaded = DemandModel.load(folder / "spoilt")
    except SaveError as error:
        refused = str(error)
    if refused:
        assert refused.startswith(f"{folder / 'spoilt'}: ")
        assert "\n" not in refused
    else:
        assert loaded.digest == expected.digest


@many
@given(junk=st.binary(max_size=400), kept=st.integers(0, 64))
def test_foreign_bytes_are_refused(folder: Path, town: bytes, junk: bytes, kept: int) -> None:
    (folder / "foreign").write_bytes(town[:kept] + junk)
    with pytest.raises(SaveError) as caught:
        DemandModel.load(folder / "foreign")
    assert "\n" not in str(caught.value)


FORGER = """
import json, sys
import numpy as np
from demandsim.errors import SaveError
from demandsim.records.archive import read, write
from demandsim.simulation.model import DemandModel

path, forged = sys.argv[1], sys.argv[1] + "-forged"
content, arrays = read(path, kind="saved model")
print(json.dumps({name: [a.dtype.str, a.size] for name, a in arrays.items() if a.size}), flush=True)
for line in sys.stdin:
    changed = dict(arrays)
    for name, first, count, value in json.loads(line):
        changed[name] = changed[name].copy()
        changed[name].reshape(-1)[first : first + count] = value
    write(forged, kind="saved model", content=content, arrays=changed)
    try:
        model = DemandModel.load(forged)
    except SaveError as error:
        print(json.dumps(str(error)), flush=True)
        continue
    model.step()
    model.record
    print(json.dumps(None), flush=True)
"""
"""Makes a forged file of each line it reads, its sums right, and says why it was refused or that it ran a week."""


class Forger:
    """A process of its own that loads forged files: one that crashes it is a failed test, not a dead test run."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._process: subprocess.Popen[str] | None = None
        self.arrays = {name: (np.dtype(kind), size) for name, (kind, size) in self._begin().items()}

    def _begin(self) -> dict[str, tuple[str, int]]:
        command = [sys.executable, "-c", FORGER, str(self.path)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return json.loads(self._process.stdout.readline())

    def tries(self, changes: list[tuple[str, int, int, int]]) -> str | None:
        """Why a file with these changes is refused; None if it loads and runs a week."""
        if self._process.poll() is not None:
            self._begin()
        print(json.dumps(changes), file=self._process.stdin, flush=True)
        with_patience = Timer(60, self._process.kill)  # a kernel that goes round in circles
        with_patience.start()
        answer = self._process.stdout.readline()
        with_patience.cancel()
        assert answer, f"the process ended with {self._process.wait()}"
        return json.loads(answer)

    def end(self) -> None:
        """End the process."""
        self._process.stdin.close()
        self._process.wait(60)
        self._process.stdout.close()


@pytest.fixture(scope="session")
def forger(small_town: ds.Scenario, folder: Path) -> Iterator[Forger]:
    """Forges the smallest model that uses everything there is to keep."""
    scenario = small_town.replace(residents=500, weeks=WEEKS)
    policy = ds.read_policy("small-town-early-help")
    model = DemandModel(
        scenario, seed=23, policies=[policy], first_week=-4, followed=[3, 40], panel=Group(age=(0, 70))
    )
    model.run(20)
    model.save(folder / "small")
    forger = Forger(folder / "small")
    yield forger
    forger.end()


@settings(always, max_examples=120)
@given(data=st.data())
def test_whatever_a_forged_file_holds_no_kernel_goes_astray(forger: Forger, data: st.DataObject) -> None:
    changes = data.draw(st.lists(forgeries(forger), min_size=1, max_size=2))
    refused = forger.tries(changes)
    if refused is not None:
        assert refused.startswith(f"{forger.path}-forged: is a saved model that does not hold together: ")
        assert "\n" not in refused


def forgeries(forger: Forger) -> st.SearchStrategy[tuple[str, int, int, int]]:
    """An array, where in it a change begins, how many entries it takes, and the number put there."""

    def change(name: str) -> st.SearchStrategy[tuple[str, int, int, int]]:
        dtype, size = forger.arrays[name]
        least, most = int(np.iinfo(dtype).min), int(np.iinfo(dtype).max)
        rows = forger.arrays["state.sex"][1]
        near = st.sampled_from([-2, -1, *range(13), 63, 64, 239, 240, rows - 1, rows]).filter(
            lambda value: least <= value <= most
        )
        value = near | st.integers(least, most)
        return st.tuples(st.just(name), st.integers(0, size - 1), st.sampled_from([1, 20, size]), value)

    # Three times in four a column that kernels read.
    read_by_kernels = [name for name in forger.arrays if name.startswith(("state.", "homes.", "book."))]
    names = st.sampled_from(read_by_kernels)
    return (names | names | names | st.sampled_from(list(forger.arrays))).flatmap(change)


def spoilt(whole: bytes, data: st.DataObject) -> bytes:
    """The file cut short, lengthened, or with some bytes changed."""
    how = data.draw(st.sampled_from(["cut", "change", "insert", "remove"]))
    # Half of the time near an end, where the archive's own tables are.
    at = data.draw(st.integers(0, len(whole) - 1) | st.integers(1, min(3000, len(whole))).map(lambda n: -n))
    at %= len(whole)
    if how == "cut":
        return whole[:at]
    if how == "change":
        return whole[:at] + bytes([whole[at] ^ data.draw(st.integers(1, 255))]) + whole[at + 1 :]
    if how == "insert":
        return whole[:at] + data.draw(st.binary(min_size=1, max_size=20)) + whole[at:]
    return whole[:at] + whole[at + data.draw(st.integers(1, 100)) :]
