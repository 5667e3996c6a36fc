"""A picture drawn by ECharts in the browser, from options alone."""

from __future__ import annotations

from typing import Any

import solara


@solara.component_vue("chart.vue")
def chart(option: dict[str, Any], height: int) -> None:
    """Draw a picture as wide as there is room and so many pixels high.

    Solara's own figure fails on a page that is left before ECharts has been loaded; this one draws nothing then.
    """
