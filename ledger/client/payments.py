"""What is asked and sent: payments.

Made by scripts/client from the description of the API, not edited by hand.
"""

from ledger.client.transport import Answer, Transport


class Payments(Transport):
    def payments(
        self,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        subscription: str | None = None,
    ) -> Answer:
        """The payments, the newest first, page by page."""
        return self.get(
            "/v1/payments", {}, {"cursor": cursor, "limit": limit, "subscription": subscription}
        )
