"""The table of targets: each row reasoned, its band by the rule, its names those of England."""

from __future__ import annotations

from fnmatch import fnmatch

import pytest

from demandsim.calibration.measures import named
from demandsim.calibration.targets import Target, read_targets, targets
from demandsim.errors import EvidenceError
from demandsim.evidence.tables import parameters
from demandsim.scenario.base import SECTORS
from demandsim.scenario.read import read_scenario

FILE_SETTINGS = ("refers", "outcomes", "routes", "hours_a_week", "beds", "threshold", "vulnerability_spread")
"""Settings that scenario files hold, and not the tables of evidence."""

ROW = """
[one]
id = "PR000"
sector = "nhs"
name = "Frailty, all ages"
value = 40.0
unit = "% of residents"
of = "residents"
confidence = "high"
basis = "found"
source = "Somebody, in some journal (2020)"
hangs_on = ["needs.frailty.start.*"]
measure = { kind = "prevalence", need = "frailty" }
"""


def one(text: str) -> Target:
    """Read a table of one row."""
    (found,) = read_targets(text, "made-up.toml")
    return found


def test_at_least_forty_count_and_every_sector_has_some() -> None:
    counting = [row for row in targets().values() if row.counts]
    assert len(counting) >= 40
    assert {*SECTORS, "system"} == {row.sector for row in counting}


def test_every_measure_names_what_england_has() -> None:
    england = read_scenario("england")
    for row in targets().values():
        services, needs = named(row.measure) if row.measure is not None else (set(), set())
        assert services <= set(england.services), row.key
        assert needs <= set(england.needs), row.key


def test_every_kind_of_contact_is_one_england_has() -> None:
    england = read_scenario("england")
    kinds = {(name, kind) for name, service in england.services.items() for kind in service.kinds}
    for row in targets().values():
        for counted in counteds(row.measure.model_dump() if row.measure is not None else {}):
            assert {(name, kind) for name, some in counted.items() for kind in some} <= kinds, row.key
        worth = getattr(row.measure, "worth", {})
        assert {tuple(name.split(".")) for name in worth} <= kinds, row.key


def counteds(given: object) -> list[dict[str, tuple[str, ...]]]:
    """Services and kinds of everything counted, however deep."""
    if isinstance(given, tuple):
        return [found for inner in given for found in counteds(inner)]
    if not isinstance(given, dict):
        return []
    here = [given["services"]] if isinstance(given.get("services"), dict) else []
    return here + [found for inner in given.values() for found in counteds(inner)]


def test_what_a_target_hangs_on_is_there() -> None:
    places = list(parameters())
    england = read_scenario("england")
    for row in targets().values():
        for pattern in row.hangs_on:
            parts = pattern.split(".")
            if parts[-1] in FILE_SETTINGS:
                tables = {
                    "services": england.services,
                    "needs": england.needs,
                    "agencies": england.agencies,
                    "place": {},
                }
                assert len(parts) == 2 or parts[1] == "*" or parts[1] in tables[parts[0]], (row.key, pattern)
            else:
                assert any(fnmatch(place, pattern) for place in places), (row.key, pattern)


def test_keys_and_names_are_each_one_row_s_own() -> None:
    names = [row.name for row in targets().values()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("change", "band", "said"),
    [
        (("", ""), (36.0, 44.0), "10%, high"),
        (('"high"', '"medium"'), (32.0, 48.0), "20%, medium"),
        (('"high"', '"low"'), (28.0, 52.0), "30%, low"),
        (('"found"', '"recalled"'), (28.0, 52.0), "30%, recalled"),
        (('basis = "found"', 'basis = "found"\ninterval = [39.0, 44.0]'), (39.0, 44.0), "interval"),
        (
            ('basis = "found"', 'basis = "found"\ntolerance = 0.5\nreason = "it is old"'),
            (20.0, 60.0),
            "50%, wider",
        ),
    ],
)
def test_bands_follow_the_rule(change: tuple[str, str], band: tuple[float, float], said: str) -> None:
    found = one(ROW.replace(*change))
    assert found.band == pytest.approx(band)
    assert found.band_from == said


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("tolerance = 0.5", "tolerance and its reason go together"),
        ('reason = "old"', "tolerance and its reason go together"),
        ('tolerance = 0.05\nreason = "it is sharp"', "only one wider than the usual 0.1 is said"),
        ("interval = [41.0, 44.0]", "interval must hold the value"),
        ('interval = [39.0, 44.0]\ntolerance = 0.5\nreason = "old"', "not both"),
        ("counts = false", "says why_not"),
        ('why_not = "it is a total"', "says why_not"),
        ("colour = 3", "colour"),
    ],
)
def test_a_row_without_its_reasons_is_refused(more: str, told: str) -> None:
    with pytest.raises(EvidenceError, match=told):
        one(ROW.replace("measure =", f"{more}\nmeasure ="))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("hangs_on", "note = 'none' #"), "hangs_on names the places"),
        (('sector = "nhs"', 'sector = "zoo"'), "sector: given 'zoo'"),
        (("measure", "note = 'none' #"), "what has no measure cannot count"),
        (('"prevalence"', '"guess"'), "measure"),
        (('source = "Somebody, in some journal (2020)"', 'source = "Me"'), "source"),
    ],
)
def test_a_row_that_cannot_be_used_is_refused(change: tuple[str, str], told: str) -> None:
    with pytest.raises(EvidenceError, match=told):
        one(ROW.replace(*change))


@pytest.mark.parametrize(("text", "told"), [("one = 3", "3 is no target"), ("[one", "not TOML")])
def test_a_table_that_is_none_is_refused(text: str, told: str) -> None:
    with pytest.raises(EvidenceError, match=told):
        one(text)
