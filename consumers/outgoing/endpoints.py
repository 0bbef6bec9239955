"""The endpoints of a clinic: where its events are posted, and the secrets that sign them."""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

from psycopg.rows import class_row

from consumers.outgoing.signing import SALT_BYTES, secret_of, shown
from ledger.errors import LedgerError
from ledger.store.pool import Connection, Pool, lent, open_pool

ROLE = "ledger_webhooks"
#: How long the secret before still signs, so that a receiver can be changed without a gap.
OVERLAP = timedelta(days=1)
MOST = 20
"""Endpoints of a clinic."""

_FIELDS = "clinic, endpoint, url, types, created_at, created_by, disabled_at, disabled_for"
_ONE = "clinic = %s AND endpoint = %s"
# A new one begins with what is recorded from now on; a known one goes on where it was.
_KEEP = f"""
INSERT INTO ops.webhook_endpoint ({_FIELDS}, position)
SELECT %s, %s, %s, %s, %s, %s, NULL, NULL, coalesce(
    (SELECT position FROM ledger.clinic_head WHERE clinic = %s), 0)
ON CONFLICT (clinic, endpoint) DO UPDATE SET url = excluded.url, types = excluded.types
RETURNING {_FIELDS}, xmax = 0
"""  # noqa: S608 - made of constants
_LIST = f"SELECT {_FIELDS} FROM ops.webhook_endpoint WHERE clinic = %s ORDER BY endpoint"  # noqa: S608
_REMOVE = f"DELETE FROM ops.webhook_endpoint WHERE {_ONE} RETURNING endpoint"  # noqa: S608
_ENABLE = f"""
UPDATE ops.webhook_endpoint SET disabled_at = NULL, disabled_for = NULL WHERE {_ONE}
RETURNING endpoint
"""  # noqa: S608
_END_SECRETS = f"""
UPDATE ops.webhook_secret SET ends_at = %s WHERE {_ONE} AND ends_at IS NULL
"""  # noqa: S608
_SALT = """
INSERT INTO ops.webhook_secret (clinic, endpoint, salt, made_at)
SELECT clinic, endpoint, %s, %s FROM ops.webhook_endpoint WHERE clinic = %s AND endpoint = %s
RETURNING endpoint
"""


def utc_now() -> datetime:
    """The time that signatures and pauses are told in, whatever clock the ledger has."""
    return datetime.now(UTC)


class UnknownEndpoint(LedgerError):
    """The clinic has no endpoint of that name."""


class TooMany(LedgerError):
    """The clinic has as many endpoints as there may be."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address for the events of the `types`, or of all; never its secret."""

    clinic: str
    endpoint: str
    url: str
    types: Sequence[str]
    created_at: datetime
    created_by: str
    disabled_at: datetime | None = None
    disabled_for: str | None = None


@dataclass(frozen=True, slots=True)
class NewEndpoint:
    """What is wanted; the URL has been checked (`addresses.checked`)."""

    clinic: str
    endpoint: str
    url: str
    types: tuple[str, ...]
    by: str


class Endpoints:
    """The endpoints of all clinics; `server` is the secret that theirs are made of."""

    def __init__(self, pool: Pool, server: bytes) -> None:
        self.pool = pool
        self._server = server

    @classmethod
    def open(cls, conninfo: str, server: bytes) -> Self:
        """Opens connections that can do nothing but this."""
        return cls(open_pool(conninfo, ROLE, 4), server)

    def close(self) -> None:
        """Closes the connections."""
        self.pool.close()

    def keep(
        self,
        new: NewEndpoint,
        now: datetime,
        *,
        on: Connection | None = None,
        salt: bytes | None = None,
    ) -> tuple[Endpoint, str | None]:
        """Adds the endpoint, or changes it; of a new one the secret, which is not told again. It
        is made of the `salt`, or of one of its own.

        Raises TooMany.
        """
        row = (new.clinic, new.endpoint, new.url, list(new.types), now, new.by, new.clinic)
        with self._transaction(on) as connection:
            *fields, is_new = connection.execute(_KEEP, row).fetchone() or ()
            if is_new and self._count(connection, new.clinic) > MOST:
                raise TooMany(f"a clinic has at most {MOST} endpoints")
            if not is_new:
                return Endpoint(*fields), None
            secret = self._add_secret(connection, new.clinic, new.endpoint, now, salt)
        return Endpoint(*fields), secret

    def list(self, clinic: str) -> list[Endpoint]:
        """The endpoints of a clinic by name."""
        with (
            lent(self.pool) as connection,
            connection.cursor(row_factory=class_row(Endpoint)) as read,
        ):
            return read.execute(_LIST, (clinic,)).fetchall()

    def remove(self, clinic: str, endpoint: str, *, on: Connection | None = None) -> None:
        """Ends it with all that was to be sent there; raises UnknownEndpoint."""
        self._must(_REMOVE, clinic, endpoint, on)

    def enable(self, clinic: str, endpoint: str, *, on: Connection | None = None) -> None:
        """Goes on where it was disabled; raises UnknownEndpoint."""
        self._must(_ENABLE, clinic, endpoint, on)

    def rotate(
        self,
        clinic: str,
        endpoint: str,
        now: datetime,
        *,
        on: Connection | None = None,
        salt: bytes | None = None,
    ) -> str:
        """A new secret, told this once; the others sign for a day more. Raises UnknownEndpoint."""
        with self._transaction(on) as connection:
            connection.execute(_END_SECRETS, (now + OVERLAP, clinic, endpoint))
            return self._add_secret(connection, clinic, endpoint, now, salt)

    def told(self, clinic: str, endpoint: str, salt: bytes) -> str:
        """A secret as its receiver reads it."""
        return shown(self.secret(clinic, endpoint, salt))

    def secret(self, clinic: str, endpoint: str, salt: bytes) -> bytes:
        """What signs for the endpoint."""
        return secret_of(self._server, clinic, endpoint, salt)

    def _must(self, statement: str, clinic: str, endpoint: str, on: Connection | None) -> None:
        with self._transaction(on) as connection:
            if connection.execute(statement.encode(), (clinic, endpoint)).fetchone() is None:
                raise UnknownEndpoint(f"no endpoint {endpoint}")

    def _add_secret(
        self, connection: Connection, clinic: str, endpoint: str, now: datetime, salt: bytes | None
    ) -> str:
        salt = salt or secrets.token_bytes(SALT_BYTES)
        added = connection.execute(_SALT, (salt, now, clinic, endpoint)).fetchone()
        if added is None:
            raise UnknownEndpoint(f"no endpoint {endpoint}")
        return self.told(clinic, endpoint, salt)

    @contextmanager
    def _transaction(self, on: Connection | None) -> Iterator[Connection]:
        """One of its own, or a part of the one that a connection is in."""
        if on is not None:
            with on.transaction():
                yield on
            return
        with lent(self.pool) as connection, connection.transaction():
            yield connection

    @staticmethod
    def _count(connection: Connection, clinic: str) -> int:
        counted = "SELECT count(*) FROM ops.webhook_endpoint WHERE clinic = %s"
        [(count,)] = connection.execute(counted, (clinic,))
        return int(count)
