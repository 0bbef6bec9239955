"""What is asked and sent: approvals.

Made by scripts/client from the description of the API, not edited by hand.
"""

from collections.abc import Mapping
from typing import Any, Required, Unpack

from ledger.client.transport import Answer, Sent, Transport


class RequestApprovalData(Sent, total=False):
    request: Required[str]
    command: Required[Mapping[str, Any]]
    expires: str


class ApproveData(Sent, total=False):
    """Nothing but what every command may say."""


class RejectData(Sent, total=False):
    reason: Required[str]


class Approvals(Transport):
    def request_approval(self, key: str, **data: Unpack[RequestApprovalData]) -> Answer:
        """Request approval."""
        return self.post("/v1/approvals", {}, data, key=key)

    def approvals(
        self, *, cursor: str | None = None, limit: int | None = None, standing: str | None = None
    ) -> Answer:
        """What approval is asked for, or was, page by page."""
        return self.get(
            "/v1/approvals", {}, {"cursor": cursor, "limit": limit, "standing": standing}
        )

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
