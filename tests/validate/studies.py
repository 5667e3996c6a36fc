"""Published studies run again in the model (``demandsim.calibration.studies``): what they found beside what it gives.

The short form has too few pairs to say how far off the model is, and fails only where a study cannot be run. The full
form prints misses with what stands in the way, and fails where one of them is not among those that are known, or one
of those no longer misses: a miss is reported, never tuned away, and what is said of it is kept true.
"""

from __future__ import annotations

import pandas as pd

from demandsim.calibration.studies import run_all, studies_frame

KNOWN_MISSES = frozenset(
    {
        ("v01", "a_and_e_visits"),
        ("v01", "emergency_admissions"),
        ("v02", "entries_at_16_to_17"),
        ("v02", "entries_at_1_to_4"),
        ("v10", "looked_after_with"),
        ("v10", "looked_after_without"),
    }
)
"""Study and measure that the model as it stands does not hit in the full form; of V02's second it cannot tell, since
a published bound of 1 in 100,000 asks for thousands of pairs."""


def run(*, short: bool, seed: int, jobs: int) -> list[str]:
    """Run every shipped study again, print what was published beside what came out, and give what is unexpected."""
    done = run_all(short=short, seed=seed, jobs=jobs, show=lambda line: print(f"  {line}", flush=True))
    with pd.option_context("display.width", 250, "display.max_columns", 20, "display.precision", 3):
        print(studies_frame(done).to_string(index=False))
    if short:
        return []
    missed = {
        (one.study.name, name)
        for one in done
        for name, found in zip(one.study.measures, one.verdicts, strict=True)
        if not found.hit
    }
    new = [
        f"{study} {measure}: misses, and is not among the known" for study, measure in missed - KNOWN_MISSES
    ]
    gone = [f"{study} {measure}: misses no longer" for study, measure in KNOWN_MISSES - missed]
    return sorted(new + gone)
