"""What is asked and sent: unclaimed.

Made by scripts/client from the description of the API, not edited by hand.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Required, TypedDict, Unpack

from ledger.client.transport import Answer, Transport


class RemitUnclaimedData(TypedDict, total=False):
    remittance: Required[str]
    amount: Required[int]
    subscriptions: Sequence[Any]
    patients: Sequence[Any]
    at: str
    source: Mapping[str, Any]
    context: Mapping[str, Any]


class ClaimUnclaimedData(TypedDict, total=False):
    patient: Required[str]
    at: str
    source: Mapping[str, Any]
    context: Mapping[str, Any]


class Unclaimed(Transport):
    def remit_unclaimed(self, key: str, **data: Unpack[RemitUnclaimedData]) -> Answer:
        """Remit unclaimed."""
        return self.post("/v1/unclaimed/remittances", {}, data, key=key)

    def claim_unclaimed(self, key: str, **data: Unpack[ClaimUnclaimedData]) -> Answer:
        """Claim unclaimed."""
        return self.post("/v1/unclaimed/claims", {}, data, key=key)
