"""The tree of errors is the one drawn, and a message is one line that says where and what would do."""

from __future__ import annotations

import inspect
import pickle
import re

import pytest

from demandsim import errors
from demandsim.errors import DemandSimError, NotYetError, PolicyError, ScenarioError, shown

LINE = "essex.toml [services.x]: no setting 'treshold'; did you mean 'threshold'?"


def drawn() -> dict[str, str]:
    """Each class in the drawing with its parent's name, from the depth it is drawn at."""
    parents: dict[str, str] = {}
    above: list[str] = []
    for line in inspect.getdoc(errors).splitlines():
        found = re.match(r"^ {4}((?:\|   )*(?:\+-- )?)(\w+Error)\b", line)
        if found:
            depth = len(found[1]) // 4
            above = [*above[:depth], found[2]]
            parents[found[2]] = above[depth - 1] if depth else "Exception"
    return parents


def test_the_drawing_is_the_classes() -> None:
    classes = [
        each for _, each in inspect.getmembers(errors, inspect.isclass) if each.__module__ == errors.__name__
    ]
    assert drawn() == {each.__name__: each.__base__.__name__ for each in classes}
    assert len(classes) == 13


def test_the_drawing_is_ascii() -> None:
    assert errors.__doc__.isascii()


def test_a_scenario_error_is_one_line() -> None:
    error = ScenarioError(
        "essex.toml",
        "services.x",
        "no setting 'treshold'",
        given="treshold",
        would_do="did you mean 'threshold'?",
    )
    assert str(error) == LINE
    assert (error.file, error.place, error.given) == ("essex.toml", "services.x", "treshold")
    assert error.would_do == "did you mean 'threshold'?"


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (ScenarioError("a.toml", "", "is empty"), "a.toml: is empty"),
        (
            ScenarioError("a.toml", "x.y", "must be from 1 to 4", given=9),
            "a.toml [x.y]: must be from 1 to 4, given 9",
        ),
        (ScenarioError("a.toml", "x", "two\nlines", given="a\nb"), r"a.toml [x]: two lines, given 'a\nb'"),
        (NotYetError("a.toml", "x", "not yet", would_do="leave it out"), "a.toml [x]: not yet; leave it out"),
    ],
)
def test_messages(error: ScenarioError, message: str) -> None:
    assert str(error) == message


def test_what_was_given_is_cut_short() -> None:
    assert len(str(ScenarioError("a.toml", "x", "too long", given="y" * 10_000))) < 150
    assert shown(10**10_000) == "a very long int"


@pytest.mark.parametrize("kind", [ScenarioError, NotYetError, PolicyError])
def test_a_scenario_error_travels_between_processes(kind: type[ScenarioError]) -> None:
    error = kind("a.toml", "x", "wrong", given=3, would_do="2 would do")
    back = pickle.loads(pickle.dumps(error))
    assert type(back) is kind
    assert (str(back), vars(back)) == (str(error), vars(error))


def test_one_name_catches_all() -> None:
    with pytest.raises(DemandSimError, match="no residents"):
        raise errors.PopulationError("no residents")
