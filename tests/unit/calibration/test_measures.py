"""The register of measures: what one is made of, and how parts become a number."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import TypeAdapter

from demandsim.calibration.held import Treated
from demandsim.calibration.measures import Measure, kept_later, named, value_of, years_needed
from demandsim.calibration.rates import ContactShare, Overlap
from demandsim.calibration.selection import Counted
from demandsim.calibration.sequences import Fading, Repeat

A_AND_E = Counted(services={"a_and_e": ()})
HOSPITAL = Counted(services={"hospital": ("admission",)})


def test_a_kind_says_which_measure_it_is() -> None:
    made = TypeAdapter(Measure).validate_python({"kind": "refused", "service": "support"})
    assert made.kind == "refused"


def test_two_parts_are_a_ratio_and_four_a_ratio_of_ratios() -> None:
    assert value_of(np.array([6.0, 4.0])) == 1.5
    assert value_of(np.array([6.0, 4.0, 1.0, 2.0])) == 3.0
    assert value_of(np.array([[1.0, 2.0], [3.0, 4.0]])).tolist() == [0.5, 0.75]


@pytest.mark.parametrize("parts", [[1.0, 0.0], [0.0, 0.0], [1.0, 1.0, 0.0, 5.0], [np.nan, 1.0]])
def test_nothing_to_divide_by_is_no_number(parts: list[float]) -> None:
    assert np.isnan(value_of(np.array(parts)))


def test_only_fading_looks_beyond_the_second_year() -> None:
    fading = Fading(kind="fading", counted=HOSPITAL, age=65, times=2, years_on=5)
    share = ContactShare(kind="contact_share", counted=A_AND_E, among=A_AND_E)
    assert [years_needed(one) for one in (share, fading)] == [2, 6]
    assert kept_later([share, fading]) == {("hospital", "admission")}
    assert kept_later([share, fading.model_copy(update={"years_on": 1})]) == set()


def test_names_are_found_however_deep() -> None:
    overlap = Overlap(kind="overlap", systems=(A_AND_E, HOSPITAL), exactly=1)
    assert named(overlap) == ({"a_and_e", "hospital"}, set())
    repeat = Repeat(
        kind="repeat",
        counted=Counted(services={"hospital": ()}, needs=("frailty", "background")),
        while_open=("support",),
    )
    assert named(repeat) == ({"hospital", "support"}, {"frailty"})
    assert named(Treated(kind="treated", need="housing", services=("hostel",))) == ({"hostel"}, {"housing"})
