"""The event store: what commands load, append and remember, and what readers read."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Self

import orjson

from ledger.errors import Broken
from ledger.events import Recorded
from ledger.personal import PersonalText
from ledger.store import chain
from ledger.store.appending import EncodedEvent, answers
from ledger.store.catalog import Catalog
from ledger.store.pool import Pool, clinic_transaction, lent, open_pool
from ledger.store.recorder import PAGE, ClinicRecorder
from ledger.store.rows import (
    Accepted,
    CommandRow,
    Conflict,
    Document,
    Head,
    Known,
    Row,
    StoredRef,
)

if TYPE_CHECKING:
    from ledger.store.shelf import Shelf

__all__ = [
    "Accepted",
    "CommandRow",
    "Conflict",
    "Document",
    "EventStore",
    "Head",
    "Known",
    "PersonalText",
    "Row",
    "StoredRef",
]

_SHELVED = """
SELECT sha256 FROM ledger.document WHERE clinic = %s AND subject = %s AND content IS NULL
"""


class EventStore:
    """The history of all clinics, seen one clinic at a time; safe to share between threads."""

    def __init__(self, pool: Pool, catalog: Catalog, shelf: "Shelf | None" = None) -> None:
        """`shelf` keeps the bytes of documents; without one the database does."""
        self.pool = pool
        self.catalog = catalog
        self.shelf = shelf

    @classmethod
    def open(
        cls,
        conninfo: str,
        catalog: Catalog,
        *,
        role: str = "ledger_api",
        pool_size: int = 8,
        verified: bool = False,
        shelf: "Shelf | None" = None,
    ) -> Self:
        """Connects as `role`; raises Busy without a server, Broken for a gap in the lifts.

        `verified`: as for `open_pool`, where one process serves many clinics.
        """
        catalog.check()
        return cls(open_pool(conninfo, role, pool_size, verified=verified), catalog, shelf)

    def close(self) -> None:
        """Returns the connections."""
        self.pool.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        self.close()

    def recorder(self, clinic: str) -> ClinicRecorder:
        """The clinic's history behind the event-sourcing library's contract."""
        return ClinicRecorder(self.pool, clinic)

    def load(
        self, clinic: str, streams: Sequence[str], after: Mapping[str, int] | None = None
    ) -> dict[str, list[Recorded]]:
        """The events of each stream in the order of versions; [] for one that is not there.

        `after` names versions that the caller has folded already.
        """
        loaded: dict[str, list[Recorded]] = {stream: [] for stream in streams}
        since = {stream: (after or {}).get(stream, 0) for stream in streams}
        for row in self.recorder(clinic).rows(since):
            loaded[row.stream].append(self.decode(row))
        return loaded

    def remembered(self, clinic: str, ids: Sequence[str]) -> dict[str, tuple[str, Accepted]]:
        """Per accepted command id: the hex hash of its content, and its answer."""
        with lent(self.pool) as connection:
            found = connection.execute(
                "SELECT * FROM ledger.read_commands(%s, %s)", (clinic, list(ids))
            ).fetchall()
        return {
            command: (
                request_hash.hex(),
                Accepted(
                    command,
                    orjson.loads(data),
                    tuple(StoredRef(*ref) for ref in refs),
                    recorded_at,
                    replayed=True,
                ),
            )
            for command, request_hash, data, recorded_at, refs in found
        }

    def pace(self, clinic: str, command: str, since: datetime, most: int) -> list[datetime]:
        """When the last `most` commands of that name were recorded after a moment, the oldest
        first; of those alone that ``command_pace`` indexes.
        """
        with lent(self.pool) as connection:
            asked = (clinic, command, since, most)
            [(found,)] = connection.execute("SELECT ledger.read_pace(%s, %s, %s, %s)", asked)
        return list(found)

    def append(
        self,
        clinic: str,
        commands: Sequence[CommandRow],
        expected: Mapping[str, int],
        now: datetime | None = None,
    ) -> list[Accepted]:
        """Appends the commands, all or none, and answers each (architecture.md 4).

        `expected` gives the version at which each stream was decided upon, 0 for a new one;
        streams in it to which nothing is written are guarded. `now` replaces the server's
        clock. Raises Conflict, Known, Busy and OutcomeUnknown; ValueError for an event on a
        stream that `expected` does not name.
        """
        events = self._encoded(commands, expected)
        written = {event.stream for event in events}
        guards = {name: version for name, version in expected.items() if name not in written}
        appended = self.recorder(clinic).record(commands, events, guards, now)
        return answers(commands, events, appended)

    def read(
        self, clinic: str, after: int, until: int | None = None, limit: int = PAGE
    ) -> list[Recorded]:
        """At most `limit` events of positions in ``(after, until]``."""
        return [self.decode(row) for row in self.read_rows(clinic, after, until, limit)]

    def read_rows(
        self, clinic: str, after: int, until: int | None = None, limit: int = PAGE
    ) -> list[Row]:
        """As `read`, undecoded: for the relay, and for verification."""
        return self.recorder(clinic).page(after, until, limit)

    def history(self, clinic: str, after: int = 0, until: int | None = None) -> Iterator[Recorded]:
        """All events of positions in ``(after, until]``, read page by page."""
        return map(self.decode, self.recorder(clinic).history(after, until))

    def verify(self, clinic: str) -> int | None:
        """The first position at which the hash chain breaks, or None (reliability.md I7).

        A history that does not end in its head breaks after its last row.
        """
        head = self.head(clinic)
        end = (head.position, bytes.fromhex(head.hash)) if head else (0, chain.GENESIS)
        rows = self.recorder(clinic).history(0, head.position if head else None)
        return chain.verify(rows, end=end)

    def head(self, clinic: str) -> Head | None:
        """The end of the clinic's history, or None for a clinic without one."""
        with lent(self.pool) as connection:
            row = connection.execute("SELECT * FROM ledger.read_head(%s)", (clinic,)).fetchone()
        return _head(row) if row else None

    def clinics(self) -> list[Head]:
        """The heads of all clinics; only the roles of relay, projector and audit see them."""
        with lent(self.pool) as connection:
            rows = connection.execute("SELECT * FROM ledger.clinic_head ORDER BY clinic")
            return [_head(row) for row in rows]

    def personal(self, clinic: str, digests: Sequence[str]) -> dict[str, PersonalText]:
        """The texts of these digests that are not erased."""
        with lent(self.pool) as connection:
            rows = connection.execute(
                "SELECT digest, subject, kind, salt, value FROM ledger.read_personal(%s, %s)",
                (clinic, list(digests)),
            ).fetchall()
        return {row[0]: PersonalText(*row) for row in rows}

    def erase(self, clinic: str, subject: str) -> int:
        """Erases the texts and documents about one subject; returns how many there were.

        Bytes that are kept elsewhere go first: while they cannot, nothing is forgotten.
        """
        with lent(self.pool) as connection, clinic_transaction(connection, clinic):
            shelved = connection.execute(_SHELVED, (clinic, subject)).fetchall()
            if shelved:
                self._shelf().erase(clinic, [sha256 for (sha256,) in shelved])
            [(erased,)] = connection.execute(
                "SELECT ledger.erase_personal(%s, %s)", (clinic, subject)
            )
        return int(erased)

    def put_document(self, clinic: str, media_type: str, content: bytes, subject: str) -> str:
        """Stores a file once and returns its hex SHA-256."""
        if self.shelf is not None:
            sha256 = self.shelf.put(clinic, content)
            row = (clinic, sha256, media_type, subject)
            with lent(self.pool) as connection, clinic_transaction(connection, clinic):
                connection.execute("SELECT ledger.shelve_document(%s, %s, %s, %s)", row)
            return sha256
        with lent(self.pool) as connection, clinic_transaction(connection, clinic):
            [(sha256,)] = connection.execute(
                "SELECT ledger.put_document(%s, %s, %s, %s)",
                (clinic, media_type, content, subject),
            )
        return str(sha256)

    def document(self, clinic: str, sha256: str) -> Document | None:
        """A stored file, or None when there is none or it was erased."""
        with lent(self.pool) as connection:
            row = connection.execute(
                "SELECT sha256, media_type, content, subject FROM ledger.read_document(%s, %s)",
                (clinic, sha256),
            ).fetchone()
        if row is None or row[2] is not None:
            return Document(*row) if row else None
        content = self._shelf().get(clinic, sha256)
        return None if content is None else Document(row[0], row[1], content, row[3])

    def _shelf(self) -> "Shelf":
        """Where documents are that the database has only the names of."""
        if self.shelf is None:
            raise Broken("documents are kept elsewhere; LEDGER_DOCUMENTS_URL does not say where")
        return self.shelf

    def decode(self, row: Row) -> Recorded:
        """The event of a row; raises Broken for one the catalog does not hold."""
        return Recorded(
            clinic=row.clinic,
            position=row.position,
            stream=row.stream,
            version=row.version,
            effective_at=row.effective_at,
            effective_on=row.effective_on,
            recorded_at=row.recorded_at,
            actor=row.actor,
            role=row.role,
            command=row.command,
            event=self.catalog.decode(row.type, row.schema_version, row.body),
            meta=orjson.loads(row.meta),
        )

    def _encoded(
        self, commands: Sequence[CommandRow], expected: Mapping[str, int]
    ) -> list[EncodedEvent]:
        versions = dict(expected)
        encoded = []
        for number, command in enumerate(commands, start=1):
            for new in command.events:
                if new.stream not in versions:
                    raise ValueError(f"no expected version for stream {new.stream}")
                versions[new.stream] += 1
                name, schema_version, body = self.catalog.encode(new.event)
                encoded.append(
                    EncodedEvent(
                        command=number,
                        stream=new.stream,
                        version=versions[new.stream],
                        type=name,
                        schema_version=schema_version,
                        effective_at=new.effective_at or command.effective_at,
                        effective_on=new.effective_on or command.effective_on,
                        body=body,
                    )
                )
        return encoded


def _head(row: tuple[str, int, bytes, datetime]) -> Head:
    clinic, position, hash_, recorded_at = row
    return Head(clinic, position, hash_.hex(), recorded_at)
