"""Every disagreement there has been between the twin and the model, each kept as the smallest run that shows it.

A test marked as failing shows an error in the package: the reason says where. When it is mended the mark goes.
"""

from __future__ import annotations

from typing import Any

from tests.twin.cases import changed, policy, town
from tests.twin.comparing import differences, run_both
from tests.twin.people import CHILD
from tests.twin.stays import ORDINARY
from tests.unit.simulation.scenes import Scene

from demandsim.scenario.rules import MOST_NEEDS

HOUSING_AT_RISK = {"age": (16, 120), "need": {"housing": (1, 3)}, "membership": "fixed"}


def disagreements(settings: dict[str, Any], *changes: dict[str, Any], weeks: int = 12) -> list[str]:
    """Run both on 500 residents of the small town with some settings changed, under a policy of some changes."""
    twin, model = run_both(changed(town(500, weeks), settings), seed=1, policies=[policy(*changes)])
    return differences(twin, model)[:10]


def test_a_history_goes_no_further_than_its_hand_off() -> None:
    """The model kept `told` at a shut door: the next ask, at another door, was then not assessed."""
    settings = {
        "agencies.health_trust.leadership.warm_hand_over": 1.0,
        "mechanisms.warm_hand_over.effect": 1.0,
        "services.community_mental_health.closed_to": {"tenure": ("private",)},
    }
    assert disagreements(settings) == []


def test_a_history_is_taken_back_with_its_hand_off() -> None:
    """The model took back a hand-off from one who waits to leave a stay, and kept its `told`."""
    admitted = {"kind": "admitted", "share": (1.0,) * 5, "refers_to": "adult_social_care", "next": "hospital"}
    settings: dict[str, Any] = {
        "agencies.health_trust.leadership.warm_hand_over": 1.0,
        "mechanisms.warm_hand_over.effect": 1.0,
        "services.a_and_e.outcomes": (admitted,),
        "services.hospital.beds": 50.0,
        "services.hospital.awaits": (
            {"need": "frailty", "severity": (1, 4), "service": "home_care", "share": 1.0},
        ),
        "services.child_in_need.open_to": {},
        "services.home_care.threshold": 1,
    }
    assert disagreements(settings, weeks=30) == []


def test_a_fixed_programme_keeps_its_members() -> None:
    """The model ruled out, by the needs they have now, residents who had been frozen into a programme's group."""
    settings = {
        "services.early_help_team.programme.again_weeks": 2,
        "services.early_help_team.hours_a_week": 100.0,
    }
    fixed = {"services.early_help_team.programme.group": HOUSING_AT_RISK}
    assert disagreements(settings, {"from_week": 6, "set": fixed}, weeks=30) == []


def test_a_fixed_group_is_frozen_at_the_start() -> None:
    """The model froze one version's groups: under a policy from week 0 the scenario's own stayed empty for good."""
    settings = {"services.housing_options.remit": {"tenure": ("social", "private"), "membership": "fixed"}}
    assert disagreements(settings, {"from_week": 0, "set": {"services.home_care.threshold": 3}}) == []


def test_a_fixed_group_is_frozen_at_the_start_where_the_policy_comes_later() -> None:
    """The twin was wrong here as the model is above, until its groups were frozen by what had been frozen before."""
    settings = {"services.housing_options.remit": {"tenure": ("social", "private"), "membership": "fixed"}}
    assert disagreements(settings, {"from_week": 1, "set": {"services.home_care.threshold": 3}}) == []


def test_two_of_one_household_are_housed_once() -> None:
    """The twin was wrong: it let a second member in who had come along with the first in the same week."""
    settings = {
        "needs.housing.routes": ({"shares": {"temporary_accommodation": 1.0}},),
        "needs.housing.approach.unserved": (200.0, 200.0, 200.0),
        "services.temporary_accommodation.threshold": 1,
        "services.temporary_accommodation.beds": 200.0,
    }
    assert disagreements(settings, weeks=3) == []


def test_a_need_makes_one_ordinary_contact_a_week() -> None:
    """The model went on after a contact: where rates come to more than one a week, a need made two in a week."""
    often = (100.0,) * 4
    ordinary = {"general_practice": often, "ambulance": often, "a_and_e": often}
    assert disagreements({"needs.frailty.ordinary": ordinary}) == []


def test_who_comes_first_in_a_household_decides_nothing() -> None:
    """One of a couple is housed, the other with them; the other is referred on at another door if living at home.

    Both moved a household along in the middle of admitting: a lower row was found at home still, a higher one away.
    """
    assert len({referred_on(holder_first=True), referred_on(holder_first=False)}) == 1


def referred_on(*, holder_first: bool) -> bool:
    """Tell whether the one who comes along is referred on, where the other has the lower row or the higher."""
    at_home = {"need": "frailty", "severity": (1, 4), "to": "voluntary_support", "share": 1.0}
    scene = Scene({"services.adult_social_care.refers": ({**at_home, "group": {"place": ("home",)}},)})
    state = scene.state
    holder, other = couple_of(scene, holder_first=holder_first)
    scene.give(holder, "housing", 3)
    scene.queue(holder, "housing", "temporary_accommodation", since=-2)
    scene.give(other, "frailty", 2)
    scene.queue(other, "frailty", "adult_social_care", since=-2)
    scene.step()
    assert state.place[holder] == state.place[other] != 0
    return bool(scene.column("hand_off", "frailty")[other] >= 0)


def test_a_household_follows_from_place_to_place_whoever_comes_first() -> None:
    """All come home before any is taken along, so that the order of rows decides nothing."""
    assert taken_over(holder_first=True) == taken_over(holder_first=False) == [3, 3]


def taken_over(*, holder_first: bool) -> list[int]:
    """Give the places of a couple, one housed and the other along, in the week in which a care home takes over."""
    scene = Scene({"services.care_home.whole_household": True})
    holder, other = couple_of(scene, holder_first=holder_first)
    for need, service in (("housing", "temporary_accommodation"), ("frailty", "care_home")):
        scene.give(holder, need, 3)
        scene.queue(holder, need, service, since=-2)
        scene.step()
    return [int(scene.state.place[row]) for row in (holder, other)]


def couple_of(scene: Scene, *, holder_first: bool) -> tuple[int, int]:
    """Find two adults aged 60 of one household, the lower row first or the higher."""
    state = scene.state
    adults = (
        [row for row in members_of(scene, first) if state.role[row] != CHILD] for first in scene.homes.first
    )
    couple = next(rows for rows in adults if len(rows) == 2)
    state.born_week[couple] = -60 * 52
    holder, other = sorted(couple, reverse=not holder_first)
    return holder, other


def members_of(scene: Scene, first: int) -> list[int]:
    """Rows of a household, from the first on."""
    rows = []
    while first >= 0:
        rows.append(int(first))
        first = scene.state.next_in_home[first]
    return rows


def test_no_need_has_the_number_of_ordinary_demand() -> None:
    """The rules allowed 16: tickets for beds are drawn under the number of the need, and 15 is ordinary demand's."""
    assert MOST_NEEDS - 1 < ORDINARY
