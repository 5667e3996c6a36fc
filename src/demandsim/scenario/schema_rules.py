"""Pieces of JSON Schema that pydantic does not know of: a number with its reasons, and what goes together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from demandsim.evidence.parameter import Grade

Schema = dict[str, Any]

_IS_NUMBER: Schema = {"anyOf": [{"type": "number"}, {"type": "object", "required": ["value"]}]}
_FOR_EVERYONE: Schema = {
    "propertyNames": {"enum": ["membership", "need"]},
    "properties": {"need": {"maxProperties": 0}},
}
"""A group that asks nothing."""


def text(said: str, **more: Any) -> Schema:
    """Write a setting that is text, with the sentence that says what it is."""
    return {"description": said, "type": "string", **more}


def number_with_reasons(kind: str) -> Schema:
    """Write the table that states a number, or a row of them, with its unit, its range and why it is believed.

    Parameters
    ----------
    kind : {"number", "array"}
        One number or a row.
    """
    value: Schema = {"type": kind} if kind == "number" else {"type": kind, "items": {"type": "number"}}
    needs_none = [
        {"properties": {"grade": {"not": {"const": str(Grade.JUDGED)}}}},
        {"properties": {"value": {"anyOf": [{"const": 0}, {"type": "array"}]}}},
    ]
    one_of_two = {"anyOf": [{"required": ["low"]}, {"required": ["high"]}]}
    return {
        "type": "object",
        "description": "A number with its unit, its range and why it is believed.",
        "properties": {
            "value": value,
            "unit": text("In words; a price begins with pounds.", minLength=1),
            "low": value,
            "high": value,
            "range": {
                "description": "In place of low and high.",
                "anyOf": [
                    {"enum": ["half to double", "third to triple", "quarter to fourfold"]},
                    {"type": "string", "pattern": r"^\d+(\.\d+)?% either way$"},
                    {"type": "number", "exclusiveMinimum": 1},
                    {
                        "type": "array",
                        "items": {"type": "number", "minimum": 0},
                        "minItems": 2,
                        "maxItems": 2,
                    },
                ],
            },
            "price_year": text("Year of the prices, such as 2013/14.", pattern=r"^\d{4}/\d{2}$"),
            "divided_by": {"type": "number", "exclusiveMinimum": 0},
            "grade": text("Where it comes from.", enum=[*map(str, Grade)]),
            "source": text(
                "Who, what and where, or the reasoning.", minLength=20, pattern=r"\S[\s\S]* [\s\S]*\S"
            ),
            "note": {"type": "string"},
        },
        "required": ["value", "unit", "grade", "source"],
        "additionalProperties": False,
        "oneOf": [
            {"required": ["range"], "not": one_of_two},
            {"required": ["low", "high"], "not": {"required": ["range"]}},
            {"not": {"anyOf": [{"required": ["range"]}, one_of_two]}, "anyOf": needs_none},
        ],
        "if": {"required": ["unit"], "properties": {"unit": {"pattern": "^pounds"}}},
        "then": {"required": ["price_year"]},
        "else": {"not": {"required": ["price_year"]}},
    }


_ABOVE_NOUGHT: Schema = {"exclusiveMinimum": 0}
_NOUGHT: Schema = {"minimum": 0, "maximum": 0}

RULES: Mapping[str, Schema] = {
    "Change": {
        "oneOf": [
            {"required": ["set"], "properties": {"set": {"minProperties": 1}}},
            *({"required": [verb]} for verb in ("open", "close", "move_driver", "move_service", "money")),
        ],
        "if": {
            "anyOf": [
                {"required": ["set"], "properties": {"set": {"minProperties": 1}}},
                {"required": ["move_service"]},
                {"required": ["money"]},
            ]
        },
        "then": {
            "properties": {"group": _FOR_EVERYONE},
            "if": {"required": ["ramp_weeks", "set"], "properties": {"ramp_weeks": {"not": {"const": 0}}}},
            "then": {"properties": {"set": {"additionalProperties": _IS_NUMBER}}},
        },
    },
    "MoveService": {
        "anyOf": [
            {"required": ["agency"]},
            {"required": ["payers"], "properties": {"payers": {"minProperties": 1}}},
        ]
    },
    "Money": {
        "oneOf": [{"required": ["service"]}, {"required": ["agency"]}],
        "if": {"required": ["service"]},
        "then": {
            "required": ["pounds_a_year"],
            "properties": {"pounds_a_year": {"not": {"const": 0}}, "pounds": _NOUGHT},
        },
        "else": {
            "if": {"required": ["kind"], "properties": {"kind": {"const": "set_up"}}},
            "then": {
                "required": ["pounds"],
                "properties": {"pounds": _ABOVE_NOUGHT, "pounds_a_year": _NOUGHT},
            },
            "else": {
                "required": ["pounds_a_year"],
                "properties": {"pounds_a_year": _ABOVE_NOUGHT, "pounds": _NOUGHT},
            },
        },
    },
}
"""What must go together within one table, whatever the scenario."""
