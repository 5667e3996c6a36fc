"""The start: each need at its ladder's resting shares, for age, sex, decile and vulnerability."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demandsim.chance import SEVERITY

if TYPE_CHECKING:
    from tests.twin.people import Resident
    from tests.twin.terms import NeedTerms
    from tests.twin.town import Town

WHOLE = 1 << 30
MOST_RATIO = 1 << 24
"""One level holds at most 256 times as many as the one below, 65,536ths."""


def start_needs(town: Town) -> None:
    """Give needs to those who are here; babies are born without, and newcomers are met in week 0."""
    for resident in town.residents:
        if not resident.here:
            continue
        for terms, need in zip(town.terms.needs, resident.needs, strict=True):
            held = terms.first_week <= resident.age < terms.last_week
            if held and terms.start[resident.cell] > 0:
                need.severity = resting_level(town, resident, terms)


def resting_level(town: Town, resident: Resident, terms: NeedTerms) -> int:
    """Draw a severity from the shares at which the ladder rests.

    A ladder with chances s to start, w1 to w3 to worsen and e1 to e4 to ease rests at shares in the ratio
    1 : s/e1 : s w1/(e1 e2) : ..., vulnerability multiplying s and w. Ratios are rounded down to 65,536ths.
    """
    vulnerability = town.terms.life.vulnerability[resident.grade]
    shares = [WHOLE]
    for up, ease in zip([terms.start[resident.cell], *terms.worsen], terms.ease, strict=True):
        ratio = min(((up * vulnerability >> 16) << 16) // max(1, ease), MOST_RATIO)
        shares.append(shares[-1] * ratio >> 16)
    point = resident.word(SEVERITY, terms.number, "starts_at") * sum(shares) >> 32
    level = 0
    while level < 4 and point >= shares[level]:
        point -= shares[level]
        level += 1
    return level
