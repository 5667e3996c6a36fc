"""Compiled code is kept, found again, and never stale."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

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


def begun(
    package: Path, code: str = RUN, before: tuple[str, ...] = (), **setting: str
) -> subprocess.Popen[str]:
    """Begin to run code on the miniature in a new process, with a home beside it."""
    home = package.parent.parent
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("NUMBA_", "XDG_"))}
    # Python's own compiled files go by whole seconds and size, too coarse for edits as quick as a test's.
    settings = {
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": str(package.parent),
        "HOME": str(home),
        "TMPDIR": str(home),
    }
    command = [*before, sys.executable, "-W", "error", "-c", code]
    env = {name: value for name, value in (kept | settings | setting).items() if value}
    return subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def said(process: subprocess.Popen[str]) -> list[str]:
    """What a process says at last, in words, once it is done and has not complained."""
    out, complaints = process.communicate(timeout=300)
    assert process.returncode == 0, complaints
    # A machine busy with other things may take so long over the miniature that its user is told.
    assert [line for line in complaints.splitlines() if not line.startswith("demandsim: compiling")] == []
    return out.splitlines()[-1].split()


def run(package: Path, code: str = RUN, before: tuple[str, ...] = (), **setting: str) -> list[str]:
    """Run code on the miniature in a new process; its last line, in words."""
    return said(begun(package, code, before, **setting))


def kept_files(package: Path) -> list[Path]:
    """The files of compiled code in the cache of the miniature's home."""
    return sorted((package.parent.parent / ".cache" / "demandsim").glob("kernels-*/*"))


@pytest.fixture
def bound_by_modes() -> tuple[str, ...]:
    """What to begin a command with, so that a folder's mode binds it: root is above them unless it gives that up."""
    if os.geteuid() != 0:
        return ()
    command = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search")
    if shutil.which("setpriv") is None or subprocess.run([*command, "true"], check=False).returncode:
        pytest.skip("run by root, whom no folder's mode binds, without a setpriv to give that up")
    return command


@pytest.fixture
def read_only(miniature: Path) -> Iterator[Path]:
    """The miniature in folders that nobody may write to, the home among them; only the temporary folder is open."""
    home = miniature.parent.parent
    folders = [home, miniature.parent, miniature]
    (home / "tmp").mkdir()
    for folder in folders:
        folder.chmod(0o555)
    yield miniature
    for folder in folders:
        folder.chmod(0o755)


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


def test_folders_of_versions_long_gone_are_removed(miniature: Path, tmp_path: Path) -> None:
    kept = tmp_path / "elsewhere" / "demandsim"
    for age in range(9):
        (kept / f"kernels-{age}").mkdir(parents=True)
        os.utime(kept / f"kernels-{age}", (1e9 - age, 1e9 - age))
    answer, _, path = run(miniature, XDG_CACHE_HOME=str(kept.parent))
    assert answer == "123"
    assert {one.name for one in kept.iterdir()} == {Path(path).name, *(f"kernels-{age}" for age in range(5))}


def test_without_a_writable_cache_a_temporary_folder_serves(miniature: Path, tmp_path: Path) -> None:
    # Permissions do not bind root, who runs the tests in a container; no folder can be made below a file.
    answer, _, path = run(miniature, XDG_CACHE_HOME=f"{os.devnull}/x")
    assert answer == "123"
    assert Path(path).is_relative_to(tmp_path)
    assert Path(path).relative_to(tmp_path).parts[0].startswith("demandsim-")
    assert list(tmp_path.glob("demandsim-*")) == []  # gone with the process


def test_a_read_only_install_and_home_still_work(read_only: Path, bound_by_modes: tuple[str, ...]) -> None:
    home = read_only.parent.parent
    answer, _, path = run(read_only, before=bound_by_modes, TMPDIR=str(home / "tmp"))
    assert answer == "123"
    assert Path(path).is_relative_to(home / "tmp")
    assert sorted(one.name for one in home.iterdir()) == ["source", "tmp"]
    assert not (read_only / "__pycache__").exists()


def test_where_nothing_can_be_written_kernels_still_run(
    read_only: Path, bound_by_modes: tuple[str, ...]
) -> None:
    # Python falls back on the working folder for temporary files, so that must be closed as well.
    code = "import os, tempfile\ntempfile.tempdir = os.environ['HOME']\n" + RUN
    assert run(read_only, code, before=bound_by_modes) == ["123", "0", "None"]


@pytest.mark.parametrize("home", ["", "/nonexistent"])
def test_a_missing_home_still_works(miniature: Path, bound_by_modes: tuple[str, ...], home: str) -> None:
    # Without HOME the user's own is looked up; whoever runs this may have one, so it is hidden.
    code = "import pwd\n\ndef none(_):\n    raise KeyError\n\npwd.getpwuid = none\n" + RUN
    unwritable = f"{os.devnull}{home}" if home else ""
    answer, _, path = run(miniature, code, before=bound_by_modes, HOME=unwritable)
    assert answer == "123"
    assert Path(path).parent.name.startswith("demandsim-")


def test_two_processes_that_start_cold_at_once(miniature: Path) -> None:
    both = [begun(miniature), begun(miniature)]
    assert [said(one)[0] for one in both] == ["123", "123"]
    assert run(miniature)[:2] == ["123", "1"]
    assert len(kept_files(miniature)) == 1


@pytest.mark.parametrize("damage", ["cut", "emptied", "flipped", "foreign", "folder"])
def test_a_damaged_cache_is_compiled_again(miniature: Path, damage: str) -> None:
    run(miniature)
    (file,) = kept_files(miniature)
    whole = file.read_bytes()
    middle = len(whole) // 2
    if damage == "folder":
        file.unlink()
        file.mkdir()
    else:
        file.write_bytes(
            {
                "cut": whole[:middle],
                "emptied": b"",
                "flipped": whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :],
                "foreign": b"not what was compiled" * 10,
            }[damage]
        )
    assert run(miniature)[:2] == ["123", "0"]
    mended = ["123", "0" if damage == "folder" else "1"]
    assert run(miniature)[:2] == mended


def test_the_code_of_one_kernel_under_anothers_name_is_not_run(miniature: Path) -> None:
    helper = "from demandsim.helpers import stepped as rule" + RUN.partition("import rule")[2].replace(
        "123", "23"
    )
    run(miniature)
    (first,) = kept_files(miniature)
    run(miniature, helper)
    (second,) = set(kept_files(miniature)) - {first}
    swapped = first.read_bytes(), second.read_bytes()
    second.write_bytes(swapped[0])
    first.write_bytes(swapped[1])
    assert run(miniature)[:2] == ["123", "0"]
    assert run(miniature, helper)[:2] == ["23", "0"]


def test_a_cache_folder_that_goes_meanwhile_stops_nothing(miniature: Path) -> None:
    gone = "import shutil\nfrom demandsim import kernels\nshutil.rmtree(kernels._FOLDER)\nanswer = rule(2)"
    assert run(miniature, RUN.replace("answer = rule(2)", gone))[:2] == ["123", "0"]


def test_a_helper_called_from_plain_python_is_kept_too(miniature: Path) -> None:
    code = "from demandsim.helpers import stepped as rule" + RUN.partition("import rule")[2].replace(
        "123", "23"
    )
    assert run(miniature, code)[:2] == ["23", "0"]
    assert run(miniature, code)[:2] == ["23", "1"]


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


def test_no_import_is_overlooked(package: Path) -> None:
    """Imports are found by their lines; taken apart in full, no file of the package imports more."""
    for file in package.rglob("*.py"):
        found, inside = set(kernels._imported(file, package)), file.relative_to(package.parent).parts
        tree = ast.parse(file.read_bytes())
        tree.body = [node for node in tree.body if not ast.unparse(node).startswith("if TYPE_CHECKING:")]
        for node in ast.walk(tree):
            names = [alias.name for alias in getattr(node, "names", []) if isinstance(alias, ast.alias)]
            if isinstance(node, ast.ImportFrom):
                module = ".".join(
                    [*(inside[: -node.level] if node.level else ()), *filter(None, [node.module])]
                )
                names = [module, *(f"{module}.{name}" for name in names)]
            for name in names:
                own = package.parent.joinpath(*name.split("."))
                missed = {own.with_suffix(".py"), own / "__init__.py"} - found
                assert not any(one.is_file() and one.is_relative_to(package) for one in missed), (file, name)


def test_whoever_waits_is_told_how_far_it_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = [0.0]
    monkeypatch.setattr(kernels.time, "perf_counter", lambda: clock[0])
    teller = kernels.Teller()
    names = ["serve", "post", "draw", "live", "spare"]
    teller.kernels = set(names)

    def compiled(name: str, seconds: float, *inside: tuple[str, float]) -> None:
        event: Any = SimpleNamespace(data={"dispatcher": name})
        teller.on_start(event)
        for one in inside:
            compiled(*one)
        clock[0] += seconds
        teller.on_end(event)

    compiled("post", 2.0)
    compiled("somebody else's", 60.0)
    clock[0] += 60.0  # time in which nothing is compiled does not count
    assert capsys.readouterr().err == ""
    compiled("live", 5.0, ("draw", 2.0))
    (first,) = capsys.readouterr().err.splitlines()
    assert re.fullmatch(r"demandsim: compiling the model \(.*, up to a minute\): 2 of 5 parts", first)
    assert len(first) <= 80
    compiled("serve", 9.0)
    assert capsys.readouterr().err.splitlines() == ["demandsim: compiling the model: 4 of 5 parts"]


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


def test_numbas_own_setting_is_left_alone() -> None:
    assert "demandsim" not in str(kernels.numba.config.CACHE_DIR)
