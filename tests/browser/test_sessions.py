"""Many visitors, each with their own state; memory that stays flat, a server that comes back, answers in time."""

from __future__ import annotations

import os
import sys
import time
from typing import Any

import pytest
from tests.browser.conftest import Server, Tab

TOWN = "/?place=small-town&second=small-town-council-saves&years=1&residents=2000&pairs=1"
ESSEX = "/?place=essex&second=council-raises-threshold&years=5&residents=20000&pairs=1&seed="
VISITORS, VISITS, AT_ONCE = 10, 50, 5

GROWTH = 30.0
"""Megabytes that 50 visits may add. Kept for each, a session would add some 3 MB, 150 in all."""

needs_proc = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")


def quiet() -> bool:
    """Tell whether the machine is ours alone: seconds on the clock mean nothing else. Processor seconds always do."""
    return os.getloadavg()[0] < 1.2 * (os.cpu_count() or 1)


def test_ten_visitors_at_once_each_have_their_own_state(browser: Any, address: str) -> None:
    words = [
        "home care",
        "police",
        "hospital",
        "prison",
        "eviction",
        "ambulance",
        "frailty",
        "debt",
        "hostel",
        "ward",
    ]
    tabs = [Tab(browser, address) for _ in range(VISITORS)]
    for tab in tabs:
        tab.page.goto(f"{address}/evidence", wait_until="commit")
    for number, (tab, word) in enumerate(zip(tabs, words, strict=True)):
        tab.page.wait_for_selector(".ds-numbers", timeout=60_000)
        tab.page.get_by_label("Words in its name").fill(word)
        if number % 2:
            tab.page.click(".ds-look >> text=For the room")
            tab.page.wait_for_selector(".ds.room")
    for number, (tab, word) in enumerate(zip(tabs, words, strict=True)):
        tab.page.wait_for_function(
            "!document.querySelector('.ds-numbers caption').innerText.startsWith('792')"
        )
        assert tab.page.get_by_label("Words in its name").input_value() == word
        rows = tab.page.locator(".ds-numbers tbody tr").all_inner_texts()
        assert rows
        assert all(part in row.lower() for row in rows for part in word.split())
        assert tab.page.locator(".ds.room").count() == number % 2
    for tab in tabs:
        tab.context.close()
    assert [tab.wrong for tab in tabs] == [[]] * VISITORS


@needs_proc
def test_memory_stays_flat_over_fifty_visits(browser: Any, server: Server) -> None:
    context = browser.new_context()

    def visits(number: int) -> None:
        """Open the page so many times, a few at once, and close it again."""
        for _ in range(number // AT_ONCE):
            pages = [context.new_page() for _ in range(AT_ONCE)]
            for page in pages:
                page.goto(f"{server.address}/evidence", wait_until="commit")
            for page in pages:
                page.wait_for_selector(".ds-numbers", timeout=60_000)
                page.close()

    visits(20)
    before = server.memory()
    visits(VISITS)
    grown = server.memory() - before
    context.close()
    assert grown < GROWTH, f"{grown:.0f} MB more after {VISITS} visits"


def test_a_server_that_is_gone_is_said_and_the_page_comes_back_with_it(browser: Any) -> None:
    first = Server()
    tab = Tab(browser, first.address)
    tab.go("/evidence?place=small-town")
    port = int(first.address.rpartition(":")[2])
    first.stop()
    tab.page.wait_for_selector("text=Server disconnected", timeout=30_000)
    again = Server(port)
    try:
        tab.page.reload()
        tab.page.wait_for_selector(".ds-numbers", timeout=60_000)
        assert "place=small-town" in tab.page.url
    finally:
        tab.context.close()
        again.stop()


@needs_proc
def test_the_first_page_can_be_used_within_three_seconds(browser: Any, server: Server) -> None:
    """The best of three, each in a fresh browser; on the clock where the machine is quiet, else by processor."""
    Tab(browser, server.address).go("/")
    took = []
    for _ in range(3):
        if took and took[-1][0] < 3.0:
            break
        tab = Tab(browser, server.address)
        start, used = time.monotonic(), server.processor_seconds()
        tab.page.goto(server.address + TOWN)
        tab.page.wait_for_selector("text=Run both worlds", timeout=60_000)
        took.append((time.monotonic() - start, server.processor_seconds() - used))
        tab.context.close()
    assert min(seconds for seconds, _ in took) < 3.0 or not quiet(), took
    assert min(used for _, used in took) < 3.0, took


@needs_proc
def test_twenty_thousand_residents_over_five_years_are_answered_within_six_seconds(
    browser: Any, server: Server
) -> None:
    """The better of two questions nobody has asked; at most two processors for six seconds, and six where quiet."""
    Tab(browser, server.address).go(TOWN)  # compiles, or reads what was compiled
    took = []
    for seed in (101, 102):
        tab = Tab(browser, server.address)
        start, used = time.monotonic(), server.processor_seconds()
        tab.page.goto(f"{server.address}{ESSEX}{seed}")
        tab.page.wait_for_selector(".sentence", timeout=120_000)
        took.append((time.monotonic() - start, server.processor_seconds() - used))
        tab.answered()
        tab.context.close()
        if took[-1][0] < 6.0:
            break
    assert min(seconds for seconds, _ in took) < 6.0 or not quiet(), took
    assert min(used for _, used in took) < 12.0, took
