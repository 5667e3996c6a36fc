"""The notebooks run, quickly, with public names only, and show what they print today."""

from __future__ import annotations

import ast
import io
import json
import re
import time
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib
import pandas as pd
import pytest

import demandsim as ds

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
BOOKS = sorted(FOLDER.glob("*.ipynb"))
NAMES = [
    "01-first-run",
    "02-who-saved-who-paid",
    "03-many-policies",
    "04-a-programme-evaluated",
    "05-your-own",
]
AGAIN = "run them again and look at them: python tools/run_notebooks.py"

SECONDS = 15.0
"""Of processor time, all threads together, which other work on the machine moves little. On two cores the notebooks
take from 1 to 8; what is left over is for slower machines and busier ones."""

LIBRARIES = {"demandsim", "matplotlib.pyplot", "pandas", "pathlib", "tempfile"}
PLACES_OF_A_MACHINE = re.compile(
    r"(?<![\w.])/(?:home|tmp|root|usr|var|opt|mnt|Users|private)/|[A-Z]:\\\\|file:"
)
LARGEST = 200_000
"""Bytes of a notebook, pictures and all."""


class Cell(NamedTuple):
    """What running a cell gave."""

    text: str
    pictures: int


class Ran(NamedTuple):
    """What running a notebook gave, and the processor seconds it took."""

    cells: list[Cell]
    seconds: float


def code(book: Path) -> list[dict[str, Any]]:
    """The code cells of a notebook."""
    cells = json.loads(book.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in cells if cell["cell_type"] == "code"]


def source(cell: dict[str, Any]) -> str:
    """The text of a cell."""
    return "".join(cell["source"])


def plain(text: str) -> str:
    """A text without line breaks, which a kernel and Python set differently."""
    return " ".join(text.split())


def run_cell(text: str, names: dict[str, Any]) -> str:
    """Run a cell as a kernel does: what it prints, then what its last expression is, unless a semicolon ends it."""
    tree = ast.parse(text)
    last = (
        tree.body.pop() if isinstance(tree.body[-1], ast.Expr) and not text.rstrip().endswith(";") else None
    )
    printed = io.StringIO()
    with redirect_stdout(printed):
        exec(compile(tree, "cell", "exec"), names)
        shown = eval(compile(ast.Expression(last.value), "cell", "eval"), names) if last else None
    return printed.getvalue() + ("" if shown is None else repr(shown))


def run(book: Path) -> Ran:
    """Run a notebook's code from top to bottom in one set of names."""
    from matplotlib import pyplot

    names: dict[str, Any] = {"__name__": "notebook"}
    cells = []
    began = time.process_time()
    for cell in code(book):
        text = run_cell(source(cell), names)
        cells.append(Cell(text, len(pyplot.get_fignums())))
        pyplot.close("all")
    return Ran(cells, time.process_time() - began)


@pytest.fixture(scope="module", params=BOOKS, ids=lambda book: book.stem)
def ran(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Path, Ran]]:
    """Each notebook, run once in an empty folder, with all kernels compiled."""
    ds.run(ds.read_scenario("small-town").replace(weeks=1), seed=1)
    backend = matplotlib.get_backend()
    matplotlib.use("Agg")
    with (
        pytest.MonkeyPatch.context() as patch,
        pd.option_context("display.width", 80, "display.max_columns", 20),
    ):
        folder = tmp_path_factory.mktemp("notebook")
        patch.chdir(folder)
        done = run(request.param)
        assert list(folder.iterdir()) == []  # what a notebook writes goes to a temporary folder
        yield request.param, done
    matplotlib.use(backend)


def test_the_notebooks_are_these() -> None:
    assert [book.stem for book in BOOKS] == NAMES


def test_they_are_quick(ran: tuple[Path, Ran]) -> None:
    book, done = ran
    print(f"{book.stem}: {done.seconds:.1f} s")
    assert done.seconds < SECONDS


def test_what_is_kept_is_what_comes_out(ran: tuple[Path, Ran]) -> None:
    book, done = ran
    for cell, now in zip(code(book), done.cells, strict=True):
        texts = [
            "".join(output.get("text") or output["data"]["text/plain"])
            for output in cell["outputs"]
            if output["output_type"] == "stream" or "image/png" not in output["data"]
        ]
        pictures = [output for output in cell["outputs"] if "image/png" in output.get("data", {})]
        assert plain(" ".join(texts)) == plain(now.text), AGAIN
        assert len(pictures) == now.pictures, AGAIN


@pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.stem)
def test_only_public_names_are_used(book: Path) -> None:
    for cell in code(book):
        for node in ast.walk(ast.parse(source(cell))):
            if isinstance(node, ast.Import):
                assert {name.name for name in node.names} <= LIBRARIES
                assert all(name.asname == "ds" for name in node.names if name.name == "demandsim")
            elif isinstance(node, ast.ImportFrom):
                assert node.module in LIBRARIES - {"demandsim"}
            elif isinstance(node, ast.Attribute):
                assert not node.attr.startswith("_")
                if isinstance(node.value, ast.Name) and node.value.id == "ds":
                    assert node.attr in ds.__all__


@pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.stem)
def test_outputs_are_kept_and_clean(book: Path) -> None:
    cells = code(book)
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1)), AGAIN
    assert any(cell["outputs"] for cell in cells)
    for cell in cells:
        for output in cell["outputs"]:
            assert output["output_type"] in ("stream", "execute_result", "display_data")
            assert output.get("name") != "stderr"
            told = {kind: text for kind, text in output.get("data", {}).items() if kind != "image/png"}
            text = "".join(output.get("text", [])) + json.dumps(told)
            assert not PLACES_OF_A_MACHINE.search(text)
            assert not re.search(r"Warning|Traceback| at 0x[0-9a-f]", text)


@pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.stem)
def test_nothing_passing_is_kept(book: Path) -> None:
    """No times, versions or settings of whoever ran it last, and no more bytes than a picture or three."""
    held = json.loads(book.read_text(encoding="utf-8"))
    assert set(held["metadata"]) == {"kernelspec", "language_info"}
    assert held["metadata"]["language_info"] == {"name": "python"}
    assert [cell["id"] for cell in held["cells"] if cell["metadata"]] == []
    assert not any(output.get("metadata") for cell in code(book) for output in cell["outputs"])
    assert len(book.read_bytes()) < LARGEST


@pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.stem)
def test_each_opens_with_a_title_and_says_how_far_to_trust_it(book: Path) -> None:
    cells = json.loads(book.read_text(encoding="utf-8"))["cells"]
    assert cells[0]["cell_type"] == "markdown"
    assert source(cells[0]).startswith("# ")
    assert re.search("indicative|invented", source(cells[0]))
