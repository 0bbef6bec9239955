"""Connections that act as one role, and what their failures mean."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import psycopg
from psycopg import errors
from psycopg.rows import TupleRow
from psycopg_pool import ConnectionPool, PoolTimeout

from ledger.errors import Broken, Busy

Connection = psycopg.Connection[TupleRow]
Pool = ConnectionPool[Connection]

_RACES = (
    PoolTimeout,
    errors.LockNotAvailable,
    errors.QueryCanceled,
    errors.DeadlockDetected,
    errors.SerializationFailure,
)
_SESSION = """
SELECT set_config('role', %s, false), set_config('lock_timeout', '2s', false),
       set_config('statement_timeout', '30s', false), set_config('timezone', 'UTC', false),
       set_config('plan_cache_mode', 'force_generic_plan', false), set_config('jit', 'off', false)
"""
_LEFT_OVER = "SELECT current_user, coalesce(current_setting('ledger.clinic', true), '')"
REBUILDABLE = frozenset({"ledger_projector"})
"""Roles that write read models and their marks alone. After a crash both stand where they stood a
moment before, and what is missing is applied again: their commits need not wait for the disk."""


class Verified(ConnectionPool[Connection]):
    """A pool, named by its role, that drops what comes back set to a clinic or to another role.

    Whoever gives a connection back asks it himself: the pool's own threads would have to be woken
    for that each time, which costs as much again as the question.
    """

    def putconn(self, conn: Connection) -> None:
        """Gives a connection back, or closes it, and another one takes its place."""
        if not self._is_clean(conn):
            conn.close()
        super().putconn(conn)

    def _is_clean(self, connection: Connection) -> bool:
        """Whether nothing of its last use is left; what cannot tell any more is not."""
        try:
            return connection.execute(_LEFT_OVER).fetchone() == (self.name, "")
        except psycopg.Error:
            return False


def open_pool(conninfo: str, role: str, size: int, *, verified: bool = False) -> Pool:
    """Up to `size` autocommit connections acting as `role`.

    A lock is waited for 2 s and a statement runs 30 s at most. `verified` connections that
    come back still set to a clinic, or to another role, are dropped: a round trip each time.
    Raises Busy when the server cannot be reached within 10 s.
    """

    def act_as_role(connection: Connection) -> None:
        connection.execute(_SESSION, (role,))
        if role in REBUILDABLE:
            connection.execute("SET synchronous_commit = off")

    pool: Pool = (Verified if verified else ConnectionPool)(
        conninfo,
        connection_class=psycopg.Connection[TupleRow],
        kwargs={"autocommit": True},
        min_size=1,
        max_size=size,
        configure=act_as_role,
        name=role,
        open=False,
    )
    try:
        pool.open(wait=True, timeout=10)
    except PoolTimeout:
        pool.close()
        raise Busy("the database cannot be reached") from None
    return pool


@contextmanager
def lent(pool: Pool, lost: type[Busy] = Busy) -> Iterator[Connection]:
    """A connection of the pool; a lost race or lock raises Busy, a lost connection `lost`."""
    try:
        with pool.connection() as connection:
            yield connection
    except _RACES as error:
        raise Busy(f"the database did not answer in time: {type(error).__name__}") from error
    except psycopg.OperationalError as error:
        pool.check()  # after a restart of the server all its connections are dead, not this one
        raise lost(f"the connection was lost: {type(error).__name__}") from error


@contextmanager
def clinic_transaction(connection: Connection, clinic: str) -> Iterator[None]:
    """A transaction that sees the rows of `clinic` only; the setting ends with it."""
    with connection.transaction():
        connection.execute("SELECT set_config('ledger.clinic', %s, true)", (clinic,))
        yield


def refuse_db_functions(environment: Mapping[str, str]) -> None:
    """Raises Broken when the event-sourcing library is told to insert by its own functions.

    Those take no lock and drop the tracking row: a reader can miss events for ever
    (reliability.md 0.1).
    """
    value = environment.get("POSTGRES_ENABLE_DB_FUNCTIONS", "")
    if value.strip().lower() not in ("", "0", "n", "no", "f", "false", "off"):
        raise Broken("POSTGRES_ENABLE_DB_FUNCTIONS must not be set")
