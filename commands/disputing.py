"""Disputes: opened, told more of, answered, closed."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from aggregates import answering, disputing
from aggregates.dispute.orders import (
    ApproveDisclosure,
    CloseDispute,
    OpenDispute,
    RecordSubmission,
    SignalDispute,
    UpdateDispute,
)
from aggregates.dispute.state import DISPUTE
from commands.desk import Desk
from commands.envelope import Actor, Envelope
from commands.spec import Spec
from ledger.decider import Context, Decision


def open_dispute(desk: Desk, context: Context, order: OpenDispute) -> Decision:
    charge = desk.charge(order.charge)
    contracts = desk.subscriptions(part.subscription for part in charge.parts)
    return disputing.open_dispute(context, order, desk.dispute(order.dispute), charge, contracts)


def close_dispute(desk: Desk, context: Context, order: CloseDispute) -> Decision:
    dispute = desk.dispute(order.dispute)
    parts = dispute.opened.parts if dispute.opened is not None else ()
    contracts = desk.subscriptions(part.sale.subscription for part in parts)
    _read_patients(desk, contracts)
    return disputing.close_dispute(context, order, dispute, contracts)


def update_dispute(desk: Desk, context: Context, order: UpdateDispute) -> Decision:
    dispute = desk.dispute(order.dispute)
    parts = dispute.opened.parts if dispute.opened is not None else ()
    contracts = desk.subscriptions(part.sale.subscription for part in parts)
    return answering.update_dispute(context, order, dispute, contracts)


def record_submission(desk: Desk, context: Context, order: RecordSubmission) -> Decision:
    return answering.record_submission(context, order, desk.dispute(order.dispute))


def approve_disclosure(desk: Desk, context: Context, order: ApproveDisclosure) -> Decision:
    return answering.approve_disclosure(context, order, desk.dispute(order.dispute))


def signal_dispute(desk: Desk, context: Context, order: SignalDispute) -> Decision:
    return answering.signal_dispute(context, order, desk.dispute(order.dispute))


def warnings(
    desk: Desk, disputes: Iterable[str], now: datetime, actor: Actor
) -> Iterator[Envelope]:
    """The commands that tell whose answers are due soon, each once for a due date."""
    names = sorted(set(disputes))
    desk.workspace.load((DISPUTE, desk.name("dispute", name)) for name in names)
    for name in names:
        state = desk.dispute(name)
        since, opened = answering.warn_from(state), state.opened
        if since is not None and opened is not None and opened.due_by is not None and since <= now:
            yield Envelope(
                command="signal_dispute",
                id=f"signal_dispute-{name}-{opened.due_by:%Y%m%dT%H%M%S}",
                clinic=desk.clinic_id,
                at=since,
                actor=actor,
                data={"dispute": name},
            )


def _read_patients(desk: Desk, subscriptions: Iterable[str]) -> None:
    """The units a dispute gives back may expire, and then their value is the patient's credit."""
    for key in subscriptions:
        sold = desk.subscription(key).sold
        if sold is not None:
            desk.patient(sold.patient)


SPECS = (
    Spec("open_dispute", OpenDispute, open_dispute),
    Spec("update_dispute", UpdateDispute, update_dispute),
    Spec("close_dispute", CloseDispute, close_dispute),
    Spec("record_submission", RecordSubmission, record_submission),
    Spec("approve_disclosure", ApproveDisclosure, approve_disclosure),
    Spec("signal_dispute", SignalDispute, signal_dispute),
)
