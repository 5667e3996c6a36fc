"""Running what visitors ask, on threads of their own: pairs one after another, told as they come, stopped at a word.

Nothing here knows of pages. All visitors share the threads, pair by pair in turn; a question that several ask is run
once, and goes on as long as one of them listens.
"""

from __future__ import annotations

import os
import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import NamedTuple

from demandsim.analysis.comparison import Comparison, Pair
from demandsim.analysis.sentence import MONEY_FROM
from demandsim.errors import DemandSimError
from demandsim.experiment.starts import keep_start, kept_start
from demandsim.faces.dashboard.question import Question
from demandsim.records.record import RunRecord
from demandsim.scenario.schema import Scenario
from demandsim.simulation.model import DemandModel
from demandsim.simulation.settling import SETTLING

LARGE_FROM = 3
"""Pairs of the large run from which on it takes the place of the quick one."""
MOST_KEPT = 6
"""Questions whose answers are kept, over all visitors."""
GRACE = 15.0
"""Seconds that a run goes on when the last page that listened has gone: a page that is refreshed comes back."""
STOPPED = "Stopped; what was finished is shown."


_SERIAL = count(1)


class Stage(NamedTuple):
    """One size at which a question is run."""

    residents: int
    seeds: tuple[int, ...]


class State(NamedTuple):
    """How far a run is, as one page sees it: all of one moment."""

    version: int  # counts up as anything changes
    weeks_done: int
    weeks_in_all: int
    worlds: tuple[Comparison, ...]  # one for each world that differs from the place as it is
    serial: int  # of these worlds: another number, other digits
    running: bool
    told: str  # what went wrong, or that it was stopped; empty otherwise
    stages: tuple[Stage, ...] = ()
    pairs_done: tuple[int, ...] = ()  # of each stage


class StoppedError(Exception):
    """Nobody waits for the run any longer."""


class Run:
    """One question being answered.

    Parameters
    ----------
    question
        What is asked.
    threads
        Where pairs are run.
    before
        A run of the same question that was stopped: its finished pairs are shown at once, and not run again.
    """

    def __init__(self, question: Question, threads: ThreadPoolExecutor, before: Run | None = None) -> None:
        self.question = question
        self._threads = threads
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._listening = 0
        self._left_at = time.monotonic()
        self._version = 0
        self._weeks_done = 0
        self._worlds: tuple[Comparison, ...] = ()
        self._serial = 0
        self._told = ""
        self.stages = stages(question)
        self._pairs_done = [0] * len(self.stages)
        self._pairs: list[tuple[RunRecord, ...]] = []  # finished, of the stage that is run
        self._weeks = SETTLING + (1 + len(question.arms())) * 52 * question.years  # of one pair
        if before:
            self._take_over(before)
        stage, number = self._reached()
        self._left = len(self.stages) - stage
        self._next(stage, number)

    def state(self) -> State:
        """Tell how far it is."""
        with self._lock:
            running = self._left > 0 and not self._told
            return State(
                self._version,
                self._weeks_done,
                sum(len(stage.seeds) for stage in self.stages) * self._weeks,
                self._worlds,
                self._serial,
                running,
                self._told,
                self.stages,
                tuple(self._pairs_done),
            )

    def listen(self, by: int) -> None:
        """Count a page that listens (1) or that has left (-1)."""
        with self._lock:
            self._listening += by
            self._left_at = time.monotonic()

    def stop(self) -> None:
        """Stop within a week's run; what is finished stays."""
        self._stop.set()
        self._tell(STOPPED)

    @property
    def heard(self) -> bool:
        """Tell whether a page listens."""
        with self._lock:
            return self._listening > 0

    def _over(self) -> bool:
        """Tell whether it is to end: stopped, or nobody has listened for a while, which stops it."""
        if self._listening == 0 and time.monotonic() - self._left_at > GRACE and not self._stop.is_set():
            self.stop()
        return self._stop.is_set()

    def _take_over(self, before: Run) -> None:
        """Begin where a run that was stopped had come to."""
        with before._lock:
            self._pairs, self._pairs_done = list(before._pairs), list(before._pairs_done)
            self._worlds, self._serial = before._worlds, before._serial
        self._weeks_done = sum(self._pairs_done) * self._weeks

    def _reached(self) -> tuple[int, int]:
        """Give the stage and the number of the first pair that is not finished."""
        for stage, (asked, done) in enumerate(zip(self.stages, self._pairs_done, strict=True)):
            if done < len(asked.seeds):
                return stage, done
        return len(self.stages), 0

    def _next(self, stage: int, number: int) -> None:
        """Queue the next pair behind those of other visitors."""
        if stage < len(self.stages) and not self._over():
            self._threads.submit(self._one, stage, number)

    def _one(self, stage: int, number: int) -> None:
        """Run one pair, show it, and queue the next."""
        try:
            if self._over():
                return
            scenario = self.question.scenario(self.stages[stage].residents)
            found = self._records(scenario, self.stages[stage].seeds[number])
            with self._lock:  # together, or a run that takes over would miss one
                self._pairs = [*(self._pairs if number else []), found]
                self._pairs_done[stage] += 1
                self._version += 1
            self._show(scenario, stage, self._pairs)
        except StoppedError:
            return
        except DemandSimError as error:
            self._tell(str(error))
            return
        except Exception as error:
            self._tell(f"The run failed: {type(error).__name__}. Another question can be asked.")
            raise
        if number + 1 < len(self.stages[stage].seeds):
            self._next(stage, number + 1)
        else:
            with self._lock:
                self._left -= 1
                self._version += 1
            self._next(stage + 1, 0)

    def _records(self, scenario: Scenario, seed: int) -> tuple[RunRecord, ...]:
        """Run every arm of one seed from one settled start, the place as it is first."""
        start = kept_start(scenario, seed=seed)
        if start is None:
            start = DemandModel(scenario, seed=seed, first_week=-SETTLING)
            self._run(start, SETTLING)
            keep_start(start)
        else:
            self._ran(SETTLING)
        records = []
        for arm in ((), *self.question.arms()):
            model = DemandModel(scenario, seed=seed, policies=arm, start=start)
            self._run(model, scenario.weeks)
            records.append(model.record)
        return tuple(records)

    def _run(self, model: DemandModel, weeks: int) -> None:
        """Run week by week, so that it can be stopped and told."""
        for _ in range(weeks):
            if self._over():
                raise StoppedError
            model.step()
            self._ran(1)

    def _ran(self, weeks: int) -> None:
        """Count weeks that are done."""
        with self._lock:
            self._weeks_done += weeks

    def _show(self, scenario: Scenario, stage: int, pairs: Sequence[tuple[RunRecord, ...]]) -> None:
        """Show the pairs there are; a larger run once it has a few."""
        if stage > 0 and len(pairs) < min(LARGE_FROM, len(self.stages[stage].seeds)):
            return
        worlds = tuple(
            Comparison(scenario, arm, tuple(Pair(records[0], records[1 + world]) for records in pairs))
            for world, arm in enumerate(self.question.arms())
        )
        with self._lock:
            self._worlds, self._serial = worlds, next(_SERIAL)
            self._version += 1

    def _tell(self, what: str) -> None:
        """Say why it ended early."""
        with self._lock:
            self._told = what
            self._version += 1


THREADS = ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="demandsim-run")
"""Where everything that visitors ask is run."""


class Visit:
    """One page that listens to a run: it stops listening without stopping the run for others.

    Parameters
    ----------
    run
        Which others may listen to as well.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self._heard: State | None = None  # as it stood when this page stopped listening
        self._lock = threading.Lock()
        run.listen(1)

    def state(self) -> State:
        """Tell how far the run is, or was when this page stopped it."""
        return self._heard or self.run.state()

    def stop(self) -> None:
        """Stop for this page: what was finished is shown; the run ends if no other page listens."""
        if (now := self.run.state()).running and self._leave(now._replace(running=False, told=STOPPED)):
            self.run.listen(-1)
            if not self.run.heard:
                self.run.stop()

    def leave(self) -> None:
        """Let go of the run, as a page that is closed does."""
        if self._leave(self.run.state()):
            self.run.listen(-1)

    def _leave(self, heard: State) -> bool:
        """Note what was heard last; tell whether this page was still listening."""
        with self._lock:
            if self._heard is not None:
                return False
            self._heard = heard
            return True


class Runs:
    """All runs of this server."""

    def __init__(self) -> None:
        self._threads = THREADS
        self._kept: OrderedDict[Question, Run] = OrderedDict()
        self._lock = threading.Lock()

    def ask(self, question: Question) -> Visit:
        """Answer a question, listen to the run that answers it, or go on with one that was stopped.

        Returns
        -------
        Visit
            To be let go of with ``Visit.leave``.
        """
        with self._lock:
            run = self._kept.pop(question, None)
            if run is None or run.state().told:
                stopped = run is not None and run.state().told == STOPPED
                run = Run(question, self._threads, run if stopped else None)
            visit = Visit(run)
            self._kept[question] = run
            while len(self._kept) > MOST_KEPT:
                self._let_one_go()
            return visit

    def _let_one_go(self) -> None:
        """Forget the oldest question, one that nobody listens to if there is one."""
        unheard = next((question for question, run in self._kept.items() if not run.heard), None)
        run = self._kept.pop(unheard) if unheard else self._kept.popitem(last=False)[1]
        if not run.heard:
            run.stop()


def stages(question: Question) -> tuple[Stage, ...]:
    """Sizes at which a question is run: the visitor's, then one at which sums may be told."""
    first = Stage(question.residents, question.seeds)
    return (first,) if question.residents >= MONEY_FROM else (first, Stage(MONEY_FROM, question.seeds))


RUNS = Runs()
"""Shared by all visitors; what each has asked is in their own session."""
