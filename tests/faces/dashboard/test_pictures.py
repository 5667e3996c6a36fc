"""What a page shows is what the frames say: shading, both worlds and their difference, flows, lines."""

from __future__ import annotations

import json
import re

import pytest

import demandsim as ds
from demandsim.analysis.words import short
from demandsim.faces.dashboard import pictures

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
