"""Each change of a clinic's endpoints is made once, however often it is asked for by its key."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
import psycopg

from consumers.outgoing.endpoints import Endpoints
from consumers.outgoing.signing import SALT_BYTES
from ledger.errors import LedgerError
from ledger.store.pool import Connection, lent

_KNOWN = "SELECT content, status, told, salt FROM ops.webhook_act WHERE clinic = %s AND key = %s"
_REMEMBER = """
INSERT INTO ops.webhook_act (clinic, key, content, status, told, salt, done_at)
VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING key
"""


class OtherContent(LedgerError):
    """The key was used for something else."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A change asked for: `content` is the digest of all that it says, `salt` for a new secret."""

    clinic: str
    endpoint: str
    key: str
    content: bytes
    at: datetime
    salt: bytes = field(default_factory=lambda: secrets.token_bytes(SALT_BYTES))


@dataclass(frozen=True, slots=True)
class Done:
    """What was answered; `secret` is there where the change made one."""

    told: dict[str, Any]
    status: int
    secret: str | None = None
    again: bool = False

    def to_json(self) -> dict[str, Any]:
        """The answer's body."""
        return self.told if self.secret is None else {**self.told, "secret": self.secret}


Change = Callable[[Connection], Done]


def once(endpoints: Endpoints, asked: Asked, prepare: Callable[[], Change]) -> Done:
    """Makes the change and remembers its answer in one transaction, or gives the first answer.

    `prepare` finds out what may be changed before that, and is not asked a second time. Raises
    OtherContent, and what they raise: then nothing is remembered.
    """
    known = _known(endpoints, asked)
    if known is not None:
        return known
    change = prepare()
    with lent(endpoints.pool) as connection, connection.transaction():
        done = change(connection)
        if _remembered(connection, asked, done):
            return done
        raise psycopg.Rollback  # somebody else did it meanwhile
    known = _known(endpoints, asked)
    assert known is not None, "what is remembered stays"
    return known


def _known(endpoints: Endpoints, asked: Asked) -> Done | None:
    with lent(endpoints.pool) as connection:
        row = connection.execute(_KNOWN, (asked.clinic, asked.key)).fetchone()
    if row is None:
        return None
    content, status, told, salt = row
    if bytes(content) != asked.content:
        raise OtherContent("the key was used with other content")
    secret = None if salt is None else endpoints.told(asked.clinic, asked.endpoint, bytes(salt))
    return Done(orjson.loads(told), status, secret, again=True)


def _remembered(connection: Connection, asked: Asked, done: Done) -> bool:
    salt = None if done.secret is None else asked.salt
    answer = (done.status, orjson.dumps(done.told).decode(), salt, asked.at)
    row = (asked.clinic, asked.key, asked.content, *answer)
    return connection.execute(_REMEMBER, row).fetchone() is not None
