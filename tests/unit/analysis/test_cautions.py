"""What must be known before a number is read: of too few residents or pairs, of the law, of a place that moves."""

from __future__ import annotations

import pytest
from tests.unit.analysis.fakes import SAVING, TOWN, compared, policy

from demandsim.analysis.cautions import drift_of, judged_said, law_said, size_said
from demandsim.analysis.comparison import Comparison
from demandsim.evidence.tables import parameters


@pytest.fixture
def three() -> Comparison:
    """Three pairs of a town of few residents."""
    return compared(SAVING, policy(saver="council"))


def test_few_residents_and_few_pairs_are_said(three: Comparison) -> None:
    told = list(size_said(three))
    assert told[0].startswith(f"Indicative only: {TOWN.residents:,} residents")
    assert told[1].startswith("Intervals rest on 3 pairs of runs: they are wide")
    large = three.scenario.replace(residents=100_000)
    assert list(size_said(Comparison(large, three.policies, three.pairs * 4))) == []


def test_a_policy_beyond_the_law_is_named_with_each_limit() -> None:
    mark, limits = law_said(["The law does not let it."], "“Close the door”")
    assert "Beyond the law. “Close the door” was run all the same" in mark
    assert limits.count("<li>") == 1
    assert list(law_said([])) == []


def test_a_place_that_moves_by_itself_is_told_in_the_report_s_words(three: Comparison) -> None:
    assert "it is no forecast" in drift_of(three)


def test_how_many_numbers_are_judged_is_counted() -> None:
    told = judged_said()
    judged = sum(str(one.grade) == "judged" for one in parameters().values())
    assert "forecasts nothing" in told
    assert f"{judged:,} of its {len(parameters()):,} numbers are judged" in told
