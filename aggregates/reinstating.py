"""Reinstatement: expired units are valid again (accounting.md 7.7)."""

from datetime import date, timedelta
from typing import Literal

from aggregates.approving import approved_by
from aggregates.breaking import broken
from aggregates.expiry import expire_due
from aggregates.patient.events import StoreCreditAdded, StoreCreditApplied
from aggregates.patient.state import Patient
from aggregates.sales import after, on_contract, on_patient
from aggregates.subscription.correction_events import LotReinstated
from aggregates.subscription.correction_orders import Reinstate
from aggregates.subscription.lot import Lot
from aggregates.subscription.state import Subscription, sale_of
from ledger.calendar import ONE_DAY
from ledger.codes import Code, Refused
from ledger.decider import Context, Decided, Decision
from ledger.events import NewEvent
from ledger.ids import stream
from ledger.quantity import text_of

Method = Literal["reverse", "zero_price"]


def reinstate(
    context: Context, order: Reinstate, state: Subscription, patient: Patient
) -> Decision:
    """Every expired unit of a line, or of all lines, until a new last day.

    Lots whose last day has passed unrecorded expire first. `patient` holds the contract.
    """
    lapsed = expire_due(context, state, min(context.on, context.today) - ONE_DAY)
    name = stream(context.clinic, "subscription", order.subscription)
    now = after(context, state, [new for new in lapsed if new.stream == name])
    approver = _may_reinstate(context, order, now) or approved_by(context, order.approver)
    if isinstance(approver, Refused):
        return approver
    credit = patient.store_credit + _credited(lapsed)
    events = list(lapsed)
    lots = _expired(order, now)
    for lot in lots:
        event = _reinstated(context, order, now, lot, credit, approver)
        credit -= event.credited
        events += _with_credit(context, order, now, event)
    return Decided(tuple(events), {"until": order.until.isoformat(), "lots": _told(events)})


def _credited(events: list[NewEvent]) -> int:
    """Store credit that these expiries bring."""
    added = [new.event for new in events if isinstance(new.event, StoreCreditAdded)]
    return sum(event.amount for event in added)


def _may_reinstate(context: Context, order: Reinstate, state: Subscription) -> Refused | None:
    if not state.lots_of(order.line):
        return Refused(Code.INVALID, f"The contract has no line {order.line}.", "data.line")
    if order.until < context.on:
        return Refused(Code.INVALID, "The new last day is over already.", "data.until")
    if state.ended is not None:
        return Refused(
            Code.CANCELLED, f"The contract has ended ({state.ended}).", "data.subscription"
        )
    if not _expired(order, state):
        return Refused(Code.NOT_ENOUGH_UNITS, "Nothing of it has expired.", "data.line")
    return None


def _expired(order: Reinstate, state: Subscription) -> list[Lot]:
    return [lot for lot in state.lots_of(order.line) if lot.revivable > 0]


def _reinstated(
    context: Context,
    order: Reinstate,
    state: Subscription,
    lot: Lot,
    credit: int,
    approver: str,
) -> LotReinstated:
    """All lapsed units of a lot with what comes back of their value; unpaid value is owed again.

    What was forfeited stays earned when the units come back at no price.
    """
    method = _method(state, lot, context.on)
    forfeited = lot.lapsed_funded - lot.held if lot.lapsed_to == "forfeited" else 0
    credited = lot.lapsed_funded - lot.held if lot.lapsed_to == "credited" else 0
    grace = lot.lapses - lot.expires if lot.lapses and lot.expires else 0 * ONE_DAY
    reverse = method == "reverse"
    return LotReinstated(
        line=lot.line,
        grant=lot.grant,
        quantity=lot.lapsed,
        liability=lot.liability,
        forfeited=forfeited if reverse else 0,
        credited=min(credited, credit),
        held=lot.held,
        waived=lot.lapsed_value - lot.lapsed_funded if reverse else 0,
        waived_tax=lot.lapsed_tax if reverse else 0,
        method=method,
        ends=order.until + ONE_DAY,
        lapses=order.until + grace,
        until=order.until,
        reason=order.reason,
        approver=approver,
        sale=state.sale,
        **broken(state, lot.grant, forfeited if reverse else 0),
    )


def _method(state: Subscription, lot: Lot, on: date) -> Method:
    """Reversed within so many days of the expiry where the policy says so, else at no price."""
    policies = sale_of(state).policies
    window = timedelta(days=policies["reinstatement_days"])
    in_time = lot.lapses is None or on <= lot.lapses + window
    return "reverse" if in_time and policies["reinstatement"] == "reverse" else "zero_price"


def _with_credit(
    context: Context, order: Reinstate, state: Subscription, event: LotReinstated
) -> list[NewEvent]:
    """The event, and the store credit that its value had become and leaves again."""
    events = [on_contract(context, order.subscription, event)]
    if event.credited:
        spent = StoreCreditApplied(
            amount=event.credited, subscription=order.subscription, cause="reinstatement"
        )
        events.append(on_patient(context, sale_of(state).patient, spent))
    return events


def _told(events: list[NewEvent]) -> list[dict[str, str]]:
    back = [new.event for new in events if isinstance(new.event, LotReinstated)]
    return [
        {"grant": event.grant, "quantity": text_of(event.quantity), "method": event.method}
        for event in back
    ]
