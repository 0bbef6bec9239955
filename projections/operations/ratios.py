"""Ratios as reports write them: exact, rounded once, as decimal strings."""

from decimal import Decimal
from fractions import Fraction

from ledger.ratios import rounded

#: Places of a rate, a number from 0 to 1, and of other ratios.
RATE = 4
RATIO = 2


def ratio_text(part: Fraction | int, whole: Fraction | int, places: int = RATIO) -> str | None:
    """`part` ÷ `whole`, halves to even, as in ``1.50``; None where nothing is divided by."""
    if not whole:
        return None
    scaled = rounded(Fraction(part) / Fraction(whole) * 10**places)
    return format(Decimal(scaled).scaleb(-places), "f")


def rate_text(part: Fraction | int, whole: Fraction | int) -> str | None:
    """A part of a whole, as in ``0.6667``."""
    return ratio_text(part, whole, RATE)
