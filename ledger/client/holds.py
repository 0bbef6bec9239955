"""What is asked and sent: holds.

Made by scripts/client from the description of the API, not edited by hand.
"""

from collections.abc import Sequence
from typing import Any, Required, Unpack

from ledger.client.transport import Answer, Sent, Transport


class PlaceHoldData(Sent, total=False):
    booking: Required[str]
    patient: Required[str]
    lines: Required[Sequence[Any]]
    for_: Required[str]


class ReleaseHoldData(Sent, total=False):
    """Nothing but what every command may say."""


class Holds(Transport):
    def place_hold(self, key: str, **data: Unpack[PlaceHoldData]) -> Answer:
        """Place hold."""
        return self.post("/v1/holds", {}, data, key=key)

    def release_hold(
        self, booking: str, key: str, if_match: str | None = None, **data: Unpack[ReleaseHoldData]
    ) -> Answer:
        """Release hold."""
        return self.post(
            "/v1/holds/{booking}/release", {"booking": booking}, data, key=key, if_match=if_match
        )
