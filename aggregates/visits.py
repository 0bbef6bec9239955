"""Visits and their reversal: one append for the visit and every contract it draws from."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from aggregates.covering.drawing import Earned, draw_kinds
from aggregates.covering.holdings import Chart, Holdings, holder_of, holdings, release_booked
from aggregates.covering.rows import cover_line, coverage_data
from aggregates.expiry import due_lots, expire_lot
from aggregates.patient.events import StoreCreditApplied
from aggregates.subscription import events as e
from aggregates.subscription import using_events as u
from aggregates.subscription.evolve import SUBSCRIPTION
from aggregates.subscription.leaving import ExtendedLot
from aggregates.subscription.line import COVERING
from aggregates.subscription.lot import Lot
from aggregates.subscription.state import Subscription, sale_of
from aggregates.visit.events import (
    Attendance,
    ConsumptionReversed,
    CoverageRow,
    Drawn,
    VisitRecorded,
    VisitSigned,
)
from aggregates.visit.orders import RecordVisit, ReverseConsumption, SignVisit
from aggregates.visit.state import Visit, recorded_of
from ledger.codes import Code, Refused
from ledger.decider import Context, Decided, Decision, staged
from ledger.events import NewEvent
from ledger.ids import stream
from ledger.money import LARGEST

ONE_DAY = timedelta(days=1)


def record_visit(context: Context, order: RecordVisit, chart: Chart) -> Decision:
    """A visit with its coverage (interfaces.md 4). What nobody covers is part of the answer."""
    refusal = _may_record(order, chart)
    if refusal is not None:
        return refusal
    held = holdings(context, order, chart, context.on)
    release_booked(held)
    rows = tuple(cover_line(held, line, chart.services[line.service]) for line in order.lines)
    visit = stream(context.clinic, "visit", order.visit)
    events = [NewEvent(visit, _visit_recorded(order, rows)), *held.events]
    events += credit_taken_back(held)
    return Decided(tuple(events), {"coverage": coverage_data(rows)}, held.folded())


def sign_visit(
    context: Context, order: SignVisit, visit: Visit, contracts: Mapping[str, Subscription]
) -> Decision:
    """A signature under a recorded visit, kept apart from its completion (accounting.md 6.1).

    What the visit drew from `contracts` that wait for it is posted now, with the visit's date.
    """
    if visit.recorded is None:
        return Refused(Code.UNKNOWN_VISIT, f"No visit {order.visit} is recorded.", "data.visit")
    if visit.signed:
        return Refused(Code.DUPLICATE, f"Visit {order.visit} is signed.", "data.visit")
    signed = VisitSigned(visit=order.visit, signer=order.signer)
    name = stream(context.clinic, "visit", order.visit)
    posted = [
        NewEvent(
            stream(context.clinic, "subscription", drawn.subscription),
            u.DrawPosted(**_fields(visit, row, drawn, contracts[drawn.subscription])),
            visit.took_place,
            visit.effective_at,
        )
        for row in visit.recorded.coverage
        for drawn in row.draws
        if _waits(visit, row, drawn, contracts[drawn.subscription])
    ]
    return Decided((NewEvent(name, signed), *posted), {"visit": order.visit})


def _waits(visit: Visit, row: CoverageRow, drawn: Drawn, contract: Subscription) -> bool:
    """Whether a draw of a contract that is one waits for the signature."""
    return contract.has_contract and _key(visit, row, drawn) in contract.unposted


def _key(visit: Visit, row: CoverageRow, drawn: Drawn) -> str:
    return f"{recorded_of(visit).visit}/{row.line}/{drawn.grant}"


def _may_record(order: RecordVisit, chart: Chart) -> Refused | None:
    for index, line in enumerate(order.lines):
        if line.service not in chart.services:
            return Refused(
                Code.UNKNOWN_SERVICE,
                f"No service {line.service} was defined by then.",
                f"data.lines[{index}].service",
            )
        price = chart.services[line.service].list_price
        if line.quantity * max(price, line.list_price or 0) + line.tax > LARGEST:
            return Refused(
                Code.INVALID,
                "The line is worth more than a ledger can hold.",
                f"data.lines[{index}].quantity",
            )
    for index, name in enumerate(order.prefer):
        if name not in chart.contracts:
            return Refused(
                Code.UNKNOWN_SUBSCRIPTION,
                f"The patient holds no subscription {name}.",
                f"data.prefer[{index}]",
            )
    if chart.visit.recorded is not None:
        return Refused(
            Code.DUPLICATE,
            f"Visit {order.visit} is recorded.",
            "data.visit",
            {"coverage": coverage_data(chart.visit.recorded.coverage)},
        )
    return None


def _visit_recorded(order: RecordVisit, rows: tuple[CoverageRow, ...]) -> VisitRecorded:
    attendance = order.attendance
    return VisitRecorded(
        visit=order.visit,
        patient=order.patient,
        status=order.status,
        coverage=rows,
        booking=order.booking,
        location=order.location,
        provider=order.provider,
        attendance=None
        if attendance is None
        else Attendance.model_validate(attendance.model_dump(exclude_none=True)),
    )


def credit_taken_back(held: Holdings) -> list[NewEvent]:
    """Store credit that an expiry had given goes back with the units (row 20a mirrored)."""
    events = []
    for new in held.events:
        if isinstance(new.event, e.ExpiryReversed) and new.event.credited:
            subscription = new.event.sale.subscription
            applied = StoreCreditApplied(
                amount=new.event.credited, subscription=subscription, cause="expiry_reversed"
            )
            holder = holder_of(held.contracts[subscription])
            events.append(NewEvent(stream(held.context.clinic, "patient", holder), applied))
    return events


def reverse_consumption(context: Context, order: ReverseConsumption, chart: Chart) -> Decision:
    """Unwinds the recorded draws in reverse order: same lots, the draw's date, and the same
    amounts, unless a catch-up measured the draws anew.
    """
    rows = _rows_to_reverse(order, chart.visit)
    if isinstance(rows, Refused):
        return rows
    visit = chart.visit
    held = dict(chart.contracts)
    events: list[NewEvent] = []
    for row in reversed(rows):
        for drawn in reversed(row.draws):
            events += undraw(context, order, visit, row, drawn, held)
    undone = ConsumptionReversed(
        visit=order.visit,
        lines=tuple(row.line for row in rows),
        reason=order.reason,
        approver=order.approver,
    )
    name = stream(context.clinic, "visit", order.visit)
    first = NewEvent(name, undone, visit.took_place, visit.effective_at)
    return Decided((first, *events), {"visit": order.visit, "lines": list(undone.lines)})


def _rows_to_reverse(order: ReverseConsumption, visit: Visit) -> list[CoverageRow] | Refused:
    if visit.recorded is None:
        return Refused(Code.UNKNOWN_VISIT, f"No visit {order.visit} is recorded.", "data.visit")
    rows = [row for row in visit.recorded.coverage if order.line in (None, row.line)]
    if not rows:
        return Refused(Code.INVALID, f"Visit {order.visit} has no line {order.line}.", "data.line")
    open_rows = [row for row in rows if row.line not in visit.reversed_lines]
    if not open_rows:
        return Refused(Code.ALREADY_REVERSED, "These draws were reversed before.", "data.visit")
    return open_rows


def undraw(
    context: Context,
    order: ReverseConsumption,
    visit: Visit,
    row: CoverageRow,
    drawn: Drawn,
    held: dict[str, Subscription],
) -> list[NewEvent]:
    """The reversal of one draw and, where the lot has lapsed since, its expiry again; credit that
    comes back lives as long as the clinic grants it (policy `void_credit_grace_days`).
    """
    contract = held[drawn.subscription]
    event = _draw_reversed(order, visit, row, drawn, contract)
    name = stream(context.clinic, "subscription", drawn.subscription)
    back = NewEvent(name, event, visit.took_place, visit.effective_at)
    state = SUBSCRIPTION.evolve(contract, staged(context, back))
    events = [back]
    for lot in due_lots(state, context.on - ONE_DAY):
        if lot.grant != drawn.grant or lot.lapses is None:
            continue
        revived = grace(context, order, state, lot)
        again = [revived] if revived else expire_lot(context, state, lot, lot.lapses)
        state = SUBSCRIPTION.fold(
            (staged(context, new) for new in again if new.stream == name), state
        )
        events += again
    held[drawn.subscription] = state
    return events


def grace(
    context: Context, order: ReverseConsumption, state: Subscription, lot: Lot
) -> NewEvent | None:
    """Credit that came back to a lot which is over lives some days from now on (8.6)."""
    days = sale_of(state).policies.get("void_credit_grace_days", 0)
    if lot.kind != "credit" or not days:
        return None
    until = context.on + timedelta(days=days)
    longer = ExtendedLot(line=lot.line, grant=lot.grant, ends=until + ONE_DAY, lapses=until, fee=0)
    event = e.LotExtended(
        lots=(longer,),
        until=until,
        fee=0,
        reason=order.reason,
        approver=order.approver,
        sale=state.sale,
    )
    return NewEvent(stream(context.clinic, "subscription", sale_of(state).subscription), event)


def _draw_reversed(
    order: ReverseConsumption,
    visit: Visit,
    row: CoverageRow,
    drawn: Drawn,
    contract: Subscription,
) -> e.DrawReversed:
    fields, lot = _fields(visit, row, drawn, contract), contract.lots[drawn.grant]
    waits = not contract.has_contract or _key(visit, row, drawn) in contract.unposted
    amount = drawn.amount if waits else _comes_back(lot, drawn, f"{order.visit}/{row.line}")
    payable = min(fields["payable"], amount)
    posted = {"payable": payable, "tax": min(fields["tax"], amount - payable)}
    waiting = {"payable": 0, "tax": 0, "unposted": amount, "unposted_payable": payable}
    fields |= {"amount": amount, **(waiting if waits else posted)}
    return e.DrawReversed(**fields, reason=order.reason, approver=order.approver)


def _fields(visit: Visit, row: CoverageRow, drawn: Drawn, contract: Subscription) -> dict[str, Any]:
    """What an event about a draw that was recorded says of it."""
    recorded, lot = recorded_of(visit), contract.lots[drawn.grant]
    earned = _earned(contract, row, drawn, recorded.status)
    return {
        "visit": recorded.visit,
        "visit_line": row.line,
        "line": drawn.line,
        "grant": drawn.grant,
        "service": row.service,
        "quantity": drawn.quantity,
        "amount": drawn.amount,
        "payable": earned.payable,
        "tax": earned.tax,
        "status": recorded.status,
        "liability": lot.liability,
        "revenue": earned.revenue,
        "sale": contract.sale,
        "location": recorded.location,
        "provider": recorded.provider,
        "cost": drawn.cost,
        "cost_of": drawn.cost_of,
        "interlocation": drawn.interlocation,
        "returnable_until": drawn.returnable_until,
        "carried_over": recorded.carried_over,
    }


def _comes_back(lot: Lot, drawn: Drawn, draw: str) -> int:
    """What a draw took, as it was recorded (accounting.md 4.9).

    A catch-up measured earlier draws anew (9.3): none brings back more than is still recognised
    for them, and the last one all of it, so that what is not used has earned nothing.
    """
    rebased = draw not in lot.draws
    used = lot.used - lot.drawn if rebased else lot.drawn
    recognised = lot.earned - lot.recognised if rebased else lot.recognised
    return recognised if used == drawn.quantity else min(drawn.amount, recognised)


def _earned(contract: Subscription, row: CoverageRow, drawn: Drawn, status: str) -> Earned:
    """How the draw was posted: as its lot's terms say, or as the visit keeps it."""
    lot = contract.lots[drawn.grant]
    if lot.kind in COVERING:
        term = lot.term(row.service)
        return draw_kinds(sale_of(contract), term, status, drawn.quantity, drawn.amount)
    return Earned(drawn.revenue or "services", drawn.payable or 0, drawn.tax or 0)
