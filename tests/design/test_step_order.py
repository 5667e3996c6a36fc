"""The week runs in the order its docstring says."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

PHASES = ["live", "change_needs", "seek_help", "triage", "serve", "reach_out", "post"]


@pytest.fixture(scope="module")
def demand_model(package: Path) -> ast.ClassDef:
    """The class `DemandModel` as it is written."""
    tree = ast.parse((package / "simulation" / "model.py").read_text(encoding="utf-8"))
    (found,) = [node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "DemandModel"]
    return found


def called_name(call: ast.Call) -> str:
    """The last part of what is called: `post` in `self.ledger.post(...)`."""
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def test_the_docstring_lists_the_phases_in_order(demand_model: ast.ClassDef) -> None:
    listed = re.findall(r"^\s*(\d+)\. (\w+)\b", ast.get_docstring(demand_model) or "", flags=re.MULTILINE)
    assert listed == [(str(number), phase) for number, phase in enumerate(PHASES, start=1)]


def test_step_calls_the_phases_in_the_same_order(demand_model: ast.ClassDef) -> None:
    (step,) = [
        node for node in demand_model.body if isinstance(node, ast.FunctionDef) and node.name == "step"
    ]
    calls = [node for node in ast.walk(step) if isinstance(node, ast.Call)]
    # By where the call ends: of `post(serve(...))`, `serve` runs first and ends first.
    calls.sort(key=lambda call: (call.end_lineno, call.end_col_offset))
    assert [name for call in calls if (name := called_name(call)) in PHASES] == PHASES
