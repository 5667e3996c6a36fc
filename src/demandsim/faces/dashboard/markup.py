"""Markup on a page that is put in another's place while somebody reads it."""

from __future__ import annotations

import solara


@solara.component_vue("markup.vue")
def markup(html: str) -> None:
    """Show markup; when it changes, what was open in it stays open and the keyboard stays where it was."""
