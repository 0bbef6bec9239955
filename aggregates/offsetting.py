"""Disputes under `contra_on_open`: what would be lost is set off at once (accounting.md 8.5).

What is decided stays as under the other model: closing the dispute first takes back what was
set off, so that both end with the same balances.
"""

from aggregates.dispute.events import ClosedPart, DisputedPart, OffsetPart
from aggregates.losing import Loss, loss_of
from aggregates.sales import after, on_contract
from aggregates.subscription.events import UnitsFrozen
from aggregates.subscription.leaving import HeldLot
from aggregates.subscription.lot import NONE
from aggregates.subscription.state import Subscription, sale_of
from ledger.decider import Context

CONTRA = "contra_on_open"


def loss_if_lost(
    context: Context, part: DisputedPart, frozen: UnitsFrozen, state: Subscription
) -> Loss | None:
    """The loss of all that is disputed on the day it opens; None under the other model."""
    if sale_of(state).policies.get("dispute_model") != CONTRA:
        return None
    state = after(context, state, [on_contract(context, part.sale.subscription, frozen)])
    return loss_of(part, frozen.dispute, part.amount, state, context.on)


def cleared(frozen: UnitsFrozen, loss: Loss | None) -> UnitsFrozen:
    """The units that wait, with what is taken from their liability meanwhile."""
    if loss is None:
        return frozen
    waiting = {lot.grant: lot.quantity for lot in frozen.lots}
    freed = {lot.grant: lot.freed for lot in loss.leaving}
    lots = tuple(
        HeldLot(grant=grant, quantity=waiting.get(grant, NONE), cleared=freed.get(grant, 0))
        for grant in dict.fromkeys((*waiting, *freed))
    )
    return frozen.model_copy(update={"lots": lots})


def offset_of(part: ClosedPart) -> OffsetPart:
    """What is lost of a payment, as the books set it off, or take it back."""
    return OffsetPart(
        sale=part.sale,
        payment=part.payment,
        amount=part.lost,
        tax=part.tax,
        delivered=part.delivered,
        deposit=part.deposit,
    )
