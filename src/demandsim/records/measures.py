"""What is counted each week besides contacts: one name a measure, by deprivation quintile."""

from __future__ import annotations

from typing import NamedTuple


class Measure(NamedTuple):
    """One weekly count: its name in tables, its unit, and what it means."""

    name: str
    unit: str
    meaning: str


MEASURES = (
    Measure("crises", "crises", "entries of a need to severity 4"),
    Measure("unmet_need_weeks", "need-weeks", "weeks in which a need was held and not served"),
    Measure("refusals", "refusals", "asks turned away at a door"),
    Measure("hand_offs", "hand-offs", "needs sent on to another service, referrals included"),
    Measure("lost", "hand-offs lost", "hand-offs that never arrived"),
    Measure("bounces", "bounces", "refusals, hand-ons and lost hand-offs that left a real need unmet"),
    Measure("helped", "needs", "needs admitted from a queue"),
    Measure("weeks_waited", "weeks", "weeks waited by those admitted"),
    Measure("gave_up", "needs", "needs whose holder gave up waiting"),
    Measure("delayed_weeks", "stay-weeks", "weeks of stay of residents ready to leave"),
    Measure("deaths", "deaths", "deaths"),
    Measure("health_lost", "QALYs", "quality-adjusted life years lost to tracked needs"),
    Measure("births", "births", "births"),
    Measure("moved_in", "residents", "residents who moved in"),
    Measure("moved_out", "residents", "residents who moved out"),
    Measure("unpaid_care_weeks", "need-weeks", "weeks of complex or crisis frailty at home without care"),
    Measure("offered", "offers", "offers of early help made"),
    Measure("reached", "residents", "offers taken up"),
    Measure("found", "needs", "needs found by early help or assessment"),
    Measure("resident_weeks", "resident-weeks", "weeks lived in the place"),
)
NAMES = tuple(m.name for m in MEASURES)
(
    CRISES,
    UNMET,
    REFUSALS,
    HAND_OFFS,
    LOST,
    BOUNCES,
    HELPED,
    WAITED,
    GAVE_UP,
    DELAYED,
    DEATHS,
    HEALTH,
    BIRTHS,
    MOVED_IN,
    MOVED_OUT,
    UNPAID,
    OFFERED,
    REACHED,
    FOUND,
    RESIDENT_WEEKS,
) = range(len(MEASURES))
EVENTS = ("opening", "hand_off", "outside_remit")
"""Events counted by agency, for what the mechanisms of system leadership cost."""
OPENING, HANDED_OFF, OUTSIDE_REMIT = range(3)
