"""What is too slow for `make test`, part by part: ``python -m tests.validate [--short] [--seed 2]``.

The exit code is 1 if any part found a failure.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable

from tests.validate import battery, cold, drift, scale, stale, studies

PARTS: dict[str, Callable[..., list[str] | None]] = {
    "chance": battery.run,
    "scale": scale.run,
    "cold": cold.run,
    "stale": stale.run,
    "studies": studies.run,
    "drift": drift.run,
}
"""Name to a function of ``short``, ``seed`` and ``jobs``: it prints what it does and gives a line for each failure, or
None where it is left out of the short form."""


def main() -> int:
    """Run every part, sum up, and give the exit code."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--short", action="store_true", help="some five minutes on one core")
    asked.add_argument("--seed", type=int, default=1, help="another seed draws other words (1)")
    asked.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="at a time (one a core)")
    given = asked.parse_args()
    failures = {}
    for name, part in PARTS.items():
        before = time.perf_counter()
        found = part(short=given.short, seed=given.seed, jobs=given.jobs)
        if found is None:
            print(f"{name}: not run in the short form")
            continue
        failures[name] = found
        verdict = f"{len(found)} failed" if found else "passed"
        print(f"{name}: {verdict} ({(time.perf_counter() - before) / 60:.1f} minutes)")
    for name, lines in failures.items():
        for line in lines:
            print(f"FAILED {name}: {line}", file=sys.stderr)
    return 1 if any(failures.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
