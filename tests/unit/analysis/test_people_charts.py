"""Charts of residents: bars by fifth of neighbourhoods, lanes of one resident's journey, by hand-made frames."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from demandsim.analysis.drawing import LESS, MORE, UNCLEAR, png, svg
from demandsim.analysis.people_charts import MOST_LANES, by_quintile, journeys
from demandsim.records.labels import NONE

NAMES = {"home_care": "Home care", "hospital": "Hospital", "gp": "General practice"}
Bounds = tuple[float, float, float]


def fifths(**measures: Bounds) -> pd.DataFrame:
    """Each measure's change in the most deprived fifth; in the others it moves a little, within chance."""
    rows = [
        (measure, fifth, *(first if fifth == 1 else (0.5, -1.0, 2.0)))
        for measure, first in measures.items()
        for fifth in range(1, 6)
    ]
    frame = pd.DataFrame(rows, columns=["measure", "quintile", "mean", "low", "high"])
    return frame.assign(interval="chance only")


def drawn(figure: Figure) -> list[Any]:
    """Pictures that can be seen."""
    return [axes for axes in figure.axes if axes.get_visible()]


def events(*rows: tuple[int, str, str, int]) -> pd.DataFrame:
    """One resident's events: week, event, service, severity."""
    return pd.DataFrame(list(rows), columns=["week", "event", "service", "severity"])


LIFE = events(
    (2, "need started", NONE, 1),
    (3, "contact", "gp", 1),
    (5, "turned away", "home_care", 2),
    (9, "need worsened", NONE, 4),
    (10, "stay began", "hospital", 4),
    (14, "stay ended", "hospital", 2),
    (90, "stay began", "hospital", 3),
)


def marks(axes: Any) -> dict[str, list[tuple[float, float]]]:
    """Where the marks of each kind stand: week and lane."""
    return {
        str(one.get_label()): [(float(x), float(y)) for x, y in one.get_offsets()] for one in axes.collections
    }


def stays(axes: Any) -> list[tuple[float, float]]:
    """Where bars of stays begin and end; the key's own patch stands outside the picture."""
    return sorted((bar.get_x(), bar.get_x() + bar.get_width()) for bar in axes.patches if bar.get_x() >= 0)


def test_each_measure_has_its_picture_of_five_bars() -> None:
    figure = by_quintile(fifths(crises=(4.0, 2.0, 6.0), deaths=(-3.0, -5.0, -1.0)))
    first, second = drawn(figure)
    assert [bar.get_height() for bar in first.patches] == [4.0, 0.5, 0.5, 0.5, 0.5]
    assert [bar.get_height() for bar in second.patches] == [-3.0, 0.5, 0.5, 0.5, 0.5]
    assert first.get_title(loc="left") == "Crises"
    assert len(by_quintile(fifths(**dict.fromkeys("abcd", (1.0, 0.5, 2.0)))).axes) == 6, "two rows of three"


def test_colours_tell_fewer_and_more_and_what_is_within_chance() -> None:
    figure = by_quintile(fifths(crises=(4.0, 2.0, 6.0), deaths=(-3.0, -5.0, -1.0)))
    colours = [[to_hex(bar.get_facecolor()).upper() for bar in axes.patches] for axes in drawn(figure)]
    assert colours == [[MORE, *[UNCLEAR] * 4], [LESS, *[UNCLEAR] * 4]]


def test_bars_carry_their_intervals_and_one_pair_has_none() -> None:
    def reach(figure: Figure) -> list[float]:
        """Ends of the first bar's line."""
        (bars,) = drawn(figure)[0].collections
        return [float(y) for _, y in bars.get_segments()[0]]

    assert reach(by_quintile(fifths(crises=(4.0, 2.0, 6.0)))) == [2.0, 6.0]
    assert reach(by_quintile(fifths(crises=(4.0, math.nan, math.nan)))) == [4.0, 4.0]


def test_the_title_says_who_is_touched_most_and_leaves_sizes_out_where_it_must() -> None:
    frame = fifths(crises=(4.0, 2.0, 6.0), deaths=(-3.0, -5.0, -1.0))

    def title(**settings: bool) -> str:
        return " ".join(by_quintile(frame, **settings).get_suptitle().split())

    assert title().endswith(
        "4 more crises in the most deprived fifth; 3 fewer deaths in the most deprived fifth"
    )
    assert title(sizes=False).endswith(
        "Touched most: more crises in the most deprived fifth; fewer deaths in the most deprived fifth"
    )
    still = by_quintile(fifths(crises=(0.5, -1.0, 2.0)))
    assert "No fifth of neighbourhoods is touched by more than chance" in " ".join(
        still.get_suptitle().split()
    )


def test_no_measure_at_all_is_still_a_chart() -> None:
    assert drawn(by_quintile(fifths())) == []


def test_every_event_stands_in_its_week_on_its_service_lane() -> None:
    axes = journeys({"As it is": LIFE}, NAMES, weeks=104).axes[0]
    found = marks(axes)
    lanes = [label.get_text() for label in axes.get_yticklabels()]
    assert lanes == ["Hospital", "Home care", "General practice", "Needs"], "first met stands highest"
    assert found["contact"] == [(3, lanes.index("General practice"))]
    assert found["bounced"] == [(5, lanes.index("Home care"))]
    assert found["a need becomes a crisis"] == [(9, lanes.index("Needs"))], (
        "need started at severity 1 is none"
    )
    assert found["support opened"] == []


def test_a_stay_lasts_until_it_ends_or_to_the_end_of_the_run() -> None:
    axes = journeys({"As it is": LIFE}, NAMES, weeks=104).axes[0]
    assert stays(axes) == [(10, 14), (90, 104)]
    assert axes.get_xlim() == (0, 104)
    assert [label.get_text() for label in axes.get_xticklabels()] == ["Year 1", "Year 2"]


def test_arms_share_lanes_and_each_shows_its_own_events() -> None:
    other = events((4, "contact", "gp", 1), (5, "contact", "gp", 1))
    figure = journeys({"As it is": LIFE, "The council saves": other}, NAMES, weeks=104)
    one, two = figure.axes[:2]
    assert [axes.get_title(loc="left") for axes in (one, two)] == ["As it is", "The council saves"]
    assert one.get_ylim() == two.get_ylim()
    assert len(marks(two)["contact"]) == 2
    assert stays(two) == []
    title = " ".join(figure.get_suptitle().split())
    assert title == "As it is: bounced once, 1 contact; The council saves: never bounced, 2 contacts"


def test_only_the_most_used_services_have_a_lane() -> None:
    rows = [(week, "contact", f"s{week:02}", 1) for week in range(MOST_LANES + 4)]
    frame = events(*rows, *rows[4:])
    axes = journeys({"As it is": frame}, {}, weeks=52).axes[0]
    labels = {label.get_text() for label in axes.get_yticklabels()}
    assert labels == {"Needs", *(f"s{week:02}" for week in range(4, MOST_LANES + 4))}
    assert len(marks(axes)["contact"]) == 2 * MOST_LANES


def test_a_resident_to_whom_nothing_happens_is_drawn_too() -> None:
    figure = journeys({"As it is": events(), "Policy": events()}, NAMES, weeks=52)
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["Needs"]


@pytest.mark.parametrize("fifth", [False, True])
def test_charts_are_written_the_same_each_time(fifth: bool) -> None:
    def chart() -> Figure:
        frame = fifths(crises=(4.0, 2.0, 6.0))
        return by_quintile(frame, note="Small town.") if fifth else journeys({"A": LIFE}, NAMES, weeks=104)

    assert svg(chart()) == svg(chart())
    assert png(chart()).startswith(b"\x89PNG")
