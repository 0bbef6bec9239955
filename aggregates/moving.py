"""Moving a visit's line to another contract: the draws are undone and taken anew, on the visit's
own date (interfaces.md 7.9).
"""

from dataclasses import replace
from fractions import Fraction

from aggregates.covering.holdings import Chart, Holdings
from aggregates.covering.rows import cover_line, coverage_data
from aggregates.subscription.state import Subscription
from aggregates.visit.events import ConsumptionMoved, CoverageRow
from aggregates.visit.orders import MoveConsumption, RecordVisit, ReverseConsumption, VisitLine
from aggregates.visit.state import Visit, recorded_of
from aggregates.visits import credit_taken_back, undraw
from ledger.codes import Code, Refused
from ledger.decider import Context, Decided, Decision
from ledger.events import NewEvent
from ledger.ids import stream
from ledger.quantity import text_of, times
from ledger.ratios import rounded


def move_consumption(context: Context, order: MoveConsumption, chart: Chart) -> Decision:
    """A line of a visit is covered by the contract named, whatever covered it before.

    `chart.contracts` are those the line drew from, and the one to draw from, which must cover
    the whole line as of the visit's day.
    """
    row = _row_to_move(order, chart)
    if isinstance(row, Refused):
        return row
    contracts = dict(chart.contracts)
    events = _undone(context, order, chart.visit, row, contracts)
    visit_line, held = _asked(context, order, chart, row, contracts)
    moved = cover_line(held, visit_line, chart.services[row.service])
    if moved.covered < moved.quantity:
        return _not_covered(order, moved)
    events += _on_its_day(chart.visit, [*held.events, *credit_taken_back(held)])
    event = ConsumptionMoved(
        visit=order.visit,
        row=moved,
        to_subscription=order.to_subscription,
        reason=order.reason,
        approver=order.approver,
    )
    first = NewEvent(stream(context.clinic, "visit", order.visit), event)
    data = {
        "visit": order.visit,
        "coverage": coverage_data((moved,)),
        "effects": _effects(row, -1) + _effects(moved, 1),
    }
    return Decided((*_on_its_day(chart.visit, [first]), *events), data)


def _row_to_move(order: MoveConsumption, chart: Chart) -> CoverageRow | Refused:
    if chart.contracts[order.to_subscription].sold is None:
        problem = f"No subscription {order.to_subscription}."
        return Refused(Code.UNKNOWN_SUBSCRIPTION, problem, "data.to_subscription")
    recorded = chart.visit.recorded
    if recorded is None:
        return Refused(Code.UNKNOWN_VISIT, f"No visit {order.visit} is recorded.", "data.visit")
    row = next((row for row in recorded.coverage if row.line == order.line), None)
    if row is None:
        return Refused(Code.INVALID, f"Visit {order.visit} has no line {order.line}.", "data.line")
    if {drawn.subscription for drawn in row.draws} == {order.to_subscription}:
        problem = f"{order.to_subscription} covers the line already."
        return Refused(Code.INVALID, problem, "data.to_subscription")
    if order.line in chart.visit.reversed_lines:
        return Refused(Code.ALREADY_REVERSED, "The line was reversed before.", "data.line")
    return row


def _undone(
    context: Context,
    order: MoveConsumption,
    visit: Visit,
    row: CoverageRow,
    contracts: dict[str, Subscription],
) -> list[NewEvent]:
    """The reversal of what the line drew, as if it were reversed alone."""
    undoing = ReverseConsumption(
        visit=order.visit, line=order.line, reason=order.reason, approver=order.approver
    )
    events: list[NewEvent] = []
    for drawn in reversed(row.draws):
        events += undraw(context, undoing, visit, row, drawn, contracts)
    return events


def _asked(
    context: Context,
    order: MoveConsumption,
    chart: Chart,
    row: CoverageRow,
    contracts: dict[str, Subscription],
) -> tuple[VisitLine, Holdings]:
    """The line as a visit of its own, and the one contract that is to cover it."""
    recorded, visit = recorded_of(chart.visit), chart.visit
    line = VisitLine(
        line=row.line,
        service=row.service,
        quantity=row.quantity,
        list_price=row.list_price,
        tax=_tax(row),
    )
    asked = RecordVisit(
        visit=order.visit,
        patient=recorded.patient,
        location=recorded.location,
        provider=recorded.provider,
        status=recorded.status,
        lines=(line,),
    )
    day = visit.took_place or context.on
    then = replace(context, on=day, at=visit.effective_at or context.at)
    target = {order.to_subscription: contracts[order.to_subscription]}
    credit = {name: holder.store_credit for name, holder in chart.holders.items()}
    return line, Holdings(
        then, asked, day, target, credit, policies=chart.policies, signed=visit.signed
    )


def _tax(row: CoverageRow) -> int:
    """The tax of the line as far as its answer tells: paid by credit, or on what is uncovered."""
    if row.credit:
        return sum(drawn.tax or 0 for drawn in row.draws)
    uncovered = row.quantity - row.covered
    if not uncovered:
        return 0
    part = row.patient_owes + row.discount - times(row.list_price, uncovered)
    return rounded(Fraction(max(part, 0)) * Fraction(row.quantity) / Fraction(uncovered))


def _effects(row: CoverageRow, sign: int) -> list[dict[str, object]]:
    """What the move gives back to each contract, negative, and what it takes from it."""
    return [
        {
            "subscription": drawn.subscription,
            "line": drawn.line,
            "quantity": text_of(sign * drawn.quantity),
            "amount": sign * drawn.amount,
        }
        for drawn in row.draws
    ]


def _not_covered(order: MoveConsumption, row: CoverageRow) -> Refused:
    """Why the contract cannot cover the whole line, in the words of a visit's answer."""
    reason = Code(row.reason) if row.reason in set(Code) else Code.NOT_COVERED
    problem = f"{order.to_subscription} covers {row.covered} of {row.quantity}."
    return Refused(reason, problem, "data.to_subscription")


def _on_its_day(visit: Visit, events: list[NewEvent]) -> list[NewEvent]:
    """Events effective when the visit took place, as the draws are that they undo."""
    return [
        replace(new, effective_on=visit.took_place, effective_at=visit.effective_at)
        for new in events
    ]
