"""Background demand, programmes and life's own chances, as the kernels read them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, localcontext
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from demandsim.agencies.doors import kinds
from demandsim.agencies.grouping import GroupTable, sees
from demandsim.agencies.needs import most_of_four
from demandsim.agencies.rules import Background, Life, Programmes
from demandsim.population.traits import GRADES
from demandsim.scenario.base import AGE_BANDS, DECILES, PLACES
from demandsim.scenario.need import Need
from demandsim.scenario.schema import Scenario
from demandsim.scenario.service import EarlyHelp
from demandsim.units import MULTIPLIER_ONE, chance_units, multiplier_units, normal_grades, weekly_units

OLDEST = 110


def grade_multipliers(scenario: Scenario) -> tuple[int, ...]:
    """Multiplier of each vulnerability grade, 65,536ths, mean one."""
    return normal_grades(scenario.place.vulnerability_spread, GRADES)[1]


def background_rules(scenario: Scenario) -> Background:
    """Work out ordinary demand by cell and vulnerability, a row each service that has it."""
    names = list(scenario.services)
    rows = [(k, s.background) for k, s in scenario.services.items() if s.background]
    cells = [(b, s, d) for b in range(len(AGE_BANDS)) for s in (0, 1) for d in range(1, DECILES + 1)]
    grades = grade_multipliers(scenario)
    filled = (
        len(rows) + -len(rows) % 4
    )  # a draw serves four, so that none is asked about a row that is not there
    rate = np.zeros((len(cells), filled), np.int64)
    power = np.zeros((GRADES, filled), np.int64)
    spell = np.full((2, filled), MULTIPLIER_ONE, np.int64)
    for row, (_, background) in enumerate(rows):
        rate[:, row] = [weekly_units(background.rates.at(*cell)) for cell in cells]
        power[:, row] = _powers(grades, background.vulnerability)
        spell[1, row] = multiplier_units(background.spell)
    # One unit up, so that rounding twice never brings a bound below what it bounds.
    most = [most_of_four(((rate * factors) >> 16) + 1) for factors in spell]
    return Background(
        service=np.array([names.index(k) for k, _ in rows], np.int8),
        rate=rate,
        power=power,
        spell=spell,
        rate_most=np.stack(most, axis=1),
        power_most=most_of_four(power + 1),
    )


@lru_cache(maxsize=256)
def _powers(multipliers: tuple[int, ...], power: float) -> list[int]:
    """Raise each multiplier to a power, 65,536ths."""
    with localcontext() as context:
        context.prec = 40
        exponent = Decimal(repr(power))
        one = Decimal(MULTIPLIER_ONE)
        return [int(((Decimal(m) / one) ** exponent * one).to_integral_value()) for m in multipliers]


def programme_rules(
    scenario: Scenario, groups: GroupTable, strengths: Mapping[str, Mapping[str, float]]
) -> Programmes:
    """Work out the offers of early help, a row each service that makes one."""
    names, needs = list(scenario.services), list(scenario.needs)
    numbered = {pair: i for i, pair in enumerate(kinds(scenario))}
    rows = [(k, s, s.programme) for k, s in scenario.services.items() if s.programme]
    nothing = EarlyHelp()
    helps = [[p.help.get(n, nothing) for n in needs] for _, _, p in rows]
    shape = (len(rows), len(needs))
    return Programmes(
        service=np.array([names.index(k) for k, _, _ in rows], np.int8),
        group=np.array(
            [groups.add(p.group, sees=sees(scenario, s.agency, strengths), name=k) for k, s, p in rows],
            np.int16,
        ),
        take_up=np.array([chance_units(p.take_up) for _, _, p in rows], np.int64),
        again=np.array([p.again_weeks for _, _, p in rows], np.int16),
        ease=np.array([[chance_units(h.ease) for h in row] for row in helps], np.int64).reshape(shape),
        helped=np.array([[h.helped_weeks for h in row] for row in helps], np.int16).reshape(shape),
        find=np.array([[chance_units(h.find) for h in row] for row in helps], np.int64).reshape(shape),
        refer_to=np.array(
            [[names.index(p.refers_to[n]) if n in p.refers_to else -1 for n in needs] for _, _, p in rows],
            np.int8,
        ).reshape(shape),
        steps=np.array([p.vulnerability_steps for _, _, p in rows], np.uint8),
        offer_kind=np.array([numbered[k, "offer"] for k, _, _ in rows], np.int16),
        reached_kind=np.array([numbered[k, "reached"] for k, _, _ in rows], np.int16),
    )


def life_rules(
    scenario: Scenario, strengths: Mapping[str, Mapping[str, float]], death: NDArray[np.int64]
) -> Life:
    """Work out leaving home, moving out, bad spells and community support added, beside the table of deaths."""
    place, spells = scenario.place, scenario.bad_spells
    shared = {s.place for s in scenario.services.values() if s.whole_household}
    stated = scenario.mechanisms.get("community_support")
    strongest = max((s.get("community_support", 0.0) for s in strengths.values()), default=0.0)
    support = stated.effect * strongest if stated else 0.0
    return Life(
        death=death,
        grade=np.array(grade_multipliers(scenario), np.int64),
        together=np.array([place in shared for place in PLACES], np.uint8),
        numbers=np.array(
            [
                weekly_units(place.households.leave_home),
                weekly_units(place.moves_out),
                weekly_units(spells.start),
                chance_units(Decimal(1) / Decimal(repr(spells.weeks))),
                multiplier_units(support),
            ],
            np.int64,
        ),
    )


def death_table(scenario: Scenario) -> NDArray[np.int64]:
    """Weekly chance of death, without needs, by single year of age.

    The place's rates are of everybody, needs and all. They are divided by the mean of the needs' factors over
    each ladder's resting shares, so that deaths come out at the place's rates and needs say only whose they are.
    """
    rates = scenario.place.deaths
    table = np.zeros((OLDEST + 1, 2, DECILES), np.int64)
    cells = [(b, s, d) for b in range(len(AGE_BANDS)) for s in (0, 1) for d in range(1, DECILES + 1)]
    mean = {cell: _mean_factor(scenario, *cell) for cell in cells}
    for age in range(OLDEST + 1):
        row = max(i for i, first in enumerate(rates.age) if first <= age)
        band = max(i for i, first in enumerate(AGE_BANDS) if first <= age)
        for sex, column in enumerate((rates.female, rates.male)):
            for decile in range(DECILES):
                yearly = Decimal(repr(column[row])) * Decimal(repr(rates.decile[decile]))
                table[age, sex, decile] = weekly_units(yearly / mean[band, sex, decile + 1])
    return table


def _mean_factor(scenario: Scenario, band: int, sex: int, decile: int) -> Decimal:
    """Mean of the needs' factors on death at their ladders' resting shares, vulnerability one."""
    product = Decimal(1)
    for need in scenario.needs.values():
        inside = need.age[0] <= AGE_BANDS[band] <= need.age[1]
        if inside and any(factor != 1 for factor in need.death):
            product *= _resting_mean(need, Decimal(repr(need.start.at(band, sex, decile))))
    return product


def _resting_mean(need: Need, start: Decimal) -> Decimal:
    """Mean factor on death over one ladder's resting shares."""
    ups = (start, *(Decimal(repr(w)) for w in need.worsen))
    share, total, mean = Decimal(1), Decimal(1), Decimal(1)
    for up, ease, death in zip(ups, need.ease, need.death, strict=True):
        share = share * up / Decimal(repr(ease)) if ease else Decimal(0)
        total += share
        mean += share * Decimal(repr(death))
    return mean / total
