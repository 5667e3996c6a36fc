"""The app that Solara serves: its pages, and what stands around each."""

from __future__ import annotations

from collections.abc import Callable

import solara

from demandsim.faces.dashboard.evidence import evidence
from demandsim.faces.dashboard.shown import ROOM, SEEN, taken_up, whole_address
from demandsim.faces.dashboard.terms import all_terms
from demandsim.faces.dashboard.two_worlds import two_worlds
from demandsim.faces.dashboard.watch import watch
from demandsim.faces.dashboard.what_if import what_if

NAME = "demandsim: who saves, and who pays"
ENDING = " · demandsim"
"""What stands behind a page's name where the browser shows it."""


@solara.component_vue("look.vue")
def look(room: bool, event_turned: Callable[[bool], None]) -> None:
    """Offer large type for a room, and dark or light."""


@solara.component_vue("come_back.vue")
def come_back() -> None:
    """Load the page again when the server has been started again."""


@solara.component_vue("address.vue")
def address(own: dict[str, str], search: str) -> None:
    """Keep the browser's address at what is shown."""


@solara.component
def pages(here: str, search: str) -> None:
    """Offer every page; what was asked, and how it is shown, goes along."""
    solara.use_effect(lambda: taken_up(search), [search])
    address(own=dict(SEEN.value), search=search)
    along = f"?{whole}" if (whole := whole_address(search)) else ""
    with solara.v.Html(tag="nav", attributes={"aria-label": "Pages"}):
        for route in routes:
            with solara.Link(f"{solara.resolve_path(route)}{along}"):
                now = {"aria-current": "page"} if route.path == here else {}
                solara.HTML(tag="span", unsafe_innerHTML=route.label.removesuffix(ENDING), attributes=now)


@solara.component
def around(children: list[solara.Element]) -> None:
    """Put the name and the way to other pages above every page, and what the words mean below."""
    router = solara.use_router()
    here = router.path.strip("/") or "/"
    room = " room" if ROOM.value else ""
    with solara.v.Html(tag="div", class_=f"ds{room}"):
        come_back()
        solara.HTML(
            tag="a", unsafe_innerHTML="Skip to the page", classes=["skip"], attributes={"href": "#page"}
        )
        with solara.v.Html(tag="header"):
            solara.HTML(tag="h1", unsafe_innerHTML=NAME)
            pages(here, router.search or "")
            look(room=ROOM.value, event_turned=ROOM.set)
        solara.v.Html(tag="main", attributes={"id": "page", "tabindex": "-1"}, children=children)
        solara.v.Html(tag="footer", children=[solara.HTML(unsafe_innerHTML=all_terms())])


# Solara looks these up by name; the first one's layout is around them all.
routes = [
    solara.Route("/", component=two_worlds, label=f"Two worlds{ENDING}", layout=around),
    solara.Route("watch", component=watch, label=f"Watch{ENDING}"),
    solara.Route("what-if", component=what_if, label=f"What if{ENDING}"),
    solara.Route("evidence", component=evidence, label=f"Evidence{ENDING}"),
]
