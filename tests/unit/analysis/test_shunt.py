"""Who saved and who paid: sums and ratios by hand."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest
from tests.unit.analysis.fakes import FAMILIES, SAVING, TOWN, FakeRecord, compared, policy

from demandsim.analysis.comparison import Comparison, Pair
from demandsim.analysis.shunt import (
    landings_frame,
    matrix_frame,
    ratios_frame,
    shunt_each_r,
    shunt_frame,
    shunt_last_year,
)
from demandsim.errors import ComparisonError, ViewError
from demandsim.scenario.policy import Change, Money

NAMES = ["council", "nhs", "police", "other_public", "public purse", "community", "residents and families"]


def means(frame: pd.DataFrame) -> dict[str, float]:
    """The mean by the first column."""
    return dict(zip(frame.iloc[:, 0], frame["mean"].round(6), strict=True))


def test_the_shunt_by_sector() -> None:
    frame = shunt_frame(compared(SAVING, policy(saver="council")))
    assert frame.columns.tolist() == ["sector", "mean", "low", "high", "interval"]
    assert frame["sector"].tolist() == NAMES
    assert means(frame) == dict(zip(NAMES, [-500, 200, 0, 0, -300, 0, 60], strict=True))
    council = frame.iloc[0]
    wide = 2.92 * 100 / math.sqrt(3)  # t of three pairs, whose savings scatter by 100
    assert (council["low"], council["high"]) == pytest.approx((-500 - wide, -500 + wide), rel=1e-4)
    assert set(frame["interval"]) == {"chance only"}


def test_the_shunt_by_payer_and_by_provider() -> None:
    changes = [{("council", "home_care"): -10.0, ("council", "hospital"): 4.0, ("charity", "none"): 1.0}] * 2
    paid = shunt_frame(compared(changes, policy()), by="payer")
    assert paid["payer"].tolist() == [*TOWN.agencies, "public purse", "community", "residents and families"]
    assert means(paid)["council"] == -6
    assert means(paid)["community"] == means(paid)["charity"] == 1
    provided = means(shunt_frame(compared(changes, policy()), by="agency"))
    assert (provided["council"], provided["health_trust"], provided["public purse"]) == (-10, 4, -6)


def test_the_shunt_by_service() -> None:
    changes = [{("council", "home_care"): -10.0, ("council", "hospital"): 4.0, ("charity", "none"): 1.0}] * 2
    frame = shunt_frame(compared(changes, policy()), by="service")
    assert frame.columns.tolist() == ["service", "mean", "low", "high", "interval"]
    last = ["none", "public purse", "community", "residents and families"]
    assert frame["service"].tolist() == [*TOWN.services, *last]
    moved = {name: mean for name, mean in means(frame).items() if mean}
    assert moved == {"home_care": -10, "hospital": 4, "none": 1, "public purse": -6, "community": 1}


def test_services_tell_what_agencies_pay_and_add_up_to_it() -> None:
    frame = shunt_frame(compared(SAVING, policy()), by="service")
    told = means(frame)
    assert (told["home_care"], told["hospital"]) == (-500, 200), "families' 60 are in a row of their own"
    assert told["residents and families"] == 60
    services = frame["mean"][: len(TOWN.services) + 1].sum()
    assert services == pytest.approx(told["public purse"] + told["community"])


def test_what_families_pay_is_not_what_a_provider_costs_payers() -> None:
    provided = means(shunt_frame(compared(SAVING, policy()), by="agency"))
    assert (provided["council"], provided["residents and families"]) == (-500, 60)


def test_only_the_weeks_from_the_policy_on_count() -> None:
    late = policy(change=(Change(from_week=52, set={"services.home_care.threshold": 3}),))
    frame = shunt_frame(compared(SAVING, late, changed_from=52))
    assert means(frame)["council"] == -500  # a year, not halved by the year before


def test_a_null_policy_moves_exactly_nothing() -> None:
    null = policy(change=(), saver="council", expected_saving=1000.0)
    nothing: Any = [dict.fromkeys(change, 0.0) for change in SAVING]
    for view in ("cash", "full", "capacity"):
        frame = shunt_frame(compared(nothing, null), view=view)
        assert (frame[["mean", "low", "high"]] == 0).all(axis=None)
    ratios = ratios_frame(compared(nothing, null))
    assert ratios[["mean", "low", "high"]].isna().all(axis=None)
    assert ratios["note"].tolist()[0] == "the saving did not appear"


def test_one_pair_has_no_interval_and_says_so() -> None:
    frame = shunt_frame(compared(SAVING[:1], policy()))
    assert frame[["low", "high"]].isna().all(axis=None)
    assert set(frame["interval"]) == {"one pair: no interval"}


def test_each_responsive_share_stands_under_the_other() -> None:
    frame = shunt_each_r(compared(SAVING, policy()))
    council = frame[frame["sector"] == "council"].set_index("responsive_share")["mean"].round(6)
    assert council.to_dict() == {"low": -250, "central": -500, "high": -750}


def test_what_cannot_be_asked_is_refused() -> None:
    with pytest.raises(ViewError, match="payer, sector, agency"):
        shunt_frame(compared(SAVING, policy()), by="colour")
    with pytest.raises(ViewError, match="mean, low, high"):
        matrix_frame(compared(SAVING, policy()), bound="median")
    with pytest.raises(ComparisonError, match="no pair"):
        shunt_frame(Comparison(TOWN, (policy(),), ()))


def test_ratios_by_hand() -> None:
    comparison = compared(SAVING, policy(saver="council", expected_saving=1000.0))
    frame = ratios_frame(comparison).set_index("measure")
    assert frame.columns.tolist() == ["saver", "mean", "low", "high", "where", "note", "interval"]
    assert frame.index.tolist() == ["shunt", "landing", "boomerang"]
    assert frame["mean"].to_dict() == pytest.approx({"shunt": 0.4, "landing": 0.4, "boomerang": 0.5})
    assert frame.loc["landing", "where"] == "hospital"
    # Extra cost and saving both scatter by 100 and go together: 200 - 500 r lies within w x |1 - r| of zero.
    wide = 2.92 * 100 / math.sqrt(3)
    ends = [(200 - wide) / (500 - wide), (200 + wide) / (500 + wide)]
    assert frame.loc["shunt", ["low", "high"]].tolist() == pytest.approx(ends, rel=1e-4)
    ends = [1 - (500 + wide) / 1000, 1 - (500 - wide) / 1000]
    assert frame.loc["boomerang", ["low", "high"]].tolist() == pytest.approx(ends, rel=1e-4)
    assert (frame["note"] == "").all()


def test_landing_is_per_pound_of_the_cut_and_not_of_the_net_saving() -> None:
    change = {
        ("council", "home_care"): -500.0,  # the service the policy changes
        ("council", "care_home"): 250.0,  # comes back at the council's own door
        ("health_trust", "hospital"): 100.0,
        ("police", "police_response"): -100.0,
    }
    comparison = compared([change] * 3, policy(saver="council", expected_saving=500.0))
    frame = ratios_frame(comparison).set_index("measure")["mean"]
    assert frame.to_dict() == pytest.approx({"shunt": 0.0, "landing": 0.2, "boomerang": 0.5})
    landed = landings_frame(comparison)
    assert landed["service"].tolist()[0] == "hospital"
    assert landed["service"].tolist()[-1] == "police_response"
    assert landed["mean"].tolist()[0] == pytest.approx(0.2)
    assert "care_home" not in landed[landed["pounds"] != 0]["service"].tolist()


def test_the_view_scales_the_saving_and_landing_stays_at_unit_cost() -> None:
    frame = ratios_frame(compared(SAVING, policy(saver="council")), view="cash_low_r").set_index("measure")
    assert frame.loc["shunt", "mean"] == pytest.approx(0.4)
    assert frame.loc["landing", "mean"] == pytest.approx(0.8)
    assert frame.loc["boomerang", "note"] == "no saving was expected"


def test_charities_and_the_council_are_others_too() -> None:
    change = {("council", "home_care"): -100.0, ("charity", "voluntary_support"): 30.0}
    frame = ratios_frame(compared([change] * 2, policy(saver="council"))).set_index("measure")
    assert frame.loc["shunt", "mean"] == pytest.approx(0.3)
    trust = [{("health_trust", "hospital"): -100.0, ("council", "home_care"): 20.0}] * 2
    frame = ratios_frame(compared(trust, policy(saver="health_trust"))).set_index("measure")
    assert frame.loc["shunt", "mean"] == pytest.approx(0.2)
    assert frame["saver"].tolist() == ["health_trust"] * 3


def test_no_ratio_when_the_interval_holds_zero() -> None:
    changes = [
        {("council", "home_care"): sum_, ("health_trust", "hospital"): 100.0} for sum_ in (-100, 90, -5)
    ]
    frame = ratios_frame(compared(changes, policy(saver="council", expected_saving=100.0)))
    assert frame[["mean", "low", "high"]].isna().all(axis=None)
    assert (frame["note"] == "the saving did not appear").all()


def test_no_ratio_when_the_saver_spends_more_for_certain() -> None:
    frame = ratios_frame(compared([{("council", "home_care"): 100.0}] * 3, policy(saver="council")))
    assert frame["note"].tolist()[0] == "the saving did not appear"


def test_no_ratio_from_one_pair_without_a_saver_or_with_several() -> None:
    alone = ratios_frame(compared(SAVING[:1], policy(saver="council")))
    assert alone["note"].tolist()[0] == "one pair cannot tell a saving from chance"
    nobody = ratios_frame(compared(SAVING, policy()))
    assert (nobody["note"] == "the policy names no saver").all()
    several = ratios_frame(compared(SAVING, policy(saver="council"), policy("b", saver="police")))
    assert (several["note"] == "several savers: see the matrix").all()
    assert several["saver"].tolist()[0] == "council; police"
    assert several["mean"].isna().all()


def test_the_matrix_adds_up() -> None:
    council, police = policy("one", saver="council"), policy("two", saver="police")
    first = [
        {
            ("council", "home_care"): -100.0 - i,
            ("health_trust", "hospital"): 30.0,
            (FAMILIES, "home_care"): 7.0,
        }
        for i in range(3)
    ]
    second = [{("police", "custody"): -50.0, ("health_trust", "hospital"): 10.0 + i} for i in range(3)]
    both = [
        {("council", "home_care"): -100.0, ("police", "custody"): -50.0, ("health_trust", "hospital"): 60.0}
    ] * 3
    whole = compared(
        both,
        policy("all", change=council.change + police.change, parts=(council, police)),
        parts=(compared(first, council), compared(second, police)),
    )
    frame = matrix_frame(whole)
    payers = [*TOWN.agencies, "public purse", "residents and families"]
    assert frame.columns.tolist() == ["policy", "saver", *payers]
    assert frame["policy"].tolist() == ["one", "two", "together", "interaction"]
    assert frame["saver"].tolist() == ["council", "police", "council; police", ""]
    table = frame.set_index("policy")[payers]
    assert table.loc["together"].to_numpy() == pytest.approx(
        table.loc[["one", "two", "interaction"]].sum().to_numpy()
    )
    assert table.loc["interaction", ["council", "health_trust"]].tolist() == pytest.approx([1.0, 19.0])
    assert table["residents and families"].tolist() == pytest.approx([7.0, 0.0, 0.0, -7.0])
    assert table["public purse"].to_numpy() == pytest.approx(
        table[list(TOWN.agencies)[:3]].sum(axis=1).to_numpy()
    )
    low, high = (matrix_frame(whole, bound=bound).set_index("policy")[payers] for bound in ("low", "high"))
    assert ((low <= table + 1e-9) & (table <= high + 1e-9)).all(axis=None)


def test_the_matrix_of_a_policy_without_parts_is_one_row() -> None:
    frame = matrix_frame(compared(SAVING, policy(saver="council")))
    assert frame["policy"].tolist() == ["together"]
    assert frame["public purse"].tolist() == pytest.approx([-300.0])


def test_a_part_on_other_seeds_is_refused() -> None:
    part = compared(SAVING[:2], policy("one", saver="council"))
    with pytest.raises(ComparisonError, match="other seeds"):
        matrix_frame(compared(SAVING, policy("all"), parts=(part,)))


class Ramped(FakeRecord):
    """Saves as much of 5,200 a year as the change has been made."""

    change = Change(money=Money(service="home_care", pounds_a_year=-5200.0), from_week=13, ramp_weeks=52)

    def pence(self, week: int, pounds: float, view: str) -> float:
        return super().pence(week, pounds - 5200 * self.change.part_done(week), view)


@pytest.mark.parametrize(("expects", "lost"), [(5200.0, 0.0), (10400.0, 0.5), (2600.0, -1.0)])
def test_a_ramp_is_no_boomerang(expects: float, lost: float) -> None:
    spend = {("council", "home_care"): 20_000.0}
    saves = policy(saver="council", expected_saving=expects, change=(Ramped.change,))
    pairs: Any = [Pair(FakeRecord(spend, seed=seed), Ramped(spend, seed=seed)) for seed in (1, 2)]  # type: ignore[arg-type]
    frame = ratios_frame(Comparison(TOWN, (saves,), tuple(pairs))).set_index("measure")
    assert frame.loc["boomerang", "mean"] == pytest.approx(lost, abs=1e-4)  # whole pence a week
    assert frame.loc["boomerang", "note"] == ""


def test_more_saved_than_expected_is_below_zero() -> None:
    frame = ratios_frame(compared(SAVING, policy(saver="council", expected_saving=400.0))).set_index(
        "measure"
    )
    assert frame.loc["boomerang", "mean"] == pytest.approx(-0.25)


class Stepped(FakeRecord):
    """Spends more (or less) by a step in each half-year."""

    steps: tuple[float, ...] = ()

    def pence(self, week: int, pounds: float, view: str) -> float:
        return super().pence(week, pounds + self.steps[week // 26], view)


def rising(steps: tuple[float, ...]) -> Comparison:
    """Two pairs that rise in the same steps, the second by a tenth more."""
    pairs = []
    for seed in (1, 2):
        baseline: Any = FakeRecord({("council", "home_care"): 1000.0}, seed=seed, weeks=26 * len(steps))
        changed: Any = Stepped({("council", "home_care"): 1000.0}, seed=seed, weeks=26 * len(steps))
        changed.steps = tuple(step * (0.9 + 0.1 * seed) for step in steps)
        pairs.append(Pair(baseline, changed))
    return Comparison(TOWN, (policy(),), tuple(pairs))


@pytest.mark.parametrize(
    ("steps", "mean", "still"),
    [
        ((0.0, 100.0, 100.0, 200.0), 150.0, True),
        ((0.0, 100.0, 200.0, 200.0), 200.0, False),
        ((0.0, 0.0, 200.0, 100.0), 150.0, False),
        ((0.0, 0.0, -100.0, -200.0), -150.0, True),  # a saving that still grows
    ],
)
def test_the_last_year_alone(steps: tuple[float, ...], mean: float, still: bool) -> None:
    frame = shunt_last_year(rising(steps)).set_index("sector")
    assert frame.loc["council", "mean"] == pytest.approx(mean * 1.05, abs=0.05)  # whole pence
    assert bool(frame.loc["council", "still_rising"]) is still
    assert not frame.loc["police", "still_rising"]


def test_the_last_year_of_a_short_run_is_all_of_it() -> None:
    short = compared(SAVING, policy(), weeks=1)
    assert means(shunt_last_year(short)) == means(shunt_frame(short))
    assert not shunt_last_year(short)["still_rising"].any()


def test_nan_is_never_a_ratio_with_a_note_missing() -> None:
    frame = ratios_frame(compared(SAVING, policy(saver="council")))
    for row in frame.to_dict("records"):
        assert math.isnan(row["mean"]) == bool(row["note"])
