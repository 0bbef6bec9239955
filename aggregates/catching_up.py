"""Catch-up of a partly satisfied obligation: progress measured anew over all of it (9.3)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from aggregates.reshaping import Shape, Shaped, unit_price
from aggregates.subscription.change_events import CaughtUpLot
from aggregates.subscription.lot import NONE, Lot
from aggregates.subscription.state import sale_of
from aggregates.treatment import Treatment
from aggregates.values import ContractShare, Revenue
from ledger.ratios import allocated


@dataclass(frozen=True, slots=True)
class Catching:
    """A lot with the change of its units and of its value."""

    lot: Lot
    change: Decimal
    price: int

    @property
    def after(self) -> Lot:
        """The lot with its new value and units, and what was recognised so far."""
        lot = self.lot
        return replace(lot, amount=lot.amount + self.price, units=lot.units + self.change)

    @property
    def spare(self) -> int:
        """Funding that a lower price does not need any more."""
        return max(self.lot.funded - self.lot.allocated - self.price, 0)


def catching(shape: Shape, parts: Sequence[Shaped], price: int) -> list[Catching]:
    """The lots that are touched, with the price split over them by stand-alone price."""
    lots = [part.lot for part in parts if part.lot is not None]
    changes = [part.added - part.removed for part in parts if part.lot is not None]
    weights = [
        unit_price(shape, lot) * Fraction(lot.units + change)
        for lot, change in zip(lots, changes, strict=True)
    ]
    remainder = Treatment.of(sale_of(shape.state).policies).allocation_remainder
    prices = allocated(price, weights if any(weights) else [1] * len(lots), remainder)
    return [Catching(*item) for item in zip(lots, changes, prices, strict=True)]


def too_little(items: Sequence[Catching]) -> bool:
    """Whether a lot would be worth less than nothing, or have value and no units."""
    return any(
        item.after.amount < item.lot.lapsed_value or item.after.units <= item.lot.lapsed
        for item in items
    )


def catch_up(shape: Shape, items: Sequence[Catching]) -> dict[str, Any]:
    """P_new × TP_new − R of each lot; spare funding becomes store credit."""
    credits_ = tuple(
        ContractShare(
            line=item.lot.line,
            grant=item.lot.grant,
            liability=item.lot.liability,
            amount=item.spare,
            sale=shape.state.sale,
        )
        for item in items
        if item.spare
    )
    return {
        "caught_up": tuple(caught_up(item) for item in items),
        "credits": credits_,
        "credited": sum(item.spare for item in items),
    }


def caught_up(item: Catching) -> CaughtUpLot:
    """The lot's progress over its new value and units, less what was recognised of it."""
    lot, price = item.lot, item.price
    rise = _progress(item.after) - lot.recognised
    return CaughtUpLot(
        line=lot.line,
        grant=lot.grant,
        liability=lot.liability,
        revenue=_revenue(lot),
        added=max(price, 0),
        taken=max(-price, 0),
        more=max(item.change, NONE),
        fewer=max(-item.change, NONE),
        earned=max(rise, 0),
        unearned=max(-rise, 0),
    )


def _progress(lot: Lot) -> int:
    """A × P(U) over what has not lapsed, whatever is recorded of it."""
    return replace(lot, recognised=0).draw_amount(NONE, "")


def _revenue(lot: Lot) -> Revenue:
    is_product = bool(lot.services) and all(term.product for term in lot.services)
    return "products" if is_product else "services"
