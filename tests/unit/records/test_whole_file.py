"""A file is written whole or not at all, and a path that cannot be written to is refused beforehand."""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO

import pytest

from demandsim.errors import SaveError
from demandsim.records.whole_file import called, check_writable, located, write_whole


def broken_off(file: IO[bytes]) -> None:
    file.write(b"half")
    raise KeyboardInterrupt


def disk_full(file: IO[bytes]) -> None:
    file.write(b"half")
    raise OSError(28, "No space left on device")


def test_a_file_holds_what_was_written(tmp_path: Path) -> None:
    there = write_whole(tmp_path / "a.txt", lambda file: file.write(b"whole"))
    assert there.read_bytes() == b"whole"
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_a_file_may_be_read_by_whom_the_user_lets(tmp_path: Path) -> None:
    there = write_whole(tmp_path / "a.txt", lambda file: None)
    (tmp_path / "plain").write_bytes(b"")
    assert there.stat().st_mode == (tmp_path / "plain").stat().st_mode


@pytest.mark.parametrize(
    ("fill", "raised"), [(broken_off, KeyboardInterrupt), (disk_full, SaveError)], ids=["ctrl-c", "disk full"]
)
def test_a_write_that_breaks_off_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, fill: object, raised: type[BaseException]
) -> None:
    old = tmp_path / "a.txt"
    old.write_bytes(b"old")
    with pytest.raises(raised):
        write_whole(old, fill)  # type: ignore[arg-type]
    assert old.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_a_replacement_that_fails_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = tmp_path / "a.txt"
    old.write_bytes(b"old")

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(SaveError, match=r"a\.txt: cannot be written: Permission denied$"):
        write_whole(old, lambda file: file.write(b"new"))
    assert old.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_a_link_goes_on_pointing_where_it_did(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"old")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write_whole(tmp_path / "link", lambda file: file.write(b"new"))
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"new"


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("", "empty or binary name"),
        ("a\0b", "empty or binary name"),
        (".", "is a folder or a device"),
        ("/dev/null", "is a folder or a device"),
        ("no/such/folder/a.txt", "there is no folder"),
        ("~nobody-of-this-name/a.txt", "no such user"),
        ("n" * 300, "cannot be written: File name too long"),
    ],
)
def test_a_path_that_cannot_be_written_to_is_refused_in_one_line(
    path: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for attempt in (check_writable, lambda given: write_whole(given, lambda file: None)):
        with pytest.raises(SaveError, match=said) as caught:
            attempt(path)
        assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_checking_leaves_nothing_and_changes_nothing(tmp_path: Path) -> None:
    check_writable(tmp_path / "new.txt")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "old.txt").write_bytes(b"old")
    check_writable(tmp_path / "old.txt")
    assert (tmp_path / "old.txt").read_bytes() == b"old"


def test_a_file_that_may_not_be_changed_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "old.txt").write_bytes(b"old")
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may change everything, so it is only said
    with pytest.raises(SaveError, match="is there already and may not be changed"):
        check_writable(tmp_path / "old.txt")


def test_a_path_is_named_on_one_line() -> None:
    assert called("a\nb") == r"'a\nb'"
    assert called("") == "''"
    assert called(Path("a/b")) == "a/b"
    assert located("~") == Path.home()
