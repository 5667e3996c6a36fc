"""Compiled code is kept, found again, and never stale."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from demandsim import kernels

MINIATURE = {
    "__init__.py": '"""A package in miniature."""\n',
    "constants.py": "STEP = 3\n",
    "helpers.py": (
        "from demandsim.constants import STEP\n"
        "from demandsim.kernels import inlined\n"
        "FACTOR = 10\n"
        "@inlined\n"
        "def stepped(x):\n"
        "    return FACTOR * x + STEP\n"
    ),
    "rule.py": (
        "from demandsim.helpers import stepped\n"
        "from demandsim.kernels import kernel\n"
        "@kernel\n"
        "def rule(x):\n"
        "    return stepped(x) + 100\n"
    ),
    "apart.py": "NOTHING = 1\n",
}
"""`rule` sees a constant at two removes, in a file that knows nothing of kernels."""

RUN = """
from demandsim.rule import rule
answer = rule(2)
hits = sum(rule.stats.cache_hits.values()) if hasattr(rule, "stats") else None
print(answer, hits, rule.stats.cache_path if hasattr(rule, "stats") else None)
"""


@pytest.fixture
def miniature(tmp_path: Path) -> Path:
    """A folder with a package called demandsim that holds this project's kernels.py and one rule."""
    package = tmp_path / "source" / "demandsim"
    package.mkdir(parents=True)
    for name, text in MINIATURE.items():
        (package / name).write_text(text)
    shutil.copy(kernels.__file__, package)
    return package


def run(package: Path, code: str = RUN, **setting: str) -> list[str]:
    """Run code on the miniature in a new process, with a home beside it; its last line, in words."""
    home = package.parent.parent
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("NUMBA_", "XDG_"))}
    # Python's own compiled files go by whole seconds and size, too coarse for edits as quick as a test's.
    settings = {
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": str(package.parent),
        "HOME": str(home),
        "TMPDIR": str(home),
    }
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, env=kept | settings | setting, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout.splitlines()[-1].split()


def edit(file: Path, old: str, new: str) -> None:
    """Change one thing in a source file."""
    text = file.read_text()
    assert text.count(old) == 1
    file.write_text(text.replace(old, new))


def test_a_changed_helper_is_never_stale(miniature: Path) -> None:
    answer, hits, first = run(miniature)
    assert (answer, hits) == ("123", "0")
    assert run(miniature) == ["123", "1", first]

    edit(miniature / "apart.py", "1", "2")
    assert run(miniature) == ["123", "1", first]

    edit(miniature / "helpers.py", "FACTOR = 10", "FACTOR = 20")
    answer, hits, second = run(miniature)
    assert (answer, hits) == ("143", "0")

    edit(miniature / "constants.py", "STEP = 3", "STEP = 4")
    answer, hits, third = run(miniature)
    assert (answer, hits) == ("144", "0")

    assert len({first, second, third}) == 3
    assert all(
        Path(path).is_relative_to(miniature.parent.parent / ".cache" / "demandsim") for path in (first, third)
    )
    assert not (miniature / "__pycache__").exists()


def test_an_edit_under_a_running_process_is_not_kept(miniature: Path) -> None:
    before = RUN.replace("from", "import demandsim.kernels\nfrom", 1)
    during = before.replace("kernels\n", "kernels, pathlib\n", 1).replace(
        "from demandsim.rule",
        "file = pathlib.Path(demandsim.kernels.__file__).with_name('constants.py')\n"
        "file.write_text('STEP = 50')\n"
        "from demandsim.rule",
    )
    assert run(miniature, during)[:2] == ["170", "0"]
    assert run(miniature)[:2] == ["170", "0"]
    edit(miniature / "constants.py", "STEP = 50", "STEP = 3\n")
    assert run(miniature)[:2] == ["123", "0"]


def test_the_users_cache_folder_may_be_named(miniature: Path, tmp_path: Path) -> None:
    *_, path = run(miniature, XDG_CACHE_HOME=str(tmp_path / "elsewhere"))
    assert Path(path).is_relative_to(tmp_path / "elsewhere" / "demandsim")


def test_without_a_writable_cache_a_temporary_folder_serves(miniature: Path, tmp_path: Path) -> None:
    # Permissions do not bind root, who runs the tests in a container; no folder can be made below a file.
    answer, _, path = run(miniature, XDG_CACHE_HOME=f"{os.devnull}/x")
    assert answer == "123"
    assert Path(path).is_relative_to(tmp_path)
    assert Path(path).relative_to(tmp_path).parts[0].startswith("demandsim-")
    assert list(tmp_path.glob("demandsim-*")) == []  # gone with the process


def test_plain_python_gives_the_same_answer(miniature: Path) -> None:
    assert run(miniature, NUMBA_DISABLE_JIT="1") == ["123", "None", "None"]
    assert not (miniature.parent.parent / ".cache").exists()


def test_sources_are_the_kernels_and_what_they_import(miniature: Path) -> None:
    (miniature / "deep").mkdir()
    (miniature / "deep" / "__init__.py").write_text('"""Deep."""\n')
    (miniature / "deep" / "near.py").write_text("from . import far\nfrom ..apart import NOTHING\n")
    (miniature / "deep" / "far.py").write_text("import demandsim.constants\nimport numpy\n")
    (miniature / "deep" / "use.py").write_text(
        "from demandsim.kernels import kernel\nfrom demandsim.deep import near\n\n\n@kernel\ndef use():\n    pass\n"
    )
    (miniature / "deep" / "packs.py").write_text(
        "from demandsim.packing import packed\n"
    )  # decorates nothing
    (miniature / "typed.py").write_text('"""For type checkers only."""\n')
    with (miniature / "deep" / "use.py").open("a") as file:
        file.write("if TYPE_CHECKING:\n    from demandsim import typed\n")
    names = [file.relative_to(miniature).as_posix() for file in kernels.kernel_sources(miniature)]
    deep = ["deep/__init__.py", "deep/far.py", "deep/near.py", "deep/use.py"]
    assert names == ["apart.py", "constants.py", *deep, "helpers.py", "kernels.py", "rule.py"]


def test_a_kernel_outside_the_package_compiles_and_is_not_kept() -> None:
    @kernels.kernel
    def add_up(n: int) -> int:
        total = 0
        for each in range(n):
            total += each
        return total

    assert add_up(5) == 10
    if hasattr(add_up, "stats"):
        assert add_up.stats.cache_path is None


def test_numbas_own_setting_is_put_back() -> None:
    assert "demandsim" not in str(kernels.numba.config.CACHE_DIR)
