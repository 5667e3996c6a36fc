"""The public names are one short list, and each of them is there."""

from __future__ import annotations

import inspect

import pytest

import demandsim as ds
from demandsim import errors

WORDS = {
    "Comparison",
    "DemandModel",
    "Group",
    "Policy",
    "RunRecord",
    "Scenario",
    "__version__",
    "compare",
    "read_policy",
    "read_scenario",
    "run",
    "settle",
}

ERRORS = {
    name
    for name, found in vars(errors).items()
    if inspect.isclass(found) and issubclass(found, errors.DemandSimError)
}


def test_the_list_is_exactly_this_one() -> None:
    assert sorted(ds.__all__) == sorted(WORDS | ERRORS)
    assert dir(ds) == sorted(ds.__all__)


@pytest.mark.parametrize("name", sorted(WORDS | ERRORS))
def test_every_name_is_there(name: str) -> None:
    assert getattr(ds, name) is not None


def test_errors_are_the_classes_raised_inside() -> None:
    assert ds.ScenarioError is errors.ScenarioError


def test_a_name_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(AttributeError, match=r"has no attribute 'simulate'; it has: .*DemandModel"):
        _ = ds.simulate
