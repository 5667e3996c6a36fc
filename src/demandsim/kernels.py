"""The one way kernels are compiled, and where the compiled code is kept.

Numba's own cache notices a change in the kernel's own file only: a kernel that calls a changed helper would
come back from the cache with the old helper inside, and be wrong without a word. Here the cache is a folder
named by a hash of every source file a kernel can see (files with kernels and whatever they import from this
package), of the versions of Numba, NumPy and Python, and of the machine. Any change means a new folder.

What a kernel reads must be an argument or a constant written in one of those files; a constant read from a
data file at import would be compiled in without being hashed.
"""

from __future__ import annotations

import ast
import atexit
import hashlib
import os
import platform
import re
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

import numba
import numpy as np

P = ParamSpec("P")
R = TypeVar("R")

_PACKAGE = Path(__file__).resolve().parent
_MARK = re.compile(r"^@(kernel|inlined)$", re.MULTILINE)


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
    if numba.config.DISABLE_JIT:
        return function
    if _FOLDER is not None and _covered(function):
        kept = _compiled_into(_FOLDER, function)
        # Numba falls back on a folder of its own where ours has gone; that one could hold stale code.
        if Path(kept.stats.cache_path).is_relative_to(_FOLDER):
            return cast("Callable[P, R]", kept)
    return cast("Callable[P, R]", numba.njit(nogil=True)(function))


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
    return cast("Callable[P, R]", numba.njit(inline="always", nogil=True)(function))


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
            folder.mkdir(parents=True, exist_ok=True)
            tempfile.TemporaryFile(dir=folder).close()
        except (OSError, RuntimeError):  # RuntimeError: there is no home
            continue
        return folder
    return None


def _imported(file: Path, package: Path) -> list[Path]:
    """List the package's own files that one of its files imports, wherever in it."""
    names: list[str] = []
    tree = ast.parse(file.read_bytes())
    tree.body = [node for node in tree.body if not _for_type_checkers(node)]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.extend(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            inside = file.relative_to(package.parent).parts[: -node.level] if node.level else ()
            module = ".".join((*inside, *filter(None, [node.module])))
            # `from a.b import c` may mean the name c in a/b.py or the file a/b/c.py.
            names.extend([module, *(f"{module}.{alias.name}" for alias in node.names)])
    paths = [name.split(".") for name in names]
    stems = [package.parent.joinpath(*path) for path in paths if path[0] == package.name]
    files = [file for stem in stems for file in (stem.with_suffix(".py"), stem / "__init__.py")]
    return [file for file in files if file.is_file()]


def _for_type_checkers(node: ast.stmt) -> bool:
    """Tell whether a statement is an ``if TYPE_CHECKING:`` block."""
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def _user_cache() -> Path:
    """Find the user's cache folder for this package, made or not."""
    named = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(named) if os.path.isabs(named) else Path.home() / ".cache") / "demandsim"


def _temporary_cache() -> Path:
    """Make a folder that goes when the process does.

    One with a lasting name, in a folder all can write, would let others plant code in it.
    """
    folder = Path(tempfile.mkdtemp(prefix="demandsim-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
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


def _compiled_into(folder: Path, function: Callable[..., Any]) -> Any:
    """Compile with the given cache folder; Numba reads the setting while decorating and never after."""
    with _SETTING:
        before = numba.config.CACHE_DIR
        numba.config.CACHE_DIR = str(folder)
        try:
            return numba.njit(nogil=True, cache=True)(function)
        finally:
            numba.config.CACHE_DIR = before


_SETTING = threading.Lock()
_SOURCES: tuple[Path, ...] = () if numba.config.DISABLE_JIT else kernel_sources(_PACKAGE)
_STAMPS = _stamps(_SOURCES)
_FOLDER = None if numba.config.DISABLE_JIT else cache_folder(sources_hash(_PACKAGE, _SOURCES))
