"""What a lost dispute takes from a contract: tax, then what is undelivered, the rest was
delivered (accounting.md 8.5).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_UP, Decimal
from fractions import Fraction

from aggregates.dispute.events import ClosedPart, DisputedPart
from aggregates.expiry import waived_tax
from aggregates.releasing import time_leaving
from aggregates.subscription.leaving import FrozenLot, LeavingLot
from aggregates.subscription.lot import NONE, Lot
from aggregates.subscription.parting import deposit_lost, freeze_key
from aggregates.subscription.state import Subscription
from aggregates.values import ContractShare
from ledger.quantity import STEP
from ledger.ratios import largest_remainder, rounded


@dataclass(frozen=True, slots=True)
class Loss:
    """What a closed dispute does to one contract; `waived` is no longer owed for what leaves."""

    part: ClosedPart
    leaving: tuple[LeavingLot, ...]
    thawed: tuple[FrozenLot, ...]
    waived: int


@dataclass(frozen=True, slots=True)
class Frozen:
    """What a dispute holds of one lot: units, their value, and what of it the charge funded."""

    lot: Lot
    quantity: Decimal
    value: int
    funded: int


def funding_share(state: Subscription, lot: Lot, payment: str) -> Fraction:
    """The part of a lot's funding that one payment brought (accounting.md 4.10)."""
    brought = [
        (name, amount)
        for name, paid in state.payments.items()
        for grant, amount in paid.shares
        if grant == lot.grant
    ]
    total = sum(amount for _, amount in brought) + lot.billed
    own = sum(amount for name, amount in brought if name == payment)
    return Fraction(own, total) if total else Fraction(0)


def loss_of(part: DisputedPart, dispute: str, lost: int, state: Subscription, on: date) -> Loss:
    """The loss of `lost` on one payment; 0 when the money comes back in full."""
    paid = state.payments[part.payment]
    tax_left = max(state.tax_funded - state.tax_returned - state.tax_lost, 0)
    tax = min(rounded(Fraction(lost * paid.tax, paid.amount)), paid.tax, tax_left)
    frozen = _frozen(dispute, part.payment, state, on)
    deposit = deposit_lost(state, lost)
    undelivered = min(lost - tax - deposit, sum(item.funded for item in frozen))
    leaving = _leaving(frozen, undelivered, on)
    gone = {lot.grant: lot.quantity for lot in leaving}
    closed = ClosedPart(
        sale=part.sale,
        payment=part.payment,
        lost=lost,
        tax=tax,
        delivered=lost - tax - undelivered - deposit,
        returned=max(part.amount - lost, 0),
        fee_returned=0,
        deposit=deposit,
    )
    thawed = [
        FrozenLot(grant=item.lot.grant, quantity=item.quantity - gone.get(item.lot.grant, NONE))
        for item in frozen
        if item.quantity > gone.get(item.lot.grant, NONE)
    ]
    return Loss(closed, leaving, tuple(thawed), _waived(state, leaving))


def shares_of(loss: Loss) -> Iterator[ContractShare]:
    """What the loss takes from the contract's liability, lot by lot."""
    for lot in loss.leaving:
        yield ContractShare(
            line=lot.line,
            grant=lot.grant,
            liability=lot.liability,
            amount=lot.freed,
            sale=loss.part.sale,
        )


def _waived(state: Subscription, leaving: tuple[LeavingLot, ...]) -> int:
    """What was not paid of the units that leave is no longer owed, nor is its tax."""
    unpaid = sum(lot.value - lot.freed for lot in leaving)
    return min(unpaid + waived_tax(state, unpaid), state.owed)


def _frozen(dispute: str, payment: str, state: Subscription, on: date) -> list[Frozen]:
    """The units held back, and the remaining days of time lines in the charge's share."""
    held = state.freezes.get(freeze_key(dispute, payment))
    if held is None:
        return []
    found = []
    for grant, quantity in held.lots:
        lot = state.lots[grant]
        # What a quota carries is its time's, which follows.
        value = 0 if lot.is_time else lot.leaving_value(quantity, on)
        found.append(Frozen(lot, quantity, value, _funded(lot, value, on)))
    for lot in state.lots.values():
        if lot.is_time and lot.value_left(on):
            value = rounded(lot.value_left(on) * funding_share(state, lot, payment))
            found.append(Frozen(lot, NONE, value, _funded(lot, value, on)))
    return found


def _funded(lot: Lot, value: int, on: date) -> int:
    """The funding of a part of what is left of a lot."""
    left = lot.value_left(on)
    funded = max(min(lot.unearned(on) - lot.held, left), 0)
    return rounded(Fraction(funded * value, left)) if left else 0


def _leaving(frozen: list[Frozen], undelivered: int, on: date) -> tuple[LeavingLot, ...]:
    """Units leave in the proportion undelivered ÷ L, rounded up to 0.001."""
    amounts = largest_remainder(undelivered, [item.funded for item in frozen])
    return tuple(
        _leaving_lot(item, amount, on)
        for item, amount in zip(frozen, amounts, strict=True)
        if amount
    )


def _leaving_lot(item: Frozen, amount: int, on: date) -> LeavingLot:
    part = Fraction(amount, item.funded)
    exact = Fraction(item.quantity) * part
    quantity = (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(STEP, ROUND_UP)
    leaving = LeavingLot(
        line=item.lot.line,
        grant=item.lot.grant,
        quantity=quantity,
        liability=item.lot.liability,
        value=rounded(item.value * part),
        freed=amount,
        returned=amount,
    )
    if not item.lot.is_time:
        return leaving
    return time_leaving(leaving, item.lot, item.lot.value_left(on), on)


def ends_contract(state: Subscription, loss: Loss, on: date) -> bool:
    """Whether something left because of the loss and nothing unused stays behind."""
    gone = {lot.grant: lot for lot in loss.leaving}
    return bool(gone) and all(
        _has_nothing_left(lot, gone.get(lot.grant), on) for lot in state.lots.values()
    )


def _has_nothing_left(lot: Lot, gone: LeavingLot | None, on: date) -> bool:
    if lot.is_time:
        return not lot.still_runs(on) or (gone is not None and gone.rest == 0)
    return lot.remaining == (gone.quantity if gone is not None else NONE)
