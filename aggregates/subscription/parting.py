"""How a subscription changes when money or units leave it: refund, void, credit note, dispute."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from aggregates.subscription import events as e
from aggregates.subscription.funding import billed_parts
from aggregates.subscription.leaving import FrozenSpan, LeavingLot
from aggregates.subscription.lot import NONE, Lot
from aggregates.subscription.refund import RefundGiven
from aggregates.subscription.regaining_events import LossReversed
from aggregates.subscription.span import TimeSpan
from aggregates.subscription.state import Cycle, Subscription
from ledger.changed import put
from ledger.events import Recorded


def freeze_key(dispute: str, payment: str) -> str:
    """The key of what a dispute holds back because of one payment."""
    return f"{dispute}/{payment}"


def fixed(lot: Lot, recognised: int) -> tuple[TimeSpan, ...]:
    """The spans with the running one fixed at what was decided."""
    return tuple(
        span if span.fixed is not None else replace(span, fixed=recognised) for span in lot.spans
    )


def _rest(lot: Lot, leaving: LeavingLot) -> tuple[TimeSpan, ...]:
    """The span that runs on when only a part of a time line's value leaves."""
    if leaving.rest_starts is None or leaving.rest_ends is None:
        return ()
    return (TimeSpan(leaving.rest, leaving.rest_starts, leaving.rest_ends, pace=lot.sold.pace),)


def left(state: Subscription, lots: Iterable[LeavingLot], sign: int = 1) -> Subscription:
    """Units and value leave their lots otherwise than by a draw (accounting.md 4.9), or come back
    (`sign` −1).
    """
    for leaving in lots:
        lot = state.lots[leaving.grant]
        quantity, value = sign * leaving.quantity, sign * leaving.value
        if leaving.time:
            lot = replace(lot, spans=(*fixed(lot, leaving.recognised), *_rest(lot, leaving)))
        elif quantity or value:
            lot = replace(lot, refunded=lot.refunded + quantity).rebased(value, quantity)
        state = state.with_lot(
            replace(
                lot,
                allocated=lot.allocated - value,
                funded=lot.funded - sign * leaving.freed,
                paid_in=lot.paid_in - sign * leaving.returned,
            )
        )
    return state


def stands_still(state: Subscription, freezes: Iterable[FrozenSpan]) -> Subscription:
    """Lines of time earn nothing on these days (6.4)."""
    for freeze in freezes:
        lot = state.lots[freeze.grant]
        spans = (
            span.stopped(freeze.starts, freeze.until) if span.fixed is None else span
            for span in lot.spans
        )
        state = state.with_lot(replace(lot, spans=tuple(spans)))
    return state


def _ended(state: Subscription, how: str, on: date) -> Subscription:
    return replace(state, ended=how, ended_on=on)


def refunded(state: Subscription, event: e.Refunded, recorded: Recorded) -> Subscription:
    """Units leave; money goes back, or is no longer asked for (8.1)."""
    state = _unbilled(left(state, event.lots), event.receivable, event.receivable_tax)
    for part in event.refilled:
        lot = state.lots[part.grant]
        state = state.with_lot(
            replace(lot, funded=lot.funded + part.amount, paid_in=lot.paid_in + part.amount)
        )
    payments = state.payments
    for sent in event.payments:
        old = payments[sent.payment]
        payments = put(payments, sent.payment, replace(old, refunded=old.refunded + sent.amount))
    given = RefundGiven(
        event.refund,
        event.payments,
        event.to == "store_credit",
        event.paid,
        recorded.effective_on,
    )
    state = replace(
        state,
        payments=payments,
        refunds=put(state.refunds, event.refund, given),
        returned=state.returned + event.amount,
        waived=state.waived + event.waived,
        deposit=state.deposit - event.deposit,
        paid_ex_tax=state.paid_ex_tax - (event.amount - event.tax - event.deposit),
        refunded_ex_tax=state.refunded_ex_tax + (event.amount - event.tax - event.deposit),
        tax_returned=state.tax_returned + event.tax,
    )
    return _ended(state, "refunded", recorded.effective_on) if event.ended else state


def _unbilled(state: Subscription, amount: int, tax: int) -> Subscription:
    """What was billed and is no longer due, with its tax: the earliest cycle's first."""
    for grant, part in billed_parts(state, amount - tax).items():
        lot = state.lots[grant]
        state = state.with_lot(replace(lot, billed=lot.billed - part))
    left = state.receivable - amount
    return replace(
        state,
        receivable=left,
        interest_billed=min(state.interest_billed, left),
        forgone=state.forgone + amount,
        tax_funded=state.tax_funded - tax,
    )


def refund_settled(state: Subscription, event: e.RefundSettled, recorded: Recorded) -> Subscription:
    """The money of a refund left, or came back and is payable from that day on."""
    paid, given = event.status == "paid", state.refunds[event.refund]
    on = recorded.effective_on if given.paid and not paid else given.on
    given = replace(given, paid=paid, on=on)
    return replace(state, refunds=put(state.refunds, event.refund, given))


def voided(state: Subscription, _: e.SaleVoided, recorded: Recorded) -> Subscription:
    """Nothing is left of the sale but what was delivered (row 36); the rest was never granted."""
    on = recorded.effective_on
    for lot in list(state.lots.values()):
        earned = lot.earned_by(on)
        kept = replace(
            lot,
            amount=lot.recognised + lot.lapsed_value,
            granted=lot.granted - lot.remaining,
            units=lot.drawn + lot.lapsed,
            reserved=NONE,
            funded=earned,
            allocated=earned,
            billed=0,
            spans=fixed(lot, lot.running_earned(on)),
        )
        state = state.with_lot(kept)
    return _ended(
        replace(state, receivable=0, interest_billed=0, tax_funded=0, holds={}), "voided", on
    )


def noted(state: Subscription, event: e.CreditNoted, _: Recorded) -> Subscription:
    """The price falls; what was billed of it is no longer due (row 35)."""
    posted = {part.grant: part.amount for part in event.shares}
    for part in event.reductions:
        lot = state.lots[part.grant]
        lower = replace(
            lot,
            allocated=lot.allocated - part.amount,
            funded=lot.funded - posted.get(part.grant, 0),
        )
        state = state.with_lot(_cheaper(lower, part.amount))
    return replace(
        _unbilled(state, event.receivable, event.posted_tax),
        cycles=_cheaper_cycles(state, event),
        price=state.price - (event.amount - event.tax),
        tax=state.tax - event.tax,
        notes=(*state.notes, event.note),
    )


def _cheaper_cycles(state: Subscription, event: e.CreditNoted) -> dict[int, Cycle]:
    """The cycles with what they ask for now: lines, joining fee and tax of those still unpaid."""
    off: dict[int, int] = {}
    fees: dict[int, int] = {}
    for part in event.reductions:
        lot = state.lots[part.grant]
        if lot.pending:
            parts = fees if lot.kind == "setup_fee" else off
            parts[lot.sold.cycle or 0] = parts.get(lot.sold.cycle or 0, 0) + part.amount
    cycles, tax_left = dict(state.cycles), event.tax
    for number, cycle in cycles.items():
        if cycle.status == "due":
            tax = min(tax_left, cycle.tax)
            cycles[number] = replace(
                cycle,
                price=cycle.price - off.get(number, 0),
                tax=cycle.tax - tax,
                setup_fee=cycle.setup_fee - fees.get(number, 0),
            )
            tax_left -= tax
    return cycles


def _cheaper(lot: Lot, amount: int) -> Lot:
    if not lot.is_time:
        return lot.rebased(amount)
    if not lot.spans:
        return replace(lot, amount=lot.amount - amount)
    spans = tuple(
        replace(span, amount=span.amount - amount) if span.fixed is None else span
        for span in lot.spans
    )
    return replace(lot, spans=spans)


def deposit_lost(state: Subscription, lost: int) -> int:
    """What of lost money is a deposit: all of it, until the contract test is met (2)."""
    return 0 if state.has_contract else min(lost, state.deposit)


def dispute_settled(
    state: Subscription, event: e.DisputeSettled, recorded: Recorded
) -> Subscription:
    """Frozen units leave or thaw; lost money is no longer paid (8.5)."""
    key = freeze_key(event.dispute, event.payment)
    held = state.freezes.get(key)
    for grant, quantity in held.lots if held else ():
        lot = state.lots[grant]
        state = state.with_lot(replace(lot, frozen=max(lot.frozen - quantity, NONE)))
    for grant, cleared in held.cleared if held else ():
        lot = state.lots[grant]
        state = state.with_lot(replace(lot, cleared=lot.cleared - cleared))
    state = stands_still(left(state, event.lots), event.freezes)
    freezes = {name: item for name, item in state.freezes.items() if name != key}
    losses = put(state.losses, key, event) if event.lost else state.losses
    payment = state.payments[event.payment]
    payment = replace(
        payment,
        withdrawn=any(item.payment == event.payment for item in freezes.values()),
        lost=payment.lost + event.lost,
    )
    deposit = deposit_lost(state, event.lost)
    ex_tax = event.lost - event.lost_tax - deposit
    state = replace(
        state,
        freezes=freezes,
        losses=losses,
        payments=put(state.payments, event.payment, payment),
        returned=state.returned + event.lost,
        waived=state.waived + event.waived,
        deposit=state.deposit - deposit,
        paid_ex_tax=state.paid_ex_tax - ex_tax,
        tax_lost=state.tax_lost + event.lost_tax,
        lost_delivered=state.lost_delivered + ex_tax - sum(lot.freed for lot in event.lots),
    )
    return _ended(state, "disputed", recorded.effective_on) if event.ended else state


def loss_reversed(state: Subscription, event: LossReversed, _: Recorded) -> Subscription:
    """What a lost dispute took is back (8.5)."""
    key = freeze_key(event.dispute, event.payment)
    state = stands_still(left(state, event.lots, -1), event.freezes)
    payment = state.payments[event.payment]
    payment = replace(payment, lost=payment.lost - event.regained)
    ex_tax = event.regained - event.tax - event.deposit
    state = replace(
        state,
        losses={name: loss for name, loss in state.losses.items() if name != key},
        payments=put(state.payments, event.payment, payment),
        returned=state.returned - event.regained,
        waived=state.waived - event.asked,
        deposit=state.deposit + event.deposit,
        paid_ex_tax=state.paid_ex_tax + ex_tax,
        tax_lost=state.tax_lost - event.tax,
        lost_delivered=state.lost_delivered - ex_tax + sum(lot.freed for lot in event.lots),
    )
    if state.ended != "disputed":
        return state
    return replace(state, ended=None, ended_on=None) if event.reopens else _closed(state)


def _closed(state: Subscription) -> Subscription:
    """Its money came back, and still nothing goes on: as if it had been cancelled that day."""
    return replace(state, ended="cancelled")
