"""Weeks, pence, minutes and chances as whole numbers, worked out once and in decimal.

Nothing random is decided in floating point, whose last digit differs between machines. A chance is a whole
number of 2^-32, a multiplier a whole number of 1/65,536ths, money whole pence and time whole minutes. A float
enters as the number it is written as: 0.1 means 0.1. Halves go to the even neighbour.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation, Overflow, localcontext
from fractions import Fraction
from functools import lru_cache
from numbers import Integral

from demandsim.errors import UnitError, shown

Number = float | int | str | Decimal
Grades = tuple[tuple[int, ...], tuple[int, ...]]

WEEKS_A_YEAR = 52
"""Weeks in a year of the model."""

ONE = 2**32
"""The chance that is certain: every word is below it."""

MULTIPLIER_ONE = 65_536
"""The multiplier that changes nothing."""

# Everything is done in this context: a notebook's own decimal settings must not move a digit.
_CONTEXT = Context(
    prec=40,
    rounding=ROUND_HALF_EVEN,
    Emin=-999_999,
    Emax=999_999,
    clamp=0,
    flags=[],
    traps=[InvalidOperation, Overflow],
)
_INT64_MAX = 2**63 - 1
_LARGEST = Decimal(10) ** 18
_SMALLEST_EXPONENT = -60
_CERTAIN_A_YEAR = 64 * WEEKS_A_YEAR  # 1 - exp(-64) is one to more than 32 binary digits
_PI = Decimal("3.14159265358979323846264338327950288419716939937510582")
_WIDEST_SIGMA = 5
_MOST_GRADES = 1_024


def weekly_units(yearly_rate: Number) -> int:
    """Chance of at least one event in a week, from a yearly rate.

    Parameters
    ----------
    yearly_rate : number
        Events a person-year, zero or more.

    Returns
    -------
    int
        Chance a person-week, in 2^-32, 0 to `ONE`.

    Raises
    ------
    UnitError
        If the rate is negative or not a number.

    Notes
    -----
    1 - exp(-rate / 52): takes the rate as steady within the year. Fleurence and Hollenbeak (2007),
    PharmacoEconomics 25(1):3-6.
    """
    return _weekly_units(_number(yearly_rate, "a yearly rate"))


def chance_units(probability: Number) -> int:
    """Turn a probability into the whole number that words are compared with.

    Parameters
    ----------
    probability : number
        0 to 1.

    Returns
    -------
    int
        In 2^-32, 0 to `ONE`.

    Raises
    ------
    UnitError
        If the probability is negative, above one or not a number.
    """
    exact = _number(probability, "a probability")
    if exact > 1:
        raise UnitError(f"a probability: given {shown(probability)}; a number from 0 to 1 would do")
    return _whole(exact, ONE, "a probability")


def multiplier_units(multiplier: Number) -> int:
    """Turn a multiplier into the whole number kernels multiply by.

    Parameters
    ----------
    multiplier : number
        Zero or more; 1 changes nothing.

    Returns
    -------
    int
        In 1/65,536ths.

    Raises
    ------
    UnitError
        If the multiplier is negative, too large for 64 bits or not a number.
    """
    return _whole(_number(multiplier, "a multiplier"), MULTIPLIER_ONE, "a multiplier")


def pence(pounds: Number) -> int:
    """Turn pounds into whole pence.

    Parameters
    ----------
    pounds : number
        Zero or more.

    Returns
    -------
    int
        Pence.

    Raises
    ------
    UnitError
        If the sum is negative, too large for 64 bits or not a number.
    """
    return _whole(_number(pounds, "a sum in pounds"), 100, "a sum in pounds")


def minutes(hours: Number) -> int:
    """Turn hours into whole minutes.

    Parameters
    ----------
    hours : number
        Zero or more.

    Returns
    -------
    int
        Minutes.

    Raises
    ------
    UnitError
        If the hours are negative, too many for 64 bits or not a number.
    """
    return _whole(_number(hours, "a time in hours"), 60, "a time in hours")


def split_by_largest_remainder(total: int, shares: Sequence[Number]) -> tuple[int, ...]:
    """Split a whole number by shares, so that the parts add up to it.

    Parameters
    ----------
    total : int
        Zero or more, in any unit.
    shares : sequence of numbers, length n
        Zero or more each, not all zero; only their proportions count.

    Returns
    -------
    n ints
        Each within one of its exact part; ties for what is left over go by order.

    Raises
    ------
    UnitError
        If the total is not a whole number of zero or more, or a share is negative or not a number, or all
        shares are zero.
    """
    if isinstance(total, bool) or not isinstance(total, Integral) or int(total) < 0:
        raise UnitError(f"a total to split: given {shown(total)}; a whole number of zero or more would do")
    weights = [Fraction(_number(share, "a share")) for share in shares]
    whole = sum(weights)
    if whole == 0:
        raise UnitError(f"shares: given {shown(list(shares))}; at least one above zero would do")
    exact = [int(total) * weight / whole for weight in weights]
    parts = [part.numerator // part.denominator for part in exact]
    by_remainder = sorted(range(len(parts)), key=lambda place: (parts[place] - exact[place], place))
    for place in by_remainder[: int(total) - sum(parts)]:
        parts[place] += 1
    return tuple(parts)


def normal_grades(sigma: Number, count: int, *, reach: Number = "3.2") -> Grades:
    """Cut a lognormal multiplier with mean one into grades.

    The grades lie evenly in z, from -`reach` to `reach`; each holds the part of the normal distribution
    nearest to it and has the multiplier exp(sigma z), all divided by their mean.

    Parameters
    ----------
    sigma : number
        Standard deviation of the multiplier's logarithm, 0 to 5.
    count : int
        How many grades, 1 to 1,024.
    reach : number
        z of the last grade, above 0 and up to 6.

    Returns
    -------
    thresholds : `count` ints
        Cumulative chances in 2^-32, the last `ONE`: a resident's grade is the first whose threshold is above
        the word.
    multipliers : `count` ints
        In 1/65,536ths, never falling. Their mean, weighted by the grades' chances, misses 1 by at most half a
        65,536th in the rarest grade alone, unless keeping the order forbids the last move (few, wide grades).

    Raises
    ------
    UnitError
        If `sigma`, `count` or `reach` is out of range or not a number.
    """
    spread, last = _number(sigma, "sigma"), _number(reach, "reach")
    if spread > _WIDEST_SIGMA:
        raise UnitError(f"sigma: given {shown(sigma)}; a number from 0 to {_WIDEST_SIGMA} would do")
    if not 0 < last <= 6:
        raise UnitError(f"reach: given {shown(reach)}; a number above 0 and up to 6 would do")
    if isinstance(count, bool) or not isinstance(count, Integral) or not 1 <= int(count) <= _MOST_GRADES:
        raise UnitError(f"count of grades: given {shown(count)}; 1 to {_MOST_GRADES} would do")
    return _normal_grades(spread, int(count), last)


def _number(value: Number, what: str) -> Decimal:
    """Read a number exactly, refusing what is negative, not finite or not a number."""
    exact = None
    if isinstance(value, float):
        exact = Decimal(float.__repr__(value))
    elif isinstance(value, Decimal):
        exact = value
    elif isinstance(value, Integral) and not isinstance(value, bool):
        exact = Decimal(int(value))
    elif isinstance(value, str):
        try:
            exact = Decimal(value)
        except InvalidOperation:
            exact = None
    if exact is None or not exact.is_finite() or exact < 0 or exact > _LARGEST:
        raise UnitError(f"{what}: given {shown(value)}; a number from 0 to 10^18 would do")
    # Far below any unit; worked out exactly, an exponent of minus a billion would fill the memory.
    return exact if exact.adjusted() >= _SMALLEST_EXPONENT else Decimal(0)


@lru_cache(maxsize=65_536)
def _whole(exact: Decimal, units: int, what: str) -> int:
    """Round to a whole number of units, halves to even, refusing what 64 bits cannot hold."""
    number = round(Fraction(exact) * units)
    if number > _INT64_MAX:
        raise UnitError(f"{what}: given {exact}; at most {_INT64_MAX // units} would do")
    return number


@lru_cache(maxsize=65_536)
def _weekly_units(rate: Decimal) -> int:
    """Work out one weekly chance; tables repeat the same rates tens of thousands of times."""
    if rate >= _CERTAIN_A_YEAR:
        return ONE
    with localcontext(_CONTEXT):
        return int(((1 - (-rate / WEEKS_A_YEAR).exp()) * ONE).to_integral_value())


@lru_cache(maxsize=64)
def _normal_grades(sigma: Decimal, count: int, reach: Decimal) -> Grades:
    """Cut the distribution half way between grades, then set the multipliers."""
    if count == 1:
        return (ONE,), (MULTIPLIER_ONE,)
    with localcontext(_CONTEXT):
        step = 2 * reach / (count - 1)
        grades = [step * place - reach for place in range(count)]
        cuts = [_normal_below(grade + step / 2) for grade in grades[:-1]]
        thresholds = [int((cut * ONE).to_integral_value()) for cut in cuts] + [ONE]
        chances = [upper - lower for lower, upper in zip([0, *thresholds[:-1]], thresholds, strict=True)]
        raw = [(sigma * grade).exp() for grade in grades]
        parts = (chance * each for chance, each in zip(chances, raw, strict=True))
        mean = sum(parts, Decimal(0)) / ONE
        multipliers = [int((each / mean * MULTIPLIER_ONE).to_integral_value()) for each in raw]
    _settle_mean(chances, multipliers)
    return tuple(thresholds), tuple(multipliers)


def _settle_mean(chances: list[int], multipliers: list[int]) -> None:
    """Move rounded multipliers by the few units that bring their mean back to one.

    Common grades go first, so that what is left is at most half a unit in the rarest; of two alike the
    larger multiplier goes first, where a unit matters less. Order among the grades is kept.
    """
    missing = ONE * MULTIPLIER_ONE - sum(c * m for c, m in zip(chances, multipliers, strict=True))
    for place in sorted(range(len(chances)), key=lambda each: (-chances[each], -each)):
        if chances[place] == 0:
            break
        least = multipliers[place - 1] if place else 0
        most = multipliers[place + 1] if place + 1 < len(multipliers) else _INT64_MAX
        moved = multipliers[place] + round(Fraction(missing, chances[place]))
        moved = min(max(moved, least), most)
        missing -= (moved - multipliers[place]) * chances[place]
        multipliers[place] = moved


def _normal_below(z: Decimal) -> Decimal:
    """Work out the normal distribution function, by its series around nought.

    1/2 + phi(z) (z + z^3/3 + z^5/15 + ...): no term changes sign, so nothing cancels.
    """
    term = total = abs(z)
    place = 1
    while term > Decimal("1e-38"):
        place += 2
        term = term * z * z / place
        total += term
    half = (-z * z / 2).exp() / (2 * _PI).sqrt() * total
    return Decimal("0.5") + (half if z > 0 else -half)
