"""One plain sentence for a room: who saved, who paid, and what it came to for the public purse."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from demandsim.analysis.arms import Compared
from demandsim.analysis.flows import PURSE, RESIDENTS, tabled, window
from demandsim.analysis.intervals import holds_zero, label, mean_interval
from demandsim.analysis.savers import Saver, own_saving, savers
from demandsim.analysis.words import VIEW_TITLES, grain, pairs_said, said, who_said
from demandsim.scenario.agency import MECHANISMS

MONEY_FROM = 100_000
"""Residents simulated from which pounds are spoken of; with fewer, only which way things went."""

MOST_NAMED = 3
"""Payers named in the sentence, each way; one more where only that one would be left over."""

SMALLEST_TOLD = 1 / 200
"""A payer whose change is a smaller share of the largest one is left to the table: five pounds are no news."""


ONE_RUN = "one pair cannot tell a policy from luck, so who paid more and who less is told from two pairs on"
"""What is said in place of who paid."""


class Moved(NamedTuple):
    """A paired difference, and whether it is more than chance."""

    pounds: float
    clear: bool


def sentence(comparison: Compared, view: str = "cash") -> str:
    """Say in one sentence who saved, who paid more, and what it came to for the public purse.

    Parameters
    ----------
    comparison
        Pairs of arms.
    view
        A money view of the ledger.

    Returns
    -------
    str
        Payers who are no savers are told both ways: who paid more, and who paid less. In brackets stand what the
        intervals cover and how many pairs there are. Sums are pounds a year for the place, to two figures; under
        100,000 simulated residents it speaks of direction only and says "indicative". "effects assumed" stands in
        the brackets where a mechanism of system leadership that is used has an effect above zero: none has been
        measured. One pair is one run of luck: only what came of the saving is told, and nobody else's direction.

    Raises
    ------
    ViewError
        If there is no such view.
    ComparisonError
        If there is no finished pair.
    """
    weeks = window(comparison)
    table = tabled(comparison, view, "payer", weeks)
    moved = dict(zip(table.names, moves(table.values), strict=True))
    title = " and ".join(policy.title for policy in comparison.policies) or "No policy"
    if not table.values.any():
        return f"{title}: nothing changed hands, to the penny {brackets(comparison, view)}."
    pounds = comparison.scenario.residents >= MONEY_FROM
    found = savers(comparison)
    own = {saver: moves(own_saving(comparison, saver, view, weeks)[:, None])[0] for saver in found}
    clauses = _saved(comparison, own, pounds)
    if len(comparison.pairs) == 1:
        return f"{title}: {'; '.join([*_one_run(clauses), ONE_RUN])} {brackets(comparison, view)}."
    taken = {saver.name for saver in found}
    agencies = {name: moved[name] for name in comparison.scenario.agencies if name not in taken}
    less = _paid(comparison, agencies, -1, pounds)
    more = _paid(comparison, agencies, 1, pounds)
    more = more or [f"no {'other ' if found else ''}payer is shown to pay more"]
    clauses += more + less if found else less + more
    clauses += _families(moved[RESIDENTS], pounds, least=_grain(comparison))
    clauses.append(_purse(moved[PURSE], pounds))
    return f"{title}: {'; '.join(clauses)} {brackets(comparison, view)}."


def brackets(comparison: Compared, view: str = "cash") -> str:
    """What a sentence or a title must carry: "(cash; chance only, 10 pairs)"."""
    pairs, residents = len(comparison.pairs), comparison.scenario.residents
    parts = [VIEW_TITLES.get(view, view).lower()]
    if residents < MONEY_FROM:
        parts.insert(0, f"indicative only, at {residents:,} residents")
    parts.append(f"{label(pairs)}, {pairs_said(pairs)}" if pairs > 1 else label(pairs))
    if effects_assumed(comparison):
        parts.append("effects assumed")
    return f"({'; '.join(parts)})"


def effects_assumed(comparison: Compared) -> bool:
    """Tell whether a mechanism of system leadership with an effect above zero is used in either arm."""
    scenario = comparison.scenario
    used = {
        name
        for agency in scenario.agencies.values()
        for name in MECHANISMS
        if getattr(agency.leadership, name) > 0
    }
    for change in (change for policy in comparison.policies for change in policy.change):
        for path, value in change.set.items():
            parts = path.split(".")
            if parts[0] == "agencies" and parts[2] == "leadership":
                strengths = value if isinstance(value, Mapping) else {parts[-1]: value}
                used.update(name for name, strength in strengths.items() if strength > 0)
    return any(name in used and stated.effect > 0 for name, stated in scenario.mechanisms.items())


def moves(values: NDArray[np.float64]) -> list[Moved]:
    """Tell of each column whether it moved by more than chance.

    Parameters
    ----------
    values : [pair, column]
        Paired differences, pounds a year.
    """
    told = mean_interval(values)
    if len(values) < 2:
        return [Moved(float(mean), bool(mean)) for mean in told.mean]
    return [
        Moved(float(mean), not holds_zero(float(low), float(high)))
        for mean, low, high in zip(told.mean, told.low, told.high, strict=True)
    ]


def _saved(comparison: Compared, own: Mapping[Saver, Moved], pounds: bool) -> list[str]:
    """What came of each saver's saving: those that appeared in one clause, each other in its own."""
    appeared: list[str] = []
    others: list[str] = []
    for saver, move in own.items():
        name = who_said(saver.name, comparison.scenario)
        if move.clear and move.pounds > 0:
            sum_ = f" {said(move.pounds)}{' a year' if not appeared else ''}"
            appeared.append(f"{name}{' saved' if pounds and not appeared else ''}{sum_ if pounds else ''}")
            continue
        whose = "the saving did not appear" if len(own) == 1 else f"the saving of {name} did not appear"
        it = name if len(own) == 1 else "it"
        if move.clear:
            more = f"{said(move.pounds)} a year more" if pounds else "more"
            others.append(f"{whose}, and {it} spent {more}")
        else:
            others.append(f"{whose}, as chance alone could move what {it} spends as far")
    told = [f"{_joined(appeared)}{'' if pounds else ' saved'}"] if appeared else []
    return told + others


def _one_run(saved: list[str]) -> list[str]:
    """Say of the savings that they are those of a single pair."""
    return [f"in this one run, {saved[0]}", *saved[1:]] if saved else []


def _paid(comparison: Compared, agencies: Mapping[str, Moved], way: int, pounds: bool) -> list[str]:
    """Who paid more (``way`` 1) or less (-1), largest first: no clause, or one."""
    largest = max((abs(move.pounds) for move in agencies.values()), default=0.0)
    least = max(SMALLEST_TOLD * largest, _grain(comparison) / 2)
    found = [name for name, move in agencies.items() if move.clear and move.pounds * way >= least]
    found.sort(key=lambda name: -abs(agencies[name].pounds))
    if not found:
        return []
    word, told = ("more" if way > 0 else "less"), []
    named = found if len(found) <= MOST_NAMED + 1 else found[:MOST_NAMED]
    for place, name in enumerate(named):
        who = who_said(name, comparison.scenario)
        sum_ = said(agencies[name].pounds)
        if pounds:
            told.append(f"{who} paid {sum_} a year {word}" if place == 0 else f"{who} {sum_}")
        else:
            told.append(who)
    if len(found) > len(named):
        told.append(f"{len(found) - len(named)} others")
    return [_joined(told) if pounds else f"{_joined(told)} paid {word}"]


def _joined(parts: list[str]) -> str:
    """Join parts without semicolons, which part the clauses here: "a, b and c"."""
    return f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else parts[0]


def _grain(comparison: Compared) -> float:
    """Pounds to which sums are rounded; half of it is the least that is told."""
    return grain(comparison.pairs[0].baseline.scale)


def _families(move: Moved, pounds: bool, *, least: float) -> list[str]:
    """What residents and families bear, where it moved."""
    if not move.clear or abs(move.pounds) < least / 2:
        return []
    word = "more" if move.pounds > 0 else "less"
    return [f"residents and families bore {said(move.pounds) + ' a year ' if pounds else ''}{word}"]


def _purse(move: Moved, pounds: bool) -> str:
    """What it came to for the public purse."""
    if not move.clear:
        return "for the public purse as a whole, chance alone could make the difference"
    word = "more" if move.pounds > 0 else "less"
    return f"the public purse as a whole paid {said(move.pounds) + ' a year ' if pounds else ''}{word}"
