"""The small town's whole-number tables, worked out once more in `decimal` from the rates and shares of its file.

Chances are whole numbers of 2^-32: 1 - exp(-rate / 52) from a yearly rate, a share as it is; multipliers are
whole numbers of 1/65,536ths. A number is the one that is written, and halves go to the even neighbour. Every
entry of a table is held to be equal. Only where the file's numbers are multiplied or divided as floats first,
which the notes at `NEAR` list, may an entry lie one unit off.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Decimal, localcontext
from typing import Any

import numpy as np
import pytest

from demandsim.agencies.rules import Rules
from demandsim.agencies.timetable import timetable
from demandsim.scenario.schema import Scenario

D = Decimal
ONE, ONE16 = 2**32, 65_536
BANDS = (0, 5, 11, 16, 18, 25, 35, 45, 55, 65, 75, 85)
CELLS = [(band, sex, decile) for band in range(12) for sex in ("female", "male") for decile in range(10)]
STATUSES = ("unserved", "waiting", "open")

NEAR = 1
"""Units that an entry may lie off where floats were multiplied before the chance was worked out.

A product of two doubles is off by at most 2^-53 of itself, a millionth of a unit: it moves an entry only where the
exact chance lies that close to a half, so that less than one entry in a hundred may. So it is for rates by age x
decile (starts, background), and for strength x effect (losses, histories, settling, finding). Ready to leave is a
quotient, and likewise.
"""
SELDOM = 0.01
"""Share of a table's entries that may."""


@pytest.fixture(scope="module")
def rules(small_town: Scenario) -> Rules:
    """The small town's rules."""
    return timetable(small_town).at(0).rules


def written(number: float | Decimal) -> Decimal:
    """Read a number as it is written."""
    return number if isinstance(number, Decimal) else D(repr(number))


def rounded(exact: Decimal, how: str = ROUND_HALF_EVEN) -> int:
    """Round to a whole number."""
    return int(exact.to_integral_value(how))


def weekly(rate: float | Decimal) -> int:
    """Chance of a week from a rate of a year, in 2^-32."""
    with localcontext() as context:
        context.prec = 50
        return rounded((1 - (-written(rate) / 52).exp()) * ONE)


def chance(share: float | Decimal) -> int:
    """Turn a share into 2^-32."""
    with localcontext() as context:
        context.prec = 50
        return rounded(written(share) * ONE)


def factor(number: float | Decimal) -> int:
    """Turn a multiplier into 65,536ths."""
    with localcontext() as context:
        context.prec = 50
        return rounded(written(number) * ONE16)


def each(how: Callable[[float], int], numbers: Iterable[float]) -> list[int]:
    """Work out several."""
    return [how(number) for number in numbers]


def by_age(rates: Any, band: int, sex: str, decile: int) -> Decimal:
    """Yearly rate: that of the last first age not above the band's, times the decile's factor."""
    row = max(row for row, first in enumerate(rates.age) if first <= BANDS[band])
    return written(getattr(rates, sex)[row]) * written(rates.decile[decile])


def near(table: Any, expected: Sequence[Any]) -> bool:
    """Tell whether no entry is more than one unit off, and hardly any are (``NEAR`` says why); not all by a unit."""
    off = np.abs(np.asarray(table) - np.array(expected, np.int64))
    return bool(off.max() <= NEAR and off.sum() <= off.size * SELDOM)


class TestNeeds:
    def test_starts_by_cell(self, small_town: Scenario, rules: Rules) -> None:
        assert rules.needs.start.shape == (len(CELLS), len(small_town.needs))
        expected = []
        for band, sex, decile in CELLS:
            oldest = (*BANDS, 1000)[band + 1] - 1
            row = []
            for need in small_town.needs.values():
                held = BANDS[band] <= need.age[1] and oldest >= need.age[0]
                row.append(weekly(by_age(need.start, band, sex, decile)) if held else 0)
            expected.append(row)
        assert near(rules.needs.start, expected)
        assert any(0 in row for row in expected)

    def test_the_ladder(self, small_town: Scenario, rules: Rules) -> None:
        table, needs = rules.needs, list(small_town.needs.values())
        assert table.worsen.tolist() == [each(weekly, need.worsen) for need in needs]
        assert table.ease.tolist() == [each(weekly, need.ease) for need in needs]
        assert table.served_worsen.tolist() == [factor(need.served.worsen) for need in needs]
        assert table.served_ease.tolist() == [factor(need.served.ease) for need in needs]
        assert table.helped_start.tolist() == [factor(need.helped.start) for need in needs]
        assert table.helped_worsen.tolist() == [factor(need.helped.worsen) for need in needs]
        assert table.support_cut.tolist() == [factor(need.support_eases) for need in needs]

    def test_pushes_death_and_health(self, small_town: Scenario, rules: Rules) -> None:
        table, needs = rules.needs, small_town.needs
        pushes = [[factor(need.pushed_by.get(other, 0.0)) for other in needs] for need in needs.values()]
        assert table.push.tolist() == pushes
        at_home = [
            [factor(need.pushed_by_household.get(other, 0.0)) for other in needs]
            for need in needs.values()
            if need.pushed_by_household
        ]
        assert table.home_push.tolist() == at_home
        assert table.death.tolist() == [[ONE16, *each(factor, need.death)] for need in needs.values()]
        kept = [[ONE16, *(factor(1 - written(w)) for w in need.qaly_weight)] for need in needs.values()]
        assert near(table.health, kept)  # 1 - weight is taken as floats, off by far less than a unit

    def test_asks_and_emergencies(self, small_town: Scenario, rules: Rules) -> None:
        for table, name in ((rules.needs.approach, "approach"), (rules.needs.emergency, "emergency")):
            assert table.tolist() == [
                [each(weekly, getattr(getattr(need, name), status)) for status in STATUSES]
                for need in small_town.needs.values()
            ]

    def test_ordinary_use_and_referrals_by_others(self, small_town: Scenario, rules: Rules) -> None:
        table, needs = rules.needs, small_town.needs
        ordinary = [each(weekly, rates) for need in needs.values() for rates in need.ordinary.values()]
        assert table.ordinary_rate.tolist() == ordinary
        assert table.ordinary_open.tolist() == [factor(need.ordinary_when_open) for need in needs.values()]
        referrals = [row for agency in small_town.agencies.values() for row in agency.refers]
        in_order = [row for need in needs for row in referrals if row.need == need]
        assert table.refer_rate.tolist() == [each(weekly, row.rates) for row in in_order]

    def test_routes(self, small_town: Scenario, rules: Rules) -> None:
        expected = []
        for kind in ("routes", "emergency_routes"):
            for need in small_town.needs.values():
                for route in getattr(need, kind):
                    expected += cumulated(route.shares.values())
        assert rules.routes.upto.tolist() == expected

    def test_bounds_are_no_less_than_what_they_bound(self, small_town: Scenario, rules: Rules) -> None:
        """The most that a start, a worsening or an easing can come to, whoever it is (vulnerability aside)."""
        for number, need in enumerate(small_town.needs.values()):
            worsen = 8 * max(D(1), written(need.helped.worsen) * max(D(1), written(need.served.worsen)))
            for level, rate in enumerate(need.worsen, start=1):
                assert rules.needs.worsen_most[number, level] >= worsen * weekly(rate)
            for level, rate in enumerate(need.ease, start=1):
                assert rules.needs.ease_most[number, level] >= written(need.served.ease) * weekly(rate)
            start = 8 * max(D(1), written(need.helped.start))
            assert all(rules.needs.start_most[:, number] >= int(start) * rules.needs.start[:, number])


def cumulated(shares: Iterable[float]) -> list[int]:
    """Lay shares end to end, each a whole number of 2^-32, up to certainty."""
    upto, found = 0, []
    for share in shares:
        upto += chance(share)
        found.append(min(upto, ONE))
    return found


def closed(upto: list[int]) -> list[int]:
    """Close the last row that has a share at certainty, whatever rounding left open; without any there is none."""
    total = upto[-1] if upto else 0
    return [ONE if 0 < total == each else each for each in upto]


class TestBackground:
    def test_rates_by_cell(self, small_town: Scenario, rules: Rules) -> None:
        rows = [s.background for s in small_town.services.values() if s.background is not None]
        expected = [
            [weekly(by_age(row.rates, band, sex, decile)) for row in rows] for band, sex, decile in CELLS
        ]
        assert near(rules.background.rate[:, : len(rows)], expected)
        assert not rules.background.rate[:, len(rows) :].any()
        assert rules.background.service.size == len(rows)

    def test_factors_of_vulnerability_and_bad_spells(self, small_town: Scenario, rules: Rules) -> None:
        """A grade's multiplier to a power; the grades themselves are held to the lognormal by the tests of units."""
        rows = [s.background for s in small_town.services.values() if s.background is not None]
        assert {row.vulnerability for row in rows} != {1.0}
        with localcontext() as context:
            context.prec = 50
            for number, row in enumerate(rows):
                grades = [D(int(grade)) / ONE16 for grade in rules.life.grade]
                power = [factor((grade.ln() * written(row.vulnerability)).exp()) for grade in grades]
                assert rules.background.power[:, number].tolist() == power
                assert rules.background.spell[:, number].tolist() == [ONE16, factor(row.spell)]


class TestDoors:
    def test_giving_up_being_ready_and_support(self, small_town: Scenario, rules: Rules) -> None:
        doors, services = rules.doors, list(small_town.services.values())
        assert doors.gives_up.tolist() == [weekly(service.gives_up) for service in services]
        ready = [ONE if s.ready_weeks is None else chance(1 / written(s.ready_weeks)) for s in services]
        assert near(doors.ready, ready)
        # Rounded down, so that ten weeks at a tenth are one and not two.
        package = [rounded(written(service.package) * ONE16, ROUND_FLOOR) for service in services]
        assert doors.package.tolist() == package
        helps = [[factor(service.helps.get(need, 0.0)) for need in small_town.needs] for service in services]
        assert doors.helps.tolist() == helps

    def test_what_ways_of_working_do(self, small_town: Scenario, rules: Rules) -> None:
        """Effect x the agency's strength; what a warm hand-over does is taken from the losses."""

        def works(name: str) -> list[Decimal]:
            return [
                written(small_town.mechanisms[name].effect)
                * written(getattr(small_town.agencies[service.agency].leadership, name))
                for service in small_town.services.values()
            ]

        warm = works("warm_hand_over")
        assert any(warm)
        losses = [written(service.hand_off_loss) for service in small_town.services.values()]
        kept = [chance(loss * (1 - share)) for loss, share in zip(losses, warm, strict=True)]
        assert near(rules.doors.loss, kept)
        assert near(rules.doors.tells, [chance(share) for share in warm])
        assert near(rules.doors.finds, [chance(share) for share in works("whole_needs_assessment")])
        assert near(rules.doors.settles, [chance(share) for share in works("discretion")])

    def test_shares_of_referrals_and_of_waits_to_leave(self, small_town: Scenario, rules: Rules) -> None:
        services = small_town.services.values()
        refers = [chance(row.share) for service in services for row in service.refers]
        assert rules.doors.refer_share.tolist() == refers
        awaits = [chance(row.share) for service in services for row in service.awaits]
        assert rules.doors.await_share.tolist() == awaits

    def test_outcomes_laid_end_to_end(self, small_town: Scenario, rules: Rules) -> None:
        """By service, then background and each need: its own rows where it has any, else those that name none."""
        doors = rules.doors
        for at, service in enumerate(small_town.services.values()):
            for number, need in enumerate((None, *small_town.needs)):
                own = [row for row in service.outcomes if need is not None and need in row.needs]
                rows = own or [row for row in service.outcomes if not row.needs]
                by_severity = [
                    closed(cumulated(row.share[severity] for row in rows)) for severity in range(5)
                ]
                found = doors.outcome_upto[doors.outcome_first[at, number] : doors.outcome_last[at, number]]
                assert found.T.tolist() == by_severity

    def test_minutes_and_capacity(self, small_town: Scenario, rules: Rules) -> None:
        """Whole minutes a contact; thousandths of a minute, or of a bed, a week for 1,000 residents."""
        services = list(small_town.services.values())
        took = [rounded(written(kind.hours) * 60) for s in services for kind in s.kinds.values()]
        assert rules.doors.kind_minutes.tolist() == took
        expected = []
        for service in services:
            stay = service.mode == "stay"
            stated = service.beds if stay else service.hours_a_week
            there = 0 if service.closed else written(stated or 0.0) * (1000 if stay else 60_000)
            expected.append(-1 if stated is None else rounded(D(there)))
        assert near(rules.doors.capacity, expected)  # thousandths, multiplied as floats


class TestOffersAndLife:
    def test_offers(self, small_town: Scenario, rules: Rules) -> None:
        offers = [s.programme for s in small_town.services.values() if s.programme is not None]
        assert rules.programmes.take_up.tolist() == [chance(offer.take_up) for offer in offers]
        for name, table in (("ease", rules.programmes.ease), ("find", rules.programmes.find)):
            assert table.tolist() == [
                [chance(getattr(o.help[n], name)) if n in o.help else 0 for n in small_town.needs]
                for o in offers
            ]

    def test_homes_spells_and_support(self, small_town: Scenario, rules: Rules) -> None:
        place, spells = small_town.place, small_town.bad_spells
        effect = written(small_town.mechanisms["community_support"].effect)
        most = max(written(agency.leadership.community_support) for agency in small_town.agencies.values())
        expected = [
            weekly(place.households.leave_home),
            weekly(place.moves_out),
            weekly(spells.start),
            chance(1 / written(spells.weeks)),
        ]
        assert rules.life.numbers[:4].tolist() == expected
        assert near(rules.life.numbers[4], [factor(effect * most)])

    def test_deaths(self, small_town: Scenario, rules: Rules) -> None:
        """The place's rate by age and decile, over the mean of the needs' factors at their ladders' resting shares."""
        deaths = small_town.place.deaths
        for age in range(111):
            row = max(row for row, first in enumerate(deaths.age) if first <= age)
            band = max(band for band, first in enumerate(BANDS) if first <= age)
            for number, sex in enumerate(("female", "male")):
                expected = []
                for decile in range(10):
                    rate = written(getattr(deaths, sex)[row]) * written(deaths.decile[decile])
                    with localcontext() as context:
                        context.prec = 50
                        expected.append(weekly(rate / mean_factor(small_town, band, sex, decile)))
                assert near(rules.life.death[age, number], expected)


def mean_factor(town: Scenario, band: int, sex: str, decile: int) -> Decimal:
    """Mean of the needs' factors on death, each at its ladder's resting shares."""
    mean = D(1)
    for need in town.needs.values():
        if not need.age[0] <= BANDS[band] <= need.age[1]:
            continue
        shares = [D(1)]
        for up, down in zip((by_age(need.start, band, sex, decile), *need.worsen), need.ease, strict=True):
            shares.append(shares[-1] * written(up) / written(down))
        factors = [D(1), *(written(death) for death in need.death)]
        mean *= sum(s * f for s, f in zip(shares, factors, strict=True)) / sum(shares)
    return mean
