"""Tables for the screen: frames in, rich tables out, in words with units."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pandas as pd
from rich.table import Table
from rich.text import Text

from demandsim.analysis.comparison import Comparison
from demandsim.analysis.flows import PURSE, RESIDENTS
from demandsim.analysis.intervals import label
from demandsim.analysis.outcomes import MAIN, WAITS_NOTE, few_told
from demandsim.analysis.savers import savers
from demandsim.analysis.sentence import MONEY_FROM
from demandsim.analysis.shunt import matrix_frame, shunt_last_year
from demandsim.analysis.words import (
    at_service,
    differences,
    grain,
    measure_title,
    quantity,
    ratio_said,
    short,
    sums_said,
    who,
)
from demandsim.evidence.parameter import Parameter, Value
from demandsim.records.record import RunRecord
from demandsim.units import WEEKS_A_YEAR

VIEWS = ("cash", "cash_low_r", "cash_high_r", "full")
"""Views shown side by side, never added."""


def agencies(record: RunRecord) -> Table:
    """What each agency provided and paid, a year."""
    made = Table(
        title=f"{record.scenario.title}: contacts and pounds a year, by agency", title_justify="left"
    )
    made.add_column("agency")
    made.add_column("contacts", justify="right")
    made.add_column("provides, at unit cost", justify="right")
    made.add_column("pays, in cash", justify="right")
    frame = agencies_frame(record)
    for name, contacts, provides, pays in frame.itertuples(index=False):
        made.add_row(who(name, record.scenario), quantity(contacts), pounds(provides), pounds(pays))
    made.add_section()
    totals = frame[["contacts", "provides", "pays"]].sum()
    made.add_row("All", quantity(totals["contacts"]), pounds(totals["provides"]), pounds(totals["pays"]))
    return made


def agencies_frame(record: RunRecord) -> pd.DataFrame:
    """Contacts and pounds by agency.

    Returns
    -------
    DataFrame
        ``agency, contacts, provides, pays``: contacts a year; what the agency provides at unit cost, and what
        it pays in cash, pounds a year for the place. Residents and families have the last row.
    """
    years = record.weeks / WEEKS_A_YEAR
    given = record.ledger(("agency",), view="full").set_index("agency")
    paid = record.ledger(("payer",), view="cash").set_index("payer")["pounds"]
    names = [*record.scenario.agencies, "residents_and_families"]
    # What no agency provides is care that families give.
    given = given.rename(index={"none": "residents_and_families"}).reindex(names, fill_value=0.0)
    return pd.DataFrame(
        {
            "agency": names,
            "contacts": given["contacts"].to_numpy() / years,
            "provides": given["pounds"].to_numpy() / years,
            "pays": paid.reindex(names, fill_value=0.0).to_numpy() / years,
        }
    )


def published(frame: pd.DataFrame, *, baseline: bool) -> Table:
    """A year of contacts beside England's published figures."""
    what = "A year of contacts in the baseline" if baseline else "A year of contacts under these policies"
    made = Table(title=f"{what}, beside England's published figures", title_justify="left")
    made.add_column("measure")
    made.add_column("a year, per")
    for name in ("published", "simulated", "ratio", "due to tracked needs"):
        made.add_column(name, justify="right")
    for row in frame.to_dict("records"):
        made.add_row(
            measure_title(row["measure"]),
            row["unit"].partition(" per ")[2].removesuffix(" a year"),
            quantity(row["published"]),
            quantity(row["simulated"]),
            quantity(row["ratio"]),
            quantity(row["need_driven_share"], share=True),
        )
    if not len(frame):
        made.caption = "This place is invented, or has none of the services that figures are published for."
    return made


def comparison(one: Comparison) -> Iterator[Table | Text]:
    """The tables of one comparison: money, ratios or the matrix where somebody hopes to save, outcomes."""
    yield money(one)
    if one.parts:
        yield matrix(one)
    elif savers(one):
        yield ratios(one)
    yield outcomes(one)


def title(one: Comparison) -> str:
    """What a comparison is about."""
    return " and ".join(policy.title for policy in one.policies)


def money(one: Comparison) -> Table:
    """Who saved and who paid, in cash with its ends, in full, and in the last year alone."""
    made = Table(
        title="Who saved (−) and who paid (+): pounds a year", title_justify="left", caption_justify="left"
    )
    made.add_column("payer")
    interval = f"90% interval ({label(len(one.pairs))})"
    for name in ("cash", interval, "at low r", "at high r", "last year", "full (unit costs)"):
        made.add_column(name, justify="right")
    frames = {view: one.shunt(view=view, by="payer") for view in VIEWS}
    last, least = shunt_last_year(one, by="payer"), _grain(one)
    for at, row in enumerate(frames["cash"].to_dict("records")):
        if row["payer"] == PURSE:
            made.add_section()
        rising = " …" if bool(last["still_rising"].iloc[at]) else ""
        mean, low, high = sums_said(row["mean"], row["low"], row["high"], least)
        made.add_row(
            who(row["payer"], one.scenario),
            mean,
            between(low, high),
            *(short(frames[view]["mean"].iloc[at], least) for view in ("cash_low_r", "cash_high_r")),
            short(last["mean"].iloc[at], least) + rising,
            short(frames["full"]["mean"].iloc[at], least),
        )
    notes = [f"r: the share of a unit cost that follows contacts within the year. Rounded to £{least:,.0f}."]
    if bool(last["still_rising"].any()):
        notes.append("…: still growing in the last year.")
    if one.scenario.residents < MONEY_FROM:
        notes.append(f"Indicative only: fewer than {MONEY_FROM:,} residents were simulated.")
    made.caption = " ".join(notes)
    return made


def ratios(one: Comparison) -> Table | Text:
    """Shunt, landing and boomerang of a policy with one saver; one line where there are none, and why."""
    frame = one.ratios()
    if frame["mean"].isna().all():
        return Text(f"For each pound saved there are no ratios: {frame['note'].iloc[0]}.")
    made = Table(title="For each pound saved (cash)", title_justify="left", caption_justify="left")
    made.add_column("ratio")
    made.add_column("mean", justify="right")
    made.add_column(f"90% interval ({label(len(one.pairs))})", justify="right")
    made.add_column("note", overflow="fold")
    for row in frame.to_dict("records"):
        mean, low, high = ratio_said(row)
        where = at_service(row["where"], one.scenario) if row["where"] else ""
        made.add_row(row["measure"], mean, between(low, high), row["note"] or where)
    made.caption = (
        "shunt: what other payers pay more for each £1 the saver saves, net; landing: extra cost at the service that "
        "takes most for each £1 cut; boomerang: the part of the saving expected by then that is lost again."
    )
    return made


def matrix(one: Comparison) -> Table:
    """Each saver's own change alone, all together, and what that adds: a column a policy, named beneath."""
    mean, low, high = (matrix_frame(one, bound=bound) for bound in ("mean", "low", "high"))
    made = Table(
        title="Each saving alone, and together: pounds a year (cash), and 90% intervals "
        f"({label(len(one.pairs))})",
        title_justify="left",
        caption_justify="left",
        show_lines=True,
    )
    made.add_column("payer")
    parts, least = [name for name in mean["policy"] if name not in ("together", "interaction")], _grain(one)
    for place, name in enumerate(mean["policy"], start=1):
        made.add_column(str(place) if name in parts else name, justify="right", no_wrap=True)
    for payer in mean.columns[2:]:
        if payer in (PURSE, RESIDENTS) or (mean[payer].abs() >= least / 2).any():
            ends = zip(mean[payer], low[payer], high[payer], strict=True)
            made.add_row(who(payer, one.scenario), *(_stacked(*sums, least) for sums in ends))
    titles = {policy.name: policy.title for each in one.policies for policy in each.whole()}
    named = [f"{place}: {titles.get(name, name)}" for place, name in enumerate(parts, start=1)]
    made.caption = "\n".join([*named, "interaction: together, less the sum of the others"])
    return made


def _stacked(mean: float, low: float, high: float, grain: float) -> Text:
    """A sum with the ends of its interval under it."""
    told, first, last = sums_said(mean, low, high, grain)
    shown = Text(told)
    if first:
        shown.append(f"\n{first} to\n{last}", style="dim")
    return shown


def outcomes(one: Comparison) -> Table:
    """What it did to residents."""
    made = Table(title="What it did to residents", title_justify="left", caption_justify="left")
    made.add_column("outcome")
    made.add_column("unit", overflow="fold")
    for name in ("baseline", "with the policy", "difference", f"90% interval ({label(len(one.pairs))})"):
        made.add_column(name, justify="right")
    frame = one.outcomes()
    found = {row["measure"]: row for row in frame.to_dict("records")}
    for row in (found[name] for name in MAIN if name in found):
        share = row["measure"].endswith("_share")
        mean, low, high = differences(row)
        levels = (quantity(row[name], share=share) for name in ("baseline", "policy"))
        told = "" if mean == low == high == "0" else between(low, high)
        made.add_row(measure_title(row["measure"]), row["unit"], *levels, mean, told)
    few = few_told(frame[frame["measure"].isin(MAIN)], one.scenario.residents)
    made.caption = f"From the policy's first week to the end. {WAITS_NOTE} {few}".strip()
    return made


def comparison_frame(one: Comparison) -> pd.DataFrame:
    """Give money and outcomes of one comparison as one tidy table.

    Returns
    -------
    DataFrame
        ``policy, table, row, unit, baseline, with_policy, mean, low, high, interval, residents, quoted_from``:
        ``table`` is a money view, whose rows are payers (no baseline), or ``outcomes``. ``residents`` were
        simulated; with fewer than ``quoted_from`` a row is indicative.
    """
    frames = []
    for view in VIEWS:
        frame = one.shunt(view=view, by="payer").rename(columns={"payer": "row"})
        frame = frame.assign(table=view, unit="pounds a year", baseline=math.nan, with_policy=math.nan)
        frames.append(frame.assign(quoted_from=MONEY_FROM))
    renamed = {"measure": "row", "policy": "with_policy"}
    frames.append(one.outcomes().rename(columns=renamed).assign(table="outcomes"))
    columns = ["table", "row", "unit", "baseline", "with_policy", "mean", "low", "high", "interval"]
    columns += ["residents", "quoted_from"]
    shown = [frame.assign(residents=one.scenario.residents)[columns] for frame in frames]
    whole = pd.concat(shown, ignore_index=True)
    whole.insert(0, "policy", " + ".join(policy.name for policy in one.policies))
    return whole


def _grain(one: Comparison) -> float:
    """Pounds to which sums are rounded."""
    return grain(one.pairs[0].baseline.scale)


def parameter(one: Parameter) -> Text:
    """A number the model uses: what it is, its range and grade, and why we believe it."""
    told = Text(one.path, style="bold")
    told.append(f"\n  {_values(one.value)}", style="")
    told.append(f" ({_values(one.low)} to {_values(one.high)}) {one.unit}; {one.grade}", style="not bold")
    told.append(f"\n  {' '.join(one.source.split())}", style="not bold dim")
    return told


def pounds(value: float) -> str:
    """A sum to three figures."""
    for unit, letter in ((1e9, "bn"), (1e6, "m"), (1e3, "k")):
        if abs(value) >= unit:
            return f"{'−' if value < 0 else ''}£{abs(value) / unit:.3g}{letter}"
    return f"{'−' if value < 0 else ''}£{abs(value):.0f}"


def between(low: str, high: str) -> str:
    """An interval; nothing where there is none."""
    return "" if "n/a" in (low, high) or not low else f"{low} to {high}"


def _values(value: Value) -> str:
    """A number, or a row of them."""
    row = value if isinstance(value, tuple) else (value,)
    return ", ".join(f"{each:.6g}" for each in row)
