"""The worlds of an answer side by side: what each is called, from which week it counts, and what is between them."""

from __future__ import annotations

from collections.abc import Sequence

from demandsim.analysis.comparison import Comparison, Pair
from demandsim.analysis.flows import window
from demandsim.analysis.words import pairs_said
from demandsim.scenario.policy import Policy
from demandsim.units import WEEKS_A_YEAR


def told_apart(worlds: Sequence[Comparison]) -> tuple[Comparison, ...]:
    """Put "World A:" and "World B:" before titles that are the same, as of one policy adjusted in two ways.

    Parameters
    ----------
    worlds
        Each against the place as it is; nothing but titles is changed.
    """
    titles = [title_of(one) for one in worlds]
    if len(set(titles)) == len(titles):
        return tuple(worlds)
    return tuple(
        Comparison(
            one.scenario, tuple(_titled(policy, letter) for policy in one.policies), one.pairs, one.parts
        )
        for letter, one in zip("AB", worlds, strict=True)
    )


def title_of(world: Comparison) -> str:
    """Give the title of a world's policy."""
    return world.policies[0].title


def _titled(policy: Policy, letter: str) -> Policy:
    """Say in a policy's title in which world it is."""
    return policy.model_copy(update={"title": f"World {letter}: {policy.title}"})


def between(worlds: Sequence[Comparison]) -> Comparison | None:
    """Set the second world beside the first, over the weeks from the first in which either differs from now."""
    if len(worlds) < 2:
        return None
    one, other = worlds
    pairs = tuple(Pair(a.policy, b.policy) for a, b in zip(one.pairs, other.pairs, strict=True))
    return Comparison(one.scenario, _together(worlds), pairs)


def _together(worlds: Sequence[Comparison]) -> tuple[Policy, ...]:
    """Give the policies of all worlds, each once; one beside its adjusted self is two, though both have one name."""
    found: list[Policy] = []
    for policy in (policy for one in worlds for policy in one.policies):
        found += [] if policy in found else [policy]
    return tuple(found)


def weeks_told(worlds: Sequence[Comparison], titles: Sequence[str], *, now: bool = False) -> str:
    """Say from which week each column is counted; nothing where all are counted from the same.

    Parameters
    ----------
    worlds, titles
        Each against the place as it is, and what it is called.
    now
        True for a table that holds the place as it is, which is counted as the first world is; False for one
        that holds the difference of the two.
    """
    starts = [window(one).start for one in worlds]
    if len(set(starts)) == 1:
        return ""
    each = "; ".join(f"{title}: from week {start}" for title, start in zip(titles, starts, strict=True))
    if now:
        return f" Each world is counted from its policy's first week ({each}); as it is now from week {starts[0]}."
    return (
        f" Each world is counted from its policy's first week ({each}); the second less the first counts both from "
        f"week {min(starts)}, so it is not one column less the other."
    )


def run_said(world: Comparison) -> str:
    """Say in one line what was run: the place, the years, the residents, the pairs and the seed."""
    scenario, first = world.scenario, world.pairs[0].baseline
    years = first.weeks // WEEKS_A_YEAR
    return (
        f"{scenario.title}: {years} {'year' if years == 1 else 'years'}, {scenario.residents:,} residents simulated, "
        f"{pairs_said(len(world.pairs))} of runs from seed {first.seed}."
    )
