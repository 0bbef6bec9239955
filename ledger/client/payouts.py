"""What is asked and sent: payouts.

Made by scripts/client from the description of the API, not edited by hand.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Required, TypedDict, Unpack

from ledger.client.transport import Answer, Transport


class RecordPayoutData(TypedDict, total=False):
    payout: Required[str]
    amount: Required[int]
    fees: int
    payments: Required[Sequence[Any]]
    refunds: Sequence[Any]
    disputes: Sequence[Any]
    at: str
    source: Mapping[str, Any]
    context: Mapping[str, Any]


class Payouts(Transport):
    def record_payout(self, key: str, **data: Unpack[RecordPayoutData]) -> Answer:
        """Record payout."""
        return self.post("/v1/payouts", {}, data, key=key)
