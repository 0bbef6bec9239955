"""The balance as JSON (interfaces.md 6, "balance"): pure shapes over folded contracts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from aggregates.due import elapse
from aggregates.owing import due_by, overdue
from aggregates.patient.events import StoreCreditAdded
from aggregates.subscription.events import PackageSold
from aggregates.subscription.evolve import SUBSCRIPTION
from aggregates.subscription.lot import Lot
from aggregates.subscription.state import Subscription
from ledger.decider import Context, staged
from ledger.errors import Broken
from projections.balances.lines import day_text, lines


@dataclass(frozen=True, slots=True)
class Presented:
    """A contract at the end of a day, with the store credit that lapsed units brought by then."""

    state: Subscription
    store_credit: int


def presented(clinic: str, state: Subscription, as_of: date) -> Presented:
    """What time alone has brought by the end of a day, whether or not it is recorded yet.

    The events are those that `tick` will record; the guard decides on what is known now.
    """
    context = by_time(clinic, as_of)
    coming = [staged(context, new) for new in elapse(context, state, as_of)]
    added = [event.event for event in coming if isinstance(event.event, StoreCreditAdded)]
    own = [event for event in coming if not isinstance(event.event, StoreCreditAdded)]
    return Presented(SUBSCRIPTION.fold(own, state), sum(credit.amount for credit in added))


def by_time(clinic: str, as_of: date) -> Context:
    """The context in which time alone acts, once a day is over."""
    midnight = datetime(as_of.year, as_of.month, as_of.day, tzinfo=UTC)
    return Context(clinic, midnight, as_of, "time", "service", midnight, as_of)


def balance(
    patient: str | None,
    as_of: date,
    position: int,
    store_credit: int,
    contracts: Iterable[Presented],
) -> dict[str, Any]:
    """The balance of a patient over contracts that stand in the order of their sales.

    Store credit belongs to the patient whose contract brought it, not to its other members.
    """
    rows = list(contracts)
    own = [row.store_credit for row in rows if sale_of(row.state).patient == patient]
    return {
        "patient": patient,
        "as_of": as_of.isoformat(),
        "position": position,
        "store_credit": store_credit + sum(own),
        "subscriptions": [contract(row.state, as_of) for row in rows],
    }


def contract(state: Subscription, as_of: date) -> dict[str, Any]:
    """One contract at the end of a day; `state` is as `presented` gives it."""
    sold = sale_of(state)
    current = state.plan or sold
    return {
        "subscription": sold.subscription,
        "offer": current.offer,
        "offer_version": current.offer_version,
        "name": current.name,
        "tier": current.tier,
        "status": status(state, as_of),
        "payment_status": payment_status(state, as_of),
        "sold_on": sold.sold_on.isoformat(),
        "starts": sold.starts.isoformat(),
        "expires": day_text(state.last_day),
        "price": state.price - state.given if state.plan is None else state.plan.price,
        "tax": state.tax if state.plan is None else state.plan.tax,
        "paid": state.paid,
        "owed": state.owed,
        "due": due_by(state, as_of),
        "deferred": state.deferred(as_of),
        "lines": lines(state, as_of),
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
    if state.plan is None and not any(_has_left(lot, as_of) for lot in lots):
        return "completed"
    if state.is_stopped(as_of) or state.postpones(as_of):
        return "paused"
    if overdue(state, as_of) is not None:
        return "past_due"
    return "partially_used" if any(lot.used for lot in lots) else "unused"


def payment_status(state: Subscription, as_of: date) -> str:
    """Refunded when all that was paid went back; otherwise by what was asked for."""
    if state.returned and state.paid <= 0:
        return "refunded"
    if overdue(state, as_of) is not None:
        return "past_due"
    if state.received >= state.price + state.interest + state.tax - state.waived:
        return "paid"
    return "part_paid" if state.received else "unpaid"


def sale_of(state: Subscription) -> PackageSold:
    """The sale of a contract; raises Broken for a stream that does not begin with one."""
    if state.sold is None:
        raise Broken("a contract has no sale")
    return state.sold


def _has_left(lot: Lot, as_of: date) -> bool:
    over = lot.lapses is not None and lot.lapses <= as_of
    return not over if lot.is_time else lot.remaining > 0
