"""What is asked and sent: payouts.

Made by scripts/client from the description of the API, not edited by hand.
"""

from collections.abc import Sequence
from typing import Any, Required, Unpack

from ledger.client.transport import Answer, Sent, Transport


class RecordPayoutData(Sent, total=False):
    payout: Required[str]
    amount: Required[int]
    fees: int
    payments: Required[Sequence[Any]]
    refunds: Sequence[Any]
    disputes: Sequence[Any]


class Payouts(Transport):
    def record_payout(self, key: str, **data: Unpack[RecordPayoutData]) -> Answer:
        """Record payout."""
        return self.post("/v1/payouts", {}, data, key=key)
