"""API keys: random, shown once, kept as a keyed hash, for one clinic and one role."""

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Self

from psycopg.rows import class_row

from consumers.http.people import People
from ledger.errors import LedgerError
from ledger.store.pool import Pool, lent, open_pool

ROLE = "ledger_keys"
MARK = "lk"
#: What a key may be for; a key may have several.
SCOPES = ("read", "write", "reports", "evidence")
_FIELDS = "clinic, prefix, actor, role, scopes, created_at, expires_at, revoked_at"
_PREFIX_BYTES, _SECRET_BYTES = 6, 32
#: For so many seconds a key that was found is known without asking: each process of a server asks
#: for itself, so a key that another one revokes may still open for so long.
FRESH = 1.0
_MOST_KNOWN = 10_000
#: Compared where there is no key, so that an unknown one takes as long as a wrong one.
_NO_HASH = b"\0" * 32

_ADD = f"""
INSERT INTO access.api_key (clinic, prefix, hash, actor, role, scopes, created_at, expires_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s) RETURNING {_FIELDS}
"""  # noqa: S608 - made of constants
_LIST = f"SELECT {_FIELDS} FROM access.api_key WHERE clinic = %s ORDER BY created_at, prefix"  # noqa: S608
_REVOKE = """
UPDATE access.api_key SET revoked_at = %s
WHERE clinic = %s AND prefix = %s AND revoked_at IS NULL RETURNING prefix
"""
_ONE = f"SELECT hash, {_FIELDS} FROM access.api_key WHERE prefix = %s"  # noqa: S608


class UnknownKey(LedgerError):
    """No such key, or it is over: nothing more is told."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key without its secret."""

    clinic: str
    prefix: str
    actor: str
    role: str
    scopes: Sequence[str]
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None

    def is_valid(self, now: datetime) -> bool:
        """Whether it still opens the door."""
        return self.revoked_at is None and now < self.expires_at


@dataclass(frozen=True, slots=True)
class NewKey:
    """Whom a key is for; `actor` stands in the events of what it records."""

    clinic: str
    actor: str
    role: str
    scopes: tuple[str, ...]
    expires_at: datetime


class Keys:
    """The keys of all clinics; `pepper` is the server's secret that every hash is keyed with."""

    def __init__(self, pool: Pool, pepper: bytes) -> None:
        self._pool = pool
        self._pepper = pepper
        self._known: dict[bytes, tuple[Key, float]] = {}

    @classmethod
    def open(cls, conninfo: str, pepper: bytes) -> Self:
        """Opens connections that can do nothing but this."""
        return cls(open_pool(conninfo, ROLE, 4), pepper)

    @property
    def people(self) -> People:
        """The memberships of people who come with a token, over the same connections."""
        return People(self._pool)

    def close(self) -> None:
        """Closes the connections."""
        self._pool.close()

    def create(self, new: NewKey, now: datetime) -> tuple[Key, str]:
        """The key, and its text, which nobody can read again."""
        prefix = f"{MARK}_{secrets.token_hex(_PREFIX_BYTES)}"
        text = f"{prefix}_{secrets.token_urlsafe(_SECRET_BYTES)}"
        row = (new.clinic, prefix, self._hashed(text), new.actor, new.role, list(new.scopes))
        with lent(self._pool) as connection, connection.cursor(row_factory=class_row(Key)) as read:
            key = read.execute(_ADD, (*row, now, new.expires_at)).fetchone()
        assert key is not None, "an insert answers its row"
        return key, text

    def list(self, clinic: str) -> list[Key]:
        """The keys of a clinic, the oldest first, those that are over too."""
        with lent(self._pool) as connection, connection.cursor(row_factory=class_row(Key)) as read:
            return read.execute(_LIST, (clinic,)).fetchall()

    def revoke(self, clinic: str, prefix: str, now: datetime) -> None:
        """Ends a key at once; raises UnknownKey when the clinic has no such open key."""
        with lent(self._pool) as connection:
            if connection.execute(_REVOKE, (now, clinic, prefix)).fetchone() is None:
                raise UnknownKey(f"no open key {prefix}")
        self._known.clear()

    def known(self, text: str, now: datetime) -> Key | None:
        """The key with this text if it was found a moment ago; None says nothing about it."""
        key, until = self._known.get(self._hashed(text), (None, 0.0))
        return key if key is not None and monotonic() < until and key.is_valid(now) else None

    def find(self, text: str, now: datetime) -> Key:
        """The key with this text; raises UnknownKey, in the same way whatever is wrong with it."""
        prefix, hashed = "_".join(text.split("_", 2)[:2]), self._hashed(text)
        until = monotonic() + FRESH
        with lent(self._pool) as connection:
            found = connection.execute(_ONE, (prefix,)).fetchone()
        kept, *fields = found or (_NO_HASH,)
        if not hmac.compare_digest(bytes(kept), hashed) or not fields:
            raise UnknownKey("no such key")
        key = Key(*fields)
        if not key.is_valid(now):
            raise UnknownKey("no such key")
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        self._known[hashed] = (key, until)
        return key

    def _hashed(self, text: str) -> bytes:
        return hmac.digest(self._pepper, text.encode(), "sha256")
