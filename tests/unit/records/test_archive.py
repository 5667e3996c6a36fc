"""Arrays and a header come back as they went; whatever is not whole is refused in one line."""

from __future__ import annotations

import json
import struct
import tracemalloc
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from demandsim.errors import SaveError
from demandsim.records.archive import LARGEST_HEADER, read, write

ARRAYS = {
    "people.age": np.arange(12, dtype=np.int16).reshape(3, 4),
    "people.sex": np.array([0, 1, 1], np.uint8),
    "nothing": np.zeros((0, 5), np.int64),
    "large": np.array([-(2**63), 2**63 - 1], np.int64),
}
CONTENT = {"seed": 2**62 + 1, "share": 0.1 + 0.2, "rows": [1, [2, 3]], "text": "£ – \ud800"}
Members = dict[str, bytes]


def saved(folder: Path) -> Path:
    """A whole file."""
    path = folder / "a.demandsim"
    write(path, kind="box", content=CONTENT, arrays=ARRAYS)
    return path


def members(path: Path) -> Members:
    """What is in the archive, by name."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def rewritten(path: Path, content: Mapping[str, bytes], compress: int = zipfile.ZIP_STORED) -> Path:
    """The archive made anew of other members, its own sums right."""
    with zipfile.ZipFile(path, "w", compress) as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return path


def header_changed(path: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    """The archive with its header changed."""
    parts = members(path)
    header = json.loads(parts["header.json"])
    change(header)
    return rewritten(path, {**parts, "header.json": json.dumps(header).encode()})


def refused(path: Path, said: str) -> None:
    """The file is refused in one line that names it and says this."""
    with pytest.raises(SaveError, match=said) as caught:
        read(path, kind="box")
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)


def test_everything_comes_back(tmp_path: Path) -> None:
    content, arrays = read(saved(tmp_path), kind="box")
    assert content == {**CONTENT, "rows": (1, (2, 3))}
    assert list(arrays) == list(ARRAYS)
    for name, array in ARRAYS.items():
        assert arrays[name].dtype == array.dtype
        assert arrays[name].flags.c_contiguous
        assert arrays[name].flags.writeable
        np.testing.assert_array_equal(arrays[name], array)


def test_the_same_content_is_the_same_file(tmp_path: Path) -> None:
    once = saved(tmp_path).read_bytes()
    assert saved(tmp_path).read_bytes() == once


def test_order_and_byte_order_in_memory_do_not_matter(tmp_path: Path) -> None:
    once = saved(tmp_path).read_bytes()
    turned = {
        name: np.asfortranarray(one).astype(one.dtype.newbyteorder(">")) for name, one in ARRAYS.items()
    }
    write(tmp_path / "b", kind="box", content=CONTENT, arrays=turned)
    assert (tmp_path / "b").read_bytes() == once


def test_numpy_reads_it_without_pickle(tmp_path: Path) -> None:
    with np.load(saved(tmp_path), allow_pickle=False) as found:
        for name, array in ARRAYS.items():
            np.testing.assert_array_equal(found[name], array)


@pytest.mark.parametrize("array", [np.zeros(2), np.zeros(2, bool), np.array([{}], object), np.array(["a"])])
def test_only_whole_numbers_can_be_kept(tmp_path: Path, array: np.ndarray[Any, Any]) -> None:
    with pytest.raises(SaveError, match="only whole numbers"):
        write(tmp_path / "a", kind="box", content={}, arrays={"odd": array})
    assert list(tmp_path.iterdir()) == []


def test_files_that_are_something_else(tmp_path: Path) -> None:
    path = tmp_path / "a.demandsim"
    refused(path, "cannot be read: No such file")
    refused(tmp_path, "is not a file")
    refused(Path("/dev/zero"), "is not a file")
    path.write_bytes(b"")
    refused(path, "is empty, not a box")
    for data in (b"\0" * 1000, b"PK\x05\x06" + b"\0" * 18, b"not a zip", b"\x80\x04."):
        path.write_bytes(data)
        refused(path, "is no box, or a damaged or unfinished one")
    np.savez(path.with_suffix(".npz"), a=np.zeros(3))
    refused(path.with_suffix(".npz"), "is no box")
    write(path, kind="crate", content={}, arrays={})
    refused(path, "is no box")


def test_a_huge_empty_file_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "huge"
    with path.open("wb") as file:
        file.truncate(2**40)  # a hole: it takes no room on the disk
    refused(path, "is no box, or a damaged or unfinished one")


def test_other_formats_and_versions_say_so(tmp_path: Path) -> None:
    refused(
        header_changed(saved(tmp_path), lambda header: header.update(format=2)), "of format 2; .* format 1$"
    )
    refused(
        header_changed(saved(tmp_path), lambda header: header.update(package="9.9")),
        r"was written by demandsim '9\.9'; this is ",
    )


@pytest.mark.parametrize(
    "change",
    [
        lambda header: header.update(sha256="0" * 64),
        lambda header: header["content"].update(seed=1),
        lambda header: header.update(more=1),
        lambda header: header.pop("arrays"),
        lambda header: header["arrays"].pop(),
        lambda header: header["arrays"].append(header["arrays"][0]),
        lambda header: header["arrays"][0].update(shape=[4, 3]),
        lambda header: header["arrays"][0].update(shape=[10**12, 10**12]),
        lambda header: header["arrays"][0].update(shape=[-3, -4]),
        lambda header: header["arrays"][0].update(shape=[10**4000]),
        lambda header: header["arrays"][0].update(shape=[12.0]),
        lambda header: header["arrays"][0].update(shape=[1] * 60),
        lambda header: header["arrays"][0].update(dtype="|O"),
        lambda header: header["arrays"][0].update(dtype="<f2"),
        lambda header: header["arrays"][0].update(dtype=">i2"),
        lambda header: header["arrays"][0].update(name="../people"),
        lambda header: header["arrays"].reverse(),
    ],
)
def test_a_header_that_is_not_true_is_refused(
    tmp_path: Path, change: Callable[[dict[str, Any]], object]
) -> None:
    refused(header_changed(saved(tmp_path), change), "is (a|no) (damaged )?box")


def test_an_array_that_is_not_what_it_says_is_refused(tmp_path: Path) -> None:
    parts = members(saved(tmp_path))
    data = parts["people.age.npy"]
    for spoilt in (
        data[:-1],
        data + b"\0",
        data.replace(b"'<i2'", b"'<u2'"),
        data[:-1] + b"\x7f",
        b"\x93NUMPY\x02" + data[7:],
    ):
        refused(rewritten(tmp_path / "a.demandsim", {**parts, "people.age.npy": spoilt}), "damaged")
    refused(
        rewritten(tmp_path / "a.demandsim", {**parts, "more.npy": data}), "does not hold the arrays it lists"
    )


def test_nothing_is_unpacked(tmp_path: Path) -> None:
    parts = members(saved(tmp_path))
    refused(rewritten(tmp_path / "a.demandsim", parts, zipfile.ZIP_DEFLATED), "too large or compressed")
    parts["header.json"] = b" " * (LARGEST_HEADER + 1)
    refused(rewritten(tmp_path / "a.demandsim", parts), "too large or compressed")


@pytest.mark.parametrize(
    "header", [b"", b"[]", b"1", b"{" * 100_000, b'{"a":' * 100_000, b"\xff\xfe", b"9" * 9999]
)
def test_a_header_that_is_no_header_is_refused(tmp_path: Path, header: bytes) -> None:
    refused(rewritten(tmp_path / "a.demandsim", {"header.json": header}), "is no box")


def test_members_that_overlap_cannot_make_a_file_larger_than_it_is(tmp_path: Path) -> None:
    count, length = 50, 100_000
    names = [f"a{at}" for at in range(count)]
    path = tmp_path / "a.demandsim"
    write(path, kind="box", content={}, arrays={name: np.zeros(length, np.int64) for name in names})
    whole = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        first, second = archive.getinfo("a0.npy").header_offset, archive.getinfo("a1.npy").header_offset
        last = archive.infolist()[-1]
    # One array's bytes on the disk, listed fifty times.
    with zipfile.ZipFile(path) as archive:
        directory = archive.start_dir
    assert last.header_offset > second
    entries = whole[directory:]
    for at in range(1, count):
        old = struct.pack("<L", first + at * (second - first))
        entries = entries.replace(old, struct.pack("<L", first))
    end = entries.rindex(b"PK\x05\x06")
    entries = entries[: end + 16] + struct.pack("<L", second) + entries[end + 20 :]
    path.write_bytes(whole[:second] + entries)
    refused(path, "larger than the file|damaged")


def test_what_would_unpack_to_more_than_the_file_takes_no_memory(tmp_path: Path) -> None:
    parts = members(saved(tmp_path))
    parts["people.age.npy"] = bytes(200_000_000)
    path = rewritten(tmp_path / "bomb", parts, zipfile.ZIP_DEFLATED)
    stored = header_changed(saved(tmp_path), lambda header: header["arrays"][0].update(shape=[10**9, 4]))
    tracemalloc.start()
    refused(path, "too large or compressed")
    refused(stored, "damaged")
    assert tracemalloc.get_traced_memory()[1] < 2_000_000
    tracemalloc.stop()


def test_a_file_of_more_than_the_machines_memory_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = saved(tmp_path)
    monkeypatch.setattr("demandsim.records.archive._memory", lambda: 100)
    monkeypatch.setattr(np, "empty", None)  # nothing is made
    refused(path, "too large for this machine's memory")


def test_a_file_too_large_for_the_memory_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = saved(tmp_path)

    def full(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(np, "empty", full)
    refused(path, "too large for this machine's memory")
