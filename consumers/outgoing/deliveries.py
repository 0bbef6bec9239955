"""What is to be posted, what was, and what failed: the queue of every endpoint.

An endpoint gets its events in the order of positions, one at a time: the next is sent when the
one before was taken. What is not taken is tried again, later and later; after the last try it has
failed, and its endpoint is disabled until a person has looked.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import uniform
from typing import Any

from psycopg.rows import class_row

from consumers.outgoing.endpoints import UnknownEndpoint
from ledger.store.pool import Connection, Pool, clinic_transaction, lent
from ledger.store.recorder import read_page
from ledger.store.rows import Row

log = logging.getLogger(__name__)
BATCH = 1000
"""Positions of a clinic that are looked at in a transaction."""
TRIES = 12
FIRST, FACTOR, LONGEST = 5.0, 3.0, 12 * 3600.0
"""Seconds before the second try, how that grows, and up to what: nearly two days in all."""
LEASE = timedelta(minutes=1)
"""How long a delivery is left to the worker that took it."""
KEPT = timedelta(days=30)
GONE = 410
"""The receiver says that it wants no more of this."""
STATES = ("pending", "delivered", "failed")

_BEHIND = """
SELECT e.clinic, e.endpoint FROM ops.webhook_endpoint e
JOIN ledger.clinic_head h ON h.clinic = e.clinic
WHERE e.disabled_at IS NULL AND e.position < h.position
"""
_LOCK = """
SELECT e.position, h.position FROM ops.webhook_endpoint e
JOIN ledger.clinic_head h ON h.clinic = e.clinic
WHERE e.clinic = %s AND e.endpoint = %s FOR UPDATE OF e SKIP LOCKED
"""
_QUEUE = """
INSERT INTO ops.webhook_delivery (clinic, endpoint, position, type, due_at)
SELECT w.clinic, w.endpoint, e.position, e.type, %s
FROM ops.webhook_endpoint w JOIN ledger.event e ON e.clinic = w.clinic
WHERE w.clinic = %s AND w.endpoint = %s AND e.position > %s AND e.position <= %s
  AND (w.types = '{}' OR e.type = ANY (w.types))
ON CONFLICT (clinic, endpoint, position) DO UPDATE
SET state = 'pending', tries = 0, due_at = excluded.due_at
"""
_MOVE = "UPDATE ops.webhook_endpoint SET position = %s WHERE clinic = %s AND endpoint = %s"
# The first of each endpoint, if it is due; who asks a moment later finds `due_at` moved.
_CLAIM = """
UPDATE ops.webhook_delivery d SET tries = d.tries + 1, due_at = %(until)s
FROM (
    SELECT first.clinic, first.endpoint, first.position, e.url, (
        SELECT array_agg(salt ORDER BY made_at DESC) FROM ops.webhook_secret s
        WHERE s.clinic = e.clinic AND s.endpoint = e.endpoint
          AND (s.ends_at IS NULL OR s.ends_at > %(now)s)) AS salts
    FROM ops.webhook_endpoint e CROSS JOIN LATERAL (
        SELECT * FROM ops.webhook_delivery p
        WHERE p.clinic = e.clinic AND p.endpoint = e.endpoint AND p.state = 'pending'
        ORDER BY p.position LIMIT 1
    ) first
    WHERE e.disabled_at IS NULL AND first.due_at <= %(now)s
    ORDER BY first.due_at LIMIT %(most)s
) due
WHERE d.clinic = due.clinic AND d.endpoint = due.endpoint AND d.position = due.position
  AND d.state = 'pending' AND d.due_at <= %(now)s
RETURNING d.clinic, d.endpoint, d.position, d.tries, due.url, due.salts
"""
_SETTLE = """
UPDATE ops.webhook_delivery
SET state = %s, due_at = %s, last_at = %s, last_status = %s, last_error = %s
WHERE clinic = %s AND endpoint = %s AND position = %s
"""
_DISABLE = """
UPDATE ops.webhook_endpoint SET disabled_at = %s, disabled_for = %s
WHERE clinic = %s AND endpoint = %s
"""
_LIST = """
SELECT position, type, state, tries, due_at, last_at, last_status, last_error
FROM ops.webhook_delivery
WHERE clinic = %s AND endpoint = %s AND position < %s AND (%s::text IS NULL OR state = %s)
ORDER BY position DESC LIMIT %s
"""
_COUNTS = """
SELECT (SELECT count(*) FROM ops.webhook_delivery WHERE state = 'pending'),
       (SELECT count(*) FROM ops.webhook_endpoint WHERE disabled_at IS NOT NULL)
"""
_FORGET = "DELETE FROM ops.webhook_delivery WHERE state = 'delivered' AND last_at < %s"


@dataclass(frozen=True, slots=True)
class Due:
    """A delivery that this worker has taken."""

    clinic: str
    endpoint: str
    position: int
    tries: int
    url: str
    salts: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a try came to: the receiver's status, or why there is none."""

    status: int | None = None
    error: str | None = None

    @property
    def taken(self) -> bool:
        """Whether the receiver has it."""
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery as it stands."""

    position: int
    type: str
    state: str
    tries: int
    due_at: datetime
    last_at: datetime | None
    last_status: int | None
    last_error: str | None

    def to_json(self) -> dict[str, Any]:
        """As it is told; `due_at` only while it waits."""
        last = None if self.last_at is None else self.last_at.isoformat()
        return {
            "position": self.position,
            "type": self.type,
            "state": self.state,
            "tries": self.tries,
            "due_at": self.due_at.isoformat() if self.state == "pending" else None,
            "last_at": last,
            "last_status": self.last_status,
            "last_error": self.last_error,
        }


def pause_after(tries: int) -> timedelta:
    """How long to wait after that many tries, give or take a fifth."""
    seconds: float = min(FIRST * FACTOR ** (tries - 1), LONGEST)
    return timedelta(seconds=seconds * uniform(0.8, 1.2))


class Deliveries:
    """The queues of all clinics, over the connections of their endpoints."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def follow(self, now: datetime) -> int:
        """Queues what was recorded since, for every endpoint; returns how many positions."""
        with lent(self._pool) as connection:
            behind = connection.execute(_BEHIND).fetchall()
        return sum(self._follow(clinic, endpoint, now) for clinic, endpoint in behind)

    def _follow(self, clinic: str, endpoint: str, now: datetime) -> int:
        with lent(self._pool) as connection, clinic_transaction(connection, clinic):
            found = connection.execute(_LOCK, (clinic, endpoint)).fetchone()
            if found is None:  # removed, or another worker is at it
                return 0
            mark, until = found[0], min(found[1], found[0] + BATCH)
            connection.execute(_QUEUE, (now, clinic, endpoint, mark, until))
            connection.execute(_MOVE, (until, clinic, endpoint))
            return int(until - mark)

    def claim(self, now: datetime, most: int) -> list[Due]:
        """Takes what is due, at most one delivery of an endpoint; a minute later it is due again
        unless it is settled.
        """
        asked = {"now": now, "until": now + LEASE, "most": most}
        with lent(self._pool) as connection:
            return [Due(*row) for row in connection.execute(_CLAIM, asked)]

    def event(self, due: Due) -> Row:
        """The event that is to be sent."""
        with lent(self._pool) as connection:
            [row] = read_page(connection, due.clinic, due.position - 1, due.position, 1)
        return row

    def settle(self, due: Due, outcome: Outcome, now: datetime) -> None:
        """Notes what a try came to; the last one that fails disables the endpoint."""
        is_over = not outcome.taken and (due.tries >= TRIES or outcome.status == GONE)
        state = "delivered" if outcome.taken else "failed" if is_over else "pending"
        later = now if state != "pending" else now + pause_after(due.tries)
        key = (due.clinic, due.endpoint)
        with lent(self._pool) as connection, connection.transaction():
            row = (state, later, now, outcome.status, outcome.error, *key, due.position)
            connection.execute(_SETTLE, row)
            if is_over:
                reason = outcome.error or f"the receiver answered {outcome.status}"
                connection.execute(_DISABLE, (now, reason, *key))
        if is_over:
            log.critical("webhook %s of clinic %s is disabled: %s", *reversed(key), reason)

    def replay(self, clinic: str, endpoint: str, first: int, last: int, now: datetime) -> int:
        """Sends what is recorded at positions from `first` to `last` again, or for the first time,
        as far as the endpoint wants its type; returns how many. Raises UnknownEndpoint.
        """
        with lent(self._pool) as connection:
            return queue_again(connection, clinic, endpoint, first, last, now)

    def list(
        self,
        clinic: str,
        endpoint: str,
        *,
        below: int = 2**53,
        state: str | None = None,
        most: int = 100,
    ) -> list[Delivery]:
        """Deliveries of an endpoint, the newest first; raises UnknownEndpoint."""
        asked = (clinic, endpoint, below, state, state, most)
        with lent(self._pool) as connection:
            _must_be_there(connection, clinic, endpoint)
            with connection.cursor(row_factory=class_row(Delivery)) as read:
                return read.execute(_LIST, asked).fetchall()

    def counts(self) -> tuple[int, int]:
        """How many deliveries wait, and how many endpoints are disabled, of all clinics."""
        with lent(self._pool) as connection:
            [(pending, disabled)] = connection.execute(_COUNTS)
        return int(pending), int(disabled)

    def forget(self, now: datetime) -> int:
        """Removes what was delivered a month ago; the events stay, and can be sent again."""
        with lent(self._pool) as connection:
            return connection.execute(_FORGET, (now - KEPT,)).rowcount


def _must_be_there(connection: Connection, clinic: str, endpoint: str) -> None:
    known = "SELECT FROM ops.webhook_endpoint WHERE clinic = %s AND endpoint = %s"
    if connection.execute(known, (clinic, endpoint)).fetchone() is None:
        raise UnknownEndpoint(f"no endpoint {endpoint}")


def queue_again(
    connection: Connection, clinic: str, endpoint: str, first: int, last: int, now: datetime
) -> int:
    """As `Deliveries.replay`, on a connection that may be in a transaction."""
    with clinic_transaction(connection, clinic):
        _must_be_there(connection, clinic, endpoint)
        asked = (now, clinic, endpoint, first - 1, last)
        return connection.execute(_QUEUE, asked).rowcount
