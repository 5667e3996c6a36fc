"""Words are explained as the glossary has them, each where it first stands, and nothing a visitor types is markup."""

from __future__ import annotations

import re
from pathlib import Path

from demandsim.faces.dashboard.terms import ALSO, ORDINARY, TERMS, all_terms, explained


def glossary(repository: Path) -> dict[str, str]:
    """Every word of the glossary with what it says."""
    text = (repository / "docs" / "glossary.md").read_text(encoding="utf-8")
    found = re.findall(r"\*\*(.+?)\*\*\n: (.+?)(?=\n\n|\Z)", text, flags=re.DOTALL)
    return {word: " ".join(said.split()).replace("*", "") for word, said in found}


def test_the_words_are_the_glossarys_and_so_is_what_they_mean(repository: Path) -> None:
    written = glossary(repository)
    assert list(TERMS) == list(written)
    assert {word for word, said in TERMS.items() if not written[word].startswith(said)} == set()
    assert all(said.endswith(".") for said in TERMS.values())
    assert set(ALSO.values()) | ORDINARY <= set(TERMS)


def test_the_first_mention_is_marked_and_names_its_explanation() -> None:
    told = explained("Bounces and hand-offs: a bounce is no referral")
    assert re.findall(r'<dfn tabindex="0" aria-describedby="([\w-]+)">([\w-]+)</dfn>', told) == [
        ("term-bounce", "Bounces"),
        ("term-hand-off", "hand-offs"),
        ("term-referral", "referral"),
    ]
    assert re.sub("<.*?>", "", told) == "Bounces and hand-offs: a bounce is no referral"


def test_words_inside_other_words_and_ordinary_ones_are_left_alone() -> None:
    assert "<dfn" not in explained("pharmacy, alarming, re-episode-like, a need, a service, residents")


def test_markup_in_a_text_stays_text() -> None:
    assert explained("<b>payer</b>").startswith("&lt;b&gt;<dfn")


def test_every_word_that_can_be_marked_is_in_the_list_it_points_to() -> None:
    listed = set(re.findall(r'<dd id="([\w-]+)">', all_terms()))
    marked = set(re.findall(r'aria-describedby="([\w-]+)"', "".join(map(explained, [*TERMS, *ALSO]))))
    assert marked <= listed
    assert len(listed) == len(TERMS)
