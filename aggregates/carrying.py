"""Use from before the ledger was kept: an opening balance keeps what was sold, at its price and
on its date, and draws what another system counted as used (product.md, pain 17).

The books take it like a visit of its day (row 9, 13): dated in a month that is not closed yet, so
that what was earned before the cut-over stays before it (accounting.md 14.2).
"""

from decimal import Decimal

from aggregates import visits
from aggregates.clinic.state import Clinic
from aggregates.covering.hindrance import hindrance
from aggregates.covering.holdings import Chart
from aggregates.subscription.events import UnitsDrawn
from aggregates.subscription.lot import NONE
from aggregates.subscription.state import Subscription, sale_of
from aggregates.visit.events import CoverageRow, VisitRecorded
from aggregates.visit.orders import CarryOverUse, EarlierUse, RecordVisit, VisitLine
from aggregates.visit.state import Visit
from ledger.changed import changed
from ledger.codes import Code, Refused
from ledger.decider import Context, Decided, Decision
from ledger.events import Event, NewEvent
from ledger.quantity import text_of


def services_of(contract: Subscription) -> tuple[str, ...]:
    """The services whose units the contract counts, each once."""
    terms = [term for lot in contract.lots.values() if lot.kind == "units" for term in lot.services]
    return tuple(dict.fromkeys(term.service for term in terms))


def carry_over_use(
    context: Context, order: CarryOverUse, contract: Subscription, chart: Chart, clinic: Clinic
) -> Decision:
    """Draws what was used before; all of it comes from this contract, or the order is refused."""
    if chart.visit.recorded is not None:
        return Refused(Code.DUPLICATE, f"Visit {order.visit} is recorded.", "data.visit")
    closed = clinic.closed_for(context.on)
    if closed is not None:
        return Refused(Code.PERIOD_CLOSED, closed, "at")
    lines: list[VisitLine] = []
    for number, use in enumerate(order.lines):
        line = _line(context, contract, use, number)
        if isinstance(line, Refused):
            return line
        lines += [line] if line.quantity else []
    if not lines:
        return Decided((), {"visit": order.visit, "amount": 0})
    return _drawn(context, order, contract, chart, tuple(lines))


def _line(
    context: Context, contract: Subscription, use: EarlierUse, number: int
) -> VisitLine | Refused:
    """The use as a line of a visit; none of it is left out, nothing is billed for it."""
    field, known = f"data.lines[{number}]", services_of(contract)
    service = use.service or (known[0] if len(known) == 1 else None)
    if service is None:
        return Refused(Code.INVALID, "Say of which service.", f"{field}.service")
    name = f"{number + 1}"
    if use.value is not None:
        return VisitLine(line=name, service=service, list_price=use.value)
    if use.quantity is not None:
        return VisitLine(line=name, service=service, quantity=use.quantity)
    left = _available(context, contract, service)
    used = left - (use.remaining or NONE)
    if used < 0:
        problem = f"No more than {text_of(left)} can remain."
        return Refused(Code.NOT_ENOUGH_UNITS, problem, f"{field}.remaining")
    return VisitLine.model_construct(line=name, service=service, quantity=used)


def _available(context: Context, contract: Subscription, service: str) -> Decimal:
    """The units of a service that the contract could give on the day."""
    return sum(
        (
            lot.free
            for lot in contract.lots.values()
            if lot.kind == "units" and lot.term(service) is not None
            if hindrance(contract, lot, context.on) is None
        ),
        NONE,
    )


def _drawn(
    context: Context,
    order: CarryOverUse,
    contract: Subscription,
    chart: Chart,
    lines: tuple[VisitLine, ...],
) -> Decision:
    visit = RecordVisit(
        visit=order.visit,
        patient=sale_of(contract).patient,
        status="completed",
        lines=lines,
        location=order.location,
        provider=order.provider,
    )
    # Nobody will sign for it, and what it cost was paid in the books before.
    alone = {order.subscription: contract}
    seen = changed(chart, visit=Visit(signed=True), contracts=alone, policies={})
    decision = visits.record_visit(context, visit, seen)
    if isinstance(decision, Refused):
        return decision
    recorded = next(new.event for new in decision.events if isinstance(new.event, VisitRecorded))
    for row, line in zip(recorded.coverage, lines, strict=True):
        short = _short(row, line)
        if short is not None:
            return Refused(short, f"The contract does not give this: {short}.", "data.lines")
    draws = [drawn for row in recorded.coverage for drawn in row.draws]
    data = {"visit": order.visit, "amount": sum(drawn.amount for drawn in draws)}
    return Decided(tuple(map(_marked, decision.events)), data, decision.states)


def _short(row: CoverageRow, line: VisitLine) -> Code | None:
    """Why a line is not drawn in full from what it asks for: credit where it gives a value, units
    where it gives a quantity.
    """
    wanted = line.quantity if line.list_price is None else line.list_price
    by_credit = wanted if line.list_price is not None else NONE
    if row.credit == by_credit and sum(drawn.quantity for drawn in row.draws) == wanted:
        return None
    return Code.NOT_COVERED if row.reason is None else Code(row.reason)


def _marked(new: NewEvent) -> NewEvent:
    event: Event = new.event
    if isinstance(event, VisitRecorded | UnitsDrawn):
        return changed(new, event=event.model_copy(update={"carried_over": True}))
    return new
