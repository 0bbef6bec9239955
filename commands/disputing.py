"""Disputes, communications and documents."""

import base64
import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime

from aggregates import disputing, evidencing
from aggregates.communication.orders import LogCommunication
from aggregates.dispute.orders import CloseDispute, OpenDispute, SignalDispute
from aggregates.dispute.state import DISPUTE
from aggregates.document.orders import AttachDocument
from commands.desk import Desk
from commands.envelope import Actor, Envelope
from commands.spec import Spec, unknown_subscription
from ledger.calendar import local_date
from ledger.codes import Code, Refused
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


def signal_dispute(desk: Desk, context: Context, order: SignalDispute) -> Decision:
    return disputing.signal_dispute(context, order, desk.dispute(order.dispute))


def warnings(
    desk: Desk, disputes: Iterable[str], now: datetime, actor: Actor
) -> Iterator[Envelope]:
    """The commands that tell whose answers are due soon, each once for a due date."""
    names = sorted(set(disputes))
    desk.workspace.load((DISPUTE, desk.name("dispute", name)) for name in names)
    for name in names:
        state = desk.dispute(name)
        since, opened = disputing.warn_from(state), state.opened
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


def log_communication(desk: Desk, context: Context, order: LogCommunication) -> Decision:
    existing = desk.communication(order.communication)
    subscription = order.subscription
    if existing.logged is not None:
        subscription = existing.logged.subscription
    if subscription is not None and desk.subscription(subscription).sold is None:
        return unknown_subscription(subscription)
    sent_on = local_date(order.sent_at, desk.clinic().timezone)
    return evidencing.log_communication(context, order, existing, sent_on)


def attach_document(desk: Desk, context: Context, order: AttachDocument) -> Decision:
    refusal = _unknown_owner(desk, order) or wrong_content(order)
    if refusal is not None:
        return refusal
    return evidencing.attach_document(context, order, desk.document(order.document))


def _unknown_owner(desk: Desk, order: AttachDocument) -> Refused | None:
    if order.subscription is not None and desk.subscription(order.subscription).sold is None:
        return unknown_subscription(order.subscription)
    if order.visit is not None and desk.visit(order.visit).recorded is None:
        return Refused(Code.UNKNOWN_VISIT, f"No visit {order.visit}.", "data.visit")
    if order.dispute is not None and desk.dispute(order.dispute).opened is None:
        return Refused(Code.UNKNOWN_DISPUTE, f"No dispute {order.dispute}.", "data.dispute")
    return None


def content_of(order: AttachDocument) -> bytes | None:
    """The document's bytes, or None when they are not readable base64."""
    try:
        return base64.b64decode(order.content_base64 or "", validate=True)
    except ValueError:  # wrong padding, or characters that are not even ASCII
        return None


def wrong_content(order: AttachDocument) -> Refused | None:
    """Why the bytes cannot be the document that the digest names."""
    content = content_of(order)
    if order.content_base64 is None:
        return Refused(Code.INVALID, "A path is read by the command line alone.", "data.path")
    if content is None:
        return Refused(Code.INVALID, "The content is not base64.", "data.content_base64")
    if hashlib.sha256(content).hexdigest() != order.sha256:
        return Refused(Code.INVALID, "The content has another SHA-256.", "data.sha256")
    return None


SPECS = (
    Spec("open_dispute", OpenDispute, open_dispute),
    Spec("close_dispute", CloseDispute, close_dispute),
    Spec("signal_dispute", SignalDispute, signal_dispute),
    Spec("log_communication", LogCommunication, log_communication),
    Spec("attach_document", AttachDocument, attach_document),
)
