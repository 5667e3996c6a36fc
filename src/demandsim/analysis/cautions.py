"""What must be known before any number is read: the same words in the report and on the pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from demandsim.analysis.arms import Compared
from demandsim.analysis.drift import drift_frame, drift_said
from demandsim.analysis.intervals import few_said
from demandsim.analysis.pages import Cell, bullets, element
from demandsim.analysis.sentence import MONEY_FROM, effects_assumed
from demandsim.evidence.parameter import Grade
from demandsim.evidence.tables import parameters
from demandsim.scenario.lawful import beyond_the_law as turned_away
from demandsim.scenario.words import severity, the_service

NO_FORECAST = (
    "It is a simulation: it shows what follows from its evidence and its rules, and forecasts nothing."
)


def size_said(comparison: Compared) -> Iterator[str]:
    """Say what so few residents and so few pairs cannot tell; nothing where there are enough of both."""
    residents = comparison.scenario.residents
    if residents < MONEY_FROM:
        yield f"Indicative only: {residents:,} residents were simulated. Sums are quoted from {MONEY_FROM:,} on."
    if few := few_said(len(comparison.pairs)):
        yield few


def beyond_the_law(comparison: Compared) -> tuple[str, ...]:
    """Say which limits of the law the policies go beyond, a sentence a service they turn the protected away from."""
    services = comparison.scenario.services
    changes = (change for policy in comparison.policies for change in policy.change)
    return tuple(
        f"The law does not let {the_service(services[name])} turn away anyone whose need is "
        f"{severity(services[name].lawful_threshold or 0)} or worse."
        for name in turned_away(comparison.scenario, changes)
    )


def law_said(told: Sequence[str], what: str = "This policy") -> Iterator[Cell]:
    """Say that a policy goes beyond the law, and how; nothing for one that does not.

    Parameters
    ----------
    told
        As ``beyond_the_law`` gives it.
    what
        What the policy is called.
    """
    if told:
        yield element("p", f"Beyond the law. {what} was run all the same, although:", kind="mark")
        yield bullets(told)


def assumed_said(comparisons: Sequence[Compared]) -> str:
    """Say that an effect is assumed, where any comparison has one that nobody has measured; else nothing."""
    if not any(effects_assumed(comparison) for comparison in comparisons):
        return ""
    return "A way of working is given an effect that nobody has measured: such effects are assumed."


def drift_of(comparison: Compared) -> str:
    """Say how far the place moves without any policy; nothing for a run of less than two years."""
    return drift_said(drift_frame([pair.baseline for pair in comparison.pairs]), comparison.scenario)


def judged_said() -> str:
    """Say that nothing is forecast, and how many of the model's numbers are judged."""
    every = parameters().values()
    judged = sum(one.grade is Grade.JUDGED for one in every)
    return (
        f"{NO_FORECAST} {judged:,} of its {len(every):,} numbers are judged, as nothing was published for them; "
        "the list of evidence says which."
    )
