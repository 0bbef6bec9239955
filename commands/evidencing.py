"""What may later prove something: messages, documents, bookings, evidence."""

import base64
import hashlib

from aggregates import evidencing
from aggregates.booking.orders import RecordBooking
from aggregates.communication.orders import LogCommunication
from aggregates.document.orders import AttachDocument
from aggregates.evidence.orders import RecordEvidence
from commands.contents import Unfit, media_type_of
from commands.desk import Desk
from commands.spec import Spec, unknown_subscription
from commands.using import day_of
from ledger.calendar import local_date
from ledger.codes import Code, Refused
from ledger.decider import Context, Decision


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


def _unknown_owner(desk: Desk, order: AttachDocument | RecordEvidence) -> Refused | None:
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
    """Why the bytes cannot be the document that the digest and the type name."""
    content = content_of(order)
    if order.content_base64 is None:
        return Refused(Code.INVALID, "A path is read by the command line alone.", "data.path")
    if content is None:
        return _unfit("not_base64", "The content is not base64.")
    if hashlib.sha256(content).hexdigest() != order.sha256:
        return _unfit("other_digest", "The content has another SHA-256.", "sha256")
    try:
        found = media_type_of(content)
    except Unfit as error:
        return _unfit(error.problem, str(error))
    if found != order.media_type:
        return _unfit("other_type", f"The content is {found}.", "media_type")
    return None


def _unfit(problem: str, message: str, field: str = "content_base64") -> Refused:
    """`problem` is stable, as the code is."""
    return Refused(Code.INVALID, message, f"data.{field}", {"problem": problem})


def record_booking(desk: Desk, context: Context, order: RecordBooking) -> Decision:
    known = desk.services(order.services, context.at)
    for index, service in enumerate(order.services):
        if service not in known:
            return Refused(
                Code.UNKNOWN_SERVICE, f"No service {service}.", f"data.services[{index}]"
            )
    on = day_of(order.booked_for, desk.clinic().timezone)
    return evidencing.record_booking(context, order, desk.booking(order.booking), on)


def record_evidence(desk: Desk, context: Context, order: RecordEvidence) -> Decision:
    refusal = _unknown_owner(desk, order)
    if refusal is not None:
        return refusal
    if order.charge is not None and not desk.charge(order.charge).parts:
        return Refused(
            Code.UNKNOWN_PAYMENT, f"No payment carries charge {order.charge}.", "data.charge"
        )
    return evidencing.record_evidence(context, order, desk.evidence(order.evidence))


SPECS = (
    Spec("log_communication", LogCommunication, log_communication),
    Spec("attach_document", AttachDocument, attach_document),
    Spec("record_booking", RecordBooking, record_booking),
    Spec("record_evidence", RecordEvidence, record_evidence),
)
