"""The words a page uses, explained: the glossary's own, shown where a word stands, and all together at the foot."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from html import escape
from types import MappingProxyType

from demandsim.analysis.pages import Cell, element

TERMS: Mapping[str, str] = MappingProxyType(
    {
        "agency": "One body within a sector: a county council, a mental-health trust, a police force.",
        "arm": (
            "One run of a scenario. The baseline arm runs the scenario as it stands; the policy arm runs "
            "the same scenario and seed with a policy added."
        ),
        "bad spell": (
            "A stretch of weeks in which a resident's ordinary use of services is higher than usual. It "
            "comes and goes by chance, so high use often falls again without anyone having done anything."
        ),
        "boomerang": "The part of an expected saving that the saver loses again at its own doors.",
        "bounce": "A hand-off or a refusal that left a real need unmet. A referral that arrives is not one.",
        "capacity": "What limits a service: staff hours a week, or beds.",
        "capacity view": "The staff time that contacts take up, at its price. It is no money until hours are cut.",
        "cash view": (
            "What payers spend: funded hours and beds, busy or not, and the responsive share of each contact."
        ),
        "causal": "Found as the difference between the arms of a pair; the other way to look is traced.",
        "cause": (
            "The agency whose earlier refusal, hand-off, wait or early closure a contact is due to. Fresh "
            "demand has no cause."
        ),
        "cohort": "Residents who meet an entry rule for the first time, followed from there.",
        "community support": (
            "How much a resident is held by neighbours and community, from 0 to 1; it makes needs start "
            "and worsen less easily."
        ),
        "contact": (
            "One meeting between a resident and a service. In the ledger a week of an episode, or of a "
            "stay, is one contact."
        ),
        "driver": (
            "Something outside the services that moves needs: unemployment, rents, child poverty and the "
            "like."
        ),
        "episode": "A course of support that runs over several weeks.",
        "failure demand": (
            "Contacts that have a cause, divided by all contacts for tracked needs: the share of demand "
            "that exists because something was not done, or not done well, the first time."
        ),
        "full view": "Every contact at its unit cost, as published studies count.",
        "hand-off": (
            "A resident passed from one service to another, with the time that takes and the chance of "
            "being lost on the way. Counts of hand-offs include referrals."
        ),
        "household": "The people who share one dwelling.",
        "landing": (
            "The gross extra cost that turns up at one named service, at unit cost, for each £1 cut from "
            "a budget. It is what published studies usually report."
        ),
        "need": (
            "One of the eight kinds of difficulty a resident can have: mental ill health; drugs and "
            "alcohol; housing; domestic abuse; frailty; offending and exploitation; money and work; "
            "family and child safety."
        ),
        "pair": (
            "A baseline arm and a policy arm of the same scenario and the same seed, so that they differ "
            "only where the policy made them differ."
        ),
        "payer": (
            "An agency that funds a piece of work. A service may have several, and none of them need be "
            "its provider."
        ),
        "policy": (
            "A named list of dated changes to a scenario: a saving, an early intervention, or a new way "
            "of working."
        ),
        "programme": (
            "An offer of early help to a group. Some residents are eligible, some of those are offered "
            "it, and some of those are reached."
        ),
        "provider": "The agency that does the work, whoever pays.",
        "public purse": (
            "The council, NHS, police and other public sectors together: not charities, not residents and "
            "families."
        ),
        "referral": (
            "A resident sent by one service to another as part of its work: a hand-off that is no bounce "
            "unless it is lost."
        ),
        "remit": "Whom and which needs a service is for; outside it, a need is handed on or turned away.",
        "resident": (
            "One simulated person, held as one row. A scenario's residents stand for everyone in the place."
        ),
        "responsive share": (
            "The part of a unit cost that follows contacts within the year, up or down alike. The rest "
            "pays for hours and beds."
        ),
        "sector": (
            "One of five parts of public service: council, NHS, police, community (voluntary), and other "
            "public (courts and prison, DWP, schools)."
        ),
        "service": (
            "What an agency provides: a door, a remit, a threshold, a capacity, a unit cost, and the "
            "needs it helps."
        ),
        "settling": (
            "The ten years before the first recorded week, run without policies so that needs, queues and "
            "stays are at rest."
        ),
        "severity": "How serious a need is: 0 none, 1 emerging, 2 established, 3 complex, 4 crisis.",
        "shunt": (
            "The change in what all other payers spend, net, divided by the saver's own net saving. Where "
            "the saver's interval holds zero there is no ratio: the saving did not appear."
        ),
        "stay": (
            "Living, this week, in a place other than home: a hospital, a care home, temporary "
            "accommodation, prison."
        ),
        "threshold": "The lowest severity a service accepts.",
        "ticket": (
            "A resident's own random number for one queue or one random share, the same in every arm. It "
            "settles ties."
        ),
        "traced": "Counted by the cause that contacts carry; the other way to look is causal.",
        "unmet need": "A need that is held and neither has an open episode nor is what a stay is for.",
        "vulnerability": "A resident's own multiplier, for life, on how easily needs start and worsen.",
    }
)
"""Every word of ``docs/glossary.md``, as it explains them; what only programmers need is left out at the end."""

ALSO = {
    "agencies": "agency",
    "bounced": "bounce",
    "cash within the year": "cash view",
    "cash": "cash view",
    "every contact at its unit cost": "full view",
    "staff time taken up": "capacity view",
    "traced to": "traced",
    "weeks of unmet need": "unmet need",
}
"""What else a page calls them."""

ORDINARY = frozenset(
    {"capacity", "cause", "contact", "need", "pair", "policy", "resident", "service", "stay", "ticket"}
)
"""Words that mean what they say: explained at the foot, and not wherever they stand, or a key would stop at each."""


def explained(text: str) -> Cell:
    """Escape a text and mark the first mention of each word of ours in it, so that it is explained when pointed at.

    Parameters
    ----------
    text
        Plain words, no markup.

    Returns
    -------
    Cell
        Markup in which a marked word can be reached by keyboard and names its explanation, which ``all_terms`` holds.
    """
    met: set[str] = set()

    def marked(found: re.Match[str]) -> str:
        term = _forms()[found[0].casefold()]
        if term in met:
            return escape(found[0])
        met.add(term)
        return f'<dfn tabindex="0" aria-describedby="{_key(term)}">{escape(found[0])}</dfn>'

    pieces, at = [], 0
    for found in _pattern().finditer(text):
        pieces += [escape(text[at : found.start()]), marked(found)]
        at = found.end()
    return Cell("".join([*pieces, escape(text[at:])]))


def all_terms() -> Cell:
    """Give every word with its explanation as a list, folded away until it is opened."""
    rows = "".join(
        f'{element("dt", term)}<dd id="{_key(term)}">{escape(said)}</dd>' for term, said in TERMS.items()
    )
    return Cell(f"<details><summary>What the words mean</summary><dl>{rows}</dl></details>")


def _key(term: str) -> str:
    """Name a word's explanation within the page."""
    return f"term-{term.replace(' ', '-')}"


@lru_cache
def _forms() -> Mapping[str, str]:
    """Every way in which a word is written, to the word."""
    words = [term for term in TERMS if term not in ORDINARY]
    return {**{f"{term}s": term for term in words}, **{term: term for term in words}, **ALSO}


@lru_cache
def _pattern() -> re.Pattern[str]:
    """Find any of them, the longest first, where it stands by itself."""
    ways = sorted(_forms(), key=len, reverse=True)
    return re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, ways))})(?![\w-])", re.IGNORECASE)
