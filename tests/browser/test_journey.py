"""One resident's two lives in a real browser: picked, told, drawn, and found again by their link."""

from __future__ import annotations

from typing import Any

TOWN = "/watch?place=small-town&second=small-town-council-saves&years=2&residents=2000"


def opened(tab: Any, address: str = TOWN) -> Any:
    """Open the page and wait for the player."""
    tab.go(address)
    tab.page.wait_for_selector("canvas.ds-canvas", timeout=60_000)
    return tab.page


def told(page: Any, resident: int) -> list[str]:
    """What the page tells of a resident: sentences, the bill and both lists."""
    page.wait_for_selector(f"h2:has-text('Resident {resident:,}')")
    page.wait_for_selector("caption:has-text('in world B')")
    return [
        str(text)
        for text in page.locator("main p, main table").all_inner_texts()
        if "Resident" in text or "£" in text
    ]


def resident_of(page: Any) -> int:
    """Who is told of, by the address."""
    page.wait_for_function("location.search.includes('resident=')")
    return int(page.evaluate("new URL(location).searchParams.get('resident')"))


def test_a_life_is_told_in_words_lanes_and_pounds_and_its_link_shows_it_again(tab: Any, browser: Any) -> None:
    page = opened(tab, TOWN + "&week=30")
    page.click("text=Most changed")
    resident = resident_of(page)
    before = told(page, resident)
    assert any("at their unit cost" in text for text in before)
    assert page.locator("text=the story told").count() >= 2
    picture = page.locator("svg[aria-labelledby='lanes-title lanes-desc']")
    drawn = picture.inner_html()
    assert "in two worlds, week by week" in drawn
    assert "year 1, week 31" in drawn
    address = page.evaluate("location.pathname + location.search")
    assert "week=30" in address
    page.reload()
    page.wait_for_selector("canvas.ds-canvas", timeout=60_000)
    assert told(page, resident) == before
    assert picture.inner_html() == drawn
    opened(tab, address)
    assert told(page, resident) == before


def test_a_resident_is_drawn_by_lot_and_the_lot_is_in_the_link(tab: Any) -> None:
    page = opened(tab)
    page.click("button:has-text('By lot')")
    first = resident_of(page)
    page.wait_for_selector("text=this one is draw 1")
    assert "lot=1" in page.evaluate("location.search")
    page.click("button:has-text('By lot')")
    page.wait_for_selector("text=this one is draw 2")
    assert resident_of(page) != first


def test_whoever_is_asked_for_by_number_is_followed_and_rubbish_is_said(tab: Any) -> None:
    page = opened(tab, TOWN + "&resident=3")
    page.wait_for_selector("h2:has-text('Resident 3')")
    page.wait_for_selector("caption:has-text('Resident 3 in world A')")
    opened(tab, TOWN + "&resident=999999&week=99999")
    page.wait_for_selector("text=There is no resident 999,999")
    assert page.locator("canvas.ds-canvas").count() == 2
