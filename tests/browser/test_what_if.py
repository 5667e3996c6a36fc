"""What if, from here, in a real browser: a lever is pulled, its future is shown, and a closed tab stops its run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest

TOWN = "/what-if?place=small-town&second=small-town-council-saves&years=2&residents=2000"
LONG = "place=small-town&second=small-town-council-saves&years=10&residents=50000"
PICTURE = "svg[aria-labelledby='future-title future-desc']"
SPY = """
import gc, sys, threading, weakref
from demandsim.faces.dashboard import errand
from demandsim.faces.dashboard.server import serve
class Noted(errand.Errand):
    every = weakref.WeakSet()
    def __init__(self, work):
        super().__init__(work)
        Noted.every.add(self)
errand.Errand = Noted
def answer():
    for line in sys.stdin:
        gc.collect()
        known = list(Noted.every)
        print(sum(not each.ended for each in known), len(known), flush=True)
        del known
threading.Thread(target=answer, daemon=True).start()
serve("127.0.0.1", 0, open_browser=False)
"""
"""A server that says, asked by a line, how many errands are under way and how many are held."""


def opened(tab: Any, address: str = TOWN) -> Any:
    """Open the page and wait for both worlds."""
    tab.go(address)
    tab.page.wait_for_selector(PICTURE, timeout=60_000)
    return tab.page


def test_a_lever_branches_the_future_and_its_link_shows_it_again(tab: Any) -> None:
    page = opened(tab)
    assert page.locator(f"{PICTURE} polyline").count() == 3
    page.click("text=Pull it at")
    page.wait_for_selector(".sentence")
    assert page.locator(f"{PICTURE} polyline").count() == 4
    said = page.inner_text(".sentence")
    assert said.startswith("World A, “As it is now”, with “")
    assert page.locator("text=This is one run of luck").count() == 1
    numbers = page.inner_text("main table")
    address = page.evaluate("location.pathname + location.search")
    for part in ("place=small-town", "seed=1", "world=first", "week=26", "lever=policy:"):
        assert part in address
    tab.go(address)
    page.wait_for_selector(".sentence", timeout=60_000)
    assert page.inner_text(".sentence") == said
    assert page.inner_text("main table") == numbers


def test_the_week_is_scrubbed_by_keyboard_and_a_service_closed_in_either_world(tab: Any) -> None:
    page = opened(
        tab, TOWN + "&world=second&week=20&lever=close:voluntary_support&show=contacts:voluntary_support"
    )
    page.wait_for_selector(".sentence", timeout=60_000)
    said = page.inner_text(".sentence")
    assert said.startswith("World B, ")
    assert "from year 1, week 21" in said
    assert "contacts, voluntary support, 0 instead of" in said.lower()
    page.focus("[role=slider]")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector("text=Pull it at year 1, week 22")
    page.wait_for_selector(".sentence", state="detached")


def test_the_week_is_said_as_it_is_shown_and_is_kept_over_a_refresh_before_any_lever(tab: Any) -> None:
    page = opened(tab, TOWN + "&week=60")
    page.focus("[role=slider]")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector("text=Pull it at year 2, week 10")
    assert page.get_attribute("[role=slider]", "aria-valuetext") == "year 2, week 10"
    page.wait_for_function("location.search.includes('week=61')")
    page.reload()
    page.wait_for_selector("text=Pull it at year 2, week 10", timeout=60_000)


def test_back_at_a_lever_its_controls_say_what_was_pulled(tab: Any) -> None:
    changed = f"{TOWN}&number=needs.mental_health.pushed_by.housing:0.3"
    page = opened(tab, f"{changed}&world=first&week=10&lever=close:voluntary_support")
    page.wait_for_selector(".sentence", timeout=60_000)
    said = page.inner_text(".sentence")
    assert "mental health.pushed by.housing is 0.3" in page.inner_text("main")
    page.focus("[role=slider]")
    for week in range(12, 15):
        page.keyboard.press("ArrowRight")
        page.wait_for_selector(f"text=Pull it at year 1, week {week}")
    page.go_back()
    page.wait_for_selector("text=Pull it at year 1, week 11")
    page.wait_for_selector(".sentence", timeout=60_000)
    assert page.inner_text(".sentence") == said
    assert page.locator("text=Close a service").count() == 1


@pytest.mark.parametrize("lever", ["policy:../../etc/passwd", "money:home_care:-9999999999", "shell:rm"])
def test_a_lever_that_cannot_be_pulled_is_said_in_a_line(tab: Any, lever: str) -> None:
    page = opened(tab, f"{TOWN}&week=10&lever={lever}")
    page.wait_for_selector(".mark")
    assert "Traceback" not in page.inner_text("body")
    assert page.locator(f"{PICTURE} polyline").count() == 3


@pytest.fixture
def spied() -> Iterator[subprocess.Popen[str]]:
    """Serve the dashboard so that it can be asked what it holds."""
    kept = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    server = subprocess.Popen(
        [sys.executable, "-c", SPY],
        env=kept | {"PYTHONUNBUFFERED": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    yield server
    server.terminate()
    server.wait(timeout=20)
    for pipe in (server.stdin, server.stdout):
        if pipe:
            pipe.close()


def asked(server: subprocess.Popen[str]) -> tuple[int, int]:
    """Ask how many errands are under way and how many are held."""
    assert server.stdin is not None
    assert server.stdout is not None
    server.stdin.write("\n")
    server.stdin.flush()
    running, held = server.stdout.readline().split()
    return int(running), int(held)


def until(true: Any, seconds: float) -> None:
    """Wait for something to be true."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.1)


def test_a_tab_closed_in_mid_run_stops_its_run_and_lets_go_of_it(
    spied: subprocess.Popen[str], browser: Any
) -> None:
    assert spied.stdout is not None
    found = re.search(r"http://\S+", spied.stdout.readline())
    assert found
    for page_name in ("watch", "what-if"):
        context = browser.new_context()
        page = context.new_page()
        page.goto(f"{found.group()}/{page_name}?{LONG}")
        page.wait_for_selector("text=Stop", timeout=60_000)
        until(lambda: asked(spied)[0] == 1, 20)
        page.close()
        until(lambda: asked(spied) == (0, 0), 20)
        context.close()
