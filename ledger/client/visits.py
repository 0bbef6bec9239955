"""What is asked and sent: visits.

Made by scripts/client from the description of the API, not edited by hand.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Required, TypedDict, Unpack

from ledger.client.transport import Answer, Transport


class RecordVisitData(TypedDict, total=False):
    visit: Required[str]
    patient: Required[str]
    booking: str
    location: str
    provider: str
    status: Required[str]
    lines: Required[Sequence[Any]]
    attendance: Mapping[str, Any]
    prefer: Sequence[Any]
    at: str
    source: Mapping[str, Any]
    context: Mapping[str, Any]


class SignVisitData(TypedDict, total=False):
    signer: Required[str]
    at: str
    source: Mapping[str, Any]
    context: Mapping[str, Any]


class ReverseConsumptionData(TypedDict, total=False):
    line: str
    reason: Required[str]
    approver: str
    at: str
    source: Mapping[str, Any]
    context: Mapping[str, Any]


class MoveConsumptionData(TypedDict, total=False):
    line: Required[str]
    to_subscription: Required[str]
    reason: Required[str]
    approver: str
    at: str
    source: Mapping[str, Any]
    context: Mapping[str, Any]


class Visits(Transport):
    def record_visit(self, key: str, **data: Unpack[RecordVisitData]) -> Answer:
        """Record visit."""
        return self.post("/v1/visits", {}, data, key=key)

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
