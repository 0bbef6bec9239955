"""What else is on record: visits, messages, cancellations, documents, the claim itself."""

from collections.abc import Collection
from typing import Any

from aggregates.document.events import DocumentAttached
from aggregates.visit.events import VisitRecorded
from ledger.quantity import text_of
from projections.evidence.case import Case, ContractFile
from projections.evidence.codes.rules import DOCUMENTS, TERMS

Fact = dict[str, Any]
#: What a cardholder states (evidence.md 1.4), and how a reviewer reads it.
CLAIMED = {
    "contract_date": "contract made",
    "cancellation_date": "services cancelled",
    "permission_withdrawn_date": "permission to charge withdrawn",
    "last_expected_receipt_date": "services expected by",
    "credit_expected_date": "credit expected",
    "received_date": "services received",
}


def visits(case: Case, contract: ContractFile) -> list[Fact]:
    """Each draw that was not given back, with the attendance."""
    return [
        {
            "visit": use.draw.visit,
            "service": use.draw.service,
            "provider": use.draw.provider,
            "on": use.drawn.effective_on.isoformat(),
            "status": use.draw.status,
            "label": contract.label(use.draw.service),
            "quantity": text_of(use.draw.quantity),
            "location": place(case, use.draw.location),
            "checked_in_at": _checked_in(use.visit),
            "signature_sha256": _signature(use.visit),
            "recorded_at": use.drawn.recorded_at.isoformat(),
            "recorded_by": use.drawn.role,
            "visit_position": use.visit_position,
            "position": use.drawn.position,
        }
        for use in contract.uses
    ]


def place(case: Case, location: str | None) -> str | None:
    """The location by its name."""
    defined = case.profile.defined.locations if case.profile.defined else ()
    return next((item.name for item in defined if item.location == location), location)


def _checked_in(visit: VisitRecorded | None) -> str | None:
    return visit.attendance.checked_in_at.isoformat() if visit and visit.attendance else None


def _signature(visit: VisitRecorded | None) -> str | None:
    return visit.attendance.signature_sha256 if visit and visit.attendance else None


def messages(case: Case, contract: ContractFile) -> list[Fact]:
    """Each communication; those marked as clinical are not evidence."""
    return [
        {
            "kind": logged.kind,
            "direction": logged.direction,
            "channel": logged.channel,
            "sent_at": logged.sent_at.isoformat(),
            "status": message.state.status,
            "sha256": logged.sha256,
            "summary": case.words.get(logged.summary or ""),
            "position": message.logged.position,
        }
        for message in contract.messages
        if (logged := message.state.logged) is not None and not logged.clinical
    ]


def documents(case: Case, stored: Collection[str]) -> list[Fact]:
    """Each attached document, and whether it may go to an issuer."""
    accepted = {contract.sold.terms.sha256 for contract in case.contracts if contract.sold.terms}
    return [
        {
            "document": attached.document,
            "kind": attached.kind if attached.kind in DOCUMENTS else "other",
            "media_type": attached.media_type,
            "sha256": attached.sha256,
            "available": attached.sha256 in stored,
            "withheld": withheld(attached, accepted),
            "position": row.position,
        }
        for row in case.documents
        if isinstance(attached := row.event, DocumentAttached)
    ]


def withheld(attached: DocumentAttached, accepted: Collection[str]) -> str | None:
    """Why a document does not go out; None when it may.

    Terms of another version than the contract was sold under say nothing about the sale
    (evidence.md 0.3).
    """
    if attached.kind not in DOCUMENTS:
        return "not a kind that an issuer needs"
    if attached.kind in TERMS and attached.sha256 not in accepted:
        return "not the version of the terms that was accepted"
    return None


def cancellations(case: Case) -> list[Fact]:
    """Each request to cancel that reached the clinic before the dispute was recorded."""
    return [
        {"on": item.on.isoformat(), "channel": item.channel, "position": item.position}
        for item in case.cancellations()
    ]


def claim(case: Case) -> list[Fact]:
    """What the cardholder stated: dates as such, everything else as free text."""
    return [
        {
            "field": field,
            "means": CLAIMED.get(field),
            "date": day.isoformat() if (day := case.claimed(field)) else None,
            "text": text,
        }
        for field, text in sorted(case.claim.items())
    ]
