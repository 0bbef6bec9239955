"""Which taxes lie on top of the price, and which are part of it (accounting.md 3.1, policy `tax`).

The election `excluded` keeps every tax out of the price. `per_tax` judges each by itself: what the
clinic collects for the government stays out, a tax that is its own is part of what it is paid.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from aggregates.values import TaxPart
from ledger.ratios import part_of

if TYPE_CHECKING:
    from aggregates.subscription.orders import SellPackage

#: The taxes that a total is made of, where the caller tells them apart.
Taxes = Annotated[tuple[TaxPart, ...], Field(max_length=20)]


def in_price(taxes: Sequence[TaxPart], policies: Mapping[str, Any]) -> int:
    """What of the taxes is part of the price."""
    if policies.get("tax") != "per_tax":
        return 0
    return sum(part.amount for part in taxes if part.own)


def as_taxed(
    order: "SellPackage", price: int, policies: Mapping[str, Any]
) -> tuple["SellPackage", int]:
    """The order and its price, with the taxes in it that are part of what the clinic is paid."""
    own = in_price(order.taxes, policies)
    return order.model_copy(update={"tax": order.tax - own}) if own else order, price + own


def collected(tax: int, taxes: Sequence[TaxPart], policies: Mapping[str, Any]) -> int:
    """What of `tax`, a part of all that the taxes make up, is collected for the government."""
    own = in_price(taxes, policies)
    return tax - part_of(tax, own, sum(part.amount for part in taxes)) if own else tax


def add_up(tax: int, taxes: Sequence[TaxPart]) -> None:
    """Raises ValueError where the parts are named twice, or are not the tax in all."""
    if taxes and sum(part.amount for part in taxes) != tax:
        raise ValueError("the taxes add up to tax")
    if len({part.tax for part in taxes}) < len(taxes):
        raise ValueError("each tax is named once")
