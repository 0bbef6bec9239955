"""What may later prove what was said, shown and agreed: messages, documents, bookings, evidence."""

from datetime import date, datetime
from typing import Any

from aggregates.booking.events import BookingRecorded
from aggregates.booking.orders import RecordBooking
from aggregates.booking.state import Booking
from aggregates.communication.events import CommunicationLogged, CommunicationStatusChanged
from aggregates.communication.orders import LogCommunication
from aggregates.communication.state import Communication
from aggregates.document.events import DocumentAttached
from aggregates.document.orders import AttachDocument
from aggregates.document.state import Document
from aggregates.evidence.events import EvidenceRecorded
from aggregates.evidence.orders import RecordEvidence
from aggregates.evidence.state import Evidence
from aggregates.subscription.link_events import CommunicationLinked
from ledger.codes import Code, Refused
from ledger.decider import Context, Decided, Decision
from ledger.events import Event, NewEvent
from ledger.ids import stream

FAILED = ("bounced", "failed")


def log_communication(
    context: Context, order: LogCommunication, existing: Communication, sent_on: date
) -> Decision:
    """Logs a message, or adds the status that came for one logged before (interfaces.md 4)."""
    name = stream(context.clinic, "communication", order.communication)
    event: Event = CommunicationLogged.model_validate(
        order.model_dump(exclude_none=True, exclude={"window"}) | {"window": order.notice_window}
    )
    subscription = order.subscription
    if existing.logged is not None:
        if existing.status == order.status:
            return Refused(
                Code.DUPLICATE,
                f"Communication {order.communication} has status {order.status}.",
                "data.communication",
            )
        event = CommunicationStatusChanged(communication=order.communication, status=order.status)
        subscription = existing.logged.subscription
    events = [NewEvent(name, event)]
    if subscription is not None:
        linked = CommunicationLinked(
            communication=order.communication,
            kind=order.kind,
            sent_on=sent_on,
            failed=order.status in FAILED,
            direction=order.direction,
        )
        events.append(NewEvent(stream(context.clinic, "subscription", subscription), linked))
    return Decided(tuple(events), {"communication": order.communication, "status": order.status})


def attach_document(context: Context, order: AttachDocument, existing: Document) -> Decision:
    """Attaches a document by its digest; its bytes are stored apart (architecture.md 4)."""
    if existing.attached is not None:
        return Refused(Code.DUPLICATE, f"Document {order.document} is attached.", "data.document")
    attached = DocumentAttached(
        document=order.document,
        kind=order.kind,
        sha256=order.sha256,
        media_type=order.media_type,
        subscription=order.subscription,
        dispute=order.dispute,
        visit=order.visit,
    )
    name = stream(context.clinic, "document", order.document)
    return Decided((NewEvent(name, attached),), {"document": order.document})


def record_booking(context: Context, order: RecordBooking, existing: Booking, on: date) -> Decision:
    """What became of an appointment; `on` is its local day (evidence.md 9)."""
    if existing.patient not in (None, order.patient):
        return Refused(
            Code.INVALID, f"Booking {order.booking} is another patient's.", "data.patient"
        )
    starts = order.booked_for if isinstance(order.booked_for, datetime) else None
    more = order.model_dump(exclude={"booked_for"}, exclude_none=True)
    recorded = BookingRecorded.model_validate({**more, "booked_on": on, "starts": starts})
    if existing.recorded is not None and _told_before(existing.recorded, recorded):
        return Refused(
            Code.DUPLICATE,
            f"Booking {order.booking} is {order.status} for then.",
            "data.booking",
        )
    name = stream(context.clinic, "booking", order.booking)
    data = {"booking": order.booking, "status": order.status}
    return Decided((NewEvent(name, recorded),), data)


def _told_before(known: BookingRecorded, told: BookingRecorded) -> bool:
    """Whether it says the same again; digests of the same words differ."""
    return (known.status, known.booked_on, known.starts) == (
        told.status,
        told.booked_on,
        told.starts,
    )


def record_evidence(context: Context, order: RecordEvidence, existing: Evidence) -> Decision:
    """Whatever else proves something (evidence.md 9)."""
    if existing.recorded is not None:
        return Refused(Code.DUPLICATE, f"Evidence {order.evidence} is recorded.", "data.evidence")
    said = order.model_dump(exclude={"fields"}, exclude_none=True)
    fields = order.fields.model_dump(mode="json", exclude={"kind"}, exclude_none=True)
    recorded = EvidenceRecorded.model_validate({**said, "fields": _as_kept(fields)})
    name = stream(context.clinic, "evidence", order.evidence)
    data = {"evidence": order.evidence, "kind": order.kind}
    return Decided((NewEvent(name, recorded),), data)


def _as_kept(fields: dict[str, Any]) -> dict[str, Any]:
    return {
        name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()
    }
