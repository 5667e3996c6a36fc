"""Whatever happened in a run, and however it is asked for, the ledger adds up to the penny."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from demandsim.agencies.changes import as_changed
from demandsim.records.labels import LINES
from demandsim.records.ledger import Counts, Shape
from demandsim.records.measures import EVENTS, MEASURES
from demandsim.records.prices import prices
from demandsim.records.record import FixedLine, RunRecord
from demandsim.records.views import COLUMNS, VIEWS
from demandsim.scenario.policy import Change, MoveService, Policy
from demandsim.scenario.read import read_scenario

TOWN = read_scenario("small-town")
MOVED = Policy(
    name="moves",
    title="Advice, bail and dear wards",
    source="made up",
    maker="council",
    change=(
        Change(
            from_week=3,
            move_service=MoveService(
                service="custody", agency="council", payers={"council": 0.3, "police": 0.7}
            ),
        ),
        Change(from_week=5, set={"services.ward.kinds.stay_week.unit_cost": 3333.33}),
    ),
)
PRICES = tuple((week, prices(as_changed(TOWN, [MOVED], week).scenario, TOWN)) for week in (0, 3, 5))
SERVICES, AGENCIES = len(TOWN.services), len(TOWN.agencies)
SHAPE = Shape(sum(len(s.kinds) for s in TOWN.services.values()), len(TOWN.needs) + 1, AGENCIES + 1)
CELLS = SHAPE.kinds * SHAPE.needs * 5 * SHAPE.causes
READY = [view for view in VIEWS if view != "social"]

# A record takes some milliseconds to make, a frame as many; a stalled test machine may take ten times that.
many = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def records(draw: st.DrawFn) -> RunRecord:
    """Runs of up to eight weeks in the small town, prices changing in weeks 3 and 5, likely or not."""
    weeks = draw(st.integers(1, 8))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    most = draw(st.sampled_from([1, 5, 400]))
    rows = [
        (w, c)
        for w in range(weeks)
        for c in sorted(rng.choice(CELLS, rng.integers(0, most + 1), replace=False))
    ]
    cells = np.array(rows, np.int64).reshape(-1, 2)
    lines = (
        FixedLine(0, "grant", rng.integers(0, 1000, weeks)),
        FixedLine(AGENCIES - 1, "set_up", rng.integers(0, 2, weeks)),
    )
    here = rng.integers(1, 5000, (weeks, 3))
    return RunRecord(
        scenario=TOWN,
        policies=(MOVED,),
        seed=1,
        settled=False,
        digest="",
        shape=SHAPE,
        counts=Counts(cells[:, 0].astype(np.int32), cells[:, 1], rng.integers(1, 10_000, len(cells))),
        weekly={
            "funded": rng.integers(-1, draw(st.sampled_from([1, 100, 10**6])), (weeks, SERVICES)),
            "used": rng.integers(0, 1000, (weeks, SERVICES)),
            "carried": rng.integers(-1000, 100, (weeks, SERVICES)),
            "measure": rng.integers(0, 1000, (weeks, len(MEASURES), 5)),
            "event": rng.integers(0, 50, (weeks, len(EVENTS), AGENCIES)),
            "here": here,
        },
        prices=PRICES,
        mechanism_pence=((0, rng.integers(0, 3, (len(EVENTS) + 1, AGENCIES))),),
        lines=lines,
        journal=np.zeros((0, 8), np.int32),
        quarters=(),
    )


groupings = st.permutations(COLUMNS).flatmap(lambda c: st.integers(0, len(c)).map(lambda n: tuple(c[:n])))


@many
@given(records(), groupings, st.sampled_from(READY))
def test_any_grouping_adds_up_to_the_finest(run: RunRecord, by: tuple[str, ...], view: str) -> None:
    finest = run.ledger(COLUMNS, view=view, scaled=False)
    frame = run.ledger(by, view=view, scaled=False)
    if by:
        expected = finest.groupby(list(by), as_index=False)[["contacts", "pence"]].sum()
    else:
        expected = finest[["contacts", "pence"]].sum().to_frame().T
    pd.testing.assert_frame_equal(frame, expected)


@many
@given(records(), st.sampled_from(READY))
def test_payers_providers_and_services_spend_the_same(run: RunRecord, view: str) -> None:
    totals = run.ledger((), view=view, scaled=False)
    for column in COLUMNS:
        each = run.ledger((column,), view=view, scaled=False)
        assert each["pence"].sum() == totals["pence"][0]
        assert each["contacts"].sum() == totals["contacts"][0] == run.counts.contacts.sum()


@many
@given(records())
def test_charges_leave_residents_pockets_for_payers_and_nothing_is_lost(run: RunRecord) -> None:
    for view in ("full", "cash"):
        ledger = run.ledger(("week", "agency", "service", "kind"), view=view, scaled=False)
        charges = ledger[(ledger["kind"] == "charge") & (ledger["service"] != "unpaid_care")]
        assert (charges["pence"] == 0).all()
        assert (charges["contacts"] == 0).all()


@many
@given(records())
def test_capacity_is_what_is_funded_at_what_it_costs(run: RunRecord) -> None:
    stay = np.array([s.mode == "stay" for s in TOWN.services.values()])
    per = np.where(stay, 1, 60)
    for which, view in enumerate(("cash_low_r", "cash", "cash_high_r")):
        due = np.maximum(run.weekly["funded"], 0).sum(axis=0) * PRICES[0][1].hour[which]
        ledger = run.ledger(("service", "kind"), view=view, scaled=False)
        pence = ledger[ledger["kind"] == "capacity"].set_index("service")["pence"]
        for service, name in enumerate(TOWN.services):
            # Only what is left of the last penny is missing.
            assert 0 <= due[service] - pence.get(name, 0) * per[service] < per[service]


@many
@given(records())
def test_full_is_what_follows_contacts_and_staff_time(run: RunRecord) -> None:
    by = ["week", "payer", "service", "kind"]
    full, cash, capacity = (
        run.ledger(by, view=view, scaled=False).set_index(by)["pence"]
        for view in ("full", "cash", "capacity")
    )
    apart = full[~full.index.isin(LINES, level="kind")] - cash[~cash.index.isin(LINES, level="kind")]
    both = apart.index.intersection(capacity.index)
    assert (apart.loc[both] == capacity.loc[both]).all()
    assert capacity.drop(both).sum() == 0
    lines = [each[each.index.isin(set(LINES) - {"capacity"}, level="kind")] for each in (full, cash)]
    pd.testing.assert_series_equal(*lines)


@many
@given(records(), groupings)
def test_scaled_is_the_same_in_pounds_of_the_place(run: RunRecord, by: tuple[str, ...]) -> None:
    own, place = run.ledger(by, view="cash", scaled=False), run.ledger(by, view="cash")
    assert (place["pounds"] == own["pence"] * run.scale / 100).all()
    assert (place["contacts"] == own["contacts"] * run.scale).all()
    assert list(place.columns[:-2]) == list(own.columns[:-2]) == list(by)
