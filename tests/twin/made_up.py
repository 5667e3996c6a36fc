"""Made-up towns: the small town with its rules shaken up by lot, to bring together what no file would."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from demandsim.agencies.timetable import timetable
from demandsim.errors import DemandSimError, ScenarioError
from demandsim.scenario.check import check_policy
from demandsim.scenario.policy import Change, Policy
from demandsim.scenario.read import read_scenario
from demandsim.scenario.schema import Scenario, checked

Tables = dict[str, Any]

TRIES = 20
"""How often a change is drawn again until it makes a scenario that may be run."""


def made_up(
    number: int, *, name: str = "small-town", residents: int = 700, weeks: int = 20
) -> tuple[Scenario, Policy]:
    """Make up a town and a policy for it; the same number gives the same."""
    lot = Random(number)
    town = read_scenario(name).replace(residents=residents, weeks=weeks)
    for shake in (shake_place, shake_leadership, *[shake_need] * 5, *[shake_service] * 40):
        town = _changed(lot, town, shake)
    return town, made_up_policy(lot, town)


def _changed(lot: Random, town: Scenario, shake: Callable[[Random, Tables], None]) -> Scenario:
    """Make one change by lot, drawn again where it would make no scenario."""
    for _ in range(TRIES):
        data = town.model_dump()
        shake(lot, data)
        try:
            return checked(data, file="made up")
        except ScenarioError:
            continue
    return town


def shake_place(lot: Random, data: Tables) -> None:
    """Let people be born, die, move, leave home and fall into bad spells faster."""
    place = data["place"]
    for table, keys in (("deaths", ("female", "male")), ("births", ("female",))):
        more = lot.uniform(1, 5)
        for key in keys:
            place[table][key] = tuple(min(rate * more, 20.0) for rate in place[table][key])
    place["moves_out"] = lot.uniform(0, 0.3)
    place["households"]["leave_home"] = lot.uniform(0, 3)
    data["bad_spells"] = {"start": lot.uniform(0, 3), "weeks": lot.uniform(1, 8)}
    others = [name for name in data["services"] if name not in data["remembered"]]
    data["remembered"] = (*data["remembered"], *lot.sample(others, 3))
    data["unpaid_care"]["from_severity"] = lot.randint(1, 4)


def shake_leadership(lot: Random, data: Tables) -> None:
    """Give mechanisms effects, and agencies strengths; with shared records a group may ask for any need."""
    for mechanism in data["mechanisms"].values():
        mechanism["effect"] = lot.uniform(0, 1)
        mechanism["lag_weeks"] = lot.randint(0, 8)
    for agency in data["agencies"].values():
        agency["leadership"] = {name: lot.uniform(0.01, 1) for name in data["mechanisms"]}


def group(lot: Random, data: Tables) -> Tables:
    """Make up a group."""
    low, high = sorted(lot.sample(range(100), 2))
    need_low, need_high = sorted((lot.randint(0, 4), lot.randint(0, 4)))
    keys: Tables = {
        "age": (low, high),
        "sex": lot.choice(("female", "male")),
        "quintile": tuple(sorted(lot.sample(range(1, 6), 3))),
        "district": (lot.choice(list(data["place"]["districts"])),),
        "tenure": tuple(lot.sample(("owned", "social", "private"), 2)),
        "role": tuple(lot.sample(("adult", "partner", "child"), 2)),
        "need": {lot.choice(list(data["needs"])): (need_low, need_high)},
        "place": ("home", lot.choice(("care_home", "temporary_accommodation", "foster_care"))),
        "contact": {"service": lot.choice(data["remembered"]), "weeks": lot.randint(1, 20)},
        "share": lot.uniform(0.2, 1),
    }
    chosen = lot.sample(list(keys), lot.randint(1, 2))
    return {key: keys[key] for key in chosen} | {"membership": lot.choice(("rolling", "rolling", "fixed"))}


def shake_need(lot: Random, data: Tables) -> None:
    """Change how one need moves and where it goes."""
    need = data["needs"][lot.choice(list(data["needs"]))]
    for table, key in (("start", "female"), ("start", "male"), (None, "worsen"), (None, "ease")):
        rates = need if table is None else need[table]
        rates[key] = tuple(rate * lot.uniform(0.5, 4) for rate in rates[key])
    for table in ("approach", "emergency"):
        for status, rates in need[table].items():
            need[table][status] = tuple(rate * lot.uniform(0.5, 4) for rate in rates)
    need["served"] = {"worsen": lot.uniform(0, 1), "ease": lot.uniform(1, 3)}
    need["helped"] = {"start": lot.uniform(0, 1), "worsen": lot.uniform(0, 1)}
    need["support_eases"] = lot.uniform(0, 1)
    need["ordinary_when_open"] = lot.uniform(0, 1)
    need["pushed_by"] = {name: slope * lot.uniform(1, 10) for name, slope in need["pushed_by"].items()}
    others = [other for other in data["needs"].values() if other is not need]
    if lot.random() < 0.5:
        need["pushed_by_household"] = {name: lot.uniform(0, 1) for name in data["needs"]}
        lot.choice(others)["pushed_by_household"] = {}
    last = need["routes"][-1]
    need["routes"] = ({**last, "group": group(lot, data)}, last)


def shake_service(lot: Random, data: Tables) -> None:
    """Change one service: its door, its capacity, how it works or where it leads."""
    name = lot.choice(list(data["services"]))
    service = data["services"][name]
    lot.choice((shake_door, shake_capacity, shake_work, shake_ways_on))(lot, data, name, service)


def shake_door(lot: Random, data: Tables, name: str, service: Tables) -> None:
    """Change whom a service sees."""
    service["threshold"] = lot.randint(1, 4)
    service["takes"] = tuple(lot.sample(list(data["needs"]), 4)) if lot.random() < 0.5 else ()
    if lot.random() < 0.5:
        service["remit"] = group(lot, data)
    service[lot.choice(("open_to", "closed_to"))] = group(lot, data)
    others = [other for other in data["services"] if other != name]
    service["hand_on"] = {need: lot.choice(others) for need in lot.sample(list(data["needs"]), 4)}
    service["hand_off_loss"] = lot.uniform(0, 0.7)


def shake_capacity(lot: Random, data: Tables, name: str, service: Tables) -> None:
    """Change how much of a service there is, and how those waiting bear it."""
    for key in ("hours_a_week", "beds"):
        if service[key] is not None:
            service[key] *= lot.uniform(0.2, 1.5)
    service["grows_with_population"] = lot.random() < 0.5
    service["standard_weeks"] = lot.randint(0, 6)
    service["gives_up"] = lot.uniform(0, 20)


def shake_work(lot: Random, data: Tables, name: str, service: Tables) -> None:
    """Change what a service does for whom it sees, and for how long."""
    service["helps"] = {need: lot.uniform(0, 1) for need in lot.sample(list(data["needs"]), 3)}
    service["helped_weeks"] = lot.randint(0, 10)
    service["ends_below"] = lot.randint(1, 3)
    if service["mode"] == "episode":
        service["weeks"] = lot.randint(0, 8)
        service["package"] = lot.uniform(0.1, 1)
    if service["mode"] == "stay":
        service["ready_weeks"] = lot.uniform(1, 10)
        service["whole_household"] = lot.random() < 0.3
    if service["mode"] == "outreach":
        service["programme"]["again_weeks"] = lot.randint(1, 8)
        service["programme"]["take_up"] = lot.uniform(0.3, 1)
        service["programme"]["group"] = group(lot, data)


def shake_ways_on(lot: Random, data: Tables, name: str, service: Tables) -> None:
    """Change where a service sends residents next."""
    doors = [other for other in data["services"] if other != name]
    low, high = sorted((lot.randint(1, 4), lot.randint(1, 4)))
    row = {"need": lot.choice(list(data["needs"])), "severity": (low, high), "share": lot.uniform(0.2, 1)}
    if service["mode"] == "stay":
        service["awaits"] = (*service["awaits"], {**row, "service": lot.choice(doors)})
    referral = {**row, "to": lot.choice(doors)}
    if lot.random() < 0.5:
        referral["group"] = group(lot, data)
    service["refers"] = (referral, *service["refers"])


def made_up_policy(lot: Random, town: Scenario) -> Policy:
    """Make up a policy: some of every kind of change, those left out that the town cannot run."""
    data = town.model_dump()
    seen = [name for name, service in data["services"].items() if service["mode"] in ("contact", "episode")]
    agencies = list(data["agencies"])
    cut = {"service": "home_care", "pounds_a_year": lot.uniform(-80_000, 80_000)}
    wanted: list[Tables] = [
        {"set": {f"services.{lot.choice(seen)}.threshold": lot.randint(1, 4)}},
        {"set": {f"agencies.{lot.choice(agencies)}.leadership.discretion": 1.0}, "ramp_weeks": 6},
        {"move_driver": {"driver": "rents", "by": lot.uniform(-2, 5)}, "group": group(lot, data)},
        {"move_service": {"service": lot.choice(seen), "agency": lot.choice(agencies)}},
        {"money": {**cut, "split": {"hours": 0.5, "package": 0.5}}},
        {"money": {"service": "hospital", "pounds_a_year": -200_000.0, "split": {"hours": 0, "places": 1.0}}},
    ]
    names = list(data["services"])
    wanted += [{"close": lot.choice(names)}, {"close": lot.choice(names), "group": group(lot, data)}]
    shut = [name for name, service in data["services"].items() if service["closed"]]
    wanted += [{"open": lot.choice(shut), "group": group(lot, data)}]
    kept: tuple[Change, ...] = ()
    for change in wanted:
        first = lot.choice((0, lot.randint(1, town.weeks - 3)))
        dated = {**change, "from_week": first, "until_week": lot.choice((None, first + 2))}
        more = (*kept, Change.model_validate(dated))
        if _can_be_run(town, _policy(more)):
            kept = more
    return _policy(kept)


def _policy(changes: tuple[Change, ...]) -> Policy:
    """Make a policy of changes."""
    return Policy(name="made-up", title="Made up", source="made up", maker="council", change=changes)


def _can_be_run(town: Scenario, policy: Policy) -> bool:
    """Tell whether a town can run a policy."""
    try:
        check_policy(town, policy)
        timetable(town, (policy,))
    except DemandSimError:
        return False
    return True
