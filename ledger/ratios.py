"""Exact splitting of money: largest remainder, running totals (accounting.md 0, 4.6)."""

from collections.abc import Sequence
from fractions import Fraction
from math import lcm
from typing import Literal

#: How the cumulative share of an amount is rounded (policy `rounding`); None is half_even.
Rounding = Literal["half_even", "half_up"]
#: Which line takes what flooring leaves over (policy `allocation_remainder`).
Remainder = Literal["largest_remainder", "last_line", "largest_line"]


def rounded(exact: Fraction, rounding: Rounding | None = None) -> int:
    """The nearest integer; halves to even (accounting.md 0.2), or away from zero (half_up)."""
    if rounding != "half_up":
        return round(exact)
    up = (2 * abs(exact.numerator) + exact.denominator) // (2 * exact.denominator)
    return up if exact >= 0 else -up


def share(amount: int, progress: Fraction, rounding: Rounding | None = None) -> int:
    """The cumulative part of `amount` earned at `progress`, rounded once."""
    return rounded(amount * progress, rounding)


def part_of(amount: int, part: int, whole: int, rounding: Rounding | None = None) -> int:
    """`amount` × `part` ÷ `whole` in whole numbers: `share` without a fraction."""
    if rounding == "half_up":
        return rounded(Fraction(amount * part, whole), rounding)
    quotient, rest = divmod(amount * part, whole)
    twice = 2 * rest
    return quotient + (twice > whole or (twice == whole and quotient % 2 == 1))


def allocated(total: int, weights: Sequence[Fraction | int], remainder: Remainder) -> list[int]:
    """`total` over lines by weight; the cents that flooring leaves go by `remainder` to the lines
    with the largest remainders, to the last line that carries weight, or to the one that carries
    most, the first of several (accounting.md 4.6). Raises ValueError as `largest_remainder` does.
    """
    if total < 0:
        return [-part for part in allocated(-total, weights, remainder)]
    if remainder == "largest_remainder" or total == 0:
        return largest_remainder(total, weights)
    whole = _whole(weights)
    parts = [total * weight // _sum_of(whole) for weight in whole]
    by_size = remainder == "largest_line"
    taker = max(range(len(whole)), key=lambda i: (whole[i], -i) if by_size else (whole[i] > 0, i))
    parts[taker] += total - sum(parts)
    return parts


def _sum_of(whole: Sequence[int]) -> int:
    scale = sum(whole)
    if scale == 0:
        raise ValueError("an amount cannot be split over weights that are all zero")
    return scale


def largest_remainder(total: int, weights: Sequence[Fraction | int]) -> list[int]:
    """Splits `total` over `weights` so that the parts add up to it exactly.

    The cents left after flooring go to the largest remainders; ties go to the larger
    weight, then to the earlier line (accounting.md 4.6). A negative total mirrors the
    split of its absolute value (4.7). Raises ValueError when nothing carries weight and
    there is something to split.
    """
    if total < 0:
        return [-part for part in largest_remainder(-total, weights)]
    if total == 0:
        return [0] * len(weights)
    whole = _whole(weights)
    scale = _sum_of(whole)
    split = [divmod(total * weight, scale) for weight in whole]
    parts = [part for part, _ in split]
    left = total - sum(parts)
    if left:
        order = sorted(range(len(whole)), key=lambda line: (-split[line][1], -whole[line], line))
        for line in order[:left]:
            parts[line] += 1
    return parts


def _whole(weights: Sequence[Fraction | int]) -> list[int]:
    """The weights in the same proportions as whole numbers."""
    common = lcm(*(weight.denominator for weight in weights))
    return [weight.numerator * (common // weight.denominator) for weight in weights]
