"""Exact splitting of money: largest remainder, running totals (accounting.md 0, 4.6)."""

from collections.abc import Sequence
from fractions import Fraction
from math import lcm


def rounded(exact: Fraction) -> int:
    """The nearest integer, halves to even (accounting.md 0.2)."""
    return round(exact)


def share(amount: int, progress: Fraction) -> int:
    """The cumulative part of `amount` earned at `progress`, rounded once."""
    return rounded(amount * progress)


def part_of(amount: int, part: int, whole: int) -> int:
    """`amount` × `part` ÷ `whole` in whole numbers, halves to even: `share` without a fraction."""
    quotient, rest = divmod(amount * part, whole)
    twice = 2 * rest
    return quotient + (twice > whole or (twice == whole and quotient % 2 == 1))


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
    scale = sum(whole)
    if scale == 0:
        raise ValueError("an amount cannot be split over weights that are all zero")
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
