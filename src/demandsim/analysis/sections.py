"""One comparison's part of the report: the sentence first, then tables and charts."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from typing import Any

import pandas as pd

from demandsim.analysis import charts, demand_charts, people_charts
from demandsim.analysis.arms import Compared
from demandsim.analysis.attribution import attribution_frame, failure_change, failure_frame
from demandsim.analysis.cautions import law_said, size_said
from demandsim.analysis.flows import ALL, PURSE, first_week
from demandsim.analysis.intervals import label
from demandsim.analysis.outcomes import MAIN, WAITS_NOTE, few_told, outcomes_frame, timelines
from demandsim.analysis.pages import Cell, element, picture, table
from demandsim.analysis.quintiles import quintiles_frame
from demandsim.analysis.savers import savers
from demandsim.analysis.sentence import MONEY_FROM, sentence
from demandsim.analysis.shunt import matrix_frame, ratios_frame, shunt_frame, shunt_last_year
from demandsim.analysis.words import (
    ROW_TITLES,
    SECTOR_TITLES,
    VIEW_TITLES,
    at_service,
    contacts_said,
    differences,
    grain,
    measure_title,
    quantity,
    ratio_said,
    service_title,
    sums_said,
    who,
)

ENDS = ("", "_low", "_high")
"""What stands behind the names of a mean and its bounds."""

VIEWS = ("cash_low_r", "cash", "cash_high_r", "full", "capacity")
"""Views of the money, in the order of the table's columns."""

HEADS = ("cash, low share", "cash, central", "cash, high share", "full (unit costs)", "capacity (staff time)")

RATIOS = {
    "shunt": "Shunt: what all other payers pay more, net, for each £1 the saver saves",
    "landing": "Landing: gross extra cost at the service that takes most, at unit cost, for each £1 cut",
    "boomerang": "Boomerang: part of the saving expected by then that is lost again",
}

BOOK_KEEPING = ("births", "moved_in", "moved_out", "resident_weeks")
"""Outcomes that are told only where a policy moves them."""


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
    for told in size_said(comparison):
        yield element("p", told, kind="mark")
    yield from law_said(unlawful)


def _money(comparison: Compared) -> Iterator[Cell]:
    """Who saved and who paid."""
    names, pounds, least = names_of(comparison), _pounds(comparison), _grain(comparison)
    note = "" if pounds else f"Indicative only, at {comparison.scenario.residents:,} residents."
    yield element("h3", "Who saved, who paid")
    by_payer = shunt_frame(comparison, by="payer")
    yield picture(charts.who_paid(by_payer, names, pounds=pounds, note=note, grain=least))
    frames = {view: shunt_frame(comparison, view=view) for view in VIEWS}
    last = shunt_last_year(comparison)
    yield table(
        "Pounds a year for the place, policy less baseline (− saves, + pays more), from the policy's first week "
        f"to the end; 90% interval in small print ({label(len(comparison.pairs))})",
        ["Payer", *HEADS, "cash, last year alone"],
        [
            [
                _sector(key),
                *(_sum(frame.iloc[row], least) for frame in frames.values()),
                _sum(last.iloc[row], least, "still growing" if last["still_rising"].iloc[row] else ""),
            ]
            for row, key in enumerate(last["sector"])
        ],
        sums=[list(last["sector"]).index(PURSE)],
    )
    yield element(
        "p",
        "Views of the money are never added together. The shares are those of a unit cost that follows contacts "
        "within the year. Capacity is staff time: freed time is not money until hours are cut. Sums are rounded "
        f"to £{least:,.0f}, about what one contact more of one simulated resident comes to for the place.",
        kind="soft",
    )
    sectors = {key: _sector(key) for key in last["sector"]}
    told = {VIEW_TITLES[view]: frames[view] for view in ("cash", "full", "capacity")}
    yield picture(charts.money_views(told, sectors, pounds=pounds, grain=least))


def _ratios(comparison: Compared) -> Iterator[Cell]:
    """The three ratios of one saver, or the matrix of several; nothing where nobody hopes to save."""
    if comparison.parts:
        yield from _matrix(comparison)
        return
    found = savers(comparison)
    if not found:
        return
    frame = ratios_frame(comparison)
    yield element("h3", "For each pound saved")
    if frame["mean"].isna().all():
        yield element("p", f"There are no ratios: {frame['note'].iloc[0]}.")
        return
    rows = []
    for row in frame.to_dict("records"):
        where = at_service(row["where"], comparison.scenario) if row["where"] else ""
        rows.append([RATIOS[row["measure"]], *ratio_said(row), row["note"] or where])
    yield table(
        f"Ratios in cash, saver: {', '.join(who(one.name, comparison.scenario) for one in found)}; totals over all "
        f"pairs, 90% interval ({label(len(comparison.pairs))})",
        ["Ratio", "value", "low", "high", "note"],
        rows,
        words=[4],
    )


def _matrix(comparison: Compared) -> Iterator[Cell]:
    """Each saver's change alone, together, and the interaction."""
    names, least = names_of(comparison), _grain(comparison)
    yield element("h3", "Each saving alone, and all together")
    mean, low, high = (matrix_frame(comparison, bound=bound) for bound in ("mean", "low", "high"))
    yield picture(charts.matrix(mean, names, bounds=(low, high), pounds=_pounds(comparison), grain=least))
    paying = [
        name for name in mean.columns[2:] if (mean[name].abs() >= least / 2).any() or name in ROW_TITLES
    ]
    yield table(
        f"Cash, pounds a year for the place; 90% interval in small print ({label(len(comparison.pairs))}). "
        "Interaction: together less the sum of the parts",
        ["Payer", *(names.get(policy, policy.capitalize()) for policy in mean["policy"])],
        [
            [
                names.get(name, name),
                *(
                    money_cell(*ends, grain=least, broken=True)
                    for ends in zip(mean[name], low[name], high[name], strict=True)
                ),
            ]
            for name in paying
        ],
        sums=[paying.index(PURSE)],
    )


def _traced(comparison: Compared) -> Iterator[Cell]:
    """Traced beside causal, payer by payer, and failure demand by cause."""
    scenario, found, least = comparison.scenario, savers(comparison), _grain(comparison)
    each = comparison.pairs[0].baseline.scale
    one = found[0].name if len(found) == 1 else ALL
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
                contacts_said(_cell(rest, one, "traced_contacts"), each),
                money_cell(*(_cell(rest, one, f"traced{end}") for end in ENDS), grain=least),
                contacts_said(_cell(rest, ALL, "causal_contacts"), each),
                money_cell(*(_cell(rest, ALL, f"causal{end}") for end in ENDS), grain=least),
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
    if len(failure):
        yield picture(
            demand_charts.failure_by_cause(failure, failure_change(comparison), names_of(comparison))
        )


def _outcomes(comparison: Compared) -> Iterator[Cell]:
    """What it did to residents: what matters most, pictures of it, then all else that was counted."""
    frame = outcomes_frame(comparison).set_index("measure", drop=False)
    there = (frame[["baseline", "policy"]] != 0).any(axis=1)
    still = frame["measure"].isin(BOOK_KEEPING) & (frame[["mean", "low", "high"]].fillna(0) == 0).all(axis=1)
    first = [name for name in MAIN if name in frame.index and there[name]]
    rest = [name for name in frame.index[there & ~still] if name not in first]
    yield element("h3", "What it did to residents")
    when = "for the place, from the policy's first week to the end; 90% interval in small print"
    for names, what in ((first, "What matters most"), (rest, "What else was counted")):
        if names:
            yield table(
                f"{what}, {when} ({label(len(comparison.pairs))})",
                ["Measure", "unit", "baseline", "policy", "difference"],
                [_outcome(row) for row in frame.loc[names].to_dict("records")],
                words=[1],
            )
        if names is first:
            yield from _pictures(comparison, frame)


def _pictures(comparison: Compared, frame: pd.DataFrame) -> Iterator[Cell]:
    """What stands under the first outcomes: what to mind, gaps, and contacts over time."""
    if "weeks_to_help" in frame.index:
        yield element("p", WAITS_NOTE, kind="soft")
    if told := few_told(frame, comparison.scenario.residents):
        yield element("p", told, kind="soft")
    if frame["measure"].str.endswith("_gap").any():
        yield picture(demand_charts.quintile_gaps(frame))
        yield picture(people_charts.by_quintile(quintiles_frame(comparison), sizes=_pounds(comparison)))
    by_quarter, last_year = timelines(comparison)
    if len(by_quarter):
        names, start = names_of(comparison), first_week(comparison)
        sizes = _pounds(comparison)
        yield picture(demand_charts.timelines(by_quarter, last_year, names, first_week=start, sizes=sizes))


def _outcome(row: Mapping[Hashable, Any]) -> list[str]:
    """One outcome's row: a share in per cent, and how it differs in percentage points."""
    share = str(row["measure"]).endswith("_share")
    levels = [quantity(row[name], share=share) for name in ("baseline", "policy")]
    mean, *ends = differences(row)
    moved = "n/a" not in ends and {mean, *ends} != {"0"}
    small = f"<small>{ends[0]} to {ends[1]}</small>" if moved else ""
    return [measure_title(row["measure"]), row["unit"], *levels, Cell(f"{mean}{small}")]


def names_of(comparison: Compared) -> Mapping[str, str]:
    """Name every key of a chart or table as a room would."""
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


def _pounds(comparison: Compared) -> bool:
    """Whether enough residents are simulated to speak of sums."""
    return comparison.scenario.residents >= MONEY_FROM


def _grain(comparison: Compared) -> float:
    """Pounds to which sums are rounded."""
    return grain(comparison.pairs[0].baseline.scale)


def _sum(row: pd.Series, least: float, mark: str = "") -> Cell:
    """A sum of a shunt's row with its interval under it, and a mark under that."""
    told = money_cell(row["mean"], row["low"], row["high"], grain=least)
    return Cell(f"{told}<small>{mark}</small>") if mark else told


def money_cell(mean: float, low: float, high: float, *, grain: float, broken: bool = False) -> Cell:
    """A sum with its interval under it, if it has one that is not all nothing; ``broken`` into two lines."""
    told, first, last = sums_said(mean, low, high, grain)
    return Cell(f"{told}<small>{first} to{'<br>' if broken else ' '}{last}</small>" if first else told)


def _cell(rest: pd.DataFrame, cause: str, column: str) -> float:
    """One number of a payer's rows; nothing traced to a cause is none."""
    return float(dict(zip(rest.index, rest[column], strict=True)).get(cause, 0.0))
