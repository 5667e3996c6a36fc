"""What each command does: read and check everything, then run, then show and write."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
from rich.console import Console

from demandsim.agencies.timetable import timetable
from demandsim.analysis.comparison import Comparison
from demandsim.analysis.drift import drift_frame, drift_said
from demandsim.analysis.words import pairs_said, weeks_said
from demandsim.chance import check_seed
from demandsim.errors import EvidenceError, PolicyError, RunError, ScenarioError
from demandsim.evidence.parameter import Grade, Parameter
from demandsim.evidence.tables import find as find_parameters
from demandsim.experiment.compare import compare_each, seed_list
from demandsim.experiment.run import run
from demandsim.faces import tables
from demandsim.faces.output import Outputs, rows, write_csv, write_json
from demandsim.faces.progress import Clock, bar, lasted, warm_up
from demandsim.records.published import published_frame
from demandsim.scenario.explain import explain_policy, explain_scenario
from demandsim.scenario.files import find, load, shipped
from demandsim.scenario.policy import Policy
from demandsim.scenario.problems import near
from demandsim.scenario.read import read_policy, read_scenario
from demandsim.scenario.schema import Scenario
from demandsim.units import WEEKS_A_YEAR

WIDE = 140
"""Columns where the output goes to a file."""

POLICY_KEYS = {"maker", "change", "includes"}
"""Keys by which a file is known for a policy."""


class Length(NamedTuple):
    """How long to run, in years of 52 weeks or in weeks; the scenario's own length without either."""

    years: int | None = None
    weeks: int | None = None

    def in_weeks(self, own: int) -> int:
        """Weeks to record.

        Raises
        ------
        RunError
            If both are given.
        """
        if self.years is not None and self.weeks is not None:
            raise RunError("--years and --weeks: give one of them")
        if self.years is not None:
            return self.years * WEEKS_A_YEAR
        return own if self.weeks is None else self.weeks


def run_once(
    place: str, names: Sequence[str], *, seed: int, residents: int | None, length: Length, outputs: Outputs
) -> None:
    """Run a place once and show what it came to.

    Raises
    ------
    DemandSimError
        If anything given cannot be used; before anything is run or written.
    """
    scenario, policies = _place(place, residents, length), _policies(names)
    timetable(scenario, policies)
    check_seed(seed)
    outputs.check()
    screen, messages = consoles(outputs)
    loading = warm_up(scenario, messages)
    clock = Clock()
    with messages.status(f"Running {scenario.title}"):
        record = run(scenario, seed=seed, policies=policies)
    took = clock.seconds
    beside = published_frame(record)
    for table in (tables.agencies(record), tables.published(beside, baseline=not policies)):
        screen.print(table)
        screen.print()
    if not policies:
        _print_drift(screen, drift_frame([record]), scenario)
    screen.print(
        f"Simulated in {lasted(took)}, loading aside ({lasted(loading)}). Digest {record.digest[:16]}."
    )
    write_json(
        outputs.json,
        {
            **_about(scenario, policies, took),
            "seed": seed,
            "digest": record.digest,
            "agencies": rows(tables.agencies_frame(record)),
            "outcomes": rows(record.outcomes()),
            "published": rows(beside),
        },
    )
    columns = ("year", "sector", "agency", "payer", "service", "need", "kind")
    write_csv(outputs.csv, record.ledger(columns, view="full"))


def compare_policies(
    place: str,
    names: Sequence[str],
    *,
    together: bool,
    seeds: int,
    threads: int | None,
    residents: int | None,
    length: Length,
    outputs: Outputs,
) -> None:
    """Compare each policy (or all together) with the place as it is, and show who saved and who paid.

    Raises
    ------
    DemandSimError
        If anything given cannot be used; before anything is run or written.
    """
    scenario, policies = _place(place, residents, length), _policies(names)
    arms = [policies] if together else [(policy,) for policy in policies]
    for arm in arms:
        timetable(scenario, arm)
    _check_amounts(seeds, threads)
    outputs.check()
    screen, messages = consoles(outputs)
    loading = warm_up(scenario, messages)
    clock = Clock()
    with bar(messages, f"Running {scenario.title}") as progress:
        found = compare_each(scenario, arms, seeds=seeds, threads=threads, progress=progress)
    took = clock.seconds
    if (finished := len(found[0].pairs)) < seeds:
        messages.print(f"Stopped early: {finished} of {seeds} pairs were finished, and are shown.")
    baselines = [pair.baseline for pair in found[0].pairs]
    beside, drift = published_frame(*baselines), drift_frame(baselines)
    _print_comparisons(screen, found, beside, drift)
    if outputs.report is not None:
        from demandsim.analysis.report import write_report  # matplotlib takes a second to load

        write_report(found, outputs.report, published=beside, version=_version())
        screen.print(f"Report: {outputs.report}")
    screen.print(
        f"Simulated {pairs_said(finished)} of {scenario.residents:,} residents over "
        f"{weeks_said(scenario.weeks)} in {lasted(took)}, loading aside ({lasted(loading)})."
    )
    write_json(
        outputs.json,
        {
            **_about(scenario, (), took),
            "seeds": [baseline.seed for baseline in baselines],
            "comparisons": [_compared(one) for one in found],
            "published": rows(beside),
            "drift": rows(drift),
        },
    )
    write_csv(outputs.csv, pd.concat([tables.comparison_frame(one) for one in found], ignore_index=True))


def list_evidence(text: str, *, grade: str | None, outputs: Outputs) -> None:
    """List the numbers whose place, unit, source or note hold some words, as the model uses them.

    Raises
    ------
    EvidenceError
        If there is no such grade.
    """
    if grade is not None and grade not in tuple(Grade):
        raise EvidenceError(f"--grade {grade}: no such grade; {near(grade, Grade)}")
    outputs.check()
    found = [
        one.in_base_prices() for one in find_parameters(text) if grade is None or one.grade == Grade(grade)
    ]
    screen, messages = consoles(outputs)
    for one in found:
        screen.print(tables.parameter(one))
    counts = [f"{sum(one.grade is each for one in found)} {each}" for each in Grade]
    numbers = "1 number" if len(found) == 1 else f"{len(found)} numbers"
    screen.print(f"{numbers}: {', '.join(counts)}. Prices are of 2024/25.")
    if not found:
        messages.print(f"demandsim: {_nothing_found(text, grade)}")
    write_json(outputs.json, {"parameters": [_plain(one) for one in found]})
    write_csv(outputs.csv, pd.DataFrame([_plain(one) for one in found], columns=list(Parameter.model_fields)))


def _nothing_found(text: str, grade: str | None) -> str:
    """Say why no number was found, and what may have been meant."""
    words = text.casefold().replace("_", " ").split()
    if strange := [word for word in words if not find_parameters(word)]:
        paths = {part for one in find_parameters("") for part in one.path.replace("_", ".").split(".")}
        close = get_close_matches(strange[0], sorted(paths - set(words)), n=1, cutoff=0.6)
        would_do = (
            f"did you mean '{close[0]}'?" if close else "a need or a service, as in 'home care', would do"
        )
        return f"no number's place, unit, source or note holds '{strange[0]}'; {would_do}"
    if grade is not None and find_parameters(text):
        return f"what holds '{text}' is not {grade}; --grade left out, it is listed"
    return f"no one number holds all of '{text}'; fewer words would do"


def show_in_words(name: str, *, place: str | None) -> None:
    """Tell a scenario or a policy in words.

    Raises
    ------
    ScenarioError
        If there is no such file, or it cannot be used.
    """
    screen, _ = consoles(Outputs())
    if _is_policy(name):
        policy = read_policy(name)
        usual = "small-town" if policy.name.startswith("small-town") else "essex"
        told = explain_policy(policy, read_scenario(place or usual))
    else:
        if place is not None:
            raise ScenarioError(
                name, "", "is a scenario, and --scenario is for policies", would_do="leave it out"
            )
        told = explain_scenario(read_scenario(name))
    screen.print(told, markup=False, highlight=False, soft_wrap=not screen.is_terminal)


def consoles(outputs: Outputs) -> tuple[Console, Console]:
    """Give the console for results, silent where JSON or CSV has the screen, and the one for messages."""
    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else WIDE
    screen = Console(highlight=False, markup=False, emoji=False, width=width, quiet=outputs.screen)
    return screen, Console(stderr=True, highlight=False, markup=False, emoji=False)


def _place(name: str, residents: int | None, length: Length) -> Scenario:
    """Read a scenario, as large and as long as asked for."""
    scenario = read_scenario(name)
    weeks = length.in_weeks(scenario.weeks)
    size = scenario.residents if residents is None else residents
    if (size, weeks) == (scenario.residents, scenario.weeks):
        return scenario
    return scenario.replace(residents=size, weeks=weeks)


def _check_amounts(seeds: int, threads: int | None) -> None:
    """Refuse a number of pairs or of threads that cannot be."""
    seed_list(seeds)
    if threads is not None and threads < 1:
        raise RunError(f"--threads: given {threads}; a whole number from 1 would do")


def _policies(names: Sequence[str]) -> tuple[Policy, ...]:
    """Read policies, each once."""
    policies = tuple(read_policy(name) for name in names)
    known = [policy.name for policy in policies]
    if twice := [name for name in known if known.count(name) > 1]:
        raise PolicyError(twice[0], "", "is given twice", would_do="give it once")
    return policies


def _is_policy(name: str) -> bool:
    """Tell a policy from a scenario: by where it is shipped, or by what its file holds."""
    try:
        path = find(name)
    except ScenarioError as error:
        if (shipped() / "policies" / f"{Path(name).stem}.toml").is_file() and Path(name).name == name:
            return True
        names = [path.stem for path in shipped().glob("*.toml")]
        names += [path.stem for path in (shipped() / "policies").glob("*.toml")]
        if error.problem == "no such file":
            raise ScenarioError(
                name, "", "no such scenario or policy", would_do=near(name, sorted(names))
            ) from None
        raise
    return bool(POLICY_KEYS.intersection(load(path).data))


def _print_comparisons(
    screen: Console, found: Sequence[Comparison], beside: pd.DataFrame, drift: pd.DataFrame
) -> None:
    """Show every comparison's tables, the baseline beside published figures and by itself, a sentence each."""
    from demandsim.analysis.cautions import beyond_the_law  # as above

    for one in found:
        screen.rule(tables.title(one))
        for table in tables.comparison(one):
            screen.print(table)
            screen.print()
        if notes := beyond_the_law(one):
            screen.print("Beyond the law. This policy was run all the same, although:")
            for note in notes:
                screen.print(f"- {note}")
            screen.print()
    screen.print(tables.published(beside, baseline=True))
    screen.print()
    _print_drift(screen, drift, found[0].scenario)
    for one in found:
        screen.print(one.sentence())
        screen.print()


def _print_drift(screen: Console, drift: pd.DataFrame, scenario: Scenario) -> None:
    """Say how far the baseline moves by itself, where it ran long enough to tell."""
    if len(drift):
        screen.print(drift_said(drift, scenario))
        screen.print()


def _version() -> str:
    """Version of this package; its root is always loaded, and nothing inside imports it."""
    return str(sys.modules["demandsim"].__version__)


def _about(scenario: Scenario, policies: Sequence[Policy], seconds: float) -> dict[str, Any]:
    """Say what was run."""
    return {
        "demandsim": _version(),
        "scenario": scenario.name,
        "residents": scenario.residents,
        "weeks": scenario.weeks,
        "policies": [policy.name for policy in policies],
        "seconds": round(seconds, 3),
    }


def _compared(one: Comparison) -> dict[str, Any]:
    """Give all numbers of one comparison."""
    return {
        "policies": [policy.name for policy in one.policies],
        "sentence": one.sentence(),
        "shunt": {view: rows(one.shunt(view=view, by="payer")) for view in tables.VIEWS},
        "ratios": rows(one.ratios()),
        "matrix": rows(one.matrix()) if one.parts else None,
        "outcomes": rows(one.outcomes()),
        "digests": [[pair.baseline.digest, pair.policy.digest] for pair in one.pairs],
    }


def _plain(one: Parameter) -> dict[str, Any]:
    """Write a parameter as a row."""
    return one.model_dump(mode="json")
