"""What is asked and sent: communications.

Made by scripts/client from the description of the API, not edited by hand.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Required, Unpack

from ledger.client.transport import Answer, Sent, Transport


class LogCommunicationData(Sent, total=False):
    subscription: str
    patient: str
    communication: Required[str]
    kind: Required[str]
    channel: Required[str]
    direction: Required[str]
    sent_at: Required[str]
    status: str
    sha256: str
    summary: str
    template: str
    thread: str
    address: str
    provider_message: str
    charge: str
    refund: str
    booking: str
    cycle: int
    rule_sets: Sequence[Any]
    window: Mapping[str, Any]
    clinical: bool


class Communications(Transport):
    def log_communication(self, key: str, **data: Unpack[LogCommunicationData]) -> Answer:
        """Log communication."""
        return self.post("/v1/communications", {}, data, key=key)
