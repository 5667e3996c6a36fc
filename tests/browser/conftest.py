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

import demandsim as ds

BROWSER = next((path for name in ("chromium", "chromium-browser") if (path := shutil.which(name))), None)
MISSING = [
    *([] if BROWSER else ["chromium (apt-get install chromium)"]),
    *(
        f"{name} (pip install 'demandsim[dashboard,dev]')"
        for name in ("axe_playwright_python", "playwright", "solara")
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


class Server:
    """The dashboard in a process of its own, on a free port unless told otherwise."""

    def __init__(self, port: int = 0) -> None:
        assert not MISSING, f"missing: {MISSING}"
        kept = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "demandsim", "dashboard", "--port", str(port)],
            env=kept | {"PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        found = re.search(r"http://\S+", line)
        assert found, f"the server said {line!r}"
        self.address = found.group()

    def stop(self) -> None:
        """Stop it as a person would, and wait until it has."""
        self.process.terminate()
        self.process.wait(timeout=20)
        assert self.process.stdout is not None
        self.process.stdout.close()

    def memory(self) -> float:
        """Megabytes that it holds in memory now."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024

    def processor_seconds(self) -> float:
        """Seconds of a processor that it has used, all threads together."""
        stat = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """One server for all browser tests, with every kernel compiled before a page is timed."""
    ds.DemandModel(ds.read_scenario("small-town").replace(residents=500), seed=1).step()
    serving = Server()
    yield serving
    serving.stop()


@pytest.fixture(scope="session")
def address(server: Server) -> str:
    """Where it is."""
    return server.address


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

    def __init__(self, browser: Any, address: str, *, width: int = 1280, **settings: Any) -> None:
        self.context = browser.new_context(viewport={"width": width, "height": 900}, **settings)
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
        self.page.wait_for_selector(".ds h1", timeout=60_000)

    def answered(self) -> str:
        """Wait for the first answer, stop the larger run that follows it, and give the sentence."""
        self.page.wait_for_selector(".sentence", timeout=90_000)
        stop = "button:has-text('Stop')"
        if self.page.locator(stop).count():
            self.page.click(stop)
            self.page.wait_for_selector(stop, state="detached")
        return str(self.page.inner_text(".sentence >> nth=0"))


@pytest.fixture
def tab(browser: Any, address: str) -> Iterator[Tab]:
    """A fresh visitor; at the end nothing may have gone wrong."""
    opened = Tab(browser, address)
    yield opened
    opened.context.close()
    assert opened.wrong == []
