"""Plain words for numbers, sums, spans of time and groups: what a room can be told without a key."""

from __future__ import annotations

import re
from collections.abc import Iterable

from demandsim.scenario.agency import Agency
from demandsim.scenario.base import SEVERITIES
from demandsim.scenario.contents import Contents
from demandsim.scenario.group import Group
from demandsim.scenario.service import Service

_NUMBERS = (
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)
_SPANS = {13: "three months", 26: "half a year", 39: "nine months", 78: "a year and a half"}
_PARTS = {
    0.0: "none",
    0.1: "a tenth",
    0.2: "a fifth",
    0.25: "a quarter",
    0.5: "half",
    0.75: "three quarters",
    1.0: "all",
}
_HOMES = {"owned": "own their home", "social": "rent from a social landlord", "private": "rent privately"}
_ROLES = {"adult": "heads of household", "partner": "partners", "child": "children at home"}
_ONE_OF_ITS_KIND = {"ambulance", "door", "hospital", "line", "safety", "service", "team", "unit", "ward"}
"""Last words of titles that take an article."""
_OFFICE = {"Authority", "Department", "Service", "Services", "Trust"}
"""First or last words of names that take an article."""
_STAYS = {
    "home": "at home",
    "hospital": "in hospital",
    "ward": "on a mental-health ward",
    "care_home": "in a care home",
    "temporary_accommodation": "in temporary accommodation",
    "hostel": "in a hostel",
    "street": "on the street",
    "foster_care": "in foster care",
    "childrens_home": "in a children's home",
    "prison": "in prison",
}


def listed(words: Iterable[str], *, by: str = "and") -> str:
    """Join words as in speech: "a, b and c", or "a; b and c; and d" where they hold joins of their own."""
    parts = list(words)
    if len(parts) > 2 and any(f" {by} " in part or ", " in part for part in parts):
        return f"{'; '.join(parts[:-1])}; {by} {parts[-1]}"
    return f"{', '.join(parts[:-1])} {by} {parts[-1]}" if len(parts) > 1 else "".join(parts)


def count(number: int, one: str, many: str | None = None) -> str:
    """A number of things: "one week", "three weeks", "1,200 weeks"; small numbers in words."""
    shown = _NUMBERS[number] if 0 <= number < len(_NUMBERS) else f"{number:,}"
    return f"{shown} {one if number == 1 else many or one + 's'}"


def span(weeks: int) -> str:
    """A length of time: "four weeks", "half a year", "two years"."""
    if weeks in _SPANS:
        return _SPANS[weeks]
    if weeks and weeks % 52 == 0:
        return "a year" if weeks == 52 else count(weeks // 52, "year")
    return "a week" if weeks == 1 else count(weeks, "week")


def _last(weeks: int) -> str:
    """A length of time after "the last": "year", "four weeks"."""
    return span(weeks).removeprefix("a ")


def pounds(sum_: float) -> str:
    """A sum, rounded as it would be said: "£4.2 million", "£150,000", "£2.50"."""
    size = abs(sum_)
    sign = "minus " if sum_ < 0 else ""
    for unit, name in ((1e9, " billion"), (1e6, " million")):
        if size >= unit * 0.9995:
            return f"{sign}£{_three_figures(size / unit)}{name}"
    if size >= 1000:
        return f"{sign}£{float(f'{size:.3g}'):,.0f}"
    return f"{sign}£{size:,.0f}" if size == int(size) else f"{sign}£{size:,.2f}"


def _three_figures(number: float) -> str:
    """Write a number to three figures without a string of noughts."""
    return f"{float(f'{number:.3g}'):,.10g}"


def number(value: float) -> str:
    """A plain number: whole where it is whole, commas in thousands."""
    return f"{value:,.0f}" if value == int(value) else f"{value:,.4g}"


def part(share: float) -> str:
    """A share: "half", "all", "35%"."""
    return _PARTS.get(round(share, 6), f"{share * 100:.3g}%")


def severity(level: int) -> str:
    """A severity by its name: "established"."""
    return SEVERITIES[level]


def common(title: str) -> str:
    """A title as it stands inside a sentence: "home care", but "A&E" and "Mental Health Act assessment"."""
    first, _, rest = title.partition(" ")
    plain = first[1:].islower() or len(first) == 1
    return title[0].lower() + title[1:] if plain and rest == rest.lower() else title


def the_agency(agency: Agency, *, briefly: bool = False) -> str:
    """An agency as it stands inside a sentence: "the county council", "Essex Police"; briefly, not where it is."""
    title = agency.title.removeprefix("The ")
    if _OFFICE & {title.split(" ")[0], title.split(" ")[-1]} or title.isupper():
        return f"the {title}"
    whose = re.search(r" (?:in|for|serving|of) [A-Z][A-Za-z ]*$", title)
    name = title[: whose.start()] if whose else title
    told = common(name) + ("" if briefly else title[len(name) :])
    if common(name).split(" ")[-1] == "care":
        return told
    return f"the {told}" if told != title or title != agency.title else title


def the_service(service: Service) -> str:
    """A service as it stands inside a sentence: "home care", "the crisis team"."""
    name = common(service.title)
    return f"the {name}" if name.split(" ")[-1] in _ONE_OF_ITS_KIND else name


def who(group: Group, scenario: Contents) -> str:
    """A group: "women aged 65 or over in Tendring with complex or worse frailty"."""
    if group.everyone:
        return "everyone"
    parts = [_people(group)]
    if group.quintile is not None:
        parts.append(_deprived(group.quintile))
    if group.district is not None:
        parts.append(f"in {listed((scenario.place.districts[d].title for d in group.district), by='or')}")
    if group.tenure is not None:
        parts.append(f"who {listed((_HOMES[t] for t in group.tenure), by='or')}")
    if group.place is not None:
        parts.append(f"now {listed((_STAYS[p] for p in group.place), by='or')}")
    if group.need:
        parts.append(f"with {listed(_need(scenario, name, span_) for name, span_ in group.need.items())}")
    if group.contact is not None:
        service = the_service(scenario.services[group.contact.service])
        parts.append(f"who were seen by {service} in the last {_last(group.contact.weeks)}")
    told = " ".join(parts)
    if group.share is not None:
        told = f"{part(group.share)} of {told}, picked by lot"
    return told + (", as they stand on the day" if group.membership == "fixed" else "")


def _people(group: Group) -> str:
    """Sex, age and role."""
    young = group.age is not None and group.age[1] < 18
    if young:
        people = {"female": "girls", "male": "boys"}.get(group.sex or "", "children")
    else:
        people = {"female": "women", "male": "men"}.get(group.sex or "", "people")
    if group.role is not None:
        people = listed((_ROLES[role] for role in group.role), by="or")
    if group.age is None or group.age == (0, 17):
        return people
    first, last = group.age
    if first == last:
        return f"{people} aged {first}"
    if last >= 100:
        return f"{people} aged {first} or over" if first > 0 else people
    return f"{people} under {last + 1}" if first == 0 else f"{people} aged {first} to {last}"


def _deprived(quintiles: tuple[int, ...]) -> str:
    """Fifths of neighbourhoods by deprivation."""
    rows = sorted(set(quintiles))
    many = {1: "fifth", 2: "two fifths", 3: "three fifths", 4: "four fifths"}
    if rows == list(range(1, len(rows) + 1)) and len(rows) in many:
        return f"in the most deprived {many[len(rows)]} of neighbourhoods"
    if rows == list(range(6 - len(rows), 6)) and len(rows) in many:
        return f"in the least deprived {many[len(rows)]} of neighbourhoods"
    names = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "last"}
    return (
        f"in the {listed(names[row] for row in rows)} fifth of neighbourhoods, counted from the most deprived"
    )


def _need(scenario: Contents, name: str, levels: tuple[int, ...]) -> str:
    """A need and how severe it is."""
    title = common(scenario.needs[name].title)
    low, high = levels
    if high == 0:
        return f"no {title}"
    if low <= 1 and high == 4:
        return title if low == 1 else f"or without {title}"
    if low == high:
        return f"{severity(low)} {title}"
    if high == 4:
        return f"{severity(low)} or worse {title}"
    return f"{severity(low) if low else 'no'} to {severity(high)} {title}"
