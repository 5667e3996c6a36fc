"""What policies make of a scenario in a week: ramps, ends, sums split over capacity, drivers, lags."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.simulation.scenes import changed, policy

from demandsim.agencies.changes import as_changed, change_weeks, lines, with_settings
from demandsim.errors import PolicyError
from demandsim.scenario.group import Group
from demandsim.scenario.schema import Scenario
from demandsim.scenario.service import EarlyHelp
from demandsim.scenario.sums import cost_a_year
from demandsim.simulation.model import DemandModel


def at(town: Scenario, week: int, *changes: dict[str, Any]) -> Scenario:
    """The town in a week under one policy."""
    return as_changed(town, [policy(*changes)], week).scenario


def test_a_setting_moves_from_what_the_file_says_to_what_the_policy_says(small_town: Scenario) -> None:
    change = {"from_week": 2, "ramp_weeks": 2, "until_week": 6, "set": {"services.home_care.package": 0.4}}
    values = [at(small_town, w, change).services["home_care"].package for w in range(8)]
    assert values == pytest.approx([0.8, 0.8, 0.6, 0.4, 0.4, 0.4, 0.8, 0.8])


def test_whole_numbers_ramp_as_whole_numbers_and_words_change_at_once(small_town: Scenario) -> None:
    half = at(small_town, 0, {"ramp_weeks": 2, "set": {"services.home_care.standard_weeks": 8}})
    assert half.services["home_care"].standard_weeks == 6
    assert isinstance(half.services["home_care"].standard_weeks, int)
    flag = at(small_town, 0, {"ramp_weeks": 2, "set": {"services.home_care.grows_with_population": False}})
    assert flag.services["home_care"].grows_with_population is False
    assert small_town.services["home_care"].standard_weeks == 4, "the file is untouched"


def test_two_changes_of_one_service_both_hold_and_the_last_wins_a_setting(small_town: Scenario) -> None:
    town = at(
        small_town,
        5,
        {"set": {"services.home_care.threshold": 3}},
        {"set": {"services.home_care.package": 0.5}},
        {"from_week": 5, "set": {"services.home_care.threshold": 4}},
    )
    assert (town.services["home_care"].threshold, town.services["home_care"].package) == (4, 0.5)


def test_doors_open_and_close_for_everyone_or_a_group(small_town: Scenario) -> None:
    group = {"tenure": ("social",)}
    opened = at(small_town, 0, {"open": "tenancy_support", "group": group}).services["tenancy_support"]
    assert opened.closed is False
    assert opened.open_to.tenure == ("social",)
    assert at(small_town, 0, {"close": "home_care"}).services["home_care"].closed
    part = at(small_town, 0, {"close": "home_care", "group": group}).services["home_care"]
    assert part.closed is False
    assert part.closed_to is not None
    assert part.closed_to.tenure == ("social",)


def test_a_service_moves_to_another_agency_and_its_payers_stay_unless_named(small_town: Scenario) -> None:
    moved = at(small_town, 0, {"move_service": {"service": "place_of_safety", "agency": "police"}})
    assert moved.services["place_of_safety"].agency == "police"
    assert dict(moved.services["place_of_safety"].payers) == {"health_trust": 0.5, "police": 0.5}
    alone = at(small_town, 0, {"move_service": {"service": "home_care", "agency": "charity"}})
    assert dict(alone.services["home_care"].payers) == {"council": 1.0}
    paid = at(small_town, 0, {"move_service": {"service": "place_of_safety", "payers": {"council": 1.0}}})
    assert paid.services["place_of_safety"].agency == "health_trust"
    assert dict(paid.services["place_of_safety"].payers) == {"council": 1.0}


def test_money_turns_into_hours_beds_and_package_at_what_they_cost(small_town: Scenario) -> None:
    """Home care: an hour a week goes with (20 x 400 + 450 x 260) / 80 pounds a year, for 1,000 residents."""
    expected = {
        "services.home_care.expected_contacts": {"assessment": 20.0, "episode_week": 450.0},
        "services.care_home.expected_contacts": {"stay_week": 240.0},
    }
    small_town = changed(
        small_town, {**expected, "services.home_care.hours_a_week": 80.0, "services.care_home.beds": 5.0}
    )
    spent = 20 * 400 + 450 * 260
    split = {"hours": 0.75, "package": 0.25}
    cut = {"money": {"service": "home_care", "pounds_a_year": -8000.0, "split": split}, "ramp_weeks": 2}
    for week, done in ((0, 0.5), (1, 1.0)):
        care = at(small_town, week, cut).services["home_care"]
        pounds = -8000 * done / 2  # for each thousand of the 2,000
        assert care.hours_a_week == pytest.approx(80 + 0.75 * pounds / (spent / 80))
        assert care.package == pytest.approx(0.8 * (1 + 0.25 * pounds / spent))
    bed = 240 * 1000 / 5
    beds = {"money": {"service": "care_home", "pounds_a_year": 2000.0, "split": {"places": 1.0}}}
    care_home = at(small_town, 0, beds).services["care_home"]
    assert care_home.beds == pytest.approx(5 + 1000 / bed)
    gone = {"money": {"service": "home_care", "pounds_a_year": -1e8, "split": {"hours": 0.5, "package": 0.5}}}
    assert at(small_town, 0, gone).services["home_care"].hours_a_week == 0
    assert at(small_town, 0, gone).services["home_care"].package == 0.01


def test_a_ramp_goes_from_what_the_changes_before_it_have_made(small_town: Scenario) -> None:
    path = "services.home_care.package"
    changes = ({"set": {path: 0.4}}, {"from_week": 4, "ramp_weeks": 2, "set": {path: 0.6}})
    values = [at(small_town, week, *changes).services["home_care"].package for week in (3, 4, 5)]
    assert values == pytest.approx([0.4, 0.5, 0.6])


@pytest.mark.parametrize("turned", [False, True])
def test_changes_are_made_in_the_order_of_their_dates_however_written(
    small_town: Scenario, turned: bool
) -> None:
    """Settings, and the strengths that have effect; in one week the order of policies and rows counts."""
    care, police = "services.home_care.threshold", "agencies.police.leadership.discretion"
    late = {"from_week": 20, "set": {care: 1, police: 0.5}}
    early = {"from_week": 5, "set": {care: 4, police: 1.0}}
    rows = (early, late) if turned else (late, early)
    made = as_changed(small_town, [policy(*rows)], 50)
    apart = as_changed(small_town, [policy(row, name=f"made-{i}") for i, row in enumerate(rows)], 50)
    for each in (made, apart):
        assert each.scenario.services["home_care"].threshold == 1
        assert each.strengths["police"]["discretion"] == 0.5
    assert at(small_town, 19, *rows).services["home_care"].threshold == 4
    for_a_while = at(small_town, 30, {**late, "until_week": 30}, early)
    assert for_a_while.services["home_care"].threshold == 4, "what began earlier holds again"
    one_week = ({"set": {care: 4}}, {"set": {care: 3}})[:: -1 if turned else 1]
    assert at(small_town, 0, *one_week).services["home_care"].threshold == (4 if turned else 3)


def test_what_would_narrow_or_widen_a_door_by_accident_is_refused(small_town: Scenario) -> None:
    social, owned = {"tenure": ("social",)}, {"tenure": ("owned",)}
    with pytest.raises(PolicyError, match="home_care is open already"):
        at(small_town, 0, {"open": "home_care", "group": social})
    with pytest.raises(PolicyError, match="home_care is closed to another group"):
        at(small_town, 0, {"close": "home_care", "group": social}, {"close": "home_care", "group": owned})


def test_a_service_once_opened_is_known_after_it_shuts_and_a_group_is_drawn_by_its_policy(
    small_town: Scenario,
) -> None:
    change = {"from_week": 3, "until_week": 6, "open": "tenancy_support", "group": {"share": 0.5}}
    before, during, after = (as_changed(small_town, [policy(change)], week) for week in (2, 5, 6))
    assert [bool(c.opened) for c in (before, during, after)] == [False, True, True]
    assert (before.opened_by, during.opened_by) == ({}, {"tenancy_support": "a-test"})
    assert during.shut_by == {}
    assert after.scenario.services["tenancy_support"].closed


HALF = {"share": 0.5}
FIXED = {"tenure": ("social",), "membership": "fixed"}


def test_an_opening_and_a_closing_are_drawn_each_by_its_own_policy(small_town: Scenario) -> None:
    town = changed(small_town, {"services.tenancy_support.closed_to": None})
    opens = policy({"open": "tenancy_support", "group": HALF}, name="opens")
    shuts = policy({"from_week": 4, "close": "tenancy_support", "group": {"share": 0.1}}, name="shuts")
    for policies in ([opens, shuts], [shuts, opens]):
        made = as_changed(town, policies, 4)
        assert made.opened_by == {"tenancy_support": "opens"}
        assert made.shut_by == {"tenancy_support": "shuts"}
    anew = {"from_week": 6, "set": {"services.tenancy_support.closed_to": {"share": 0.2}}}
    assert as_changed(town, [shuts, policy(anew)], 6).shut_by == {}, "a setting is drawn as the file's own"


@pytest.mark.parametrize("verb", ["open", "close"])
def test_the_same_group_again_changes_nothing(small_town: Scenario, verb: str) -> None:
    """Of one policy, or of two that name no share and, where it is frozen, freeze it in one week."""
    service, key = {"open": ("tenancy_support", "open_to"), "close": ("home_care", "closed_to")}[verb]
    for group in ({"tenure": ("social",)}, FIXED, HALF):
        once = {verb: service, "group": group, "until_week": 9}
        makers = ("a-test", "a-test" if group is HALF else "other")
        policies = [policy(once, name=makers[0]), policy({**once, "until_week": 12}, name=makers[1])]
        for week in (0, 9, 11):
            made = as_changed(small_town, policies, week)
            assert getattr(made.scenario.services[service], key) == Group(**group)
            by = {"open": made.opened_by, "close": made.shut_by}[verb]
            assert by == {service: "" if group == {"tenure": ("social",)} else "a-test"}
    file = {"close": "tenancy_support", "group": {"tenure": ("owned",)}}
    assert as_changed(small_town, [policy(file)], 0).shut_by == {}


@pytest.mark.parametrize("verb", ["open", "close"])
@pytest.mark.parametrize("group", [HALF, {**HALF, "membership": "fixed"}, FIXED], ids=str)
def test_lots_of_two_policies_and_groups_frozen_in_two_weeks_are_two(
    small_town: Scenario, verb: str, group: dict[str, Any]
) -> None:
    service = {"open": "tenancy_support", "close": "home_care"}[verb]
    first = policy({verb: service, "group": group})
    second = policy({verb: service, "group": group, "from_week": 3}, name="second")
    as_changed(small_town, [second, first], 2)
    with pytest.raises(PolicyError) as refused:
        as_changed(small_town, [second, first], 3)
    how = {
        "open": "tenancy_support is opened for another group too",
        "close": "home_care is closed to another group at the same time",
    }[verb]
    assert str(refused.value) == (
        f"second [{verb}]: {how}, of the same words but drawn or frozen apart; {verb} it once"
    )
    again = policy({verb: service, "group": group}, {verb: service, "group": group, "from_week": 3})
    assert as_changed(small_town, [again], 3).opened_by.keys() <= {service}, "one policy has one lot"


def test_a_lot_of_the_file_and_a_lot_of_a_policy_are_two(small_town: Scenario) -> None:
    town = changed(small_town, {"services.home_care.closed_to": HALF})
    with pytest.raises(PolicyError, match="home_care is closed to another group at the same time, of the"):
        at(town, 0, {"close": "home_care", "group": HALF})


def test_what_the_file_holds_closed_is_opened_for_one_group_or_for_everyone(small_town: Scenario) -> None:
    """Also where one opening has ended when the other begins: a door has one group that knows of it."""
    some, others = ({"open": "tenancy_support", "group": {"tenure": (t,)}} for t in ("social", "private"))
    two = "is opened for another group too; one group that holds both, or opened for everyone"
    for first, second in ((some, others), (others, some)):
        for weeks in ({}, {"until_week": 5}, {"until_week": 8}):
            policies = [policy({**second, "from_week": 5}, name="second"), policy({**first, **weeks})]
            with pytest.raises(PolicyError, match=rf"^second \[open\]: tenancy_support {two}$"):
                as_changed(small_town, policies, 5)
    all_ = {"open": "tenancy_support"}
    for first, second in ((some, all_), (all_, some)):
        policies = [policy({**second, "from_week": 5}, name="second"), policy({**first, "until_week": 9})]
        assert [bool(as_changed(small_town, policies, week).opened) for week in (-1, 4)] == [False, True]
        for week in (5, 9):
            made = as_changed(small_town, policies, week)
            assert made.opened == {"tenancy_support": (Group(), "")}, "then everyone knows of it"
            open_to = made.scenario.services["tenancy_support"].open_to
            assert open_to.everyone == (week == 5 or second is all_)
    assert as_changed(small_town, [policy(some), policy({**some, "from_week": 5}, name="b")], 5).opened


def test_money_for_an_agency_is_a_line_and_changes_no_service(small_town: Scenario) -> None:
    grant = {"agency": "council", "kind": "grant", "pounds_a_year": 500.0}
    setup = {"agency": "police", "kind": "set_up", "pounds": 70.0}
    made = policy({"from_week": 3, "ramp_weeks": 5, "until_week": 40, "money": grant}, {"money": setup})
    assert as_changed(small_town, [made], 10).scenario == small_town
    assert [tuple(line) for line in lines([made])] == [
        ("council", "grant", 500.0, 0.0, 3, 5, 40),
        ("police", "set_up", 0.0, 70.0, 0, 0, None),
    ]


def test_a_driver_is_moved_for_the_group_its_policy_froze_whatever_other_policies_do(
    small_town: Scenario,
) -> None:
    group = {"age": (30, 31), "membership": "fixed"}
    rents = {"from_week": 30, "move_driver": {"driver": "rents", "by": 2.0}, "group": group}
    shuts = {"from_week": 10, "close": "voluntary_support", "group": group}
    second = policy(shuts, rents, name="second")
    for others in ((), (policy({"from_week": 10, "close": "ward", "group": group}, name="first"),)):
        model = DemandModel(small_town.replace(residents=800, weeks=33), seed=1, policies=[*others, second])
        model.run(33)
        rules = model.rules
        moved = {int(rules.groups.bit[g]) for g in rules.needs.driver_for if rules.groups.bit[g] >= 0}
        shut = int(
            rules.groups.bit[rules.doors.closed_to[list(small_town.services).index("voluntary_support")]]
        )
        assert moved == {shut}, "frozen once, in week 10"


def test_a_driver_moves_as_far_as_its_ramp_for_its_group(small_town: Scenario) -> None:
    lot = {"quintile": (1,), "share": 0.5}
    change = {"ramp_weeks": 4, "group": lot, "move_driver": {"driver": "rents", "by": 2.0}}
    (move,) = as_changed(small_town, [policy(change)], 1).moves
    assert (move.driver, move.by, move.group.quintile, move.name) == ("rents", 1.0, (1,), "a-test")
    late = as_changed(small_town, [policy({**change, "from_week": 9})], 1)
    assert late.moves == ()


def test_a_mechanism_is_paid_for_at_once_and_has_effect_after_its_lag(small_town: Scenario) -> None:
    """Discretion at the police from 0.2 to 1 over two weeks from week 3, with a lag of four."""
    path = "agencies.police.leadership.discretion"
    change = {"from_week": 3, "ramp_weeks": 2, "until_week": 20, "set": {path: 1.0}}
    paid, effect = [], []
    for week in (2, 3, 4, 6, 7, 8, 19, 20, 23, 24):
        changed = as_changed(small_town, [policy(change)], week)
        paid.append(changed.scenario.agencies["police"].leadership.discretion)
        effect.append(changed.strengths["police"]["discretion"])
    assert paid == pytest.approx([0.2, 0.6, 1, 1, 1, 1, 1, 0.2, 0.2, 0.2])
    assert effect == pytest.approx([0.2, 0.2, 0.2, 0.2, 0.6, 1, 1, 1, 1, 0.2])


def test_the_weeks_of_change_are_every_week_of_a_ramp_each_end_and_each_lag(small_town: Scenario) -> None:
    change = {"from_week": 10, "ramp_weeks": 3, "until_week": 50, "close": "home_care"}
    weeks = change_weeks([policy(change)], small_town)
    lags = {0, 4, 8, 13}
    expected = {0} | {10 + lag + i for lag in lags for i in range(3)} | {50 + lag for lag in lags}
    assert weeks == sorted(expected)
    assert change_weeks([], small_town) == [0]
    assert max(change_weeks([policy({"from_week": 103, "close": "home_care"})], small_town)) == 103


def test_a_setting_is_replaced_without_touching_the_original(small_town: Scenario) -> None:
    town = with_settings(small_town, {"services.home_care.kinds.episode_week.hours": 7.5})
    assert town.services["home_care"].kinds["episode_week"].hours == 7.5
    assert small_town.services["home_care"].kinds["episode_week"].hours == 9.0
    assert town.services["hospital"] is small_town.services["hospital"]
    assert town.services["home_care"].responsive is small_town.services["home_care"].responsive


def test_a_whole_number_on_a_ramp_is_the_nearest_one(small_town: Scenario) -> None:
    """From 4 to 7 weeks in four steps: 4.75, 5.5, 6.25, 7; a half goes to the even one."""
    up = {"ramp_weeks": 4, "set": {"services.home_care.standard_weeks": 7}}
    assert [at(small_town, w, up).services["home_care"].standard_weeks for w in range(4)] == [5, 6, 6, 7]
    down = {"ramp_weeks": 4, "set": {"services.home_care.standard_weeks": 1}}
    assert [at(small_town, w, down).services["home_care"].standard_weeks for w in range(4)] == [3, 2, 2, 1]


@pytest.mark.parametrize(
    ("service", "setting", "to", "part"),
    [
        ("home_care", "hours_a_week", 60.0, "hours"),
        ("hospital", "beds", 4.0, "places"),
        ("home_care", "package", 0.5, "package"),
    ],
)
def test_money_goes_on_top_of_what_has_been_set(
    small_town: Scenario, service: str, setting: str, to: float, part: str
) -> None:
    """A tenth of what a service costs takes a tenth of its stated hours or beds, or of the package that stands."""
    stated = small_town.services[service]
    cut = -0.1 * cost_a_year(small_town, service)
    money = {"from_week": 3, "money": {"service": service, "pounds_a_year": cut, "split": {part: 1.0}}}
    was_set = {"until_week": 9, "set": {f"services.{service}.{setting}": to}}
    values = [getattr(at(small_town, w, was_set, money).services[service], setting) for w in (2, 3, 9)]
    before = getattr(stated, setting)
    less = (to * 0.9, before * 0.9) if part == "package" else (to - before / 10, before * 0.9)
    assert values == pytest.approx([to, *less])
    after = at(small_town, 5, money, {"from_week": 5, "set": {f"services.{service}.{setting}": to}})
    assert getattr(after.services[service], setting) == to, "what is set later replaces what the sum made"


def test_a_driver_moves_along_its_ramp_and_back_at_its_end(small_town: Scenario) -> None:
    move = {"driver": "rents", "by": 2.0}
    change = {"from_week": 3, "ramp_weeks": 4, "until_week": 9, "move_driver": move}
    moves = [as_changed(small_town, [policy(change)], week).moves for week in (2, 3, 4, 6, 8, 9)]
    assert [[one.by for one in each] for each in moves] == [[], [0.5], [1.0], [2.0], [2.0], []]


def put(town: Scenario, path: str, value: Any) -> Scenario:
    """The town under a policy that sets one thing."""
    return at(town, 0, {"set": {path: value}})


def test_a_table_that_is_set_becomes_what_its_service_holds(small_town: Scenario) -> None:
    """Whole tables, put in or replaced, at any depth; never the plain ones of the file."""
    path = "services.early_help_team.programme.help"
    for need in ("housing", "frailty"):
        programme = put(small_town, f"{path}.{need}", {"ease": 0.3}).services["early_help_team"].programme
        assert programme is not None
        assert isinstance(programme.help[need], EarlyHelp)
        assert programme.help[need] == EarlyHelp(ease=0.3)
    door = put(small_town, "services.home_care.remit", {"age": [70, 120]}).services["home_care"].remit
    assert door == Group(age=(70, 120))
    need = put(small_town, "services.home_care.remit.need.frailty", [2, 4]).services["home_care"].remit
    assert need.need["frailty"] == (2, 4)


def test_what_goes_together_is_set_in_one_change(small_town: Scenario) -> None:
    path = "services.a_and_e.background.rates"
    rates = {f"{path}.age": [0, 65], f"{path}.female": [0.5, 1.0], f"{path}.male": [0.4, 0.9]}
    background = at(small_town, 0, {"set": rates}).services["a_and_e"].background
    assert background is not None
    assert (background.rates.age, background.rates.male) == ((0, 65), (0.4, 0.9))
    apart = [{"set": {path: value}} for path, value in rates.items()]
    with pytest.raises(PolicyError) as refused:
        at(small_town, 0, *apart)
    assert str(refused.value) == (
        "a-test [services.a_and_e.background.rates]: age, female and male must be equally long; set in one change "
        "what goes together"
    )
    with pytest.raises(
        PolicyError, match=r"^a-test \[set\]: no setting 'frailty' in services.early_help_team.prog"
    ):
        put(small_town, "services.early_help_team.programme.help.frailty.ease", 0.1)
