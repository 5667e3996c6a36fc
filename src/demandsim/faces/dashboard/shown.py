"""What one visitor has chosen to see: one of each to every page load, none shared between visitors."""

from __future__ import annotations

import solara

ROOM = solara.reactive(False)
"""Large type and no controls at the side, to be read from the back of a room."""
