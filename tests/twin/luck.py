"""The twin's luck: every word read by its address and by its name, and remembered, so that none is used twice."""

from __future__ import annotations

import numpy as np

from demandsim import chance

PLACES = {use.decision: {word: at for at, word in enumerate(use.words) if word} for use in chance.USES}
"""Decision to the names of its words, each with its place among the four: the table of all uses."""

LIFELONG = {use.decision for use in chance.USES if use.lifelong}

EVERYONE = {chance.LIVE, chance.HOUSEHOLD, chance.CHANGE_NEEDS, chance.BACKGROUND}
"""Decisions made for everyone each week: drawn for all at once, because that is quicker in plain Python."""


class Luck:
    """Gives words by address and keeps the use of each.

    Parameters
    ----------
    key
        The run's seed.
    numbers
        Identities run from 0 to this, and homes' numbers too.

    Notes
    -----
    A *use* is a word (who, week, decision, item, name of the word) read to answer one question, ``about``. Reading
    it again for the same question is the same use: a ticket is the same ticket in every week of a queue, and a
    household moves out together. Reading it for another question is a second use, and is kept in ``repeated``.
    """

    def __init__(self, key: int, numbers: int) -> None:
        self.key = key
        self.week = 0
        self._numbers = np.arange(numbers, dtype=np.int64)
        self._everyone: dict[tuple[int, int], list[list[int]]] = {}
        self._drawn: dict[tuple[int, int, int, int], tuple[int, ...]] = {}
        self._uses: dict[tuple[int, int, int, int, str], object] = {}  # of this week's addresses
        self.lasting: dict[tuple[int, int, int, int, str], object] = {}  # lifelong draws, and tickets
        self.decisions_used: set[tuple[int, str]] = set()
        self.repeated: list[tuple[object, ...]] = []
        self.count = 0

    def begin_week(self, week: int) -> None:
        """Forget the words of last week: no address of it will ever be asked for again."""
        self.week = week
        self.count += len(self._uses)
        self._everyone.clear()
        self._drawn.clear()
        self._uses.clear()

    def word(
        self, who: int, decision: int, item: int, name: str, *, week: int | None = None, about: object = None
    ) -> int:
        """Read the word called ``name`` of a decision, 0 to 2^32 - 1.

        Parameters
        ----------
        who
            A resident's identity, or a home's number.
        decision, item, name
            As ``chance.USES`` has them.
        week
            This week unless told; lifelong decisions have a week of their own.
        about
            The question it answers, where the address alone does not say.

        Raises
        ------
        KeyError
            If the table of uses has no such word.
        """
        at = PLACES[decision][name]
        when = chance.LIFELONG_WEEK if decision in LIFELONG else self.week if week is None else week
        address = (who, when, decision, item)
        uses = self._uses if decision not in LIFELONG and decision != chance.QUEUE else self.lasting
        if uses.setdefault((*address, name), about) != about:
            self.repeated.append((*address, name, uses[(*address, name)], about))
        self.decisions_used.add((decision, name))
        if decision in EVERYONE:
            return self._of_everyone(decision, item)[who][at]
        if address not in self._drawn:
            self._drawn[address] = chance.draw(self.key, who, when, chance.address(decision, item))
        return int(self._drawn[address][at])

    def _of_everyone(self, decision: int, item: int) -> list[list[int]]:
        """Draw one address of this week for everyone there is."""
        if (decision, item) not in self._everyone:
            words = chance.draw_many(self.key, self._numbers, self.week, chance.address(decision, item))
            self._everyone[decision, item] = words.tolist()
        return self._everyone[decision, item]
