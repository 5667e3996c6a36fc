"""One sentence for a room: right about who saved and who paid, and never surer than the pairs."""

from __future__ import annotations

import re
from typing import Any

from tests.unit.analysis.fakes import CITY, FAMILIES, SAVING, TOWN, Money, compared, policy

from demandsim.analysis.sentence import brackets, effects_assumed, sentence
from demandsim.scenario.policy import Change

PLAIN = CITY.model_copy(
    update={
        "mechanisms": {
            name: mechanism.model_copy(update={"effect": 0.0}) for name, mechanism in CITY.mechanisms.items()
        }
    }
)
"""The large town with mechanisms that do nothing."""


def large(changes: Any, *policies: Any, **settings: Any) -> str:
    """The sentence about changes in thousands of pounds, at 100,000 residents."""
    thousands = [{key: pounds * 1000 for key, pounds in change.items()} for change in changes]
    return sentence(compared(thousands, *policies, scenario=PLAIN, **settings))


def test_a_saving_that_others_pay_for() -> None:
    assert large(SAVING, policy(saver="council")) == (
        "The council saves: the small town council saved £500,000 a year; the health trust paid £200,000 a "
        "year more; residents and families bore £60,000 a year more; the public purse as a whole paid "
        "£300,000 a year less (cash; chance only, 3 pairs)."
    )


def test_others_who_pay_less_are_told_beside_those_who_pay_more() -> None:
    change = {
        ("council", "home_care"): -100.0,
        ("health_trust", "hospital"): 30.0,
        ("police", "custody"): -20.0,
        ("justice", "prison"): -10.0,
    }
    told = large([change] * 2, policy(saver="council"))
    assert (
        "saved £100,000 a year; the health trust paid £30,000 a year more; the police paid £20,000 a year"
        in told
    )
    assert "less and the prison and probation £10,000; the public purse" in told
    only = large([{**change, ("health_trust", "hospital"): -5.0}] * 2, policy(saver="council"))
    assert "no other payer is shown to pay more; the police paid £20,000 a year less," in only


def test_sums_finer_than_their_grain_are_left_to_the_table() -> None:
    change = {
        ("council", "home_care"): -100.0,
        ("health_trust", "hospital"): 0.04,
        (FAMILIES, "home_care"): 0.04,
    }
    told = large([change] * 2, policy(saver="council"))
    assert "no other payer is shown to pay more; the public purse" in told


def test_a_small_run_speaks_of_direction_only() -> None:
    told = sentence(compared(SAVING, policy(saver="council")))
    assert "indicative only, at 2,000 residents" in told
    assert "the small town council saved; the health trust paid more" in told
    assert "£" not in told


def test_a_saving_that_did_not_appear() -> None:
    changes: list[Money] = [{("council", "home_care"): sum_} for sum_ in (-100.0, 90.0, -5.0)]
    told = large(changes, policy(saver="council"))
    assert "the saving did not appear, as chance alone could move what the small town council spends" in told
    assert "no other payer is shown to pay more" in told
    assert "for the public purse as a whole, chance alone could make the difference" in told


def test_a_saver_that_spends_more() -> None:
    told = large([{("council", "home_care"): 100.0}] * 2, policy(saver="council"))
    assert "the saving did not appear, and the small town council spent £100,000 a year more;" in told


def test_nothing_changed() -> None:
    nothing: Any = [dict.fromkeys(change, 0.0) for change in SAVING]
    assert large(nothing, policy(change=())) == (
        "The council saves: nothing changed hands, to the penny (cash; chance only, 3 pairs)."
    )


def test_several_savers_are_told_one_by_one() -> None:
    change = {("council", "home_care"): -100.0, ("police", "custody"): 5.0, ("health_trust", "hospital"): 9.0}
    told = large([change] * 2, policy(saver="council"), policy("b", title="The police save", saver="police"))
    assert told.startswith(
        "The council saves and The police save: the small town council saved £100,000 a year; "
    )
    assert "the saving of the police did not appear, and it spent £5,000 a year more;" in told
    assert "the health trust paid £9,000 a year more;" in told


def test_without_a_saver_those_who_paid_less_come_first() -> None:
    changes: list[Money] = [
        {
            ("council", "home_care"): -10.0,
            ("health_trust", "hospital"): -30.0,
            ("police", "custody"): 1.0,
            ("justice", "prison"): 2.0,
            ("charity", "voluntary_support"): 3.0,
            (FAMILIES, "home_care"): -4.0,
        }
    ] * 2
    assert large(changes, policy()) == (
        "The council saves: the health trust paid £30,000 a year less and the small town council £10,000; the "
        "town charity paid £3,000 a year more, the prison and probation £2,000 and the police £1,000; "
        "residents and families bore £4,000 a year less; the public purse as a whole paid £37,000 a year less "
        "(cash; chance only, 2 pairs)."
    )


def test_nobody_is_left_over_alone() -> None:
    services = {
        "police": "custody",
        "justice": "prison",
        "charity": "voluntary_support",
        "council": "home_care",
    }
    four = {(name, service): 4.0 + place for place, (name, service) in enumerate(services.items())}
    told = large([four] * 2, policy())
    assert "the small town council paid £7,000 a year more" in told
    assert "and the police £4,000;" in told
    five = large([{**four, ("health_trust", "hospital"): 30.0}] * 2, policy())
    assert "2 others" in five
    assert "one other" not in told + five


def test_one_pair_tells_the_saving_of_that_run_and_nobody_elses_direction() -> None:
    assert large(SAVING[:1], policy(saver="council")) == (
        "The council saves: in this one run, the small town council saved £400,000 a year; one pair cannot tell "
        "a policy from luck, so who paid more and who less is told from two pairs on (cash; one pair: no interval)."
    )
    for told in (large(SAVING[:1], policy()), sentence(compared(SAVING[:1], policy(saver="council")))):
        assert "health trust" not in told
        assert "purse" not in told
        assert "families" not in told
    assert "the health trust paid" in large(SAVING, policy(saver="council"))


def test_it_is_one_sentence() -> None:
    for told in (large(SAVING, policy(saver="council")), sentence(compared(SAVING, policy()))):
        assert len(re.findall(r"\.(?:\s|$)", told)) == 1


def test_effects_assumed_are_said() -> None:
    assert effects_assumed(compared(SAVING, policy()))  # the small town's own, which are invented
    assert not effects_assumed(compared(SAVING, policy(), scenario=PLAIN))
    assert "effects assumed" in brackets(compared(SAVING, policy()))
    idle = TOWN.model_copy(
        update={
            "agencies": {
                name: agency.model_copy(update={"leadership": type(agency.leadership)()})
                for name, agency in TOWN.agencies.items()
            }
        }
    )
    assert not effects_assumed(compared(SAVING, policy(), scenario=idle))
    used = policy(change=(Change(set={"agencies.council.leadership.warm_hand_over": 0.5}),))
    assert effects_assumed(compared(SAVING, used, scenario=idle))
    without = policy(change=(Change(set={"agencies.council.leadership.shared_records": 0.5}),))
    assert effects_assumed(compared(SAVING, without, scenario=idle)) is (
        TOWN.mechanisms["shared_records"].effect > 0
    )
