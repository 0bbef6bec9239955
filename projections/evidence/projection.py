"""The feed of the evidence: which documents, disputes, bookings and records belong to what."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from aggregates.booking.events import BookingRecorded
from aggregates.dispute.events import DisputeClosed, DisputeOpened, DisputeUpdated
from aggregates.document.events import DocumentAttached
from aggregates.evidence.events import EvidenceRecorded
from ledger.events import Recorded
from ledger.store.pool import Connection, clinic_transaction, lent
from ledger.store.rows import Row
from ledger.store.store import EventStore

_ATTACH = """
INSERT INTO views.attachment (clinic, document, subscription, dispute, visit)
VALUES (%s, %s, %s, %s, %s) ON CONFLICT (clinic, document) DO NOTHING
"""
_CAPTURE = """
INSERT INTO views.captured (clinic, stream, patient, subscription, visit, charge, dispute)
VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (clinic, stream) DO NOTHING
"""
#: Of a patient what names nothing else that it is about; bookings name nothing but him.
_CAPTURED = """
SELECT stream FROM views.captured
WHERE clinic = %s AND (
    charge = %s OR subscription = ANY (%s) OR visit = ANY (%s) OR dispute = ANY (%s)
    OR patient = ANY (%s) AND coalesce(subscription, visit, charge, dispute) IS NULL)
ORDER BY stream
"""
_OPEN = """
INSERT INTO views.dispute (clinic, dispute, charge, amount, currency, reason,
                           network_reason_code, opened_at, due_by)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
_CLOSE = "UPDATE views.dispute SET outcome = %s WHERE clinic = %s AND dispute = %s"
_UPDATE = """
UPDATE views.dispute SET amount = coalesce(%s, amount), reason = coalesce(%s, reason),
       network_reason_code = coalesce(%s, network_reason_code), due_by = coalesce(%s, due_by)
WHERE clinic = %s AND dispute = %s
"""
#: A day more than the warning itself, so that no zone of a clinic is left out.
_SOON = """
SELECT dispute FROM views.dispute
WHERE clinic = %s AND outcome IS NULL AND due_by < %s::date + 5 ORDER BY dispute
"""
_ATTACHED = """
SELECT document FROM views.attachment
WHERE clinic = %s AND (subscription = ANY (%s) OR dispute = ANY (%s) OR visit = ANY (%s))
ORDER BY document
"""
_OF_CHARGE = """
SELECT dispute FROM views.dispute WHERE clinic = %s AND charge = %s
ORDER BY opened_at DESC, dispute DESC
"""
_DISPUTED = "SELECT charge FROM views.dispute WHERE clinic = %s AND charge = ANY (%s)"
_LIST = """
SELECT dispute, charge, amount, currency, reason, network_reason_code, opened_at, due_by, outcome
FROM views.dispute WHERE clinic = %s ORDER BY outcome IS NOT NULL, due_by, dispute
"""

_KINDS = (
    DocumentAttached,
    BookingRecorded,
    EvidenceRecorded,
    DisputeOpened,
    DisputeUpdated,
    DisputeClosed,
)
_TYPES = frozenset(kind.__name__ for kind in _KINDS)


class EvidenceIndex:
    """Finds documents and disputes (the Projection of `ledger.store.feed`)."""

    name = "evidence"
    rows = """
    SELECT 'document/' || document, md5(t::text) FROM views.attachment t WHERE clinic = %(clinic)s
    UNION ALL SELECT stream, md5(t::text) FROM views.captured t WHERE clinic = %(clinic)s
    UNION ALL SELECT 'dispute/' || dispute, md5(t::text) FROM views.dispute t
    WHERE clinic = %(clinic)s
    """
    """What is kept of a clinic: the name of each row, and a digest of it."""

    def wants(self, row: Row) -> bool:
        """Whether the event is of a document, or of what a list of disputes shows."""
        return row.type in _TYPES

    def apply(self, connection: Connection, clinic: str, events: Sequence[Recorded]) -> None:
        """Adds the documents and disputes of a batch; these are few."""
        for recorded in events:
            match recorded.event:
                case DocumentAttached() as attached:
                    owners = (attached.subscription, attached.dispute, attached.visit)
                    connection.execute(_ATTACH, (clinic, attached.document, *owners))
                case BookingRecorded() as told:
                    row = (f"booking/{told.booking}", told.patient, None, None, None, None)
                    connection.execute(_CAPTURE, (clinic, *row))
                case EvidenceRecorded() as found:
                    connection.execute(_CAPTURE, (clinic, *_captured_row(found)))
                case DisputeOpened() as opened:
                    connection.execute(_OPEN, (clinic, *_opened_row(opened)))
                case DisputeUpdated() as news:
                    connection.execute(_UPDATE, (*_news(news), clinic, news.dispute))
                case DisputeClosed(dispute=dispute, outcome=outcome):
                    connection.execute(_CLOSE, (outcome, clinic, dispute))

    def reset(self, connection: Connection, clinic: str) -> None:
        """Removes the clinic's rows."""
        connection.execute("DELETE FROM views.attachment WHERE clinic = %s", (clinic,))
        connection.execute("DELETE FROM views.captured WHERE clinic = %s", (clinic,))
        connection.execute("DELETE FROM views.dispute WHERE clinic = %s", (clinic,))


def attached(
    store: EventStore,
    clinic: str,
    subscriptions: Sequence[str],
    disputes: Sequence[str],
    visits: Sequence[str],
) -> list[str]:
    """The documents attached to any of these."""
    owners = (clinic, list(subscriptions), list(disputes), list(visits))
    with lent(store.pool) as connection, clinic_transaction(connection, clinic):
        return [document for (document,) in connection.execute(_ATTACHED, owners)]


@dataclass(frozen=True, slots=True)
class About:
    """What bookings and other evidence may be about."""

    charge: str
    patients: Sequence[str]
    subscriptions: Sequence[str]
    visits: Sequence[str]
    disputes: Sequence[str]


def captured(store: EventStore, clinic: str, about: About) -> list[str]:
    """The bookings and other evidence about any of these, each as its kind, a slash, its id."""
    owners = (about.subscriptions, about.visits, about.disputes, about.patients)
    wanted = (clinic, about.charge, *(list(names) for names in owners))
    with lent(store.pool) as connection, clinic_transaction(connection, clinic):
        return [name for (name,) in connection.execute(_CAPTURED, wanted)]


def disputes_of(store: EventStore, clinic: str, charge: str) -> list[str]:
    """The disputes of a charge, the latest first."""
    with lent(store.pool) as connection, clinic_transaction(connection, clinic):
        return [dispute for (dispute,) in connection.execute(_OF_CHARGE, (clinic, charge))]


def disputed_charges(store: EventStore, clinic: str, charges: Sequence[str]) -> set[str]:
    """Those of the charges that were ever disputed."""
    with lent(store.pool) as connection, clinic_transaction(connection, clinic):
        found = connection.execute(_DISPUTED, (clinic, list(charges)))
        return {charge for (charge,) in found}


def due_disputes(store: EventStore, clinic: str, through: date) -> list[str]:
    """The open disputes that may be due within days of a day; each decides for itself."""
    with lent(store.pool) as connection, clinic_transaction(connection, clinic):
        return [dispute for (dispute,) in connection.execute(_SOON, (clinic, through))]


def listed(store: EventStore, clinic: str) -> list[dict[str, Any]]:
    """Every dispute, open ones first by their due date."""
    with lent(store.pool) as connection, clinic_transaction(connection, clinic):
        cursor = connection.execute(_LIST, (clinic,))
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor]


def _opened_row(opened: DisputeOpened) -> tuple[object, ...]:
    return (
        opened.dispute,
        opened.charge,
        opened.amount,
        opened.currency,
        opened.reason,
        opened.network_reason_code,
        opened.opened_at,
        opened.due_by,
    )


def _captured_row(found: EvidenceRecorded) -> tuple[object, ...]:
    owners = (found.patient, found.subscription, found.visit, found.charge, found.dispute)
    return (f"evidence/{found.evidence}", *owners)


def _news(told: DisputeUpdated) -> tuple[object, ...]:
    return (told.amount, told.reason, told.network_reason_code, told.due_by)
