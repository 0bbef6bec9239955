"""Communications and documents: what may later prove what was said and shown."""

from datetime import date

from aggregates.communication.events import CommunicationLogged, CommunicationStatusChanged
from aggregates.communication.orders import LogCommunication
from aggregates.communication.state import Communication
from aggregates.document.events import DocumentAttached
from aggregates.document.orders import AttachDocument
from aggregates.document.state import Document
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
