"""Our codec behind the event-sourcing library's mapper interface."""

from dataclasses import dataclass

from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import JSONTranscoder, Mapper, StoredEvent

from ledger.events import Event
from ledger.store.catalog import Catalog
from ledger.store.recorder import parse_topic, topic_of


@dataclass(frozen=True, slots=True)
class Envelope:
    """An event with its place in a stream: what the library takes for a domain event."""

    originator_id: str
    originator_version: int
    event: Event


class CatalogMapper(Mapper[str]):
    """Maps envelopes by the catalog; never by topic, so no row can import a module."""

    def __init__(self, catalog: Catalog) -> None:
        super().__init__(JSONTranscoder())
        self.catalog = catalog

    def to_stored_event(self, domain_event: DomainEventProtocol[str]) -> StoredEvent:
        """The canonical body under its stored name and schema version; raises Broken."""
        if not isinstance(domain_event, Envelope):
            raise TypeError(f"{type(domain_event).__name__} is not an Envelope")
        name, schema_version, body = self.catalog.encode(domain_event.event)
        return StoredEvent(
            domain_event.originator_id,
            domain_event.originator_version,
            topic_of(name, schema_version),
            body.encode(),
        )

    def to_domain_event(self, stored_event: StoredEvent) -> Envelope:
        """The envelope of a stored event, lifted and validated; raises Broken."""
        name, schema_version = parse_topic(stored_event.topic)
        event = self.catalog.decode(name, schema_version, stored_event.state)
        return Envelope(str(stored_event.originator_id), stored_event.originator_version, event)
