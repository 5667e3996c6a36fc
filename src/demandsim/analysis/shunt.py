"""Who saved and who paid: paired differences in money by payer, three ratios, and the matrix of savers."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from demandsim.analysis.arms import Compared
from demandsim.analysis.flows import COMMUNITY, Window, landings, tabled, window
from demandsim.analysis.intervals import Interval, label, mean_interval, ratio_interval
from demandsim.analysis.savers import (
    Saver,
    budget_cut,
    expected_saving,
    others_extra,
    own_saving,
    savers,
)
from demandsim.errors import ComparisonError, ViewError, shown

YEAR, HALF = 52, 26
EACH_R = {"low": "cash_low_r", "central": "cash", "high": "cash_high_r"}
"""The share of a unit cost that follows contacts, and the cash view worked out with it."""

NOT_APPEARED = "the saving did not appear"
ONE_PAIR = "one pair cannot tell a saving from chance"
MEASURES = ("shunt", "landing", "boomerang")
BOUNDS = ("mean", "low", "high")

Three = tuple[float, float, float]
NO_RATIO: Three = (math.nan, math.nan, math.nan)


def shunt_frame(comparison: Compared, view: str = "cash", by: str = "sector") -> pd.DataFrame:
    """What everyone spends, policy arm less baseline.

    Parameters
    ----------
    comparison
        Pairs of arms.
    view
        A money view of the ledger.
    by
        ``payer``; ``sector`` of the payer; ``agency``, the provider; ``service``, with a row ``none`` for lines
        that belong to none.

    Returns
    -------
    frame
        A column named as ``by``, then ``mean``, ``low``, ``high`` (90%): pounds a year for the place, from
        the policy's first week to the end (the whole run where it changes nothing), above zero for those who
        pay more; ``interval`` says what the bounds cover. The last rows are the public purse (council, NHS,
        police, other public), the community, and residents and families.

    Raises
    ------
    ViewError
        If there is no such view or way to tell it.
    ComparisonError
        If there is no finished pair.
    """
    table = tabled(comparison, view, by, window(comparison))
    return _frame(by, table.names, mean_interval(table.values), label(len(comparison.pairs)))


def shunt_last_year(comparison: Compared, view: str = "cash", by: str = "sector") -> pd.DataFrame:
    """What everyone spends in the last 52 weeks alone, and whether that is still growing.

    Returns
    -------
    frame
        As ``shunt_frame``, with a column ``still_rising``: true where the last half-year's difference is
        further from zero than the half-year's before, and the year's is not zero, by more than chance. It may
        go on beyond the run.

    Raises
    ------
    ViewError, ComparisonError
        As ``shunt_frame``.
    """
    weeks = window(comparison, YEAR)
    table = tabled(comparison, view, by, weeks)
    told, growth = mean_interval(table.values), _growth(comparison, view, by, weeks)
    if len(comparison.pairs) > 1:
        rising = (growth.low > 0) & ((told.low > 0) | (told.high < 0))
    else:
        rising = growth.mean > 0
    return _frame(by, table.names, told, label(len(comparison.pairs))).assign(still_rising=rising)


def shunt_each_r(comparison: Compared, by: str = "sector") -> pd.DataFrame:
    """The cash shunt at low, central and high responsive share, one under the other.

    Returns
    -------
    frame
        As ``shunt_frame``, with a column ``responsive_share`` (low, central, high) behind the first.

    Raises
    ------
    ViewError, ComparisonError
        As ``shunt_frame``.
    """
    frames = []
    for share, view in EACH_R.items():
        frame = shunt_frame(comparison, view=view, by=by)
        frame.insert(1, "responsive_share", share)
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)


def ratios_frame(comparison: Compared, view: str = "cash") -> pd.DataFrame:
    """Shunt, landing and boomerang of a policy with one saver.

    - shunt: what all other payers pay more, net, ÷ the saver's own net saving;
    - landing: gross extra cost to others at the service that takes most, at unit cost, per £1 that the saver
      takes out of the services it changes (see ``savers.budget_cut``);
    - boomerang: the part of the expected saving that is lost again: 1 - own net saving ÷ what could be expected
      in the same weeks (see ``savers.expected_saving``); below zero, more was saved than expected.

    Each is a total over seeds ÷ a total over seeds, from the policy's first week to the end.

    Returns
    -------
    frame
        ``saver, measure, mean, low, high, where, note, interval``: a row a measure; ``where`` names the
        landing's service. NaN with a note where there is no ratio: the saver's interval holds zero, there is
        no saver, or there are several (see ``matrix_frame``).

    Raises
    ------
    ViewError, ComparisonError
        As ``shunt_frame``.
    """
    window(comparison)
    found = savers(comparison)
    if len(found) != 1:
        note = "several savers: see the matrix" if found else "the policy names no saver"
        rows = [_ratio("; ".join(saver.name for saver in found), measure, note=note) for measure in MEASURES]
    else:
        rows = _ratios(comparison, found[0], view)
    return pd.DataFrame(rows).assign(interval=label(len(comparison.pairs)))


def landings_frame(comparison: Compared, view: str = "cash") -> pd.DataFrame:
    """Extra cost to others at each service, at unit cost, per £1 that the saver takes out of its own.

    Returns
    -------
    frame
        ``saver, service, pounds, pounds_low, pounds_high`` (a year for the place, full view), ``mean, low,
        high`` (per £1; NaN where no cut appeared), largest first; empty without exactly one saver.

    Raises
    ------
    ViewError, ComparisonError
        As ``shunt_frame``.
    """
    columns = ["saver", "service", "pounds", "pounds_low", "pounds_high", "mean", "low", "high"]
    weeks, found = window(comparison), savers(comparison)
    if len(found) != 1:
        return pd.DataFrame(columns=columns)
    saver = found[0]
    others = [name for name in comparison.scenario.agencies if name != saver.name]
    table = landings(comparison, "full", weeks, others)
    cut = budget_cut(comparison, saver, view, weeks)
    pounds = mean_interval(table.values)
    rows = [
        (
            saver.name,
            name,
            pounds.mean[i],
            pounds.low[i],
            pounds.high[i],
            *_per_pound(table.values[:, i], cut)[0],
        )
        for i, name in enumerate(table.names)
    ]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.sort_values("pounds", ascending=False, kind="stable", ignore_index=True)


def matrix_frame(comparison: Compared, view: str = "cash", bound: str = "mean") -> pd.DataFrame:
    """Each saver's own change run alone, all together, and what that adds: who pays, in pounds a year.

    Parameters
    ----------
    comparison, view
        As ``shunt_frame``.
    bound
        ``mean``, or ``low`` or ``high`` of its 90% interval.

    Returns
    -------
    frame
        ``policy`` and ``saver``, then a column a payer, ``public purse`` and ``residents and families``,
        pounds a year for the place. A row a part, then ``together``, then ``interaction`` (together less the sum
        of the parts), all over the same weeks: the first week of any to the end. Without parts there is only
        ``together``.

    Raises
    ------
    ViewError, ComparisonError
        As ``shunt_frame``, and if a part holds other seeds than the whole.
    """
    if bound not in BOUNDS:
        raise ViewError(f"matrix: no such bound {shown(bound)}; {', '.join(BOUNDS)} would do")
    weeks, together = window(comparison), [pair.baseline.seed for pair in comparison.pairs]
    arms = [*comparison.parts, comparison]
    for part in comparison.parts:
        if [pair.baseline.seed for pair in part.pairs] != together:
            raise ComparisonError("matrix: a part was run on other seeds than the whole")
    tables = [tabled(arm, view, "payer", weeks) for arm in arms]
    columns = [name for name in tables[0].names if name != COMMUNITY]  # charities are among the payers
    kept = [tables[0].names.index(name) for name in columns]
    values = [table.values[:, kept] for table in tables]
    names = [" + ".join(policy.name for policy in part.policies) for part in comparison.parts]
    who = ["; ".join(saver.name for saver in savers(arm)) for arm in arms]
    if comparison.parts:
        values.append(values[-1] - np.sum(values[:-1], axis=0))
        who.append("")
    frame = pd.DataFrame([getattr(mean_interval(rows), bound) for rows in values], columns=columns)
    frame.insert(0, "policy", [*names, "together", "interaction"][: len(values)])
    frame.insert(1, "saver", who)
    return frame


def _growth(comparison: Compared, view: str, by: str, weeks: Window) -> Interval:
    """How much further from zero the later half of some weeks is than the earlier, in pounds a year."""
    half = min(HALF, (weeks.end - weeks.start) // 2)
    middle = weeks.end - half
    later = tabled(comparison, view, by, weeks if half == 0 else weeks._replace(start=middle)).values
    earlier = later if half == 0 else tabled(comparison, view, by, weeks._replace(end=middle)).values
    return mean_interval((later - earlier) * np.sign(later.mean(axis=0)))


def _ratios(comparison: Compared, saver: Saver, view: str) -> list[dict[str, object]]:
    """The three ratios of one saver, a row each."""
    weeks = window(comparison)
    own, cut = own_saving(comparison, saver, view, weeks), budget_cut(comparison, saver, view, weeks)
    shunt, shunt_note = _per_pound(others_extra(comparison, saver, view, weeks), own)
    where, extra = _largest_landing(comparison, saver)
    if where:
        landing, landing_note = _per_pound(extra, cut)
    else:
        landing, landing_note = NO_RATIO, "no service of another payer cost more"
    boomerang, boomerang_note = _boomerang(own, expected_saving(comparison, saver, weeks))
    return [
        _ratio(saver.name, "shunt", *shunt, note=shunt_note),
        _ratio(saver.name, "landing", *landing, where=where, note=landing_note),
        _ratio(saver.name, "boomerang", *boomerang, note=boomerang_note),
    ]


def _largest_landing(comparison: Compared, saver: Saver) -> tuple[str, NDArray[np.float64]]:
    """Where most extra cost fell on others, at unit cost: the service ("" for none); [pair] pounds a year."""
    others = [name for name in comparison.scenario.agencies if name != saver.name]
    table = landings(comparison, "full", window(comparison), others)
    place = int(table.values.mean(axis=0).argmax())
    extra = table.values[:, place]
    return (table.names[place] if extra.mean() > 0 else ""), extra


def _per_pound(top: NDArray[np.float64], saved: NDArray[np.float64]) -> tuple[Three, str]:
    """Divide by a saving, if it appeared: the ratio with its bounds, or NaN and why not."""
    if not saved.any():
        return NO_RATIO, NOT_APPEARED
    if len(saved) < 2:
        return NO_RATIO, ONE_PAIR
    if not float(mean_interval(saved).low) > 0:
        return NO_RATIO, NOT_APPEARED
    return ratio_interval(top, saved), ""


def _boomerang(own: NDArray[np.float64], expected: float) -> tuple[Three, str]:
    """The part of a saving expected in these weeks (pounds a year) that is lost again."""
    if expected <= 0:
        return NO_RATIO, "no saving was expected"
    _, note = _per_pound(own, own)
    if note:
        return NO_RATIO, note
    lost = mean_interval(1 - own / expected)
    return (float(lost.mean), float(lost.low), float(lost.high)), ""


def _ratio(
    saver: str,
    measure: str,
    mean: float = math.nan,
    low: float = math.nan,
    high: float = math.nan,
    *,
    where: str = "",
    note: str = "",
) -> dict[str, object]:
    """One row of the ratios."""
    return {
        "saver": saver,
        "measure": measure,
        "mean": mean,
        "low": low,
        "high": high,
        "where": where,
        "note": note,
    }


def _frame(by: str, names: tuple[str, ...], told: Interval, interval: str) -> pd.DataFrame:
    """Names beside means and bounds."""
    return pd.DataFrame(
        {by: list(names), "mean": told.mean, "low": told.low, "high": told.high, "interval": interval}
    )
