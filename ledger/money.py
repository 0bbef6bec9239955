"""Money is an integer count of a currency's minor units; this module names the units.

Decimal strings are for files that people edit and for text people read (interfaces.md 1).
"""

import re
from decimal import Decimal
from functools import cache
from typing import Annotated

from babel.core import get_global
from babel.numbers import format_currency, get_currency_precision
from pydantic import Field

#: The largest amount taken: exact in every JSON reader (2**53 is where they differ).
LARGEST = 2**53 - 1
_MAJOR = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")

Minor = Annotated[int, Field(strict=True, ge=-LARGEST, le=LARGEST)]
Amount = Annotated[int, Field(strict=True, ge=0, le=LARGEST)]
PositiveAmount = Annotated[int, Field(strict=True, gt=0, le=LARGEST)]


def is_currency(code: str) -> bool:
    """Whether `code` is the ISO 4217 code of a currency that is legal tender somewhere today."""
    return code in _in_use()


def digits(currency: str) -> int:
    """Decimal places of the currency's major unit: 2 for USD, 0 for JPY, 3 for KWD."""
    return get_currency_precision(currency)


def parse_major(text: str, currency: str) -> int:
    """Minor units of a decimal string such as ``1800.00``.

    Raises ValueError when the text is no plain decimal or has more places than the
    currency: an amount is never rounded on the way in.
    """
    if not _MAJOR.fullmatch(text):
        raise ValueError(f"{text!r} is not a plain decimal amount")
    amount = Decimal(text).scaleb(digits(currency))
    if amount != amount.to_integral_value():
        raise ValueError(f"{currency} has {digits(currency)} decimal places, {text!r} has more")
    return int(amount)


def major(amount: int, currency: str) -> Decimal:
    """The amount in major units, exactly: 180000 is ``1800.00`` in USD."""
    return Decimal(amount).scaleb(-digits(currency))


def text_of(amount: int, currency: str) -> str:
    """The amount for people, as in ``$1,800.00``."""
    return format_currency(major(amount, currency), currency, locale="en_US")


@cache
def _in_use() -> frozenset[str]:
    return frozenset(
        code
        for used in get_global("territory_currencies").values()
        for code, _since, until, is_tender in used
        if until is None and is_tender
    )
