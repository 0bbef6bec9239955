"""What is asked and sent: approvals.

Made by scripts/client from the description of the API, not edited by hand.
"""

from collections.abc import Mapping
from typing import Any, Required, TypedDict, Unpack

from ledger.client.transport import Answer, Transport


class RequestApprovalData(TypedDict, total=False):
    request: Required[str]
    command: Required[Mapping[str, Any]]
    expires: str
    at: str
    source: Mapping[str, Any]
    context: Mapping[str, Any]


class ApproveData(TypedDict, total=False):
    at: str
    source: Mapping[str, Any]
    context: Mapping[str, Any]


class RejectData(TypedDict, total=False):
    reason: Required[str]
    at: str
    source: Mapping[str, Any]
    context: Mapping[str, Any]


class Approvals(Transport):
    def request_approval(self, key: str, **data: Unpack[RequestApprovalData]) -> Answer:
        """Request approval."""
        return self.post("/v1/approvals", {}, data, key=key)

    def approve(
        self, request: str, key: str, if_match: str | None = None, **data: Unpack[ApproveData]
    ) -> Answer:
        """Approve."""
        return self.post(
            "/v1/approvals/{request}/approval",
            {"request": request},
            data,
            key=key,
            if_match=if_match,
        )

    def reject(
        self, request: str, key: str, if_match: str | None = None, **data: Unpack[RejectData]
    ) -> Answer:
        """Reject."""
        return self.post(
            "/v1/approvals/{request}/rejection",
            {"request": request},
            data,
            key=key,
            if_match=if_match,
        )

    def approval(self, request: str) -> Answer:
        """What approval was asked for, and what became of it."""
        return self.get("/v1/approvals/{request}", {"request": request}, {})
