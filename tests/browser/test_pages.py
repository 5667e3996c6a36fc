"""Every page in a real browser: nothing leaves this machine, nothing fails, and the evidence can be asked."""

from __future__ import annotations

import re
from typing import Any

import pytest

TOWN = "?place=small-town&second=small-town-council-saves&years=1&residents=2000&pairs=2"
PAGES = ("/", "/watch", "/what-if", "/evidence")


@pytest.mark.parametrize("path", PAGES)
def test_a_page_asks_nothing_beyond_this_machine_and_nothing_fails(tab: Any, path: str) -> None:
    tab.go(path + TOWN)
    tab.page.wait_for_selector("main table, main canvas, main button", timeout=90_000)
    tab.page.wait_for_load_state("networkidle")
    assert tab.wrong == []


def found(page: Any, words: str) -> list[str]:
    """Look numbers up, and give each row's text."""
    page.get_by_label("Words in its name").fill(words)
    page.wait_for_function(
        r"/^\d{1,2} numbers$/.test(document.querySelector('.ds-numbers caption').innerText)"
    )
    return [str(text) for text in page.locator(".ds-numbers tbody tr").all_inner_texts()]


def test_numbers_are_found_by_words_and_by_grade(tab: Any) -> None:
    tab.go("/evidence" + TOWN)
    page = tab.page
    page.wait_for_selector("caption:has-text('numbers; the first 40 are shown')")
    assert page.locator(".ds-numbers tbody tr").count() == 40
    rows = found(page, "unit home_care")
    assert rows
    assert all(word in row.lower() for row in rows for word in ("unit", "home", "care"))
    page.get_by_label("Words in its name").fill("")
    page.click("text=any grade")
    page.click(".v-list-item >> text=measured")
    page.wait_for_function(
        "[...document.querySelectorAll('.ds-numbers tbody tr')].every(row => row.cells[5].innerText === 'measured')"
    )


def test_a_number_far_down_opens_its_form_before_the_eye_with_the_keyboard_in_it(tab: Any) -> None:
    page = tab.page
    tab.go("/evidence?place=essex&years=1&residents=2000&pairs=1")
    far = page.locator(".ds-numbers button").last
    far.scroll_into_view_if_needed()
    far.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".ds-changing")
    page.wait_for_function("document.activeElement.closest('.ds-changing')")
    top = "document.querySelector('.ds-changing').getBoundingClientRect().top"
    for _ in range(2):  # asked for again, it is gone to again
        page.wait_for_function(f"{top} >= -1 && {top} < innerHeight - 100", timeout=5_000)
        page.wait_for_timeout(600)  # until it has come to rest
        page.locator(".ds-numbers button").last.focus()
        page.keyboard.press("Enter")
        page.wait_for_function("document.activeElement.closest('.ds-changing')")


def test_a_number_is_changed_within_its_range_run_with_and_put_back(tab: Any) -> None:
    page = tab.page
    tab.go("/evidence?place=essex&years=1&residents=2000&pairs=1")
    assert any("0.9" in row for row in found(page, "home_care responsive central"))
    page.click("button[aria-label='Change services › home care › responsive › central']")
    page.get_by_label("Or typed").fill("7")
    page.keyboard.press("Tab")
    page.wait_for_selector(".mark:has-text('7 is outside the range, 0.45 to 1')")
    assert page.locator("button:has-text('Run with this number')").is_disabled()
    page.get_by_label("Or typed").fill("0.6")
    page.keyboard.press("Tab")
    page.wait_for_selector(".mark", state="detached")
    page.get_by_label("Or typed").fill("")
    page.keyboard.press("Tab")
    assert page.get_by_label("Or typed").input_value() == "0.6"  # an emptied box is not nought
    page.click("text=Run with this number")
    page.wait_for_url(re.compile(r"/\?.*number=services\.home_care\.responsive\.central:0\.6"))
    page.wait_for_selector("nav [aria-current]:has-text('Two worlds')")
    page.click("nav >> text=Evidence")
    page.wait_for_selector(
        ".mark:has-text('services › home care › responsive › central is 0.6 instead of 0.9')"
    )
    page.click("text=All as published")
    page.wait_for_selector("text=Changed now", state="detached")
    page.wait_for_url(re.compile(r"^(?!.*number=)"))
