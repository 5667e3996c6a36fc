"""No word of luck is used twice in a run, and none that is not in the table of uses."""

from __future__ import annotations

import pytest
from tests.twin.cases import CASES, MADE_UP, run_case, run_made_up
from tests.twin.luck import Luck

from demandsim import chance
from demandsim.chance import PASS_ON


@pytest.mark.parametrize("name", CASES)
def test_no_word_is_used_twice(name: str) -> None:
    """Every use is recorded as it is made."""
    luck = run_case(name)[0].luck
    assert luck.count > 100_000
    assert luck.repeated == []


@pytest.mark.parametrize("number", MADE_UP)
def test_no_word_is_used_twice_in_a_made_up_town(number: int) -> None:
    """Rules brought together by lot: doors that pass on, shut and lead on as no file of ours has them."""
    luck = run_made_up(number)[0].luck
    assert luck.count > 100_000
    assert luck.repeated == []


def test_no_referral_uses_the_word_of_another() -> None:
    """Referrals on the way of an emergency and of ordinary use, by one need in one week, once shared their words."""
    referrals = [use for name in CASES for use in run_case(name)[0].luck.repeated if use[2] == PASS_ON]
    assert referrals == []


def test_a_word_read_for_a_second_question_is_a_second_use() -> None:
    luck = Luck(1, 10)
    first = luck.word(3, chance.HANDLE, 0, "lost", about="one referral")
    assert luck.word(3, chance.HANDLE, 0, "lost", about="one referral") == first
    assert luck.repeated == []
    assert luck.word(3, chance.HANDLE, 0, "lost", about="another") == first
    assert len(luck.repeated) == 1


def test_a_ticket_is_remembered_for_as_long_as_the_run() -> None:
    luck = Luck(1, 10)
    luck.begin_week(5)
    luck.word(3, chance.QUEUE, 16, "ticket", about="a bed")
    luck.begin_week(6)
    luck.word(3, chance.QUEUE, 16, "ticket", week=5, about="a queue")
    assert len(luck.repeated) == 1


def test_a_word_that_is_not_in_the_table_cannot_be_read() -> None:
    with pytest.raises(KeyError):
        Luck(1, 10).word(3, chance.HANDLE, 0, "no such word")


def test_words_are_those_of_their_addresses() -> None:
    luck = Luck(7, 10)
    luck.begin_week(2)
    for decision, item, name, at in ((chance.LIVE, 0, "spell", 3), (chance.SEEK_HELP, 2, "route", 1)):
        assert luck.word(4, decision, item, name) == chance.draw(7, 4, 2, chance.address(decision, item))[at]
