"""What is wrong with a file, as one line: where it stands, what was given, what would do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from types import UnionType
from typing import Annotated, Any, NamedTuple, NoReturn, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from demandsim.errors import ScenarioError

Loc = tuple[str | int, ...]
M = TypeVar("M", bound=BaseModel)


class Problem(NamedTuple):
    """One thing that is wrong, and where; ``key`` is one that the table there may not hold."""

    place: Loc
    text: str
    given: object = None
    would_do: str | None = None
    key: str | int | None = None


class Origin(NamedTuple):
    """The file a table or key was written in, and how many outer tables that file leaves out."""

    file: str
    outer: int = 0


Origins = Mapping[Loc, Origin]
"""Origin by path of the table or key; what is not listed comes from where its table comes from."""

NOWHERE: Origins = {}


def near(word: object, known: Iterable[str]) -> str | None:
    """Suggest what may have been meant, else list what there is (at most a dozen)."""
    names = list(known)
    if close := get_close_matches(str(word), names, n=1, cutoff=0.6):
        return f"did you mean '{close[0]}'?"
    if not names:
        return None
    return f"it is one of {', '.join(names[:12])}{' ...' if len(names) > 12 else ''}"


def spelled(place: Loc) -> str:
    """Write a place as in the file: tables joined by dots, rows of an array counted from 1."""
    words = ""
    for part in place:
        words += f" #{part + 1}" if isinstance(part, int) else f".{part}" if words else part
    return words


def refuse(
    problems: list[Problem],
    *,
    file: str,
    origins: Origins = NOWHERE,
    error: type[ScenarioError] = ScenarioError,
) -> NoReturn:
    """Raise for the first of several problems, saying how many more there are.

    Raises
    ------
    ScenarioError
        Or the class of it given as ``error``.
    """
    first = problems[0]
    written = first.place if first.key is None else (*first.place, first.key)
    prefixes = (written[:length] for length in range(len(written), 0, -1))
    origin = next((origins[place] for place in prefixes if place in origins), Origin(file))
    text, would_do = first.text, first.would_do
    if len(problems) > 1:
        more = f"and {len(problems) - 1} more"
        if would_do:
            would_do = f"{would_do} ({more})"
        elif first.given is not None:
            would_do = more
        else:
            text = f"{text} ({more})"
    raise error(origin.file, spelled(first.place[origin.outer :]), text, given=first.given, would_do=would_do)


def validated(
    model: type[M],
    data: Mapping[str, Any],
    *,
    file: str,
    origins: Origins = NOWHERE,
    error: type[ScenarioError] = ScenarioError,
) -> M:
    """Make ``model`` of plain tables, or say in one line what is wrong with them.

    Raises
    ------
    ScenarioError
        Or the class of it given as ``error``.
    """
    try:
        return model.model_validate(tuples(data))
    except ValidationError as wrong:
        problems = [_problem(one, model) for one in _told_apart(wrong.errors(include_url=False))]
    except OverflowError:
        problems = [Problem((), "a number is too large")]
    refuse(problems, file=file, origins=origins, error=error)


def _told_apart(details: list[ErrorDetails]) -> list[ErrorDetails]:
    """Put misspelt names first; leave out arrays called short because an entry of theirs is wrong."""
    inside = {detail["loc"][:-1] for detail in details}
    kept = [detail for detail in details if detail["type"] != "too_short" or detail["loc"] not in inside]
    return sorted(kept, key=lambda detail: detail["type"] != "extra_forbidden")


def tuples(data: Any) -> Any:
    """Turn lists into tuples and models into tables, all the way down."""
    if isinstance(data, Mapping):
        return {key: tuples(item) for key, item in data.items()}
    if isinstance(data, list | tuple):
        return tuple(tuples(item) for item in data)
    return data.model_dump() if isinstance(data, BaseModel) else data


_WANTED = {
    "string_type": "must be text",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "bool_type": "must be true or false",
    "tuple_type": "must be an array",
    "dict_type": "must be a table",
    "model_type": "must be a table",
    "model_attributes_type": "must be a table",
    "finite_number": "must be a finite number",
}


def _problem(detail: ErrorDetails, model: type[BaseModel]) -> Problem:
    """Put one of pydantic's findings in our words."""
    loc: Loc = tuple(part for part in detail["loc"] if part != "[key]")
    kind, given, context = detail["type"], detail["input"], detail.get("ctx", {})
    if kind == "extra_forbidden":
        table, key = loc[:-1], loc[-1]
        known = settings_at(model, table)
        return Problem(table, f"no setting '{key}'", would_do=near(key, known), key=key)
    if kind == "missing":
        return Problem(loc, "is missing")
    if kind == "value_error":
        return Problem(loc, str(context["error"]))
    if kind in _WANTED:
        return Problem(loc, _WANTED[kind], given)
    if kind == "literal_error":
        words = [
            word.strip().strip("'") for word in str(context["expected"]).replace(" or ", ", ").split(",")
        ]
        return Problem(loc, "no such word", given, near(given, words))
    if kind in ("greater_than_equal", "greater_than", "less_than_equal", "less_than"):
        bounds = {
            "greater_than_equal": f"must be at least {_bound(context, 'ge')}",
            "greater_than": f"must be above {_bound(context, 'gt')}",
            "less_than_equal": f"must be at most {_bound(context, 'le')}",
            "less_than": f"must be below {_bound(context, 'lt')}",
        }
        return Problem(loc, bounds[kind], given)
    if kind in ("too_short", "too_long"):
        many = context.get("min_length") if kind == "too_short" else context.get("max_length")
        least = "at least" if kind == "too_short" else "at most"
        return Problem(loc, f"must have {least} {many} entries, not {context.get('actual_length')}")
    if kind == "string_pattern_mismatch":
        marks = "hyphens, at most 61" if "-]" in str(context["pattern"]) else "underscores, at most 40"
        return Problem(loc, f"must be lower-case letters, digits and {marks}", given)
    return Problem(loc, detail["msg"].lower(), given)


def _bound(context: Mapping[str, Any], key: str) -> str:
    """A limit as a person would write it."""
    return f"{context[key]:,.10g}" if key in context else ""


def settings_at(model: type[BaseModel], table: Loc) -> list[str]:
    """Names of the settings that the table at a place of a model may hold; none if its keys are free."""
    inside: Any = model
    for part in table:
        inside = _step(inside, part)
    return list(inside.model_fields) if isinstance(inside, type) and issubclass(inside, BaseModel) else []


def _step(annotation: Any, part: str | int) -> Any:
    """Type of what stands at a key or row of a type."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        field = annotation.model_fields.get(str(part))
        return _bare(field.annotation) if field else None
    arguments = get_args(annotation)
    if get_origin(annotation) is dict:
        return _bare(arguments[1])
    return _bare(arguments[0]) if get_origin(annotation) is tuple and arguments else None


def _bare(annotation: Any) -> Any:
    """Take away what only describes a type, and "or nothing"."""
    if get_origin(annotation) is Annotated:
        return _bare(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return _bare(next(kind for kind in get_args(annotation) if kind is not type(None)))
    return annotation
