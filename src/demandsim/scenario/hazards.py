"""Whether the weekly chances of each need can hold: moves out of a state may not be more than certain."""

from __future__ import annotations

from collections.abc import Iterator
from math import exp

from demandsim.scenario.contents import Contents
from demandsim.scenario.need import Need
from demandsim.scenario.problems import Problem

WEEKS = 52


def hazards(scenario: Contents) -> Iterator[Problem]:
    """Chances that cannot hold, by need and severity."""
    for name, need in scenario.needs.items():
        if need.age[0] > need.age[1]:
            yield Problem(
                ("needs", name, "age"), f"the range runs backwards ({need.age[0]} to {need.age[1]})"
            )
        strength = max((service.helps.get(name, 0.0) for service in scenario.services.values()), default=0.0)
        yield from _moves(need, name, strength)
        yield from _starts(need, name)
        yield from _deaths(scenario, need, name)


def weekly(rate: float) -> float:
    """Chance of at least one event in a week, from a yearly rate."""
    return 1 - exp(-rate / WEEKS)


def _moves(need: Need, name: str, strength: float) -> Iterator[Problem]:
    """Worsening and easing out of one severity, at the strongest service, must leave room for staying."""
    eased = 1 + strength * (need.served.ease - 1)
    for level, ease in enumerate(need.ease, start=1):
        worsen = weekly(need.worsen[level - 1]) if level <= len(need.worsen) else 0.0
        total = worsen + weekly(ease) * eased
        if total > 1:
            yield Problem(
                ("needs", name, "ease", level - 1),
                f"hazards that cannot hold: in a served week at severity {level}, worsening and easing "
                f"add up to a chance of {total:.3g}",
                ease,
                "lower ease, worsen or served.ease",
            )


def _starts(need: Need, name: str) -> Iterator[Problem]:
    """A chance of starting must be a chance, with its factor by decile."""
    for sex in ("female", "male"):
        for row, rate in enumerate(getattr(need.start, sex)):
            most = rate * max(need.start.decile)
            if most > WEEKS * 10:
                yield Problem(
                    ("needs", name, "start", sex, row),
                    f"hazards that cannot hold: {most:.4g} starts a person-year in some decile",
                    rate,
                    f"at most {WEEKS * 10} with the decile's factor",
                )


def _deaths(scenario: Contents, need: Need, name: str) -> Iterator[Problem]:
    """The need's factor on dying may not make death in a week more than certain."""
    rates = scenario.place.deaths
    highest = weekly(max((*rates.female, *rates.male), default=0.0) * max(rates.decile))
    for row, factor in enumerate(need.death):
        if highest * factor > 1:
            yield Problem(
                ("needs", name, "death", row),
                f"hazards that cannot hold: death in a week would have chance {highest * factor:.3g}",
                factor,
                "lower the factor",
            )
