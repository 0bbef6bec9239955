"""Disputes: units freeze when the money is withdrawn, then leave or thaw (accounting.md 8.5)."""

from collections.abc import Mapping

from aggregates.dispute.events import ClosedPart, DisputeClosed, DisputedPart, DisputeOpened
from aggregates.dispute.orders import CloseDispute, OpenDispute
from aggregates.dispute.state import Dispute
from aggregates.expiry import due_lots, expire_lots
from aggregates.losing import Loss, ends_contract, loss_of, shares_of
from aggregates.offsetting import set_off
from aggregates.payment.events import ChargeRegistered
from aggregates.payment.state import Charge
from aggregates.regaining import win_late
from aggregates.releasing import still_frozen
from aggregates.sales import after, on_contract
from aggregates.subscription.events import DisputeSettled
from aggregates.subscription.state import Subscription, sale_of
from aggregates.withdrawing import withdraw
from ledger.calendar import ONE_DAY
from ledger.codes import Code, Refused
from ledger.decider import Context, Decided, Decision
from ledger.events import NewEvent
from ledger.ids import stream
from ledger.ratios import largest_remainder

Contracts = Mapping[str, Subscription]
LOSING = ("lost", "accepted")


def open_dispute(
    context: Context, order: OpenDispute, dispute: Dispute, charge: Charge, contracts: Contracts
) -> Decision:
    """A charge is disputed; once the money is withdrawn its unused units wait (row 37)."""
    refusal = _may_open(order, dispute, charge, contracts)
    if refusal is not None:
        return refusal
    amounts = largest_remainder(order.amount, [part.amount for part in charge.parts])
    parts = tuple(
        _disputed_part(contracts, part, amount, order.fee if index == 0 else 0)
        for index, (part, amount) in enumerate(zip(charge.parts, amounts, strict=True))
    )
    opened = _opened(order, parts, contracts)
    if not order.withdrawn:
        return _told(context, opened, ())
    taken = withdraw(context, opened, parts, contracts)
    opened = opened.model_copy(update={"cleared": taken.cleared, "offsets": taken.offsets})
    return _told(context, opened, taken.frozen)


def _told(context: Context, opened: DisputeOpened, frozen: tuple[NewEvent, ...]) -> Decision:
    name = stream(context.clinic, "dispute", opened.dispute)
    data = {"dispute": opened.dispute, "withdrawn": opened.funds_withdrawn}
    return Decided((NewEvent(name, opened), *frozen), data)


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


def _disputed_part(
    contracts: Contracts, part: ChargeRegistered, amount: int, fee: int
) -> DisputedPart:
    sold = sale_of(contracts[part.subscription])
    return DisputedPart(sale=sold.sale, payment=part.payment, amount=amount, fee=fee)


def _opened(
    order: OpenDispute, parts: tuple[DisputedPart, ...], contracts: Contracts
) -> DisputeOpened:
    return DisputeOpened(
        dispute=order.dispute,
        charge=order.charge,
        amount=order.amount,
        currency=sale_of(contracts[parts[0].sale.subscription]).currency,
        reason=order.reason,
        network_reason_code=order.network_reason_code,
        case_type=order.case_type,
        opened_at=order.opened_at,
        due_by=order.due_by,
        funds_withdrawn=order.withdrawn,
        parts=parts,
        claim=order.claim,
    )


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
    if dispute.closed is not None:
        return _won_late(context, order, dispute, opened, dispute.closed, contracts)
    losses = _losses(context, order, opened, contracts)
    off = set_off(opened, contracts)
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
        cleared=off.cleared,
        offsets=off.offsets,
    )
    events = [NewEvent(stream(context.clinic, "dispute", order.dispute), closed)]
    for loss in losses:
        events += _settled(context, order, loss, contracts)
    lost = sum(loss.part.lost for loss in losses)
    return Decided(
        tuple(events), {"dispute": order.dispute, "outcome": order.outcome, "lost": lost}
    )


def _may_close(order: CloseDispute, dispute: Dispute, opened: DisputeOpened) -> Refused | None:
    if dispute.closed is not None and not _turns(order, dispute.closed):
        return Refused(Code.DUPLICATE, f"Dispute {order.dispute} is closed.", "data.dispute")
    lost = order.outcome in LOSING
    if order.amount is not None and (not lost or order.amount > opened.amount):
        return Refused(
            Code.AMOUNT_MISMATCH,
            f"At most the {opened.amount} disputed can be lost, and only by losing.",
            "data.amount",
        )
    return None


def _turns(order: CloseDispute, closed: DisputeClosed) -> bool:
    """Whether a dispute that was lost is won after all; issuers do that (evidence.md 1.2)."""
    return order.outcome == "won" and closed.outcome in LOSING


def _won_late(
    context: Context,
    order: CloseDispute,
    dispute: Dispute,
    opened: DisputeOpened,
    lost: DisputeClosed,
    contracts: Contracts,
) -> Decision:
    """A message about a time before the loss tells of no late win: it was overtaken."""
    if dispute.closed_at is not None and context.at < dispute.closed_at:
        problem = f"Dispute {order.dispute} was lost after {context.at.isoformat()}."
        return Refused(Code.DUPLICATE, problem, "data.dispute")
    return win_late(context, order, opened, lost, contracts)


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
