"""What a page shows is what the frames say: shading, both worlds and their difference, flows, lines."""

from __future__ import annotations

import json
import re

import pytest
from tests.unit.analysis.fakes import SAVING, compared, policy

import demandsim as ds
from demandsim.analysis.flows import window
from demandsim.analysis.outcomes import timeline_frame
from demandsim.analysis.quintiles import TOLD, quintiles_frame
from demandsim.analysis.words import differences, short
from demandsim.faces.dashboard import pictures
from demandsim.faces.dashboard.terms import explained
from demandsim.scenario.policy import Change

TITLES = ["The council saves", "Early help"]


@pytest.fixture(scope="module")
def worlds(small_town: ds.Scenario) -> list[ds.Comparison]:
    town = small_town.replace(residents=2_000, weeks=104)
    policies = (ds.read_policy(name) for name in ("small-town-council-saves", "small-town-early-help"))
    return [ds.compare(town, policy, seeds=3) for policy in policies]


def body(markup: str) -> list[str]:
    """Rows of a table's body."""
    return re.findall(r"<tr.*?</tr>", markup.partition("<tbody>")[2])


def test_every_payer_who_moves_has_a_row_with_each_world_and_the_difference(
    worlds: list[ds.Comparison],
) -> None:
    rows = body(pictures.money(worlds, TITLES, view="cash", by="payer"))
    frame = worlds[0].shunt(view="cash", by="payer")
    council = next(row for row in rows if "council" in row.lower())
    assert len(re.findall("<td", council)) == 3
    mean = float(frame[frame["payer"] == "council"]["mean"].iloc[0])
    assert short(mean, 1.0)[:3] in council
    assert any('class="sum"' in row and "Public purse" in row for row in rows)


def test_the_difference_is_that_of_the_two_worlds(worlds: list[ds.Comparison]) -> None:
    both = pictures.between(worlds)
    assert both is not None
    same_weeks = (*pictures.aligned(worlds), both)
    one, other, apart = (each.shunt(view="cash", by="payer")["mean"] for each in same_weeks)
    assert apart.to_numpy() == pytest.approx((other - one).to_numpy(), abs=1e-6)
    assert pictures.between(worlds[:1]) is None


def test_only_what_is_clear_of_chance_is_shaded_and_nothing_with_one_pair(
    worlds: list[ds.Comparison],
) -> None:
    markup = pictures.money(worlds[:1], TITLES[:1], view="cash", by="payer")
    frame = worlds[0].shunt(view="cash", by="payer")
    sure = frame[(frame["low"] > 0) | (frame["high"] < 0)]
    assert 0 < markup.count("<td class=") <= len(sure)
    lone = ds.Comparison(worlds[0].scenario, worlds[0].policies, worlds[0].pairs[:1])
    assert "<td class=" not in pictures.money([lone], TITLES[:1], view="cash", by="payer")


def test_few_residents_are_indicative(worlds: list[ds.Comparison]) -> None:
    assert "Indicative only: 2,000 residents" in pictures.money(worlds, TITLES, view="full", by="sector")
    assert "quoted" not in pictures.outcomes(worlds, TITLES), "all of the small town's people are simulated"
    few = ds.compare(worlds[0].scenario.replace(residents=500), worlds[0].policies[0], seeds=1)
    told = "With 500 residents these measures only show which way things go; they are quoted from 2,000 residents on."
    assert told in pictures.outcomes([few], TITLES[:1])


def test_flows_add_up_to_the_table_and_never_go_round(worlds: list[ds.Comparison]) -> None:
    options = pictures.flows(worlds[0], "policy")
    (series,) = options["series"]
    ends = {end["name"] for end in series["data"]}
    assert all(
        link["source"].startswith("from ") and link["target"].startswith("to ") for link in series["links"]
    )
    assert {end for link in series["links"] for end in (link["source"], link["target"])} == ends
    largest = max(link["value"] for link in series["links"])
    assert f"{largest:,}" in pictures.flows_said(worlds[0], "policy")
    json.dumps(options)


def test_lines_hold_the_place_as_it_is_and_each_world(worlds: list[ds.Comparison]) -> None:
    options = pictures.lines(worlds, TITLES, "home_care")
    assert [one["name"] for one in options["series"]] == ["As it is now", *TITLES]
    assert all(len(one["data"]) == 8 for one in options["series"])
    assert options["xAxis"]["data"][4] == "Y2 Q1"
    json.dumps(options)


def test_a_policy_beside_its_adjusted_self_counts_from_the_first_week_of_either() -> None:
    set_to = {"services.home_care.threshold": 3}
    early, late = (policy(change=(Change(from_week=week, set=set_to),)) for week in (10, 60))
    for first, second in ((early, late), (late, early)):
        both = [compared(SAVING, first), compared(SAVING, second)]
        apart = pictures.between(both)
        assert apart is not None
        assert [window(one).start for one in (*pictures.aligned(both), apart)] == [10, 10, 10]
        assert apart.policies == (first, second)
    alike = [compared(SAVING, early), compared(SAVING, early)]
    assert all(one.policies == (early,) for one in pictures.aligned(alike))


def test_every_fifth_has_a_row_with_each_world_under_its_measure(worlds: list[ds.Comparison]) -> None:
    markup = pictures.outcomes_by_quintile(worlds, TITLES)
    rows = body(markup)
    assert len(rows) == 5 * len(TOLD)
    frames = [quintiles_frame(one) for one in pictures.aligned(worlds)]
    for number, row in enumerate(rows):
        fifth = number % 5 + 1
        ends = {1: "1, most deprived", 5: "5, least deprived"}
        assert f'<td class="words">{ends.get(fifth, str(fifth))}</td>' in row
        assert ('class="again"' in row) == (fifth > 1)
        cells = re.findall("<td>(.*?)</td>", row)
        for cell, frame in zip(cells[1:], frames, strict=True):
            mean, low, high = differences(frame.iloc[number].to_dict())
            assert cell == f"{mean}<small>{low} to {high}</small>"
    assert all(title in markup for title in TITLES)


def test_with_one_pair_a_fifth_has_no_interval(worlds: list[ds.Comparison]) -> None:
    lone = ds.Comparison(worlds[0].scenario, worlds[0].policies, worlds[0].pairs[:1])
    markup = pictures.outcomes_by_quintile([lone], TITLES[:1])
    assert "one pair: no interval" in markup
    assert "<small>" not in markup


def test_the_numbers_of_the_lines_are_in_the_table_below_them(worlds: list[ds.Comparison]) -> None:
    markup = pictures.lines_said(worlds, TITLES, "home_care")
    assert markup.startswith("<details><summary>Show as a table</summary>")
    rows = body(markup)
    frames = [timeline_frame(one, ("home_care",)) for one in worlds]
    assert len(rows) == 8
    for number, row in enumerate(rows):
        assert f'<th scope="row">Y{number // 4 + 1} Q{number % 4 + 1}</th>' in row
        columns = [frames[0]["baseline"], *(frame["policy"] for frame in frames)]
        assert re.findall("<td>(.*?)</td>", row) == [f"{column.iloc[number]:,.0f}" for column in columns]


def test_for_a_room_all_text_of_a_picture_is_larger_and_has_more_space(worlds: list[ds.Comparison]) -> None:
    desk, room = (pictures.lines(worlds, TITLES, "home_care", scale=scale) for scale in (1.0, 2.0))
    for options, size in ((desk, 12), (room, 24)):
        texts = [options["legend"]["textStyle"]]
        texts += [
            options[axis][kind] for axis in ("xAxis", "yAxis") for kind in ("nameTextStyle", "axisLabel")
        ]
        assert {text["fontSize"] for text in texts} == {size}
    assert room["grid"]["left"] == 2 * desk["grid"]["left"]
    assert room["yAxis"]["nameGap"] == 2 * desk["yAxis"]["nameGap"]
    (sankey,) = pictures.flows(worlds[0], "policy", scale=2.0)["series"]
    assert (sankey["label"]["fontSize"], sankey["label"]["width"], sankey["right"]) == (24, 360, 380)


def test_a_title_that_holds_markup_stays_text_in_the_sentence() -> None:
    said = compared(SAVING, policy(title="<b>Payers</b> & co", saver="council")).sentence()
    told = explained(said)
    assert "<b>" in said
    assert "<b>" not in told
    assert "&lt;b&gt;<dfn" in told
    assert "&amp; co" in told
