"""A year's pence of one agency worked out by hand, to the last penny, in every view; and again under a policy.

The quiet town's 500 residents stand for 2,000. The charity provides three services, and no other has any capacity:

- *advice* (voluntary support), a contact: £60.01, charge £1.01, paid 0.7 by the charity and 0.3 by the council;
  for 1,000 residents 104 visits a year are expected and 4.1 hours a week funded; r is 0.2, 0.4, 0.6.
- *support* (probation), ten weeks at £70.05, paid by the charity alone; 520 weeks expected, 10 hours; r is 0.1, 0.2,
  0.4.
- *rooms* (temporary accommodation), £350.33 a week, charge £20, paid 0.25 by the council, 0.25 by the health trust and
  0.5 by the charity; 208 weeks expected, 4 beds; r is 0.7, 0.9, 1.0.

What happens is set: twenty visits, three residents with ten weeks of support each, one resident in a room from week 5.
Everything is in the simulated residents' own whole pence. Nothing here is left to chance but that the resident keeps
the room all year (99 in 100 seeds), which is asserted.
"""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.simulation.scenes import Scene, policy, quiet_town

from demandsim.records.record import RunRecord
from demandsim.scenario.policy import Policy

ADVICE, SUPPORT, ROOMS = "voluntary_support", "probation", "temporary_accommodation"
VISITS = (*range(16), 30, 36, 42, 48)
"""Weeks in which one resident each asks for advice and has it the same week; under the policy too."""
VIEWS = ("full", "cash_low_r", "cash", "cash_high_r", "capacity")
FAMILIES = "residents_and_families"


def settings() -> dict[str, Any]:
    """The scenario that the file's docstring describes."""
    chosen: dict[str, Any] = {}
    for name in quiet_town().services:
        if name not in (ADVICE, SUPPORT, ROOMS):
            chosen |= {f"services.{name}.{key}": None for key in ("hours_a_week", "beds")}
            chosen[f"services.{name}.responsive"] = dict.fromkeys(("low", "central", "high"), 1.0)
    of_each: dict[str, dict[str, Any]] = {
        ADVICE: {
            "payers": {"charity": 0.7, "council": 0.3},
            "kinds": {"visit": {"unit_cost": 60.01, "hours": 1.5}},
            "expected_contacts": {"visit": 104.0},
            "responsive": {"low": 0.2, "central": 0.4, "high": 0.6},
            "hours_a_week": 4.1,
            "charge": 1.01,
        },
        SUPPORT: {
            "payers": {},
            "kinds": {"episode_week": {"unit_cost": 70.05, "hours": 1.0}},
            "expected_contacts": {"episode_week": 520.0},
            "responsive": {"low": 0.1, "central": 0.2, "high": 0.4},
            "hours_a_week": 10.0,
            "weeks": 10,
        },
        ROOMS: {
            "payers": {"charity": 0.5, "council": 0.25, "health_trust": 0.25},
            "kinds": {"stay_week": {"unit_cost": 350.33}},
            "expected_contacts": {"stay_week": 208.0},
            "responsive": {"low": 0.7, "central": 0.9, "high": 1.0},
            "beds": 4.0,
            "charge": 20.0,
            "ready_weeks": 5200.0,
        },
    }
    for name, table in of_each.items():
        chosen |= {f"services.{name}.{key}": value for key, value in table.items()}
        chosen[f"services.{name}.agency"] = "charity"
    return chosen


def year(*policies: Policy) -> RunRecord:
    """Run the year."""
    scene = Scene(settings(), policies=policies, weeks=52)
    assert list(scene.scenario.agencies) == ["council", "health_trust", "police", "charity", "justice"]
    assert (scene.scenario.residents, scene.scenario.place.population) == (500, 2000)
    advised, supported, housed = scene.adults(20), scene.adults(3, skip=20), scene.adults(1, skip=23)
    scene.give(advised, "housing", 1)
    scene.give(supported, "offending", 2)
    scene.give(housed, "housing", 3)
    for week in range(52):
        if week in VISITS:
            scene.ask(advised[VISITS.index(week)], "housing", ADVICE)
        if week in (0, 20):
            scene.ask(supported[:2] if week == 0 else supported[2:], "offending", SUPPORT)
        if week == 5:
            scene.ask(housed, "housing", ROOMS)
        scene.step()
        assert scene.contacts(ADVICE) == (week in VISITS)
    record = scene.model.record
    contacts = (
        record.ledger(("service",), scaled=False).query("contacts > 0").set_index("service")["contacts"]
    )
    assert contacts.to_dict() == {ADVICE: 20, SUPPORT: 30, ROOMS: 47}
    return record


@pytest.fixture(scope="module")
def baseline() -> RunRecord:
    """The year without a policy."""
    return year()


@pytest.fixture(scope="module")
def cut() -> RunRecord:
    """The year under a policy: advice cut by half, support moved, a little spent.

    From week 26 the charity cuts £6,241.04 a year of the place's advice. An hour of it a week and 1,000 residents costs
    104 x £60.01 / 4.1 = £6,241.04 / 4.1 a year; £6,241.04 for 2,000 are £3,120.52 for 1,000: 2.05 hours, half of all.
    From week 20 justice provides support and pays 0.6 of it, the council 0.4. In week 26 the charity spends £100.01
    once, and from then on £520 a year.
    """
    return year(
        policy(
            {"from_week": 26, "money": {"service": ADVICE, "pounds_a_year": -6241.04}},
            {
                "from_week": 20,
                "move_service": {
                    "service": SUPPORT,
                    "agency": "justice",
                    "payers": {"justice": 0.6, "council": 0.4},
                },
            },
            {"from_week": 26, "money": {"agency": "charity", "kind": "set_up", "pounds": 100.01}},
            {"from_week": 26, "money": {"agency": "charity", "kind": "running", "pounds_a_year": 520.0}},
        )
    )


def pence(record: RunRecord, view: str, column: str = "payer") -> dict[str, int]:
    """Pence in a view, by payer or any other column."""
    frame = record.ledger((column,), view=view, scaled=False)
    return {name: int(sum_) for name, sum_ in zip(frame[column], frame["pence"], strict=True)}


def test_full_by_hand(baseline: RunRecord) -> None:
    """Contacts x unit cost, split among payers in whole pence by largest remainder; charges out and in."""
    # A visit, 6001p: 0.7 is 4200.7 and 0.3 is 1800.3; the penny left over goes to .7: 4201 and 1800.
    # Its charge, 101p: 70.7 and 30.3, so 71 and 30.
    # A week in a room, 35033p: 0.5 is 17516.5 and 0.25 twice 8758.25; the penny goes to .5: 17517, 8758, 8758.
    # Its charge, 2000p: 1000, 500, 500.
    charity = 20 * 4201 - 20 * 71 + 30 * 7005 + 47 * 17517 - 47 * 1000
    council = 20 * 1800 - 20 * 30 + 47 * 8758 - 47 * 500
    trust = 47 * 8758 - 47 * 500
    families = 20 * 101 + 47 * 2000
    assert (charity, council, trust, families) == (1_069_049, 423_526, 388_126, 96_020)
    assert pence(baseline, "full") == {
        "charity": 1_069_049,
        "council": 423_526,
        "health_trust": 388_126,
        FAMILIES: 96_020,
    }
    # The charity provides all of it: 20 x 6001 + 30 x 7005 + 47 x 35033; charges cancel.
    assert pence(baseline, "full", "agency") == {"charity": 1_976_721}


def test_cash_by_hand(baseline: RunRecord) -> None:
    """Contacts x r x unit cost, and funded hours and beds at what they cost beside it."""
    # r of a visit's 4201 and 1800 is 0.4: 1680.4 and 720: 1680 and 720.
    # An hour: 0.6 x 104 x £60.01 / (4.1 x 52) = 0.6 x £6,241.04 / 213.2 = £17.5639: 1756p.
    # 4.1 hours for 1,000 are 123 minutes for 500: 52 x 123 x 1756 / 60 = 187189.6: 187189p.
    # Of it 0.3 is 56156.7; the council stands first in the file and pays 56156, the charity the rest, 131033.
    advice = 20 * 1680 + 131_033 - 20 * 71, 20 * 720 + 56_156 - 20 * 30
    # Support: 0.2 x 7005 = 1401 a week; an hour 0.8 x 520 x £70.05 / (10 x 52) = £56.04; 5 hours a week.
    support = 30 * 1401 + 52 * 5 * 5604
    # A room: r is 0.9, of 17517 15765.3 and of 8758 7882.2: 15765 and 7882.
    # A bed-week: 0.1 x 208 x £350.33 / (4 x 52) = £35.033: 3503p; 2 beds: 52 x 7006 = 364312p, a quarter is 91078.
    rooms = 47 * 15765 + 182_156 - 47 * 1000, 47 * 7882 + 91_078 - 47 * 500
    assert (advice[0] + support + rooms[0], advice[1] + rooms[1], rooms[1]) == (2_538_394, 507_988, 438_032)
    assert pence(baseline, "cash") == {
        "charity": 2_538_394,
        "council": 507_988,
        "health_trust": 438_032,
        FAMILIES: 96_020,
    }


def test_cash_at_the_ends_of_r_by_hand(baseline: RunRecord) -> None:
    """The same at the low and the high end of each r."""
    # Low. A visit: 0.2 of 4201 is 840.2: 840. An hour 0.8 x £6,241.04 / 213.2 = £23.4185: 2342p;
    # 6396 minutes: 249657.2: 249657p, the council's 0.3 is 74897.1: 74897, the charity's 174760.
    # Support: 0.1 of 7005 is 700.5, a tie, which goes to the first, what follows contacts: 701; an hour is
    # 0.9 x £70.05 = £63.045, a half that goes to the even penny: 6304p.
    # A room: 0.7 of 17517 is 12261.9, the penny goes to .9: 12262.
    # A bed-week 0.3 x £350.33 = £105.099: 10510p; 104 of them 1093040p, half is 546520.
    low = 20 * 840 + 174_760 - 1420 + 30 * 701 + 52 * 5 * 6304 + 47 * 12262 + 546_520 - 47_000
    assert low == 2_926_044
    assert pence(baseline, "cash_low_r")["charity"] == 2_926_044
    # The council: a visit 0.2 of 1800 is 360; a room 0.7 of 8758 is 6130.6: 6131; a quarter of the beds 273260.
    assert 20 * 360 + 74_897 - 600 + 47 * 6131 + 273_260 - 23_500 == 619_414
    assert pence(baseline, "cash_low_r")["council"] == 619_414
    # High. A visit: 0.6 of 4201 is 2520.6: 2521. An hour 0.4 x £6,241.04 / 213.2 = £11.7093: 1171p;
    # 6396 minutes: 124828.6: 124828p, the council's 0.3 is 37448.4: 37448, the charity's 87380.
    # Support: 0.4 of 7005 is 2802; an hour 0.6 x £70.05 = £42.03. A room: all of it, and nothing for the bed.
    high = 20 * 2521 + 87_380 - 1420 + 30 * 2802 + 52 * 5 * 4203 + 47 * 17517 - 47_000
    assert high == 2_089_519
    assert pence(baseline, "cash_high_r")["charity"] == 2_089_519
    assert pence(baseline, "cash_high_r")["council"] == 20 * 1080 + 37_448 - 600 + 47 * 8758 - 23_500


def test_capacity_by_hand(baseline: RunRecord) -> None:
    """Contacts x what does not follow them: unit cost less r of it, at the central r; no lines and no charges."""
    # Of a visit 4201 - 1680 and 1800 - 720; of a week of support 7005 - 1401; of a room 17517 - 15765, 8758 - 7882.
    assert 20 * 2521 + 30 * 5604 + 47 * 1752 == 300_884
    assert 20 * 1080 + 47 * 876 == 62_772
    assert pence(baseline, "capacity") == {"charity": 300_884, "council": 62_772, "health_trust": 41_172}


def test_full_under_the_policy_by_hand(cut: RunRecord) -> None:
    """Two of the three have their support before week 20, the third from week 20 on: ten weeks each."""
    # The place's £100.01 once is 10001p x 500 / 2000 = 2500.25: 2500. £520 a year is 250p a week for 26 weeks.
    charity = 20 * 4201 - 1420 + 20 * 7005 + 47 * 17517 - 47_000 + 2500 + 26 * 250
    # Support moved, 7005p: 0.4 is 2802 and 0.6 is 4203.
    council = 423_526 + 10 * 2802
    assert (charity, council, 10 * 4203) == (1_007_999, 451_546, 42_030)
    assert pence(cut, "full") == {
        "charity": 1_007_999,
        "council": 451_546,
        "health_trust": 388_126,
        "justice": 42_030,
        FAMILIES: 96_020,
    }
    assert pence(cut, "full", "agency") == {"charity": 1_976_721 - 70_050 + 9000, "justice": 70_050}


def test_cash_under_the_policy_by_hand(cut: RunRecord) -> None:
    """Half of the hours of advice from week 26; the hours of support paid by others from week 20."""
    # 26 weeks of 123 minutes and 26 of 61.5, the half minutes carried: 4797 minutes at 1756p an hour are 140392.2.
    # The council's 0.3 of 140392 is 42117.6: 42117, the charity's 98275.
    advice = 20 * 1680 + 98_275 - 1420
    support = 20 * 1401 + 20 * 5 * 5604
    rooms = 47 * 15765 + 182_156 - 47_000
    assert advice + support + rooms + 9000 == 1_603_986
    # From week 20: a week of support costs the council 2802 and justice 4203; 0.2 of them 560.4 and 840.6: 560 and 841.
    # 32 weeks of 5 hours at £56.04 are 896640p, and 0.4 and 0.6 of them 358656 and 537984.
    assert 32 * 5 * 5604 == 896_640 == 358_656 + 537_984
    assert (10 * 560 + 358_656, 10 * 841 + 537_984) == (364_256, 546_394)
    council = 20 * 720 + 42_117 - 600 + 47 * 7882 + 91_078 - 23_500 + 364_256
    assert council == 858_205
    assert pence(cut, "cash") == {
        "charity": 1_603_986,
        "council": 858_205,
        "health_trust": 438_032,
        "justice": 546_394,
        FAMILIES: 96_020,
    }


def test_cash_at_the_ends_of_r_under_the_policy_by_hand(cut: RunRecord) -> None:
    """As in the baseline, with 4797 minutes of advice and 20 weeks of the charity's support."""
    # Low: 4797 x 2342 / 60 = 187242.9: 187242p, of which the council's 0.3 is 56172.6: 56172, the charity's 131070.
    low = 20 * 840 + 131_070 - 1420 + 20 * 701 + 20 * 5 * 6304 + 47 * 12262 + 546_520 - 47_000 + 9000
    assert low == 1_875_704
    # High: 4797 x 1171 / 60 = 93621.45: 93621p, of which the council's 0.3 is 28086.3: 28086, the charity's 65535.
    high = 20 * 2521 + 65_535 - 1420 + 20 * 2802 + 20 * 5 * 4203 + 47 * 17517 - 47_000 + 9000
    assert high == 1_376_174
    assert (pence(cut, "cash_low_r")["charity"], pence(cut, "cash_high_r")["charity"]) == (low, high)
    # Justice: r of 4203 a week is 0.1, 420.3, or 0.4, 1681.2: 420 and 1681; and it pays 0.6 of 160 hours at 6304p or
    # 4203p: of 1008640p 605184, of 672480p 403488.
    justice = pence(cut, "cash_low_r")["justice"], pence(cut, "cash_high_r")["justice"]
    assert justice == (10 * 420 + 605_184, 10 * 1681 + 403_488) == (609_384, 420_298)


def test_capacity_under_the_policy_by_hand(cut: RunRecord) -> None:
    """The third resident's ten weeks of support are others' staff time."""
    assert pence(cut, "capacity") == {
        "charity": 300_884 - 10 * 5604,
        "council": 62_772 + 10 * (2802 - 560),
        "health_trust": 41_172,
        "justice": 10 * (4203 - 841),
    }


@pytest.mark.parametrize("view", VIEWS)
def test_the_arms_are_equal_before_the_first_change_and_scale_to_the_place(
    baseline: RunRecord, cut: RunRecord, view: str
) -> None:
    """Weeks 0 to 19 are the same to the penny; four people of the place stand behind each simulated resident."""
    by = ("week", "agency", "payer", "service", "kind")
    both = [r.ledger(by, view=view, scaled=False).query("week < 20") for r in (baseline, cut)]
    assert both[0].equals(both[1])
    assert len(both[0]) > 0
    place = cut.ledger(("payer",), view=view)
    assert (place["pounds"] * 100 / 4).round(6).tolist() == [float(p) for p in pence(cut, view).values()]
