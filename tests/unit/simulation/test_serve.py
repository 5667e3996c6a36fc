"""Queues and episodes: hours first, then admission, support, endings, giving up and referrals on."""

from __future__ import annotations

from math import ceil

import numpy as np
import pytest
from tests.unit.simulation.scenes import Scene, margin, policy

from demandsim.chance import HANDLE
from demandsim.population.columns import OPEN, UNSERVED, WAITING

MIND, HOUSING = "mental_health", "housing"
TEAM, OPTIONS, SUPPORT = "community_mental_health", "housing_options", "voluntary_support"


def in_team(weeks: int = 0, **settings: object) -> tuple[Scene, np.ndarray]:
    """Six residents at severity 2 whose episodes with the team open in week 0."""
    settings = {"weeks": weeks, "ends_below": 1, **settings}
    scene = Scene({f"services.{TEAM}.{key}": value for key, value in settings.items()})
    rows = scene.adults(6)
    scene.give(rows, MIND, 2)
    scene.queue(rows, MIND, TEAM, since=0)
    return scene, rows


def test_an_episode_lasts_its_weeks_and_no_longer() -> None:
    scene, rows = in_team(weeks=4)
    given = []
    for _ in range(6):
        scene.step()
        given.append(scene.contacts(TEAM, "episode_week"))
    assert given == [6, 6, 6, 6, 0, 0]
    assert set(scene.column("status", MIND)[rows]) == {UNSERVED}
    assert set(scene.column("service", MIND)[rows]) == {-1}


@pytest.mark.parametrize("package", [1.0, 0.8, 0.5, 0.25, 0.1])
def test_support_is_given_in_the_first_week_and_in_the_packages_share_of_weeks(package: float) -> None:
    scene, rows = in_team(package=package)
    total = 0
    for week in range(40):
        scene.step()
        total += scene.contacts(TEAM, "episode_week")
        assert total == len(rows) * ceil((week + 1) * package - 1e-3)


def test_an_episode_ends_when_the_need_is_below_what_it_is_for() -> None:
    scene, rows = in_team(ends_below=2)
    scene.step()
    scene.give(rows[:3], MIND, 1)
    scene.step()
    assert scene.column("status", MIND)[rows].tolist() == [UNSERVED] * 3 + [OPEN] * 3
    assert scene.contacts(TEAM) == 3


def test_ended_no_better_is_a_cause_and_ended_better_is_help_that_lasts() -> None:
    scene, rows = in_team(weeks=3, helped_weeks=12)
    scene.column("cause", MIND)[rows] = scene.cause("police")
    scene.step()
    assert not scene.column("cause", MIND)[rows].any(), "an opening meets the need: its cause is gone"
    scene.give(rows, MIND, [1, 2, 3, 0, 1, 2])
    scene.step(3)
    trust = scene.cause("health_trust")
    assert scene.column("cause", MIND)[rows].tolist() == [0, trust, trust, 0, 0, trust]
    helped_from = [3, 3, 3, 1, 3, 3]  # the need that went ended its episode the week after it opened
    assert scene.column("helped_until", MIND)[rows].tolist() == [week + 12 for week in helped_from]


def test_a_service_shut_by_a_policy_ends_its_episodes_and_drops_its_queue_with_a_cause() -> None:
    scene = Scene({f"services.{TEAM}.hours_a_week": 6.0}, policies=[policy({"from_week": 2, "close": TEAM})])
    rows = scene.adults(6)
    scene.give(rows, MIND, 2)
    scene.queue(rows, MIND, TEAM, since=0)
    scene.step(2)
    assert set(scene.column("status", MIND)[rows]) == {OPEN, WAITING}
    scene.step()
    assert set(scene.column("status", MIND)[rows]) == {UNSERVED}
    assert set(scene.column("cause", MIND)[rows]) == {scene.cause("health_trust")}
    assert scene.contacts(TEAM) == 0


def test_episodes_use_the_hours_before_the_queue() -> None:
    """Room for five weeks of support a week: three episodes are open, so two of the queue are admitted."""
    scene = Scene({f"services.{TEAM}.hours_a_week": 2 * 1.2 * 5})
    rows = scene.adults(9)
    scene.give(rows, MIND, 2)
    scene.open(rows[:3], MIND, TEAM, since=-1)
    scene.queue(rows[3:], MIND, TEAM, since=-1)
    scene.step()
    assert (scene.column("status", MIND)[rows] == OPEN).sum() == 5


def test_fractions_of_a_minute_are_carried() -> None:
    """0.0119 hours for a thousand residents are 0.357 minutes for 500: 35 whole minutes in 100 weeks."""
    scene = Scene({f"services.{TEAM}.hours_a_week": 0.0119})
    at = scene.services.index(TEAM)
    funded = []
    for _ in range(100):
        scene.step()
        funded.append(int(scene.book.funded[at]))
    assert np.cumsum(funded).tolist() == [int(0.357 * (week + 1) + 1e-9) for week in range(100)]
    assert set(funded) == {0, 1}


def test_not_a_millionth_of_a_minute_is_lost_whatever_the_number_of_people() -> None:
    """0.0119 hours are 714 thousandths of a minute for a thousand residents: 359,142 millionths for 503."""
    scene = Scene({"residents": 503, f"services.{TEAM}.hours_a_week": 0.0119})
    at = scene.services.index(TEAM)
    funded = []
    for week in range(100):
        scene.step()
        funded.append(int(scene.book.funded[at]))
        left = 359_142 * (week + 1) - 1_000_000 * sum(funded)
        assert (left, 0 <= left < 1_000_000) == (scene.book.fraction[at], True)


def test_capacity_grows_with_the_people_who_are_here_unless_it_is_said_not_to() -> None:
    for grows, hours in ((True, 4), (False, 5)):
        stated = {"hours_a_week": 10.0, "grows_with_population": grows}
        scene = Scene({f"services.{TEAM}.{key}": value for key, value in stated.items()})
        scene.book.here[0] = 400  # of the 500 at the start
        scene.step()
        assert scene.book.funded[scene.services.index(TEAM)] == hours * 60


def test_the_stated_rate_of_those_waiting_gives_up_from_the_second_week() -> None:
    """1 - exp(-13/52) = 22.1% a week of 450; the margin is four standard errors, 7.8 points."""
    scene = Scene({f"services.{TEAM}.hours_a_week": 0.0, f"services.{TEAM}.gives_up": 13.0})
    rows = np.arange(450)
    scene.give(rows, MIND, 2)
    scene.queue(rows, MIND, TEAM, since=0)
    scene.step()
    assert scene.measured("gave_up") == 0
    chance = 1 - np.exp(-13 / 52)
    drawn = [r for r in rows if scene.drawn(r, HANDLE, 0)[0] < chance * 2**32]
    scene.step()
    gone = np.flatnonzero(scene.column("status", MIND)[rows] == UNSERVED)
    assert gone.size / 450 == pytest.approx(chance, abs=margin(chance, 450))
    assert gone.tolist() == drawn
    assert scene.measured("gave_up") == gone.size
    assert scene.book.waiting[scene.services.index(TEAM)] == 450 - gone.size


def test_a_wait_beyond_the_standard_sets_the_cause() -> None:
    scene = Scene({f"services.{TEAM}.hours_a_week": 0.0, f"services.{TEAM}.standard_weeks": 4})
    rows = scene.adults(2)
    scene.give(rows, MIND, 2)
    scene.queue(rows, MIND, TEAM, since=[0, 1])
    scene.step(5)  # weeks 0 to 4: waited 4 and 3
    assert scene.column("cause", MIND)[rows].tolist() == [0, 0]
    scene.step()
    assert scene.column("cause", MIND)[rows].tolist() == [scene.cause("health_trust"), 0]


def test_a_need_that_has_gone_leaves_the_queue_without_giving_up() -> None:
    scene = Scene({f"services.{TEAM}.hours_a_week": 0.0})
    row = scene.adults(1)
    scene.queue(row, MIND, TEAM, since=-3)
    scene.step()
    assert scene.column("status", MIND)[row] == UNSERVED
    assert scene.measured("gave_up") == 0


def test_weeks_waited_count_for_those_admitted() -> None:
    scene = Scene()
    rows = scene.adults(3)
    scene.give(rows, MIND, 2)
    scene.queue(rows, MIND, TEAM, since=[-5, -2, 0])
    scene.step()
    assert scene.measured("helped") == 3
    assert scene.measured("weeks_waited") == 7


def test_a_contact_helps_for_its_weeks_only_what_the_service_helps() -> None:
    scene = Scene({f"services.{SUPPORT}.helped_weeks": 8})
    rows = scene.adults(2)
    scene.give(rows, MIND, 2)
    scene.ask(rows[:1], MIND, SUPPORT)
    scene.ask(rows[1:], MIND, OPTIONS)  # helps housing only
    scene.step()
    assert scene.column("helped_until", MIND)[rows[0]] == 8
    assert scene.column("helped_until", MIND)[rows[1]] < 0
    assert set(scene.column("status", MIND)[rows]) == {UNSERVED}


def test_referrals_are_cumulated_shares_of_the_rows_that_fit_at_most_one_a_contact() -> None:
    """Rows of 0.5 and 0.3 fit, one of severity 4 does not: of 450, half and three tenths; four standard errors."""
    refers = (
        {"need": MIND, "severity": (4, 4), "to": OPTIONS, "share": 1.0},
        {"need": HOUSING, "severity": (1, 4), "to": OPTIONS, "share": 1.0},
        {"need": MIND, "severity": (1, 3), "to": TEAM, "share": 0.5},
        {"need": MIND, "severity": (2, 4), "to": SUPPORT, "share": 0.3, "group": {"tenure": ("owned",)}},
        {
            "need": MIND,
            "severity": (2, 4),
            "to": SUPPORT,
            "share": 0.3,
            "group": {"tenure": ("social", "private")},
        },
    )
    scene = Scene({"services.general_practice.refers": refers})
    rows = np.arange(450)
    scene.give(rows, MIND, 2)
    scene.ask(rows, MIND, "general_practice")
    scene.step()
    sent = scene.column("hand_off", MIND)[rows]
    for service, share in ((TEAM, 0.5), (SUPPORT, 0.3), (OPTIONS, 0.0)):
        got = (sent == scene.services.index(service)).mean()
        assert got == pytest.approx(share, abs=margin(share, 450))
    assert scene.measured("hand_offs") == (sent >= 0).sum()
    assert scene.measured("bounces") == 0, "a referral leaves no need unmet"


def test_an_episode_that_ends_may_step_down() -> None:
    refers = ({"need": MIND, "severity": (1, 1), "to": SUPPORT, "share": 1.0},)
    scene, rows = in_team(weeks=2, refers=refers)
    scene.step(2)
    scene.give(rows, MIND, [1, 1, 1, 2, 2, 0])
    scene.step()
    assert (scene.column("hand_off", MIND)[rows] >= 0).tolist() == [True] * 3 + [False] * 3
    scene.step()
    assert scene.contacts(SUPPORT) == 3


def test_an_assessment_of_whole_needs_finds_what_nobody_has_seen_and_sends_it_to_a_door() -> None:
    settings = {
        "mechanisms.whole_needs_assessment.effect": 1.0,
        "agencies.health_trust.leadership": {"whole_needs_assessment": 1.0},
        f"needs.{HOUSING}.routes": ({"shares": {OPTIONS: 1.0}},),
    }
    scene = Scene(settings)
    rows = scene.adults(3)
    unseen, known, _without = rows
    scene.give(rows, MIND, 2)
    scene.give([unseen, known], HOUSING, 2)
    scene.column("seen", HOUSING)[known] = 1
    scene.ask(rows, MIND, TEAM)
    scene.step()
    assert scene.measured("found") == 1
    assert scene.happened("need found").tolist() == [unseen]
    scene.step()
    assert scene.happened("contact", service=OPTIONS).tolist() == [unseen]
    plain = Scene({**settings, "agencies.health_trust.leadership": {}})
    plain.give(rows, MIND, 2)
    plain.give(unseen, HOUSING, 2)
    plain.ask(rows, MIND, TEAM)
    plain.step()
    assert plain.measured("found") == 0


def test_an_episode_of_someone_in_hospital_goes_on_without_its_weeks() -> None:
    scene = Scene({"services.hospital.ready_weeks": 5200.0})
    rows = scene.adults(6)
    scene.give(rows, MIND, 2)
    scene.open(rows, MIND, TEAM, since=-1)
    scene.stay(rows[:2], "hospital")
    scene.step()
    assert sorted(scene.happened("contact", service=TEAM)) == sorted(rows[2:])
    assert set(scene.column("status", MIND)[rows]) == {OPEN}


def test_whoever_leaves_hospital_in_a_week_is_in_line_at_other_doors_from_the_next() -> None:
    """Places are shared among those counted; one more admitted would be beyond what there is."""
    scene = Scene({"services.hospital.ready_weeks": 5200.0})
    row = scene.adults(1)
    for need, service in (("frailty", "care_home"), ("offending", "probation")):
        scene.give(row, need, 3)
        scene.queue(row, need, service, since=-1)
    scene.stay(row, "hospital", need="frailty")
    scene.state.awaits[row] = scene.services.index("care_home")
    scene.state.ready_since[row] = -1
    scene.step()
    assert scene.happened("stay began", service="care_home").tolist() == row.tolist()
    assert scene.column("status", "offending")[row].tolist() == [WAITING]
    scene.step()
    assert scene.column("status", "offending")[row].tolist() == [OPEN]
