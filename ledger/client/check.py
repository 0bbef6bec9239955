"""What is asked and sent: check.

Made by scripts/client from the description of the API, not edited by hand.
"""

from collections.abc import Sequence
from typing import Any, Required, TypedDict, Unpack

from ledger.client.transport import Answer, Transport


class CheckData(TypedDict, total=False):
    patient: Required[str]
    lines: Sequence[Any]
    access: Sequence[Any]
    at: str


class Check(Transport):
    def check(self, **data: Unpack[CheckData]) -> Answer:
        """What a visit would be covered with."""
        return self.post("/v1/check", {}, data)
