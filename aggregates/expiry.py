"""Expiry and the forfeiture guard: where the value of lapsed units goes (accounting.md 7.6)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from aggregates.breaking import breaking
from aggregates.claiming import claimed
from aggregates.lawtables import WHOLE, Kind, in_rows, minimum_months, percent_held
from aggregates.owing import is_firm
from aggregates.patient.events import StoreCreditAdded
from aggregates.rollover import roll_over
from aggregates.subscription import events as e
from aggregates.subscription.evolve import SUBSCRIPTION
from aggregates.subscription.funding import unfunded_tax, wanting
from aggregates.subscription.lot import NONE, Lot
from aggregates.subscription.notice import Notice
from aggregates.subscription.state import Subscription, sale_of
from aggregates.values import Duration
from ledger.calendar import ONE_DAY, end_of_day
from ledger.decider import Context, staged
from ledger.events import Event, NewEvent
from ledger.ids import stream
from ledger.ratios import share


@dataclass(frozen=True, slots=True)
class Destination:
    """Where funded value goes: breakage, store credit, held for the state, or nowhere, because it
    was billed and never paid.
    """

    forfeited: int = 0
    credited: int = 0
    held: int = 0
    unbilled: int = 0


def due_lots(state: Subscription, through: date) -> list[Lot]:
    """The lots whose last day has passed by the end of `through`, with something left to lapse.

    Units a dispute holds back wait until it is closed (accounting.md 8.5).
    """
    if state.ended is not None:
        return []
    return [
        lot
        for lot in state.lots.values()
        if lot.lapses is not None and lot.lapses <= through and expirable(lot) > 0
    ]


def expirable(lot: Lot) -> Decimal:
    """What lapses with the last day: also units that wait for a booked visit, not disputed ones.

    A quota that is earned by day expires without value; one that was refunded has left (6.3).
    """
    return NONE if lot.was_stopped else lot.remaining - lot.frozen


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


def kind_of(lot: Lot) -> Kind:
    """What the law calls the value of a lot (7.8)."""
    return "stored_value" if lot.kind == "credit" else "service_entitlement"


def state_of(state: Subscription) -> str | None:
    """The state whose law holds, as the rows write it."""
    return in_rows(sale_of(state).state)


def _obstacles(state: Subscription, lot: Lot, last_day: date) -> tuple[str, ...]:
    """Why value may not lapse: what the guard misses, or a minimum life that is not over yet.

    The guard can be switched off, a minimum life cannot.
    """
    guarded = sale_of(state).policies["forfeiture_guard"] == "on"
    clause = "expiry" if state.ended is None else "cancellation"
    missing = missing_for_forfeiture(state, last_day, clause) if guarded else ()
    return (*missing, *too_young(state, lot, last_day))


def too_young(state: Subscription, lot: Lot, last_day: date) -> tuple[str, ...]:
    """The minimum life of paid value that is not over by a day; a gift has none (7.8)."""
    months = minimum_months(sale_of(state).policies, state_of(state), kind_of(lot), lot.starts)
    if lot.sold.bonus or not months:
        return ()
    is_over = last_day >= Duration(months=months).end(lot.starts) - ONE_DAY
    return () if is_over else (f"minimum life of {months} months",)


def destination(
    state: Subscription,
    lot: Lot,
    value: int,
    day: date,
    missing: tuple[str, ...],
    *,
    dormant: bool = False,
) -> Destination:
    """The guard's three steps in their order (7.6): what something is `missing` for is store
    credit, the state's percent is held, the rest is forfeited. Of `dormant` value the state's
    percent comes first: what protects the owner from the clinic does not keep it from the state.

    Only what was paid is anybody's money: what was billed and may not be kept is owed no more,
    nor is what was billed of a contract that could be cancelled (policy `gross_up`).
    """
    paid = min(value, max(lot.unearned(day) - lot.held - lot.kept - lot.billed, 0))
    percent = percent_held(sale_of(state).policies, state_of(state), kind_of(lot), day)
    held = 0 if missing and not dormant else share(paid, Fraction(percent, WHOLE))
    if missing:
        return Destination(credited=paid - held, held=held, unbilled=value - paid)
    due = value if is_firm(sale_of(state)) else paid
    return Destination(forfeited=due - held, held=held, unbilled=value - due)


def billed_tax(state: Subscription, amount: int) -> int:
    """The tax in 1100 on an amount without tax that stands there."""
    billed = sum(lot.billed for lot in state.lots.values())
    taxes = state.receivable - billed - state.interest_billed
    return share(taxes, Fraction(amount, billed)) if billed else 0


def expire_lot(
    context: Context,
    state: Subscription,
    lot: Lot,
    day: date,
    kept: Decimal = NONE,
    *,
    dormant: bool = False,
) -> list[NewEvent]:
    """A lot's expiry, dated `day`: the lapse, and what the guard says of its value.

    Of its units, `kept` ones roll over and stay; `dormant` ones lapse before their last day (7.8).
    """
    quantity = expirable(lot) - kept
    value = 0 if lot.is_time else lot.leaving_value(quantity, day)
    funded = funded_value(state, lot, value, day)
    missing = _obstacles(state, lot, day if dormant else lot.lapses or day)
    goes = destination(state, lot, funded, day, missing, dormant=dormant)
    expired = e.LotExpired(
        line=lot.line,
        grant=lot.grant,
        quantity=quantity,
        liability=lot.liability,
        forfeited=goes.forfeited,
        credited=goes.credited,
        held=goes.held,
        waived=value - funded + goes.unbilled,
        waived_tax=waived_tax(state, value - funded) + billed_tax(state, goes.unbilled),
        unbilled=goes.unbilled,
        unbilled_tax=billed_tax(state, goes.unbilled),
        waived_interest=waived_interest(state, value - funded),
        cancelled=goes.forfeited if state.forfeits_as_cancelled else 0,
        sale=state.sale,
        **breaking(state, lot.grant, goes.forfeited),
    )
    events = [("subscription", expired), *_credit(state, lot, goes.credited, missing)]
    return [_dated(context, sale_of(state), kind, event, day) for kind, event in events]


def _credit(
    state: Subscription, lot: Lot, amount: int, missing: tuple[str, ...]
) -> list[tuple[str, Event]]:
    """What may not lapse is told, for a decision, and is store credit until then."""
    if not amount:
        return []
    told = e.ForfeitureHeld(line=lot.line, grant=lot.grant, amount=amount, missing=missing)
    sold = sale_of(state)
    added = StoreCreditAdded(amount=amount, subscription=sold.subscription, cause="expiry")
    return [("subscription", told), ("patient", added)]


def funded_value(state: Subscription, lot: Lot, value: int, day: date) -> int:
    """What of the value is funded: the lot's own money, less what other lines drew of it."""
    own = lot.unearned(day) - lot.held - lot.kept
    return max(min(value, own - state.overdrawn(day)), 0)


def waived_tax(state: Subscription, waived: int) -> int:
    """The tax on what is no longer owed, in the contract's proportion; what is paid stays paid.

    A membership's tax is that of its cycles, which grant nothing before they are paid with it.
    """
    if not waived or not state.price or sale_of(state).is_recurring:
        return 0
    return min(share(state.tax, Fraction(waived, state.price)), unfunded_tax(state))


def waived_interest(state: Subscription, waived: int) -> int:
    """The interest that is not due yet, once nothing of the price is still to be paid."""
    return state.open_interest if 0 < waived >= sum(wanting(state).values()) else 0


def _dated(context: Context, sold: e.PackageSold, kind: str, event: Event, day: date) -> NewEvent:
    key = sold.subscription if kind == "subscription" else sold.patient
    at = end_of_day(day, sold.timezone)
    return NewEvent(stream(context.clinic, kind, key), event, day, at)


def expire_due(context: Context, state: Subscription, through: date) -> list[NewEvent]:
    """Expires every lot due by `through`, each on its own last day; what rolls over stays (6.3)."""
    own = stream(context.clinic, "subscription", sale_of(state).subscription)
    events: list[NewEvent] = []
    while due := due_lots(state, through):
        lot = min(due, key=lambda lot: lot.lapses or through)
        day = lot.lapses or through
        claim = claimed(context, state, day)
        state = SUBSCRIPTION.fold((staged(context, new) for new in claim), state)
        more = _expire_or_roll(context, state, state.lots[lot.grant], day)
        state = SUBSCRIPTION.fold(
            (staged(context, new) for new in more if new.stream == own), state
        )
        events += [*claim, *more]
    return events


def _expire_or_roll(context: Context, state: Subscription, lot: Lot, day: date) -> list[NewEvent]:
    rolled = roll_over(state, lot)
    if rolled is None:
        return expire_lot(context, state, lot, day)
    moved = _dated(context, sale_of(state), "subscription", rolled, day)
    if rolled.quantity == expirable(lot):
        return [moved]
    return [*expire_lot(context, state, lot, day, rolled.quantity), moved]


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
