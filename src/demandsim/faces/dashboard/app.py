"""The app that Solara serves: its pages, and what stands around each."""

from __future__ import annotations

import solara

from demandsim.faces.dashboard.evidence import evidence
from demandsim.faces.dashboard.shown import ROOM
from demandsim.faces.dashboard.two_worlds import two_worlds
from demandsim.faces.dashboard.watch import watch


@solara.component
def around(children: list[solara.Element]) -> None:
    """Put the name and the way to other pages above every page, and the switch to large type."""
    router = solara.use_router()
    with solara.Column(
        classes=["ds", *(["room"] if ROOM.value else [])], gap="8px", style={"padding": "12px 20px"}
    ):
        with solara.Row(justify="space-between", style={"align-items": "center"}):
            solara.HTML(tag="h1", unsafe_innerHTML="demandsim: who saves, and who pays")
            with solara.Row(gap="4px"):
                question = f"?{router.search}" if router.search else ""
                for route in routes:  # what was asked goes along from page to page
                    with solara.Link(f"{solara.resolve_path(route)}{question}"):
                        solara.Button(route.label, text=True, outlined=route.path == router.path.strip("/"))
            solara.Switch(label="For the room: large type", value=ROOM)
        solara.Column(children=children)


# Solara looks these up by name; the first one's layout is around them all.
routes = [
    solara.Route("/", component=two_worlds, label="Two worlds", layout=around),
    solara.Route("watch", component=watch, label="Watch"),
    solara.Route("evidence", component=evidence, label="Evidence"),
]
