"""The one way kernels are compiled, and where the compiled code is kept.

Numba's own cache notices a change in the kernel's own file only: a kernel that calls a changed helper would
come back from the cache with the old helper inside, and be wrong without a word. Here the cache is a folder
named by a hash of every source file a kernel can see (files with kernels and whatever they import from this
package), of the versions of Numba, NumPy and Python, and of the machine. Any change means a new folder. What was
compiled is kept in it with a sum of its name and bytes, since a damaged file could crash the process, or be wrong.

What a kernel reads must be an argument or a constant written in one of those files; a constant read from a
data file at import would be compiled in without being hashed.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import pickle
import platform
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

import numba
import numpy as np
from numba.core import event
from numba.core.caching import NullCache
from numba.core.compiler import CompileResult
from numba.core.serialize import dumps

P = ParamSpec("P")
R = TypeVar("R")

_PACKAGE = Path(__file__).resolve().parent
_MARK = re.compile(r"^@(kernel|inlined)$", re.MULTILINE)
_FOR_TYPES = re.compile(r"^if TYPE_CHECKING:\n(?:[ \t].*\n|\n)+", re.MULTILINE)
_IMPORT = re.compile(r"^[ \t]*(?:from[ \t]+(\S+)[ \t]+)?import[ \t]+(\([^)]*\)|[^\n#]*)", re.MULTILINE)
_KEPT_VERSIONS = 6
_NOTICED = 3.0  # seconds of compiling after which whoever waits is told why
_AGAIN = 10.0  # and how often after that


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a kernel: one loop over residents, without the interpreter's lock, kept on disk.

    Parameters
    ----------
    function : callable
        Written for Numba, whole numbers only. Called by position with one set of types.

    Returns
    -------
    callable
        The compiled kernel; under ``NUMBA_DISABLE_JIT=1`` the function itself.
    """
    return cast("Callable[P, R]", _compiled(function, nogil=True))


def inlined(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a small helper into each kernel that calls it.

    Parameters
    ----------
    function : callable
        A few lines, written for Numba, called by position.

    Returns
    -------
    callable
        The helper; under ``NUMBA_DISABLE_JIT=1`` the function itself.
    """
    return cast("Callable[P, R]", _compiled(function, nogil=True, inline="always"))


def kernel_sources(package: Path) -> tuple[Path, ...]:
    """Every source file whose text can end up inside a compiled kernel.

    Parameters
    ----------
    package : Path
        The package's folder.

    Returns
    -------
    tuple of Path
        This file, the files in which it decorates a function, and all they import from the package when they
        run (what only type checkers import is left out), sorted.
    """
    found: set[Path] = set()
    waiting = [file for file in package.rglob("*.py") if _MARK.search(file.read_text(encoding="utf-8"))]
    # How tables are packed shows in every kernel that reads one.
    waiting += [file for name in ("kernels.py", "packing.py") if (file := package / name).is_file()]
    while waiting:
        file = waiting.pop()
        if file not in found:
            found.add(file)
            waiting.extend(_imported(file, package))
    return tuple(sorted(found, key=lambda file: file.relative_to(package).as_posix()))


def sources_hash(package: Path, sources: tuple[Path, ...]) -> str:
    """Name a folder for what compiled code depends on.

    Parameters
    ----------
    package : Path
        The package's folder.
    sources : tuple of Path
        From `kernel_sources`.

    Returns
    -------
    str
        16 hexadecimal digits: of each file's place and bytes, of the versions, and of the machine.
    """
    versions = (numba.__version__, np.__version__, sys.version, platform.machine(), numba.config.BOUNDSCHECK)
    digest = hashlib.sha256(repr(versions).encode())
    for file in sources:
        text = file.read_bytes()
        digest.update(f"\n{file.relative_to(package).as_posix()} {len(text)}\n".encode())
        digest.update(text)
    return digest.hexdigest()[:16]


def cache_folder(name: str) -> Path | None:
    """Find a folder that can be written: the user's cache, else a temporary one.

    Parameters
    ----------
    name : str
        The folder's name, from `sources_hash`.

    Returns
    -------
    Path or None
        A folder that exists; None where nothing can be written and nothing is to be kept.
    """
    for parent in (_user_cache, _temporary_cache):
        try:
            folder = parent() / f"kernels-{name}"
            if not folder.is_dir():
                _make_room(folder.parent)
                folder.mkdir(parents=True, exist_ok=True)
            tempfile.TemporaryFile(dir=folder).close()
        except (OSError, RuntimeError):  # RuntimeError: there is no home
            continue
        return folder
    return None


def _imported(file: Path, package: Path) -> list[Path]:
    """List the package's own files that one of its files imports, wherever in it.

    By its lines: taking fifty files apart in full took longer than loading what was compiled. A line of a
    docstring that reads like an import names no file, or one file more than need be.
    """
    names: list[str] = []
    for found in _IMPORT.finditer(_FOR_TYPES.sub("", file.read_text(encoding="utf-8").replace("\\\n", " "))):
        source, text = found.groups()
        lines = [line.partition("#")[0] for line in text.strip("()").splitlines()]
        given = [one.split()[0] for one in ",".join(lines).split(",") if one.strip()]
        if source is None:
            names.extend(given)
            continue
        module = source.lstrip(".")
        level = len(source) - len(module)
        inside = file.relative_to(package.parent).parts[:-level] if level else ()
        whole = ".".join((*inside, *filter(None, [module])))
        # `from a.b import c` may mean the name c in a/b.py or the file a/b/c.py.
        names.extend([whole, *(f"{whole}.{name}" for name in given)])
    paths = [name.split(".") for name in names]
    stems = [package.parent.joinpath(*path) for path in paths if path[0] == package.name]
    files = [file for stem in stems for file in (stem.with_suffix(".py"), stem / "__init__.py")]
    return [file for file in files if file.is_file()]


def _user_cache() -> Path:
    """Find the user's cache folder for this package, made or not."""
    named = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(named) if os.path.isabs(named) else Path.home() / ".cache") / "demandsim"


def _make_room(parent: Path) -> None:
    """Remove the folders of other versions, all but the latest few: each takes some 50 MB."""
    folders = sorted(parent.glob("kernels-*"), key=lambda folder: folder.stat().st_mtime)
    for old in folders[: -_KEPT_VERSIONS + 1]:
        shutil.rmtree(old, ignore_errors=True)


def _temporary_cache() -> Path:
    """Make a folder that goes when the process does.

    One with a lasting name, in a folder all can write, would let others plant code in it.
    """
    folder = Path(tempfile.mkdtemp(prefix="demandsim-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    _PASSING.add(folder)
    return folder


def _stamps(sources: tuple[Path, ...]) -> dict[Path, tuple[int, int]]:
    """Read when each file last changed, and its size."""
    return {file: (file.stat().st_mtime_ns, file.stat().st_size) for file in sources}


def _covered(function: Callable[..., Any]) -> bool:
    """Tell whether the folder's hash holds for this function.

    It does not for one written outside the package, nor once a source was edited after the hash was taken
    (a notebook that reloads what changes): those are compiled and not kept.
    """
    try:
        return Path(function.__code__.co_filename).resolve() in _STAMPS and _stamps(_SOURCES) == _STAMPS
    except OSError:
        return False


def _compiled(function: Callable[..., Any], **options: Any) -> Any:
    """Compile when first called, and keep what was compiled where that can be done."""
    made = numba.njit(**options)(function)
    if not numba.config.DISABLE_JIT:
        if _FOLDER is not None and _covered(function):
            made._cache = KeptCode(function, _FOLDER)
        if "inline" not in options:
            _TELLER.kernels.add(made)
    return made


class KeptCode(NullCache):  # type: ignore[misc]  # Numba's class has no types
    """The compiled code of one kernel on disk, a file for each set of types, where Numba looks for its own cache.

    A file is put in its place whole, so processes that compile at the same time do not meet. One that is
    damaged, or that cannot be read or written, is as good as none.

    Parameters
    ----------
    function
        The kernel as it is written.
    folder
        From `cache_folder`.
    """

    def __init__(self, function: Callable[..., Any], folder: Path) -> None:
        file = Path(function.__code__.co_filename).resolve()
        self._kernel = (file.relative_to(_PACKAGE).as_posix(), function.__qualname__)
        self._folder = folder

    @property
    def cache_path(self) -> str:
        """The folder, as Numba's statistics tell it."""
        return str(self._folder)

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Bring compiled code back; None if there is none for these types."""
        target_context.refresh()  # as Numba's own cache does
        try:
            file = self._file(sig, target_context.codegen())
            data = file.read_bytes()
        except OSError:
            return None
        if self._sum(file, data[32:]) != data[:32]:
            return None
        return CompileResult._rebuild(target_context, *pickle.loads(data[32:]))

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep compiled code, unless it holds addresses of this process."""
        if data.library.has_dynamic_globals:
            return
        text = dumps(data._reduce())
        file = self._file(sig, data.codegen)
        begun = file.with_name(f"{file.name}.{os.getpid()}")
        try:
            begun.write_bytes(self._sum(file, text) + text)
            begun.replace(file)
        except OSError:  # the folder is gone, or full: it is compiled again next time
            with suppress(OSError):
                begun.unlink()

    def _file(self, sig: Any, codegen: Any) -> Path:
        """Name the file of one set of types on this kind of processor."""
        words = repr((*self._kernel, sig, codegen.magic_tuple()))
        return self._folder / f"{self._kernel[1]}-{hashlib.sha256(words.encode()).hexdigest()[:32]}"

    @staticmethod
    def _sum(file: Path, text: bytes) -> bytes:
        """Sum up what a file holds and whose it is: a file under another's name is damaged too."""
        return hashlib.sha256(file.name.encode() + b"\n" + text).digest()


class Teller(event.Listener):  # type: ignore[misc]  # Numba's class has no types
    """Says on stderr that kernels are being compiled, and how far that is, once it takes long enough to be noticed.

    Numba calls it as each kernel begins and ends, a kernel's own helpers inside its own time, one thread at a
    time.
    """

    def __init__(self) -> None:
        self.kernels: set[Any] = set()
        self._done: set[Any] = set()
        self._inside = 0
        self._began = self._spent = 0.0
        self._due = _NOTICED

    def on_start(self, event: Any) -> None:
        """Note when a kernel begins to be compiled."""
        if event.data.get("dispatcher") in self.kernels:
            self._inside += 1
            if self._inside == 1:
                self._began = time.perf_counter()

    def on_end(self, event: Any) -> None:
        """Count a kernel that has been compiled."""
        if event.data.get("dispatcher") not in self.kernels:
            return
        self._done.add(event.data["dispatcher"])
        spent = self._spent + time.perf_counter() - self._began
        self._inside -= 1
        if self._inside == 0:
            self._spent = spent
        if spent >= self._due:
            self._tell(first=self._due == _NOTICED)
            self._due = spent + _AGAIN

    def _tell(self, *, first: bool) -> None:
        """Write a line."""
        words = "compiling the model"
        if first:
            lasting = _FOLDER is not None and _FOLDER.parent not in _PASSING
            words += f" ({'once' if lasting else 'no cache folder can be written'}, up to a minute)"
        if sys.stderr is not None:
            parts = f"{len(self._done)} of {len(self.kernels)} parts"
            print(f"demandsim: {words}: {parts}", file=sys.stderr, flush=True)


_TELLER = Teller()
_PASSING: set[Path] = set()
event.register("numba:compile", _TELLER)
_SOURCES: tuple[Path, ...] = () if numba.config.DISABLE_JIT else kernel_sources(_PACKAGE)
_STAMPS = _stamps(_SOURCES)
_FOLDER = None if numba.config.DISABLE_JIT else cache_folder(sources_hash(_PACKAGE, _SOURCES))
