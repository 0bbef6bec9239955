"""What can happen to a document: it is attached, by digest; its bytes lie apart."""

from aggregates.values import Sha256, Word
from ledger.events import Event
from ledger.ids import Id


class DocumentAttached(Event):
    document: Id
    kind: Word
    sha256: Sha256
    media_type: str
    subscription: Id | None = None
    dispute: Id | None = None
    visit: Id | None = None
