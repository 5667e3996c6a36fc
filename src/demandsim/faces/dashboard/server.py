"""Serving the dashboard from this machine: no lookup online, no telemetry, 127.0.0.1 unless told otherwise."""

from __future__ import annotations

import os
import socket
import threading
import warnings
import webbrowser
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from demandsim.errors import RunError

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request

APP = "demandsim.faces.dashboard.app"
PAGES = "watch", "what-if", "evidence"
"""Addresses of pages beside the first; there is none below them."""
ASSETS = Path(__file__).with_name("assets")
SETTINGS = {
    "SOLARA_APP": APP,
    "SOLARA_MODE": "production",
    "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "false",
    "SOLARA_THEME_SHOW_BANNER": "false",
    "SOLARA_THEME_LOADER": "plain",
    "SOLARA_ASSETS_FONTAWESOME_ENABLED": "false",
    "SOLARA_ASSETS_EXTRA_LOCATIONS": str(ASSETS),
    "SOLARA_KERNEL_CULL_TIMEOUT": "30m",
}
"""What keeps Solara from asking anything of the internet, and from keeping dropped visitors for a day."""


def serve(host: str, port: int, *, open_browser: bool) -> None:
    """Serve until it is stopped.

    Parameters
    ----------
    host, port
        Where to; port 0 is any that is free.
    open_browser
        Whether to open the page in the browser of this machine.

    Raises
    ------
    RunError
        If the extra is not installed, or the port is taken.
    """
    if not 0 <= port <= 65_535:
        raise RunError(f"dashboard: there is no port {port}; one from 0 to 65535 would do")
    if missing := [name for name in ("solara", "uvicorn") if find_spec(name) is None]:
        raise RunError(
            f"dashboard: {' and '.join(missing)} not installed; pip install 'demandsim[dashboard]' would do"
        )
    listening = _bound(host, port)
    os.environ.update(SETTINGS)
    os.environ.pop("VIRTUAL_ENV", None)  # IPython would load another environment's packages

    import uvicorn

    # A page on this machine needs no https; Solara falls back by itself, with ten lines about it.
    warnings.filterwarnings("ignore", message="Cookies with samesite=none require https")
    where = f"http://{_shown(host)}:{listening.getsockname()[1]}"
    config = uvicorn.Config(_app(), log_level="warning", ws_max_size=16_000_000)
    server = uvicorn.Server(config)
    print(f"demandsim: the dashboard is at {where} (Ctrl-C stops it)", flush=True)
    if open_browser:
        threading.Timer(1.5, webbrowser.open, (where,)).start()
    server.run(sockets=[listening])


def _app() -> Starlette:
    """Give Solara's app, with a page of our own at addresses where there is none."""
    from solara.server import starlette as served
    from starlette.responses import HTMLResponse
    from starlette.routing import Route

    from demandsim.analysis.pages import Cell, element, page

    told = "There is no page at this address. Every page of the dashboard can be reached from the first."
    back = Cell('<a href="/">To the first page: two worlds</a>')
    body = [element("h1", "demandsim: who saves, and who pays"), element("p", told), element("p", back)]
    words = page("No such page · demandsim", body)

    async def nowhere(request: Request, error: Exception) -> HTMLResponse:
        """Answer in words; what was asked for is not said again, as anybody could have put it there."""
        return HTMLResponse(words, status_code=404)

    app: Starlette = served.app
    app.add_exception_handler(404, nowhere)
    for name in PAGES:  # Solara would show the page at addresses below it
        for below in ("{first}", "{first}/{rest:path}"):
            app.router.routes.insert(0, Route(f"/{name}/{below}", partial(nowhere, error=LookupError())))
    return app


def _bound(host: str, port: int) -> socket.socket:
    """Take the port, or say who else may have it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(128)  # whoever is early waits while the app is loaded
    except (OSError, UnicodeError) as error:
        listening.close()
        reason = getattr(error, "strerror", None) or str(error)
        raise RunError(
            f"dashboard: {host}:{port} cannot be used ({reason}); --port 0 takes any free one"
        ) from None
    return listening


def _shown(host: str) -> str:
    """Write a host as an address does."""
    return f"[{host}]" if ":" in host else host
