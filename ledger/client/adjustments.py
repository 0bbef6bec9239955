"""What is asked and sent: adjustments.

Made by scripts/client from the description of the API, not edited by hand.
"""

from collections.abc import Sequence
from typing import Any, Required, Unpack

from ledger.client.transport import Answer, Sent, Transport


class PostAdjustmentData(Sent, total=False):
    adjustment: Required[str]
    lines: Required[Sequence[Any]]
    reason: Required[str]
    approver: str
    auto_reverse: bool


class Adjustments(Transport):
    def post_adjustment(self, key: str, **data: Unpack[PostAdjustmentData]) -> Answer:
        """Post adjustment."""
        return self.post("/v1/adjustments", {}, data, key=key)
