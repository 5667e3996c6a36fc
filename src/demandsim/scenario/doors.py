"""What each service must state, what its numbers must add up to, and whether anybody can reach it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from demandsim.scenario.contents import Contents
from demandsim.scenario.problems import Loc, Problem
from demandsim.scenario.service import Service

CHAIN = 4
DRAWN = 3  # words a call has for the outcomes of one chain
"""Most contacts that may follow one another within a week."""

NEAR = 1e-9
"""How far a sum of shares may be from one."""


def doors(scenario: Contents) -> Iterator[Problem]:
    """Everything wrong with the services, one by one and then together."""
    for name, service in scenario.services.items():
        here: Loc = ("services", name)
        yield from _sums(service, here)
        yield from _mode(service, here)
        yield from _capacity(service, here)
        yield from _outcomes(service, here)
    yield from _routes(scenario)
    yield from _chains(scenario)
    yield from _unreached(scenario)


def _adds_up(shares: Mapping[str, float], place: Loc) -> Iterator[Problem]:
    """Shares by name that must add up to one."""
    total = sum(shares.values())
    if abs(total - 1) > NEAR:
        parts = " + ".join(f"{name} {share:g}" for name, share in shares.items()) or "nothing"
        yield Problem(place, f"shares must add up to 1, not {total:.6g} ({parts})")


def _sums(service: Service, here: Loc) -> Iterator[Problem]:
    """Payers' shares."""
    if service.payers:
        yield from _adds_up(service.payers, (*here, "payers"))


def _routes(scenario: Contents) -> Iterator[Problem]:
    """Shares of approaches and of emergencies."""
    for name, need in scenario.needs.items():
        for table in ("routes", "emergency_routes"):
            for row, route in enumerate(getattr(need, table)):
                yield from _adds_up(route.shares, ("needs", name, table, row, "shares"))


_KINDS = {"stay": ("stay_week",), "episode": ("episode_week",), "outreach": ("offer", "reached")}


def _mode(service: Service, here: Loc) -> Iterator[Problem]:
    """Settings that a mode asks for, and those that go with another mode."""
    mode = service.mode
    for kind in _KINDS.get(mode, ()):
        if kind not in service.kinds:
            yield Problem(
                (*here, "kinds", kind), "is missing", would_do=f"a service of mode {mode} has this kind"
            )
    if mode not in _KINDS and not set(service.kinds) - {"assessment"}:
        yield Problem((*here, "kinds"), "must have at least one kind of contact besides assessment")
    for key, only in (("place", "stay"), ("ready_weeks", "stay"), ("programme", "outreach")):
        if mode == only and getattr(service, key) is None:
            yield Problem((*here, key), "is missing", would_do=f"a service of mode {only} states it")
    for key, only in (
        ("place", "stay"),
        ("ready_weeks", "stay"),
        ("beds", "stay"),
        ("awaits", "stay"),
        ("whole_household", "stay"),
        ("programme", "outreach"),
        ("outcomes", "emergency"),
    ):
        if mode != only and getattr(service, key) not in (None, (), False):
            yield Problem(
                (*here, key),
                f"is for services of mode {only}; this is of mode {mode}",
                would_do="leave it out",
            )


def _capacity(service: Service, here: Loc) -> Iterator[Problem]:
    """Staff and beds must be able to carry the part of the price that does not follow contacts."""
    stated = service.beds if service.mode == "stay" else service.hours_a_week
    name = "beds" if service.mode == "stay" else "hours_a_week"
    fixed = 1 - service.responsive.central
    if stated is None and service.hours_a_week is None:
        if fixed > 0:
            yield Problem(
                (*here, "responsive", "central"),
                f"must be 1 where no {name} are stated, or the rest of the price would vanish",
                service.responsive.central,
                f"state {name}, or 1",
            )
        return
    expected = sum(
        service.expected_contacts.get(key, 0.0) * kind.unit_cost for key, kind in service.kinds.items()
    )
    if fixed > 0 and expected > 0 and not (stated or service.hours_a_week):
        yield Problem((*here, name), "must be above 0 to carry the expected contacts' fixed cost", stated)
    if fixed > 0 and not expected and not service.closed and any(k.unit_cost for k in service.kinds.values()):
        yield Problem(
            (*here, "expected_contacts"),
            "must say how many contacts the capacity is for, or it would cost nothing",
        )
    if service.hours_a_week is not None:
        for key, kind in service.kinds.items():
            if kind.hours == 0:
                yield Problem(
                    (*here, "kinds", key, "hours"), "must be above 0 where hours_a_week limit the service", 0
                )


def _outcomes(service: Service, here: Loc) -> Iterator[Problem]:
    """Shares of the ways an emergency ends, by need and severity."""
    if service.mode != "emergency":
        return
    if not any(not row.needs for row in service.outcomes):
        yield Problem((*here, "outcomes"), "must have rows for every need: rows without needs")
    needs = dict.fromkeys(need for row in service.outcomes for need in row.needs)
    for need in (None, *needs):
        rows = [row for row in service.outcomes if (need in row.needs if need else not row.needs)]
        for severity in range(5):
            total = sum(row.share[severity] for row in rows)
            idle = need is not None and severity == 0 and total == 0  # background has no need
            if rows and abs(total - 1) > NEAR and not idle:
                of = f"the rows of {need}" if need else "the rows without needs"
                at = f"severity {severity}" if severity else "background (the first column)"
                yield Problem(
                    (*here, "outcomes"), f"shares of {of} must add up to 1 at {at}, not {total:.6g}"
                )


def _chains(scenario: Contents) -> Iterator[Problem]:
    """Contacts that lead to contacts in the same week: no circle, and no more than four."""
    seeing = {name: service for name, service in scenario.services.items() if not service.closed}
    after = {
        name: tuple(
            dict.fromkeys(row.next for row in service.outcomes if row.next in seeing and any(row.share))
        )
        for name, service in seeing.items()
    }
    for name in after:
        for path in _paths(after, (name,)):
            shown = " -> ".join(path)
            if path[-1] == name and len(path) > 1:
                yield Problem(("services", name, "outcomes"), f"contacts go round in a circle: {shown}")
                break
            if path[-1] in path[:-1]:
                continue  # a circle further on is told at its own services
            drawn = sum(scenario.services[step].mode == "emergency" for step in path)
            if drawn > DRAWN:
                yield Problem(
                    ("services", name, "outcomes"),
                    f"more than {DRAWN} outcomes are drawn in one chain: {shown}",
                )
                break
            if len(path) > CHAIN:
                yield Problem(
                    ("services", name, "outcomes"),
                    f"contacts chain more than {CHAIN} deep in a week: {shown}",
                )
                break


def _paths(after: Mapping[str, tuple[str, ...]], path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Every chain from a service on, to one step beyond what is allowed or to where it meets itself."""
    yield path
    if len(path) <= CHAIN and path[-1] not in path[:-1]:
        for following in after[path[-1]]:
            yield from _paths(after, (*path, following))


def _unreached(scenario: Contents) -> Iterator[Problem]:
    """Open services that no resident can come to."""
    reached = set()
    ahead = [*_entered(scenario)]
    while ahead:
        name = ahead.pop()
        if name not in reached:
            reached.add(name)
            ahead.extend(leads_to(scenario.services[name]))
    for name, service in scenario.services.items():
        if name not in reached and not service.closed:
            yield Problem(
                ("services", name),
                "nobody can reach it: no route, referral, hand-on, wait, outcome or background leads here",
                would_do="add one, or closed = true",
            )


def _entered(scenario: Contents) -> Iterator[str]:
    """Services that residents come to of themselves, or sent by an agency without a service."""
    for need in scenario.needs.values():
        for route in (*need.routes, *need.emergency_routes):
            yield from (name for name, share in route.shares.items() if share > 0)
        yield from (name for name, rates in need.ordinary.items() if any(rates))
    for agency in scenario.agencies.values():
        yield from (refers.to for refers in agency.refers if any(refers.rates))
    for name, service in scenario.services.items():
        if service.mode == "outreach" or service.background is not None:
            yield name


def leads_to(service: Service) -> Iterator[str]:
    """Services that a service may send residents to."""
    yield from service.hand_on.values()
    yield from (referral.to for referral in service.refers)
    yield from (wait.service for wait in service.awaits)
    for outcome in service.outcomes:
        yield from (name for name in (outcome.next, outcome.refers_to) if name is not None)
    if service.programme is not None:
        yield from service.programme.refers_to.values()
