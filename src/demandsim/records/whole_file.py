"""Writing a file whole or not at all: to a new file beside it first, then in its place at one stroke."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO

from demandsim.errors import SaveError, shown

Fill = Callable[[IO[bytes]], object]


def write_whole(path: str | Path, fill: Fill) -> Path:
    """Write a file; one already there is replaced only once the new one is whole and on the disk.

    Parameters
    ----------
    path
        Where to; a link is followed.
    fill
        Writes the bytes to the open file it is handed.

    Returns
    -------
    Path
        Where the file is.

    Raises
    ------
    SaveError
        If it cannot be written. Nothing is left behind, and what was there stands as it was.
    """
    target = _target(path)
    try:
        _replace(_partial(target, fill), target)
    except OSError as error:
        raise SaveError(f"{called(path)}: cannot be written: {reason(error)}") from None
    return target


def check_writable(path: str | Path) -> None:
    """Refuse a path that a file could not be written to, before the work that would fill it.

    Raises
    ------
    SaveError
        If it is a folder, or its folder is not there or cannot be written to.
    """
    target = _target(path)
    try:
        if target.exists() and not os.access(target, os.W_OK):
            raise SaveError(f"{called(path)}: is there already and may not be changed")
        _partial(target, lambda file: None).unlink()
    except OSError as error:
        raise SaveError(f"{called(path)}: cannot be written: {reason(error)}") from None


def located(path: str | Path) -> Path:
    """Spell out a path that may begin with ``~``.

    Raises
    ------
    SaveError
        If nothing can have that name.
    """
    text = str(path)
    try:
        if not text or "\0" in text:
            raise SaveError(f"{called(path)}: no file has an empty or binary name")
        return Path(text).expanduser()
    except RuntimeError:
        raise SaveError(f"{called(path)}: there is no such user") from None


def called(path: str | Path) -> str:
    """Name a path on one line."""
    text = str(path)
    return text if text and text.isprintable() else shown(text)


def reason(error: Exception) -> str:
    """Say in a few words why the system refused."""
    return " ".join(str(getattr(error, "strerror", None) or error).split())


def _target(path: str | Path) -> Path:
    """Find the file that a path stands for, links followed, if a file can be put there."""
    name = called(path)
    try:
        target = Path(os.path.realpath(located(path)))
        if target.exists() and not target.is_file():
            raise SaveError(f"{name}: is a folder or a device; the path of a file would do")
        if not target.parent.is_dir():
            raise SaveError(f"{name}: there is no folder {called(target.parent)} to put it in")
    except OSError as error:
        raise SaveError(f"{name}: cannot be written: {reason(error)}") from None
    return target


def _partial(target: Path, fill: Fill) -> Path:
    """Fill a new file in the same folder, down to the disk; leave nothing if that fails."""
    partial = target.with_name(f".demandsim-{secrets.token_hex(6)}.part")
    try:
        with partial.open("xb") as file:
            fill(file)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        raise
    return partial


def _replace(partial: Path, target: Path) -> None:
    """Put the new file in the place of the old one."""
    try:
        os.replace(partial, target)
    except BaseException:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        raise
    if hasattr(os, "O_DIRECTORY"):  # elsewhere a folder cannot be opened, and need not be
        with suppress(OSError):  # some file systems cannot do it; the file itself is safe
            folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(folder)  # else the new name may be lost with the power
            finally:
                os.close(folder)
