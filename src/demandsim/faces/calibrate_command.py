"""The command ``demandsim calibrate``: its arguments; what it does is loaded when it runs."""

from __future__ import annotations

from typing import Annotated

import typer

from demandsim.faces.typed import whole

SEEDS, RESIDENTS = 40, 50_000
"""Runs, and residents of each, unless told otherwise: two minutes or so on two processors."""

ROUNDS = 6
"""Steps of a fit unless told otherwise; each measures what every knob does, some five minutes on two processors."""

MISSED = 1
"""Exit code with ``--strict`` where fewer pass than should."""


Place = Annotated[
    str, typer.Argument(metavar="SCENARIO", help="England, Essex, or a place that extends one of them.")
]
Check = Annotated[
    bool, typer.Option("--check", help="Set published targets beside the baseline; nothing is changed.")
]
Strict = Annotated[
    bool, typer.Option("--strict", help="Exit code 1 where under nine in ten of those that count pass.")
]
Seeds = Annotated[int, typer.Option(parser=whole, metavar="N", help="How many runs: seeds 1, 2, 3, ...")]
Residents = Annotated[int, typer.Option(parser=whole, metavar="N", help="Residents to simulate in each.")]
Threads = Annotated[
    int | None,
    typer.Option(
        parser=whole, metavar="N", help="Runs at once; as many as there are processors if not given."
    ),
]
Into = Annotated[
    str, typer.Option(metavar="FOLDER", help="Where a fit keeps every run, so that it can go on from there.")
]
Rounds = Annotated[int, typer.Option(parser=whole, metavar="N", help="Steps that a fit takes at most.")]
Write = Annotated[bool, typer.Option("--write", help="Put the fitted numbers into the evidence tables.")]
Json = Annotated[
    str | None,
    typer.Option("--json", metavar="FILE", help="Write all numbers as JSON; - writes to the screen only."),
]
Csv = Annotated[
    str | None,
    typer.Option("--csv", metavar="FILE", help="Write a tidy table as CSV; - writes to the screen only."),
]


def calibrate(
    scenario: Place = "england",
    check: Check = False,
    strict: Strict = False,
    seeds: Seeds = SEEDS,
    residents: Residents = RESIDENTS,
    threads: Threads = None,
    into: Into = "fit",
    rounds: Rounds = ROUNDS,
    write: Write = False,
    json: Json = None,
    csv: Csv = None,
) -> None:
    """Hold the baseline to published figures, or fit numbers to them.

    A target passes where the simulated mean lies in its band and the simulated 90% interval is no wider than the band.
    Without --check numbers of the evidence are fitted within their ranges: an hour or so. Broken off and begun again,
    a fit goes on from the runs it has kept.
    """
    if not check:
        from demandsim.faces.fitting import fit_targets

        fit_targets(scenario, into=into, rounds=rounds, threads=threads, write=write)
        return
    from demandsim.faces.calibrating import check_targets
    from demandsim.faces.output import Outputs

    met = check_targets(
        scenario, seeds=seeds, residents=residents, threads=threads, outputs=Outputs(json, csv)
    )
    if strict and not met:
        raise typer.Exit(MISSED)
