"""What is asked and sent: goodwill.

Made by scripts/client from the description of the API, not edited by hand.
"""

from typing import Required, Unpack

from ledger.client.transport import Answer, Sent, Transport


class GrantGoodwillData(Sent, total=False):
    subscription: str
    patient: Required[str]
    service: Required[str]
    quantity: Required[str]
    expires: str
    reason: Required[str]
    approver: str


class Goodwill(Transport):
    def grant_goodwill(self, key: str, **data: Unpack[GrantGoodwillData]) -> Answer:
        """Grant goodwill."""
        return self.post("/v1/goodwill", {}, data, key=key)
