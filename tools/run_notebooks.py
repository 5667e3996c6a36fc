"""Run the notebooks afresh and keep their outputs: python tools/run_notebooks.py [01 ...].

Needs the `analysis` extra (Jupyter). Nothing that changes from one run to the next is kept: no times, no paths, no
Python version. A cell that writes to stderr, or fails, stops it and leaves that notebook's file as it was.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

import demandsim as ds

FOLDER = Path(__file__).resolve().parent.parent / "notebooks"
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def run(path: Path) -> float:
    """Run one notebook in a kernel of its own and write it back; give the seconds it took."""
    book = nbformat.read(path, as_version=4)
    began = time.perf_counter()
    NotebookClient(
        book, timeout=120, kernel_name="python3", resources={"metadata": {"path": FOLDER}}
    ).execute()
    took = time.perf_counter() - began
    for cell in book.cells:
        cell.metadata.clear()
        for output in cell.get("outputs", ()):
            if output.get("name") == "stderr":
                raise SystemExit(f"{path.name}: a cell writes to stderr: {output['text'][:200]}")
            output.get("metadata", {}).clear()
    book.metadata = nbformat.from_dict(METADATA)
    nbformat.write(book, path)
    return took


def main(wanted: list[str]) -> None:
    """Run those whose names begin as asked, or all."""
    os.environ["PYTHONWARNINGS"] = "default"
    ds.run(ds.read_scenario("small-town").replace(weeks=1), seed=1)  # compiles what has yet to be
    for path in sorted(FOLDER.glob("*.ipynb")):
        if not wanted or path.name.startswith(tuple(wanted)):
            print(f"{path.name}: {run(path):.1f} s, {path.stat().st_size / 1024:.0f} KB")


if __name__ == "__main__":
    main(sys.argv[1:])
