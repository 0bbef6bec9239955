"""What a clinic keeps in case of a dispute, and how it answers one."""

from tests.commands.step import Step

JANUARY_12 = "2026-01-12T10:00:00-05:00"
FEBRUARY_3 = "2026-02-03T10:00:00-05:00"
PACKET = "5a" * 32
MORE = "issuer_min + visits.service (approved by bob)"


def evidence_steps() -> list[Step]:
    booked = {"booking": "b-1", "patient": "p-1", "status": "checked_in", "for": FEBRUARY_3}
    searched = {"evidence": "search-1", "kind": "cancellation_search", "subscription": "s-1"}
    asked = {"channels": ["email", "phone"], "hits": 0}
    return [
        Step(
            "record_booking",
            JANUARY_12,
            booked | {"services": ["massage"], "channel": "phone", "booked_by": "Pat Doe"},
            ["BookingRecorded booking/b-1"],
            {"booking": "b-1", "status": "checked_in"},
        ),
        Step(
            "record_evidence",
            JANUARY_12,
            searched | {"occurred_at": JANUARY_12, "fields": asked},
            ["EvidenceRecorded evidence/search-1"],
            {"evidence": "search-1", "kind": "cancellation_search"},
        ),
    ]


def answer_steps() -> list[Step]:
    approval = {"dispute": "d-1", "fields": ["visits.service"], "reason": "what was done"}
    packet = {"dispute": "d-1", "packet_sha256": PACKET, "profile": MORE}
    return [
        Step(
            "update_dispute",
            FEBRUARY_3,
            {"dispute": "d-1", "status": "needs_response", "network_reason_code": "13.3"},
            ["DisputeUpdated dispute/d-1"],
            {"dispute": "d-1", "withdrawn": True},
        ),
        Step(
            "approve_disclosure",
            FEBRUARY_3,
            approval | {"approver": "bob", "expires": "2026-02-05T12:00:00-05:00"},
            ["DisclosureApproved dispute/d-1"],
            {"dispute": "d-1", "fields": ["visits.service"]},
        ),
        Step(
            "record_submission",
            FEBRUARY_3,
            packet | {"submitted_at": FEBRUARY_3, "fields": ["visits.service"]},
            ["EvidenceSubmitted dispute/d-1"],
            {"dispute": "d-1", "final": True},
        ),
    ]
