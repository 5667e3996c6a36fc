"""What one visitor has chosen to see: one of each to every page load, none shared between visitors."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

import solara

ROOM = solara.reactive(False)
"""Large type and no controls at the side, to be read from the back of a room."""

SEEN: solara.Reactive[Mapping[str, str]] = solara.reactive({})
"""How pages show what was asked, by its name in the address: kept over a refresh and on the way to other pages."""

LONGEST = 100
"""Letters of a choice that are read out of an address."""


def chart_scale() -> float:
    """Say how many times as large as on a desk a chart is drawn."""
    return 1.6 if ROOM.value else 1.0


def note(**chosen: object) -> None:
    """Note how a page shows what was asked, so that its address says it; nothing is asked anew."""
    SEEN.set({**SEEN.value, **{name: str(what) for name, what in chosen.items()}})


def noted(search: str | None, name: str, usual: str = "") -> str:
    """Give what was chosen last on this page or, before that, in its address; text that anybody may have typed."""
    given = dict(parse_qsl(search or "", errors="replace"))
    return str(SEEN.value.get(name, given.get(name, usual)))[:LONGEST]


def whole_address(search: str | None) -> str:
    """Put how pages show it behind what was asked, as an address does behind its question mark."""
    if not SEEN.value:
        return search or ""
    asked = [part for part in (search or "").split("&") if part and part.partition("=")[0] not in SEEN.value]
    return "&".join([*asked, urlencode(dict(SEEN.value))])


def taken_up(search: str | None) -> None:
    """Let go of what an address that was just opened says itself: Back brings its own choices."""
    said = dict(parse_qsl(search or "", errors="replace", keep_blank_values=True))
    if left := {name: what for name, what in SEEN.value.items() if name not in said}:
        SEEN.set(left)
    else:
        SEEN.set({})
