"""How an event came to its amount, on the contract as it stood just before it.

Pure: the events are decided already, and what is told here is read of the same states and by
the same functions. Money is minor units, quantities are text.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from aggregates.quoting import FORMULAS, quotes
from aggregates.subscription.cycle_events import CycleDue
from aggregates.subscription.events import InstalmentDue, PaymentReceived, Refunded
from aggregates.subscription.funding import unfunded_tax, wanting
from aggregates.subscription.lot import Lot
from aggregates.subscription.moves import Draw, Lapse
from aggregates.subscription.state import Subscription
from aggregates.values import Share
from ledger.books.posting import Posting
from ledger.books.ruletable import formula as posted_formula
from ledger.events import Event
from ledger.quantity import text_of

HALF_EVEN = "half_even"
REMAINDER = "largest_remainder"


@dataclass(frozen=True, slots=True)
class Working:
    """A formula in words with what went into it; `paragraph` is one of accounting.md."""

    formula: str
    inputs: Mapping[str, Any]
    paragraph: str


def working(
    event: Event, before: Subscription | None, on: date, postings: Iterable[Posting] = ()
) -> Working:
    """How the event's amounts were decided; by the posting rules alone where they were given."""
    if before is not None and before.sold is not None:
        match event:
            case Draw():
                return _drawn(event, before)
            case Lapse():
                return _lapsed(event, before)
            case PaymentReceived() | InstalmentDue() | CycleDue():
                return _funded(event, before)
            case Refunded():
                return _refunded(event, before, on)
    return _given(event, postings)


def lot_inputs(lot: Lot) -> dict[str, Any]:
    """A, N, U and R of a lot, without what lapsed of it (accounting.md 4.9)."""
    return {
        "grant": lot.grant,
        "A": lot.amount - lot.lapsed_value,
        "N": text_of(lot.units - lot.lapsed),
        "U": text_of(lot.drawn),
        "R": lot.recognised,
    }


def _drawn(event: Draw, before: Subscription) -> Working:
    lot = before.lots[event.grant]
    inputs = {
        **lot_inputs(lot),
        "quantity": text_of(event.quantity),
        "service": event.service,
        "drawn": event.amount,
        "unposted": event.unposted,
        "rounding": lot.sold.rounding or HALF_EVEN,
    }
    if type(event).__name__ == "DrawReversed":
        return Working("the amount of the draw, given back", inputs, "4.9")
    if type(event).__name__ == "DrawPosted":
        return Working("the amount of the draw, now signed for", inputs, "6.1")
    if lot.is_time:
        return Working("nothing: time earns this line, not use", inputs, "6.2")
    if not lot.sold.weighted:
        return Working("round(A × (U + quantity) ÷ N) − R", inputs, "4.9")
    ssp = {term.service: str(term.ssp) for term in lot.services}
    formula = "round(A × P) − R, P = Σ SSP chosen ÷ (Σ SSP chosen + units left × mean SSP)"
    return Working(formula, {**inputs, "ssp": ssp, "ssp_chosen_before": str(lot.chosen)}, "5.3")


def _lapsed(event: Lapse, before: Subscription) -> Working:
    inputs = {
        **lot_inputs(before.lots[event.grant]),
        "quantity": text_of(event.quantity),
        "forfeited": event.forfeited,
        "credited": event.credited,
        "held": event.held,
        "waived": event.waived,
    }
    formula = "A − R, less what was never paid (waived); the guard decides where it goes"
    return Working(formula, inputs, "7.6")


def _funded(event: PaymentReceived | InstalmentDue | CycleDue, before: Subscription) -> Working:
    unfunded = wanting(before)
    inputs = {
        "amount": event.amount,
        "unfunded": unfunded,
        "unfunded_tax": unfunded_tax(before),
        "shares": _by_grant(event.shares),
        "tax": event.tax,
        "rounding": REMAINDER,
    }
    parts = ("receivable", "recovered", "penalty", "deposit", "excess", "fee")
    inputs |= {name: getattr(event, name) for name in parts if getattr(event, name, 0)}
    formula = "amount, split over what is not funded yet and its tax"
    return Working(formula, inputs, "4.10")


def _by_grant(shares: Iterable[Share]) -> dict[str, int]:
    amounts: dict[str, int] = {}
    for share in shares:
        amounts[share.grant] = amounts.get(share.grant, 0) + share.amount
    return amounts


def _refunded(event: Refunded, before: Subscription, on: date) -> Working:
    liability = _total(event.shares) - _total(event.refilled) - event.receivable
    inputs: dict[str, Any] = {
        "basis": event.formula,
        "L": liability + event.receivable_tax,
        "F": event.amount - event.tax,
        "tax": event.tax,
        "D": event.forfeited - event.conceded,
        "TP": before.price,
        "paid": before.paid_ex_tax,
        "shares": _by_grant(event.shares),
        "leaving": {lot.grant: text_of(lot.quantity) for lot in event.lots},
        "rounding": HALF_EVEN,
    }
    quoted = [one for one in quotes(before, on) if one["formula"] == event.formula]
    if event.formula in FORMULAS and quoted and quoted[0]["amount"] == event.amount:
        inputs["working"] = quoted[0]["working"]
    return Working("F + tax; D = L − F is kept (4040) or conceded (4900)", inputs, "8.1")


def _total(shares: Iterable[Share]) -> int:
    return sum(share.amount for share in shares)


def _given(event: Event, postings: Iterable[Posting]) -> Working:
    """Amounts that were given with the command, or decided as its event says."""
    rules = list(postings)
    body = event.model_dump(mode="json", exclude_none=True)
    fields = {
        leg.each or name.lstrip("-") for rule in rules for leg in rule.legs for name in leg.amount
    }
    inputs = {name: body[name] for name in sorted(fields) if name in body}
    return Working("; ".join(map(posted_formula, rules)) or "posts nothing", inputs, "12.1")
