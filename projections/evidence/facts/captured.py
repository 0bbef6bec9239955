"""What was captured beside contracts, visits and messages: appointments and other evidence."""

from typing import Any

from aggregates.booking.events import BookingRecorded
from aggregates.dispute.events import EvidenceSubmitted
from aggregates.evidence.events import EvidenceRecorded
from projections.evidence.case import NEUTRAL, Case
from projections.evidence.codes.captured import SENT
from projections.evidence.facts.record import place

Fact = dict[str, Any]


def bookings(case: Case) -> list[Fact]:
    """What became of each appointment for services of the package, as it was told."""
    labels = {name: text for item in case.contracts for name, text in item.labels.items()}
    return [
        {
            "booking": told.booking,
            "status": told.status,
            "on": told.booked_on.isoformat(),
            "starts": told.starts.isoformat() if told.starts else None,
            "label": ", ".join(
                dict.fromkeys(labels[name] for name in told.services if name in labels)
            )
            or NEUTRAL,
            "location": place(case, told.location),
            "channel": told.channel,
            "cancelled_by": told.cancelled_by,
            "notice_hours": None if told.notice_hours is None else str(told.notice_hours),
            "told_at": row.effective_at.isoformat(),
            "recorded_at": row.recorded_at.isoformat(),
            "position": row.position,
        }
        for row in case.bookings
        if isinstance(told := row.event, BookingRecorded)
    ]


def evidence(case: Case) -> list[Fact]:
    """Each piece of evidence with the fields of its kind that an issuer may see.

    Names and free text of people are none of them, nor is what may name a treatment.
    """
    return [
        {
            "evidence": found.evidence,
            "kind": found.kind,
            "occurred_at": found.occurred_at.isoformat(),
            "recorded_at": row.recorded_at.isoformat(),
            "recorded_by": row.role,
            "fields": {
                name: list(value) if isinstance(value, tuple) else value
                for name in SENT[found.kind]
                if (value := found.fields.get(name)) is not None
            },
            "position": row.position,
        }
        for row in case.evidence
        if isinstance(found := row.event, EvidenceRecorded)
    ]


def submissions(case: Case) -> list[Fact]:
    """What was sent before: the log of disclosures (evidence.md 9), which stays with the clinic."""
    return [
        {
            "submitted_at": sent.submitted_at.isoformat(),
            "packet_sha256": sent.packet_sha256,
            "profile": sent.profile,
            "final": sent.final,
            "recipient": sent.recipient,
            "position": row.position,
        }
        for row in case.answers
        if isinstance(sent := row.event, EvidenceSubmitted)
    ]
