"""History as of a day and as known at a position (interfaces.md 1, "As of, known at").

Operational reports count what took effect by the end of the day; what was recorded later is
hidden by position. An event that undoes another one is left out with it, and so is one that
builds on a later one, as a visit may on units that were received after it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from aggregates.patient.events import StoreCreditAdded, StoreCreditApplied
from aggregates.subscription import events as e
from aggregates.subscription.correction_events import LotReinstated
from aggregates.subscription.cycle_events import CycleDue, CycleGranted, CycleLapsed
from aggregates.subscription.dormancy_events import (
    DormancyReached,
    RefundDormant,
    UnclaimedReturned,
)
from aggregates.subscription.moves import Draw, Lapse
from aggregates.subscription.parting import freeze_key
from aggregates.subscription.regaining_events import LossReversed
from aggregates.subscription.using_events import UnitsReleased, UnitsReserved
from ledger.events import Event, Recorded
from ledger.store.store import EventStore


@dataclass(frozen=True, slots=True)
class View:
    """A day and, unless everything is known, the last position known."""

    as_of: date
    known_at: int | None = None

    def includes(self, event: Recorded) -> bool:
        """Whether the event had taken effect and was known."""
        known = self.known_at is None or event.position <= self.known_at
        return known and event.effective_on <= self.as_of


#: What an event makes or needs: a lot, a cycle, a payment …, by its id.
Name = tuple[str, object]


def contract_history(history: Iterable[Recorded], view: View) -> list[Recorded]:
    """A contract's events in a view; none before its sale.

    A payment that was dated before the cycle it pays had been asked for brings the cycle along;
    of one for lots that begin later only the money counts.
    """
    known = [item for item in history if view.known_at is None or item.position <= view.known_at]
    timely = [item.event for item in known if view.includes(item)]
    if not any(isinstance(event, e.PackageSold) for event in timely):
        return []
    paid = _paid_for(timely)
    missing: set[Name] = set()
    kept = []
    for item in known:
        makes = set(_makes(item.event))
        counts = view.includes(item) or _is_paid(item.event, paid)
        if counts and missing.isdisjoint(_needs(item.event)):
            missing -= makes
            kept.append(_without(item, missing))
        else:
            missing |= makes
    return kept


def _paid_for(events: Iterable[Event]) -> set[str]:
    payments = (event for event in events if isinstance(event, e.PaymentReceived))
    return {share.grant for payment in payments for share in payment.shares}


def _is_paid(event: Event, paid: set[str]) -> bool:
    return isinstance(event, CycleDue) and any(line.grant in paid for line in event.lines)


def _without(item: Recorded, missing: set[Name]) -> Recorded:
    event = item.event
    if not isinstance(event, e.PaymentReceived):
        return item
    shares = tuple(share for share in event.shares if ("lot", share.grant) not in missing)
    if shares == event.shares:
        return item
    return replace(item, event=event.model_copy(update={"shares": shares}))


def _makes(event: Event) -> Iterator[Name]:
    """What later events build on."""
    for line in getattr(event, "lines", ()):
        yield "lot", line.grant
    match event:
        case CycleDue(cycle=cycle):
            yield "cycle", cycle
        case e.PaymentReceived(payment=payment):
            yield "payment", payment
        case e.Refunded(refund=refund):
            yield "refund", refund
        case e.LotExpired(grant=grant):
            yield "expiry", grant
        case e.DisputeSettled(dispute=dispute, payment=payment):
            yield "loss", freeze_key(dispute, payment)
        case LotReinstated(grant=grant):
            yield "lot", grant
        case UnitsReserved(booking=booking):
            yield "booking", booking
        case DormancyReached(grant=name) | RefundDormant(refund=name):
            yield "due to the state", name


def _needs(event: Event) -> Iterator[Name]:
    """What an event builds on; a late visit reverses an expiry on a day before the expiry's."""
    for lot in getattr(event, "lots", ()):
        yield "lot", lot.grant
    match event:
        case Draw(grant=grant) | Lapse(grant=grant):
            yield "lot", grant
        case CycleGranted(cycle=cycle) | CycleLapsed(cycle=cycle):
            yield "cycle", cycle
        case e.UnitsFrozen(payment=payment) | e.DisputeSettled(payment=payment):
            yield "payment", payment
        case e.Refunded(payments=payments):
            yield from (("payment", part.payment) for part in payments)
        case e.RefundSettled(refund=refund) | RefundDormant(refund=refund):
            yield "refund", refund
        case UnclaimedReturned(shares=shares, refunds=refunds):
            yield from (("due to the state", part.grant) for part in shares)
            yield from (("due to the state", part.refund) for part in refunds)
        case UnitsReleased(booking=booking):
            yield "booking", booking
    yield from _undone(event)


def _undone(event: Event) -> Iterator[Name]:
    """What an event takes back."""
    match event:
        case e.ExpiryReversed(grant=grant) | LotReinstated(grant=grant):
            yield "expiry", grant
        case LossReversed(dispute=dispute, payment=payment):
            yield "loss", freeze_key(dispute, payment)


def patient_history(history: Iterable[Recorded], view: View) -> list[Recorded]:
    """A patient's events in a view; credit of an expiry and its reversal count together."""
    kept: list[Recorded] = []
    expiries: dict[str, list[bool]] = {}
    for recorded in history:
        counts = view.includes(recorded)
        match recorded.event:
            case StoreCreditAdded(cause="expiry", subscription=subscription):
                expiries.setdefault(subscription, []).append(counts)
            case StoreCreditApplied(cause="expiry_reversed", subscription=subscription):
                undone = expiries.get(subscription)
                counts = counts and undone is not None and undone.pop()
        if counts:
            kept.append(recorded)
    return kept


def position_at(store: EventStore, clinic: str, moment: datetime) -> int:
    """The last position recorded by a moment, 0 for none; recorded times never go back."""
    head = store.head(clinic)
    low, high = 0, head.position if head else 0
    while low < high:
        middle = (low + high + 1) // 2
        [row] = store.read_rows(clinic, middle - 1, middle)
        if row.recorded_at <= moment:
            low = middle
        else:
            high = middle - 1
    return low
