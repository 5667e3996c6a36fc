"""The week's counters: how they begin, how they are cleared, and who is followed."""

from __future__ import annotations

import numpy as np
import pytest
from tests.unit.simulation.scenes import Scene

from demandsim.errors import RunError
from demandsim.population.columns import HERE
from demandsim.records.journal import FIELDS
from demandsim.simulation.book import JOURNAL_ROWS, entries, open_book, watching
from demandsim.simulation.model import DemandModel

MIND = "mental_health"


def test_a_new_book_holds_a_cell_for_every_kind_need_severity_and_cause_and_nothing_in_it() -> None:
    scene = Scene()
    book = open_book(scene.model.rules, scene.state, len(scene.agencies))
    assert book.contacts.shape == (len(scene.kinds), 1 + len(scene.needs), 5, 1 + len(scene.agencies))
    here = int((scene.state.presence == HERE).sum())
    assert book.here.tolist() == [here] * 3
    assert not any(array.any() for name, array in book._asdict().items() if name not in ("ask", "here"))
    assert (book.ask == -1).all()
    assert all(array.flags.c_contiguous and array.flags.writeable for array in book)


def test_only_the_week_just_run_is_in_the_book_and_every_week_in_the_ledger() -> None:
    scene = Scene()
    for week, row in enumerate(scene.adults(3)):
        scene.give(row, MIND, 2)
        scene.ask(row, MIND, "general_practice")
        scene.step()
        assert scene.contacts("general_practice") == 1
        assert scene.book.contacts.sum() == 1
        counts = scene.model.ledger.counts()
        assert counts.week.tolist() == list(range(week + 1))
        assert counts.contacts.tolist() == [1] * (week + 1)


def test_followed_residents_must_be_rows_of_the_population() -> None:
    scene = Scene()
    rows = scene.book.want_row.size
    for wrong in (-1, rows):
        with pytest.raises(
            RunError, match=rf"no resident {wrong} to follow; identities run from 0 to {rows - 1}"
        ):
            watching(scene.book, (0, wrong), scene.book.panel_row)


def test_events_are_kept_of_those_followed_only_and_in_order() -> None:
    scene = Scene()
    followed, other = scene.adults(2)
    model = DemandModel(scene.scenario, seed=1, followed=[int(followed)])
    scene.model, scene.state, scene.book = model, model.state, model.book
    scene.give([followed, other], MIND, 2)
    scene.ask([followed, other], MIND, "general_practice")
    scene.step()
    assert scene.contacts("general_practice") == 2
    lines = entries(model.book)
    assert lines.shape[1] == len(FIELDS)
    assert set(lines[:, 1]) == {followed}
    assert scene.happened("joined a queue").tolist() == scene.happened("contact").tolist() == [followed]
    assert [line[2] for line in lines] == sorted(
        (line[2] for line in lines), reverse=True
    )  # joined, then contact


def test_more_events_in_a_week_than_the_journal_holds_are_an_error_not_a_loss() -> None:
    scene = Scene()
    scene.book.journal_rows[0] = JOURNAL_ROWS + 1
    with pytest.raises(RunError, match=f"{JOURNAL_ROWS + 1} events in one week; fewer followed"):
        entries(scene.book)
    scene.book.journal_rows[0] = 2
    kept = entries(scene.book)
    scene.book.journal[:] = 7
    assert not np.any(kept == 7), "a copy"
