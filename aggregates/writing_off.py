"""Write-off: what will not be paid (row 41; accounting.md 8.7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_UP, Decimal

from aggregates.approving import approved_by
from aggregates.releasing import still_frozen, time_leaving
from aggregates.sales import on_contract
from aggregates.subscription.correction_events import WrittenOff
from aggregates.subscription.correction_orders import WriteOff
from aggregates.subscription.funding import shares_of
from aggregates.subscription.leaving import LeavingLot
from aggregates.subscription.lot import NONE, Lot
from aggregates.subscription.state import Subscription, sale_of
from ledger.codes import Code, Refused
from ledger.decider import Context, Decided, Decision
from ledger.quantity import STEP
from ledger.ratios import largest_remainder


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands in the contract liability by lot, in credit and in debit."""

    lots: Sequence[Lot]
    credits: Sequence[int]
    debits: Sequence[int]

    @property
    def net(self) -> int:
        """The contract's liability; negative is a contract asset."""
        return sum(self.credits) - sum(self.debits)


def write_off(context: Context, order: WriteOff, state: Subscription) -> Decision:
    """Takes back what was billed, or what services ran ahead of cash, and is lost.

    What is undelivered goes first: that liability is cancelled with its units, at no loss.
    """
    standing = standing_of(state, context.on)
    approver = _may_write_off(order, state, standing) or approved_by(context, order.approver)
    if isinstance(approver, Refused):
        return approver
    billed = min(order.amount, state.receivable)
    undelivered = min(billed, max(standing.net, 0))
    gone = largest_remainder(undelivered, standing.credits)
    lots = tuple(
        cancelled(lot, part, context.on)
        for lot, part in zip(standing.lots, gone, strict=True)
        if part
    )
    event = WrittenOff(
        amount=order.amount,
        delivered=order.amount - undelivered,
        receivable=billed,
        lots=lots,
        freezes=still_frozen(state, lots, context.on),
        shares=shares_of(standing.lots, gone),
        overdrawn=shares_of(
            standing.lots, largest_remainder(order.amount - billed, standing.debits)
        ),
        waived=order.amount,
        reason=order.reason,
        approver=approver,
        sale=sale_of(state).sale,
    )
    return Decided(
        (on_contract(context, order.subscription, event),),
        {"delivered": event.delivered, "undelivered": undelivered},
    )


def standing_of(state: Subscription, on: date) -> Standing:
    """Without what is held for the state, which is nobody's to cancel."""
    lots = list(state.lots.values())
    deferred = [lot.unearned(on) - lot.held for lot in lots]
    return Standing(
        lots, [max(amount, 0) for amount in deferred], [max(-amount, 0) for amount in deferred]
    )


def _may_write_off(order: WriteOff, state: Subscription, standing: Standing) -> Refused | None:
    """At most what stands in 1100 and, beyond it, what services ran ahead of cash."""
    most = state.receivable + max(-standing.net, 0)
    if order.amount <= most:
        return None
    return Refused(
        Code.AMOUNT_MISMATCH,
        f"Only {most} is billed or delivered, and unpaid.",
        "data.amount",
        {"uncollected": most},
    )


def cancelled(lot: Lot, amount: int, on: date) -> LeavingLot:
    """Units worth the amount leave the lot, rounded up to 0.001 (8.5).

    A committed cycle that waits for its payment has granted none, and asks for so much less.
    """
    left = lot.allocated if lot.pending else lot.value_left(on)
    leaving = LeavingLot(
        line=lot.line,
        grant=lot.grant,
        quantity=_units(lot, amount, left),
        liability=lot.liability,
        value=min(amount, left),
        freed=amount,
    )
    return time_leaving(leaving, lot, left, on) if lot.is_time else leaving


def _units(lot: Lot, amount: int, left: int) -> Decimal:
    if lot.is_time or not left:
        return NONE
    exact = lot.remaining * min(amount, left) / left
    return min(exact.quantize(STEP, ROUND_UP), lot.free)
