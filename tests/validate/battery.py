"""Chance through a statistical battery: dieharder on the words, in the orders in which the model uses them.

Which tests. Those that ``dieharder -l`` calls good, without
- 5 to 7 (OPSO, OQSO, DNA: listed as suspect) and 14 (sums: listed as "do not use");
- 11 and 12, which its own help says 201 replaces; 100, which 102 repeats;
- 10, 207 and 208, whose expected values were themselves estimated by simulation;
- 17, for its time, and 204, which tests dieharder's own Kolmogorov-Smirnov test.

Margin. A p-value fails if it is below ``FAMILY`` / m, where m counts every p-value once and twice those that fail
at both ends, so a true generator fails fewer than one run in 10,000 (Bonferroni, whether the tests are independent or
not). Both ends are read where a test gives one p-value of one sample. The others sum up many samples by a
Kolmogorov-Smirnov test, and dieharder's own gives too many high values when samples are few (from its AES generator,
by test 102: 29 in a hundred above 0.9 with 20 samples, 14 with 100), so only their low end counts; a stream that is
too even shows there. dieharder's words "weak" and "passed" are not read, and nothing is run a second time. Each test
reads its stream from the start, and the words are the same in every run unless another seed is asked for: a pass
stays a pass.
"""

from __future__ import annotations

import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from tests.validate.orders import FOUR_WORDS, MISTAKES, ONE_WORD, TRAIT, Order, Source, model

FAMILY = 1e-4
"""Chance that a true generator fails somewhere in a whole run."""

LONGEST = 900.0
"""Seconds after which one test is given up: most take under ten."""


class Test(NamedTuple):
    """One of dieharder's tests."""

    number: int
    values: int = 1  # p-values it prints
    ntuple: int | None = None  # lag, dimension or bits, as the test has it
    samples: int | None = (
        None  # what each printed p-value sums up; dieharder's default (100, or 1,000) if not told
    )
    ends: int = 1  # 2 where high p-values fail as low ones do

    @property
    def arguments(self) -> list[str]:
        """What the command line takes."""
        given = {"-d": self.number, "-n": self.ntuple, "-p": self.samples}
        return [text for flag, value in given.items() if value is not None for text in (flag, str(value))]


LONG = (
    *(Test(0), Test(1), Test(2, samples=25), Test(3), Test(4), Test(8), Test(9), Test(13)),
    *(Test(15, values=2), Test(16, values=2), Test(101), Test(102, values=30), Test(200, ntuple=8)),
    *(Test(201, ntuple=dimensions, samples=500) for dimensions in (2, 3, 4, 5)),
    *(
        Test(202, ntuple=5),
        Test(203, ntuple=0),
        Test(203, ntuple=3, samples=25),
        Test(203, ntuple=7, samples=25),
    ),
    *(Test(205, ends=2), Test(206, ends=2), Test(209, ends=2)),
)

SHORT = (
    *(Test(201, ntuple=2, samples=50), Test(201, ntuple=5, samples=50), Test(8), Test(15, values=2)),
    *(Test(0, samples=50), Test(203, ntuple=3, samples=20), Test(102, values=30, samples=20)),
    *(Test(3, samples=20), Test(205, ends=2)),
)
"""Those that find most in least time: repeated and clustered rows, runs, bits, and the same word of the next row."""


class Found(NamedTuple):
    """A p-value, and whose it is."""

    test: str
    p: float
    ends: int

    def outside(self, margin: float) -> bool:
        """Whether no true generator is expected to give it."""
        return not (margin <= self.p and (self.ends == 1 or self.p <= 1 - margin))


class Result(NamedTuple):
    """What tests of one stream gave."""

    found: list[Found]
    words: int
    seconds: float


class BatteryError(Exception):
    """dieharder did not give what was asked of it."""


def examine(source: Source, order: Order, test: Test, seed: int) -> Result:
    """Feed one stream to one test.

    Parameters
    ----------
    source, order, seed
        What gives the words, at which addresses, from which seed on.
    test
        One of dieharder's.

    Returns
    -------
    Result
        With as many p-values as the test says, words sent (up to a pipe's length more than were read) and seconds.

    Raises
    ------
    BatteryError
        If dieharder fails, takes too long, or prints another number of p-values.
    """
    command = ["dieharder", "-g", "200", *test.arguments, "-c", ","]
    shown = [text for flag in ("test_name", "ntuple", "pvalues") for text in ("-D", flag)]
    before, sent = time.perf_counter(), 0
    with subprocess.Popen(
        [*command, *shown], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        stop = threading.Timer(LONGEST, running.kill)
        stop.start()
        try:
            sent = _feed(order.stream(source, seed), running)
            printed = running.stdout.read().decode()
            code = running.wait()
        finally:
            running.kill()
            stop.cancel()
    lines = [line.split(",") for line in printed.splitlines()]
    if code != 0 or [len(line) for line in lines] != [3] * test.values:
        raise BatteryError(
            f"{' '.join(command)} on {order.name}: exit code {code}, {test.values} lines asked: {printed}"
        )
    found = [Found(f"{name.strip()} {ntuple.strip()}", float(p), test.ends) for name, ntuple, p in lines]
    return Result(found, sent // 4, time.perf_counter() - before)


def _feed(blocks: Iterator[bytes], running: subprocess.Popen[bytes]) -> int:
    """Send words until the test has read enough and closes its end; give the bytes sent."""
    assert running.stdin is not None
    sent = 0
    try:
        for block in blocks:
            rest = memoryview(block)
            while rest:
                written = running.stdin.write(rest) or 0
                sent += written
                rest = rest[written:]
    except BrokenPipeError:
        pass
    return sent


def refused(source: Source, order: Order, tests: tuple[Test, ...], seed: int, margin: float) -> Found | None:
    """Find the first p-value outside the margin, and stop there."""
    for test in tests:
        for found in examine(source, order, test, seed).found:
            if found.outside(margin):
                return found
    return None


def run(*, short: bool, seed: int, jobs: int) -> list[str]:
    """Run the battery and print what it finds.

    Parameters
    ----------
    short
        Five streams and few tests, about a minute; else eight streams and all tests.
    seed
        The first seed; another one gives other words.
    jobs
        Tests at a time.

    Returns
    -------
    list of str
        What failed, a line each; empty if nothing did.
    """
    if shutil.which("dieharder") is None:
        return ["dieharder is missing: apt-get install dieharder"]
    orders = (*FOUR_WORDS, TRAIT) if short else (*FOUR_WORDS, *ONE_WORD)
    tests = SHORT if short else LONG
    margin = FAMILY / (len(orders) * sum(test.values * test.ends for test in tests))
    print(
        f"chance: seed {seed}; p-values below {margin:.2g} fail (a true generator: one run in {1 / FAMILY:,.0f})"
    )
    with ThreadPoolExecutor(jobs) as pool:
        results = [[pool.submit(examine, model, order, test, seed) for test in tests] for order in orders]
        mistakes = [pool.submit(refused, source, order, SHORT, seed, margin) for source, order in MISTAKES]
        try:
            failures = []
            for order, given in zip(orders, results, strict=True):
                failures += _told(order, _together([each.result() for each in given]), margin)
            for (source, order), mistake in zip(MISTAKES, mistakes, strict=True):
                failures += _told_of_mistake(source, order, mistake.result())
        except BatteryError as error:
            pool.shutdown(cancel_futures=True)
            return [str(error)]
    return failures


def _together(results: list[Result]) -> Result:
    """Join the results of one stream."""
    return Result(
        [found for each in results for found in each.found],
        sum(each.words for each in results),
        sum(each.seconds for each in results),
    )


def _told(order: Order, whole: Result, margin: float) -> list[str]:
    """Print one stream's line, and give its failures."""
    values = sorted(each.p for each in whole.found)
    print(
        f"  {order.name:<46} {len(values):>3} p-values, {values[0]:.6f} to {values[-1]:.6f};"
        f" {whole.words / 1e6:,.0f} million words, {whole.seconds:.0f} s",
        flush=True,
    )
    return [f"{order.name}: {each.test}: p = {each.p:.8f}" for each in whole.found if each.outside(margin)]


def _told_of_mistake(source: Source, order: Order, found: Found | None) -> list[str]:
    """Print how a broken generator was refused, or give the failure that it was not."""
    name = source.__name__.replace("_", " ")
    if found is None:
        return [f"a broken generator passed: {name}, {order.name}"]
    print(f"  {f'broken: {name}':<46} refused: {found.test}, p = {found.p:.8f}", flush=True)
    return []
