"""What is asked and sent: store credit.

Made by scripts/client from the description of the API, not edited by hand.
"""

from collections.abc import Mapping
from typing import Any, Required, Unpack

from ledger.client.transport import Answer, Sent, Transport


class UseStoreCreditData(Sent, total=False):
    patient: Required[str]
    use: Required[str]
    amount: Required[int]
    for_: Required[Mapping[str, Any] | str]
    reason: Required[str]


class StoreCredit(Transport):
    def use_store_credit(self, key: str, **data: Unpack[UseStoreCreditData]) -> Answer:
        """Use store credit."""
        return self.post("/v1/store-credit/uses", {}, data, key=key)
