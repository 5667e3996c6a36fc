"""A published study as its file states it: how it was done, what it found, and what the model took from it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from demandsim.errors import ScenarioError
from demandsim.evidence.parameter import Parameter, parameter
from demandsim.evidence.tables import is_number_table, parameters
from demandsim.scenario.base import Frozen, Key
from demandsim.scenario.files import shipped
from demandsim.scenario.policy import Policy
from demandsim.scenario.problems import validated
from demandsim.scenario.read import read_policy, read_scenario
from demandsim.scenario.schema import Scenario

FOLDER = "published"
"""Among the shipped scenarios."""

Role = Literal["test", "leaned on", "input"]
"""What a published figure is to the model: nothing was taken from it; a judgement had it in mind, unfitted; a number
was worked out from it, and then it tests nothing."""


class Form(Frozen):
    """How much is run: simulated residents, and how many pairs."""

    residents: Annotated[int, Field(ge=500, le=1_600_000)]
    seeds: Annotated[int, Field(ge=2, le=10_000)]


class Measure(Frozen):
    """One published result, what it is to the model, and why the model may miss it."""

    role: Role
    stands_in_the_way: str
    published: Parameter


class Study(Frozen):
    """A published study and how it is run again.

    ``their_design`` and ``our_design`` say in words how it was done and how it is done here. ``leans_on`` lists the
    parameters whose stated source is the study, under the names in ``cited_as``; ``how_it_leans`` says what that means
    for what is tested. ``size`` is what was changed, in the study's own prices.
    """

    name: Key
    title: str
    citation: str
    place: str
    policy: str
    run_as: Key
    weeks: Annotated[int, Field(ge=52, le=2600)]
    their_design: str
    our_design: str
    cited_as: tuple[str, ...]
    leans_on: tuple[str, ...]
    how_it_leans: str
    size: Parameter
    short: Form
    full: Form
    measures: dict[Key, Measure]

    def scenario(self, form: Form) -> Scenario:
        """Read the place, with as many residents as a form asks for."""
        return read_scenario(self.place).replace(residents=form.residents, weeks=self.weeks)

    def read_policy(self) -> Policy:
        """Read what was changed."""
        return read_policy(shipped() / FOLDER / self.policy)


@cache
def studies() -> Mapping[str, Study]:
    """Read every published study that is shipped, by name, in order.

    Raises
    ------
    ScenarioError
        If a file lacks something or holds something unknown.
    EvidenceError
        If a figure has no unit, range or reason.
    """
    return {path.stem: read_study(path) for path in sorted((shipped() / FOLDER).glob("*.toml"))}


def read_study(path: Path) -> Study:
    """Read one study from its file.

    Raises
    ------
    ScenarioError, EvidenceError
        As ``studies``.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ScenarioError(path.name, "", f"cannot be read: {error}") from None
    figures: dict[tuple[str, ...], Any] = {("size",): data.pop("size", None)}
    for name, measure in data.get("measures", {}).items():
        figures["measures", name, "published"] = measure.pop("published", None)
    for place, table in figures.items():
        if not isinstance(table, dict):
            raise ScenarioError(
                path.name, ".".join(place), "must be a number with its unit, range and source"
            )
        inside = data
        for key in place[:-1]:
            inside = inside[key]
        inside[place[-1]] = parameter(table, path=".".join(place), file=path.name)
    return validated(Study, {"name": path.stem, **data}, file=path.name)


def sourced_from(study: Study) -> list[str]:
    """List the parameters whose stated source, or note, cites a study.

    Returns
    -------
    list of str
        Paths, in the evidence tables and then in the study's scenario file and those beneath it.
    """

    def cites(text: str) -> bool:
        return any(name in text for name in study.cited_as)

    found = [path for path, one in parameters().items() if cites(f"{one.source} {one.note}")]
    file = tomllib.loads((shipped() / f"{study.place}.toml").read_text(encoding="utf-8"))
    found += [
        path for path, table in _numbers(file, ()) if cites(f"{table['source']} {table.get('note', '')}")
    ]
    return found


def _numbers(item: Any, path: tuple[str, ...]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Walk down a scenario file to the numbers that carry a source."""
    if isinstance(item, dict):
        if "source" in item and is_number_table(item):
            yield ".".join(path), item
            return
        for key, inner in item.items():
            yield from _numbers(inner, (*path, key))
    elif isinstance(item, list):
        for row, inner in enumerate(item):
            yield from _numbers(inner, (*path, str(row)))
