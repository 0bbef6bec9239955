"""What is asked and sent: evidence.

Made by scripts/client from the description of the API, not edited by hand.
"""

from collections.abc import Mapping
from typing import Any, Required, Unpack

from ledger.client.transport import Answer, Sent, Transport


class RecordEvidenceData(Sent, total=False):
    evidence: Required[str]
    kind: Required[str]
    subscription: str
    patient: str
    visit: str
    charge: str
    dispute: str
    occurred_at: Required[str]
    fields: Required[Mapping[str, Any]]


class Evidence(Transport):
    def record_evidence(self, key: str, **data: Unpack[RecordEvidenceData]) -> Answer:
        """Record evidence."""
        return self.post("/v1/evidence", {}, data, key=key)
