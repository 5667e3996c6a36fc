"""Watching both worlds in a real browser: it plays, pauses, steps, and a resident's two lives can be read."""

from __future__ import annotations

import time
from typing import Any

TOWN = "/watch?place=small-town&second=small-town-council-saves&years=2&residents=2000"
VUE = "document.querySelector('.ds-player').__vue__"


def opened(tab: Any) -> Any:
    """Open the page and wait for the player."""
    tab.go(TOWN)
    tab.page.wait_for_selector("canvas.ds-canvas", timeout=60_000)
    return tab.page


def test_it_plays_and_pauses_by_keyboard_and_steps_a_week(tab: Any) -> None:
    page = opened(tab)
    assert page.locator("h1").count() == 1
    page.focus(".ds-player")
    page.keyboard.press("Space")
    time.sleep(3)
    assert page.evaluate(f"{VUE}.frames") > 3 * 15, "50 a second is the aim; a busy machine draws fewer"
    page.keyboard.press("Space")
    week = page.evaluate(f"Math.floor({VUE}.at)")
    assert week > 2
    page.keyboard.press("ArrowRight")
    assert page.evaluate(f"{VUE}.at") == week + 1
    page.wait_for_selector(f".ds-live:has-text('week {(week + 1) % 52 + 1}')")


def test_a_resident_who_is_clicked_or_picked_is_told_in_both_worlds(tab: Any) -> None:
    page = opened(tab)
    page.click("text=The resident whose life differs most")
    page.wait_for_selector("caption:has-text('As it is now')")
    assert page.locator("caption:has-text('Resident ')").count() == 2
    x, y = page.evaluate(f"{VUE}.place(0, 0, 5)")
    page.click("canvas.ds-canvas", position={"x": x, "y": y})
    identity = page.evaluate(f"{VUE}.trace.residents[5]")
    page.wait_for_selector(f"caption:has-text('Resident {identity:,} in')")
