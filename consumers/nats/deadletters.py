"""Dead letters: kept in PostgreSQL, shown on LEDGER_DEAD, sent again when a person says so."""

import hashlib
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Self

import orjson
from nats.aio.client import Client

from consumers.nats.publishing import MESSAGE_ID, Outgoing, publish_batch
from consumers.nats.wire import Incoming, clinic_of
from ledger.store.pool import Pool, lent, open_pool

RETRY_OF = "Ledger-Dead-Letter"
"""Header of a message sent again: the id of its dead letter."""
REASON_CODE = "Ledger-Reason-Code"
REASON = "Ledger-Reason"
PAYLOAD_KEPT = "Ledger-Payload"
HEADER_ROOM = 4096
DIGEST_PART = 16

_WRITE = """
INSERT INTO ops.dead_letter (clinic, id, subject, code, message, headers, payload, sha256)
SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
                     %s::bytea[], %s::text[])
ON CONFLICT (clinic, id) DO UPDATE SET code = excluded.code, message = excluded.message,
    status = 'open', tries = dead_letter.tries + 1
RETURNING tries
"""
_LIST = """
SELECT clinic, id, subject, code, message, headers, payload, sha256, received_at, status, tries
FROM ops.dead_letter
WHERE (%(status)s::text IS NULL OR status = %(status)s)
  AND (%(clinic)s::text IS NULL OR clinic = %(clinic)s)
  AND (%(id)s::text IS NULL OR id = %(id)s)
ORDER BY received_at, clinic, id LIMIT %(limit)s
"""
_COUNT = "SELECT count(*) FROM ops.dead_letter WHERE status = 'open'"


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message with the reason why it was given up; `status` is open, retried or resolved."""

    clinic: str
    id: str
    subject: str
    code: str
    message: str
    headers: Mapping[str, str]
    payload: bytes = field(repr=False)
    sha256: str
    received_at: datetime | None = None
    status: str = "open"
    tries: int = 1


def retried_id(message: Incoming) -> str | None:
    """The id of the letter of which this message is the copy, or None.

    An id ends in a part of the payload's digest: who writes another letter's id into a header
    can neither close that letter nor hide a message behind it.
    """
    named = message.headers.get(RETRY_OF, "")
    sha256 = hashlib.sha256(message.payload).hexdigest()
    own = re.fullmatch(rf"[A-Z_]{{1,32}}-\d{{1,20}}-{sha256[:DIGEST_PART]}", named)
    return named if own else None


def dead_letter(message: Incoming, code: str, reason: str) -> DeadLetter:
    """The dead letter of a message; that of a message sent again is the one it had."""
    sha256 = hashlib.sha256(message.payload).hexdigest()
    own = f"{message.stream}-{message.sequence}-{sha256[:DIGEST_PART]}"
    return DeadLetter(
        clinic=clinic_of(message.subject),
        id=retried_id(message) or own,
        subject=message.subject,
        code=code,
        message=reason,
        headers=dict(message.headers),
        payload=message.payload,
        sha256=sha256,
    )


def announcement(letter: DeadLetter, most_bytes: int) -> Outgoing:
    """What goes to LEDGER_DEAD; a payload that leaves no room for the reason stays behind."""
    kept = len(letter.payload) + HEADER_ROOM > most_bytes
    headers = {
        **original_headers(letter),
        REASON_CODE: letter.code,
        REASON: letter.message[:500],
        RETRY_OF: letter.id,
        MESSAGE_ID: f"dead:{letter.clinic}:{letter.id}:{secrets.token_hex(4)}",
    }
    if kept:
        headers[PAYLOAD_KEPT] = "in the database"
    return Outgoing(f"dead.{letter.subject}", b"" if kept else letter.payload, headers)


def original_headers(letter: DeadLetter) -> dict[str, str]:
    """The headers without those that command the server; long ones are left to the database."""
    kept = {
        name: value
        for name, value in letter.headers.items()
        if not name.lower().startswith("nats-") and value.isascii()
    }
    return kept if sum(map(len, kept.values())) < HEADER_ROOM // 2 else {}


class DeadLetters:
    """The table of dead letters of all clinics, written with the role ``ledger_messaging``."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    @classmethod
    def open(cls, conninfo: str) -> Self:
        """Connects; raises Busy without a server."""
        return cls(open_pool(conninfo, "ledger_messaging", 2))

    def close(self) -> None:
        """Returns the connections."""
        self._pool.close()

    def write(self, letters: Sequence[DeadLetter]) -> None:
        """Keeps the letters; one that is there already is open again and counted."""
        unique = {(letter.clinic, letter.id): letter for letter in letters}
        columns = zip(*map(_row, unique.values()), strict=True)
        with lent(self._pool) as connection:
            connection.execute(_WRITE, [list(column) for column in columns])

    def list(
        self,
        status: str | None = "open",
        clinic: str | None = None,
        letter: str | None = None,
        limit: int = 1000,
    ) -> list[DeadLetter]:
        """The letters, oldest first; None means any."""
        wanted = {"status": status, "clinic": clinic, "id": letter, "limit": limit}
        with lent(self._pool) as connection:
            rows = connection.execute(_LIST, wanted).fetchall()
        return [replace(DeadLetter(*row), headers=orjson.loads(row[5])) for row in rows]

    def open_count(self) -> int:
        """How many wait for a person, of all clinics."""
        with lent(self._pool) as connection:
            [count] = connection.execute(_COUNT).fetchone() or (0,)
        return int(count)

    def mark(self, letters: Iterable[tuple[str, str]], status: str) -> None:
        """Sets the status of letters, each given as clinic and id."""
        clinics, ids = zip(*letters, strict=True)
        with lent(self._pool) as connection:
            connection.execute(
                "UPDATE ops.dead_letter SET status = %s FROM unnest(%s::text[], %s::text[])"
                " AS named (clinic, id) WHERE dead_letter.clinic = named.clinic"
                " AND dead_letter.id = named.id",
                (status, list(clinics), list(ids)),
            )


async def retry(
    letters: DeadLetters, client: Client, letter: str | None = None, clinic: str | None = None
) -> list[str]:
    """Sends open letters, or the one named, to their subjects again and returns their ids.

    The copy has a message id of its own, so the broker does not take it for a repetition.
    """
    sent = []
    for found in letters.list("open", clinic, letter):
        headers = {
            **original_headers(found),
            RETRY_OF: found.id,
            MESSAGE_ID: f"retry:{found.id}:{found.tries}:{secrets.token_hex(4)}",
        }
        # First the mark: a copy that fails at once must find the letter closed to reopen it.
        letters.mark([(found.clinic, found.id)], "retried")
        await publish_batch(client, [Outgoing(found.subject, found.payload, headers)])
        sent.append(found.id)
    return sent


def _row(letter: DeadLetter) -> tuple[object, ...]:
    return (
        letter.clinic,
        letter.id,
        letter.subject,
        letter.code,
        letter.message,
        orjson.dumps(dict(letter.headers)).decode().replace("\\u0000", ""),
        letter.payload,
        letter.sha256,
    )
