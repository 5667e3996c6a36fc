"""Take the pictures of every page of the dashboard that docs/dashboard.md shows, at two widths, light and dark.

``python tools/take_pictures.py`` serves the dashboard from this checkout on a free port, opens each page in the
system's Chromium, and writes docs/pictures/<page>-<width>-<look>.png. Name pages to take only those.
"""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import sync_playwright

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "pictures"
QUESTION = (
    "?place=essex&first=system-leadership&second=council-raises-threshold&years=3&residents=20000&pairs=3"
)
PAGES = {
    "two-worlds": ("/", ".sentence"),
    "watch": ("/watch", "canvas.ds-canvas"),
    "what-if": ("/what-if", "main button"),
    "evidence": ("/evidence", ".ds-numbers"),
}
"""Where each page is, and what is there when it is ready."""

STOP = "button:has-text('Stop')"
WIDTHS = {1280: 1250, 1920: 1250}
COLOURS = 96
"""Colours that a picture keeps: enough to look the same, at a quarter of the size."""

PATIENCE = 300_000
"""Milliseconds to wait for an answer, kernels being compiled included."""


def main(names: list[str]) -> None:
    """Serve, open, and take."""
    server = subprocess.Popen(
        [sys.executable, "-m", "demandsim", "dashboard", "--port", "0"], stdout=subprocess.PIPE, text=True
    )
    assert server.stdout is not None
    found = re.search(r"http://\S+", server.stdout.readline())
    assert found, "the server gave no address"
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-dev-shm-usage"]
            )
            for name in names or [*PAGES, "room"]:
                for width, height in WIDTHS.items():
                    take(browser, found.group(), name, width, height)
            browser.close()
    finally:
        server.terminate()
        server.wait(timeout=20)


def take(browser: Any, address: str, name: str, width: int, height: int) -> None:
    """Take one page at one width, light and then dark; ``room`` is the first page as a room sees it."""
    path, ready = PAGES["two-worlds" if name == "room" else name]
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme="light", reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto(address + path + QUESTION)
    page.wait_for_selector(ready, timeout=PATIENCE)
    if path == "/":  # the quick pairs are there; the large run that follows would take minutes
        page.wait_for_selector(".how-far:has-text(' at 100,000'):not(:has-text('then'))", timeout=PATIENCE)
        page.click(STOP)
        page.wait_for_selector(".ds-chart canvas, .ds-chart svg")
    page.wait_for_selector(STOP, state="detached", timeout=PATIENCE)
    if name == "room":
        page.click(".ds-look >> text=For the room")
        page.wait_for_selector(".ds.room")
    for look in ("light", "dark"):
        if look == "dark":
            page.click(".ds-look >> text=Dark")
            page.wait_for_selector(".v-application.theme--dark")
        page.wait_for_load_state("networkidle")
        page.mouse.move(0, 0)
        save(page.screenshot(), FOLDER / f"{name}-{width}-{look}.png")
    context.close()


def save(shot: bytes, where: Path) -> None:
    """Write a picture with few colours, so that it stays small."""
    image = Image.open(io.BytesIO(shot)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    image.save(where, optimize=True)
    print(f"{where.name}: {where.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main(sys.argv[1:])
