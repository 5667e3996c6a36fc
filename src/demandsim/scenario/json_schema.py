"""JSON Schema of scenario, place and policy files as they are written, for editors and scripts.

Pydantic's own schema says what stands in a scenario once its layers are joined. What a file may write differs, and
every difference is made here: a scenario or place file may leave out what lies beneath it, a number may stand in a
table with its reasons, a policy's ``set`` holds dotted paths, and keys kept for later are refused. Nothing that can be
read is refused; much that cannot be read (names that are not there, shares that do not add up) passes. Only what draft
7 and draft 2020-12 both know is used, because editors differ in which of the two they follow.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from demandsim.scenario.agency import MECHANISMS
from demandsim.scenario.base import AGE_BANDS, PLACES, ROLES, SEXES, TENURES
from demandsim.scenario.contents import Contents
from demandsim.scenario.files import RESERVED
from demandsim.scenario.policy import Policy
from demandsim.scenario.read import EVIDENCE
from demandsim.scenario.schema_rules import RULES, Schema, number_with_reasons, text
from demandsim.scenario.setting_words import WORDS
from demandsim.scenario.settings import BY_OTHER_VERBS, FIXED_ROWS, OF_THE_FILE

DRAFT = "https://json-schema.org/draft/2020-12/schema"

FILES = ("scenario", "place", "policy")
"""Kinds of file that have a schema."""

_KEY = "[a-z][a-z0-9_]{0,39}"
_TITLES = {
    "scenario": "A scenario of demandsim: a place, its needs, agencies and services",
    "place": "A place of demandsim: who lives there, in which homes",
    "policy": "A policy of demandsim: dated changes to a scenario",
}
_ENUMS = {
    "Group.sex": SEXES,
    "Group.tenure": TENURES,
    "Group.role": ROLES,
    "Group.place": PLACES,
    "Service.place": PLACES[1:],
    "RatesByAge.age": AGE_BANDS,
}
"""Words that the reader checks by itself; those of an array are its entries'."""

_NO_RESERVED: Schema = {"not": {"pattern": rf"(^|\.)({'|'.join(sorted(RESERVED))})(\.|$)"}}


def json_schema(kind: str) -> Schema:
    """Give the JSON Schema (draft 2020-12) of one kind of file.

    Parameters
    ----------
    kind : {"scenario", "place", "policy"}
        A place is the file that a scenario's ``[place] from`` names.

    Returns
    -------
    dict
        New tables each time, ready for ``json.dumps``.
    """
    writer = _Writer()
    root = {"scenario": writer.scenario, "place": writer.place, "policy": writer.policy}[kind]()
    head: Schema = {"$schema": DRAFT, "title": _TITLES[kind], **root}
    return deepcopy({**head, "$defs": dict(sorted(writer.tables.items()))})


class _Writer:
    """Rewrites the models' schema table by table.

    A table is written in one of two ways: *whole*, where what has no default must be there (in rows of arrays, which
    are replaced whole, and in policies), or as a *part*, where what lies beneath fills in the rest.
    """

    def __init__(self) -> None:
        self.models: Schema = {}
        for model in (Contents, Policy):
            schema = model.model_json_schema()
            self.models |= {model.__name__: schema, **schema.pop("$defs")}
        self.tables: Schema = {
            "number": number_with_reasons("number"),
            "numbers": number_with_reasons("array"),
        }

    def scenario(self) -> Schema:
        """A scenario file: all of it may lie in the file it extends, and much of it in the evidence."""
        root = self._table("Contents", whole=False)
        root["description"] = (
            "Everything a run needs but a seed. A file that extends another writes what differs."
        )
        root["properties"] |= {
            "extends": text("A shipped scenario's name, or a file beside this one, that this one changes."),
            "evidence": text("Evidence that fills in every number not written here.", enum=[*EVIDENCE]),
        }
        fits = ["title", "residents", "weeks", "place", "needs", "agencies", "services"]
        return root | {
            "if": {"required": ["extends"]},
            "else": {
                "required": fits,
                "if": {"required": ["evidence"]},
                "else": {"required": ["mechanisms", "bad_spells"]},
            },
        }

    def place(self) -> Schema:
        """A place file, of which the scenario that names it may write the rest."""
        root = self._table("Place", whole=False)
        del root["properties"]["from"]  # a place stands on no other
        return root

    def policy(self) -> Schema:
        """A policy file: its name is the file's, and what it includes is named."""
        root = self._table("Policy", whole=True)
        root["description"] = "A named list of dated changes, each with exactly one verb."
        root["required"] = ["title", "source", "maker"]
        return root

    def _named(self, name: str, *, whole: bool) -> Schema:
        """Refer to a table, having written it."""
        key = name if whole else f"{name}Part"
        if key not in self.tables:
            self.tables[key] = {}  # a table may hold itself
            self.tables[key] = self._table(name, whole=whole)
        return {"$ref": f"#/$defs/{key}"}

    def _table(self, name: str, *, whole: bool) -> Schema:
        """Write one model's table."""
        model = self.models[name]
        table: Schema = {
            "type": "object",
            "description": _plain(model.get("description", "")),
            "properties": {
                key: self._setting(name, key, whole=whole)
                for key in model["properties"]
                if f"{name}.{key}" != "Policy.parts"  # filled in as the file is read
            },
            "additionalProperties": False,
        }
        if name == "Place":
            table["properties"]["from"] = text("A place file, relative to this one, that this table changes.")
        if whole and model.get("required"):
            table["required"] = model["required"]
        return table | RULES.get(name, {})

    def _setting(self, name: str, key: str, *, whole: bool) -> Schema:
        """Write one setting of a model, with its sentence and, where nothing lies beneath, its default."""
        place, raw = f"{name}.{key}", self.models[name]["properties"][key]
        said = {"description": WORDS[place]} if place in WORDS else {}
        if place == "Change.set":
            return {**said, **self._set()}
        written = self._value(raw, whole=whole)
        if place == "Contents.mechanisms":
            written = {
                "type": "object",
                "properties": dict.fromkeys(MECHANISMS, written["additionalProperties"]),
                "additionalProperties": False,
            }
        if place == "Group.need":
            written["additionalProperties"]["items"] |= {"minimum": 0, "maximum": 4}
        if place in _ENUMS:
            one = written.get("items", written)
            words = {"enum": [*_ENUMS[place]]}
            one |= {"else": words} if "then" in one else words  # a number may be a table with its reasons
        usual = raw.get("default")
        if whole and isinstance(usual, bool | int | float | str) and usual != "":
            written["default"] = usual
        return said | written

    def _value(self, raw: Schema, *, whole: bool) -> Schema:
        """Write what may stand at a setting, from what pydantic says of it."""
        for one in raw.get("anyOf", ()):
            if one.get("type") != "null":  # TOML has no null: what is none is left out
                return self._value(one, whole=whole)
        if "$ref" in raw:
            return self._named(raw["$ref"].rpartition("/")[2], whole=whole)
        kind = raw["type"]
        if kind in ("number", "integer"):
            return _with_reasons(kind, _kept(raw, "minimum", "maximum", "exclusiveMinimum"), "number")
        if kind == "array":
            items = self._value(raw["items"], whole=True)
            lengths = _kept(raw, "minItems", "maxItems")
            if raw["items"].get("type") in ("number", "integer"):
                return _with_reasons("array", {"items": items, **lengths}, "numbers")
            return {"type": "array", "items": items, **lengths}
        if kind == "object":
            inner, *_ = raw.get("patternProperties", {"": raw.get("additionalProperties", {})}).values()
            names = {"pattern": f"^{_KEY}$", **_NO_RESERVED}
            return {
                "type": "object",
                "propertyNames": names,
                "additionalProperties": self._value(inner, whole=whole),
            }
        return _kept(raw, "type", "pattern", "enum", "const", "minLength", "maxLength")

    def _set(self) -> Schema:
        """Write what ``set`` may hold: every path that a policy may set, and what may stand there."""
        paths = {
            f"^{start}{path}$": {**value, "description": WORDS.get(place, "")}
            for start, name in ((rf"services\.{_KEY}", "Service"), (rf"agencies\.{_KEY}", "Agency"))
            for path, place, value in self._paths(name, top=True)
        }
        return {
            "type": "object",
            "propertyNames": _NO_RESERVED,
            "patternProperties": paths,
            "additionalProperties": False,
        }

    def _paths(self, name: str, *, top: bool = False) -> Iterator[tuple[str, str, Schema]]:
        """Every path in a model that a policy may set, as a pattern, with its place and value."""
        for key in self.models[name]["properties"]:
            if key in OF_THE_FILE:
                continue
            path, place = rf"\.{key}", f"{name}.{key}"
            value = self._setting(name, key, whole=True)
            if not (top and (key in BY_OTHER_VERBS or key == "leadership")):
                yield path, place, value
            if "additionalProperties" in value:
                path, value = rf"{path}\.{_KEY}", value["additionalProperties"]
                if not (top and key in FIXED_ROWS):
                    yield path, place, value
            if "$ref" in value:
                inside = value["$ref"].rpartition("/")[2]
                yield from ((path + further, at, one) for further, at, one in self._paths(inside))


def _plain(docstring: str) -> str:
    """A docstring as running text."""
    paragraphs = docstring.replace("``", "'").split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def _kept(raw: Mapping[str, Any], *keys: str) -> Schema:
    """Keep of pydantic's words those named."""
    return {key: raw[key] for key in keys if key in raw}


def _with_reasons(kind: str, limits: Schema, table: str) -> Schema:
    """A number or a row of numbers, or the table that states it with its reasons.

    A price may be of another year and a length be divided, so of the limits only "not below nought" holds there.
    """
    value = {key: limit for key, limit in limits.items() if key in ("minItems", "maxItems") or limit == 0}
    value.pop("maximum", None)
    then: Schema = {"allOf": [{"$ref": f"#/$defs/{table}"}]}
    if value:
        then["properties"] = {"value": value}
    return {"type": [kind, "object"], **limits, "if": {"type": "object"}, "then": then}
