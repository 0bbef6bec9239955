"""What is asked and sent: store credit.

Made by scripts/client from the description of the API, not edited by hand.
"""

from collections.abc import Mapping
from typing import Any, Required, TypedDict, Unpack

from ledger.client.transport import Answer, Transport


class UseStoreCreditData(TypedDict, total=False):
    patient: Required[str]
    use: Required[str]
    amount: Required[int]
    for_: Required[Mapping[str, Any] | str]
    reason: Required[str]
    at: str
    source: Mapping[str, Any]
    context: Mapping[str, Any]


class StoreCredit(Transport):
    def use_store_credit(self, key: str, **data: Unpack[UseStoreCreditData]) -> Answer:
        """Use store credit."""
        return self.post("/v1/store-credit/uses", {}, data, key=key)
