"""What is asked and sent: unclaimed.

Made by scripts/client from the description of the API, not edited by hand.
"""

from collections.abc import Sequence
from typing import Any, Required, Unpack

from ledger.client.transport import Answer, Sent, Transport


class RemitUnclaimedData(Sent, total=False):
    remittance: Required[str]
    amount: Required[int]
    subscriptions: Sequence[Any]
    patients: Sequence[Any]


class ClaimUnclaimedData(Sent, total=False):
    patient: Required[str]


class Unclaimed(Transport):
    def remit_unclaimed(self, key: str, **data: Unpack[RemitUnclaimedData]) -> Answer:
        """Remit unclaimed."""
        return self.post("/v1/unclaimed/remittances", {}, data, key=key)

    def claim_unclaimed(self, key: str, **data: Unpack[ClaimUnclaimedData]) -> Answer:
        """Claim unclaimed."""
        return self.post("/v1/unclaimed/claims", {}, data, key=key)
