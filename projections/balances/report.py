"""The balance as JSON (interfaces.md 6, "balance"): pure shapes over folded contracts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from aggregates.expiry import expire_due
from aggregates.patient.events import StoreCreditAdded
from aggregates.subscription.events import PackageSold
from aggregates.subscription.evolve import SUBSCRIPTION
from aggregates.subscription.lot import NONE, Lot
from aggregates.subscription.state import Subscription
from ledger.decider import Context, staged
from ledger.errors import Broken
from ledger.quantity import text_of


@dataclass(frozen=True, slots=True)
class Presented:
    """A contract at the end of a day, with the store credit that lapsed units brought by then."""

    state: Subscription
    store_credit: int


def presented(clinic: str, state: Subscription, as_of: date) -> Presented:
    """What time alone has brought by the end of a day, whether or not it is recorded yet.

    The events are those that `tick` will record; the guard decides on what is known now.
    """
    midnight = datetime(as_of.year, as_of.month, as_of.day, tzinfo=UTC)
    context = Context(clinic, midnight, as_of, "time", "service", midnight, as_of)
    coming = [staged(context, new) for new in expire_due(context, state, as_of)]
    added = [event.event for event in coming if isinstance(event.event, StoreCreditAdded)]
    own = [event for event in coming if not isinstance(event.event, StoreCreditAdded)]
    return Presented(SUBSCRIPTION.fold(own, state), sum(credit.amount for credit in added))


def balance(
    patient: str | None,
    as_of: date,
    position: int,
    store_credit: int,
    contracts: Iterable[Presented],
) -> dict[str, Any]:
    """The balance of a patient over contracts that stand in the order of their sales."""
    rows = list(contracts)
    return {
        "patient": patient,
        "as_of": as_of.isoformat(),
        "position": position,
        "store_credit": store_credit + sum(row.store_credit for row in rows),
        "subscriptions": [contract(row.state, as_of) for row in rows],
    }


def contract(state: Subscription, as_of: date) -> dict[str, Any]:
    """One contract at the end of a day; `state` is as `presented` gives it."""
    sold = sale_of(state)
    lines = dict.fromkeys(lot.line for lot in state.lots.values())
    return {
        "subscription": sold.subscription,
        "offer": sold.offer,
        "offer_version": sold.offer_version,
        "name": sold.name,
        "status": status(state, as_of),
        "payment_status": payment_status(state),
        "sold_on": sold.sold_on.isoformat(),
        "starts": sold.starts.isoformat(),
        "expires": _day(state.last_day),
        "price": state.price,
        "tax": state.tax,
        "paid": state.paid,
        "owed": state.owed,
        "due": due_now(state, as_of),
        "deferred": state.deferred(as_of),
        "lines": [_line(state, name, as_of) for name in lines],
    }


def status(state: Subscription, as_of: date) -> str:
    """The first that holds, in the order of interfaces.md 6."""
    lots = state.lots.values()
    if state.ended in ("refunded", "disputed"):
        return "refunded"
    if state.ended is not None:
        return "cancelled"
    over = state.last_day is not None and state.last_day <= as_of
    if over and any(lot.expired for lot in lots):
        return "expired"
    if not any(_has_left(lot, as_of) for lot in lots):
        return "completed"
    return "partially_used" if any(lot.used for lot in lots) else "unused"


def payment_status(state: Subscription) -> str:
    """Refunded when all that was paid went back; otherwise by what was asked for."""
    if state.received and state.paid <= 0:
        return "refunded"
    if state.received >= state.price + state.tax - state.waived:
        return "paid"
    return "part_paid" if state.received else "unpaid"


def due_now(state: Subscription, as_of: date) -> int:
    """The part of what is owed whose day has come."""
    coming = sum(part.amount for part in sale_of(state).instalments if part.due > as_of)
    return max(state.owed - coming, 0)


def sale_of(state: Subscription) -> PackageSold:
    """The sale of a contract; raises Broken for a stream that does not begin with one."""
    if state.sold is None:
        raise Broken("a contract has no sale")
    return state.sold


def lapsed(lot: Lot, as_of: date) -> bool:
    """Whether the last valid day of a lot is over at the end of that day."""
    return lot.lapses is not None and lot.lapses <= as_of


def _has_left(lot: Lot, as_of: date) -> bool:
    return not lapsed(lot, as_of) if lot.is_time else lot.remaining > 0


def _line(state: Subscription, name: str, as_of: date) -> dict[str, Any]:
    lots = state.lots_of(name)
    first = lots[0]
    ends = [lot.expires for lot in lots]
    last = None if None in ends else max(day for day in ends if day)
    row = {
        "line": name,
        "kind": first.kind,
        "services": [term.service for term in first.services],
        "granted": _units(first, sum((_granted(state, lot) for lot in lots), NONE)),
        "used": text_of(sum((lot.used for lot in lots), NONE)),
        "held": text_of(sum((lot.frozen for lot in lots), NONE)),
        "expired": text_of(sum((lot.expired for lot in lots), NONE)),
        "refunded": text_of(sum((lot.refunded for lot in lots), NONE)),
        "transferred": "0",
        "remaining": _units(first, sum((lot.remaining for lot in lots), NONE)),
        "expires": _day(last),
        "deferred": sum(lot.deferred(as_of) for lot in lots),
        "grants": [_grant(state, lot, as_of) for lot in lots],
    }
    return row | ({"access": list(first.sold.access)} if first.is_time else {})


def _grant(state: Subscription, lot: Lot, as_of: date) -> dict[str, Any]:
    return {
        "grant": lot.grant,
        "granted": _units(lot, _granted(state, lot)),
        "remaining": _units(lot, lot.remaining),
        "expires": _day(lot.expires),
        "paid": True,
        "deferred": lot.deferred(as_of),
    }


def _granted(state: Subscription, lot: Lot) -> Decimal:
    """What the lot granted; a voided sale granted only what was used."""
    if state.ended == "voided":
        return lot.used + lot.expired + lot.refunded
    return lot.granted


def _units(lot: Lot, quantity: Decimal) -> str | None:
    """A count of units, or null on a line of time, which has none."""
    return None if lot.is_time else text_of(quantity)


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
