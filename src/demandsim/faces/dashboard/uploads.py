"""Handing over a scenario or policy file: for this visitor's session, read strictly, refused in one line."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Any

import solara

from demandsim.analysis.pages import element
from demandsim.errors import DemandSimError, ScenarioError
from demandsim.faces.dashboard.own import LARGEST, Own, taken, too_large

OWN: solara.Reactive[tuple[Own, ...]] = solara.reactive(())
"""Files that this visitor has handed over; one list to every page load."""


@solara.component_vue("upload.vue")
def upload(label: str, most: int, event_handed: Callable[[dict[str, Any]], None]) -> None:
    """Choose a file; what is too large is not even sent."""


@solara.component
def uploads(chosen: Callable[[Own], None]) -> None:
    """Take a policy or a scenario, and say what is wrong with it or that it can be chosen now."""
    said, set_said = solara.use_state(("", ""))

    def take(kind: str, given: dict[str, Any]) -> None:
        """Take a file."""
        try:
            own = handed(kind, given)
        except DemandSimError as error:
            set_said((f"Not taken. {error}", "mark"))
            return
        OWN.set((*(one for one in OWN.value if (one.kind, one.key) != (own.kind, own.key)), own))
        chosen(own)
        set_said((f"{own.name}.toml is taken, for this session: it is chosen above.", "soft"))

    with solara.Row(gap="24px", style={"flex-wrap": "wrap"}):
        for kind, label in (("policy", "Add a policy (TOML)"), ("scenario", "Add a scenario (TOML)")):
            upload(
                label=f"{label}, at most {LARGEST[kind] / 1000:,.0f} kB",
                most=LARGEST[kind],
                event_handed=lambda given, kind=kind: take(kind, given),
            )
    if said[0]:
        solara.HTML(
            tag="p",
            unsafe_innerHTML=element("span", said[0]),
            classes=[said[1]],
            attributes={"role": "alert"},
        )


def handed(kind: str, given: object) -> Own:
    """Take what the page sent, which may be anything.

    Raises
    ------
    DemandSimError
        With one line that says what is wrong.
    """
    told = given if isinstance(given, dict) else {}
    name, data, size = str(told.get("name", ""))[:200] or "file", told.get("data"), told.get("size")
    if not isinstance(data, str) or not isinstance(size, int) or size < 0:
        raise ScenarioError(name, "", "could not be read by the browser; choose it again")
    if size > LARGEST[kind] or len(data) > 4 * LARGEST[kind] / 3 + 4:
        raise ScenarioError(name, "", too_large(kind))
    try:
        raw = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        raise ScenarioError(name, "", "could not be read by the browser; choose it again") from None
    return taken(kind, name, raw)
