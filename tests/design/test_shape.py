"""Files, functions and classes stay small enough to read; those that are not are named, with the reason."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

LINES_IN_A_FUNCTION = 50
LINES_IN_A_FILE = 350
METHODS_IN_A_CLASS = 15

ALLOWED: dict[str, str] = {}
"""What may be larger, and why: `simulation/triage.py`, `simulation/triage.py::decide` or `...::ClassName`."""


@pytest.fixture(scope="module")
def trees(package: Path) -> dict[str, ast.Module]:
    """Every source file, by its path inside the package."""
    return {
        path.relative_to(package).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(package.rglob("*.py"))
    }


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method, nested ones too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def lines_of_code(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from `def` to the end, the docstring aside: units and sources are not what makes one long."""
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    if ast.get_docstring(function) is not None:
        docstring = function.body[0]
        lines -= (docstring.end_lineno or docstring.lineno) - docstring.lineno + 1
    return lines


def too_large(trees: dict[str, ast.Module], package: Path) -> dict[str, str]:
    """What is over a limit, with by how much."""
    found = {}
    for path, tree in trees.items():
        lines = len((package / path).read_text(encoding="utf-8").splitlines())
        if lines > LINES_IN_A_FILE:
            found[path] = f"{lines} lines, at most {LINES_IN_A_FILE}"
        for function in functions(tree):
            if (lines := lines_of_code(function)) >= LINES_IN_A_FUNCTION:
                found[f"{path}::{function.name}"] = f"{lines} lines, under {LINES_IN_A_FUNCTION} asked"
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                methods = sum(isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef) for part in node.body)
                if methods > METHODS_IN_A_CLASS:
                    found[f"{path}::{node.name}"] = f"{methods} methods, at most {METHODS_IN_A_CLASS}"
    return found


def test_what_is_large_is_allowed_by_name(trees: dict[str, ast.Module], package: Path) -> None:
    found = too_large(trees, package)
    for name in sorted(found.keys() & ALLOWED.keys()):
        print(f"{name}: {found[name]}; allowed: {ALLOWED[name]}")
    assert {name: why for name, why in found.items() if name not in ALLOWED} == {}


def test_what_is_allowed_is_still_large(trees: dict[str, ast.Module], package: Path) -> None:
    assert sorted(ALLOWED.keys() - too_large(trees, package).keys()) == []


def test_every_file_opens_with_a_docstring(trees: dict[str, ast.Module]) -> None:
    assert [path for path, tree in trees.items() if not ast.get_docstring(tree)] == []


def test_folder_files_hold_a_docstring_only(trees: dict[str, ast.Module]) -> None:
    folders = {path: tree for path, tree in trees.items() if path.endswith("/__init__.py")}
    assert folders
    assert [path for path, tree in folders.items() if len(tree.body) != 1] == []


def test_every_folder_with_code_is_a_package(package: Path) -> None:
    folders = {path.parent for path in package.rglob("*.py")}
    assert [folder.name for folder in sorted(folders) if not (folder / "__init__.py").is_file()] == []
