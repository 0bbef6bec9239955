"""The processor takes disputed money: units wait, and something is set off (accounting.md 8.5)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

from aggregates.dispute.events import DisputedPart, DisputeOpened, OffsetPart
from aggregates.losing import funding_share, shares_of
from aggregates.offsetting import cleared, loss_if_lost, offset_of
from aggregates.sales import on_contract
from aggregates.subscription.events import UnitsFrozen
from aggregates.subscription.leaving import HeldLot
from aggregates.subscription.lot import Lot
from aggregates.subscription.state import Subscription
from aggregates.values import ContractShare
from ledger.decider import Context
from ledger.events import NewEvent
from ledger.quantity import STEP


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What the contracts hold back, and what is set off until the dispute is closed."""

    frozen: tuple[NewEvent, ...]
    cleared: tuple[ContractShare, ...]
    offsets: tuple[OffsetPart, ...]


def withdraw(
    context: Context,
    opened: DisputeOpened,
    parts: Sequence[DisputedPart],
    contracts: Mapping[str, Subscription],
) -> Withdrawal:
    """The unused units that the charge funded wait from now on."""
    frozen = [_frozen(opened, part, contracts) for part in parts]
    losses = [
        loss_if_lost(context, part, event, contracts[part.sale.subscription])
        for part, event in zip(parts, frozen, strict=True)
    ]
    waiting = [
        on_contract(context, part.sale.subscription, cleared(event, loss))
        for part, event, loss in zip(parts, frozen, losses, strict=True)
    ]
    found = [loss for loss in losses if loss is not None]
    return Withdrawal(
        frozen=tuple(waiting),
        cleared=tuple(share for loss in found for share in shares_of(loss)),
        offsets=tuple(offset_of(loss.part) for loss in found),
    )


def _frozen(
    opened: DisputeOpened, part: DisputedPart, contracts: Mapping[str, Subscription]
) -> UnitsFrozen:
    """The unused units of the lots this payment funded, in its funding share."""
    state = contracts[part.sale.subscription]
    lots = [
        HeldLot(grant=lot.grant, quantity=quantity)
        for lot in state.lots.values()
        if (quantity := _funded_units(state, lot, part.payment)) > 0
    ]
    return UnitsFrozen(
        dispute=opened.dispute,
        charge=opened.charge,
        payment=part.payment,
        lots=tuple(lots),
        withdrawn=part.amount,
    )


def _funded_units(state: Subscription, lot: Lot, payment: str) -> Decimal:
    exact = Fraction(lot.free) * funding_share(state, lot, payment)
    numerator = Decimal(exact.numerator) / Decimal(exact.denominator)
    return min(numerator.quantize(STEP, ROUND_HALF_EVEN), lot.free)
