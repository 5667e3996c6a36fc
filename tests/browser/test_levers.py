"""Sliders, own files and links in a real browser: by keyboard, whole in a link, refused in plain words."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from demandsim.scenario.files import shipped

TOWN = "/?place=small-town&second=small-town-council-saves&years=1&residents=2000&pairs=1"
HELP = (shipped() / "policies" / "small-town-early-help.toml").read_bytes()
PLACE = b"extends = 'small-town'\ntitle = 'A town of mine'\n"


def ready(tab: Any, path: str) -> Any:
    """Open a page and wait until a question can be asked."""
    tab.go(path)
    tab.page.wait_for_selector("text=Run both worlds", timeout=60_000)
    return tab.page


def answered(page: Any, part: str) -> str:
    """Wait for the answer whose sentence holds some words, and give the whole of it when nothing more runs."""
    page.wait_for_selector(f".sentence:has-text('{part}')", timeout=90_000)
    page.wait_for_selector("text=Stop", state="detached", timeout=90_000)
    return str(page.inner_text(".sentence")) + str(page.inner_text("table >> nth=0"))


def give(page: Any, kind: str, name: str, raw: bytes) -> None:
    """Choose a file, as from a folder of the visitor's."""
    file = {"name": name, "mimeType": "text/plain", "buffer": raw}
    page.set_input_files(f".ds-upload:has-text('Add a {kind}') input", files=[file])


def fresh(tab: Any, url: str) -> Any:
    """Open a link in a browser that has never been here."""
    context = tab.context.browser.new_context()
    page = context.new_page()
    page.goto(url)
    return page


def test_a_slider_is_moved_by_keyboard_and_its_link_shows_the_same_in_a_fresh_browser(tab: Any) -> None:
    page = ready(tab, TOWN)
    page.get_by_label("Adjust World B").press("Enter")
    slider = page.get_by_role("slider", name="Pounds a year, Home care (£ a year)")
    slider.wait_for(state="attached")
    slider.focus()
    for told in ("minus £49,000", "minus £48,000"):
        page.keyboard.press("ArrowRight")
        page.wait_for_selector(
            f".adjusted:has-text('Pounds a year, Home care: {told}, shipped as minus £50,000')"
        )
    page.get_by_role("button", name="Run both worlds").press("Enter")
    told = answered(page, "(adjusted)")
    assert "moved=second:2:money.pounds_a_year:-48000" in page.url
    link = page.input_value(".ds-link input")
    assert link == page.url
    other = fresh(tab, link)
    assert answered(other, "(adjusted)") == told
    other.context.close()
    page.get_by_label("Pounds a year, Home care: as shipped").press("Enter")
    page.wait_for_selector(".adjusted", state="detached")
    page.get_by_role("button", name="Run both worlds").press("Enter")
    page.wait_for_url(lambda url: "moved" not in url)


def test_a_number_is_typed_and_what_cannot_be_run_is_refused_in_a_line(tab: Any) -> None:
    page = ready(tab, TOWN)
    page.get_by_label("Adjust World B").click()
    box = page.get_by_label("week", exact=True).first
    box.fill("60")
    box.press("Enter")
    page.wait_for_selector(
        ".mark:has-text('This cannot be run. small-town-council-saves [change #1.from_week]')"
    )
    assert page.get_by_role("button", name="Run both worlds").is_disabled()
    page.get_by_text("All as shipped").click()
    page.wait_for_selector(".mark:has-text('This cannot be run')", state="detached")
    assert page.get_by_role("button", name="Run both worlds").is_enabled()


def test_the_link_is_copied_by_keyboard(tab: Any) -> None:
    tab.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = ready(tab, TOWN)
    answered(page, "the council saves on care")
    page.get_by_role("button", name="Copy the link").press("Enter")
    page.wait_for_selector(".ds-link :text('Copied.')")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f"{tab.address}/?place=small-town&")
    assert copied == page.input_value(".ds-link input")


def test_own_files_are_run_and_travel_inside_the_link(tab: Any) -> None:
    page = ready(tab, TOWN)
    give(page, "scenario", "My town.toml", PLACE)
    page.wait_for_selector("text=my-town.toml is taken")
    give(page, "policy", "My help.toml", HELP)
    page.wait_for_selector("text=my-help.toml is taken")
    page.get_by_role("button", name="Run both worlds").press("Enter")
    told = answered(page, "early help with housing")
    assert "place=own:my-town" in page.url
    other = fresh(tab, page.url)
    assert answered(other, "early help with housing") == told
    other.context.close()


def test_a_file_that_will_not_do_is_refused_in_a_line(tab: Any) -> None:
    page = ready(tab, TOWN)
    for kind, raw, said in (
        ("policy", b"\x89PNG\r\n\x1a\n\x00", "mine.toml: is binary, not text"),
        ("policy", b"title = \n", "mine.toml: is not TOML: Invalid value (at line 1"),
        ("policy", HELP.replace(b"from_week = 4", b"from_week = 'soon'"), "[change #1.from_week]"),
        ("policy", b"includes = ['/etc/passwd']", "must be the name of one that is shipped"),
        ("policy", b"#" * 300_000, "is too large: at most 256 kB of a policy"),
        ("scenario", b"#" * 3_000_000, "is too large: at most 2,000 kB of a scenario"),
        ("scenario", b"<script>alert(1)</script>", "mine.toml: is not TOML: Invalid statement"),
    ):
        give(page, kind, "mine.toml", raw)
        page.wait_for_selector(f"[role=alert]:has-text('{said}')")
        assert page.inner_text("[role=alert]").startswith("Not taken. ")
        assert "Traceback" not in page.inner_text("body")


def test_a_file_too_large_for_the_link_is_named_and_a_refresh_finds_it(tab: Any) -> None:
    noise = "".join(random.Random(1).choices("abcdefghijklmnopqrstuvwxyz0123456789", k=20_000))
    page = ready(tab, TOWN)
    give(page, "policy", "large.toml", HELP + f"\n# {noise}\n".encode())
    page.wait_for_selector("text=large.toml is taken")
    page.get_by_role("button", name="Run both worlds").press("Enter")
    told = answered(page, "early help with housing")
    page.wait_for_selector("text=The link is too short to hold large.toml (SHA-256 begins")
    page.reload()
    assert answered(page, "early help with housing") == told


def test_what_is_taken_home_is_there(tab: Any, tmp_path: Path) -> None:
    page = ready(tab, TOWN)
    answered(page, "the council saves on care")
    for label, start in (
        ("The report (one web page)", b"<!DOCTYPE html>"),
        ("The numbers (CSV)", b"world,policy,"),
        ("The scenario (TOML)", b"# Small town, written whole"),
        ("Policy: Small town: the council saves on care (TOML)", b"name = "),
        ("Chart: Small town: the council saves on care (PNG)", b"\x89PNG"),
    ):
        with page.expect_download(timeout=60_000) as download:
            page.get_by_text(label).click()
        download.value.save_as(tmp_path / "file")
        assert (tmp_path / "file").read_bytes().startswith(start), label
