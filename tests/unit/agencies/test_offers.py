"""Background demand, programmes and life's chances as tables, worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from tests.unit.simulation.scenes import changed, policy

from demandsim.agencies.offers import death_table, grade_multipliers
from demandsim.agencies.rules import Rules
from demandsim.agencies.timetable import timetable
from demandsim.scenario.schema import Scenario
from demandsim.units import ONE

ONE16 = 65_536


@pytest.fixture(scope="module")
def rules(small_town: Scenario) -> Rules:
    """The small town's rules."""
    return timetable(small_town).at(0).rules


def weekly(rate: float) -> int:
    """Weekly chance in 2^-32, to the nearest."""
    return round(-math.expm1(-rate / 52) * 2**32)


def test_vulnerability_has_mean_one_over_its_64_grades_and_rises(small_town: Scenario, rules: Rules) -> None:
    grades = grade_multipliers(small_town)
    assert len(grades) == 64
    assert list(grades) == sorted(grades)
    assert rules.life.grade.tolist() == list(grades)
    even = changed(small_town, {"place.vulnerability_spread": 0.0})
    assert set(grade_multipliers(even)) == {ONE16}


def test_background_demand_goes_by_cell_vulnerability_and_spell(small_town: Scenario, rules: Rules) -> None:
    names = list(small_town.services)
    rows = [names[s] for s in rules.background.service]
    assert rows == ["general_practice", "ambulance", "a_and_e", "police_response"]
    # A man of 45 to 54 (band 7) in decile 1 at the practice: 2.5 x 1.2.
    assert rules.background.rate[(7 * 2 + 1) * 10, 0] == weekly(3.0)
    assert rules.background.spell[1].tolist() == [2 * ONE16, 3 * ONE16, 3 * ONE16, 2 * ONE16]
    grade = np.array(grade_multipliers(small_town)) / ONE16
    assert rules.background.power[:, 0] / ONE16 == pytest.approx(grade**0.5, abs=2e-5)
    assert rules.background.power[:, 3].tolist() == list(grade_multipliers(small_town))


def test_a_programme_in_columns(small_town: Scenario, rules: Rules) -> None:
    names, needs, table = list(small_town.services), list(small_town.needs), rules.programmes
    assert [names[s] for s in table.service] == ["early_help_team", "home_visits"]
    assert table.take_up / ONE == pytest.approx([0.5, 0.6], abs=1e-9)
    assert table.again.tolist() == [26, 52]
    mind, housing = needs.index("mental_health"), needs.index("housing")
    assert table.ease[0, [mind, housing]] / ONE == pytest.approx([0.1, 0.2], abs=1e-9)
    assert table.find[0, [mind, housing]] / ONE == pytest.approx([0.5, 0], abs=1e-9)
    assert table.helped[0].tolist() == [26, 26, 0, 0, 0]
    assert names[table.refer_to[0, mind]] == "community_mental_health"
    assert table.refer_to[0, housing] == -1
    assert table.steps.tolist() == [0, 2]
    assert rules.groups.sees[table.group].tolist() == [1, 0], "needs are asked of the council's own records"


def test_leaving_moving_spells_and_support(small_town: Scenario, rules: Rules) -> None:
    leave, move, start, end, support = rules.life.numbers.tolist()
    assert (leave, move, start) == (weekly(0.2), weekly(0.05), weekly(0.6))
    assert end == ONE // 4, "spells of four weeks on average"
    assert support == round(0.1 * 0.2 * ONE16), "the mechanism's effect at the strongest agency's strength"


def test_community_support_waits_for_its_lag(small_town: Scenario) -> None:
    raised = policy({"from_week": 3, "set": {"agencies.charity.leadership.community_support": 1.0}})
    table = timetable(small_town, [raised])
    support = [int(table.at(week).rules.life.numbers[4]) for week in (15, 16)]
    assert support == [round(0.02 * ONE16), round(0.1 * ONE16)]


def test_deaths_without_needs_factors_are_the_places(small_town: Scenario) -> None:
    plain = {f"needs.{n}.death": (1.0,) * 4 for n in small_town.needs}
    table = death_table(changed(small_town, plain))
    assert table.shape == (111, 2, 10)
    assert table[0, 0, 0] == weekly(0.004 * 1.5)
    assert table[34, 1, 4] == weekly(0.0006)
    assert table[35, 1, 4] == weekly(0.002)
    assert table[110, 0, 9] == table[90, 0, 9] == weekly(0.180 * 0.75)


def test_the_needs_factors_are_taken_out_of_the_places_deaths_at_resting_shares(small_town: Scenario) -> None:
    """One need with factor 3 at every level, started at the rate it eases: half have it, the mean factor is 2."""
    settings = {f"needs.{n}.death": (1.0,) * 4 for n in small_town.needs}
    settings |= {
        "needs.offending.death": (3.0,) * 4,
        "needs.offending.age": (0, 120),
        "needs.offending.start": {"age": (0,), "female": (0.5,), "male": (0.5,)},
        "needs.offending.worsen": (0.0,) * 3,
        "needs.offending.ease": (0.5, 0.7, 0.6, 1.0),
    }
    table = death_table(changed(small_town, settings))
    assert table[40, 0, 4] == weekly(0.001 / 2)
