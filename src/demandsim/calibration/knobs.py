"""What is fitted: knobs, each of which turns one number, or several together, within the range of their evidence."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from math import exp, log
from typing import Annotated, NamedTuple

from pydantic import Field, ValidationError

from demandsim.errors import EvidenceError
from demandsim.scenario.base import Frozen
from demandsim.scenario.numbers import Range, changeable, with_numbers
from demandsim.scenario.schema import Scenario
from demandsim.scenario.settings import setting

TABLE = "knobs.toml"
LEAST = 4
"""A number whose range goes down to nought is fitted down to a quarter of itself."""
STEEPEST = 0.7
"""The most that is added to, or taken from, the power of a gradient."""


class Knob(Frozen):
    """Numbers that are multiplied by one factor or, where ``tilts``, raised to one power, so that a gradient steepens.

    ``turns`` holds paths as ``scenario.numbers.changeable`` lists them; one that ends in a dot stands for every number
    below it. A number that is nought stays nought.
    """

    key: str
    turns: Annotated[tuple[str, ...], Field(min_length=1)]
    tilts: bool = False


class Board(NamedTuple):
    """Every knob of a scenario, with the numbers it turns and how far it goes: logs of factors, 0 as published."""

    scenario: Scenario
    knobs: tuple[Knob, ...]
    numbers: tuple[Mapping[str, Range], ...]
    low: tuple[float, ...]
    high: tuple[float, ...]

    def turned(self, logs: Sequence[float]) -> Scenario:
        """Give the scenario with every knob turned."""
        return with_numbers(self.scenario, self.values(logs))

    def values(self, logs: Sequence[float]) -> tuple[tuple[str, float], ...]:
        """Give the numbers with every knob turned: of two knobs that turn one number, both count."""
        found: dict[str, float] = {}
        for knob, numbers, turn in zip(self.knobs, self.numbers, logs, strict=True):
            for path, range_ in numbers.items():
                moved = turn * log(range_.value) if knob.tilts else turn
                found[path] = found.get(path, range_.value) * exp(moved)
        every = {path: range_ for numbers in self.numbers for path, range_ in numbers.items()}
        data, within = self.scenario.model_dump(), []
        for path, value in found.items():
            value = min(max(value, every[path].low), every[path].high)
            place = path.rpartition(".")[2]
            whole = not place.isdigit() and isinstance(setting(data, path), int)  # weeks of an episode
            within.append((path, float(round(value)) if whole else value))
        return tuple(within)


def board(scenario: Scenario, knobs: Sequence[Knob]) -> Board:
    """Find the numbers that knobs turn, and how far each goes before all of its numbers stand at their ends.

    Raises
    ------
    EvidenceError
        If a knob turns nothing that the scenario takes from the evidence, or nothing that may move.
    """
    there = changeable(scenario)
    numbers, low, high = [], [], []
    for knob in knobs:
        turned = {
            path: range_
            for path, range_ in there.items()
            if range_.value > 0
            and any(path == turn or (turn[-1] == "." and path.startswith(turn)) for turn in knob.turns)
        }
        ends = [_ends(range_, tilts=knob.tilts) for range_ in turned.values()]
        ends = [(least, most) for least, most in ends if least < most]
        if not ends:
            raise EvidenceError(
                f"{TABLE} [{knob.key}]: turns no number that {scenario.name} takes from the evidence"
            )
        numbers.append(turned)
        low.append(min(least for least, _ in ends))
        high.append(max(most for _, most in ends))
    return Board(scenario, tuple(knobs), tuple(numbers), tuple(low), tuple(high))


def _ends(range_: Range, *, tilts: bool) -> tuple[float, float]:
    """Logs of the factors, or what is added to a power of one, that bring a number to the ends of its range."""
    least, most = (log(max(end, range_.value / LEAST) / range_.value) for end in (range_.low, range_.high))
    if not tilts:
        return least, most
    slope = log(range_.value)
    if abs(slope) < 0.05:  # the middle of a gradient hardly moves
        return 0.0, 0.0
    ends = least / slope, most / slope
    return max(min(ends), -STEEPEST), min(max(ends), STEEPEST)


@cache
def knobs() -> tuple[Knob, ...]:
    """Every knob, in the order of the file.

    Raises
    ------
    EvidenceError
        If a row lacks something or holds what it cannot.
    """
    data = tomllib.loads((files("demandsim.calibration") / TABLE).read_text(encoding="utf-8"))
    try:
        return tuple(
            Knob.model_validate({"key": key, **row, "turns": tuple(row.get("turns", ()))})
            for key, row in data.items()
        )
    except ValidationError as error:
        first = error.errors()[0]
        raise EvidenceError(f"{TABLE} [{'.'.join(map(str, first['loc']))}]: {first['msg']}") from None
