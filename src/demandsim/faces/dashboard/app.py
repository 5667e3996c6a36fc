"""The app that Solara serves: its pages, and what stands around each."""

from __future__ import annotations

import solara

from demandsim.faces.dashboard.shown import ROOM
from demandsim.faces.dashboard.two_worlds import two_worlds


@solara.component
def around(children: list[solara.Element]) -> None:
    """Put the name above every page, and the switch to large type."""
    with solara.Column(
        classes=["ds", *(["room"] if ROOM.value else [])], gap="8px", style={"padding": "12px 20px"}
    ):
        with solara.Row(justify="space-between", style={"align-items": "center"}):
            solara.HTML(
                tag="h1",
                unsafe_innerHTML="demandsim: who saves, and who pays",
                style="font-size:1.5rem;margin:0",
            )
            solara.Switch(label="For the room: large type", value=ROOM)
        solara.Column(children=children)


# Solara looks this up by name.
routes = [solara.Route("/", component=two_worlds, label="Two worlds", layout=around)]
