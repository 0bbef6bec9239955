"""What is asked and sent: refunds.

Made by scripts/client from the description of the API, not edited by hand.
"""

from typing import Required, Unpack

from ledger.client.transport import Answer, Sent, Transport


class SettleRefundData(Sent, total=False):
    status: Required[str]
    reference: str
    settled_at: str


class Refunds(Transport):
    def settle_refund(
        self, refund: str, key: str, if_match: str | None = None, **data: Unpack[SettleRefundData]
    ) -> Answer:
        """Settle refund."""
        return self.post(
            "/v1/refunds/{refund}/settlement", {"refund": refund}, data, key=key, if_match=if_match
        )
