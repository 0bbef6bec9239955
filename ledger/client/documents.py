"""What is asked and sent: documents.

Made by scripts/client from the description of the API, not edited by hand.
"""

from typing import Required, Unpack

from ledger.client.transport import Answer, Sent, Transport


class AttachDocumentData(Sent, total=False):
    document: Required[str]
    kind: Required[str]
    sha256: Required[str]
    media_type: Required[str]
    content_base64: str
    path: str
    subscription: str
    dispute: str
    visit: str


class Documents(Transport):
    def attach_document(self, key: str, **data: Unpack[AttachDocumentData]) -> Answer:
        """Attach document."""
        return self.post("/v1/documents", {}, data, key=key)
