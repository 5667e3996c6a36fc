"""What one visitor has chosen to see: one of each to every page load, none shared between visitors."""

from __future__ import annotations

import solara

ROOM = solara.reactive(False)
"""Large type and no controls at the side, to be read from the back of a room."""


def chart_scale() -> float:
    """Say how many times as large as on a desk a chart is drawn."""
    return 1.6 if ROOM.value else 1.0
