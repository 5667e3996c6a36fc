"""What is traced to the agencies that made a policy, beside what the pairs say it caused: a table a world."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from demandsim.analysis.attribution import attribution_frame
from demandsim.analysis.comparison import Comparison
from demandsim.analysis.flows import ALL
from demandsim.analysis.intervals import label
from demandsim.analysis.pages import element, table
from demandsim.analysis.savers import savers
from demandsim.analysis.sections import money_cell
from demandsim.analysis.sentence import MONEY_FROM
from demandsim.analysis.words import contacts_said, grain, who

ENDS = ("", "_low", "_high")
NOTE = (
    "Tracing tells how a contact came about, not how much a policy moved: it cannot see cut prevention, and it blames "
    "a swamped queue rather than whoever swamped it. The pairs are the answer."
)


def traced(worlds: Sequence[Comparison], titles: Sequence[str]) -> str:
    """Set traced beside causal, payer by payer, a table a world.

    Parameters
    ----------
    worlds
        Each against the place as it is.
    titles
        What each is called.
    """
    tables = [_table(one, title) for one, title in zip(worlds, titles, strict=True)]
    return "".join([*tables, element("p", NOTE, kind="soft")])


def _table(comparison: Comparison, title: str) -> str:
    """One world's table; without enough residents it says that it is indicative."""
    scenario, residents = comparison.scenario, comparison.scenario.residents
    each = comparison.pairs[0].baseline.scale
    least = grain(each)
    found = savers(comparison)
    cause = found[0].name if len(found) == 1 else ALL
    whose = "any agency" if cause == ALL else who(cause, scenario)
    mark = "" if residents >= MONEY_FROM else f" Indicative only: {residents:,} residents were simulated."
    rows = []
    for payer, rest in attribution_frame(comparison).groupby("payer", sort=False):
        frame = rest.set_index("cause")
        rows.append(
            [
                who(str(payer), scenario),
                contacts_said(_cell(frame, cause, "traced_contacts"), each),
                money_cell(*(_cell(frame, cause, f"traced{end}") for end in ENDS), grain=least),
                contacts_said(_cell(frame, ALL, "causal_contacts"), each),
                money_cell(*(_cell(frame, ALL, f"causal{end}") for end in ENDS), grain=least),
            ]
        )
    caption = (
        f"{title}: change a year for the place, at unit cost: what is traced to {whose}, and what the pairs say the "
        f"policy caused; 90% interval in small print ({label(len(comparison.pairs))}).{mark}"
    )
    return table(
        caption,
        ["Who pays", "contacts, traced", "pounds, traced", "contacts, causal", "pounds, causal"],
        rows,
    )


def _cell(frame: pd.DataFrame, cause: str, column: str) -> float:
    """One number of a payer's rows; nothing traced to a cause is none."""
    return float(dict(zip(frame.index, frame[column], strict=True)).get(cause, 0.0))
