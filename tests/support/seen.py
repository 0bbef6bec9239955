"""The simplest read model: which positions were applied. Applying one twice fails."""

from collections.abc import Sequence
from dataclasses import dataclass

import psycopg

from ledger.errors import Broken
from ledger.events import Recorded
from ledger.store.pool import Connection

TABLE = """
SET LOCAL ROLE ledger_owner;
CREATE TABLE views.seen (clinic text, position bigint, PRIMARY KEY (clinic, position));
"""


@dataclass
class Seen:
    """`cannot_take` is a position it fails at."""

    name: str = "seen"
    cannot_take: int = 0

    def apply(self, connection: Connection, clinic: str, events: Sequence[Recorded]) -> None:
        positions = [event.position for event in events]
        if self.cannot_take in positions:
            raise Broken(f"cannot take position {self.cannot_take}")
        connection.execute(
            "INSERT INTO views.seen SELECT %s, unnest(%s::bigint[])", (clinic, positions)
        )

    def reset(self, connection: Connection, clinic: str) -> None:
        connection.execute("DELETE FROM views.seen WHERE clinic = %s", (clinic,))


def create_seen(database: str) -> None:
    with psycopg.connect(database) as connection:
        connection.execute(TABLE)


def seen(database: str, clinic: str) -> list[int]:
    with psycopg.connect(database) as connection:
        rows = connection.execute(
            "SELECT position FROM views.seen WHERE clinic = %s ORDER BY position", (clinic,)
        )
        return [row[0] for row in rows]
