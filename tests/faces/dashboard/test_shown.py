"""What a visitor has chosen to see goes along in the address, and what an address says itself comes first."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from demandsim.faces.dashboard.shown import SEEN, note, noted, taken_up, whole_address


@pytest.fixture(autouse=True)
def nothing_chosen() -> Iterator[None]:
    """Begin and end as a page that has just been loaded."""
    SEEN.set({})
    yield
    SEEN.set({})


def test_an_address_stays_as_it_is_until_something_is_chosen() -> None:
    assert whole_address("place=essex&number=a:1&number=b:2") == "place=essex&number=a:1&number=b:2"
    assert whole_address(None) == ""
    assert noted("place=essex", "view", "cash") == "cash"


def test_what_is_chosen_goes_behind_what_was_asked_and_in_place_of_what_was_chosen_before() -> None:
    note(view="full", week=7)
    assert whole_address("place=essex&week=3&number=a:1") == "place=essex&number=a:1&view=full&week=7"
    assert noted("week=3", "week") == "7"
    note(words="home care & more")
    assert whole_address("") == "view=full&week=7&words=home+care+%26+more"


def test_an_address_that_is_opened_is_taken_at_its_word() -> None:
    note(view="full", week=7)
    taken_up("place=essex&week=3")
    assert noted("place=essex&week=3", "week") == "3"
    assert noted("place=essex&week=3", "view") == "full"


def test_what_anybody_typed_is_cut_short() -> None:
    assert len(noted(f"words={'x' * 5_000}", "words")) == 100
