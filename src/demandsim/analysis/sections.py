"""One comparison's part of the report: the sentence first, then tables and charts."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import pandas as pd

from demandsim.analysis import charts
from demandsim.analysis.arms import Compared
from demandsim.analysis.attribution import ALL, attribution_frame, failure_frame
from demandsim.analysis.flows import PURSE, first_week
from demandsim.analysis.intervals import FEW_PAIRS, label
from demandsim.analysis.outcomes import outcomes_frame, timeline_frame
from demandsim.analysis.pages import Cell, bullets, element, picture, table
from demandsim.analysis.savers import savers
from demandsim.analysis.sentence import MONEY_FROM, sentence
from demandsim.analysis.shunt import matrix_frame, ratios_frame, shunt_frame, shunt_last_year
from demandsim.analysis.words import (
    ROW_TITLES,
    SECTOR_TITLES,
    VIEW_TITLES,
    measure_title,
    pairs_said,
    quantity,
    service_title,
    short,
    who,
)

VIEWS = ("cash_low_r", "cash", "cash_high_r", "full", "capacity")
"""Views of the money, in the order of the table's columns."""

HEADS = ("cash, low share", "cash, central", "cash, high share", "full (unit costs)", "capacity (staff time)")

RATIOS = {
    "shunt": "Shunt: what all other payers pay more, net, for each £1 the saver saves",
    "landing": "Landing: gross extra cost at the service that takes most, at unit cost, for each £1 cut",
    "boomerang": "Boomerang: part of the expected saving that is lost again",
}


def title(comparison: Compared) -> str:
    """What a comparison is called."""
    return " and ".join(policy.title for policy in comparison.policies) or "No policy"


def section(comparison: Compared, unlawful: tuple[str, ...] = ()) -> Iterator[Cell]:
    """Everything the report says about one comparison.

    Parameters
    ----------
    comparison
        Pairs of arms.
    unlawful
        What goes beyond the law, a sentence or name each.
    """
    yield element("h2", title(comparison))
    yield element("p", sentence(comparison), kind="sentence")
    yield from _warnings(comparison, unlawful)
    yield from _money(comparison)
    yield from _ratios(comparison)
    yield from _traced(comparison)
    yield from _outcomes(comparison)


def _warnings(comparison: Compared, unlawful: tuple[str, ...]) -> Iterator[Cell]:
    """What must be known before any number is read."""
    residents, pairs = comparison.scenario.residents, len(comparison.pairs)
    if residents < MONEY_FROM:
        told = f"Indicative only: {residents:,} residents were simulated. Sums are quoted from {MONEY_FROM:,} on."
        yield element("p", told, kind="mark")
    if pairs < FEW_PAIRS:
        told = "with one pair there is none" if pairs == 1 else "they are too narrow"
        yield element("p", f"Intervals rest on {pairs_said(pairs)} of runs: {told}.", kind="mark")
    if unlawful:
        yield element("p", "This policy goes beyond the law; it was run all the same:", kind="mark")
        yield bullets(unlawful)


def _money(comparison: Compared) -> Iterator[Cell]:
    """Who saved and who paid."""
    names, pounds = _names(comparison), comparison.scenario.residents >= MONEY_FROM
    note = "" if pounds else f"Indicative only, at {comparison.scenario.residents:,} residents."
    yield element("h3", "Who saved, who paid")
    yield picture(charts.who_paid(shunt_frame(comparison, by="payer"), names, pounds=pounds, note=note))
    frames = {view: shunt_frame(comparison, view=view) for view in VIEWS}
    last = shunt_last_year(comparison)
    yield table(
        "Pounds a year for the place, policy less baseline (− saves, + pays more), from the policy's first week "
        f"to the end; 90% interval in small print ({label(len(comparison.pairs))})",
        ["Payer", *HEADS, "cash, last year alone"],
        [
            [
                _sector(key),
                *(_sum(frame.iloc[row]) for frame in frames.values()),
                _sum(last.iloc[row], "still growing" if last["still_rising"].iloc[row] else ""),
            ]
            for row, key in enumerate(last["sector"])
        ],
        sums=[list(last["sector"]).index(PURSE)],
    )
    yield element(
        "p",
        "Views of the money are never added together. The shares are those of a unit cost that follows contacts "
        "within the year. Capacity is staff time: freed time is not money until hours are cut.",
        kind="soft",
    )
    sectors = {key: _sector(key) for key in last["sector"]}
    told = {VIEW_TITLES[view]: frames[view] for view in ("cash", "full", "capacity")}
    yield picture(charts.money_views(told, sectors, pounds=pounds))


def _ratios(comparison: Compared) -> Iterator[Cell]:
    """The three ratios, or the matrix of savers."""
    if comparison.parts:
        yield from _matrix(comparison)
        return
    frame = ratios_frame(comparison)
    yield element("h3", "For each pound saved")
    rows = []
    for _, row in frame.iterrows():
        where = f"at {service_title(row['where'], comparison.scenario)}" if row["where"] else ""
        share = row["measure"] == "boomerang"
        numbers = [quantity(row[name], share=share) for name in ("mean", "low", "high")]
        rows.append(
            [RATIOS[row["measure"]], *numbers, "; ".join(part for part in (where, row["note"]) if part)]
        )
    saver = ", ".join(who(one.name, comparison.scenario) for one in savers(comparison)) or "none named"
    yield table(
        f"Ratios in cash, saver: {saver}; totals over all pairs, 90% interval ({label(len(comparison.pairs))})",
        ["Ratio", "value", "low", "high", "note"],
        rows,
        words=[4],
    )


def _matrix(comparison: Compared) -> Iterator[Cell]:
    """Each saver's change alone, together, and the interaction."""
    names, pounds = _names(comparison), comparison.scenario.residents >= MONEY_FROM
    yield element("h3", "Each saving alone, and all together")
    mean, low, high = (matrix_frame(comparison, bound=bound) for bound in ("mean", "low", "high"))
    yield picture(charts.matrix(mean, names, pounds=pounds))
    paying = [name for name in mean.columns[2:] if (mean[name] != 0).any() or name == PURSE]
    yield table(
        "Cash, pounds a year for the place; 90% interval in small print "
        f"({label(len(comparison.pairs))}). Interaction: together less the sum of the parts",
        ["Policy", *(names.get(name, name) for name in paying)],
        [
            [
                names.get(policy, policy.capitalize()),
                *(_money_cell(*(frame[name].iloc[row] for frame in (mean, low, high))) for name in paying),
            ]
            for row, policy in enumerate(mean["policy"])
        ],
        sums=[list(mean["policy"]).index("together")],
    )


def _traced(comparison: Compared) -> Iterator[Cell]:
    """Traced beside causal, payer by payer, and failure demand by cause."""
    scenario, found = comparison.scenario, savers(comparison)
    one = found[0].agencies[0] if len(found) == 1 and len(found[0].agencies) == 1 else ALL
    frame = attribution_frame(comparison)
    rows = {payer: rest.set_index("cause") for payer, rest in frame.groupby("payer", sort=False)}
    whose = "any agency" if one == ALL else who(one, scenario)
    yield element("h3", "Traced and causal, side by side")
    yield table(
        f"Change a year for the place, at unit cost: what is traced to {whose}, and what the pairs say the policy "
        f"caused; 90% interval in small print ({label(len(comparison.pairs))})",
        ["Payer", "contacts, traced", "pounds, traced", "contacts, causal", "pounds, causal"],
        [
            [
                who(str(payer), scenario),
                quantity(_cell(rest, one, "traced_contacts"), sign=True),
                _money_cell(*(_cell(rest, one, f"traced{end}") for end in ("", "_low", "_high"))),
                quantity(_cell(rest, ALL, "causal_contacts"), sign=True),
                _money_cell(*(_cell(rest, ALL, f"causal{end}") for end in ("", "_low", "_high"))),
            ]
            for payer, rest in rows.items()
        ],
    )
    yield element(
        "p",
        "Tracing tells how a contact came about, not how much a policy moved: it cannot see cut prevention, and it "
        "blames a swamped queue rather than whoever swamped it. The pairs are the answer.",
        kind="soft",
    )
    failure = failure_frame(comparison)
    if (failure["arm"] == "policy").any():
        yield picture(charts.failure_by_cause(failure, _names(comparison)))


def _outcomes(comparison: Compared) -> Iterator[Cell]:
    """What it did to residents."""
    frame = outcomes_frame(comparison)
    yield element("h3", "What it did to residents")
    rows = []
    for _, row in frame.iterrows():
        share = str(row["measure"]).endswith("_share")
        levels = [quantity(row[name], share=share) for name in ("baseline", "policy")]
        change = [quantity(row[name], sign=True, share=share) for name in ("mean", "low", "high")]
        moved = "n/a" not in change[1:] and any(text.strip("0%") for text in change)
        small = f"<small>{change[1]} to {change[2]}</small>" if moved else ""
        rows.append([measure_title(row["measure"]), row["unit"], *levels, Cell(f"{change[0]}{small}")])
    yield table(
        "For the place, over all recorded weeks; difference policy less baseline, 90% interval in small print "
        f"({label(len(comparison.pairs))})",
        ["Measure", "unit", "baseline", "policy", "difference"],
        rows,
        words=[1],
    )
    if frame["measure"].str.endswith("_gap").any():
        yield picture(charts.quintile_gaps(frame))
    timeline = timeline_frame(comparison)
    if len(timeline):
        yield picture(charts.timelines(timeline, _names(comparison), first_week=first_week(comparison)))


def _names(comparison: Compared) -> Mapping[str, str]:
    """What every key in a chart is called."""
    scenario = comparison.scenario
    return {
        **{name: service_title(name, scenario) for name in scenario.services},
        **{name: who(name, scenario) for name in scenario.agencies},
        **{policy.name: policy.title for one in comparison.policies for policy in one.whole()},
        **ROW_TITLES,
    }


def _sector(key: str) -> str:
    """A row of the shunt by sector, as a table calls it."""
    return {**SECTOR_TITLES, **ROW_TITLES}[key]


def _sum(row: pd.Series, mark: str = "") -> Cell:
    """A sum of a shunt's row with its interval under it, and a mark under that."""
    told = _money_cell(row["mean"], row["low"], row["high"])
    return Cell(f"{told}<small>{mark}</small>") if mark else told


def _money_cell(mean: float, low: float, high: float) -> Cell:
    """A sum with its interval under it, if it has one that is not all nothing."""
    if math.isnan(low) or low == high == mean == 0:
        return Cell(short(mean))
    return Cell(f"{short(mean)}<small>{short(low)} to {short(high)}</small>")


def _cell(rest: pd.DataFrame, cause: str, column: str) -> float:
    """One number of a payer's rows; nothing traced to a cause is none."""
    return float(dict(zip(rest.index, rest[column], strict=True)).get(cause, 0.0))
