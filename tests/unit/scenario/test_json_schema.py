"""The schemas of files as they are written: what ships passes, what cannot be read by itself does not."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator, Draft202012Validator

from demandsim.errors import ScenarioError
from demandsim.scenario.check import apply_set, check_policy
from demandsim.scenario.files import RESERVED, shipped
from demandsim.scenario.json_schema import FILES, json_schema
from demandsim.scenario.read import read_policy, read_scenario

DRAFTS = (Draft202012Validator, Draft7Validator)
SHIPPED = [
    (kind, path)
    for kind, found in (("scenario", "*.toml"), ("place", "places/*.toml"), ("policy", "policies/*.toml"))
    for path in sorted(shipped().glob(found))
]
HEAD = 'title = "T"\nsource = "S"\nmaker = "council"\n'
NUMBER = 'unit = "weeks", grade = "measured", source = "A made-up number, for tests"'


@cache
def validators(kind: str) -> list[Any]:
    """The schema as either draft reads it: editors differ in which they follow."""
    return [draft(json_schema(kind)) for draft in DRAFTS]


def complaints(kind: str, data: Mapping[str, Any]) -> list[str]:
    """What the schema has against a file's tables; both drafts must agree that there is something."""
    told = [
        [f"{error.json_path} {error.message}" for error in one.iter_errors(data)] for one in validators(kind)
    ]
    assert bool(told[0]) == bool(told[1]), told
    return told[0]


def change(text: str, top: str = "") -> str:
    """A policy with one change."""
    return f"{HEAD}{top}\n[[change]]\n{text}\n"


def readable(kind: str, text: str, folder: Path) -> bool:
    """Whether the package takes the file, a policy for the small town."""
    path = folder / f"{kind}-under-test.toml"
    path.write_text(text, encoding="utf-8")
    try:
        if kind == "policy":
            check_policy(read_scenario("small-town"), read_policy(path))
        else:
            read_scenario(path)
    except ScenarioError:
        return False
    return True


@pytest.mark.parametrize("kind", FILES)
def test_a_schema_is_one_in_the_draft_it_names_and_in_the_older_one_of_some_editors(kind: str) -> None:
    schema = json_schema(kind)
    assert schema["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
    for draft in DRAFTS:
        draft.check_schema(schema)
    assert json.loads(json.dumps(schema)) == schema


@pytest.mark.parametrize("kind", FILES)
def test_a_schema_keeps_to_what_both_drafts_know(kind: str) -> None:
    known = {key for draft in DRAFTS for key in draft.VALIDATORS} - {"$dynamicRef"}
    newer = known - set(Draft7Validator.VALIDATORS)
    text = json.dumps(json_schema(kind))
    assert newer
    assert [key for key in newer if f'"{key}":' in text] == []


@pytest.mark.parametrize(("kind", "path"), SHIPPED, ids=lambda one: getattr(one, "stem", one))
def test_shipped_files_pass(kind: str, path: Path) -> None:
    assert complaints(kind, tomllib.loads(path.read_text(encoding="utf-8"))) == []


def without_none(item: Any) -> Any:
    """Tables as a file would hold them."""
    if isinstance(item, Mapping):
        return {key: without_none(one) for key, one in item.items() if one is not None}
    return [without_none(one) for one in item] if isinstance(item, list | tuple) else item


@pytest.mark.parametrize("name", ["essex", "small-town"])
def test_a_scenario_written_out_in_full_passes(name: str) -> None:
    assert complaints("scenario", without_none(read_scenario(name).model_dump())) == []


PASS = {
    "a set of nothing beside another verb": ("policy", change('set = {}\nopen = "tenancy_support"')),
    "a group of everyone with set": (
        "policy",
        change('group = { membership = "rolling", need = {} }\nset = { "services.home_care.threshold" = 3 }'),
    ),
    "a number with its reasons": ("policy", change(f'from_week = {{ value = 4, {NUMBER} }}\nclose = "ward"')),
    "a number with its reasons, set by path and ramp": (
        "policy",
        change(f'ramp_weeks = 4\nset = {{ "services.home_care.helped_weeks" = {{ value = 8, {NUMBER} }} }}'),
    ),
    "a whole table set": ("policy", change('set = { "services.home_care.remit" = { age = [70, 120] } }')),
    "no change at all": ("policy", HEAD),
    "a scenario that changes one number": (
        "scenario",
        'extends = "small-town"\n[services.home_care]\nhours_a_week = 90\n',
    ),
    "a scenario that changes one number in each of several tables": (
        "scenario",
        'extends = "small-town"\n[services.home_care.kinds.episode_week]\nunit_cost = 270\n'
        "[services.home_care.responsive]\nhigh = 0.9\n[place.districts.north]\ngrowth = 0.02\n"
        "[place.deaths]\ndecile = [1.5, 1.35, 1.2, 1.1, 1, 0.95, 0.9, 0.85, 0.8, 0.75]\n",
    ),
    "a price of another year": (
        "scenario",
        'extends = "small-town"\n[services.home_care.kinds]\nepisode_week.unit_cost = { value = 200, '
        'unit = "pounds a week", price_year = "2013/14", grade = "judged", range = "half to double", '
        'source = "An invented price, for tests" }\n',
    ),
    "a length divided, from a number that is above its limit": (
        "scenario",
        'extends = "small-town"\n[services.home_care]\npackage = { value = 4, divided_by = 5, low = 3, high = 5, '
        'unit = "share", grade = "adapted", source = "An invented share, for tests" }\n',
    ),
    "a row with its reasons": (
        "scenario",
        'extends = "small-town"\n[needs.housing]\nworsen = { value = [0.5, 0.4, 0.5], unit = "a person-year", '
        'grade = "judged", range = [0.8, 1.2], source = "An invented row, for tests" }\n',
    ),
    "a row with reasons for one of its numbers": (
        "scenario",
        f'extends = "small-town"\n[needs.housing.start]\nage = [0, {{ value = 16, {NUMBER} }}, 25, 45, 65]\n',
    ),
}


@pytest.mark.parametrize("case", PASS)
def test_what_can_be_read_passes(case: str, tmp_path: Path) -> None:
    kind, text = PASS[case]
    assert readable(kind, text, tmp_path)
    assert complaints(kind, tomllib.loads(text)) == []


FAIL = {
    "a setting misspelt": ("policy", change('from_wek = 3\nopen = "tenancy_support"'), "from_wek"),
    "a setting misspelt at the top": ("policy", HEAD.replace("title", "titel"), "titel"),
    "a title missing": ("policy", 'source = "S"\nmaker = "council"\n', "title"),
    "text for a number": ("policy", change('from_week = "soon"\nopen = "tenancy_support"'), "from_week"),
    "a number for text": ("policy", HEAD.replace('"S"', "3"), "source"),
    "a week below 0": ("policy", change('from_week = -1\nopen = "tenancy_support"'), "minimum of 0"),
    "two verbs": ("policy", change('open = "tenancy_support"\nclose = "ward"'), "valid under each of"),
    "no verb": ("policy", change('why = "Nothing happens."'), "not valid under any"),
    "an empty set": ("policy", change("set = {}"), "not valid under any"),
    "a group with set": (
        "policy",
        change('group = { age = [0, 17] }\nset = { "services.home_care.threshold" = 3 }'),
        "'age'",
    ),
    "a word that is none": ("policy", change('group = { tenure = ["rented"] }\nclose = "ward"'), "'rented'"),
    "a severity above 4": ("policy", change('group = { need = { housing = [1, 5] } }\nclose = "ward"'), "5"),
    "a path misspelt": ("policy", change('set = { "services.home_care.treshold" = 3 }'), "treshold"),
    "a path without quotes": ("policy", change("set.services.home_care.threshold = 3"), "services"),
    "a path of the file's own": (
        "policy",
        change('set = { "services.home_care.lawful_threshold" = 3 }'),
        "lawful_threshold",
    ),
    "a path for another verb": (
        "policy",
        change('set = { "services.home_care.agency" = "police" }'),
        "agency",
    ),
    "a path out of range": ("policy", change('set = { "services.home_care.package" = 1.5 }'), "maximum of 1"),
    "a path set to text": (
        "policy",
        change('set = { "services.home_care.threshold" = "high" }'),
        "threshold",
    ),
    "a ramp for what is no number": (
        "policy",
        change('ramp_weeks = 4\nset = { "services.home_care.takes" = ["frailty"] }'),
        "takes",
    ),
    "a sum at a service and an agency": (
        "policy",
        change('money = { service = "home_care", agency = "council", pounds_a_year = 3 }'),
        "valid under each of",
    ),
    "a sum once at a service": ("policy", change('money = { service = "home_care", pounds = 3 }'), "pounds"),
    "a sum below 0 at an agency": (
        "policy",
        change('money = { agency = "council", pounds_a_year = -3 }'),
        "pounds_a_year",
    ),
    "a service moved nowhere": (
        "policy",
        change('move_service = { service = "ward" }'),
        "not valid under any",
    ),
    "the parts, which are filled in": (
        "policy",
        change('open = "tenancy_support"', top="parts = []"),
        "parts",
    ),
    "a key kept for later": ("policy", change('set = { "agencies.police.learning" = 1.0 }'), "learning"),
    "a number without its source": (
        "policy",
        change('from_week = { value = 4, unit = "weeks", grade = "measured" }\nclose = "ward"'),
        "'source' is a required property",
    ),
    "a price without its year": (
        "scenario",
        'extends = "small-town"\n[services.home_care]\n'
        'charge = { value = 4, unit = "pounds a week", grade = "measured", source = "An invented price, for tests" }\n',
        "price_year",
    ),
    "a judged number without a range": (
        "scenario",
        'extends = "small-town"\n[services.home_care]\n'
        'weeks = { value = 4, unit = "weeks", grade = "judged", source = "An invented number, for tests" }\n',
        "weeks",
    ),
    "a negative number with its reasons": (
        "scenario",
        f'extends = "small-town"\n[services.home_care]\nweeks = {{ value = -4, {NUMBER} }}\n',
        "minimum of 0",
    ),
    "a scenario on nothing": ("scenario", 'title = "T"\nresidents = 2000\nweeks = 52\n', "'place'"),
    "a scenario's setting misspelt": (
        "scenario",
        'extends = "small-town"\n[services.home_care]\ntreshold = 3\n',
        "treshold",
    ),
    "a share above 1": (
        "scenario",
        'extends = "small-town"\n[services.home_care]\npackage = 1.2\n',
        "maximum of 1",
    ),
    "a row of the wrong length": (
        "scenario",
        'extends = "small-town"\n[needs.housing]\nworsen = [0.5, 0.4]\n',
        "too short",
    ),
    "an array's row that leaves something out": (
        "scenario",
        'extends = "small-town"\n[[needs.housing.routes]]\ngroup = { age = [0, 17] }\n',
        "shares",
    ),
    "a band that is none": (
        "scenario",
        'extends = "small-town"\n[needs.housing.start]\nage = [0, 17]\n',
        "17",
    ),
    "a mechanism that is none": (
        "scenario",
        'extends = "small-town"\n[mechanisms.goodwill]\nper = "opening"\n',
        "goodwill",
    ),
    "evidence that is none": ("scenario", 'extends = "small-town"\nevidence = "france"\n', "'france'"),
    "a mode that is none": (
        "scenario",
        'extends = "small-town"\n[services.ward]\nmode = "sleep"\n',
        "'sleep'",
    ),
    "a name in capitals": (
        "scenario",
        'extends = "small-town"\n[agencies.NHS]\ntitle = "N"\nsector = "nhs"\n',
        "NHS",
    ),
}


@pytest.mark.parametrize("case", FAIL)
def test_what_cannot_be_read_by_itself_fails(case: str, tmp_path: Path) -> None:
    kind, text, told = FAIL[case]
    assert not readable(kind, text, tmp_path)
    assert told in " ".join(complaints(kind, tomllib.loads(text)))


@pytest.mark.parametrize("word", sorted(RESERVED))
@pytest.mark.parametrize(
    "table", ["{}", "needs.{}", "services.{}", "agencies.police.{}", "services.ward.kinds.{}"]
)
def test_keys_kept_for_later_are_refused(word: str, table: str) -> None:
    text = f'extends = "small-town"\n[{table.format(word)}]\ntitle = "Later"\n'
    assert complaints("scenario", tomllib.loads(text))


def paths(table: Mapping[str, Any], at: str) -> Iterator[tuple[str, Any]]:
    """Every path below a table, with what stands there."""
    for key, item in table.items():
        yield f"{at}.{key}", item
        if isinstance(item, Mapping):
            yield from paths(item, f"{at}.{key}")


def test_set_takes_exactly_the_paths_that_a_policy_may_set() -> None:
    data = read_scenario("small-town").model_dump()
    known = [*paths(data["services"], "services"), *paths(data["agencies"], "agencies")]
    settable, differ = 0, []
    for path, value in known:
        if value is None:
            continue
        try:
            apply_set(data, path, value)
        except ScenarioError:
            may = False
        else:
            may = True
        row = {"set": {path: without_none(value)}}
        passes = not complaints("policy", {"title": "T", "source": "S", "maker": "M", "change": [row]})
        settable += may
        if may != passes:
            differ.append((path, may))
    assert differ == []
    assert 300 < settable < len(known)
