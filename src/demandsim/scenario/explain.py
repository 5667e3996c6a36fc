"""A policy or a scenario told in plain words that can be read aloud to a room."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from demandsim.scenario.base import SECTORS
from demandsim.scenario.policy import Change, Policy
from demandsim.scenario.policy_check import check_policy
from demandsim.scenario.schema import Scenario
from demandsim.scenario.service import Service
from demandsim.scenario.settings import made
from demandsim.scenario.telling import MECHANISMS, legal_note, payers, spent, unmeasured, what, when
from demandsim.scenario.words import common, count, listed, pounds, severity, span, the_agency, the_service

_SECTORS = {
    "council": "The council",
    "nhs": "The NHS",
    "police": "The police",
    "community": "The voluntary sector",
    "other_public": "Other public services",
}


NO_SERVICE = "street"
"""The place of stay that nobody provides."""


def explain_policy(policy: Policy, scenario: Scenario) -> str:
    """Tell who makes a policy, what changes when and for whom, who hopes to save what, and on what evidence.

    Parameters
    ----------
    policy : Policy
        As ``read_policy`` gives it; each policy it includes is told in a paragraph of its own, and so are the
        changes of each theme.
    scenario : Scenario
        What it changes: names, and settings as they were.

    Returns
    -------
    str
        Paragraphs with an empty line between, each one line.

    Raises
    ------
    PolicyError
        If the policy cannot be run on the scenario.
    """
    check_policy(scenario, policy)
    before = _before(policy, scenario)
    paragraphs = [_sentence(policy.title), *_paragraphs(policy.about)]
    if not policy.change:
        paragraphs.append("It changes nothing.")
    parts = [part for part in policy.whole() if part is not policy and part.own]
    if parts:
        paragraphs.append(f"It brings together {count(len(parts), 'decision')}, told here one by one.")
    for part in parts:
        told = _told(part, scenario, before)
        paragraphs += [f"{_sentence(part.title)} {told[0]}", *told[1:]]
    paragraphs += _told(policy, scenario, before)
    if len(parts) > 1 and (total := sum(part.expected_saving for part in parts)):
        paragraphs.append(f"Added up, those who make these changes hope to save {pounds(total)} a year.")
    for part in parts:
        paragraphs += _paragraphs(f"Where this comes from, for “{part.title}”: {_source(part.source)}")
    paragraphs += _paragraphs(f"Where this comes from: {_source(policy.source)}")
    return "\n\n".join(paragraphs)


def _before(policy: Policy, scenario: Scenario) -> dict[int, Mapping[str, Any]]:
    """Tables as they stand before each change, by the change's ``id``: changes are made in the order of their dates."""
    data: Mapping[str, Any] = scenario.model_dump()
    before = {}
    changes = [change for one in policy.whole() for change in one.own]
    for change in sorted(changes, key=lambda one: one.from_week):
        before[id(change)] = data
        data = made(data, change)
    return before


def _told(policy: Policy, scenario: Scenario, before: Mapping[int, Mapping[str, Any]]) -> list[str]:
    """Paragraphs for a policy's own changes and its saving, one a theme."""
    themes: dict[str, list[str]] = {}
    if policy.own or policy.expected_saving:
        themes[""] = [_made_by(policy, scenario)]
    last: dict[str, str] = {}
    noted: str | None = None
    for changes in _at_once(policy.own):
        theme, dates = changes[0].theme, when(changes[0])
        opening = "At the same time" if dates == last.get(theme) else dates
        last[theme] = dates
        sentences = themes.setdefault(theme, [])
        if len(changes) > 1:
            clauses = [spent([one.money for one in changes if one.money is not None], scenario)]
        else:
            clauses = what(changes[0], scenario, before[id(changes[0])])
        for clause in clauses:
            sentences.append(f"{opening}, {clause}.")
            opening = "At the same time"
        sentences += [_sentence(one.why) for one in changes if one.why]
        for one in changes:
            noted = theme if unmeasured([one], scenario) else noted
    paragraphs = []
    for theme, told in themes.items():
        paragraphs.append(" ".join([_sentence(theme), *told] if theme else told))
        if theme == noted:
            paragraphs.append(unmeasured(policy.own, scenario))
    paragraphs += filter(None, [legal_note(policy.own, scenario)])
    return [" ".join(paragraphs)] if len(themes) == 1 else paragraphs


def _at_once(changes: Sequence[Change]) -> Iterator[list[Change]]:
    """Changes to be told in one sentence: sums of one kind that agencies spend at the same time; else each alone."""

    def alike(numbered: tuple[int, Change]) -> tuple[Any, ...]:
        number, change = numbered
        if change.money is None or change.money.agency is None:
            return (number,)
        return (change.theme, when(change), change.money.kind)

    for _, together in groupby(enumerate(changes), alike):
        yield [change for _, change in together]


def _made_by(policy: Policy, scenario: Scenario) -> str:
    """Who decides, and who hopes to save how much."""
    maker = re.sub(r"[a-z0-9_]+", lambda word: _agency_or(word[0], scenario), policy.maker)
    if not policy.expected_saving:
        return f"It is made by {maker}, and nobody counts on a saving from it."
    sum_ = pounds(policy.expected_saving)
    if policy.saver is None or policy.saver == policy.maker:
        return f"It is made by {maker}, with the hope of saving {sum_} a year."
    saver = the_agency(scenario.agencies[policy.saver])
    return f"It is made by {maker}, with the hope of saving {sum_} a year for {saver}."


def _agency_or(word: str, scenario: Scenario) -> str:
    """Name an agency in words where a word is its key."""
    return the_agency(scenario.agencies[word]) if word in scenario.agencies else word


def _source(text: str) -> str:
    """Where something comes from, without the row numbers of evidence files, which nobody can hear."""
    rows = r"[A-Z]{1,2}\d{2,3}(?:(?:-|, | and )[A-Z]{1,2}\d{2,3})*"
    text = re.sub(rf"\s*\({rows}\)|(?<=\d): {rows}(?=[,)])", "", text)
    return _capital(re.sub(rf"(^|[.;:] ){rows}(?: \((null)\))?: ", r"\1", text.strip()))


def _paragraphs(text: str) -> list[str]:
    """Text as paragraphs, each one line: an empty line in the file begins another."""
    return [_sentence(part) for part in re.split(r"\n[ \t]*\n", text) if part.strip()]


def explain_scenario(scenario: Scenario) -> str:
    """Tell what place a scenario is, which needs it follows, and which organisations serve and pay for whom.

    Returns
    -------
    str
        Paragraphs with an empty line between, each one line.
    """
    place = scenario.place
    each = place.population / scenario.residents
    stands = "each for one person" if abs(each - 1) < 0.05 else f"each standing for about {each:.3g} people"
    districts = listed(district.title for district in place.districts.values())
    paragraphs = [
        _sentence(scenario.title),
        *_paragraphs(scenario.about),
        f"{place.title} has {place.population:,} residents in {count(len(place.districts), 'district')}: "
        f"{districts}. The model follows {scenario.residents:,} of them, {stands}, for "
        f"{span(scenario.weeks)}.",
        _needs(scenario),
    ]
    for sector in SECTORS:
        if told := _sector(scenario, sector):
            paragraphs.append(told)
    if closed := [the_service(service) for service in scenario.services.values() if service.closed]:
        paragraphs.append(f"Closed until somebody decides to open it: {listed(closed)}.")
    paragraphs.append(_leadership(scenario))
    if scenario.drivers:
        names = listed(common(driver.title) for driver in scenario.drivers.values())
        paragraphs.append(f"From outside the services, needs are moved by {names}.")
    return "\n\n".join(paragraphs)


def _needs(scenario: Scenario) -> str:
    """The needs, and how severity is named."""
    names = listed(common(need.title) for need in scenario.needs.values())
    steps = ", ".join(severity(level) for level in range(1, 4))
    return (
        f"It follows {count(len(scenario.needs), 'need')}: {names}. A need can be {steps}, or have come to a "
        "crisis. A resident can have several at once, and one can bring on another."
    )


def _sector(scenario: Scenario, sector: str) -> str:
    """What the agencies of one sector provide, with their services' doors; empty if there is none."""
    sentences = []
    for name, agency in scenario.agencies.items():
        if agency.sector != sector:
            continue
        owned = [
            service for service in scenario.services.values() if service.agency == name and not service.closed
        ]
        services = [service for service in owned if service.place != NO_SERVICE]
        told = listed(_service(service) for service in services)
        if told == common(agency.title):
            sentences.append(f"{agency.title} has the services in its name.")
        elif services:
            are = "services of {} are" if len(services) > 1 else "service of {} is"
            sentences.append(f"The {are.format(the_agency(agency))} {told}.")
        elif agency.refers:
            sentences.append(f"Referrals alone come from {the_agency(agency)}, without a service of its own.")
        if none := [common(service.title) for service in owned if service.place == NO_SERVICE]:
            sentences.append(f"Counted beside them, though no service: {listed(none)}.")
        shared = [service for service in services if set(service.payers) - {name}]
        sentences += [
            f"The cost of {the_service(one)} is borne by {payers(one.payers, scenario)}." for one in shared
        ]
    return f"{_SECTORS[sector]}. {' '.join(sentences)}" if sentences else ""


def _service(service: Service) -> str:
    """A service and how severe a need must be at its door."""
    name = the_service(service)
    if service.threshold > 1 and service.mode != "emergency":
        name += f" (from {severity(service.threshold)} need)"
    if service.lawful_threshold is not None and service.threshold > service.lawful_threshold:
        name += " (beyond what the law allows)"
    return name


def _leadership(scenario: Scenario) -> str:
    """How far agencies work as one system at the start."""
    used = {
        name: [the_agency(a) for a in scenario.agencies.values() if getattr(a.leadership, name) > 0]
        for name in MECHANISMS
    }
    told = [f"{MECHANISMS[name]} ({listed(agencies)})" for name, agencies in used.items() if agencies]
    if not told:
        return (
            "Each organisation looks after its own: no way of working as one system is in use at the start."
        )
    return f"At the start, these ways of working as one system are in use at least in part: {listed(told)}."


def _sentence(text: str) -> str:
    """Text as a sentence: one line, a capital and a full stop."""
    text = _capital(" ".join(text.split()))
    return text if text.endswith((".", "?", "!")) else f"{text}."


def _capital(text: str) -> str:
    """Text with a capital first."""
    return text[:1].upper() + text[1:]
