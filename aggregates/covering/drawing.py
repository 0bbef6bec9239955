"""One draw: how much a lot can give, and the events with which it gives it (accounting.md 4.9)."""

from bisect import bisect_left
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction
from typing import Any

from aggregates.breaking import broken
from aggregates.covering.costs import interlocation
from aggregates.covering.expecting import draw_worth, unused_rate
from aggregates.covering.hindrance import is_counted, is_gift, units_left
from aggregates.covering.holdings import Candidate, Holdings, holder_of
from aggregates.service.costs import NO_COST, Cost
from aggregates.subscription import events as e
from aggregates.subscription.caps import room
from aggregates.subscription.line import COVERING, ServiceTerm
from aggregates.subscription.lot import NONE, Lot
from aggregates.subscription.state import Subscription, sale_of
from aggregates.subscription.using_events import StartedLot, ValidityStarted
from aggregates.subscription.validity import Contract, stretch
from aggregates.values import Revenue
from aggregates.visit.events import Drawn
from aggregates.visit.orders import VisitLine
from ledger.codes import Code
from ledger.quantity import times
from ledger.ratios import rounded


@dataclass(frozen=True, slots=True)
class Earned:
    """Where a draw's amount is earned, what of it is owed to an agent's principal, and what of
    the visit line's tax it pays.
    """

    revenue: Revenue = "services"
    payable: int = 0
    tax: int = 0


Earns = Callable[[int], Earned]


def affordable(
    held: Holdings, candidate: Candidate, service: str, need: Decimal
) -> tuple[Decimal, Code | None]:
    """How much of `need` the lot can give, and why it is less: what it holds or its cap allows,
    and what has been paid for (policy `draw_before_payment`; only whole units are cut off).
    """
    state, lot = held.contract(candidate), held.lot(candidate)
    if not is_counted(lot):
        cap = lot.sold.cap
        allowed = need if cap is None else min(need, room(state.lots_of(lot.line), cap, held.on))
        return allowed, None if allowed == need else Code.LIMIT_EXCEEDED
    quantity = min(need, units_left(lot))
    short = None
    if quantity < need:
        short = Code.HELD if lot.frozen or lot.reserved else Code.NOT_ENOUGH_UNITS
    paid = _paid_for(state, lot, service, quantity, unused_rate(held, candidate))
    return paid, short if paid == quantity else Code.UNPAID


def _paid_for(
    state: Subscription, lot: Lot, service: str, quantity: Decimal, unused: Fraction
) -> Decimal:
    free_of_payment = state.runs_ahead or lot.is_time or is_gift(state, lot)
    if free_of_payment or _is_paid_for(state, lot, service, quantity, unused):
        return quantity
    whole = int(quantity.to_integral_value(ROUND_FLOOR))
    first_unpaid = bisect_left(
        range(whole + 1),
        True,
        key=lambda n: not _is_paid_for(state, lot, service, Decimal(n), unused),
    )
    return Decimal(max(first_unpaid - 1, 0))


def _is_paid_for(
    state: Subscription, lot: Lot, service: str, quantity: Decimal, unused: Fraction
) -> bool:
    """Whether the contract's draws stay within what is paid, ex tax; units that wait for booked
    visits are spoken for.
    """
    back = max(quantity - lot.free, NONE)
    if not back:
        return draw_worth(lot, quantity + lot.reserved, service, unused) <= state.drawable()
    value = lot.revived_value(back, service)
    drawn = draw_worth(lot.revived(back, value), quantity, service, unused)
    return drawn <= state.drawable(_in_part(lot, value, lot.lapsed_funded))


def _in_part(lot: Lot, value: int, of: int) -> int:
    """The part of an amount, known of all lapsed units, that goes with `value` of them."""
    return rounded(Fraction(value * of, lot.lapsed_value)) if lot.lapsed_value else 0


def draw(
    held: Holdings,
    candidate: Candidate,
    line: VisitLine,
    quantity: Decimal,
    earns: Earns,
    cost: Cost = NO_COST,
    worth: int | None = None,
) -> Drawn | None:
    """Takes `quantity` from the lot; `earns` says of its amount where it is earned, `worth` what
    it is if not the lot's own share.

    A first use starts the contract's validity, and lapsed units come back first. None when
    their value became store credit that is already spent.
    """
    lot = held.lot(candidate)
    back = quantity - lot.free
    if is_counted(lot) and back > 0 and not _restore(held, candidate, line.service, back):
        return None
    if held.contract(candidate).awaits_use:
        held.apply(candidate.subscription, validity_started(held, candidate))
    return _record(held, candidate, line, quantity, earns, cost, worth)


def _restore(held: Holdings, candidate: Candidate, service: str, quantity: Decimal) -> bool:
    """Takes expired units back for a visit that took place while they were valid (13, 12.1)."""
    lot, state = held.lot(candidate), held.contract(candidate)
    value = lot.revived_value(quantity, service)
    funded = _in_part(lot, value, lot.lapsed_funded)
    kept = _in_part(lot, value, lot.held)
    credited = funded - kept if lot.lapsed_to == "credited" else 0
    forfeited = funded - kept if lot.lapsed_to == "forfeited" else 0
    holder = holder_of(state)
    if credited > held.store_credit[holder]:
        return False
    event = e.ExpiryReversed(
        line=lot.line,
        grant=lot.grant,
        quantity=quantity,
        liability=lot.liability,
        forfeited=forfeited,
        cancelled=forfeited if state.forfeits_as_cancelled else 0,
        credited=credited,
        held=kept,
        waived=value - funded,
        waived_tax=_in_part(lot, value, lot.lapsed_tax),
        sale=state.sale,
        **broken(state, lot.grant, forfeited),
    )
    held.store_credit[holder] -= credited
    held.apply(candidate.subscription, event)
    return True


def validity_started(held: Holdings, candidate: Candidate) -> ValidityStarted:
    """Every interval of the sale runs from the first draw (interfaces.md 4, `validity`)."""
    state = held.contract(candidate)
    sold = sale_of(state)
    contract = Contract(sold.term, sold.grace_days)
    lots = [lot for lot in state.lots.values() if not is_gift(state, lot)]
    return ValidityStarted(
        starts=held.on,
        expires=contract.last_day(held.on),
        lots=tuple(_started(contract, lot, held) for lot in lots),
    )


def _started(contract: Contract, lot: Lot, held: Holdings) -> StartedLot:
    run = stretch(contract, lot.sold.expires_after, held.on, of_time=lot.is_time)
    return StartedLot(
        line=lot.line,
        grant=lot.grant,
        starts=run.starts,
        ends=run.ends,
        lapses=run.lapses,
        amount=lot.value_left(held.on) if lot.is_time else 0,
        time=lot.is_time,
    )


def _record(
    held: Holdings,
    candidate: Candidate,
    line: VisitLine,
    quantity: Decimal,
    earns: Earns,
    cost: Cost,
    worth: int | None,
) -> Drawn:
    lot, state = held.lot(candidate), held.contract(candidate)
    order = held.order
    own = draw_worth(lot, quantity, line.service, unused_rate(held, candidate))
    amount = own if worth is None else worth
    earned = earns(amount)
    waits = not state.has_contract or held.awaits_signature(state)
    posted = 0 if waits else amount - earned.tax
    returnable = _returnable(held, line.service, amount - earned.payable - earned.tax)
    beside = _beside(cost, interlocation(held, candidate, posted)) | returnable
    event = e.UnitsDrawn(
        visit=order.visit,
        visit_line=line.line,
        line=lot.line,
        grant=lot.grant,
        service=line.service,
        quantity=quantity,
        amount=amount,
        payable=0 if waits else earned.payable,
        tax=0 if waits else earned.tax,
        unposted=amount if waits else 0,
        unposted_payable=earned.payable if waits else 0,
        status=order.status,
        liability=lot.liability,
        revenue=earned.revenue,
        sale=state.sale,
        location=order.location,
        provider=order.provider,
        **beside,
    )
    held.apply(candidate.subscription, event)
    return _drawn(event, lot, earned, beside)


def _drawn(event: e.UnitsDrawn, lot: Lot, earned: Earned, beside: Mapping[str, Any]) -> Drawn:
    """The draw as the visit keeps it. What a unit earns follows from its own terms, also when it
    is reversed.
    """
    posted_as = {} if lot.kind in COVERING else asdict(earned)
    return Drawn(
        subscription=event.sale.subscription,
        line=event.line,
        grant=event.grant,
        quantity=event.quantity,
        amount=event.amount,
        **beside,
        **posted_as,
    )


def _beside(cost: Cost, between: int) -> dict[str, Any]:
    """What is posted beside the draw's own row; most draws have none of it."""
    spent = {"cost": cost.amount, "cost_of": cost.kind} if cost.amount else {}
    return spent | ({"interlocation": between} if between else {})


def _returnable(held: Holdings, service: str, revenue: int) -> dict[str, Any]:
    """The last day on which a product that earned something may be brought back (row 50)."""
    defined = held.services.get(service)
    days = None if defined is None else defined.return_days
    if days is None or held.order.status != "completed" or not revenue:
        return {}
    return {"returnable_until": held.on + timedelta(days)}


def draw_kinds(
    sold: e.PackageSold, term: ServiceTerm | None, status: str, quantity: Decimal, amount: int
) -> Earned:
    """A missed visit follows the policy `no_show_account` (6.5).

    An agent's cost is owed to the principal (3.6), but not for a visit that did not take place.
    """
    if status != "completed" and sold.policies["no_show_account"] == "4040":
        return Earned("no_show")
    agent_cost = term.agent_cost if term and status == "completed" else None
    payable = min(times(agent_cost or 0, quantity), amount)
    return Earned("products" if term and term.product else "services", payable)
