"""Disputes, restated: what was lost is lost, and a late win brings back what was taken."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from aggregates.dispute.events import ClosedPart, DisputeClosed, OffsetPart
from aggregates.restatement import Told, leaving, scaled
from aggregates.subscription import events as e
from aggregates.subscription.leaving import LeavingLot
from aggregates.subscription.parting import freeze_key
from aggregates.subscription.regaining_events import LossReversed
from aggregates.subscription.state import Subscription
from aggregates.values import ContractShare
from ledger.events import Event

Part = TypeVar("Part", ClosedPart, OffsetPart)


def _dispute_closed(told: Told) -> Event:
    """What a lost dispute takes of the lots is a part of what stands now, the rest delivered."""
    event = told.event
    if event.regained:
        return _won_late(told)
    shares = tuple(_lost(told, part) for part in event.shares)
    more: dict[str, int] = {}
    for old, new in zip(event.shares, shares, strict=True):
        key = old.sale.subscription
        more[key] = more.get(key, 0) + old.amount - new.amount
    found: Event = told.but(
        shares=shares, parts=tuple(_delivered(part, more) for part in event.parts)
    )
    return found


def _lost(told: Told, part: ContractShare) -> ContractShare:
    key = part.sale.subscription
    was: Subscription | None = told.found.was.get(key)
    if was is None:
        return part
    old, new = was.lots[part.grant], told.found.now[key].lots[part.grant]
    before, after = (max(lot.deferred(told.on) - lot.held, 0) for lot in (old, new))
    amount = after if part.amount == before else scaled(after, part.amount, before)
    told.found.lost[told.key, key, part.grant] = amount
    return part.model_copy(update={"amount": amount})


def _delivered(part: Part, more: dict[str, int]) -> Part:
    """The first part of a contract takes the difference of all its lots."""
    delivered = part.delivered + more.pop(part.sale.subscription, 0)
    return part.model_copy(update={"delivered": delivered})


def _won_late(told: Told) -> Event:
    """What comes back is what was taken, restated."""
    lost, more = told.found.lost, dict[str, int]()
    shares = []
    for part in told.event.regained:
        key = part.sale.subscription
        amount = lost.get((told.key, key, part.grant), part.amount)
        more[key] = more.get(key, 0) + part.amount - amount
        shares.append(part.model_copy(update={"amount": amount}))
    parts = tuple(_delivered(part, more) for part in told.event.recovered)
    found: Event = told.but(regained=tuple(shares), recovered=parts)
    return found


def _loss_reversed(told: Told) -> Event:
    key = freeze_key(told.event.dispute, told.event.payment)
    taken = {lot.grant: lot for lot in told.now.losses[key].lots}
    lots = tuple(_returning(told, lot, taken[lot.grant]) for lot in told.event.lots)
    found: Event = told.but(lots=lots)
    return found


def _returning(told: Told, lot: LeavingLot, taken: LeavingLot) -> LeavingLot:
    now = told.now.lots[lot.grant]
    stayed = now.value_left(told.on) if lot.rest > lot.value else 0
    return lot.model_copy(
        update={
            "value": taken.value,
            "freed": taken.freed,
            "returned": taken.returned,
            "recognised": now.running_earned(told.on) if lot.time else lot.recognised,
            "rest": taken.value + stayed if lot.rest_starts is not None else 0,
        }
    )


def _dispute_settled(told: Told) -> Event:
    lots = []
    for part in told.event.lots:
        left = leaving(told, part, told.on)
        freed_ = told.found.lost.get((told.event.dispute, told.key, part.grant), left.freed)
        update = {"freed": freed_, "returned": scaled(freed_, part.returned, part.freed)}
        lots.append(left.model_copy(update=update))
    found: Event = told.but(lots=tuple(lots))
    return found


DISPUTED: Mapping[type[Event], Callable[[Any], Event]] = {
    DisputeClosed: _dispute_closed,
    e.DisputeSettled: _dispute_settled,
    LossReversed: _loss_reversed,
}
