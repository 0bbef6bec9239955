"""Ratios as reports write them: exact, rounded once, as decimal strings."""

from decimal import Decimal
from fractions import Fraction

from ledger.quantity import text_of
from ledger.ratios import rounded

#: Places of a rate, a number from 0 to 1, and of other ratios.
RATE = 4
RATIO = 2


def ratio_text(part: Fraction | int, whole: Fraction | int, places: int = RATIO) -> str | None:
    """`part` ÷ `whole`, halves to even, as in ``1.50``; None where nothing is divided by."""
    ratio = _ratio(part, whole, places)
    return None if ratio is None else format(ratio, "f")


def rate_text(part: Fraction | int, whole: Fraction | int) -> str | None:
    """A part of a whole, as in ``0.6667``."""
    return ratio_text(part, whole, RATE)


def short_rate(part: Fraction | int, whole: Fraction | int) -> str | None:
    """A part of a whole without trailing zeros, as in ``0.5``."""
    ratio = _ratio(part, whole, RATE)
    return None if ratio is None else text_of(ratio)


def _ratio(part: Fraction | int, whole: Fraction | int, places: int) -> Decimal | None:
    if not whole:
        return None
    return Decimal(rounded(Fraction(part) / Fraction(whole) * 10**places)).scaleb(-places)
