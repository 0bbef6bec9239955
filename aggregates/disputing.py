"""Disputes: units freeze when the money is withdrawn, then leave or thaw (accounting.md 8.5)."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

from aggregates.dispute.events import (
    ClosedPart,
    DisputeClosed,
    DisputedPart,
    DisputeDue,
    DisputeOpened,
)
from aggregates.dispute.orders import CloseDispute, OpenDispute, SignalDispute
from aggregates.dispute.state import Dispute
from aggregates.expiry import due_lots, expire_lots
from aggregates.losing import Loss, ends_contract, funding_share, loss_of, shares_of
from aggregates.offsetting import cleared, loss_if_lost, offset_by
from aggregates.payment.events import ChargeRegistered
from aggregates.payment.state import Charge
from aggregates.releasing import still_frozen
from aggregates.sales import after, on_contract
from aggregates.subscription.events import DisputeSettled, UnitsFrozen
from aggregates.subscription.leaving import HeldLot
from aggregates.subscription.lot import Lot
from aggregates.subscription.state import Subscription, sale_of
from ledger.calendar import ONE_DAY
from ledger.codes import Code, Refused
from ledger.decider import Context, Decided, Decision
from ledger.events import NewEvent
from ledger.ids import stream
from ledger.quantity import STEP
from ledger.ratios import largest_remainder

Contracts = Mapping[str, Subscription]
LOSING = ("lost", "accepted")
#: How long before an answer is due its handler is told.
WARNING = timedelta(days=3)


def open_dispute(
    context: Context, order: OpenDispute, dispute: Dispute, charge: Charge, contracts: Contracts
) -> Decision:
    """A charge is disputed; once the money is withdrawn its unused units wait (row 37)."""
    refusal = _may_open(order, dispute, charge, contracts)
    if refusal is not None:
        return refusal
    amounts = _split(order.amount, charge.parts)
    parts = [
        _disputed_part(contracts, part, amount, order.fee if index == 0 else 0)
        for index, (part, amount) in enumerate(zip(charge.parts, amounts, strict=True))
    ]
    taken = parts if order.withdrawn else []
    frozen = [_frozen(order, part, contracts) for part in taken]
    losses = [
        loss_if_lost(context, part, event, contracts[part.sale.subscription])
        for part, event in zip(taken, frozen, strict=True)
    ]
    name = stream(context.clinic, "dispute", order.dispute)
    events = [NewEvent(name, _opened(order, parts, losses, contracts))]
    events += [
        on_contract(context, part.sale.subscription, cleared(event, loss))
        for part, event, loss in zip(taken, frozen, losses, strict=True)
    ]
    return Decided(tuple(events), {"dispute": order.dispute, "withdrawn": order.withdrawn})


def _may_open(
    order: OpenDispute, dispute: Dispute, charge: Charge, contracts: Contracts
) -> Refused | None:
    if not charge.parts:
        return Refused(
            Code.UNKNOWN_PAYMENT, f"No payment carries charge {order.charge}.", "data.charge"
        )
    if dispute.opened is not None:
        return Refused(Code.DUPLICATE, f"Dispute {order.dispute} is open.", "data.dispute")
    currency = sale_of(contracts[charge.parts[0].subscription]).currency
    if order.currency is not None and order.currency.upper() != currency:
        return Refused(
            Code.CURRENCY_MISMATCH, f"The clinic's currency is {currency}.", "data.currency"
        )
    return None


def _split(amount: int, parts: Sequence[ChargeRegistered]) -> list[int]:
    """The disputed amount over the payments of the charge, in their proportion."""
    return largest_remainder(amount, [part.amount for part in parts])


def _disputed_part(
    contracts: Contracts, part: ChargeRegistered, amount: int, fee: int
) -> DisputedPart:
    sold = sale_of(contracts[part.subscription])
    return DisputedPart(sale=sold.sale, payment=part.payment, amount=amount, fee=fee)


def _opened(
    order: OpenDispute,
    parts: list[DisputedPart],
    losses: Sequence[Loss | None],
    contracts: Contracts,
) -> DisputeOpened:
    sold = sale_of(contracts[parts[0].sale.subscription])
    return DisputeOpened(
        dispute=order.dispute,
        charge=order.charge,
        amount=order.amount,
        currency=sold.currency,
        reason=order.reason,
        network_reason_code=order.network_reason_code,
        case_type=order.case_type,
        opened_at=order.opened_at,
        due_by=order.due_by,
        funds_withdrawn=order.withdrawn,
        parts=tuple(parts),
        claim=order.claim,
        cleared=tuple(share for loss in losses if loss for share in shares_of(loss)),
        offsets=tuple(offset_by(loss) for loss in losses if loss),
    )


def _frozen(order: OpenDispute, part: DisputedPart, contracts: Contracts) -> UnitsFrozen:
    """The unused units of the lots this payment funded, in its funding share."""
    state = contracts[part.sale.subscription]
    lots = [
        HeldLot(grant=lot.grant, quantity=quantity)
        for lot in state.lots.values()
        if (quantity := _funded_units(state, lot, part.payment)) > 0
    ]
    return UnitsFrozen(
        dispute=order.dispute,
        charge=order.charge,
        payment=part.payment,
        lots=tuple(lots),
        withdrawn=part.amount,
    )


def _funded_units(state: Subscription, lot: Lot, payment: str) -> Decimal:
    exact = Fraction(lot.free) * funding_share(state, lot, payment)
    numerator = Decimal(exact.numerator) / Decimal(exact.denominator)
    return min(numerator.quantize(STEP, ROUND_HALF_EVEN), lot.free)


def close_dispute(
    context: Context, order: CloseDispute, dispute: Dispute, contracts: Contracts
) -> Decision:
    """The dispute is decided: lost money leaves the contract, the rest comes back (rows 38, 39)."""
    opened = dispute.opened
    if opened is None:
        return Refused(Code.UNKNOWN_DISPUTE, f"No dispute {order.dispute}.", "data.dispute")
    refusal = _may_close(order, dispute, opened)
    if refusal is not None:
        return refusal
    losses = _losses(context, order, opened, contracts)
    closed = DisputeClosed(
        dispute=order.dispute,
        charge=opened.charge,
        outcome=order.outcome,
        shares=tuple(share for loss in losses for share in shares_of(loss)),
        parts=tuple(
            _with_fee(order, loss, part) for loss, part in zip(losses, opened.parts, strict=True)
        )
        if opened.funds_withdrawn
        else (),
        cleared=opened.cleared,
        offsets=opened.offsets,
    )
    events = [NewEvent(stream(context.clinic, "dispute", order.dispute), closed)]
    for loss in losses:
        events += _settled(context, order, loss, contracts)
    lost = sum(loss.part.lost for loss in losses)
    return Decided(
        tuple(events), {"dispute": order.dispute, "outcome": order.outcome, "lost": lost}
    )


def _may_close(order: CloseDispute, dispute: Dispute, opened: DisputeOpened) -> Refused | None:
    if dispute.closed is not None:
        return Refused(Code.DUPLICATE, f"Dispute {order.dispute} is closed.", "data.dispute")
    lost = order.outcome in LOSING
    if order.amount is not None and (not lost or order.amount > opened.amount):
        return Refused(
            Code.AMOUNT_MISMATCH,
            f"At most the {opened.amount} disputed can be lost, and only by losing.",
            "data.amount",
        )
    return None


def _losses(
    context: Context, order: CloseDispute, opened: DisputeOpened, contracts: Contracts
) -> list[Loss]:
    """By contract; none while the processor never took the money."""
    if not opened.funds_withdrawn:
        return []
    total = (order.amount or opened.amount) if order.outcome in LOSING else 0
    amounts = largest_remainder(total, [part.amount for part in opened.parts])
    return [
        loss_of(part, order.dispute, amount, contracts[part.sale.subscription], context.on)
        for part, amount in zip(opened.parts, amounts, strict=True)
    ]


def _with_fee(order: CloseDispute, loss: Loss, part: DisputedPart) -> ClosedPart:
    fee = part.fee if order.fee_returned else 0
    return loss.part.model_copy(update={"fee_returned": fee})


def _settled(
    context: Context, order: CloseDispute, loss: Loss, contracts: Contracts
) -> list[NewEvent]:
    """The contract after the dispute; thawed lots past their last day expire on this day, and so
    do those of a contract that was cancelled meanwhile.
    """
    subscription = loss.part.sale.subscription
    state = contracts[subscription]
    settled = DisputeSettled(
        dispute=order.dispute,
        payment=loss.part.payment,
        outcome=order.outcome,
        lots=loss.leaving,
        freezes=still_frozen(state, loss.leaving, context.on),
        thawed=loss.thawed,
        lost=loss.part.lost,
        lost_tax=loss.part.tax,
        waived=loss.waived,
        ended=ends_contract(state, loss, context.on),
    )
    new = on_contract(context, subscription, settled)
    state = after(context, state, [new])
    due = {lot.grant for lot in due_lots(state, context.on - ONE_DAY)}
    over = state.ended == "cancelled"
    lapsed = [(lot.grant, context.on) for lot in loss.thawed if over or lot.grant in due]
    return [new, *expire_lots(context, state, lapsed)]


def warn_from(dispute: Dispute) -> datetime | None:
    """When its handler is to be told that the answer is due; None when there is nothing to tell."""
    opened = dispute.opened
    if opened is None or opened.due_by is None or dispute.closed is not None:
        return None
    if dispute.told == opened.due_by:
        return None
    return max(opened.due_by - WARNING, opened.opened_at)


def signal_dispute(context: Context, order: SignalDispute, dispute: Dispute) -> Decision:
    """Tells once for each due date that the answer is due; nobody answers by themselves."""
    since, opened = warn_from(dispute), dispute.opened
    if since is None or opened is None or opened.due_by is None or context.at < since:
        return Decided((), {"signals": []})
    event = DisputeDue(
        dispute=opened.dispute, charge=opened.charge, amount=opened.amount, due_by=opened.due_by
    )
    name = stream(context.clinic, "dispute", opened.dispute)
    return Decided((NewEvent(name, event),), {"signals": ["DisputeDue"]})
