"""A real server on this machine and a real browser; what asks beyond it, answers 400 or logs an error is noted."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

BROWSER = next((path for name in ("chromium", "chromium-browser") if (path := shutil.which(name))), None)
MISSING = [
    *([] if BROWSER else ["chromium (apt-get install chromium)"]),
    *(
        f"{name} (pip install 'demandsim[dashboard,dev]')"
        for name in ("playwright", "solara")
        if find_spec(name) is None
    ),
]
REQUIRED = os.environ.get("DEMANDSIM_BROWSER") == "required"
"""Set where a missing browser is a failure, as in the project's own checks."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs a browser where there is none, and say what is missing."""
    if MISSING and not REQUIRED:
        here = Path(__file__).parent
        for item in items:
            if here in item.path.parents:
                item.add_marker(pytest.mark.skip(reason=f"no {' and no '.join(MISSING)}"))


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """Serve the dashboard on a free port."""
    assert not MISSING, f"missing: {MISSING}"
    kept = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    server = subprocess.Popen(
        [sys.executable, "-m", "demandsim", "dashboard", "--port", "0"],
        env=kept | {"PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert server.stdout is not None
    line = server.stdout.readline()
    found = re.search(r"http://\S+", line)
    assert found, f"the server said {line!r}"
    yield found.group()
    server.terminate()
    server.wait(timeout=20)
    server.stdout.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """The system's own browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        quiet = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking"]
        opened = playwright.chromium.launch(executable_path=BROWSER, args=quiet)
        yield opened
        opened.close()


class Tab:
    """One visitor's page, and whatever went wrong on it."""

    def __init__(self, browser: Any, address: str, *, width: int = 1280) -> None:
        self.context = browser.new_context(viewport={"width": width, "height": 900})
        self.page = self.context.new_page()
        self.address = address
        self.wrong: list[str] = []
        self.page.on("console", lambda said: self.wrong.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("request", self._asked)
        self.page.on("response", self._answered)

    def _asked(self, request: Any) -> None:
        if not request.url.startswith((self.address, self.address.replace("http", "ws"), "data:", "blob:")):
            self.wrong.append(f"asked {request.url}")

    def _answered(self, response: Any) -> None:
        if response.status >= 400:
            self.wrong.append(f"{response.status} {response.url}")

    def go(self, path: str) -> None:
        """Open a page and wait until it can be used."""
        self.page.goto(self.address + path)
        self.page.wait_for_selector("h1", timeout=60_000)


@pytest.fixture
def tab(browser: Any, address: str) -> Iterator[Tab]:
    """A fresh visitor; at the end nothing may have gone wrong."""
    opened = Tab(browser, address)
    yield opened
    opened.context.close()
    assert opened.wrong == []
