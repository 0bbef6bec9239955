"""What is asked and sent: disputes.

Made by scripts/client from the description of the API, not edited by hand.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Required, Unpack

from ledger.client.transport import Answer, Sent, Transport


class OpenDisputeData(Sent, total=False):
    dispute: Required[str]
    charge: Required[str]
    amount: Required[int]
    currency: str
    reason: Required[str]
    network_reason_code: str
    case_type: str
    opened_at: Required[str]
    due_by: str
    fee: int
    funds_withdrawn: bool
    claim: Mapping[str, Any]


class UpdateDisputeData(Sent, total=False):
    status: str
    amount: int
    reason: str
    network_reason_code: str
    case_type: str
    due_by: str
    fee: int
    funds_withdrawn: bool
    submission_count: int
    claim: Mapping[str, Any]


class CloseDisputeData(Sent, total=False):
    outcome: Required[str]
    amount: int
    fee_returned: bool


class RecordSubmissionData(Sent, total=False):
    packet_sha256: Required[str]
    profile: Required[str]
    submitted_at: Required[str]
    final: bool
    fields: Sequence[Any]
    recipient: str


class ApproveDisclosureData(Sent, total=False):
    fields: Required[Sequence[Any]]
    reason: Required[str]
    approver: str
    expires: Required[str]


class Disputes(Transport):
    def open_dispute(self, key: str, **data: Unpack[OpenDisputeData]) -> Answer:
        """Open dispute."""
        return self.post("/v1/disputes", {}, data, key=key)

    def disputes(self, *, cursor: str | None = None, limit: int | None = None) -> Answer:
        """The disputes, open ones first by their due date, page by page."""
        return self.get("/v1/disputes", {}, {"cursor": cursor, "limit": limit})

    def update_dispute(
        self, dispute: str, key: str, if_match: str | None = None, **data: Unpack[UpdateDisputeData]
    ) -> Answer:
        """Update dispute."""
        return self.post(
            "/v1/disputes/{dispute}/updates", {"dispute": dispute}, data, key=key, if_match=if_match
        )

    def close_dispute(
        self, dispute: str, key: str, if_match: str | None = None, **data: Unpack[CloseDisputeData]
    ) -> Answer:
        """Close dispute."""
        return self.post(
            "/v1/disputes/{dispute}/outcome", {"dispute": dispute}, data, key=key, if_match=if_match
        )

    def record_submission(
        self,
        dispute: str,
        key: str,
        if_match: str | None = None,
        **data: Unpack[RecordSubmissionData],
    ) -> Answer:
        """Record submission."""
        return self.post(
            "/v1/disputes/{dispute}/submissions",
            {"dispute": dispute},
            data,
            key=key,
            if_match=if_match,
        )

    def approve_disclosure(
        self,
        dispute: str,
        key: str,
        if_match: str | None = None,
        **data: Unpack[ApproveDisclosureData],
    ) -> Answer:
        """Approve disclosure."""
        return self.post(
            "/v1/disputes/{dispute}/disclosures",
            {"dispute": dispute},
            data,
            key=key,
            if_match=if_match,
        )

    def evidence_packet(
        self,
        dispute: str,
        *,
        processor: str | None = None,
        paper: str | None = None,
        standard: str | None = None,
        include: str | None = None,
        leave_out: str | None = None,
    ) -> Answer:
        """The packet that answers a dispute."""
        return self.get(
            "/v1/disputes/{dispute}/evidence",
            {"dispute": dispute},
            {
                "processor": processor,
                "paper": paper,
                "standard": standard,
                "include": include,
                "leave_out": leave_out,
            },
        )
