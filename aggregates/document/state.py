"""What a document's history comes to."""

from dataclasses import dataclass

from aggregates.document.events import DocumentAttached
from ledger.decider import Decider, impossible
from ledger.events import Recorded


@dataclass(frozen=True, slots=True)
class Document:
    attached: DocumentAttached | None = None


def evolve(state: Document, recorded: Recorded) -> Document:
    """The state after one more event."""
    match recorded.event:
        case DocumentAttached() as attached:
            return Document(attached)
        case other:
            raise impossible("document", other)


DOCUMENT: Decider[Document] = Decider(Document(), evolve)
