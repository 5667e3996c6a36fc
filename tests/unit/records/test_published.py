"""A year of contacts is set beside the figures that are published, for the people they are of."""

from __future__ import annotations

import pytest

import demandsim as ds
from demandsim.records.measures import RESIDENT_WEEKS
from demandsim.records.published import (
    ALL_MEASURES,
    CHILDREN,
    EVERYONE,
    HOMES,
    OLDER,
    WORKING_AGE,
    published,
    published_frame,
    shares,
)

FIGURES = {
    "a_and_e_attendances": 402,
    "ambulance_incidents": 154,
    "emergency_admissions": 113,
    "gp_visits": 3100,
    "police_incidents": 112,
    "social_care_requests_65_and_over": 130,
    "social_care_requests_18_to_64": 19,
    "childrens_referrals": 525,
    "homelessness_duties": 13.6,
}


@pytest.fixture(scope="module")
def town(small_town: ds.Scenario) -> ds.Scenario:
    """The small town for half a year, as if it were a real place."""
    place = small_town.place.model_copy(update={"invented": False})
    return small_town.model_copy(update={"place": place, "weeks": 30})


@pytest.fixture(scope="module")
def records(town: ds.Scenario) -> tuple[ds.RunRecord, ds.RunRecord]:
    """The town in two lives."""
    return ds.run(town, seed=1), ds.run(town, seed=2)


def test_the_figures_are_those_published() -> None:
    assert {name: one.value for name, one in published().items()} == FIGURES
    assert all(one.low < one.high for one in published().values())
    assert [each.name for each in ALL_MEASURES] == list(FIGURES)
    for each in ALL_MEASURES:
        assert each.unit.endswith(f" per {each.per:,} {each.of} a year")


def test_england_counts_every_measure() -> None:
    england = ds.read_scenario("england")
    for each in ALL_MEASURES:
        for service, kinds in each.counted.items():
            assert set(kinds) <= set(england.services[service].kinds)


def test_rates_are_contacts_for_so_many_residents_a_year(records: tuple[ds.RunRecord, ds.RunRecord]) -> None:
    record, other = records
    frame = published_frame(record).set_index("measure")
    ledger = record.ledger(("service", "kind", "need"), scaled=False)
    lived = int(record.weekly["measure"][:, RESIDENT_WEEKS].sum())
    visits = ledger[(ledger["service"] == "general_practice") & (ledger["kind"] == "visit")]
    count = int(visits["contacts"].sum())
    assert frame.loc["gp_visits", "simulated"] == pytest.approx(count * 1000 * 52 / lived)
    assert frame.loc["gp_visits", "ratio"] == pytest.approx(count * 1000 * 52 / lived / 3100)
    driven = int(visits.loc[visits["need"] != "background", "contacts"].sum())
    assert frame.loc["gp_visits", "need_driven_share"] == pytest.approx(driven / count)
    both = published_frame(record, other).set_index("measure")
    alone = published_frame(other).set_index("measure")
    between = sorted([frame.loc["gp_visits", "simulated"], alone.loc["gp_visits", "simulated"]])
    assert between[0] <= both.loc["gp_visits", "simulated"] <= between[1]


def test_a_rate_of_households_is_of_households(records: tuple[ds.RunRecord, ds.RunRecord]) -> None:
    record = records[0]
    ledger = record.ledger(("service", "kind"), scaled=False)
    count = int(ledger.loc[ledger["kind"] == "duty", "contacts"].sum())
    lived = int(record.weekly["measure"][:, RESIDENT_WEEKS].sum())
    homes = sum(each.households for each in record.scenario.place.districts.values()) / 2000
    frame = published_frame(record).set_index("measure")
    assert frame.loc["homelessness_duties", "simulated"] == pytest.approx(count * 1000 * 52 / lived / homes)


def test_measures_of_services_that_are_not_there_are_left_out(
    records: tuple[ds.RunRecord, ds.RunRecord],
) -> None:
    assert "police_incidents" not in set(published_frame(records[0])["measure"])


def test_an_invented_place_is_set_beside_nothing(small_town: ds.Scenario) -> None:
    frame = published_frame(ds.DemandModel(small_town, seed=1).record)
    assert len(frame) == 0
    assert list(frame.columns)[-1] == "need_driven_share"


def test_where_nothing_was_run_there_is_no_number(town: ds.Scenario) -> None:
    frame = published_frame(ds.DemandModel(town, seed=1).record)
    assert len(frame) > 0
    assert frame[["simulated", "ratio", "need_driven_share"]].isna().to_numpy().all()
    assert frame["published"].notna().all()


def test_people_are_counted_by_age_from_the_place() -> None:
    place = ds.read_scenario("essex").place
    parts = shares(place)
    assert parts[EVERYONE] == 1
    assert parts[CHILDREN] + parts[WORKING_AGE] + parts[OLDER] == pytest.approx(1)
    # Essex, Census 2021: 21% under 18 and 21% aged 65 and over, to a whole per cent either way.
    assert parts[CHILDREN] == pytest.approx(0.21, abs=0.015)
    assert parts[OLDER] == pytest.approx(0.21, abs=0.015)
    assert 1 / parts[HOMES] == pytest.approx(2.4, abs=0.1)


def test_requests_are_counted_by_the_age_of_who_asks() -> None:
    essex = ds.read_scenario("essex").replace(residents=500, weeks=4)
    record = ds.run(essex, seed=1)
    frame = published_frame(record).set_index("measure")
    assert list(frame.index) == list(FIGURES)
    ledger = record.ledger(("service", "kind"), scaled=False)
    asked = int(ledger.loc[ledger["kind"] == "request", "contacts"].sum())
    lived = int(record.weekly["measure"][:, RESIDENT_WEEKS].sum())
    parts = shares(essex.place)
    ages = {"social_care_requests_65_and_over": OLDER, "social_care_requests_18_to_64": WORKING_AGE}
    counted = [frame.loc[name, "simulated"] * lived * parts[of] / 52_000 for name, of in ages.items()]
    assert sum(counted) == pytest.approx(asked)
    assert min(counted) >= 0
