"""The repository works on any machine: no registry, no path of one computer, and the two commands."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

# Written in two parts, so that this file does not hold what it looks for.
REFUSED = [
    first + second
    for first, second in [
        ("pypi", ".org"),
        ("files.python", "hosted.org"),
        ("registry.npm", "js.org"),
        ("deb.debian", ".org"),
        ("/wo", "rk/"),
        ("../sha", "red"),
    ]
]

JOBS = ["help", "demo", "dashboard", "offline-kit", "test", "lint", "check", "validate", "bench", "clean"]


def tracked_files(repository: Path) -> list[Path]:
    """Every file git tracks, and every new one it would."""
    if shutil.which("git") is None or not (repository / ".git").exists():
        pytest.skip("not a git checkout: there is no list of tracked files to read")
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=repository,
        capture_output=True,
        text=True,
        check=True,
    )
    paths = {repository / name for name in listing.stdout.split("\0") if name}
    return sorted(path for path in paths if path.is_file())


def test_no_file_names_a_registry_or_a_path_of_one_machine(repository: Path) -> None:
    files = tracked_files(repository)
    assert files
    found = [
        f"{path.relative_to(repository)}: {refused}"
        for path in files
        for refused in REFUSED
        if refused.encode() in path.read_bytes()
    ]
    assert found == []


def test_the_makefile_has_every_job_and_says_what_each_is(repository: Path) -> None:
    makefile = (repository / "Makefile").read_text(encoding="utf-8")
    described = re.findall(r"^([a-z-]+):.*## +\S", makefile, flags=re.MULTILINE)
    assert set(JOBS) <= set(described)


def test_the_readme_shows_the_two_commands(repository: Path) -> None:
    readme = (repository / "README.md").read_text(encoding="utf-8")
    assert "make demo" in readme
    assert "make test" in readme
