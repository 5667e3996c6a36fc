"""The first page in a real browser: the answer comes, stays, and comes again by its link."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from typing import Any

import pytest

TOWN = "/?place=small-town&second=small-town-council-saves&years=2&residents=2000&pairs=2"
LONG = "/?place=small-town&second=small-town-council-saves&years=10&residents=50000&pairs=30"


def answered(tab: Any, path: str) -> str:
    """Open a page and give the sentence it comes to when the run has ended."""
    tab.go(path)
    tab.page.wait_for_selector(".sentence", timeout=60_000)
    tab.page.wait_for_selector("text=Stop", state="detached", timeout=90_000)
    return str(tab.page.inner_text(".sentence"))


def test_the_answer_comes_first_with_its_table_and_pictures(tab: Any) -> None:
    told = answered(tab, TOWN)
    assert told.startswith("Small town: the council saves on care: ")
    page = tab.page
    assert page.inner_text("caption >> nth=0").startswith("Cash within the year")
    assert page.locator("canvas, svg").count() >= 2
    page.click("text=Every contact at its unit cost")
    page.wait_for_selector("caption:has-text('Every contact at its unit cost')")


def test_a_page_that_is_left_before_its_pictures_are_drawn_leaves_no_error(tab: Any) -> None:
    page, held = tab.page, []
    page.route("**/echarts*.js", lambda route: held.append(route))
    answered(tab, TOWN)
    page.wait_for_selector(".ds-chart", state="attached")
    while not held:
        page.wait_for_timeout(50)
    page.click("nav >> text=Evidence")
    page.wait_for_selector(".ds-chart", state="detached")
    for route in held:
        route.continue_()
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(500)  # the library is read, and finds no picture to draw
    assert tab.wrong == []


def test_a_link_shows_the_same_digits_in_a_fresh_browser_and_a_refresh_loses_nothing(tab: Any) -> None:
    told = answered(tab, TOWN)
    table = tab.page.inner_text("table >> nth=0")
    tab.page.reload()
    tab.page.wait_for_selector(".sentence", timeout=60_000)
    tab.page.wait_for_selector("text=Stop", state="detached", timeout=60_000)
    assert tab.page.inner_text(".sentence") == told
    assert tab.page.inner_text("table >> nth=0") == table


def test_a_link_shows_the_same_digits_in_a_fresh_browser(tab: Any) -> None:
    told = answered(tab, TOWN)
    digits = tab.page.locator("table").all_inner_texts()
    context = tab.context.browser.new_context()
    other = context.new_page()
    other.goto(tab.page.input_value(".ds-link input"))
    other.wait_for_selector(".sentence", timeout=60_000)
    other.wait_for_selector("text=Stop", state="detached", timeout=90_000)
    assert other.inner_text(".sentence") == told
    assert other.locator("table").all_inner_texts() == digits
    context.close()


def test_a_refresh_in_mid_run_goes_on_with_the_same_run(tab: Any) -> None:
    tab.go(LONG)
    tab.page.wait_for_function("parseInt(document.querySelector('.how-far')?.innerText) > 40", timeout=60_000)
    tab.page.reload()
    tab.page.wait_for_selector(".how-far", timeout=60_000)
    weeks = "parseInt(document.querySelector('.how-far').innerText)"
    assert tab.page.evaluate(weeks) > 40, "what was run before the refresh is not run again"
    tab.page.click("text=Stop")
    tab.page.wait_for_selector("text=Stopped; what was finished is shown")


def test_below_100_000_residents_no_view_is_told_without_a_mark(tab: Any) -> None:
    tab.go(LONG.replace("years=10", "years=1").replace("residents=50000", "residents=2000"))
    tab.page.wait_for_selector(".sentence:has-text('indicative only')", timeout=60_000)
    assert "£" not in tab.page.inner_text(".sentence")
    tab.page.click("text=Stop")
    assert "Indicative only: 2,000 residents" in tab.page.inner_text("caption >> nth=0")
    for view in ("Every contact at its unit cost", "Staff time taken up", "Traced and causal"):
        tab.page.get_by_role("button", name=view).click()
        word = "traced to" if view == "Traced and causal" else view
        tab.page.wait_for_selector(f"caption:has-text('{word}')")
        assert "Indicative only: 2,000 residents" in tab.page.inner_text("caption >> nth=0")


def test_a_new_pair_leaves_a_table_open_and_the_keyboard_where_it_was(tab: Any) -> None:
    page = tab.page
    tab.go(LONG.replace("residents=50000", "residents=4000").replace("years=10", "years=3"))
    page.wait_for_selector(".run:has-text('2 pairs')", timeout=60_000)
    for number in (0, 1):
        page.locator("summary:has-text('Show as a table')").nth(number).click()
    before = page.inner_text(".run")
    page.wait_for_function(f"document.querySelector('.run').innerText !== {before!r}", timeout=60_000)
    page.wait_for_timeout(300)
    opened = page.eval_on_selector_all("main details", "all => all.map((one) => one.open)")
    assert opened[:2] == [True, True]
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    page.click("text=Stop")


def test_the_view_of_the_money_is_kept_over_a_refresh_and_on_the_way_to_another_page(tab: Any) -> None:
    page = tab.page
    answered(tab, TOWN)
    page.click("text=Every contact at its unit cost")
    page.get_by_role("button", name="By sector").click()
    page.wait_for_function("location.search.includes('view=full&by=sector')")
    page.reload()
    page.wait_for_selector("caption:has-text('Every contact at its unit cost')", timeout=60_000)
    assert page.locator("caption >> nth=0").inner_text().startswith("Every contact at its unit cost")
    assert page.locator("tbody th:has-text('NHS')").count() >= 1
    page.click("nav >> text=Evidence")
    page.wait_for_selector(".ds-numbers caption")
    page.click("nav >> text=Two worlds")
    page.wait_for_selector("caption:has-text('Every contact at its unit cost')", timeout=60_000)


def test_the_page_says_what_the_answer_rests_on_and_what_the_link_shows(tab: Any) -> None:
    answered(tab, TOWN)
    page = tab.page
    assert "100,000 residents simulated, 2 pairs of runs from seed 1" in page.inner_text(".run")
    assert "they are wide" in page.inner_text("main")
    assert "digit for digit" in page.inner_text(".ds-link label")
    tab.go(LONG)
    page.wait_for_selector(".sentence", timeout=60_000)
    page.click("text=Stop")
    page.wait_for_selector("text=Stopped; what was finished is shown")
    assert "asks the whole question again, 30 pairs" in page.inner_text(".ds-link label")


def test_for_the_room_controls_are_as_large_as_the_rest(tab: Any) -> None:
    page = tab.page
    tab.go("/what-if" + TOWN[1:])
    page.wait_for_selector("[role=slider]", timeout=60_000)
    page.click("text=For the room: large type")
    page.wait_for_selector(".ds.room")
    page.wait_for_timeout(600)  # type grows for a moment
    tall = "all => Math.min(...all.map((one) => parseFloat(getComputedStyle(one).fontSize)))"
    for what in (".ds main .v-label", ".ds main .v-select__selection", ".ds main label", ".ds main .v-btn"):
        assert page.eval_on_selector_all(what, tall) >= 19, what


def test_outcomes_by_quintile_are_shown(tab: Any) -> None:
    answered(tab, TOWN)
    tab.page.wait_for_selector("caption:has-text('by deprivation of their neighbourhood')")


def test_two_worlds_that_are_the_same_are_refused_in_a_line(tab: Any) -> None:
    tab.go("/?place=small-town&first=&second=")
    tab.page.wait_for_selector(".mark:has-text('Neither world differs')")
    assert tab.page.get_by_role("button", name="Run both worlds").is_disabled()


@pytest.mark.parametrize(
    "rubbish",
    [
        "/?file=policy:mine:000000000000:AAAA&second=own:mine",
        "/?moved=second:1:x:y&number=a:b&place=small-town",
        "/?%ff%fe&=&&&place=%00&years=%F0%9F%92%A9",
        f"/?place={'x' * 30_000}",
    ],
)
def test_rubbish_in_any_part_of_the_address_gives_words_and_a_page(tab: Any, rubbish: str) -> None:
    tab.go(rubbish)
    tab.page.wait_for_selector(".mark", timeout=60_000)
    assert tab.page.locator("text=Run both worlds").count() == 1
    assert "Traceback" not in tab.page.inner_text("body")
    tab.page.click("text=Stop")


def test_rubbish_in_the_address_is_put_right_and_said(tab: Any) -> None:
    tab.go("/?place=%2Fetc%2Fpasswd&years=<script>&second=../..&residents=1e99")
    tab.page.wait_for_selector("text=There is no place")
    assert tab.page.locator("text=Run both worlds").count() == 1
    assert tab.page.locator("script:has-text('<script>')").count() == 0
    tab.page.click("text=Stop")


def test_a_run_stops_at_once_and_says_so(tab: Any) -> None:
    tab.go(LONG)
    tab.page.wait_for_selector("text=Stop")
    tab.page.wait_for_function("parseInt(document.querySelector('.how-far')?.innerText) > 5", timeout=60_000)
    took = tab.page.evaluate(
        """async () => {
            const stop = [...document.querySelectorAll('button')].find((one) => one.innerText.trim() === 'Stop');
            const start = performance.now();
            stop.click();
            while (!document.body.innerText.includes('Stopped; what was finished is shown')) {
                await new Promise((later) => setTimeout(later, 5));
            }
            return performance.now() - start;
        }"""
    )
    print(f"stopped on the page after {took:.0f} ms")
    assert took < 2_000, "half a second is the aim; a busy machine takes longer to draw it"


def test_the_evidence_is_listed_and_searched(tab: Any) -> None:
    tab.go("/evidence")
    tab.page.wait_for_selector("caption:has-text('numbers')")
    tab.page.fill("input[type=text] >> nth=0", "home care")
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_function("document.querySelector('caption').innerText.match(/^\\d{1,2} numbers/)")


def test_large_type_hides_what_is_at_the_side(tab: Any) -> None:
    answered(tab, TOWN)
    tab.page.click("text=Every contact at its unit cost")
    tab.page.wait_for_selector("caption:has-text('Every contact at its unit cost')")
    tab.page.click("text=For the room: large type")
    tab.page.wait_for_selector(".ds.room")
    tab.page.wait_for_selector("text=Run both worlds", state="detached")
    told = tab.page.inner_text("caption >> nth=0")
    assert told.startswith("Every contact at its unit cost"), (
        "the answer stays as it was, and is not asked for anew"
    )


def test_in_the_room_changed_numbers_are_said(tab: Any) -> None:
    tab.go("/?place=essex&years=1&residents=2000&pairs=1&number=services.home_care.responsive.central:0.6")
    tab.page.click("text=For the room: large type")
    tab.page.wait_for_selector(".ds.room")
    told = "Numbers of the evidence changed: services.home care.responsive.central is 0.6."
    tab.page.wait_for_selector(f"text={told}")
    tab.page.click("text=Stop")


def served(port: int) -> subprocess.Popen[bytes]:
    """Serve the dashboard on a port of its own, and wait until it answers."""
    kept = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    command = [sys.executable, "-m", "demandsim", "dashboard", "--port", str(port)]
    server = subprocess.Popen(command, env=kept, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=1):
            return server
    raise AssertionError("the server did not answer")


@pytest.mark.parametrize("path", ["/nowhere", "/watch/nowhere", "/what-if/nowhere/x", "/evidence/x/nowhere"])
def test_an_unknown_address_is_told_in_words_with_the_way_back(address: str, path: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{address}{path}?<b>")
    told = refused.value.read().decode()
    assert refused.value.code == 404
    assert "There is no page at this address." in told
    assert '<a href="/">' in told
    assert "nowhere" not in told


def test_a_server_that_is_started_again_finds_the_page_at_the_same_question(browser: Any) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    context = browser.new_context()
    page, other, server = context.new_page(), context.new_page(), served(port)
    try:
        page.goto(f"http://127.0.0.1:{port}{TOWN}")
        page.wait_for_selector(".sentence", timeout=60_000)
        other.goto(f"http://127.0.0.1:{port}/evidence{TOWN[1:]}")
        other.wait_for_selector(".ds-numbers caption", timeout=60_000)
        for one in (page, other):
            one.evaluate("window.before = true")
        server.terminate()
        server.wait(timeout=20)
        server = served(port)
        page.wait_for_function("!window.before", timeout=60_000)
        page.wait_for_selector(".sentence:has-text('the council saves on care')", timeout=60_000)
        assert page.url.endswith(TOWN)
        other.wait_for_function("!window.before", timeout=60_000)
        other.wait_for_selector(".ds-numbers caption", timeout=60_000)
    finally:
        context.close()
        server.terminate()
        server.wait(timeout=20)
