"""One file of arrays and a header: written whole or not at all, and read only if it is whole.

The file is a zip archive, nothing compressed: ``header.json`` and a ``.npy`` file an array, so that
``numpy.load(path)["state.severity"]`` reads one. The header lists every array with its type and shape, and
holds a SHA-256 of all that is in the file. Nothing is ever unpickled.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import stat
import struct
import sys
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from demandsim.errors import SaveError, shown
from demandsim.records.whole_file import called, located, reason, write_whole
from demandsim.scenario.problems import tuples

FORMAT = 1
"""Number of the way a file is laid out."""
LARGEST_HEADER = 16_000_000
"""Bytes; a scenario takes some 200,000. Taken apart, a header can fill twenty times its size."""

_HEADER = "header.json"
_CHUNK = 1 << 24
_TYPES = frozenset(
    f"{order}{sign}{size}" for size in (1, 2, 4, 8) for sign in "iu" for order in "|<"[size > 1]
)
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # a fixed date, so that the same content is the same file

Arrays = dict[str, NDArray[Any]]


class Entry(BaseModel):
    """One array in the file: whole numbers, little-endian, in C order."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: str
    dtype: str
    shape: tuple[int, ...]

    @property
    def prefix(self) -> bytes:
        """What a ``.npy`` file of version 1.0 begins with."""
        words = f"{{'descr': '{self.dtype}', 'fortran_order': False, 'shape': {self.shape}, }}"
        room = -(10 + len(words) + 1) % 64
        text = f"{words}{' ' * room}\n".encode("ascii")
        return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text

    @property
    def size(self) -> int:
        """Bytes its file takes."""
        return len(self.prefix) + int(self.dtype[2:]) * math.prod(self.shape)


class Header(BaseModel):
    """What the file says about itself."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    kind: str
    format: int
    package: str
    content: dict[str, Any]
    arrays: tuple[Entry, ...]
    sha256: str = ""


def write(
    path: str | Path, *, kind: str, content: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]
) -> None:
    """Write a file; one already there is replaced only once the new one is whole and on the disk.

    Parameters
    ----------
    path
        Where to.
    kind
        What the file is, in words: "saved model".
    content
        Anything JSON can hold.
    arrays
        Of whole numbers, by name.

    Raises
    ------
    SaveError
        If the file cannot be written. Nothing is left behind.
    """
    plain = {name: np.asarray(one, one.dtype.newbyteorder("<"), order="C") for name, one in arrays.items()}
    entries = tuple(Entry(name=name, dtype=one.dtype.str, shape=one.shape) for name, one in plain.items())
    if odd := [entry for entry in entries if entry.dtype not in _TYPES]:
        raise SaveError(
            f"{called(path)}: array {odd[0].name} of {odd[0].dtype}; only whole numbers can be kept"
        )
    bare = Header(kind=kind, format=FORMAT, package=_package(), content=dict(content), arrays=entries)
    header = bare.model_copy(update={"sha256": _digest(bare, plain.values())})

    def fill(file: IO[bytes]) -> None:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr(zipfile.ZipInfo(_HEADER, _LONG_AGO), json.dumps(header.model_dump(mode="json")))
            for entry, array in zip(entries, plain.values(), strict=True):
                member = zipfile.ZipInfo(f"{entry.name}.npy", _LONG_AGO)
                with archive.open(member, "w", force_zip64=entry.size > 2**30) as out:
                    out.write(entry.prefix)
                    out.write(_bytes(array))

    write_whole(path, fill)


def read(path: str | Path, *, kind: str) -> tuple[dict[str, Any], Arrays]:
    """Read a file back, once it is sure to be whole: sizes are checked before any array is made.

    Parameters
    ----------
    path
        Which file.
    kind
        What it has to be.

    Returns
    -------
    tuple
        The content, and the arrays by name: native, C-ordered and writable.

    Raises
    ------
    SaveError
        If there is no such file, or it is empty, cut short, damaged, of another kind, format or version.
    """
    name = called(path)
    try:
        source = located(path)
        if not stat.S_ISREG(source.stat().st_mode):
            raise SaveError(f"{name}: is not a file")
        with source.open("rb") as file:
            if not (size := os.fstat(file.fileno()).st_size):
                raise SaveError(f"{name}: is empty, not a {kind}")
            with zipfile.ZipFile(file) as archive:
                header = _header(archive, kind)
                return header.content, _arrays(archive, header, size)
    except SaveError:
        raise
    except _RefusedError as refusal:
        raise SaveError(f"{name}: {refusal}") from None
    except OSError as error:
        raise SaveError(f"{name}: cannot be read: {reason(error)}") from None
    except MemoryError:
        raise SaveError(f"{name}: is too large for this machine's memory") from None
    except (zipfile.BadZipFile, EOFError, KeyError, RuntimeError, ValueError, OverflowError, struct.error):
        # What zipfile and json raise for files that are something else, cut short or spoilt. RuntimeErrors
        # include NotImplementedError and RecursionError; ValueErrors include UnicodeDecodeError.
        raise SaveError(f"{name}: is no {kind}, or a damaged or unfinished one") from None


class _RefusedError(Exception):
    """Why a file is not read, without its name."""


def _header(archive: zipfile.ZipFile, kind: str) -> Header:
    """Read and check what the file says about itself."""
    member = archive.getinfo(_HEADER)
    if member.file_size > LARGEST_HEADER or member.compress_type != zipfile.ZIP_STORED:
        raise _RefusedError(f"is no {kind}: its header is too large or compressed")
    data = json.loads(archive.read(member))
    if not isinstance(data, dict) or data.get("kind") != kind:
        raise _RefusedError(f"is no {kind}")
    if data.get("format") != FORMAT:
        raise _RefusedError(
            f"is a {kind} of format {shown(data.get('format'))}; this version reads format {FORMAT}"
        )
    if data.get("package") != _package():
        raise _RefusedError(
            f"was written by demandsim {shown(data.get('package'))}; this is {_package()}, which may count "
            "differently: read it with the version that wrote it"
        )
    try:
        return Header.model_validate(tuples(data))
    except ValidationError:
        raise _RefusedError(f"is a damaged {kind}: its header is not as this version writes it") from None


def _arrays(archive: zipfile.ZipFile, header: Header, size: int) -> Arrays:
    """Check the sizes of all arrays against the file's, then read them and compare what was summed."""
    members = {one.filename: one for one in archive.infolist()}
    names = [f"{entry.name}.npy" for entry in header.arrays]
    if len(members) != len(archive.infolist()) or sorted([*names, _HEADER]) != sorted(members):
        raise _RefusedError(f"is a damaged {header.kind}: it does not hold the arrays it lists")
    for entry in header.arrays:
        member = members[f"{entry.name}.npy"]
        fits = entry.dtype in _TYPES and len(entry.shape) <= 8 and all(length >= 0 for length in entry.shape)
        if not fits or member.compress_type != zipfile.ZIP_STORED or member.file_size != entry.size:
            raise _RefusedError(
                f"is a damaged {header.kind}: array {shown(entry.name)} is not of the size stated"
            )
    if (total := sum(entry.size for entry in header.arrays)) > size:
        raise _RefusedError(f"is a damaged {header.kind}: its arrays are larger than the file")
    if total > _memory():  # a file can be a hole for the most part, and take no room on the disk
        raise MemoryError
    found = {entry.name: _array(archive, entry, header.kind) for entry in header.arrays}
    if _digest(header, found.values()) != header.sha256:
        raise _RefusedError(f"is a damaged {header.kind}: its contents are not what was written")
    return {name: one.astype(one.dtype.newbyteorder("="), copy=False) for name, one in found.items()}


def _array(archive: zipfile.ZipFile, entry: Entry, kind: str) -> NDArray[Any]:
    """Read one array whose size has been checked."""
    array: NDArray[Any] = np.empty(entry.shape, entry.dtype)
    into = _bytes(array)
    with archive.open(f"{entry.name}.npy") as member:
        if member.read(len(entry.prefix)) != entry.prefix:
            raise _RefusedError(f"is a damaged {kind}: array {shown(entry.name)} is not of the type stated")
        done = 0
        while done < len(into):
            got = member.read(min(_CHUNK, len(into) - done))
            if not got:
                raise EOFError
            into[done : done + len(got)] = got
            done += len(got)
        member.read(1)  # at its end zipfile compares the sum it keeps
    return array


def _digest(header: Header, arrays: Iterable[NDArray[Any]]) -> str:
    """Sum up the header, its own sum aside, and every array."""
    stated = header.model_dump(mode="json", exclude={"sha256"})
    digest = hashlib.sha256(json.dumps(stated, sort_keys=True).encode())
    for array in arrays:
        digest.update(_bytes(array))
    return digest.hexdigest()


def _bytes(array: NDArray[Any]) -> memoryview:
    """See an array as its bytes."""
    return array.reshape(-1).view(np.uint8).data


def _memory() -> int:
    """Count the bytes of memory this machine has, where it tells."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return sys.maxsize


def _package() -> str:
    """Version of this package; its root is always loaded, and nothing inside imports it."""
    return str(sys.modules["demandsim"].__version__)
