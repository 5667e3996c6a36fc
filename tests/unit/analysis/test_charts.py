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

from demandsim.analysis import charts, demand_charts
from demandsim.analysis.drawing import INK, SOFT, balanced, png, svg, tick

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


def last_year() -> pd.DataFrame:
    rows = [
        ("home_care", 480_000.0, -48_000.0, -50_000.0, -46_000.0),
        ("hospital", 36_000.0, 720.0, -90.0, 1500.0),
    ]
    return pd.DataFrame(rows, columns=["service", "baseline", "mean", "low", "high"])


def failure() -> pd.DataFrame:
    rows = [
        (arm, payer, cause, 1000.0 * (place + 1) * (other + more), 1.0)
        for arm, more in (("baseline", 0.9), ("policy", 1.0))
        for place, payer in enumerate(PAYERS)
        for other, cause in enumerate(PAYERS)
    ]
    return pd.DataFrame(rows, columns=["arm", "payer", "cause", "contacts", "pounds"])


def changed(half: float = 50.0) -> pd.DataFrame:
    """How far failure demand moved; the first payer's by chance, the last's not at all."""
    rows = []
    for place, payer in enumerate(PAYERS):
        policy = 15_000.0 * (place + 1)
        mean = 0.0 if payer == PAYERS[-1] else 500.0 * (place + 1)
        reach = mean * 2 if place == 0 else half if mean else 0.0
        rows.append((payer, policy - mean, policy, mean, mean - reach, mean + reach))
    rows.append(("all", 220_000.0, 225_000.0, 5000.0, 4000.0, 6000.0))
    return pd.DataFrame(rows, columns=["payer", "baseline", "policy", "mean", "low", "high"])


def matrix(low: float = 1.0) -> pd.DataFrame:
    rows = [
        ("one", "county", -4e6, 1e6, 2e5, 3e5 * low, 0.0, -2.5e6, 4e4),
        ("together", "county", -4e6, 1e6, 2e5, 3e5 * low, 0.0, -2.5e6, 4e4),
        ("interaction", "", 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
    ]
    return pd.DataFrame(rows, columns=["policy", "saver", *PAYERS, "public purse", "residents and families"])


def dwarfed() -> pd.DataFrame:
    """A saving beside which all else is too short to see; one row within chance."""
    frame = money()
    small = frame["payer"].isin(["county", "public purse"])
    return frame.assign(
        **{name: frame[name].where(small, frame[name] / 50) for name in ("mean", "low", "high")}
    )


FIGURES = {
    "who paid": lambda: charts.who_paid(money(), NAMES),
    "who paid in a small run": lambda: charts.who_paid(money(1e-3), NAMES, pounds=False, note="Indicative."),
    "money views": lambda: charts.money_views({"Cash": money(), "Full (unit costs)": money(2)}, NAMES),
    "timelines": lambda: demand_charts.timelines(timeline(), last_year(), NAMES, first_week=26),
    "who paid, the small ones larger": lambda: charts.who_paid(dwarfed(), NAMES, grain=1000.0),
    "failure": lambda: demand_charts.failure_by_cause(failure(), changed(), NAMES),
    "gaps": lambda: demand_charts.quintile_gaps(outcomes()),
    "matrix": lambda: charts.matrix(matrix(), NAMES, bounds=(matrix(-1.0), matrix(2.0))),
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
        "Paying less: Essex County Council (£4.2 million a year); paying more: The twelve district, borough and "
        "city councils of Essex (£1.3 million a year) and one other (£240,000); public purse: £2.1 million a year less"
    )
    assert "£" not in FIGURES["who paid in a small run"]().get_suptitle()
    assert FIGURES["timelines"]().get_suptitle().startswith("Home care: 10.0% fewer contacts in the last")
    # Together, from −£2.5m to −£2.5m, and the parts add up to it: the same test of chance as the sentence's.
    assert "£2.5 million a year less; the parts" in FIGURES["matrix"]().get_suptitle().replace("\n", " ")


@pytest.mark.parametrize(("size", "told"), [(4.4, "4"), (9.4, "9"), (9.5, "10"), (9.97, "10"), (34, "30")])
def test_how_much_larger_is_told_in_plain_figures(size: float, told: str) -> None:
    assert charts._times((-size, 0.0), (0.0, 1.0)) == f"some {told} times as long"


def test_a_matrix_within_chance_has_no_finding_in_its_title() -> None:
    low, high = matrix(), matrix()
    low["public purse"], high["public purse"] = -6e6, 1e6
    title = charts.matrix(matrix(), NAMES, bounds=(low, high)).get_suptitle().replace("\n", " ")
    assert title.startswith("Together, what the public purse pays does not move by more than chance")


def shown(figure: Figure) -> list[str]:
    """Every text of a figure that shows."""
    return [text for text, _ in written(figure)]


def test_what_is_within_chance_is_said_in_words() -> None:
    texts = shown(FIGURES["who paid"]())
    assert "+£600k, within chance" in texts
    assert "−£4.2m" in texts
    assert "£0" in texts  # nothing moved at all: no chance in that
    failed = shown(FIGURES["failure"]())
    assert {"+500, within chance", "+1,000", "no change"} <= set(failed)


def test_payers_stand_in_order_and_the_last_rows_below() -> None:
    axes = FIGURES["who paid"]().axes[0]
    names = [" ".join(text.get_text().split()) for text in axes.get_yticklabels()][::-1]
    assert names[0] == NAMES["county"]
    assert names[-4:] == [
        NAMES["districts"],
        "Public purse",
        "Community (charitable money)",
        "Residents and families",
    ]


def test_the_ends_of_the_axis_are_apart_from_its_numbers() -> None:
    texts = shown(FIGURES["who paid"]())
    assert {"← pays less", "pays more →", "−£4m"} <= set(texts)


def test_bars_too_short_to_see_are_dots_and_drawn_again_larger() -> None:
    figure = FIGURES["who paid, the small ones larger"]()
    assert len(figure.axes) == 2
    dots = [line for line in figure.axes[0].lines if line.get_marker() == "o"]
    assert len(dots) >= 3
    assert "too long to show here" in shown(figure)
    assert figure.axes[1].get_xlim()[1] < 60_000 < figure.axes[0].get_xlim()[1]
    assert len(FIGURES["who paid"]().axes) == 1  # nothing there is dwarfed


def test_sums_within_chance_are_left_white_in_the_matrix() -> None:
    axes = FIGURES["matrix"]().axes[0]
    inks = {text.get_text(): text.get_color() for text in axes.texts}
    assert inks["+£300k"] == inks["£0"] == SOFT
    assert inks["+£1m"] == INK
    heads = [text.get_text() for text in axes.get_yticklabels()]
    assert "Essex Police" not in heads  # it pays nothing in any column
    assert heads[-1] == "Residents and families"


def test_nothing_at_all_can_be_drawn() -> None:
    nil = money(0.0)
    one_pair = money().assign(low=math.nan, high=math.nan, interval="one pair: no interval")
    for frame in (nil, one_pair):
        assert png(charts.who_paid(frame, NAMES), dpi=50)
        assert png(charts.money_views({"Cash": frame}, NAMES), dpi=50)
    lonely = outcomes().assign(low=math.nan, high=math.nan)
    assert png(demand_charts.quintile_gaps(lonely), dpi=50)
    none = changed().assign(**dict.fromkeys(["baseline", "policy", "mean", "low", "high"], 0.0))
    for empty in (
        demand_charts.failure_by_cause(failure().iloc[:0], none, {}),
        demand_charts.timelines(timeline().iloc[:0], last_year().iloc[:0], {}),
    ):
        assert png(empty, dpi=50)


def test_lines_are_of_about_one_length() -> None:
    assert balanced("one two three four five six", 24) == "one two three\nfour five six"
    assert balanced("", 24) == ""


def test_an_axis_is_in_pounds() -> None:
    told = [tick(pounds) for pounds in (-2.5e6, 0.0, 20_000.0, 125_000.0, -250.0, 1e9)]
    assert told == ["−£2.5m", "£0", "+£20k", "+£125k", "−£250", "+£1bn"]
