"""What is asked and sent: visits.

Made by scripts/client from the description of the API, not edited by hand.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Required, Unpack

from ledger.client.transport import Answer, Sent, Transport


class RecordVisitData(Sent, total=False):
    visit: Required[str]
    patient: Required[str]
    booking: str
    location: str
    provider: str
    status: Required[str]
    lines: Required[Sequence[Any]]
    attendance: Mapping[str, Any]
    prefer: Sequence[Any]


class SignVisitData(Sent, total=False):
    signer: Required[str]


class ReverseConsumptionData(Sent, total=False):
    line: str
    reason: Required[str]
    approver: str


class MoveConsumptionData(Sent, total=False):
    line: Required[str]
    to_subscription: Required[str]
    reason: Required[str]
    approver: str


class Visits(Transport):
    def record_visit(self, key: str, **data: Unpack[RecordVisitData]) -> Answer:
        """Record visit."""
        return self.post("/v1/visits", {}, data, key=key)

    def visits(
        self, *, cursor: str | None = None, limit: int | None = None, patient: str | None = None
    ) -> Answer:
        """The visits, the newest first, page by page."""
        return self.get("/v1/visits", {}, {"cursor": cursor, "limit": limit, "patient": patient})

    def sign_visit(
        self, visit: str, key: str, if_match: str | None = None, **data: Unpack[SignVisitData]
    ) -> Answer:
        """Sign visit."""
        return self.post(
            "/v1/visits/{visit}/signature", {"visit": visit}, data, key=key, if_match=if_match
        )

    def reverse_consumption(
        self,
        visit: str,
        key: str,
        if_match: str | None = None,
        **data: Unpack[ReverseConsumptionData],
    ) -> Answer:
        """Reverse consumption."""
        return self.post(
            "/v1/visits/{visit}/reversals", {"visit": visit}, data, key=key, if_match=if_match
        )

    def move_consumption(
        self, visit: str, key: str, if_match: str | None = None, **data: Unpack[MoveConsumptionData]
    ) -> Answer:
        """Move consumption."""
        return self.post(
            "/v1/visits/{visit}/moves", {"visit": visit}, data, key=key, if_match=if_match
        )
