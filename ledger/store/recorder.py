"""The event-sourcing library's recorder contract over ``ledger.append`` (architecture.md 4).

One clinic is one application, so its notification ids are the clinic's positions: gapless,
and in the order of commits. Nothing here retries: after a conflict or a lost reply only the
caller can decide again.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from threading import Event as Signal
from uuid import UUID

import psycopg
from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    IntegrityError,
    Notification,
    StoredEvent,
    Subscription,
)

from ledger.canonical import digest
from ledger.store.appending import Appended, EncodedEvent, append
from ledger.store.columns import column_of
from ledger.store.pool import Connection, Pool, lent
from ledger.store.rows import CommandRow, Conflict, Known, Row

PAGE = 500
_STREAMS = "SELECT * FROM ledger.read_streams(%s, %s::text[], %s::int4[])"
_EVENTS = "SELECT * FROM ledger.read_events(%s, %s, %s, %s)"


def read_page(
    connection: Connection, clinic: str, after: int, until: int | None, limit: int | None
) -> list[Row]:
    """At most `limit` rows of positions in ``(after, until]``; None stands for no bound."""
    return list(map(Row._make, connection.execute(_EVENTS, (clinic, after, until, limit))))


def topic_of(name: str, schema_version: int) -> str:
    """The library's topic: ``UnitsDrawn@2``, or the bare name of a foreign event, version 0."""
    return f"{name}@{schema_version}" if schema_version else name


def parse_topic(topic: str) -> tuple[str, int]:
    """The stored name and schema version of a topic."""
    name, _, version = topic.rpartition("@")
    return (name, int(version)) if name else (topic, 0)


class StreamRecorder(AggregateRecorder):
    """The streams of one clinic.

    The library lets an application number its streams from any `first_version`; the table
    numbers them from 1.
    """

    def __init__(self, pool: Pool, clinic: str, first_version: int = 1) -> None:
        self.pool = pool
        self.clinic = clinic
        self._shift = 1 - first_version

    def record(
        self,
        commands: Sequence[CommandRow],
        events: Sequence[EncodedEvent],
        guards: Mapping[str, int],
        now: datetime | None = None,
    ) -> Appended:
        """Appends a batch; the errors are those of `ledger.store.appending.append`."""
        return append(self.pool, self.clinic, commands, events, guards, now=now)

    def rows(self, after: Mapping[str, int]) -> list[Row]:
        """The rows of each stream after a version, by stream and version, in one query."""
        wanted = (self.clinic, column_of("text", after), column_of("int4", after.values()))
        with lent(self.pool) as connection:
            return list(map(Row._make, connection.execute(_STREAMS, wanted)))

    def insert_events(
        self, stored_events: Sequence[StoredEvent], **kwargs: str
    ) -> Sequence[int] | None:
        """As `record_foreign`; the library's streams by themselves have no positions."""
        self.record_foreign(stored_events, **kwargs)
        return None

    def record_foreign(
        self, stored_events: Sequence[StoredEvent], *, actor: str = "library", role: str = "service"
    ) -> list[int]:
        """Appends events of the library's own making and returns their positions.

        Their state must be UTF-8 text. They are one command, whose id is the digest of the
        events, so that sending them again is found out. Raises the library's IntegrityError.
        """
        if not stored_events:
            return []
        now = datetime.now(UTC)
        events = [self._encoded(stored, now) for stored in stored_events]
        content = digest([[e.stream, e.version, e.type, e.body] for e in events])
        command = CommandRow(
            content, "insert_events", content, {}, actor, role, now, now.date(), ()
        )
        try:
            first = self.record([command], events, {}).first_position
        except (Conflict, Known, psycopg.IntegrityError) as error:
            raise IntegrityError(str(error)) from error
        return list(range(first, first + len(events)))

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> list[StoredEvent]:
        """The events of one stream, as the library asks for them."""
        stored = [
            event
            for event in map(self._stored, self.rows({str(originator_id): 0}))
            if (gt is None or event.originator_version > gt)
            and (lte is None or event.originator_version <= lte)
        ]
        return (stored[::-1] if desc else stored)[:limit]

    def _encoded(self, stored: StoredEvent, now: datetime) -> EncodedEvent:
        name, schema_version = parse_topic(stored.topic)
        return EncodedEvent(
            command=1,
            stream=str(stored.originator_id),
            version=stored.originator_version + self._shift,
            type=name,
            schema_version=schema_version,
            effective_at=now,
            effective_on=now.date(),
            body=stored.state.decode(),
        )

    def _stored(self, row: Row) -> StoredEvent:
        topic = topic_of(row.type, row.schema_version)
        return StoredEvent(row.stream, row.version - self._shift, topic, row.body.encode())


class ClinicRecorder(StreamRecorder, ApplicationRecorder):
    """The streams of one clinic, and their one sequence of positions."""

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: str) -> Sequence[int]:
        """As `record_foreign`."""
        return self.record_foreign(stored_events, **kwargs)

    def page(self, after: int, until: int | None = None, limit: int = PAGE) -> list[Row]:
        """At most `limit` rows of positions in ``(after, until]``."""
        with lent(self.pool) as connection:
            return read_page(connection, self.clinic, after, until, limit)

    def history(self, after: int = 0, until: int | None = None, page: int = PAGE) -> Iterator[Row]:
        """All rows of positions in ``(after, until]``, fetched page by page."""
        while rows := self.page(after, until, page):
            yield from rows
            after = rows[-1].position
            if len(rows) < page:
                return

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> list[Notification]:
        """At most `limit` events by position, as the library asks for them."""
        after = (start or 0) - (1 if start and inclusive_of_start else 0)
        rows = self.history(after, stop, PAGE if topics else min(limit, PAGE))
        chosen = (
            Notification(**vars(stored), id=row.position)
            for row in rows
            if (stored := self._stored(row)).topic in topics or not topics
        )
        return list(islice(chosen, limit))

    def max_notification_id(self) -> int | None:
        """The clinic's head, or None before its first event."""
        with lent(self.pool) as connection:
            head = connection.execute(
                "SELECT position FROM ledger.read_head(%s)", (self.clinic,)
            ).fetchone()
        return head[0] or None if head else None

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> "PollingSubscription":
        """Past and coming events, by polling."""
        return PollingSubscription(self, gt, topics)


class PollingSubscription(Subscription[ClinicRecorder]):
    """Asks again every 50 ms: a lost wake-up cannot strand an event (reliability.md 4)."""

    INTERVAL = 0.05

    def __init__(self, recorder: ClinicRecorder, gt: int | None, topics: Sequence[str]) -> None:
        super().__init__(recorder, gt, topics)
        self._waiting: Iterator[Notification] = iter(())
        self._stopped = Signal()

    def stop(self) -> None:
        """Ends the iteration, also one that waits for news in another thread."""
        super().stop()
        self._stopped.set()

    def __next__(self) -> Notification:
        while not self._stopped.is_set():
            for notification in self._waiting:
                self._last_notification_id = notification.id
                return notification
            found = self._recorder.select_notifications(
                self._last_notification_id, PAGE, topics=self._topics, inclusive_of_start=False
            )
            self._waiting = iter(found)
            if not found:
                self._stopped.wait(self.INTERVAL)
        raise StopIteration
