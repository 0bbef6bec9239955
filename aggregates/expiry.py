"""Expiry and the forfeiture guard: where the value of lapsed units goes (accounting.md 7.6)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from aggregates.patient.events import StoreCreditAdded
from aggregates.subscription import events as e
from aggregates.subscription.evolve import SUBSCRIPTION
from aggregates.subscription.funding import unfunded_tax
from aggregates.subscription.lot import Lot
from aggregates.subscription.state import Notice, Subscription, sale_of
from ledger.calendar import end_of_day
from ledger.decider import Context, staged
from ledger.events import Event, NewEvent
from ledger.ids import stream
from ledger.ratios import share


@dataclass(frozen=True, slots=True)
class Destination:
    """Where funded value goes: breakage, store credit, or held for the state."""

    forfeited: int = 0
    credited: int = 0
    held: int = 0


def due_lots(state: Subscription, through: date) -> list[Lot]:
    """The lots whose last day has passed by the end of `through`, with something left to lapse.

    Units a dispute holds back wait until it is closed (accounting.md 8.5).
    """
    if state.ended is not None:
        return []
    return [
        lot
        for lot in state.lots.values()
        if not lot.is_time and lot.lapses is not None and lot.lapses <= through and lot.free > 0
    ]


def missing_for_forfeiture(state: Subscription, last_day: date, clause: str) -> tuple[str, ...]:
    """What the signed terms or the promised notices lack, in words; empty when value may lapse.

    Each promised notice must have been sent on or after its day and before the expiry, and
    must not have bounced or failed.
    """
    missing = [] if clause in state.clauses else [f"clause {clause}"]
    for days in sale_of(state).notices.before_expiry_days:
        since = last_day - timedelta(days=days)
        if not any(_is_notice(notice, since, last_day) for notice in state.notices):
            missing.append(f"notice {days} days before")
    return tuple(missing)


def _is_notice(notice: Notice, since: date, last_day: date) -> bool:
    return notice.kind == "expiry" and not notice.failed and since <= notice.sent_on <= last_day


def destination(state: Subscription, value: int, missing: tuple[str, ...]) -> Destination:
    """The guard's three steps in their order (7.6)."""
    policies = sale_of(state).policies
    if policies["forfeiture_guard"] == "on" and missing:
        return Destination(credited=value)
    if policies["escheat"] == "subject":
        return Destination(held=value)
    return Destination(forfeited=value)


def expire_lot(context: Context, state: Subscription, lot: Lot, day: date) -> list[NewEvent]:
    """A lot's expiry, dated `day`: the lapse, and what the guard says of its value."""
    sold = sale_of(state)
    value = lot.leaving_value(lot.free, day)
    funded = _funded(state, lot, value, day)
    missing = missing_for_forfeiture(state, lot.lapses or day, "expiry")
    goes = destination(state, funded, missing)
    expired = e.LotExpired(
        line=lot.line,
        grant=lot.grant,
        quantity=lot.free,
        liability=lot.liability,
        forfeited=goes.forfeited,
        credited=goes.credited,
        held=goes.held,
        waived=value - funded,
        waived_tax=waived_tax(state, value - funded),
        sale=sold.sale,
    )
    events: list[tuple[str, Event]] = [("subscription", expired)]
    if goes.credited:
        held = e.ForfeitureHeld(
            line=lot.line, grant=lot.grant, amount=goes.credited, missing=missing
        )
        credit = StoreCreditAdded(
            amount=goes.credited, subscription=sold.subscription, cause="expiry"
        )
        events += [("subscription", held), ("patient", credit)]
    return [_dated(context, sold, kind, event, day) for kind, event in events]


def _funded(state: Subscription, lot: Lot, value: int, day: date) -> int:
    """What of the value is funded: the lot's own money, less what other lines drew of it."""
    others = [item for item in state.lots.values() if item.grant != lot.grant]
    overdrawn = sum(min(item.deferred(day), 0) for item in others)
    return max(min(value, lot.deferred(day) - lot.held + overdrawn), 0)


def waived_tax(state: Subscription, waived: int) -> int:
    """The tax on what is no longer owed, in the contract's proportion; what is paid stays paid."""
    if not waived or not state.price:
        return 0
    return min(share(state.tax, Fraction(waived, state.price)), unfunded_tax(state))


def _dated(context: Context, sold: e.PackageSold, kind: str, event: Event, day: date) -> NewEvent:
    key = sold.subscription if kind == "subscription" else sold.patient
    at = end_of_day(day, sold.timezone)
    return NewEvent(stream(context.clinic, kind, key), event, day, at)


def expire_due(context: Context, state: Subscription, through: date) -> list[NewEvent]:
    """Expires every lot due by `through`, each on its own last day."""
    due = sorted(due_lots(state, through), key=lambda lot: lot.lapses or through)
    return expire_lots(context, state, [(lot.grant, lot.lapses or through) for lot in due])


def expire_lots(
    context: Context, state: Subscription, lots: Iterable[tuple[str, date]]
) -> list[NewEvent]:
    """Expires lots one after the other, each dated as given."""
    own = stream(context.clinic, "subscription", sale_of(state).subscription)
    events: list[NewEvent] = []
    for grant, day in lots:
        more = expire_lot(context, state, state.lots[grant], day)
        state = SUBSCRIPTION.fold(
            (staged(context, new) for new in more if new.stream == own), state
        )
        events += more
    return events
