"""Numbers as they are typed on the command line, read or refused in a line."""

from __future__ import annotations

import typer

from demandsim.errors import shown

LONGEST = 30
"""Years of 52 weeks in the longest run that a scenario may have."""


def whole(given: str | int) -> int:
    """Read a whole number as typed.

    Parameters
    ----------
    given : str or int
        What was typed; a default comes as it is.

    Raises
    ------
    typer.BadParameter
        If it is anything else.
    """
    try:
        return int(given)
    except ValueError:
        raise typer.BadParameter(f"given {shown(given)}; a whole number would do") from None


def some_years(given: str | int) -> int:
    """Read a number of years as typed.

    Raises
    ------
    typer.BadParameter
        If it is no whole number, or one that nothing could run for.
    """
    years = whole(given)
    if not 1 <= years <= LONGEST:
        raise typer.BadParameter(f"given {years}; a whole number from 1 to {LONGEST} would do")
    return years
