"""Every setting that a file may write has its sentence, and no sentence is left over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel

from demandsim.scenario.contents import Contents
from demandsim.scenario.policy import Policy
from demandsim.scenario.setting_words import WORDS


def models(annotation: Any, found: set[type[BaseModel]]) -> Iterator[type[BaseModel]]:
    """Every model that a type holds, however deep."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if annotation not in found:
            found.add(annotation)
            yield annotation
            for field in annotation.model_fields.values():
                yield from models(field.annotation, found)
    else:
        for inner in get_args(annotation):
            yield from models(inner, found)


def test_every_setting_has_its_sentence() -> None:
    found: set[type[BaseModel]] = set()
    settings = {
        f"{model.__name__}.{key}"
        for top in (Contents, Policy)
        for model in models(top, found)
        for key in model.model_fields
    }
    assert {*WORDS} == settings - {"Policy.parts"}


def test_sentences_are_short_and_end() -> None:
    odd = [place for place, said in WORDS.items() if said[-1] != "." or "  " in said or len(said) > 110]
    assert odd == []
