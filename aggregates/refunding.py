"""Refunds: what leaves the contract, what goes back on which payment, and what is kept (8.1)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from aggregates.formulas import Step
from aggregates.patient.events import StoreCreditAdded, StoreCreditApplied
from aggregates.payment.events import RefundRegistered
from aggregates.payment.state import Refund as RefundStream
from aggregates.quoting import Quote, quote, tax_within
from aggregates.releasing import leaving_parts, nothing_left, refilled_of, unpaid_of
from aggregates.sales import on_contract, on_patient
from aggregates.subscription import events as e
from aggregates.subscription.funding import shares_of
from aggregates.subscription.orders import (
    Refund,
    RefundPart,
    RefundPayment,
    SettleRefund,
    quantity_of,
)
from aggregates.subscription.state import Paid, Subscription, sale_of
from aggregates.unclaimed import returned
from aggregates.unused import Leaving, leaving_lots, liability_of, unknown_line
from aggregates.values import RefundBasis, TenderPart
from ledger.codes import Code, Refused
from ledger.decider import Context, Decided, Decision
from ledger.events import NewEvent
from ledger.ids import stream

Parts = list[tuple[Paid, int]]


@dataclass(frozen=True, slots=True)
class Terms:
    """A refund as it will be: the quote that holds, the formula's own amount, what leaves."""

    chosen: Quote
    entitled: int
    leaving: list[Leaving]


def terms_of(context: Context, order: Refund, state: Subscription) -> Terms | Refused:
    """What the refund comes to; an `amount` replaces the formula's (accounting.md 8.1)."""
    wanted = quantity_of(order.lines)
    missing = unknown_line(state, wanted)
    if missing is not None:
        return Refused(Code.INVALID, f"The contract has no line {missing}.", "data.lines")
    leaving = [] if order.goodwill else leaving_lots(state, wanted, context.on)
    if isinstance(leaving, Refused):
        return leaving
    whole = order.lines is None
    own = quote(state, sale_of(state).refund.formula, leaving, context.on, whole)
    entitled = 0 if order.goodwill else own.amount
    chosen = own if order.amount is None else _agreed(order, state, leaving, context.on)
    return Terms(chosen, entitled, leaving)


def _agreed(order: Refund, state: Subscription, leaving: list[Leaving], on: date) -> Quote:
    amount = order.amount or 0
    tax = tax_within(state, amount)
    liability = liability_of(state, leaving, on) if leaving else 0
    name: RefundBasis = "goodwill" if order.goodwill else "amount"
    steps = (Step("amount agreed, with tax", amount),)
    return Quote(name, amount, tax, amount - tax, liability, steps)


def refund(
    context: Context, order: Refund, state: Subscription, existing: RefundStream
) -> Decision:
    """Gives money back and takes units back; the contract ends when nothing unused is left."""
    if existing.registered is not None:
        return Refused(Code.DUPLICATE, f"Refund {order.refund} is recorded.", "data.refund")
    terms = terms_of(context, order, state)
    if isinstance(terms, Refused):
        return terms
    parts = payments_for(order, state, terms.chosen.amount)
    if isinstance(parts, Refused):
        return parts
    event = _refunded(context, order, state, terms, parts)
    registered = RefundRegistered(
        refund=order.refund, subscription=order.subscription, payments=parts
    )
    credit = event.amount if order.to == "store_credit" else 0
    credit += _store_credit(parts) if order.paid else 0
    events = [
        on_contract(context, order.subscription, event),
        NewEvent(stream(context.clinic, "refund", order.refund), registered),
        *_credited(context, state, credit),
    ]
    return Decided(tuple(events), _refund_data(terms, parts))


def _refund_data(terms: Terms, parts: tuple[TenderPart, ...]) -> dict[str, object]:
    return {
        "amount": terms.chosen.amount,
        "tax": terms.chosen.tax,
        "payments": [{"payment": part.payment, "amount": part.amount} for part in parts],
        "working": [{"step": item.step, "amount": item.amount} for item in terms.chosen.working],
    }


def _store_credit(parts: Iterable[TenderPart]) -> int:
    """What was paid with store credit and becomes store credit again."""
    return sum(part.amount for part in parts if part.tender == "store_credit")


def _credited(context: Context, state: Subscription, amount: int) -> list[NewEvent]:
    """The patient's store credit grows by a refund, or falls (`amount` < 0) when it failed."""
    sold = sale_of(state)
    if amount > 0:
        added = StoreCreditAdded(amount=amount, subscription=sold.subscription, cause="refund")
        return [on_patient(context, sold.patient, added)]
    if amount < 0:
        taken = StoreCreditApplied(
            amount=-amount, subscription=sold.subscription, cause="refund_failed"
        )
        return [on_patient(context, sold.patient, taken)]
    return []


def _refunded(
    context: Context,
    order: Refund,
    state: Subscription,
    terms: Terms,
    parts: tuple[TenderPart, ...],
) -> e.Refunded:
    chosen, leaving = terms.chosen, terms.leaving
    unpaid = unpaid_of(state, leaving, chosen.liability)
    billed = unpaid.receivable - unpaid.receivable_tax
    refilled = refilled_of(state, leaving, chosen.liability + billed, context.on)
    deposit = 0 if state.has_contract else chosen.amount
    moved = min(chosen.refund, chosen.liability) + sum(part.amount for part in refilled)
    ended = bool(leaving) and nothing_left(state, leaving, context.on)
    waived = state.owed - state.receivable + unpaid.receivable if ended else unpaid.waived
    return e.Refunded(
        refund=order.refund,
        formula=chosen.formula,
        amount=chosen.amount,
        tax=chosen.tax,
        lots=leaving_parts(leaving, moved, context.on),
        shares=shares_of([item.lot for item in leaving], [item.freed for item in leaving]),
        refilled=refilled,
        forfeited=max(chosen.revenue_effect, 0),
        forfeits_to=state.forfeits_to if chosen.revenue_effect > 0 else None,
        conceded=max(-chosen.revenue_effect - deposit, 0),
        deposit=deposit,
        receivable=unpaid.receivable,
        receivable_tax=unpaid.receivable_tax,
        waived=waived,
        payments=parts,
        to=order.to if isinstance(order.to, str) else "payment",
        paid=order.paid,
        ended=ended,
        goodwill=order.goodwill,
        reason=order.reason,
        approver=order.approver,
        sale=state.sale,
    )


def payments_for(
    order: Refund, state: Subscription, amount: int
) -> tuple[TenderPart, ...] | Refused:
    """The parts of the amount by payment; none of them when it becomes store credit."""
    refusal = _exceeds(order, state, amount)
    if refusal is not None:
        return refusal
    if order.to == "store_credit":
        return ()
    parts = _latest_first(state, amount) if order.to == "original" else _named(order, state, amount)
    if isinstance(parts, Refused):
        return parts
    return tuple(
        TenderPart(payment=paid.payment, tender=paid.tender, amount=part)
        for paid, part in parts
        if part
    )


def _exceeds(order: Refund, state: Subscription, amount: int) -> Refused | None:
    """Nothing, or more than is paid and still lies on the payments, is refused.

    Units that came from another contract brought no payment: their money can only become store
    credit. Without a contract, all that was paid is a deposit (accounting.md 2).
    """
    payments = state.payments.values()
    most = sum(paid.refundable for paid in payments)
    if order.to == "store_credit":
        most += max(state.received - sum(paid.amount - paid.excess for paid in payments), 0)
    most = min(most, state.paid if state.has_contract else state.deposit)
    if 0 < amount <= most:
        return None
    return Refused(
        Code.REFUND_EXCEEDS,
        _why_not(amount),
        "data.amount" if order.amount is not None else None,
        {"amount": amount, "refundable": refundable(state)},
    )


def _why_not(amount: int) -> str:
    if amount <= 0:
        return "There is nothing to refund."
    return "The refund is larger than what is left on the payments."


def refundable(state: Subscription) -> list[dict[str, object]]:
    """What can go back on each payment, in the order in which `original` fills it: together no
    more than still counts as paid here.
    """
    return [
        {"payment": paid.payment, "charge": paid.charge, "refundable": part}
        for paid, part in _latest_first(state, max(state.paid, 0))
    ]


def _latest_first(state: Subscription, amount: int) -> Parts:
    parts = []
    for paid in reversed(list(state.payments.values())):
        part = min(amount, paid.refundable)
        amount -= part
        parts.append((paid, part))
    return parts


def _named(order: Refund, state: Subscription, amount: int) -> Parts | Refused:
    named = (
        [RefundPart(payment=order.to.payment, amount=amount)]
        if isinstance(order.to, RefundPayment)
        else list(order.to if isinstance(order.to, tuple) else ())
    )
    unknown = next((part for part in named if part.payment not in state.payments), None)
    if unknown is not None:
        return Refused(
            Code.UNKNOWN_PAYMENT, f"The contract has no payment {unknown.payment}.", "data.to"
        )
    if sum(part.amount for part in named) != amount:
        return Refused(Code.AMOUNT_MISMATCH, f"The parts do not add up to {amount}.", "data.to")
    parts = [(state.payments[part.payment], part.amount) for part in named]
    for paid, part in parts:
        if part > paid.refundable:
            problem = f"Payment {paid.payment} has {paid.refundable} left."
            return Refused(Code.REFUND_EXCEEDS, problem, "data.to")
    return parts


def settle_refund(
    context: Context, order: SettleRefund, subscription: str, state: Subscription
) -> Decision:
    """The processor paid a refund, or sent it back; nothing is posted twice (row 30)."""
    given = state.refunds.get(order.refund)
    if given is None:
        return Refused(Code.UNKNOWN_REFUND, f"No refund {order.refund}.", "data.refund")
    if given.remitted and order.status == "paid":
        return Refused(Code.CONFLICT, "The state was paid this refund.", "data.refund")
    # What was due to the state is the owner's again once he cashes it (row 23).
    claimed = (returned(state, order.refund),) if given.unclaimed and order.status == "paid" else ()
    moves = given.paid != (order.status == "paid") and not given.store_credit
    parts = given.payments if moves else ()
    settled = e.RefundSettled(
        refund=order.refund,
        status=order.status,
        payments=parts,
        reference=order.reference,
        settled_at=order.settled_at,
        sale=state.sale,
    )
    sign = 1 if order.status == "paid" else -1
    return Decided(
        (
            *(on_contract(context, subscription, event) for event in claimed),
            on_contract(context, subscription, settled),
            *_credited(context, state, sign * _store_credit(parts)),
        ),
        {"refund": order.refund, "status": order.status},
    )
