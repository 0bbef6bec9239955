"""Quantities: exact decimals with at most three places (interfaces.md 1)."""

import re
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from ledger.ratios import part_of

STEP = Decimal("0.001")
#: One unit, counted in steps.
ONE = 1000
#: The largest quantity taken from outside.
LARGEST = 1_000_000
_TEXT = re.compile(r"[0-9]{1,12}(\.[0-9]{1,3})?")


def parse_quantity(value: Any) -> Decimal:
    """A quantity from a JSON string or integer, or from an exact Decimal.

    Raises ValueError for floats, signs, exponents and more than three places: quantities
    are never rounded on the way in.
    """
    if isinstance(value, Decimal):
        value = text_of(value)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    return _written(value if isinstance(value, str) else "")


@lru_cache(maxsize=1024)
def _written(text: str) -> Decimal:
    if not _TEXT.fullmatch(text):
        raise ValueError('a quantity is a decimal with at most three places, as in "0.25"')
    return Decimal(text)


def text_of(quantity: Decimal) -> str:
    """The shortest text: ``5``, ``0.25``; never an exponent or trailing zeros."""
    whole = int(quantity)
    return str(whole) if whole == quantity else format(quantity.normalize(), "f")


def steps(quantity: Decimal) -> int:
    """The quantity as a count of its smallest step, 0.001."""
    return int(quantity * ONE)


def times(amount: int, quantity: Decimal) -> int:
    """`amount` for each unit of a quantity, rounded once, halves to even."""
    return part_of(amount, steps(quantity), ONE)


Quantity = Annotated[
    Decimal,
    BeforeValidator(parse_quantity),
    PlainSerializer(text_of, return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^[0-9]+(\.[0-9]{1,3})?$"}),
]


def _positive(value: Any) -> Decimal:
    quantity = parse_quantity(value)
    if not 0 < quantity <= LARGEST:
        raise ValueError(f"a quantity is greater than zero and at most {LARGEST}")
    return quantity


PositiveQuantity = Annotated[
    Decimal,
    BeforeValidator(_positive),
    PlainSerializer(text_of, return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^[0-9]+(\.[0-9]{1,3})?$"}),
]
