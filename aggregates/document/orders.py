"""What a document can be asked to do: the data of `attach_document` (interfaces.md 4)."""

from typing import Annotated

from pydantic import StringConstraints, model_validator

from aggregates.values import Digest, Word
from ledger.events import Frozen
from ledger.ids import Id

MediaType = Annotated[str, StringConstraints(pattern=r"^[a-z]+/[a-z0-9.+-]{1,60}$")]
#: 10 MiB of content, as base64.
Base64 = Annotated[str, StringConstraints(max_length=14 * 1024 * 1024)]


class AttachDocument(Frozen):
    document: Id
    kind: Word
    sha256: Digest
    media_type: MediaType
    content_base64: Base64 | None = None
    path: Annotated[str, StringConstraints(max_length=1024)] | None = None
    subscription: Id | None = None
    dispute: Id | None = None
    visit: Id | None = None

    @model_validator(mode="after")
    def _belongs_somewhere(self) -> "AttachDocument":
        if self.subscription is None and self.dispute is None and self.visit is None:
            raise ValueError("a document belongs to a subscription, a dispute or a visit")
        if (self.content_base64 is None) == (self.path is None):
            raise ValueError("a document comes with its content, inline or by path, and not both")
        return self
