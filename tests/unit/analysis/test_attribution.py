"""Traced beside causal: sums by hand, and who is charged with what."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.analysis.fakes import SAVING, FakeRecord, compared, policy

from demandsim.analysis.attribution import (
    attribution_frame,
    failure_change,
    failure_frame,
    traced_frame,
)

TRUST = ("health_trust", "hospital")


def test_a_run_by_payer_and_cause() -> None:
    record: Any = FakeRecord({TRUST: 1000.0}, causes={("health_trust", "council"): 0.3})
    frame = traced_frame(record)
    assert frame.columns.tolist() == ["payer", "cause", "contacts", "pounds"]
    assert frame.to_dict("records") == [
        {"payer": "health_trust", "cause": "none", "contacts": 700, "pounds": 700},
        {"payer": "health_trust", "cause": "council", "contacts": 300, "pounds": 300},
    ]


def test_traced_stands_beside_causal() -> None:
    causes = {("health_trust", "council"): 0.25, ("health_trust", "police"): 0.05}
    comparison = compared(SAVING, policy(saver="council"), causes=causes)
    frame = attribution_frame(comparison).set_index(["payer", "cause"])
    # The contacts of the trust rise from 1,000 to 1,200; a quarter of the latter is traced to the council.
    trust = frame.loc[("health_trust", "council")]
    assert trust["traced"] == pytest.approx(300, abs=0.02)  # whole pence
    assert trust["traced_contacts"] == pytest.approx(300, abs=1)  # whole contacts
    assert trust["causal"] == pytest.approx(200, abs=0.02)
    assert trust["traced_low"] < 300 < trust["traced_high"]
    assert frame.loc[("health_trust", "police"), "traced"] == pytest.approx(60, abs=0.02)
    assert frame["causal"].isna()[("health_trust", "police")]
    everything = frame.loc[("health_trust", "all")]
    assert everything["traced"] == pytest.approx(360, abs=0.02)
    assert everything["causal"] == pytest.approx(200, abs=0.02)
    assert frame.loc[("council", "all"), "traced"] == 0
    assert frame.loc[("council", "council"), "causal"] == pytest.approx(-500, abs=0.02)


def test_every_payer_has_a_row_for_all_causes() -> None:
    comparison = compared(SAVING, policy())
    frame = attribution_frame(comparison)
    assert frame[frame["cause"] == "all"]["payer"].tolist() == list(comparison.scenario.agencies)
    assert set(frame["cause"]) == {"all"}  # no saver and nothing traced: nobody is charged with anything


def test_each_of_several_savers_is_charged_with_its_own_run() -> None:
    council, police = policy("one", saver="council"), policy("two", saver="police")
    parts = (compared([{TRUST: 30.0}] * 2, council), compared([{TRUST: 10.0}] * 2, police))
    whole = compared([{TRUST: 55.0}] * 2, policy("all", parts=(council, police)), parts=parts)
    causal = attribution_frame(whole).set_index(["payer", "cause"])["causal"]
    assert causal[("health_trust", "council")] == pytest.approx(30, abs=0.02)
    assert causal[("health_trust", "police")] == pytest.approx(10, abs=0.02)
    assert causal[("health_trust", "all")] == pytest.approx(55, abs=0.02)


def test_nothing_is_traced_and_nothing_caused_by_a_null_policy() -> None:
    nothing: Any = [dict.fromkeys(change, 0.0) for change in SAVING]
    frame = attribution_frame(compared(nothing, policy(change=())))
    assert (frame[["traced_contacts", "traced", "causal_contacts", "causal"]] == 0).all(axis=None)


def test_failure_demand_in_both_arms() -> None:
    frame = failure_frame(compared(SAVING, policy(), causes={("health_trust", "council"): 0.5}))
    assert frame[["arm", "payer", "cause"]].to_numpy().tolist() == [["policy", "health_trust", "council"]]
    assert frame["pounds"].tolist() == pytest.approx([600], abs=0.02)


def test_how_far_failure_demand_moved() -> None:
    comparison = compared(SAVING, policy(), causes={("health_trust", "council"): 0.5})
    frame = failure_change(comparison).set_index("payer")
    assert frame.index.tolist() == [*comparison.scenario.agencies, "all"]
    # None in the baseline; half of 1,100, 1,300 and 1,200 contacts in the policy arms.
    for payer in ("health_trust", "all"):
        assert frame.loc[payer, ["baseline", "policy", "mean"]].tolist() == pytest.approx(
            [0, 600, 600], abs=1
        )
        assert 500 < frame.loc[payer, "low"] < 600 < frame.loc[payer, "high"] < 700
    assert (frame.loc["police", ["policy", "mean", "low", "high"]] == 0).all()
