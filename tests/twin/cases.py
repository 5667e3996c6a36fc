"""The towns and policies on which the twin and the model are held against each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from tests.twin.comparing import run_both
from tests.twin.made_up import made_up
from tests.twin.town import Town

from demandsim.scenario.policy import Change, Policy
from demandsim.scenario.read import read_policy, read_scenario
from demandsim.scenario.schema import Scenario, checked
from demandsim.simulation.model import DemandModel


class Case(NamedTuple):
    """One run of both."""

    scenario: Scenario
    policies: tuple[Policy, ...] = ()
    seed: int = 1
    first_week: int = 0


def town(residents: int, weeks: int, name: str = "small-town") -> Scenario:
    """Read a shipped scenario at another size."""
    return read_scenario(name).replace(residents=residents, weeks=weeks)


def changed(scenario: Scenario, settings: Mapping[str, Any]) -> Scenario:
    """Copy a scenario with settings replaced, each named by its path."""
    data: Any = scenario.model_dump()
    for path, value in settings.items():
        table = data
        *way, last = path.split(".")
        for part in way:
            table = table[part]
        table[last] = value
    return checked(data, file="changed")


def policy(*changes: Mapping[str, Any]) -> Policy:
    """Make a policy of changes."""
    made = tuple(Change.model_validate(change) for change in changes)
    return Policy(name="a-test", title="A test", source="a test", maker="council", change=made)


def as_it_is() -> Case:
    """The small town from ten weeks before the record begins."""
    return Case(town(1000, 40), first_week=-10)


def every_verb() -> Case:
    """All six verbs, with ramps, an end, a fixed group and a share drawn by lot."""
    return Case(town(500, 96), (read_policy("small-town-every-verb"),), seed=2)


def two_policies() -> Case:
    """A saving beside a programme of early help."""
    policies = (read_policy("small-town-council-saves"), read_policy("small-town-early-help"))
    return Case(town(1000, 36), policies, seed=3)


def leadership() -> Case:
    """Every mechanism of system leadership with an effect, from the first week on and later more."""
    settings: dict[str, Any] = {}
    for name in ("whole_needs_assessment", "warm_hand_over", "discretion", "community_support"):
        settings |= {f"mechanisms.{name}.effect": 0.6, f"mechanisms.{name}.lag_weeks": 3}
    for agency in ("council", "health_trust", "police", "charity", "justice"):
        settings[f"agencies.{agency}.leadership"] = {
            "whole_needs_assessment": 0.5,
            "warm_hand_over": 0.4,
            "shared_records": 0.3 if agency != "police" else 0.0,
            "discretion": 0.6,
            "community_support": 0.5,
        }
    # A door that hands on and settles, a programme that picks by what every sector has seen.
    settings["services.community_mental_health.takes"] = ("mental_health", "housing")
    settings["services.early_help_team.programme.group"] = {"need": {"mental_health": (1, 4)}}
    more = {
        "from_week": 4,
        "ramp_weeks": 8,
        "set": {
            "agencies.health_trust.leadership.warm_hand_over": 1.0,
            "agencies.police.leadership.discretion": 1.0,
            "agencies.council.leadership.whole_needs_assessment": 1.0,
            "services.voluntary_support.kinds.visit.unit_cost": 41.35,  # paid jointly, and in odd pence
        },
    }
    return Case(changed(town(800, 32), settings), (policy(more),), seed=5)


def cramped() -> Case:
    """Everybody comes to doors at once, to half of the hours and a third of the beds: queues cut by ticket."""
    settings: dict[str, Any] = {}
    small = town(1000, 40)
    for name, service in small.services.items():
        if service.hours_a_week is not None:
            settings[f"services.{name}.hours_a_week"] = service.hours_a_week / 2
        if service.beds is not None:
            settings[f"services.{name}.beds"] = service.beds / 3
        settings[f"services.{name}.standard_weeks"] = 1
        settings[f"services.{name}.gives_up"] = 4.0
    for name, need in small.needs.items():
        settings[f"needs.{name}.approach.unserved"] = tuple(rate * 20 for rate in need.approach.unserved)
        settings[f"needs.{name}.emergency"] = dict.fromkeys(("unserved", "waiting", "open"), (0.5, 1.0))
    return Case(changed(small, settings), seed=7, first_week=-3)


def on_the_move() -> Case:
    """Births into homes that are gone, deaths in stays that a household came along to, children who leave home."""
    small = town(1000, 52)
    place = small.place
    settings: dict[str, Any] = {
        "place.moves_out": 0.5,
        "place.households.leave_home": 10.0,
        "place.births.female": tuple(rate * 4 for rate in place.births.female),
        "place.deaths.female": tuple(rate * 5 for rate in place.deaths.female),
        "place.deaths.male": tuple(rate * 5 for rate in place.deaths.male),
        "bad_spells": {"start": 4.0, "weeks": 3.0},
        "needs.housing.death": (1.0, 2.0, 8.0, 20.0),
        "services.temporary_accommodation.beds": 30.0,
        "services.care_home.beds": 20.0,
        "services.hospital.beds": 20.0,
        "services.hospital.whole_household": True,
    }
    return Case(changed(small, settings), seed=11)


def hand_ons() -> Case:
    """Emergency doors that pass callers on, one after another; doors shut to some, or for a while."""
    small = town(800, 30)
    settings: dict[str, Any] = {
        "services.ambulance.takes": ("frailty",),
        "services.ambulance.hand_on": {"mental_health": "a_and_e", "housing": "a_and_e"},
        "services.a_and_e.takes": ("frailty", "child_safety"),
        "services.a_and_e.hand_on": {"mental_health": "police_response", "housing": "police_response"},
        "services.police_response.remit": {"age": (18, 120), "share": 0.7, "membership": "fixed"},
        "services.police_response.hand_on": {
            "mental_health": "place_of_safety",
            "housing": "housing_options",
            "child_safety": "child_in_need",
            "offending": "custody",
        },
        "services.general_practice.closed_to": {"tenure": ("private",), "sex": "male"},
        "services.community_mental_health.hand_on": {"mental_health": "care_home"},
        "services.care_home.remit": {"age": (50, 120)},
        "services.care_home.hand_on": {"mental_health": "voluntary_support", "frailty": "general_practice"},
        "services.temporary_accommodation.refers": (
            {"need": "housing", "severity": (1, 4), "to": "housing_options", "share": 0.8},
        ),
        "services.care_home.ends_below": 3,
        "services.hospital.ends_below": 3,
        "services.hospital.awaits": (
            {"need": "housing", "severity": (1, 4), "service": "tenancy_support", "share": 0.5},
            {"need": "frailty", "severity": (1, 4), "service": "home_care", "share": 0.5},
            {"need": "mental_health", "severity": (1, 4), "service": "community_mental_health", "share": 0.5},
        ),
        "services.hospital.beds": 20.0,
        "services.place_of_safety.closed": True,
        # Some of the routes lead to a door that has never been open, and owners have none at all.
        "needs.housing.routes": (
            {
                "group": {"tenure": ("social", "private")},
                "shares": {"housing_options": 0.7, "tenancy_support": 0.3},
            },
        ),
        "needs.housing.emergency_routes": (
            {"group": {"tenure": ("social", "private")}, "shares": {"a_and_e": 0.5, "ambulance": 0.5}},
        ),
        "mechanisms.warm_hand_over.effect": 0.0,
    }
    settings["services.a_and_e.outcomes"] = long_chains(small)
    later = {"from_week": 6, "until_week": 20, "close": "a_and_e", "group": {"district": ("north",)}}
    shut = {"from_week": 10, "until_week": 22, "close": "child_in_need"}
    return Case(changed(small, settings), (policy(later, shut),), seed=13)


def long_chains(small: Scenario) -> tuple[dict[str, Any], ...]:
    """Let A&E send many on to an assessment, so that a call to the ambulance draws three outcomes in a chain."""
    home, admitted, *others = small.services["a_and_e"].model_dump()["outcomes"]
    assessed = {"kind": "referred", "share": (0.7, 0.1, 0.1, 0.1, 0.1), "next": "mental_health_assessment"}
    rest = tuple(share - less for share, less in zip(home["share"], assessed["share"], strict=True))
    for row in others:
        if row["kind"] == "referred" and row["needs"] == ("frailty",):
            row["next"] = "mental_health_assessment"
    return ({**home, "share": rest}, admitted, assessed, *others)


def ages_of_waiting() -> Case:
    """Two and a half years in a queue that hardly moves: waits are told apart up to 127 weeks."""
    settings: dict[str, Any] = {
        "services.voluntary_support.hours_a_week": 0.2,
        "services.voluntary_support.gives_up": 0.0,
        "services.voluntary_support.remit": {},
        "needs.offending.ease": (0.01, 0.01, 0.01, 0.01),
        "needs.offending.worsen": (0.01, 0.01, 0.01),
        "place.moves_out": 0.0,
    }
    return Case(changed(town(500, 150), settings), seed=17)


def essex() -> Case:
    """Essex as it is, and a few weeks before."""
    return Case(town(800, 24, "essex"), seed=19, first_week=-4)


def essex_saves() -> Case:
    """Essex where every agency saves alone."""
    return Case(town(500, 30, "essex"), (read_policy("everyone-saves-alone"),), seed=23)


def essex_leads() -> Case:
    """Essex led as one system, its mechanisms given effects."""
    leading = town(500, 44, "essex")
    effects = {f"mechanisms.{name}.effect": 0.5 for name in leading.mechanisms if name != "shared_records"}
    return Case(changed(leading, effects), (read_policy("system-leadership"),), seed=29)


CASES: dict[str, Callable[[], Case]] = {
    made.__name__: made
    for made in (
        as_it_is, every_verb, two_policies, leadership, cramped, on_the_move, hand_ons, ages_of_waiting,
        essex, essex_saves, essex_leads,
    )
}  # fmt: skip


@lru_cache
def run_case(name: str) -> tuple[Town, DemandModel]:
    """Run both on a case, once."""
    case = CASES[name]()
    return run_both(case.scenario, seed=case.seed, policies=case.policies, first_week=case.first_week)


MADE_UP = range(9)
"""Numbers of the made-up towns that are run beside the cases."""


@lru_cache
def run_made_up(number: int) -> tuple[Town, DemandModel]:
    """Run both on a made-up town, once."""
    place, changes = made_up(number)
    return run_both(place, seed=number, policies=[changes], first_week=-(number % 3))
