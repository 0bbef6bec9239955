"""What is asked and sent: goodwill.

Made by scripts/client from the description of the API, not edited by hand.
"""

from collections.abc import Mapping
from typing import Any, Required, TypedDict, Unpack

from ledger.client.transport import Answer, Transport


class GrantGoodwillData(TypedDict, total=False):
    subscription: str
    patient: Required[str]
    service: Required[str]
    quantity: Required[str]
    expires: str
    reason: Required[str]
    approver: str
    at: str
    source: Mapping[str, Any]
    context: Mapping[str, Any]


class Goodwill(Transport):
    def grant_goodwill(self, key: str, **data: Unpack[GrantGoodwillData]) -> Answer:
        """Grant goodwill."""
        return self.post("/v1/goodwill", {}, data, key=key)
