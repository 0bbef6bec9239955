"""Disputes under `contra_on_open`: what would be lost is set off at once (accounting.md 8.5).

What is decided stays as under the other model: closing the dispute first takes back what was
set off, so that both end with the same balances.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from aggregates.dispute.events import ClosedPart, DisputedPart, DisputeOpened, OffsetPart
from aggregates.losing import Loss, loss_of
from aggregates.sales import after, on_contract
from aggregates.subscription.events import UnitsFrozen
from aggregates.subscription.leaving import HeldLot
from aggregates.subscription.lot import NONE
from aggregates.subscription.parting import freeze_key
from aggregates.subscription.state import Subscription, sale_of
from aggregates.values import ContractShare
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


@dataclass(frozen=True, slots=True)
class SetOff:
    """What stands set off by a dispute when it is closed."""

    cleared: tuple[ContractShare, ...]
    offsets: tuple[OffsetPart, ...]


def set_off(opened: DisputeOpened, contracts: Mapping[str, Subscription]) -> SetOff:
    """What was set off when the money was taken: of what a contract's end has let go of since, no
    liability comes back, but revenue.
    """
    freed = {
        (part.sale.subscription, part.payment): _freed(opened.dispute, part, contracts)
        for part in opened.offsets
    }
    left: dict[tuple[str, str], int] = {}
    for (subscription, _), amounts in freed.items():
        for grant, amount in amounts.items():
            left[subscription, grant] = left.get((subscription, grant), 0) + amount
    shares = []
    for share in opened.cleared:
        key = (share.sale.subscription, share.grant)
        part = min(left.get(key, 0), share.amount)
        left[key] = left.get(key, 0) - part
        shares.append(share.model_copy(update={"amount": share.amount - part}))
    return SetOff(
        tuple(share for share in shares if share.amount),
        tuple(
            _as_revenue(part, sum(freed[part.sale.subscription, part.payment].values()))
            for part in opened.offsets
        ),
    )


def _freed(dispute: str, part: OffsetPart, contracts: Mapping[str, Subscription]) -> dict[str, int]:
    held = contracts[part.sale.subscription].freezes.get(freeze_key(dispute, part.payment))
    return {} if held is None else dict(held.freed)


def _as_revenue(part: OffsetPart, freed: int) -> OffsetPart:
    return part.model_copy(update={"delivered": part.delivered + freed}) if freed else part


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
