"""Published studies run again: what was published beside what the model gives, misses and all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from types import MappingProxyType
from typing import NamedTuple

import pandas as pd

from demandsim.analysis.intervals import FEW_PAIRS
from demandsim.calibration.conferences import trial_of_one_seed, trial_together
from demandsim.calibration.older_care import cut_of_one_seed, cut_together
from demandsim.calibration.pairs import How, Simulated, Told
from demandsim.calibration.study import Measure, Study, studies
from demandsim.calibration.youth import youth_of_one_seed, youth_together
from demandsim.simulation.chunks import check_threads

RERUNS = MappingProxyType(
    {
        "older_peoples_care": How(cut_of_one_seed, cut_together),
        "youth_prevention": How(youth_of_one_seed, youth_together),
        "family_group_conferences": How(trial_of_one_seed, trial_together),
    }
)
"""By the name that a study's file gives as ``run_as``."""

RIGHT, WRONG, UNCLEAR, NONE_EXPECTED = "right", "WRONG", "not told from zero", "none to have"
COLUMNS = {
    "study": "str",
    "measure": "str",
    "unit": "str",
    "role": "str",
    "published": "float64",
    "low": "float64",
    "high": "float64",
    "simulated": "float64",
    "simulated_low": "float64",
    "simulated_high": "float64",
    "n": "int64",
    "of": "str",
    "sign": "str",
    "inside": "bool",
    "sure": "bool",
}


class Rerun(NamedTuple):
    """A study and what running it again gave."""

    study: Study
    told: Told

    @property
    def verdicts(self) -> list[Verdict]:
        """One a published figure."""
        return [verdict(one, self.told.measures[name]) for name, one in self.study.measures.items()]


class Verdict(NamedTuple):
    """How a simulated figure stands to the published one.

    ``inside`` tells of the mean; ``sure`` that the simulated interval is no wider than the published one.
    """

    sign: str
    inside: bool
    sure: bool

    @property
    def hit(self) -> bool:
        """Inside, surely enough, and not of the wrong sign."""
        return self.inside and self.sure and self.sign != WRONG


def rerun(study: Study, *, short: bool, seed: int = 1, jobs: int = 1) -> Rerun:
    """Run a study again.

    Parameters
    ----------
    study
        As ``calibration.study.studies`` reads it.
    short
        In its short form: fewer pairs, wider intervals.
    seed
        The first seed.
    jobs
        Pairs at a time; the answer is the same with any number.

    Returns
    -------
    Rerun
        What the pairs say together.

    Raises
    ------
    RunError
        If ``jobs`` is no number of threads.
    """
    form = study.short if short else study.full
    scenario, policy = study.scenario(form), study.read_policy()
    how = RERUNS[study.run_as]
    with ThreadPoolExecutor(check_threads(jobs)) as pool:
        seeds = list(pool.map(partial(how.one_seed, scenario, policy), range(seed, seed + form.seeds)))
    return Rerun(study, how.together(seeds))


def verdict(measure: Measure, simulated: Simulated) -> Verdict:
    """Say how a simulated figure stands to the published one; what was published as nothing has no sign to have."""
    published = measure.published
    value, low, high = (float(part) for part in (published.value, published.low, published.high))  # type: ignore[arg-type]
    if value == 0:
        sign = NONE_EXPECTED
    elif simulated.low <= 0 <= simulated.high:
        sign = UNCLEAR
    else:
        sign = RIGHT if (simulated.mean > 0) == (value > 0) else WRONG
    return Verdict(sign, low <= simulated.mean <= high, simulated.high - simulated.low <= high - low)


def studies_frame(reruns: Sequence[Rerun]) -> pd.DataFrame:
    """Set published figures beside simulated ones.

    Returns
    -------
    DataFrame
        A row a published figure: ``study, measure, unit, role`` (test, leaned on, input), ``published, low, high``,
        ``simulated, simulated_low, simulated_high`` (90%, chance only), ``n`` and ``of`` what, ``sign``, ``inside``
        (the published bounds), ``sure`` (an interval no wider than they are).
    """
    rows = [
        (
            each.study.name,
            name,
            one.published.unit,
            one.role,
            one.published.value,
            one.published.low,
            one.published.high,
            *each.told.measures[name],
            *found,
        )
        for each in reruns
        for (name, one), found in zip(each.study.measures.items(), each.verdicts, strict=True)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)


def lines(one: Rerun) -> list[str]:
    """Tell a study that was run again: how, what was published, what came out, and what stands in the way of a hit."""
    study = one.study
    size = study.size
    told = [
        f"{study.title} [{study.citation}]",
        f"  theirs: {study.their_design}",
        f"  ours:   {study.our_design}",
        f"  changed: {size.value:g} {size.unit}"
        + (f" ({size.price_year} prices)" if size.price_year else ""),
        f"  what the model took from it: {study.how_it_leans}",
    ]
    for (name, measure), found in zip(study.measures.items(), one.verdicts, strict=True):
        told += _measure_lines(name, measure, one.told.measures[name], found)
    return told + [f"  beside: {line}" for line in one.told.beside]


def _measure_lines(name: str, measure: Measure, simulated: Simulated, found: Verdict) -> list[str]:
    """Tell one figure."""
    published = measure.published
    few = " (few: wide)" if simulated.of == "pairs" and simulated.n < FEW_PAIRS else ""
    told = [
        f"  {name} ({measure.role}), {published.unit}:",
        f"    published {published.value:g} ({published.low:g} to {published.high:g}); "
        f"simulated {simulated.mean:.3g} ({simulated.low:.3g} to {simulated.high:.3g}), "
        f"{simulated.n:,} {simulated.of}{few}",
        f"    sign {found.sign}; {'inside' if found.inside else 'OUTSIDE'} the published bounds; "
        + ("interval no wider than they are" if found.sure else "interval TOO WIDE to tell"),
    ]
    if not found.hit:
        told.append(f"    what stands in the way: {measure.stands_in_the_way}")
    return told


def run_all(
    *, short: bool, seed: int = 1, jobs: int = 1, show: Callable[[str], object] = print
) -> list[Rerun]:
    """Run every shipped study again, telling each when it is done."""
    done = []
    for study in studies().values():
        one = rerun(study, short=short, seed=seed, jobs=jobs)
        for line in lines(one):
            show(line)
        done.append(one)
    return done
