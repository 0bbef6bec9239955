"""Commissions: what winning a contract costs, at once or over its days (accounting.md 10.8)."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from aggregates.clinic.state import Clinic
from aggregates.offer.events import OfferPublished
from aggregates.subscription.orders import SellPackage
from aggregates.terms import RecurringBilling
from ledger.calendar import Duration
from ledger.codes import Code, Refused

#: The expedient is for what is spread over no longer than this (340-40-25-4).
_EXPEDIENT = Duration(years=1)


@dataclass(frozen=True, slots=True)
class Commission:
    """A commission as decided with the sale; an asset is spread up to, without, the day `ends`."""

    commission: int = 0
    commission_to: Literal["expense", "asset"] | None = None
    commission_ends: date | None = None


def commission_of(
    order: SellPackage, clinic: Clinic, offer: OfferPublished, sold_on: date, starts: date
) -> Commission | Refused:
    """How the sale's commission is treated (10.8).

    An asset, unless the clinic takes the expedient (policy `commissions`) and a year or less
    benefits from it. Refused where neither the sale nor the contract says how long that is.
    """
    if not order.commission:
        return Commission()
    ends = _benefits_until(order, offer, starts)
    if ends is None:
        return Refused(
            Code.INVALID,
            "The contract has no term: say in months how long it benefits from the commission.",
            "data.commission_months",
        )
    relieved = clinic.policy("commissions", sold_on) == "expense"
    if relieved and ends <= _EXPEDIENT.after(starts):
        return Commission(order.commission, "expense")
    return Commission(order.commission, "asset", ends)


def _benefits_until(order: SellPackage, offer: OfferPublished, starts: date) -> date | None:
    """The months that the sale names, else the contract's term; of a membership that may end any
    time its commitment, else one cycle.
    """
    if order.commission_months is not None:
        return Duration(months=order.commission_months).after(starts)
    if offer.term is not None:
        return offer.term.end(starts)
    if isinstance(offer.billing, RecurringBilling):
        return offer.billing.cycle.span().after(starts, offer.billing.commitment_cycles or 1)
    return None
