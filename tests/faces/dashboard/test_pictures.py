"""What a page shows is what the frames say: shading, both worlds and their difference, flows, lines."""

from __future__ import annotations

import json
import re

import pytest
from tests.unit.analysis.fakes import SAVING, TOWN, compared, policy

import demandsim as ds
from demandsim.analysis.flows import window
from demandsim.analysis.outcomes import timeline_frame
from demandsim.analysis.quintiles import TOLD, quintiles_frame
from demandsim.analysis.words import differences, grain, short
from demandsim.faces.dashboard import answer_tables, pictures
from demandsim.faces.dashboard.question import asked
from demandsim.faces.dashboard.terms import explained
from demandsim.faces.dashboard.worlds import between, run_said, title_of, told_apart, weeks_told
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
    rows = body(answer_tables.money(worlds, TITLES, view="cash", by="payer"))
    frame = worlds[0].shunt(view="cash", by="payer")
    council = next(row for row in rows if "council" in row.lower())
    assert len(re.findall("<td", council)) == 3
    mean = float(frame[frame["payer"] == "council"]["mean"].iloc[0])
    assert short(mean, 1.0)[:3] in council
    assert any('class="sum"' in row and "Public purse" in row for row in rows)


def test_the_difference_is_that_of_the_two_worlds(worlds: list[ds.Comparison]) -> None:
    both = between(worlds)
    assert both is not None
    same_weeks = [ds.Comparison(both.scenario, both.policies, one.pairs) for one in worlds]
    one, other, apart = (each.shunt(view="cash", by="payer")["mean"] for each in (*same_weeks, both))
    assert apart.to_numpy() == pytest.approx((other - one).to_numpy(), abs=1e-6)
    assert between(worlds[:1]) is None


def test_only_what_is_clear_of_chance_is_shaded_and_nothing_with_one_pair(
    worlds: list[ds.Comparison],
) -> None:
    markup = answer_tables.money(worlds[:1], TITLES[:1], view="cash", by="payer")
    frame = worlds[0].shunt(view="cash", by="payer")
    sure = frame[(frame["low"] > 0) | (frame["high"] < 0)]
    assert 0 < markup.count("<td class=") <= len(sure)
    lone = ds.Comparison(worlds[0].scenario, worlds[0].policies, worlds[0].pairs[:1])
    assert "<td class=" not in answer_tables.money([lone], TITLES[:1], view="cash", by="payer")


def test_few_residents_are_indicative(worlds: list[ds.Comparison]) -> None:
    assert "Indicative only: 2,000 residents" in answer_tables.money(worlds, TITLES, view="full", by="sector")
    assert "quoted" not in answer_tables.outcomes(worlds, TITLES), (
        "all of the small town's people are simulated"
    )
    few = ds.compare(worlds[0].scenario.replace(residents=500), worlds[0].policies[0], seeds=1)
    told = "With 500 residents these measures only show which way things go; they are quoted from 2,000 residents on."
    assert told in answer_tables.outcomes([few], TITLES[:1])


def test_flows_add_up_to_the_table_and_never_go_round(worlds: list[ds.Comparison]) -> None:
    options = pictures.flows(worlds[0], "policy", TITLES[0])
    (series,) = options["series"]
    ends = {end["name"] for end in series["data"]}
    assert all(
        link["source"].startswith("from ") and link["target"].startswith("to ") for link in series["links"]
    )
    assert {end for link in series["links"] for end in (link["source"], link["target"])} == ends
    largest = max(link["value"] for link in series["links"])
    assert f"{largest:,}" in pictures.flows_said(worlds[0], "policy", TITLES[0])
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
        apart = between(both)
        assert apart is not None
        assert window(apart).start == 10
        assert apart.policies == (first, second)
    alike = between([compared(SAVING, early), compared(SAVING, early)])
    assert alike is not None
    assert alike.policies == (early,)


def test_each_column_is_what_its_own_comparison_says_whatever_the_other_world_is(
    worlds: list[ds.Comparison],
) -> None:
    starts = [window(one).start for one in worlds]
    assert starts[0] != starts[1]
    least = grain(worlds[0].pairs[0].baseline.scale)
    markup = answer_tables.money(worlds, TITLES, view="cash", by="payer")
    council = next(row for row in body(markup) if "council" in row.lower())
    for cell, world in zip(re.findall("<td.*?</td>", council), worlds, strict=False):
        frame = world.shunt(view="cash", by="payer").set_index("payer")
        assert f">{short(float(frame['mean']['council']), least)}<" in cell
    crises = next(row for row in body(answer_tables.outcomes(worlds, TITLES)) if "Crises" in row)
    for cell, world in zip(re.findall("<td>(.*?)</td>", crises)[1:], worlds, strict=True):
        mean, low, high = differences(
            world.outcomes().set_index("measure", drop=False).loc["crises"].to_dict()
        )
        assert cell == f"{mean}<small>{low} to {high}</small>"
    for told in (
        markup,
        answer_tables.outcomes(worlds, TITLES),
        answer_tables.outcomes_by_quintile(worlds, TITLES),
    ):
        assert all(f"{title}: from week {start}" in told for title, start in zip(TITLES, starts, strict=True))
    assert f"the second less the first counts both from week {min(starts)}" in markup


def test_a_world_keeps_its_figures_where_the_other_is_the_same_policy_begun_later() -> None:
    question = asked(
        "place=small-town&years=2&residents=2000&pairs=2&first=small-town-council-saves"
        "&second=small-town-council-saves&moved=second:1:from_week:60",
        "1",
    )[0]
    both = [ds.compare(question.scenario(), list(arm), seeds=2) for arm in question.arms()]
    assert window(both[0]).start != window(both[1]).start
    alone = body(answer_tables.money(both[:1], TITLES[:1], view="cash", by="payer"))
    beside = {
        row.partition("</th>")[0]: row
        for row in body(answer_tables.money(both, TITLES, view="cash", by="payer"))
    }
    assert alone
    for row in alone:
        (cell,) = re.findall("<td.*?</td>", row)
        assert re.findall("<td.*?</td>", beside[row.partition("</th>")[0]])[0] == cell


def test_columns_of_the_same_weeks_need_no_word_about_weeks() -> None:
    both = [compared(SAVING, policy(name)) for name in ("one", "other")]
    assert weeks_told(both, TITLES) == weeks_told(both, TITLES, now=True) == ""


def test_worlds_of_one_title_are_told_apart_and_others_left_alone(worlds: list[ds.Comparison]) -> None:
    assert told_apart(worlds) == tuple(worlds)
    same = told_apart([compared(SAVING, policy(), scenario=TOWN) for _ in "AB"])
    assert [title_of(one) for one in same] == ["World A: The council saves", "World B: The council saves"]
    assert [one.sentence()[:8] for one in same] == ["World A:", "World B:"]


def test_a_line_says_what_was_run(worlds: list[ds.Comparison]) -> None:
    assert (
        run_said(worlds[0]) == "Small town: 2 years, 2,000 residents simulated, 3 pairs of runs from seed 1."
    )


def test_flows_say_of_which_world_they_are_and_that_they_are_no_change(worlds: list[ds.Comparison]) -> None:
    told = pictures.flows(worlds[1], "policy", TITLES[1])["aria"]["label"]["description"]
    assert told.startswith(f"{TITLES[1]}: a picture of ")
    assert "in this world, not the change" in told
    assert f"{TITLES[1]}: contacts a year in this world, not the change" in re.sub(
        "<.*?>", "", pictures.flows_said(worlds[1], "policy", TITLES[1])
    )


def test_every_fifth_has_a_row_with_each_world_under_its_measure(worlds: list[ds.Comparison]) -> None:
    markup = answer_tables.outcomes_by_quintile(worlds, TITLES)
    rows = body(markup)
    assert len(rows) == 5 * len(TOLD)
    frames = [quintiles_frame(one) for one in worlds]
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
    markup = answer_tables.outcomes_by_quintile([lone], TITLES[:1])
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
    (sankey,) = pictures.flows(worlds[0], "policy", TITLES[0], scale=2.0)["series"]
    assert (sankey["label"]["fontSize"], sankey["label"]["width"], sankey["right"]) == (24, 360, 380)


def test_a_title_that_holds_markup_stays_text_in_the_sentence() -> None:
    said = compared(SAVING, policy(title="<b>Payers</b> & co", saver="council")).sentence()
    told = explained(said)
    assert "<b>" in said
    assert "<b>" not in told
    assert "&lt;b&gt;<dfn" in told
    assert "&amp; co" in told


def test_names_in_a_picture_of_flows_stand_clear_of_one_another(worlds: list[ds.Comparison]) -> None:
    options = pictures.flows(worlds[0], "policy", TITLES[0], scale=1.6)
    (series,) = options["series"]
    assert series["nodeGap"] >= pictures.ROWS * series["label"]["lineHeight"]
    ends = [end["name"] for end in series["data"]]
    most = max(sum(name.startswith(side) for name in ends) for side in ("from", "to"))
    assert pictures.flows_height(options, 1.6) > most * series["nodeGap"]


def test_lines_whose_axis_does_not_begin_at_nought_say_so(worlds: list[ds.Comparison]) -> None:
    for service in ("general_practice", "voluntary_support"):
        options = pictures.lines(worlds, TITLES, service)
        values = [value for line in options["series"] for value in line["data"]]
        far = min(values) > pictures.NEAR * max(values)
        assert options["yAxis"]["scale"] is far
        assert ("does not begin at nought" in options["yAxis"]["name"]) is far
        assert ("does not begin at nought" in options["aria"]["label"]["description"]) is far
