"""What each chart shows, in words: the title that stands over it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from demandsim.analysis.flows import ALL, COMMUNITY, PURSE, RESIDENTS
from demandsim.analysis.intervals import holds_zero
from demandsim.analysis.words import said, short

Names = Mapping[str, str]
"""What a key is called."""

LAST = (PURSE, COMMUNITY, RESIDENTS)

BOUNCED = ("turned away", "handed on", "lost in a hand-off")
"""Events of a journey that leave a need where it was."""

SMALLEST_SHARE = 0.0005
"""Shares under this would read 0.0%."""


def clear(row: pd.Series) -> bool:
    """Tell whether a row's difference is more than chance; with one pair, whether there is any."""
    if pd.isna(row["low"]):
        return bool(row["mean"])
    return not holds_zero(row["low"], row["high"])


def who_paid(frame: pd.DataFrame, names: Names, *, pounds: bool = True, grain: float = 1.0) -> str:
    """Who spends less and who more: the largest each way, how many others, and the public purse.

    Parameters
    ----------
    frame
        As ``shunt.shunt_frame`` gives it.
    names
        What its first column's keys are called.
    pounds
        False to speak of direction only, for runs too small for sums.
    grain
        Pounds to which sums are rounded; payers who move by less than half of it are not counted.

    Returns
    -------
    str
        No direction with one pair, which is one run of luck.
    """
    if frame["low"].isna().all() and frame["mean"].any():
        return "One run of luck: who pays more and who less is told from two pairs on"
    by = frame.columns[0]
    moved = frame[[clear(row) for _, row in frame.iterrows()]]
    payers = moved[~moved[by].isin(LAST) & (moved["mean"].abs() >= grain / 2)]
    found = []
    for way, word in ((-1, "less"), (1, "more")):
        these = payers[payers["mean"] * way > 0].sort_values("mean", ascending=way < 0, kind="stable")
        if len(these):
            first, others = these.iloc[0], these.iloc[1:]
            told = f"paying {word}: {names.get(first[by], first[by])}"
            told += f" ({said(first['mean'])} a year)" if pounds else ""
            if len(others):
                told += f" and {'one other' if len(others) == 1 else f'{len(others)} others'}"
                told += f" ({said(others['mean'].sum())})" if pounds else ""
            found.append((abs(first["mean"]), told))
    if not found:
        return "Nobody's spending moved by more than chance"
    parts = [told for _, told in sorted(found, key=lambda one: -one[0])]
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
    told = [
        f"{short(row['mean'])} in {view.lower()}{'' if clear(row) else ' (within chance)'}"
        for view, row in purse.items()
    ]
    return f"The public purse, a year: {', '.join(told)}"


def timelines(last_year: pd.DataFrame, names: Names, *, sizes: bool = True) -> str:
    """How far contacts have moved by the last year, at the first service where that is more than chance.

    Parameters
    ----------
    last_year
        As ``outcomes.last_year_frame`` gives it.
    names
        What services are called.
    sizes
        False to speak of direction only, for runs too small for sizes.
    """
    if last_year.empty:
        return "No service's contacts moved"
    moved = last_year[[clear(row) for _, row in last_year.iterrows()]]
    if moved.empty:
        return "Contacts in the last year: within chance of those without the policy"
    row = moved.iloc[0]
    name = names.get(row["service"], row["service"])
    if row["baseline"] == 0:
        return f"{name}: contacts begin with the policy"
    change = abs(row["mean"]) / row["baseline"]
    size = f"{change:.1%} " if change >= SMALLEST_SHARE else "less than 0.1% "
    word = "fewer" if row["mean"] < 0 else "more"
    return f"{name}: {size if sizes else ''}{word} contacts in the last year than without the policy"


def failure(frame: pd.DataFrame, change: pd.DataFrame) -> str:
    """How far failure demand moved, and how much of it falls on others than those who caused it, in both arms.

    Parameters
    ----------
    frame
        As ``attribution.failure_frame`` gives it.
    change
        As ``attribution.failure_change`` gives it.
    """
    if frame.empty:
        return "No contact is traced to an earlier refusal, wait or hand-off"
    row = change[change["payer"] == ALL].iloc[0]
    if not clear(row):
        told = "does not move by more than chance"
    elif row["baseline"] == 0:
        told = "begins with the policy"
    else:
        share = abs(row["mean"]) / row["baseline"]
        told = f"{'rises' if row['mean'] > 0 else 'falls'} by {share:.{'0' if share > 0.0995 else '1'}%}"
    shares = []
    for arm in ("policy", "baseline"):
        here = frame[frame["arm"] == arm]
        others = here[here["payer"] != here["cause"]]["contacts"].sum()
        shares.append(f"{others / here['contacts'].sum():.0%}" if len(here) else "none")
    return (
        f"Failure demand {told}; {shares[0]} of it falls on others than the agency it is traced to "
        f"({shares[1]} without the policy)"
    )


def gaps(frame: pd.DataFrame) -> str:
    """Which gaps between the most and the least deprived fifth moved.

    Parameters
    ----------
    frame
        Rows of ``outcomes.outcomes_frame`` whose measure ends in ``_gap``.
    """
    ways: dict[str, list[str]] = {}
    for _, row in frame.iterrows():
        widens = row["mean"] * np.sign(row["baseline"] or 1) > 0
        by = f" by {abs(row['mean'] / row['baseline']):.1%}" if row["baseline"] else ""
        way = f"{'widens' if widens else 'narrows'}{by}" if clear(row) else "no change beyond chance"
        ways.setdefault(way, []).append(gap_name(str(row["measure"])))
    parts = [f"{way} in {' and '.join(measures)}" for way, measures in ways.items()]
    return f"The gap between the most and the least deprived fifth: {'; '.join(parts)}" if parts else ""


def gap_name(measure: str) -> str:
    """What a gap is in: "crises", "QALYs lost"."""
    return measure.removesuffix("_gap").replace("_", " ").replace("qalys", "QALYs")


def matrix(
    frame: pd.DataFrame,
    *,
    bounds: tuple[pd.DataFrame, pd.DataFrame] | None = None,
    pounds: bool = True,
    grain: float = 1.0,
) -> str:
    """What the savings come to together, beside what each comes to alone.

    Parameters
    ----------
    frame
        As ``shunt.matrix_frame`` gives it.
    bounds
        The same at ``low`` and at ``high``: what is within chance is then said to be. Without them nothing is
        known of chance, and every difference is told.
    pounds
        False to speak of direction only.
    grain
        Pounds to which sums are rounded: the parts add up to the whole where less than half of it lies between.
    """
    purse = [one.set_index("policy")[PURSE] for one in (frame, *(bounds or ()))]

    def row(name: str) -> pd.Series:
        known = [float(one[name]) for one in purse]
        return pd.Series([*known, np.nan, np.nan][:3], index=["mean", "low", "high"])

    together = row("together")
    if not clear(together):
        told = "Together, what the public purse pays does not move by more than chance"
    else:
        sum_ = f"{said(together['mean'])} a year " if pounds else ""
        told = f"Together, the public purse pays {sum_}{'less' if together['mean'] < 0 else 'more'}"
    if not pounds or "interaction" not in set(frame["policy"]):
        return told
    more = row("interaction")
    if more.abs().max() < grain / 2:
        return f"{told}; the parts, each run alone, add up to the same"
    if not clear(more):
        return f"{told}; the parts, each run alone, add up to the same within chance"
    word = "more" if more["mean"] > 0 else "less"
    return f"{told}; it pays {said(more['mean'])} {word} than the parts, each run alone, add up to"


def by_quintile(frame: pd.DataFrame, *, sizes: bool = True) -> str:
    """For whom a measure changes by more than chance: the first of those that do, in the most deprived fifth first.

    Parameters
    ----------
    frame
        As ``quintiles.quintiles_frame`` gives it.
    sizes
        False to speak of direction only, for runs too small for sizes.
    """
    parts = []
    for measure, these in frame.groupby("measure", sort=False):
        moved = these[[clear(row) for _, row in these.iterrows()]]
        if moved.empty:
            continue
        furthest = moved.iloc[int(moved["mean"].abs().argmax())]
        word = "more" if furthest["mean"] > 0 else "fewer"
        size = f"{abs(furthest['mean']):.2g} " if sizes else ""
        what = quintile_words(str(measure))
        parts.append(f"{size}{word} {what} {_whose(int(furthest['quintile']))}")
    if not parts:
        return "No fifth of neighbourhoods is touched by more than chance"
    told = "; ".join(parts[:2])
    return f"Touched most, for each 1,000 residents a year: {told}" if sizes else f"Touched most: {told}"


def quintile_words(measure: str) -> str:
    """What a measure counts, inside a sentence."""
    words = {
        "unmet_need_weeks": "weeks of unmet need",
        "helped": "needs helped",
        "qalys_lost": "QALYs lost",
    }
    return words.get(measure, measure.replace("_", " "))


def _whose(quintile: int) -> str:
    """Name a fifth of neighbourhoods, inside a sentence."""
    ends = {1: "in the most deprived fifth", 5: "in the least deprived fifth"}
    return ends.get(quintile, f"in fifth {quintile} of 5")


def journeys(arms: Mapping[str, pd.DataFrame]) -> str:
    """How often one resident is bounced and seen in each arm.

    Parameters
    ----------
    arms
        One resident's rows of ``RunRecord.journeys`` by what the arm is called.
    """
    told = []
    for title, frame in arms.items():
        bounced = int(frame["event"].isin(BOUNCED).sum())
        seen = int((frame["event"] == "contact").sum())
        often = {0: "never bounced", 1: "bounced once"}.get(bounced, f"bounced {bounced:,} times")
        told.append(f"{title}: {often}, {seen:,} {'contact' if seen == 1 else 'contacts'}")
    return "; ".join(told)
