"""Charts: drawn whole, the same each time, with nothing written over anything else."""

from __future__ import annotations

import math
from itertools import combinations

import matplotlib
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from demandsim.analysis import charts
from demandsim.analysis.drawing import balanced, png, svg, unit_of

NAMES = {
    "county": "Essex County Council",
    "districts": "The twelve district, borough and city councils of Essex",
    "trust": "Mental-health and community trust for Essex",
    "acute": "Acute hospital trusts serving Essex",
    "police": "Essex Police",
    "public purse": "Public purse",
    "community": "Community (charitable money)",
    "residents and families": "Residents and families",
    "hospital": "Hospital",
    "home_care": "Home care",
    "one": "The county council cuts floating support, and the districts pay for homelessness",
}
PAYERS = ["county", "districts", "trust", "acute", "police"]


def money(scale: float = 1.0) -> pd.DataFrame:
    """A shunt by payer: a saving, small and large costs, one within chance, one nil."""
    mean = [-4.2e6, 1.3e6, 2.4e5, 6.0e5, 0.0, -2.06e6, 9.0e3, 3.0e4]
    half = [8e5, 5e5, 1e5, 9e5, 0.0, 7e5, 2e4, 1e4]
    return pd.DataFrame(
        {
            "payer": [*PAYERS, "public purse", "community", "residents and families"],
            "mean": [m * scale for m in mean],
            "low": [(m - h) * scale for m, h in zip(mean, half, strict=True)],
            "high": [(m + h) * scale for m, h in zip(mean, half, strict=True)],
            "interval": "chance only",
        }
    )


def outcomes() -> pd.DataFrame:
    unit = "for each 1,000 residents a year, quintile 1 less quintile 5"
    rows = [
        ("crises", "crises a year", 900.0, 930.0, 30.0, 10.0, 50.0),
        ("crises_gap", f"crises {unit}", 44.0, 45.5, 1.5, 0.5, 2.5),
        ("qalys_lost_gap", f"QALYs {unit}", 14.0, 13.9, -0.1, -0.4, 0.2),
    ]
    columns = ["measure", "unit", "baseline", "policy", "mean", "low", "high"]
    return pd.DataFrame(rows, columns=columns).assign(interval="chance only")


def timeline() -> pd.DataFrame:
    rows = [
        (service, quarter, quarter * 13, level, level * factor, level * (factor - 1), 0.0, 0.0)
        for service, level, factor in (("home_care", 120_000.0, 0.9), ("hospital", 9_000.0, 1.02))
        for quarter in range(20)
    ]
    columns = ["service", "quarter", "week", "baseline", "policy", "mean", "low", "high"]
    return pd.DataFrame(rows, columns=columns)


def failure() -> pd.DataFrame:
    rows = [
        ("policy", payer, cause, 1000.0 * (place + 1) * (other + 1), 1.0)
        for place, payer in enumerate(PAYERS)
        for other, cause in enumerate(PAYERS)
    ]
    return pd.DataFrame(rows, columns=["arm", "payer", "cause", "contacts", "pounds"])


def matrix() -> pd.DataFrame:
    rows = [
        ("one", "county", -4e6, 1e6, 2e5, 3e5, 0.0, -2.5e6),
        ("together", "county", -4e6, 1e6, 2e5, 3e5, 0.0, -2.5e6),
        ("interaction", "", 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
    ]
    return pd.DataFrame(rows, columns=["policy", "saver", *PAYERS, "public purse"])


FIGURES = {
    "who paid": lambda: charts.who_paid(money(), NAMES),
    "who paid in a small run": lambda: charts.who_paid(money(1e-3), NAMES, pounds=False, note="Indicative."),
    "money views": lambda: charts.money_views({"Cash": money(), "Full (unit costs)": money(2)}, NAMES),
    "timelines": lambda: charts.timelines(timeline(), NAMES, first_week=26),
    "failure": lambda: charts.failure_by_cause(failure(), NAMES),
    "gaps": lambda: charts.quintile_gaps(outcomes()),
    "matrix": lambda: charts.matrix(matrix(), NAMES),
}


def written(figure: Figure) -> list[tuple[str, tuple[float, float, float, float]]]:
    """Every text that shows, with where it stands, in points of the picture."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    found, outside = [], set()
    for axis in (axis for axes in figure.axes for axis in (axes.xaxis, axes.yaxis)):
        low, high = sorted(axis.get_view_interval())
        ticks = [tick for tick in axis.get_major_ticks() if not low <= tick.get_loc() <= high]
        outside.update(label for tick in ticks for label in (tick.label1, tick.label2))  # these are not drawn
    for text in figure.findobj(Text):
        box = text.get_window_extent(canvas.get_renderer())
        if text.get_visible() and text.get_text().strip() and box.width > 0 and text not in outside:
            found.append((text.get_text(), (box.x0, box.y0, box.x1, box.y1)))
    return found


def over(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    """Whether two boxes share more than a point of their edges."""
    across = min(one[2], other[2]) - max(one[0], other[0])
    upward = min(one[3], other[3]) - max(one[1], other[1])
    return across > 1.0 and upward > 1.0


@pytest.mark.parametrize("name", FIGURES)
def test_nothing_is_written_over_anything_else(name: str) -> None:
    texts = written(FIGURES[name]())
    clashes = [(a, b) for (a, box), (b, other) in combinations(texts, 2) if over(box, other)]
    assert clashes == []


@pytest.mark.parametrize("name", FIGURES)
def test_nothing_is_cut_off(name: str) -> None:
    figure = FIGURES[name]()
    for text, (left, low, right, high) in written(figure):
        assert left >= -0.5, text
        assert low >= -0.5, text
        assert right <= figure.bbox.x1 + 0.5, text
        assert high <= figure.bbox.y1 + 0.5, text


@pytest.mark.parametrize("name", FIGURES)
def test_a_chart_is_drawn_the_same_each_time(name: str) -> None:
    drawn = svg(FIGURES[name]())
    assert drawn == svg(FIGURES[name]())
    assert drawn.startswith(b"<?xml")
    assert len(drawn) < 150_000
    assert png(FIGURES[name](), dpi=60).startswith(b"\x89PNG")


def test_a_notebook_s_own_settings_do_not_show() -> None:
    plain = png(charts.who_paid(money(), NAMES), dpi=50)
    with matplotlib.rc_context({"axes.facecolor": "red", "font.size": 30.0}):
        assert png(charts.who_paid(money(), NAMES), dpi=50) == plain


def test_each_title_says_what_the_chart_shows() -> None:
    title = FIGURES["who paid"]().get_suptitle().replace("\n", " ")
    assert title == (
        "Pays less: Essex County Council (£4.2 million a year); pays more: The twelve district, borough and "
        "city councils of Essex (£1.3 million a year); public purse: £2.1 million a year less"
    )
    assert "£" not in FIGURES["who paid in a small run"]().get_suptitle()


def test_nothing_at_all_can_be_drawn() -> None:
    nil = money(0.0)
    one_pair = money().assign(low=math.nan, high=math.nan, interval="one pair: no interval")
    for frame in (nil, one_pair):
        assert png(charts.who_paid(frame, NAMES), dpi=50)
        assert png(charts.money_views({"Cash": frame}, NAMES), dpi=50)
    lonely = outcomes().assign(low=math.nan, high=math.nan)
    assert png(charts.quintile_gaps(lonely), dpi=50)
    for empty in (charts.failure_by_cause(failure().iloc[:0], {}), charts.timelines(timeline().iloc[:0], {})):
        assert png(empty, dpi=50)


def test_lines_are_of_about_one_length() -> None:
    assert balanced("one two three four five six", 24) == "one two three\nfour five six"
    assert balanced("", 24) == ""
    assert unit_of(2e6) == (1e6, "£ million")
    assert unit_of(2.0) == (1.0, "£")
