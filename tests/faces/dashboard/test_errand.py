"""Work for a visitor is stopped when the page is left, and what it came to is let go of with the page."""

from __future__ import annotations

import gc
import threading
import time
import weakref
from collections.abc import Callable

import pytest
import solara
from solara.routing import Router, router_context

from demandsim.errors import RunError
from demandsim.faces.dashboard import errand as errands
from demandsim.faces.dashboard.errand import Errand
from demandsim.faces.dashboard.question import asked
from demandsim.faces.dashboard.watch import NOBODY, Looking, looked, watch
from demandsim.faces.dashboard.what_if import what_if
from demandsim.simulation.model import DemandModel

TOWN = "place=small-town&second=small-town-council-saves&years=1&residents=2000"
LONG = "place=small-town&second=small-town-council-saves&years=10&residents=20000"
PATIENCE = 60.0
"""Seconds to wait for what a second would do on a quiet machine."""


def until(true: Callable[[], object]) -> None:
    """Wait for something to be true."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


@pytest.fixture(scope="module", autouse=True)
def compiled() -> None:
    """Have the model compiled before anybody waits for a run of it."""
    DemandModel(asked(TOWN, "")[0].scenario(), seed=1).step()


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[weakref.ref[Errand[object]]]:
    """Errands that pages send for, held by nobody but them."""
    found: list[weakref.ref[Errand[object]]] = []

    class Noted(Errand[object]):
        def __init__(self, *given: object) -> None:
            super().__init__(*given)  # type: ignore[arg-type]
            found.append(weakref.ref(self))

    monkeypatch.setattr(errands, "Errand", Noted)
    return found


def opened(page: Callable[[], solara.Element], address: str) -> Callable[[], None]:
    """Open a page at an address; returns what closes it."""

    @solara.component
    def whole() -> None:
        router_context.provide(Router(f"/x?{address}", [solara.Route("x")], set_path=lambda path: None))
        page()

    _, context = solara.render(whole(), handle_error=False)
    return context.close


@pytest.mark.parametrize("page", [watch, what_if])
def test_what_a_page_holds_is_dropped_when_it_is_closed(
    page: Callable[[], solara.Element], sent: list[weakref.ref[Errand[object]]]
) -> None:
    close = opened(page, TOWN)
    until(lambda: sent[0]().found is not None)  # type: ignore[union-attr]
    held = weakref.ref(sent[0]().found)  # type: ignore[union-attr]
    close()
    del close

    def dropped() -> bool:
        gc.collect()
        return held() is None and all(one() is None for one in sent)

    until(dropped)


@pytest.mark.parametrize("page", [watch, what_if])
def test_a_page_that_is_closed_stops_its_run(
    page: Callable[[], solara.Element], sent: list[weakref.ref[Errand[object]]]
) -> None:
    close = opened(page, LONG)
    errand = sent[0]()
    assert errand is not None
    until(lambda: errand.part > 0)
    close()
    until(lambda: errand.told == "Stopped.")
    assert errand.part < 0.9
    assert errand.found is None


def test_what_goes_wrong_is_said_in_a_line() -> None:
    def refused(stop: threading.Event, tell: Callable[[float], None]) -> None:
        raise RunError("no such week")

    errand: Errand[None] = Errand(refused)
    until(lambda: errand.ended)
    assert errand.told == "no such week"


def test_where_to_look_is_read_from_the_address() -> None:
    assert looked("resident=12&week=3&lot=2") == Looking(12, 3, 2)
    for rubbish in ("", "resident=-1", "resident=x&week=1e3", "resident=%D9%A3", "resident=9999999999999999"):
        assert looked(rubbish) == Looking(NOBODY, 0, 0)
