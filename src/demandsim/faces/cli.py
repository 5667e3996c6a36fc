"""The command line: ``demandsim run``, ``compare``, ``evidence``, ``show``, ``check`` and the others.

Exit codes: 0 fine; 1 a check that differs, or anything unexpected, with its traceback; 2 a mistake of the user's, told
in one line; 130 stopped by Ctrl-C with nothing to show. What a command needs is imported when it runs, so that
``--help`` answers at once.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from demandsim.errors import DemandSimError
from demandsim.faces.calibrate_command import calibrate
from demandsim.faces.typed import some_years, whole

DIFFERS, MISTAKE, STOPPED = 1, 2, 130

USUAL = 5
"""Years that ``compare`` runs unless told otherwise."""

Arms = Annotated[
    list[str] | None,
    typer.Option(
        "--policy", "-p", metavar="POLICY", help="A shipped policy's name, or a TOML file. Repeatable."
    ),
]
Place = Annotated[
    str, typer.Argument(metavar="SCENARIO", help="A shipped place's name (essex), or a TOML file.")
]
Residents = Annotated[
    int | None,
    typer.Option(
        parser=whole, metavar="N", help="Residents to simulate; the scenario's own number if not given."
    ),
]
Years = Annotated[
    int | None, typer.Option(parser=some_years, metavar="N", help="Years of 52 weeks to record.")
]
Weeks = Annotated[
    int | None, typer.Option(parser=whole, metavar="N", help="Weeks to record, instead of years.")
]
Json = Annotated[
    str | None,
    typer.Option("--json", metavar="FILE", help="Write all numbers as JSON; - writes to the screen only."),
]
Csv = Annotated[
    str | None,
    typer.Option("--csv", metavar="FILE", help="Write a tidy table as CSV; - writes to the screen only."),
]

app = typer.Typer(
    name="demandsim",
    help="Who saves and who pays when one public service in a place changes what it does.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    """Print the version and leave."""
    if asked:
        typer.echo(f"demandsim {sys.modules['demandsim'].__version__}")
        raise typer.Exit


@app.callback()
def _everywhere(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and leave.")
    ] = False,
) -> None:
    """Who saves and who pays when one public service in a place changes what it does."""


@app.command()
def run(
    scenario: Place,
    policy: Arms = None,
    seed: Annotated[
        int,
        typer.Option(
            parser=whole, metavar="N", help="The same seed is the same residents with the same luck."
        ),
    ] = 1,
    residents: Residents = None,
    years: Years = None,
    weeks: Weeks = None,
    json: Json = None,
    csv: Csv = None,
) -> None:
    """Run a place once: who was met, and what it cost.

    Prints contacts and pounds by agency, and a year of contacts beside England's published figures.
    """
    from demandsim.faces.commands import Length, run_once
    from demandsim.faces.output import Outputs

    run_once(
        scenario,
        policy or [],
        seed=seed,
        residents=residents,
        length=Length(years, weeks),
        outputs=Outputs(json, csv),
    )


@app.command()
def compare(
    scenario: Place,
    policy: Annotated[
        list[str],
        typer.Option(
            "--policy", "-p", metavar="POLICY", help="A policy's name or TOML file; each is compared alone."
        ),
    ],
    together: Annotated[
        bool, typer.Option("--together", help="Make all the policies at once, as one arm.")
    ] = False,
    seeds: Annotated[
        int, typer.Option(parser=whole, metavar="N", help="How many pairs of runs: seeds 1, 2, 3, ...")
    ] = 10,
    residents: Residents = None,
    years: Years = None,
    weeks: Weeks = None,
    threads: Annotated[
        int | None,
        typer.Option(
            parser=whole, metavar="N", help="Pairs run at once; as many as there are processors if not given."
        ),
    ] = None,
    report: Annotated[
        str, typer.Option(metavar="FILE", help="Where the HTML report goes.")
    ] = "out/report.html",
    no_report: Annotated[bool, typer.Option("--no-report", help="Write no HTML report.")] = False,
    json: Json = None,
    csv: Csv = None,
) -> None:
    """Compare policies: who saved, who paid.

    Each runs on the same residents with the same luck as the place as it is, the baseline they share. Five years
    and ten pairs unless told otherwise. Ctrl-C stops early and keeps the pairs that are finished.
    """
    from demandsim.faces.commands import Length, compare_policies
    from demandsim.faces.output import Outputs

    compare_policies(
        scenario,
        policy,
        together=together,
        seeds=seeds,
        threads=threads,
        residents=residents,
        length=Length(USUAL if years is None and weeks is None else years, weeks),
        outputs=Outputs(json, csv, None if no_report else report),
    )


@app.command()
def evidence(
    text: Annotated[
        list[str] | None,
        typer.Argument(metavar="TEXT", help="Words that the number's place, unit, source or note must hold."),
    ] = None,
    grade: Annotated[
        str | None,
        typer.Option(metavar="GRADE", help="Only numbers measured, adapted, calibrated or judged."),
    ] = None,
    json: Json = None,
    csv: Csv = None,
) -> None:
    """List the numbers used, and why we believe them.

    Each with its unit, its range, its grade and its source.
    """
    from demandsim.faces.commands import list_evidence
    from demandsim.faces.output import Outputs

    list_evidence(" ".join(text or ()), grade=grade, outputs=Outputs(json, csv))


@app.command()
def show(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="A scenario or a policy: a shipped name, or a TOML file.")
    ],
    scenario: Annotated[
        str | None,
        typer.Option(
            metavar="SCENARIO",
            help="The place a policy is told for; essex, or small-town for its own, if not given.",
        ),
    ] = None,
) -> None:
    """Tell a scenario or a policy in words.

    They can be read aloud to a room.
    """
    from demandsim.faces.commands import show_in_words

    show_in_words(name, place=scenario)


@app.command()
def check(
    folder: Annotated[
        str,
        typer.Argument(metavar="FOLDER", help="Folder with cases.toml and the baselines stored beside it."),
    ] = "tests/baseline",
    case: Annotated[
        list[str] | None, typer.Option("--case", metavar="NAME", help="Only this case. Repeatable.")
    ] = None,
    update: Annotated[bool, typer.Option("--update", help="Replace the baselines that differ.")] = False,
    why: Annotated[
        str | None,
        typer.Option(metavar="TEXT", help="With --update: why the numbers may change; it is logged."),
    ] = None,
) -> None:
    """Run named cases again, and tell what moved.

    Each case is a scenario, policies and a seed. Exit code 1 says that something differs from the stored baselines; a
    check never rewrites them.
    """
    from demandsim.faces.checking import check_cases

    if not check_cases(folder, case or [], update=update, why=why):
        raise typer.Exit(DIFFERS)


app.command()(calibrate)


@app.command()
def schema(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="Kind of file: scenario, place or policy.")],
    out: Annotated[
        str | None, typer.Option("--out", metavar="FILE", help="Write it there, not to the screen.")
    ] = None,
) -> None:
    """Print the JSON Schema of a kind of file.

    Editors complete and check TOML files by it; docs/writing.md says how to point one at it.
    """
    from demandsim.faces.schemas import give_schema

    give_schema(kind, out)


@app.command()
def dashboard(
    host: Annotated[
        str, typer.Option("--host", help="Address to serve at; 127.0.0.1 is this machine alone.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", parser=whole, metavar="N", help="Port; 0 is any that is free.")
    ] = 8765,
    open_browser: Annotated[
        bool, typer.Option("--open", help="Open the page in this machine's browser.")
    ] = False,
) -> None:
    """Serve the dashboard for a room, until Ctrl-C."""
    from demandsim.faces.dashboard.server import serve

    serve(host, port, open_browser=open_browser)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a screen that cannot show £ is no reason to fail
            stream.reconfigure(errors="replace")
    sys.exit(answer(list(sys.argv[1:] if arguments is None else arguments)))


def answer(arguments: list[str]) -> int:
    """Run one command.

    Parameters
    ----------
    arguments
        As typed behind ``demandsim``; none asks for help.

    Returns
    -------
    int
        The exit code.
    """
    try:
        code = app(args=arguments or ["--help"], prog_name="demandsim", standalone_mode=False)
    except DemandSimError as error:
        return _mistaken(str(error))
    except _USAGE as error:
        context = getattr(error, "ctx", None)
        where = context.command_path if context else "demandsim"
        return _mistaken(f"{error.format_message()} (see {where} --help)")
    except (KeyboardInterrupt, typer.Abort):
        code = STOPPED
    except (
        BrokenPipeError,
        SystemExit,
    ):  # whoever reads the output has had enough; click leaves by itself then
        return 0
    if code == STOPPED:  # as newer Typers answer Ctrl-C
        print("demandsim: stopped; nothing was written", file=sys.stderr)
    return code if isinstance(code, int) else 0


def _mistaken(message: str) -> int:
    """Tell a mistake in one line."""
    print(f"demandsim: {' '.join(message.split())}", file=sys.stderr)
    return MISTAKE


# Typer carries a copy of click or uses the one installed, as its version goes: the class of all mistakes in typing
# is reached by the one that typer exports.
_USAGE: Any = typer.BadParameter.__mro__[2]
