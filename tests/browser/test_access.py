"""Who cannot see, point or wait is not kept out: axe-core on every page and look, the keyboard, words explained."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from tests.browser.conftest import Tab

TOWN = "?place=small-town&first=small-town-early-help&second=small-town-council-saves&years=1&residents=2000&pairs=2"
PAGES = ("/", "/watch", "/what-if", "/evidence")


@pytest.fixture
def still(browser: Any, address: str) -> Iterator[Tab]:
    """A visitor who has asked the system for little motion and light colours."""
    opened = Tab(browser, address, reduced_motion="reduce", color_scheme="light")
    yield opened
    opened.context.close()
    assert opened.wrong == []


def shown(tab: Tab, path: str) -> Any:
    """Open a page and wait until all that it will show is there."""
    tab.go(path + TOWN)
    tab.page.wait_for_selector("main table, main canvas, main button", timeout=90_000)
    if path == "/":
        tab.answered()
    return tab.page


def violations(page: Any) -> list[str]:
    """What axe-core calls serious or critical, rule by rule, with where it is."""
    from axe_playwright_python.base import AXE_SCRIPT

    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
    return [
        f"{rule['id']} ({rule['impact']}): {node['target']} {node['html'][:120]}"
        for rule in found
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]


def says_its_language_its_name_and_its_parts(page: Any) -> None:
    """Look for what a page says of itself."""
    assert page.evaluate("document.documentElement.lang") == "en-GB"
    assert page.title().endswith(" · demandsim")
    for part in ("h1", "main", "header", "nav", "footer"):
        assert page.locator(f".ds {part}").count() == 1, part
    assert "user-scalable=no" not in page.get_attribute("meta[name=viewport]", "content")
    levels = page.evaluate("[...document.querySelectorAll('.ds h1, .ds h2, .ds h3')].map(h => +h.tagName[1])")
    assert all(after - before <= 1 for before, after in pairwise(levels)), levels


@pytest.mark.parametrize("path", PAGES)
def test_a_page_says_what_it_is_and_axe_finds_nothing_serious_in_any_look(still: Tab, path: str) -> None:
    page = shown(still, path)
    says_its_language_its_name_and_its_parts(page)
    found = {"light": violations(page)}
    page.click(".ds-look >> text=Dark")
    page.wait_for_selector(".v-application.theme--dark")
    found["dark"] = violations(page)
    page.click(".ds-look >> text=For the room")
    page.wait_for_selector(".ds.room")
    found["dark, room"] = violations(page)
    page.click(".ds-look >> text=Dark")
    page.wait_for_selector(".v-application.theme--light")
    found["light, room"] = violations(page)
    assert all(nothing == [] for nothing in found.values()), found


def test_axe_would_find_what_is_wrong(still: Tab) -> None:
    page = shown(still, "/evidence")
    page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<button></button>')")
    assert [line.partition(" ")[0] for line in violations(page)] == ["button-name"]


def test_the_first_key_skips_to_the_page(still: Tab) -> None:
    page = shown(still, "/evidence")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "Skip to the page"
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.id === 'page'")
    assert page.locator("main table").count() == 1


def test_pages_are_reached_and_looks_are_turned_by_keyboard_and_kept_over_a_refresh(still: Tab) -> None:
    page = shown(still, "/evidence")
    page.focus(".ds nav a >> nth=1")
    page.keyboard.press("Enter")
    page.wait_for_function("document.title.startsWith('Watch')")
    page.focus(".ds-look button >> nth=0")
    page.keyboard.press("Space")
    page.wait_for_selector(".ds.room")
    page.focus(".ds-look button >> nth=1")
    page.keyboard.press("Enter")
    page.wait_for_selector(".v-application.theme--dark")
    page.reload()
    page.wait_for_selector(".ds.room")
    assert page.locator(".v-application.theme--dark").count() == 1


def test_light_or_dark_follows_the_system_until_somebody_chooses(browser: Any, address: str) -> None:
    night = Tab(browser, address, color_scheme="dark")
    night.go("/evidence")
    night.page.wait_for_selector(".v-application.theme--dark")
    night.page.emulate_media(color_scheme="light")
    night.page.wait_for_selector(".v-application.theme--light")
    night.page.click(".ds-look >> text=Dark")
    night.page.wait_for_selector(".v-application.theme--dark")
    night.page.emulate_media(color_scheme="dark")
    night.page.emulate_media(color_scheme="light")
    assert night.page.locator(".v-application.theme--dark").count() == 1
    night.context.close()
    assert night.wrong == []


def test_a_word_is_explained_when_pointed_at_or_focused_and_put_away_by_escape(still: Tab) -> None:
    page = shown(still, "/")
    words = page.locator("main dfn")
    assert words.count() > 3
    word = words.first
    said = page.text_content(f"#{word.get_attribute('aria-describedby')}")
    for way in (word.focus, word.hover):
        way()
        page.wait_for_selector(".ds-explains:visible")
        assert page.inner_text(".ds-explains") == said
        page.keyboard.press("Escape")
        page.wait_for_selector(".ds-explains", state="hidden")
        page.mouse.move(0, 0)


def test_every_picture_has_its_words_and_its_numbers(still: Tab) -> None:
    page = shown(still, "/")
    charts = page.locator(".ds-chart")
    page.wait_for_function("document.querySelectorAll('.ds-chart[role=img][aria-label]').length == 2")
    for number in range(charts.count()):
        assert len(charts.nth(number).get_attribute("aria-label")) > 60
    tables = page.locator("summary:has-text('Show as a table')")
    assert tables.count() == charts.count()
    for number in range(tables.count()):
        tables.nth(number).focus()
        page.keyboard.press("Enter")
    assert page.locator("details[open] table").count() == charts.count()


def test_the_answer_stays_when_the_room_is_turned_on_and_the_form_goes(still: Tab) -> None:
    page = shown(still, "/")
    said = page.inner_text(".sentence >> nth=0")
    page.evaluate(
        "window.least = 9; new MutationObserver(() => { least = Math.min(least, document.querySelectorAll('.sentence')"
        ".length); }).observe(document.body, {childList: true, subtree: true})"
    )
    page.click(".ds-look >> text=For the room")
    page.wait_for_selector(".ds.room")
    page.wait_for_selector("text=Run both worlds", state="detached")
    assert page.inner_text(".sentence >> nth=0") == said
    page.wait_for_function(
        "document.querySelectorAll('main .row > .col table, main .row > .col canvas').length > 1"
    )
    heights = (
        "[...document.querySelectorAll('main .row > .col')].map(col => [col.clientHeight, col.scrollHeight])"
    )
    for shown_height, whole in page.evaluate(heights):
        assert shown_height >= whole > 100, "a column is cut off"
    assert page.evaluate("least") > 0, "the answer was away for a moment"
