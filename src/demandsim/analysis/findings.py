"""What each chart shows, in words: the title that stands over it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from demandsim.analysis.flows import COMMUNITY, PURSE, RESIDENTS
from demandsim.analysis.intervals import holds_zero
from demandsim.analysis.words import said, short

Names = Mapping[str, str]
"""What a key is called."""

LAST = (PURSE, COMMUNITY, RESIDENTS)


def clear(row: pd.Series) -> bool:
    """Tell whether a row's difference is more than chance; with one pair, whether there is any."""
    if pd.isna(row["low"]):
        return bool(row["mean"])
    return not holds_zero(row["low"], row["high"])


def who_paid(frame: pd.DataFrame, names: Names, *, pounds: bool = True) -> str:
    """Who spends less and who more, largest each way, and the public purse.

    Parameters
    ----------
    frame
        As ``shunt.shunt_frame`` gives it.
    names
        What its first column's keys are called.
    pounds
        False to speak of direction only, for runs too small for sums.
    """
    by = frame.columns[0]
    moved = frame[[clear(row) for _, row in frame.iterrows()]]
    payers = moved[~moved[by].isin(LAST)]
    found = []
    for way, word in ((-1, "less"), (1, "more")):
        these = payers[payers["mean"] * way > 0]
        if len(these):
            row = these.iloc[int(these["mean"].abs().to_numpy().argmax())]
            sum_ = f" ({said(row['mean'])} a year)" if pounds else ""
            found.append((row["mean"], f"pays {word}: {names.get(row[by], row[by])}{sum_}"))
    if not found:
        return "Nobody's spending moved by more than chance"
    parts = [told for _, told in sorted(found, key=lambda one: -abs(one[0]))]
    purse = frame[frame[by] == PURSE].iloc[0]
    if clear(purse):
        word = "less" if purse["mean"] < 0 else "more"
        parts.append(f"public purse: {said(purse['mean']) + ' a year ' if pounds else ''}{word}")
    else:
        parts.append("public purse: within chance")
    told = "; ".join(parts)
    return told[0].upper() + told[1:]


def money_views(frames: Mapping[str, pd.DataFrame], *, pounds: bool = True) -> str:
    """What the public purse makes of it in each view.

    Parameters
    ----------
    frames
        ``shunt_frame`` by the name of its view.
    pounds
        False to speak of direction only.
    """
    purse = {view: frame[frame.iloc[:, 0] == PURSE].iloc[0] for view, frame in frames.items()}
    if not pounds:
        ways = {
            view: ("less" if row["mean"] < 0 else "more") if clear(row) else "no clear change"
            for view, row in purse.items()
        }
        if len(set(ways.values())) == 1:
            return f"The public purse, in every view of the money: {next(iter(ways.values()))}"
        told = [f"{way} in {view.lower()}" for view, way in ways.items()]
        return f"The public purse, by view: {', '.join(told)}"
    told = [f"{short(row['mean'])} in {view.lower()}" for view, row in purse.items()]
    return f"The public purse, a year: {', '.join(told)}"


def timelines(frame: pd.DataFrame, names: Names) -> str:
    """How much the first service's contacts have moved by the last year.

    Parameters
    ----------
    frame
        As ``outcomes.timeline_frame`` gives it.
    names
        What services are called.
    """
    if frame.empty:
        return "No service's contacts moved"
    service = frame["service"].iloc[0]
    last = frame[frame["service"] == service].tail(4)
    before, after = last["baseline"].sum(), last["policy"].sum()
    name = names.get(service, service)
    if before == 0:
        return f"{name}: contacts begin with the policy"
    change = (after - before) / before
    word = "fewer" if change < 0 else "more"
    return f"{name}: {abs(change):.1%} {word} contacts in the last year than without the policy"


def failure(frame: pd.DataFrame) -> str:
    """How much failure demand falls on others than those who caused it.

    Parameters
    ----------
    frame
        As ``attribution.failure_frame`` gives it.
    """
    policy = frame[frame["arm"] == "policy"]
    total = policy["contacts"].sum()
    if not total:
        return "No contact is traced to an earlier refusal, wait or hand-off"
    others = policy[policy["payer"] != policy["cause"]]["contacts"].sum() / total
    return f"{others:.0%} of failure demand falls on others than the agency it is traced to"


def gaps(frame: pd.DataFrame) -> str:
    """Which gaps between the most and the least deprived fifth moved.

    Parameters
    ----------
    frame
        Rows of ``outcomes.outcomes_frame`` whose measure ends in ``_gap``.
    """
    parts = []
    for _, row in frame.iterrows():
        name = gap_name(str(row["measure"]))
        if not clear(row):
            parts.append(f"{name} does not move by more than chance")
        else:
            parts.append(
                f"{name} {'widens' if row['mean'] * np.sign(row['baseline'] or 1) > 0 else 'narrows'}"
            )
    return f"The gap between most and least deprived fifth in {'; in '.join(parts)}" if parts else ""


def gap_name(measure: str) -> str:
    """What a gap is in: "crises", "QALYs lost"."""
    return measure.removesuffix("_gap").replace("_", " ").replace("qalys", "QALYs")


def matrix(frame: pd.DataFrame, *, pounds: bool = True) -> str:
    """What the savings come to together, beside what each comes to alone.

    Parameters
    ----------
    frame
        As ``shunt.matrix_frame`` gives it.
    pounds
        False to speak of direction only.
    """
    purse = frame.set_index("policy")[PURSE]
    together = float(purse["together"])
    word = "less" if together < 0 else "more"
    if not pounds:
        return f"Together, the public purse pays {word}"
    told = f"Together, the public purse pays {said(together)} a year {word}"
    if "interaction" not in purse:
        return told
    alone = together - float(purse["interaction"])
    return f"{told}; added up one by one, {said(alone)} {'less' if alone < 0 else 'more'}"
