"""What is asked and sent: periods.

Made by scripts/client from the description of the API, not edited by hand.
"""

from collections.abc import Sequence
from typing import Any, Required, Unpack

from ledger.client.transport import Answer, Sent, Transport


class ClosePeriodData(Sent, total=False):
    soft: bool
    approver: str
    expected_digest: str


class ReopenPeriodData(Sent, total=False):
    approvers: Required[Sequence[Any]]
    reason: Required[str]


class Periods(Transport):
    def close_period(
        self, period: str, key: str, if_match: str | None = None, **data: Unpack[ClosePeriodData]
    ) -> Answer:
        """Close period."""
        return self.post(
            "/v1/periods/{period}/close", {"period": period}, data, key=key, if_match=if_match
        )

    def reopen_period(
        self, period: str, key: str, if_match: str | None = None, **data: Unpack[ReopenPeriodData]
    ) -> Answer:
        """Reopen period."""
        return self.post(
            "/v1/periods/{period}/reopening", {"period": period}, data, key=key, if_match=if_match
        )

    def closed_period(self, period: str) -> Answer:
        """What was sealed."""
        return self.get("/v1/periods/{period}", {"period": period}, {})

    def proof(self, period: str, *, version: int | None = None) -> Answer:
        """A replay."""
        return self.get("/v1/periods/{period}/proof", {"period": period}, {"version": version})
